"""`overt webhook`: other programs that are told of hits as they come, and the process that tells them."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

from cyclopts import App, Parameter
from rich.console import Console
from rich.progress import track
from rich.table import Table
from rich.text import Text

from overt.cli.log import start_logging
from overt.cli.settings import load_settings
from overt.cli.wording import clean
from overt.errors import Malformed
from overt.measure import Hit, Kind
from overt.measure.event import About, tell_test

if TYPE_CHECKING:
    from overt.cli.house import House
    from overt.serve.telling import Post, Telling
    from overt.store import Envelope, Queue, Webhooks

TELLING = "webhook run"
LOOK_SECONDS = 0.5  # between two looks whether it is over
SLICE = timedelta(hours=6)  # of hits that are in memory at once
RUNS = "Is overt up running already? Start it again once: it begins to tell webhooks where there is one."
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}

app = App(
    name="webhook",
    help="Tell other programs of hits as they come: add, list, test, replay, secret, pause, resume, remove.",
)

SettingsFile = Annotated[Path | None, Parameter(name="--settings", help="The settings file.")]
Json = Annotated[bool, Parameter(name="--json", negative=(), help="Print JSON.")]


@app.command
def add(
    url: str,
    /,
    *,
    name: Annotated[str, Parameter(help="What to call it; the host of the URL where it is left out.")] = "",
    event: Annotated[
        tuple[str, ...],
        Parameter(
            negative=(),
            help="message.opened, loaded, clicked, followed; may be given more than once. All of them else.",
        ),
    ] = (),
    private: Annotated[bool, Parameter(negative=(), help="It lies in our own network; http:// will do.")] = False,
    settings: SettingsFile = None,
) -> int:
    """Tell a URL of hits from now on, and print the secret that signs them: it is shown once.

    mailto:me@example.org gets a mail when a person opened or clicked.
    """
    from overt.serve.telling import check_kinds, check_url

    checked, kinds = check_url(url, private=private), check_kinds(event, url)
    with _open(settings) as (webhooks, _):
        parts = urlsplit(checked)
        made = webhooks.add(name or parts.hostname or parts.path, checked, kinds, private=private)
    if not made.is_mail:
        print(made.secrets[0])
    print(f"Added: {made.name}. Try it: overt webhook test {made.name}", file=sys.stderr)
    print(RUNS, file=sys.stderr)
    return 0


@app.command(name="list")
def list_webhooks(*, json_: Json = False, settings: SettingsFile = None) -> int:
    """Show who is told, and how it goes; the numbers are of a week."""
    from overt.store import Fate

    with _open(settings) as (webhooks, _):
        counts, said = webhooks.counts(), webhooks.last_said()
        rows: list[dict[str, Any]] = [
            {
                "name": one.name,
                "url": one.url,
                "events": sorted(one.kinds),
                "private": one.private,
                "since": one.at.isoformat(timespec="seconds"),
                "stopped": one.stopped,
                **{fate.value: counts.get(one.id, {}).get(fate, 0) for fate in Fate},
                "last": said.get(one.id, ""),
            }
            for one in webhooks.all()
        ]
    if json_:
        print(json.dumps({"webhooks": rows}, ensure_ascii=False, indent=2))
        return 0
    console = Console(highlight=False)
    if not rows:
        console.print("No webhook yet: overt webhook add https://...")
        return 0
    table = Table("webhook", "url", "events", "waiting", "sent", "failed", "last heard", box=None, pad_edge=False)
    for row in rows:
        events = "all" if len(row["events"]) == 4 else ", ".join(word.partition(".")[2] for word in row["events"])
        numbers = [f"{row[fate.value]:,}" for fate in (Fate.WAITING, Fate.SENT, Fate.FAILED)]
        last = f"stopped: {row['stopped']}" if row["stopped"] else row["last"]
        table.add_row(Text(clean(row["name"])), Text(clean(row["url"])), events, *numbers, Text(clean(last)))
    console.print(table)
    return 0


@app.command(name="test")
def try_out(name: str, /, *, settings: SettingsFile = None) -> int:
    """Send it an event overt.test now, and say what it answered; exit code 1 where it was not taken."""
    from overt.serve.telling import Answer, Post

    with _open(settings) as (webhooks, house):
        hook = webhooks.need(name)
        now = house.clock.now()

        async def once() -> Answer:
            post = Post(mail=mail_by(house))
            try:
                return await post.send(hook, f"msg_test_{int(now.timestamp() * 1000)}", tell_test(now), now)
            finally:
                await post.close()

        answer = asyncio.run(once())
    word = "Taken" if answer.is_taken else "Not taken"
    print(f"{word}: {hook.name}: {answer.said}.", file=sys.stdout if answer.is_taken else sys.stderr)
    return 0 if answer.is_taken else 1


@app.command
def replay(
    name: str,
    /,
    *,
    since: Annotated[str, Parameter(help="A moment (2026-11-01, 2026-11-01T08:00Z), or how long ago: 12h, 3d, 2w.")],
    settings: SettingsFile = None,
) -> int:
    """Send again what came since a moment, what was sent already too, under the same ids."""
    from overt.serve.telling import choose_hits

    with _open(settings) as (webhooks, house):
        hook, now = webhooks.need(name), house.clock.now()
        first = read_moment(since, now)
        between = _between(house)
        slices = [(first + SLICE * number) for number in range(max(0, (now - first) // SLICE + 1))]
        put = 0
        for start in track(slices, "Replaying", console=Console(stderr=True), disable=not sys.stderr.isatty()):
            hits = choose_hits([hook], between(start, min(start + SLICE, now)), always=True)[hook.id]
            put += webhooks.put(hook, hits, again=True)
    print(f"{put} hits on their way to {hook.name}; overt up sends them.")
    return 0


@app.command
def secret(name: str, /, *, settings: SettingsFile = None) -> int:
    """Make a new secret and print it; for 24 hours the one before signs too."""
    with _open(settings) as (webhooks, _):
        print(webhooks.renew(webhooks.need(name)))
    return 0


@app.command
def pause(name: str, /, *, settings: SettingsFile = None) -> int:
    """Send nothing for now; what comes waits, for a week at most."""
    with _open(settings) as (webhooks, _):
        webhooks.stop(webhooks.need(name), "paused by hand")
    print(f"Paused: {name}. Go on with: overt webhook resume {name}")
    return 0


@app.command
def resume(name: str, /, *, settings: SettingsFile = None) -> int:
    """Go on after a pause, or after it said that it was gone."""
    with _open(settings) as (webhooks, _):
        webhooks.stop(webhooks.need(name), "")
    print(f"Going on: {name}.")
    return 0


@app.command
def remove(name: str, /, *, settings: SettingsFile = None) -> int:
    """Tell it nothing more, and forget what was on its way."""
    with _open(settings) as (webhooks, _):
        webhooks.remove(webhooks.need(name))
    print(f"Removed: {name}.")
    return 0


@app.command(show=False)
def run(*, settings: SettingsFile = None, parent: Annotated[int, Parameter(show=False, negative=())] = 0) -> int:
    """Tell webhooks, until a signal or until `parent` is no longer the process that started us."""
    from overt.cli.house import open_house

    loaded = load_settings(settings)
    start_logging()
    with open_house(loaded) as house:
        asyncio.run(_run(house, parent))
    return 0


async def _run(house: House, parent: int) -> None:
    from overt.serve.telling import Post

    stop, post = asyncio.Event(), Post(mail=mail_by(house))
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    telling = asyncio.create_task(make_telling(house, post).run(stop))
    try:
        while not telling.done() and not (parent and os.getppid() != parent):
            await asyncio.wait([telling], timeout=LOOK_SECONDS)
        stop.set()
        await telling
    finally:
        await post.close()


def make_telling(house: House, post: Post) -> Telling:
    """What tells webhooks, on what the house holds."""
    from overt.serve.telling import Telling
    from overt.store import Webhooks
    from overt.store.tail import Tail

    return Telling(
        Webhooks(house.engine, house.clock),
        post,
        house.clock,
        tail=Tail(house.layout),
        between=_between(house),
        about=lambda hit: describe(house, hit),
        withdrawn=house.ledger.withdrawn_recipients,
    )


def mail_by(house: House) -> Callable[[str, bytes], None]:
    """What puts a mail into the queue, to be delivered by `overt up`; nobody is told where it fails (RFC 3461)."""
    from overt.store import Envelope, Queue

    queue = Queue(house.engine, house.clock)
    return lambda address, raw: _put(queue, Envelope("", address, notify="NEVER"), raw)


def _put(queue: Queue, envelope: Envelope, raw: bytes) -> None:
    queue.put(envelope, raw)


def describe(house: House, hit: Hit) -> About | None:
    """The names behind a hit's numbers; None where the ledger knows of no such message or names nobody."""
    facts = house.ledger.facts(hit.campaign, only=[hit.sending])
    sent = next((one for one in facts.sent if one.sending == hit.sending), None)
    if sent is None or not sent.recipient:
        return None
    url = facts.links.get(hit.link, "") if hit.kind is Kind.LINK else ""
    return About(facts.name, sent.recipient, house.ledger.message_id(hit.sending), url)


def read_moment(text: str, now: datetime) -> datetime:
    """A moment, or how long before `now`; raises `Malformed`."""
    number, unit = text[:-1], text[-1:]
    if unit in _UNITS and number.isascii() and number.isdecimal() and len(number) < 5:
        return now - _UNITS[unit] * int(number)
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise Malformed(f"{text[:40]!r} is no moment; write 2026-11-01, 2026-11-01T08:00Z, 12h, 3d or 2w") from None
    return min(found if found.tzinfo else found.replace(tzinfo=UTC), now)


def can_tell() -> bool:
    """Whether what webhooks stand on is installed."""
    return all(importlib.util.find_spec(name) for name in ("httpcore", "anyio", "standardwebhooks"))


def _between(house: House) -> Callable[[datetime, datetime], Iterable[Hit]]:
    """Hits of a time that is past, of nobody who withdrew; loads analytics where it is asked."""

    def between(first: datetime, last: datetime) -> Iterable[Hit]:
        from overt.store.hits import load_hits

        moments = (int(first.timestamp() * 1000), int(last.timestamp() * 1000))
        return load_hits(house.layout, between=moments, withdrawn=house.ledger.withdrawn_recipients())

    return between


@contextmanager
def _open(settings: Path | None) -> Iterator[tuple[Webhooks, House]]:
    from overt.cli.house import open_house
    from overt.store import Webhooks

    with open_house(load_settings(settings)) as house:
        yield Webhooks(house.engine, house.clock), house
