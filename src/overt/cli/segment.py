"""`overt segment`: recipients put together by what they did, saved as a rule and looked up when they are asked for."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter, validators
from rich.console import Console
from rich.table import Table
from rich.text import Text

from overt.cli.known import gather
from overt.cli.option import Settings
from overt.cli.settings import load_settings
from overt.cli.tabular import Format, choose, save
from overt.cli.wording import clean
from overt.clock import SystemClock
from overt.measure import Kind
from overt.measure.audience import MEMBERS, Member, Rule, as_row, find_members, say_rule, write_rule
from overt.measure.sheet import tell_moment

if TYPE_CHECKING:
    from overt.store.audience import Audiences

app = App(name="segment", help="Put recipients together by what they did: save, list, show, export, remove.")

SettingsFile = Annotated[Path | None, Parameter(name="--settings", help="The settings file.")]
Json = Annotated[bool, Parameter(name="--json", negative=(), help="Print JSON.")]
Words = Annotated[tuple[str, ...], Parameter(negative=())]
Whether = Annotated[bool, Parameter(negative=())]
Number = Annotated[int, Parameter(validator=validators.Number(gte=0))]


@app.command(name="save")
def save_segment(
    name: str,
    /,
    *,
    campaign: Words = (),
    days: Number = 0,
    opened: Number = 0,
    clicked: Number = 0,
    not_opened: Whether = False,
    not_clicked: Whether = False,
    link: str = "",
    place: Words = (),
    quiet_days: Number = 0,
    above: float | None = None,
    below: float | None = None,
    settings: SettingsFile = None,
) -> int:
    """Save a rule under a name, in place of an older one, and say how many fulfil it. All that it asks must hold.

    Parameters
    ----------
    campaign
        Only messages of this campaign count; may be given more than once.
    days
        Only what was sent or happened in so many days counts.
    opened
        Opened at least so many messages.
    clicked
        Clicked in at least so many messages.
    not_opened
        Opened none, as far as that can be known: mail that was fetched ahead (Apple) tells nothing.
    not_clicked
        Clicked in none.
    link
        A click counts only if it led to a URL like this: https://shop.example/*/shoes*.
    place
        A click counts only from this place, a country's two letters; may be given more than once.
    quiet_days
        Not seen for so many days, in no message.
    above
        Engagement surely above so many clicks per 100 messages; see overt engagement.
    below
        Engagement surely below so many.
    """
    rule = Rule(campaign, days, opened, clicked, not_opened, not_clicked, link, place, quiet_days, above, below)
    loaded = load_settings(settings)
    with _open(loaded) as audiences:
        audiences.save(name, rule)
    members = find(loaded, rule)
    print(f"Saved: {name}. {len(members)} recipients now: {say_rule(rule)}.")
    return 0


@app.command(name="list")
def list_segments(*, json_: Json = False, settings: SettingsFile = None) -> int:
    """Show the saved rules."""
    with _open(load_settings(settings)) as audiences:
        found = audiences.all()
    if json_:
        told = [{"name": one.name, "rule": write_rule(one.rule), "at": tell_moment(one.at)} for one in found]
        print(json.dumps({"segments": told}, ensure_ascii=False, indent=2))
        return 0
    console = Console(highlight=False)
    if not found:
        console.print("No segment yet: overt segment save NAME --clicked 2 --days 90")
        return 0
    table = Table("segment", "who", "saved", box=None, pad_edge=False)
    for one in found:
        table.add_row(Text(clean(one.name)), Text(clean(say_rule(one.rule))), f"{one.at:%Y-%m-%d}")
    console.print(table)
    return 0


@app.command
def show(name: str, /, *, json_: Json = False, settings: SettingsFile = None) -> int:
    """Show who fulfils a rule now; exit code 1 where nobody does."""
    loaded = load_settings(settings)
    with _open(loaded) as audiences:
        rule = audiences.need(name).rule
    members = find(loaded, rule)
    if json_:
        rows = [dict(zip(MEMBERS, (*as_row(one)[:-1], tell_moment(one.last)), strict=True)) for one in members]
        told = {"name": name, "rule": write_rule(rule), "recipients": rows}
        print(json.dumps(told, ensure_ascii=False, indent=2))
        return 0 if members else 1
    table = Table("recipient", "messages", "opened", "clicked", "last seen", box=None, pad_edge=False)
    for one in members:
        numbers = (str(one.messages), str(one.opened), str(one.clicked))
        table.add_row(Text(clean(one.address)), *numbers, f"{one.last:%Y-%m-%d}" if one.last else "never")
    console = Console(highlight=False)
    console.print(table)
    console.print(Text(f"{len(members)} recipients: {clean(say_rule(rule))}."))
    return 0 if members else 1


@app.command
def export(
    name: str,
    /,
    *,
    output: Path | None = None,
    format_: Annotated[Format | None, Parameter(name="--format")] = None,
    every: Annotated[float | None, Parameter(validator=validators.Number(gte=0.1, lte=10_080))] = None,
    settings: SettingsFile = None,
) -> int:
    """Write who fulfils a rule now, for other programs.

    Parameters
    ----------
    output
        The file, replaced whole: .csv, .jsonl or .parquet. Printed where it is left out.
    format_
        csv, jsonl or parquet, where the file's name does not say it.
    every
        Go on, and write the file anew every so many minutes, until interrupted.
    """
    choose(output, format_)
    loaded = load_settings(settings)
    keep(lambda: _export(loaded, name, output, format_), every)
    return 0


def keep(write: Callable[[], None], every: float | None, sleep: Callable[[float], None] = time.sleep) -> None:
    """Once, or again and again; a minute is the unit."""
    write()
    while every is not None:
        sleep(every * 60)
        write()


def find(settings: Settings, rule: Rule, now: datetime | None = None) -> tuple[Member, ...]:
    """Who fulfils the rule."""
    known, moment = gather(settings), now or SystemClock().now()
    hits = known.hits()
    scores = None
    if rule.needs_scores:
        from overt.measure.engaged import rank_recipients

        _, people = rank_recipients(known.campaigns.values(), hits, moment, kind=Kind.LINK, egress=known.egress)
        scores = {one.recipient: (one.engagement.low, one.engagement.high) for one in people}
    return find_members(rule, known.campaigns.values(), hits, moment, scores, known.egress)


@app.command
def remove(name: str, /, *, settings: SettingsFile = None) -> int:
    """Forget a rule."""
    with _open(load_settings(settings)) as audiences:
        removed = audiences.remove(name)
    if removed:
        print(f"Removed: {name}.")
    else:
        print(f'overt: there is no segment "{name}". See: overt segment list', file=sys.stderr)
    return 0 if removed else 1


def _export(settings: Settings, name: str, output: Path | None, format_: Format | None) -> None:
    with _open(settings) as audiences:
        rule = audiences.need(name).rule
    count = save(MEMBERS, [as_row(one) for one in find(settings, rule)], output, format_)
    if output is not None:
        print(f"{count} recipients in {output}", file=sys.stderr)


@contextmanager
def _open(settings: Settings) -> Iterator[Audiences]:
    from overt.cli.house import open_house
    from overt.store.audience import Audiences

    with open_house(settings) as house:
        yield Audiences(house.engine, house.clock)
