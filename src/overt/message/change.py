"""What is to become different in a decoded body, and the line ends a body is written with.

Offsets are decoded bytes. Knows neither how a body is encoded nor what its bytes mean.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from overt.errors import Refused
from overt.message.edit import Span

_LINE_END = re.compile(rb"\r\n|\r|\n")
MAIL_LINE_END = b"\r\n"  # RFC 5321 section 2.3.8


@dataclass(frozen=True, slots=True)
class Change:
    """Replace decoded bytes [start, end) by `new`. `filler`, if given, may stand behind it once or twice."""

    start: int
    end: int
    new: bytes
    because: str
    filler: bytes = b""


def in_order(changes: Sequence[Change], size: int) -> list[Change]:
    """Changes by their place, insertions first; raises `Refused` where two claim a byte or one lies outside `size`."""
    ordered = sorted(changes, key=lambda change: (change.start, change.end))
    position = 0
    for change in ordered:
        if change.start < position or change.end < change.start:
            raise Refused(f"two changes claim decoded byte {change.start}: {change.because}")
        position = change.end
    if position > size:
        raise Refused(f"a change ends at decoded byte {position}, the body at {size}")
    return ordered


def make_changes(data: bytes, start: int, end: int, ordered: Sequence[Change], fill: int = 0) -> bytes:
    """`data[start:end]` with the changes made and, behind the last that has one, `fill` fillers."""
    pieces: list[bytes] = []
    filled = max((at for at, change in enumerate(ordered) if change.filler), default=-1) if fill else -1
    for at, change in enumerate(ordered):
        pieces += (data[start : change.start], change.new)
        if at == filled:
            pieces.append(change.filler * fill)
        start = change.end
    pieces.append(data[start:end])
    return b"".join(pieces)


def reasons(ordered: Sequence[Change]) -> str:
    """Why these changes are made, each reason once."""
    if len(ordered) == 1:
        return ordered[0].because
    return "; ".join(dict.fromkeys(change.because for change in ordered))


def find_line_end(raw: bytes, line: Span, body: Span) -> bytes:
    """The line end of a line or, where it has none, of its body or of what stands before the body; else CRLF."""
    if raw[line.end - 2 : line.end] == MAIL_LINE_END and len(line) > 1:
        return MAIL_LINE_END
    for start, end in ((line.start, line.end), (body.start, body.end), (max(0, body.start - 2), body.start)):
        if match := _LINE_END.search(raw, start, end):
            return match[0]
    return MAIL_LINE_END
