"""Name the bytes to replace and say why: the only way by which overt changes a message.

`apply_edits` is the only function that makes new message bytes. It knows nothing of mail: spans are offsets into the
raw bytes, and whatever no span covers comes out as it went in (laws 1 and 2 in `docs/explanation/laws.md`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from overt.errors import Refused


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Half-open range of byte offsets, `start` included, `end` not."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            raise Refused(f"a span runs forward from 0, not {self.start}..{self.end}")

    def __len__(self) -> int:
        return self.end - self.start

    def cut(self, raw: bytes) -> bytes:
        """The bytes this span names."""
        return raw[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace the bytes of `span` by `new`; an empty span inserts. `because` is for people and logs."""

    span: Span
    new: bytes
    because: str


def apply_edits(raw: bytes, edits: Iterable[Edit]) -> bytes:
    """`raw` with every edit made; spans are offsets into `raw`, not into the result.

    Insertions at one offset keep the order in which they were given and stand before a replacement that starts
    there. Raises `Refused` where two edits claim the same byte or one lies outside `raw`: nothing is guessed.
    """
    pieces: list[bytes] = []
    position = 0
    for edit in _in_order(raw, edits):
        pieces.append(raw[position : edit.span.start])
        pieces.append(edit.new)
        position = edit.span.end
    if not pieces:
        return raw
    pieces.append(raw[position:])
    return b"".join(pieces)


def invert_edits(raw: bytes, edits: Iterable[Edit]) -> tuple[Edit, ...]:
    """The edits that turn `apply_edits(raw, edits)` back into `raw`; their spans are offsets into that result."""
    inverse: list[Edit] = []
    shift = 0
    for edit in _in_order(raw, edits):
        start = edit.span.start + shift
        inverse.append(Edit(Span(start, start + len(edit.new)), edit.span.cut(raw), f"undo: {edit.because}"))
        shift += len(edit.new) - len(edit.span)
    return tuple(inverse)


def _in_order(raw: bytes, edits: Iterable[Edit]) -> list[Edit]:
    ordered = sorted(edits, key=lambda edit: (edit.span.start, edit.span.end))
    position = 0
    for edit in ordered:
        if edit.span.start < position:
            raise Refused(f"two edits claim byte {edit.span.start}: {edit.because}")
        if edit.span.end > len(raw):
            raise Refused(f"an edit ends at {edit.span.end}, the message at {len(raw)}: {edit.because}")
        position = edit.span.end
    return ordered
