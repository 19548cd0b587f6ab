"""Places in one text part, and what fills them: the part of instrumenting that is done again for each recipient.

Knows places, not tokens. In parts without a transfer encoding the raw spans are found once; in encoded parts the lines
that hold a place are encoded again each time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from overt.message import Edit, Span, Text, TextEdit

LINE = -1  # the `link` of a place that holds only words of ours
BEACON = 0


@dataclass(frozen=True, slots=True)
class Slot:
    """Characters [start, end) become `before`, the value, `after`. `link` numbers the destination from 1."""

    start: int
    end: int
    before: str
    after: str
    link: int
    because: str


@dataclass(frozen=True, slots=True)
class Filling:
    """The places of one part. `fixed` holds, for parts without encoding, each place's raw span and its encoded ends."""

    text: Text
    slots: tuple[Slot, ...]
    slack: bool
    fixed: tuple[tuple[Span, bytes, bytes], ...]

    def edits(self, values: Sequence[str]) -> tuple[Edit, ...]:
        """The edits that put `values`, ASCII, one for each slot, into the places."""
        if self.fixed:
            return tuple(
                Edit(span, before + value.encode("ascii") + after, slot.because)
                for (span, before, after), slot, value in zip(self.fixed, self.slots, values, strict=True)
            )
        return self.text.edits(
            [
                TextEdit(
                    slot.start,
                    slot.end,
                    slot.before + value + slot.after,
                    slot.because,
                    slack=self.slack or slot.link == LINE,
                )
                for slot, value in zip(self.slots, values, strict=True)
            ]
        )


def find_filling(text: Text, slots: Sequence[Slot], *, html: bool) -> Filling:
    """The filling of a part. Raises `Refused` where one of the places cannot be written, before anything is sent."""
    ordered = tuple(sorted(slots, key=lambda slot: (slot.start, slot.end)))
    trial = Filling(text, ordered, html, ()).edits(["x"] * len(ordered))
    if len(trial) != len(ordered) or not text.plain:
        return Filling(text, ordered, html, ())
    fixed = []
    for slot, edit in zip(ordered, trial, strict=True):
        before, after = slot.before.encode("ascii", "replace"), slot.after.encode("ascii", "replace")
        if edit.new != before + b"x" + after:  # a wide charset, or words that this one writes as references
            return Filling(text, ordered, html, ())
        fixed.append((edit.span, before, after))
    return Filling(text, ordered, html, tuple(fixed))
