"""Small charts made of letters: a bar beside a number, and requests by the hour."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC

from rich.box import SIMPLE_HEAD
from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from overt.measure.few import put_together
from overt.measure.line import TimeLine

WIDTH = 24
EIGHTHS = " ▏▎▍▌▋▊▉"
MOST_ROWS = 24  # what fits on a screen beside the rest


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
    for coarser in (1, 3, 6, 12, 24, 168):
        if coarser >= hours and coarser % hours == 0 and len(_together(lines, coarser)) <= MOST_ROWS:
            hours = coarser
            break
    rows = _together(lines, hours)[-MOST_ROWS:]
    most = max((beacon or 0) + (click or 0) for _, beacon, click in rows)
    table = Table(box=SIMPLE_HEAD)
    table.add_column(f"When (UTC), {'hour' if hours == 1 else f'{hours} hours'}")
    table.add_column(beacons, justify="right")
    table.add_column("Clicks", justify="right")
    table.add_column("")
    for start, beacon, click in rows:
        drawn = bar((beacon or 0) + (click or 0), most)
        table.add_row(start, *("few" if count is None else f"{count:,}" for count in (beacon, click)), drawn)
    yield Padding(table, (0, 0, 1, 2))


def _together(lines: Sequence[TimeLine], hours: int) -> list[tuple[str, int | None, int | None]]:
    """Rows of `hours` hours; where a part is hidden, so is the whole, unless nothing has to be put together."""
    if lines and lines[0].hours == hours:
        return [(_start(line), line.beacons, line.clicks) for line in lines]
    numbers = [
        {int(line.start.timestamp()) // 3600: count or 0 for line, count in zip(lines, counts, strict=True)}
        for counts in ([line.beacons for line in lines], [line.clicks for line in lines])
    ]
    hidden = [
        {int(line.start.timestamp()) // 3600 // hours for line in lines if getattr(line, name) is None}
        for name in ("beacons", "clicks")
    ]
    sums = [put_together(counts, hours) for counts in numbers]
    starts = {start: line for line in reversed(lines) for start in (int(line.start.timestamp()) // 3600 // hours,)}
    return [
        (
            _start(line),
            *(
                None if start in gone else counts.get(start * hours, 0)
                for counts, gone in zip(sums, hidden, strict=True)
            ),
        )
        for start, line in sorted(starts.items())
    ]


def _start(line: TimeLine) -> str:
    return line.start.astimezone(UTC).strftime("%a %d %b %H:%M")
