"""Lines that both halves of a report have: actors, links, classes of programs, and stretches of time.

Numbers only. Whether a beacon's requests are loads or opens is for `shared` and `individual` to say.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from overt.measure.classify import PEOPLE
from overt.measure.few import choose_span, hide_few, put_together
from overt.measure.reading import Actor
from overt.measure.token import Link


@dataclass(frozen=True, slots=True)
class Actors:
    """Requests by who stood behind them. `total` is all of them."""

    total: int = 0
    people: int = 0  # human and proxy
    prefetch: int = 0
    machines: int = 0
    unknown: int = 0


@dataclass(frozen=True, slots=True)
class LinkLine:
    """One link: its destination ("" where only its number is known), its clicks, and how many people made them.

    `people` is None in `shared`, where clicks cannot be put to people.
    """

    link: Link
    destination: str
    clicks: Actors
    people: int | None = None


@dataclass(frozen=True, slots=True)
class ClientLine:
    """One class of programs, or one program where it is known. None: fewer than the report's `fewest`."""

    client: str
    program: str
    actor: str
    beacons: int | None
    clicks: int | None


@dataclass(frozen=True, slots=True)
class TimeLine:
    """`hours` hours from `start` (UTC): loads or opens, and clicks; machines left out. None as above."""

    start: datetime
    hours: int
    beacons: int | None
    clicks: int | None


def count_actors(numbers: Mapping[str, int]) -> Actors:
    people = sum(numbers.get(actor, 0) for actor in PEOPLE)
    known = people + sum(numbers.get(actor, 0) for actor in (Actor.PREFETCH, Actor.MACHINE))
    total = sum(numbers.values())
    return Actors(total, people, numbers.get(Actor.PREFETCH, 0), numbers.get(Actor.MACHINE, 0), total - known)


def list_times(beacons: Counter[int], clicks: Counter[int], fewest: int) -> tuple[TimeLine, ...]:
    span = max(choose_span(beacons, fewest), choose_span(clicks, fewest))
    rows = [put_together(hours, span) for hours in (beacons, clicks)]
    starts = sorted({*rows[0], *rows[1]})
    cells = [hide_few([row.get(start, 0) for start in starts], fewest) for row in rows]
    return tuple(
        TimeLine(datetime.fromtimestamp(start * 3600, UTC), span, beacon, click)
        for start, beacon, click in zip(starts, *cells, strict=True)
    )


def coarsen(lines: Sequence[TimeLine], hours: int) -> tuple[TimeLine, ...]:
    """The same in longer stretches, `hours` a multiple of what they have; where a part is hidden, so is the whole."""
    by_start: dict[int, list[TimeLine]] = {}
    for line in lines:
        start = int(line.start.timestamp()) // 3600
        by_start.setdefault(start - start % hours, []).append(line)
    return tuple(
        TimeLine(
            datetime.fromtimestamp(start * 3600, UTC),
            hours,
            _sum([line.beacons for line in part]),
            _sum([line.clicks for line in part]),
        )
        for start, part in sorted(by_start.items())
    )


def _sum(cells: Sequence[int | None]) -> int | None:
    return None if None in cells else sum(cell or 0 for cell in cells)
