"""Small charts made of letters: a bar beside a number, and requests by the hour."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from overt.measure import TimeLine, coarsen

WIDTH = 16
EIGHTHS = " ▏▎▍▌▋▊▉"
FIRST = 20  # least width of a first column: half an address
MOST_ROWS = 24  # what fits on a screen beside the rest
STEPS = (1, 3, 6, 12, 24, 168)


def bar(count: int, most: int, width: int = WIDTH) -> Text:
    """A bar as long as `count` is of `most`; one that stands for something is never empty."""
    if not most or count <= 0:
        return Text("")
    eighths = max(1, round(8 * width * min(count, most) / most))
    return Text("█" * (eighths // 8) + EIGHTHS[eighths % 8].strip(), style="green")


def new_table(*columns: str, first: str = "") -> Table:
    """A table without lines; every column but the first holds numbers."""
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="dim", highlight=False)
    table.add_column(first, overflow="fold", min_width=FIRST)
    for column in columns:
        table.add_column(column, justify="right", no_wrap=True)
    return table


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
    table = new_table(beacons, "Clicks", first=f"When (UTC), {'by the hour' if hours == 1 else f'{hours} hours each'}")
    table.add_column("")
    for row in rows:
        counts = ("few" if count is None else f"{count:,}" for count in (row.beacons, row.clicks))
        table.add_row(
            row.start.astimezone(UTC).strftime("%a %d %b %H:%M"),
            *counts,
            bar((row.beacons or 0) + (row.clicks or 0), most),
        )
    yield Padding(table, (0, 0, 1, 2))
