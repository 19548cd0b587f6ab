"""`overt when`: at what times messages were sent, and how many of them somebody clicked; observational."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cyclopts import Parameter
from rich.console import Console
from rich.text import Text

from overt.cli.chart import new_table
from overt.cli.report import make_report
from overt.cli.settings import load_settings
from overt.errors import Malformed
from overt.measure import Report
from overt.measure.sendtime import DAYS, By, SendTimes, as_dict, fit_send_times

CAUTION = "What was sent at other times was other mail to other people: this is what was seen, not what a time does."


def when(
    *,
    by: Literal["both", "weekday", "hour"] = "both",
    zone: str = "UTC",
    json_: Annotated[bool, Parameter(name="--json", negative=())] = False,
    plot: Path | None = None,
    settings: Path | None = None,
) -> int:
    """Show at what weekdays and hours messages were sent, and how many of them were clicked within three days.

    Of recipients who granted to be measured. Times at which perhaps fewer than 20 people were sent to are not shown.
    Times with few messages, or with campaigns that differ much, are pulled to
    the mean; where no two campaigns were sent at the same time nothing is concluded.

    Parameters
    ----------
    by
        weekday, hour or both.
    zone
        The time zone of the clock on the wall: Europe/Berlin.
    json_
        Print JSON.
    plot
        Draw the map into this file: .png, .svg, .pdf, .html or .json (Vega-Lite).
    settings
        The settings file.
    """
    found = find_send_times(make_report(load_settings(settings)), check_zone(zone), by)
    if plot is not None:
        from overt.cli.plot import draw_send_times, save_chart

        save_chart(draw_send_times(found), plot)
    if json_:
        print(json.dumps(as_dict(found), ensure_ascii=False, indent=2))
    elif plot is None:
        show(found, Console(highlight=False))
    return 0


def find_send_times(report: Report, zone: str, by: By = "both") -> SendTimes:
    """The send times of all campaigns of a report; raises `Refused` where there is nothing to compare."""
    batches = [(one.campaign, one.individual.batches) for one in report.campaigns if one.individual is not None]
    return fit_send_times(batches, report.made_at, zone, by=by)


def check_zone(name: str) -> str:
    """The name of a time zone; raises `Malformed` where there is none of it."""
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Malformed(f"there is no time zone {name[:60]!r}; write Europe/Berlin or UTC") from None


def say_slot(weekday: int | None, hour: int | None) -> str:
    """A slot in words: `Mon 08:00`."""
    return " ".join(_words(weekday, hour))


def _words(weekday: int | None, hour: int | None) -> Iterable[str]:
    if weekday is not None:
        yield DAYS[weekday]
    if hour is not None:
        yield f"{hour:02}:00"


def show(found: SendTimes, console: Console) -> None:
    """A row a slot."""
    table = new_table("Campaigns", "Messages", "Clicked", "Share", "Between", first=f"Sent ({found.zone})")
    for cell in found.cells:
        if cell.few:
            counts: tuple[str | Text, ...] = ("few", "", "", "")
        else:
            counts = (
                f"{cell.sendings:,}",
                f"{cell.clicked:,}",
                Text("" if cell.value is None else f"{cell.value:.1%}", style="bold" if cell.stands_out else ""),
                "" if cell.low is None else f"{cell.low:.1%} and {cell.high:.1%}",
            )
        campaigns = "one only" if cell.alone else f"{cell.campaigns:,}"
        table.add_row(say_slot(cell.weekday, cell.hour), campaigns, *counts)
    console.print(table)
    console.print(f"{found.said} Usual: {found.mean:.1%}. Intervals hold with {found.level:.0%}; bold stands out.")
    console.print(CAUTION)
