"""What comes in from now on: new hits of the log and changed counters, each told once.

Polls the files that collectors write, so it works beside them and needs nothing of them. Of counters only the sum per
campaign and kind is told: a finer change at a moment could be put to a person.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from overt.measure.hit import Hit
from overt.measure.token import Campaign, Kind
from overt.store.counts import read_counts
from overt.store.layout import Layout
from overt.store.shelf import find_segments, read_segment


@dataclass(frozen=True, slots=True)
class Change:
    """A counter's sum as it is now, and how much it grew since it was last told."""

    campaign: Campaign
    kind: Kind
    number: int
    grew: int


class Tail:
    """Remembers what it told. `from_start` tells first what the log and the counters hold already.

    `missed`: a segment was compacted that was still being written at the look before, so its end may not be told. It
    stays so until whoever looks further sets it back.
    """

    def __init__(self, layout: Layout, *, from_start: bool = False) -> None:
        self._layout = layout
        self._told: dict[str, int] = {}
        self._open: frozenset[str] = frozenset()
        self.missed = False
        self._sums: Counter[tuple[Campaign, Kind]] = Counter()
        if not from_start:
            for _ in self.hits():
                pass
            for _ in self.changes():
                pass

    def hits(self) -> Iterator[Hit]:
        """Hits since the last call, segment by segment."""
        segments = find_segments(self._layout.segments)
        self.missed |= not self._open <= {segment.name for segment in segments}
        self._open = frozenset(segment.name for segment in segments if not segment.closed)
        self._told = {segment.name: self._told.get(segment.name, 0) for segment in segments}
        for segment in segments:
            for hit in islice(read_segment(segment), self._told[segment.name], None):
                self._told[segment.name] += 1
                yield hit

    def changes(self) -> Iterator[Change]:
        """Counters that grew since the last call."""
        sums: Counter[tuple[Campaign, Kind]] = Counter()
        for count in read_counts(self._layout.counts):
            sums[count.campaign, count.kind] += count.number
        before, self._sums = self._sums, sums
        for (campaign, kind), number in sorted(sums.items()):
            if number > before[campaign, kind]:
                yield Change(campaign, kind, number, number - before[campaign, kind])
