"""`make demo`: three newsletters to two hundred people, some of whom granted more; readers real and simulated; reports.

Everything happens on this machine, on free ports, in `demo-data/`, the same at every run.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from random import Random

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from demo.audience import act_out, draw_habits
from demo.browser import Error, Reader, find_chromium, open_browser
from demo.campaign import CAMPAIGNS, send_command
from demo.consent import import_command, write_granted
from demo.mailbox import html_of, parsed, read_messages, wait_for
from demo.people import Person, make_people, write_list
from demo.server import Place, make_place, read, run, running
from demo.site import Site, serve
from overt.testing.reader import Simulation, client
from overt.testing.request import Door

SEED = 2026
PEOPLE = 200
IN_BROWSER = 5  # messages of each campaign that a real browser opens
FOLDER = Path("demo-data")

console = Console(highlight=False)


def main() -> int:
    """Run the demonstration; the exit code says whether every step of it worked."""
    options = argparse.ArgumentParser(prog="python -m demo", description=(__doc__ or "").partition("\n")[0])
    options.add_argument("--people", type=int, default=PEOPLE, help=f"how many recipients ({PEOPLE})")
    options.add_argument("--folder", type=Path, default=FOLDER, help=f"where everything goes; emptied first ({FOLDER})")
    chosen = options.parse_args()
    place = make_place(chosen.folder)
    people = make_people(chosen.people, Random(SEED))
    listed = place.folder / "people.csv"
    write_list(people, listed)
    step(f"overt starts: relay on port {place.smtp_port}, collector on port {place.http_port}")
    with running(place), serve() as site:
        granted = [person for person in people if person.granted]
        step(f"{len(granted)} of {len(people)} people said yes to being measured one by one: overt consent import")
        write_granted(granted, place.folder / "granted.csv")
        if run(import_command(place.folder / "granted.csv", place.settings)) != 0:
            return fail("the grants could not be recorded")
        for campaign in CAMPAIGNS:
            words = send_command(campaign, listed, place.settings, SEED)
            step(f"overt {words[0]} {campaign.newsletter.name} people.csv --campaign {campaign.name}")
            if run(words) != 0:
                return fail("sending did not work")
        if not arrive(place, len(people) * len(CAMPAIGNS)):
            return fail(f"not all messages arrived; see {place.folder / 'overt.log'}")
        messages = read_messages(place.maildir)
        shown = read_in_browser(messages, people, site, place)
        simulate([raw for raw in messages if raw not in shown], place)
        report(place)
        if granted:
            withdraw(granted[0], messages, place)
    farewell(place)
    return 0


def step(words: str) -> None:
    """Say what happens next."""
    console.print(f"\n[bold cyan]▸[/] [bold]{words}[/]")


def fail(words: str) -> int:
    """Say what went wrong."""
    console.print(f"[bold red]The demonstration ends here:[/] {words}")
    return 1


def bar() -> Progress:
    """A progress bar on this console."""
    columns = (TextColumn("  {task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=console)


def arrive(place: Place, number: int) -> bool:
    """Wait for the local mailbox to fill."""
    with bar() as progress:
        task = progress.add_task("arrived in the local mailbox", total=number)
        return wait_for(place.maildir, number, lambda there: progress.update(task, completed=there))


def read_in_browser(messages: Sequence[bytes], people: Sequence[Person], site: Site, place: Place) -> list[bytes]:
    """Let a real browser open a few messages of each campaign, and click in some; the messages it opened."""
    chromium = find_chromium()
    if not chromium:
        step("No Chromium on this machine: its readers are simulated too (on Debian: apt-get install chromium)")
        return []
    chosen = choose(messages, people)
    step(f"A real Chromium opens {len(chosen)} messages in a webmail page and clicks")
    arrived = 0
    try:
        with open_browser(chromium, site.port) as reader, bar() as progress:
            task = progress.add_task("opened in Chromium", total=len(chosen))
            for number, raw in enumerate(chosen):
                arrived += open_one(reader, site, number, raw, place)
                progress.advance(task)
    except Error as error:
        console.print(f"  Chromium gave up ({str(error).splitlines()[0]}); the rest is simulated.")
        return []
    console.print(f"  {arrived} clicks led where the newsletter says; pictures are in {os.path.relpath(place.folder)}/")
    return chosen


def choose(messages: Sequence[bytes], people: Sequence[Person]) -> list[bytes]:
    """A few messages of each campaign, by turns from people who granted and who did not."""
    granted = {person.address for person in people if person.granted}
    chosen: list[bytes] = []
    by_sender: dict[str, list[bytes]] = {}
    for raw in messages:
        by_sender.setdefault(str(parsed(raw)["from"]), []).append(raw)
    for own in by_sender.values():
        yes = [raw for raw in own if str(parsed(raw)["to"]) in granted]
        no = [raw for raw in own if str(parsed(raw)["to"]) not in granted]
        chosen += [raw for pair in zip(yes, no, strict=False) for raw in pair][:IN_BROWSER]
    return chosen


def open_one(reader: Reader, site: Site, number: int, raw: bytes, place: Place) -> int:
    """One message in the browser: two of four readers follow a link, the first of them two."""
    site.mail[number] = html_of(raw)
    clicks = (0, 1) if number == 0 else (number % 3,) if number // 2 % 2 == 0 else ()
    picture = place.folder / f"message-{number // IN_BROWSER + 1}.png" if number % IN_BROWSER == 0 else None
    address = f"203.0.113.{number + 10}"  # RFC 5737
    return reader.read(site.mail_url(number), address=address, clicks=clicks, picture=picture)


def simulate(messages: Sequence[bytes], place: Place) -> None:
    """Let the simulated recipients do what is their habit."""
    step(f"{len(messages)} messages meet simulated readers, image proxies, prefetchers and scanners")
    chance = Random(SEED)
    habits = draw_habits(len(messages), chance)
    simulation = Simulation(Door(place.base_url, "127.0.0.1", place.http_port))
    with bar() as progress:
        task = progress.add_task("messages met", total=len(messages))
        told = asyncio.run(act_out(messages, habits, simulation, chance, lambda: progress.advance(task)))
    show(told)
    lost = [answer for answer in simulation.answers if answer.status not in (200, 302)]
    if lost:
        console.print(f"  [red]{len(lost)} requests were not answered: {lost[0].fault or lost[0].status}[/]")


def show(told: Counter[str]) -> None:
    """What really happened, for comparison with the reports."""
    table = Table("what was acted out", "messages", title_justify="left")
    for name, number in told.most_common():
        table.add_row(name, str(number))
    console.print(table)


def report(place: Place) -> None:
    """The overview, and the first campaign in full."""
    step("overt report")
    run(["report", "--settings", str(place.settings)])
    step(f"overt report {CAMPAIGNS[0].name}")
    run(["report", CAMPAIGNS[0].name, "--settings", str(place.settings)])


def withdraw(person: Person, messages: Sequence[bytes], place: Place) -> None:
    """One person changes their mind; the report and their old links are looked at before and after."""
    step(f"{person.first} changes their mind: overt consent withdraw {person.address}")
    own = [raw for raw in messages if str(parsed(raw)["to"]) == person.address]
    before = person.address in by_recipient(place)
    run(["consent", "withdraw", person.address, "--settings", str(place.settings)])
    simulation = Simulation(Door(place.base_url, "127.0.0.1", place.http_port))
    answer = asyncio.run(simulation.click(own[0], client("chrome")))
    after = person.address in by_recipient(place)
    console.print(f"  In the report on {CAMPAIGNS[0].name}: before {say(before)}, now {say(after)}.")
    if answer is not None and answer.status == 302:
        console.print(
            f"  A link in old mail still leads to {answer.location}\n  and nothing of it is kept.", soft_wrap=True
        )


def by_recipient(place: Place) -> str:
    """The first campaign's report with everybody in it who may be."""
    return read(["report", CAMPAIGNS[0].name, "--json", "--by-recipient", "--settings", str(place.settings)])


def say(there: bool) -> str:
    """A word for it."""
    return "named" if there else "not named"


def farewell(place: Place) -> None:
    """How to go on."""
    folder = os.path.relpath(place.folder)
    console.print(
        f"""
[bold]That was all of it.[/] What is left is in [bold]{folder}/[/]: settings, mailbox, hits, counters, ledger.

[bold]With your own mail:[/]
  1. Write [bold]overt.toml[/]: base_url, and next_hop as the address of your mail server (docs/how-to/mail-server.md).
  2. [bold].venv/bin/overt up[/]
  3. [bold].venv/bin/overt send newsletter.eml people.csv --campaign spring[/]
     or let your newsletter program send through 127.0.0.1:2525.
  4. [bold].venv/bin/overt watch[/], and later [bold].venv/bin/overt report spring[/]

[bold]More of this demonstration:[/]
  .venv/bin/overt report lantern-walk --settings {folder}/overt.toml
  .venv/bin/overt report first-harvest --by-recipient --settings {folder}/overt.toml

  From nothing, step by step: docs/tutorials/first-campaign.md""",
        soft_wrap=True,
    )


if __name__ == "__main__":
    sys.exit(main())
