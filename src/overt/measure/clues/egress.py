"""Apple's list of the addresses behind which Mail Privacy Protection and iCloud Private Relay hide: what it adds.

An address alone proves nothing, for the same network carries people in Safari. It corroborates: a bare `Mozilla/5.0`
from a listed address is Apple's prefetch as surely as it can be told, and Safari from one is a person whose address
many share. It never changes who is said to have asked, only how surely and why, so what the edge counts without the
list is what it would count with it. Knows the list as sorted ranges; where they come from is `overt.measure.listing`'s.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import lru_cache
from typing import Final, Protocol, overload

from overt.measure.clues.network import ends_of
from overt.measure.clues.row import Evidence
from overt.measure.reading import Actor, Certainty

RELAY: Final = "icloud-private-relay"  # the clue of a reading whose address many people share
# An address asks again and again; a campaign of 100,000 has some ten thousand of Apple's.
REMEMBERED: Final = 65_536


class Standing(Enum):
    """How an address, or the prefix that is kept of one, stands to the list."""

    LISTED = "listed"
    PARTLY = "partly"  # some of the kept prefix is listed
    ABSENT = "absent"


class Buffer(Protocol):
    """Bytes, or a file that is mapped into memory and read where it is looked at."""

    def __len__(self) -> int: ...

    def __getitem__(self, span: slice, /) -> bytes: ...


class Ranges(Sequence[bytes]):
    """Packed addresses of `width` bytes each, side by side in a buffer from `at` on."""

    def __init__(self, raw: Buffer, width: int, at: int, count: int) -> None:
        self._raw, self._width, self._at, self._count = raw, width, at, count

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> bytes: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[bytes]: ...
    def __getitem__(self, index: int | slice) -> bytes | Sequence[bytes]:
        if isinstance(index, slice):
            return [self[one] for one in range(*index.indices(self._count))]
        start = self._at + index * self._width
        return self._raw[start : start + self._width]


class Egress:
    """The list as disjoint ranges in order; a look-up halves it some eighteen times and reads nothing else of it.

    `version` is a day and the beginning of a digest: readings say by which list they were made. `tables` has, by
    version of the protocol (4 or 6), the first and the last address of each range.
    """

    def __init__(self, version: str, tables: Mapping[int, tuple[Sequence[bytes], Sequence[bytes]]]) -> None:
        self.version = version
        self._tables = tables
        self.find = lru_cache(REMEMBERED)(self._find)

    def _find(self, text: str) -> Standing | None:
        """Where an address or a prefix stands; None for text that is neither."""
        ends = ends_of(text)
        if ends is None:
            return None
        first, last, version, _ = ends
        starts, stops = self._tables[version]
        width = 4 if version == 4 else 16
        low, high = first.to_bytes(width, "big"), last.to_bytes(width, "big")
        at = bisect_right(starts, low)
        if at and stops[at - 1] >= low:
            return Standing.LISTED if stops[at - 1] >= high else Standing.PARTLY
        return Standing.PARTLY if at < len(starts) and starts[at] <= high else Standing.ABSENT

    def weigh(self, evidence: Evidence, address: str) -> Evidence:
        """The same evidence, surer or less sure by where the request came from."""
        if evidence.clue not in CHANGES or evidence.actor not in (Actor.PREFETCH, Actor.HUMAN):
            return evidence
        standing = self.find(address)
        return evidence if standing is None else _weighed(evidence, standing)


@dataclass(frozen=True, slots=True)
class Change:
    """What a standing adds to a reason, and what it puts in place of certainty and clue; empty: nothing."""

    reason: str
    certainty: Certainty | None = None
    clue: str = ""


APPLE: Final = {
    Standing.LISTED: Change("the address is on Apple's list", Certainty.HIGH),
    Standing.PARTLY: Change("the kept part of the address is partly on Apple's list"),
    # Not another actor: a list is of one day, a hit may be years older, and behind a proxy that hides its clients no
    # address is anybody's.
    Standing.ABSENT: Change("yet the address is not on Apple's list", Certainty.LOW),
}
RELAYED: Final = dict.fromkeys(
    (Standing.LISTED, Standing.PARTLY),
    Change("through iCloud Private Relay, so the address is shared by many and the place is the relay's", None, RELAY),
)
# By the clue of a row. support.clickdimensions.com Adjusted-Opens: User-Agent and address together; Apple, "iCloud
# Private Relay Overview" (2021-12): Safari, and what apps ask for without TLS.
CHANGES: Final[Mapping[str, Mapping[Standing, Change]]] = {
    "apple-mail-privacy": APPLE,
    "safari": RELAYED,
    "webkit-bare": RELAYED,
    "apple-mail-phone": RELAYED,
}


@lru_cache(64)  # a handful of rows, by standing and kind
def _weighed(evidence: Evidence, standing: Standing) -> Evidence:
    change = CHANGES[evidence.clue].get(standing)
    if change is None:
        return evidence
    return replace(
        evidence,
        reason=f"{evidence.reason}; {change.reason}",
        certainty=change.certainty or evidence.certainty,
        clue=change.clue or evidence.clue,
    )
