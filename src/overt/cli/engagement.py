"""`overt engagement`: how often each recipient who granted it clicks or opens, and how sure that is."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter, validators
from rich.console import Console
from rich.table import Table
from rich.text import Text

from overt.cli.known import gather
from overt.cli.settings import load_settings
from overt.cli.tabular import Format, choose, save
from overt.clock import SystemClock
from overt.measure import Kind
from overt.measure.people import ENGAGEMENT, EngagementRow
from overt.measure.sheet import tell_moment

Days = Annotated[int | None, Parameter(validator=validators.Number(gte=1, lte=36_500))]
_KINDS = {"clicks": Kind.LINK, "opens": Kind.BEACON}


def engagement(
    *,
    of: Literal["clicks", "opens"] = "clicks",
    half_life: Annotated[float, Parameter(validator=validators.Number(gt=0, lte=36_500))] = 60.0,
    above: float | None = None,
    below: float | None = None,
    quiet_days: Days = None,
    json_: Annotated[bool, Parameter(name="--json", negative=())] = False,
    csv_: Annotated[bool, Parameter(name="--csv", negative=())] = False,
    output: Path | None = None,
    format_: Annotated[Format | None, Parameter(name="--format")] = None,
    settings: Path | None = None,
) -> int:
    """Show the most engaged recipients first, of those who granted to be measured.

    A score is events per 100 sendings: what is half a life old counts half, a new recipient is taken for a usual one
    until there is evidence. One person's opens are weak evidence of anything but reading.

    Parameters
    ----------
    of
        clicks or opens. Of opens, mail that was fetched ahead (Apple) tells nothing and is left out.
    half_life
        Days after which an event or a sending counts half.
    above
        Only those whose whole interval lies above this score.
    below
        Only those whose whole interval lies below it.
    quiet_days
        Only those without an event for so many days.
    json_
        Print JSON.
    csv_
        Print CSV, for your newsletter program.
    output
        Write to this file, replaced whole: .csv, .jsonl or .parquet.
    format_
        csv, jsonl or parquet: printed, or for a file whose name does not say it.
    settings
        The settings file.
    """
    from overt.measure.engaged import as_row, rank_recipients

    wanted = "csv" if csv_ and format_ is None else format_
    choose(output, wanted)
    known = gather(load_settings(settings))
    now = SystemClock().now()
    prior, people = rank_recipients(
        known.campaigns.values(), known.hits(), now, kind=_KINDS[of], half_life=half_life, egress=known.egress
    )
    rows = [
        as_row(one)
        for one in people
        if (above is None or one.engagement.low > above)
        and (below is None or one.engagement.high < below)
        and (quiet_days is None or one.last is None or now - one.last > timedelta(days=quiet_days))
    ]
    usual = round(100 * prior.a / prior.b, 2)
    if json_:
        told = [dict(zip(ENGAGEMENT, (*row[:-1], tell_moment(row[-1])), strict=True)) for row in rows]
        found = {"of": of, "half_life_days": half_life, "usual": usual, "recipients": told}
        print(json.dumps(found, ensure_ascii=False, indent=2))
    if output is not None or (wanted is not None and not json_):
        save(ENGAGEMENT, rows, output, wanted)
    elif not json_:
        _show(rows, of, usual)
    return 0


def _show(rows: Sequence[EngagementRow], of: str, usual: float) -> None:
    table = Table("recipient", f"{of} per 100", "between", "sendings", "events", "last", box=None, pad_edge=False)
    for email, score, low, high, _, sendings, events, last in rows:
        said = "too little known" if score is None else f"{score:.0f}"
        when = f"{last:%Y-%m-%d}" if last else "never"
        table.add_row(Text(email), said, f"{low:.0f} and {high:.0f}", str(sendings), str(events), when)
    console = Console(highlight=False)
    console.print(table)
    console.print(f"Usual on this list: {usual:.0f}. Intervals hold with 90 %. What is old counts less.")
