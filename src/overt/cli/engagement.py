"""`overt engagement`: how often each recipient who granted it clicks or opens, and how sure that is."""

from __future__ import annotations

import csv
import json
import sys
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import Parameter, validators
from rich.console import Console
from rich.table import Table
from rich.text import Text

from overt.cli.known import gather
from overt.cli.settings import load_settings
from overt.clock import SystemClock
from overt.measure import Kind
from overt.measure.table import inert

Days = Annotated[int | None, Parameter(validator=validators.Number(gte=1, lte=36_500))]
COLUMNS = ("email", "score", "low", "high", "level", "sendings", "events", "last")
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
    settings
        The settings file.
    """
    from overt.measure.engaged import rank_recipients

    known = gather(load_settings(settings))
    now = SystemClock().now()
    prior, people = rank_recipients(known.campaigns.values(), known.hits(), now, kind=_KINDS[of], half_life=half_life)
    rows: list[dict[str, Any]] = [
        {
            "email": one.recipient,
            "score": None if one.engagement.score is None else round(one.engagement.score, 2),
            "low": round(one.engagement.low, 2),
            "high": round(one.engagement.high, 2),
            "level": one.engagement.level,
            "sendings": one.sendings,
            "events": one.events,
            "last": one.last and one.last.isoformat(timespec="seconds"),
        }
        for one in people
        if (above is None or one.engagement.low > above)
        and (below is None or one.engagement.high < below)
        and (quiet_days is None or one.last is None or now - one.last > timedelta(days=quiet_days))
    ]
    usual = round(100 * prior.a / prior.b, 2)
    if json_:
        found = {"of": of, "half_life_days": half_life, "usual": usual, "recipients": rows}
        print(json.dumps(found, ensure_ascii=False, indent=2))
    elif csv_:
        writer = csv.writer(sys.stdout)
        writer.writerow(COLUMNS)
        writer.writerows([inert(row[name]) for name in COLUMNS] for row in rows)
    else:
        _show(rows, of, usual)
    return 0


def _show(rows: list[dict[str, Any]], of: str, usual: float) -> None:
    table = Table("recipient", f"{of} per 100", "between", "sendings", "events", "last", box=None, pad_edge=False)
    for row in rows:
        score = "too little known" if row["score"] is None else f"{row['score']:.0f}"
        between = f"{row['low']:.0f} and {row['high']:.0f}"
        last = row["last"][:10] if row["last"] else "never"
        table.add_row(Text(row["email"]), score, between, str(row["sendings"]), str(row["events"]), last)
    console = Console(highlight=False)
    console.print(table)
    console.print(f"Usual on this list: {usual:.0f}. Intervals hold with 90 %. What is old counts less.")
