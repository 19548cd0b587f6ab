"""Keeps lines of unencoded text within the length that mail transport carries, when places in them are filled.

A line that was short enough stays so: in HTML it is broken at white space before an attribute, which no reader shows,
and what cannot be broken keeps its links as the sender wrote them. A line that was too long already is left alone.
Knows places and lengths, not what a link is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from overt.measure.fill import Slot
from overt.message import Text

LONGEST_LINE = 998  # bytes without the line end: RFC 5322 section 2.1.1, RFC 5321 section 4.5.3.1.6
ROOM = 900  # for our own markup, so that a value of at most 40 characters and a line end still find room
_LINE_END = re.compile(rb"[\r\n]")


@dataclass(frozen=True, slots=True)
class _Placed:
    """A slot, the raw bytes it replaces, the bytes it puts there, and where the line may be broken before it (-1)."""

    slot: Slot
    start: int
    end: int
    size: int
    breaks: int


def fit_slots(text: Text, raw: bytes, slots: Sequence[Slot], filled: int) -> Iterator[Slot]:
    """The slots of `text`, in order, that can be filled by `filled` characters each, with line breaks where needed.

    Those of a line that cannot be kept short are left out.
    """
    if not text.plain or text.charset.startswith("utf-16"):  # encoders break lines, and UTF-16 has none to count
        yield from slots
        return
    placed = (_place(text, slot, filled) for slot in slots)
    for start, group in groupby(placed, key=lambda item: _line_start(raw, item.start)):
        line = list(group)
        end = _line_end(raw, line[-1].end)
        grown = end - start + sum(item.size - (item.end - item.start) for item in line)
        if grown <= LONGEST_LINE or end - start > LONGEST_LINE:
            yield from (item.slot for item in line)
        else:
            yield from _break(text, line, start, end)


def _place(text: Text, slot: Slot, filled: int) -> _Placed:
    span = text.raw_span(slot.start, slot.end)
    # What stands between the two is a name, white space and signs: ASCII, one byte each.
    breaks = span.start - (slot.start - slot.breaks) if slot.breaks >= 0 else -1
    return _Placed(slot, span.start, span.end, len(slot.before) + filled + len(slot.after), breaks)


def _break(text: Text, line: Sequence[_Placed], start: int, end: int) -> list[Slot]:
    """The slots of one line, each on a new one where the line would not last up to the next place for a break."""
    made: list[Slot] = []
    used, at, longest = 0, start, 0  # how long the line is so far, and up to which raw byte
    for number, item in enumerate(line):
        following = line[number + 1].start if number + 1 < len(line) else end
        if item.breaks >= 0 and used + item.start - at + item.size + following - item.end > LONGEST_LINE:
            longest = max(longest, used + item.breaks - at)
            moved = text.text[item.slot.breaks + 1 : item.slot.start]
            made.append(replace(item.slot, start=item.slot.breaks, before=text.newline + moved + item.slot.before))
            used = len(moved) + item.size
        else:
            made.append(item.slot)
            used += item.start - at + item.size
        at = item.end
    return made if max(longest, used + end - at) <= LONGEST_LINE else []


def fold(markup: str, newline: str) -> str:
    """Our own markup in lines of at most `ROOM` characters where it has spaces to break at; readers see no change."""
    if len(markup) <= ROOM:
        return markup
    rows, row = list[str](), ""
    for word in markup.split(" "):
        if row and len(row) + 1 + len(word) > ROOM:
            rows.append(row)
            row = word
        else:
            row = f"{row} {word}" if row else word
    return newline.join([*rows, row])


def ends_line(text: Text, at: int, size: int) -> bool:
    """Whether what is put in at `at`, `size` bytes, should end with a new line: what follows would make it too long."""
    if not text.plain:
        return False
    following = _NEXT_LINE.search(text.text, at)
    return size + (following.start() if following else len(text.text)) - at > LONGEST_LINE


# Both look no farther than a line may be long: of one that is longer nothing more need be known.
def _line_start(raw: bytes, at: int) -> int:
    least = max(0, at - LONGEST_LINE - 1)
    start = max(least, raw.rfind(b"\n", least, at) + 1)
    return max(start, raw.rfind(b"\r", start, at) + 1)


def _line_end(raw: bytes, at: int) -> int:
    most = min(len(raw), at + LONGEST_LINE + 1)
    found = _LINE_END.search(raw, at, most)
    return most if found is None else found.start()


_NEXT_LINE = re.compile("[\r\n]")
