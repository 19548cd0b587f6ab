"""Numbers too small to show: a cell that rests on fewer than twenty requests can point at one of few people.

In `shared` nobody is known, yet "one click at three in the morning" tells on whoever was up. So a breakdown shows only
cells of at least `FEWEST`, and never lets a hidden one be had by subtraction from the total.
"""

from __future__ import annotations

from collections.abc import Sequence

# The smallest cell that statistical offices commonly publish lies between 5 and 30; 20 is this project's threshold.
FEWEST = 20
# Hours that are put together until their cells are large enough to show; a day is the coarsest.
SPANS = (1, 3, 6, 12, 24)
# A breakdown by time that hides more than this share of its requests is made coarser.
MOST_HIDDEN = 0.2


def hide_few(cells: Sequence[int], fewest: int = FEWEST) -> tuple[int | None, ...]:
    """The cells with None for each that has to be hidden. Zero is shown: it tells on nobody.

    If the hidden ones add up to fewer than `fewest`, the smallest shown cell is hidden too, for the total is known.
    """
    hidden = {index for index, cell in enumerate(cells) if 0 < cell < fewest}
    if hidden and sum(cells[index] for index in hidden) < fewest:
        shown = [index for index, cell in enumerate(cells) if cell >= fewest]
        if shown:
            hidden.add(min(shown, key=lambda index: cells[index]))
    return tuple(None if index in hidden else cell for index, cell in enumerate(cells))


def choose_span(hours: dict[int, int], fewest: int = FEWEST) -> int:
    """How many hours to put together so that few requests are hidden: one of `SPANS`."""
    total = sum(hours.values())
    for span in SPANS:
        cells = tuple(put_together(hours, span).values())
        shown = sum(cell for cell in hide_few(cells, fewest) if cell is not None)
        if shown >= total * (1 - MOST_HIDDEN):
            return span
    return SPANS[-1]


def put_together(hours: dict[int, int], span: int) -> dict[int, int]:
    """Counts by hour as counts by the first hour of each span, in order of time."""
    spans: dict[int, int] = {}
    for hour, number in sorted(hours.items()):
        first = hour - hour % span
        spans[first] = spans.get(first, 0) + number
    return spans
