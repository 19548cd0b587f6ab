"""Small charts made of letters: a bar beside a number, and requests by the hour."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC

from rich.box import SIMPLE_HEAD
from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from overt.measure.line import TimeLine, coarsen

WIDTH = 24
EIGHTHS = " ▏▎▍▌▋▊▉"
MOST_ROWS = 24  # what fits on a screen beside the rest
STEPS = (1, 3, 6, 12, 24, 168)


def bar(count: int, most: int, width: int = WIDTH) -> Text:
    """A bar as long as `count` is of `most`; one that stands for something is never empty."""
    if not most or count <= 0:
        return Text("")
    eighths = max(1, round(8 * width * min(count, most) / most))
    return Text("█" * (eighths // 8) + EIGHTHS[eighths % 8].strip(), style="green")


def show_times(lines: Sequence[TimeLine], beacons: str) -> Iterator[RenderableType]:
    """A row a stretch of time: the hours as they are, or put together where there are too many for a screen."""
    if not lines:
        return
    hours = lines[0].hours
    steps = [step for step in STEPS if step % hours == 0]
    shown = next((rows for step in steps if len(rows := coarsen(lines, step)) <= MOST_ROWS), coarsen(lines, STEPS[-1]))
    rows = shown[-MOST_ROWS:]
    hours = rows[0].hours
    most = max((row.beacons or 0) + (row.clicks or 0) for row in rows)
    table = Table(box=SIMPLE_HEAD)
    table.add_column(f"When (UTC), {'hour' if hours == 1 else f'{hours} hours'}")
    table.add_column(beacons, justify="right")
    table.add_column("Clicks", justify="right")
    table.add_column("")
    for row in rows:
        counts = ("few" if count is None else f"{count:,}" for count in (row.beacons, row.clicks))
        table.add_row(
            row.start.astimezone(UTC).strftime("%a %d %b %H:%M"),
            *counts,
            bar((row.beacons or 0) + (row.clicks or 0), most),
        )
    yield Padding(table, (0, 0, 1, 2))
