"""Base64 with a way back (RFC 2045 section 6.8): only the lines that hold a change are encoded again.

Four letters hold three bytes, so a change of length moves everything behind it by a part of a letter, unless a filler
takes up the rest: with one the later lines stay, without they are encoded again too. Line lengths and line ends are
kept. Characters that are no base64 letters are passed over; what cannot be written again in part is `Refused`.
"""

from __future__ import annotations

import binascii
import re
import string
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import accumulate

from overt.errors import Refused
from overt.message.change import Change, find_line_end, in_order, make_changes, reasons
from overt.message.edit import Edit, Span, apply_edits

LETTERS = (string.ascii_letters + string.digits + "+/").encode()
USUAL_LINE = 76  # RFC 2045 section 6.8
LONGEST_LINE = 996  # the last multiple of four below the 998 of RFC 5322 section 2.1.1
_OTHERS = bytes(set(range(256)) - set(LETTERS))
_LETTER = re.compile(rb"[A-Za-z0-9+/]")
_SPACE = b" \t\r\n"


class Base64Body:
    """`data` is the body decoded; offsets are bytes of it."""

    def __init__(self, raw: bytes, span: Span) -> None:
        self._raw, self._span = raw, span
        body = span.cut(raw)
        mark = body.find(b"=")
        self._padded = mark >= 0
        self._joined = self._padded and bool(body[mark:].strip(b"= \t\r\n"))
        head = body[:mark] if self._padded else body
        self._head = Span(span.start, span.start + len(head))
        try:
            self.data = _decode_joined(body) if self._joined else binascii.a2b_base64(body)
        except binascii.Error:
            self.data = _decode_letters(head)

    @property
    def writable(self) -> bool:
        """Whether nothing is damaged, so that every change can be written."""
        return not self._joined and self._lines[2]

    @property
    def defects(self) -> tuple[str, ...]:
        """What is wrong with the encoding."""
        return tuple(self._find_defects(self._span.cut(self._raw)))

    def _find_defects(self, body: bytes) -> Iterator[str]:
        if self._joined:
            yield "base64-after-padding"
        elif len(self.data) % 3 and not self._padded:
            yield "base64-padding"
        if body.translate(None, LETTERS + b"= \t\r\n"):
            yield "base64-junk"

    @cached_property
    def _lines(self) -> tuple[list[int], list[int], bool]:
        """Where each line begins, in the raw bytes and in letters, with the end behind; whether there is no junk."""
        head = self._head.cut(self._raw)
        raw_starts = list(accumulate(map(len, head.splitlines(True)), initial=self._span.start))
        letters = list(accumulate(map(len, head.splitlines()), initial=0))
        if letters[-1] == self._count:
            return raw_starts, letters, True
        lines = head.splitlines(True)
        return raw_starts, list(accumulate((len(line.translate(None, _OTHERS)) for line in lines), initial=0)), False

    @property
    def _count(self) -> int:
        """How many letters hold the data."""
        return (len(self.data) * 4 + 2) // 3

    def raw_span(self, start: int, end: int) -> Span:
        """The raw bytes of the letters that hold decoded bytes [start, end)."""
        if self._joined:
            return self._span
        if start >= end:
            at = self._place(start * 4 // 3) if start < len(self.data) else self._end
            return Span(at, at)
        return Span(self._place(start * 4 // 3), self._place((end * 8 - 1) // 6) + 1)

    def edits(self, changes: Sequence[Change]) -> tuple[Edit, ...]:
        """Edits of whole raw lines that make `changes`, fillers included where the later lines stay."""
        ordered = in_order(changes, len(self.data))
        if not ordered:
            return ()
        if self._joined:
            raise Refused("this base64 body goes on behind its padding; it cannot be changed in part")
        groups = list(self._groups(ordered))
        found = tuple(self._edit(*group) for group in groups)
        if not self._lines[2]:
            self._check(groups, found)
        return found

    def _groups(self, ordered: list[Change]) -> Iterator[tuple[int, int, int, list[Change]]]:
        """First and last quantum of each run of lines, how many fillers it takes, and its changes."""
        total = -(-self._count // 4)
        first, last, group = 0, -1, list[Change]()
        for change in ordered:
            begin, end = self._quanta(change, total)
            if group and begin >= last and (fill := _fillers(group)) >= 0:
                yield first, last, fill, group
                group = []
            if not group:
                first = begin
            last = max(last, end)
            group.append(change)
        fill = _fillers(group)
        yield first, last if last == total or fill >= 0 else total, 0 if last == total else max(fill, 0), group

    def _quanta(self, change: Change, total: int) -> tuple[int, int]:
        """The quanta of the lines that hold a change, half-open."""
        letters = self._lines[1]
        last_line = len(letters) - 2
        if last_line < 0 or not total:
            return 0, total
        size = len(self.data)
        line = bisect_right(letters, min(change.start, size - 1) * 4 // 3) - 1
        behind = line if change.end <= change.start else bisect_right(letters, (change.end * 8 - 1) // 6) - 1
        return letters[line] // 4, min(-(-letters[min(max(line, behind), last_line) + 1] // 4), total)

    def _edit(self, first: int, last: int, fill: int, group: list[Change]) -> Edit:
        raw_starts, letters, _ = self._lines
        whole = 4 * last >= self._count
        begin = self._place(4 * first) if 4 * first < self._count else self._end
        end = self._end if whole else self._place(4 * last - 1) + 1
        new = make_changes(self.data, 3 * first, min(3 * last, len(self.data)), group, fill)
        line = max(bisect_right(raw_starts, begin) - 1, 0) if len(raw_starts) > 1 else 0
        style = find_line_end(self._raw, Span(begin, max(begin, raw_starts[-1])), self._span)
        width = self._width(line)
        before = 4 * first - letters[line] if begin > raw_starts[line] else 0
        text = binascii.b2a_base64(new, newline=False)
        cut = max(width - before, 0)
        rows = [text[:cut], *(text[at : at + width] for at in range(cut, len(text), width))]
        if not whole and (rest := self._rest(4 * last)) and len(rows[-1]) + rest > max(width, USUAL_LINE):
            rows.append(b"")
        return Edit(Span(begin, end), style.join(rows), reasons(group))

    def _width(self, line: int) -> int:
        letters = self._lines[1]
        lengths = [letters[at + 1] - letters[at] for at in {0, line} if at + 1 < len(letters) - 1]
        if not lengths:
            lengths = [max(USUAL_LINE, letters[-1])]
        width = max(lengths)
        return min(max(width - width % 4, 4), LONGEST_LINE)

    def _rest(self, letter: int) -> int:
        """How many letters stand between `letter` and the end of the line it is on, if it does not begin that line."""
        letters = self._lines[1]
        line = bisect_right(letters, letter) - 1
        return letters[line + 1] - letter if letter > letters[line] else 0

    def _place(self, letter: int) -> int:
        """The raw offset of a letter, by its number."""
        raw_starts, letters, regular = self._lines
        line = bisect_right(letters, letter) - 1
        within = letter - letters[line]
        if regular:
            return raw_starts[line] + within
        if line != self._last_number:
            found = _LETTER.finditer(self._raw, raw_starts[line], raw_starts[line + 1])
            self._last_number, self._last_places = line, [match.start() for match in found]
        return self._last_places[within]

    _last_number = -1
    _last_places: list[int] = []  # noqa: RUF012  # replaced, never changed

    @property
    def _end(self) -> int:
        """The raw offset behind the last letter and its padding."""
        if self._padded:
            return self._span.start + len(self._span.cut(self._raw).rstrip(_SPACE))
        count = self._lines[1][-1]
        return self._place(count - 1) + 1 if count else self._span.start

    def _check(self, groups: Sequence[tuple[int, int, int, list[Change]]], edits: Sequence[Edit]) -> None:
        shift = self._span.start
        moved = [Edit(Span(e.span.start - shift, e.span.end - shift), e.new, "") for e in edits]
        body = apply_edits(self._span.cut(self._raw), moved)
        at, wanted = 0, list[bytes]()
        for _, _, fill, group in groups:
            behind = group[-1].end
            wanted.append(make_changes(self.data, at, behind, group, fill))
            at = behind
        wanted.append(self.data[at:])
        if Base64Body(body, Span(0, len(body))).data != b"".join(wanted):
            raise Refused("this base64 body is damaged; it cannot be changed in part")


def _fillers(group: Sequence[Change]) -> int:
    """How many fillers keep the lines behind the group in place; -1 where none do."""
    grown = sum(len(change.new) - (change.end - change.start) for change in group)
    if grown % 3 == 0:
        return 0
    filler = next((change.filler for change in reversed(group) if change.filler), b"")
    return next((count for count in (1, 2) if filler and (grown + count * len(filler)) % 3 == 0), -1)


def _decode_letters(head: bytes) -> bytes:
    letters = head.translate(None, _OTHERS)
    if len(letters) % 4 == 1:
        letters = letters[:-1]  # six bits are no byte
    return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))


def _decode_joined(body: bytes) -> bytes:
    """Behind the padding some programs begin anew; mail programs show both."""
    return b"".join(map(_decode_letters, re.split(rb"=+", body)))
