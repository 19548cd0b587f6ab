"""Quoted-printable with a way back (RFC 2045 section 6.7): only the lines that hold a change are encoded again.

Reads what real programs write: any line end, white space behind a soft break, escapes that are none (they stand for
themselves). The table of lines is made when it is first asked for. Knows nothing of charsets.
"""

from __future__ import annotations

import binascii
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple

from overt.message.change import Change, find_line_end, in_order, make_changes, reasons
from overt.message.edit import Edit, Span

ROW = 76  # characters of an encoded line, RFC 2045 section 6.7 (5)
_LITERAL = (set(range(0x21, 0x7F)) | {0x20, 0x09}) - {0x3D}
_CODES = [b"%c" % byte if byte in _LITERAL else b"=%02X" % byte for byte in range(256)]
_ESCAPE = re.compile(rb"=[0-9A-Fa-f]{2}")
_BROKEN = re.compile(rb"=(?![0-9A-Fa-f]{2}|\r?\n)")
_SPECIAL = re.compile(rb"[^\t -~]")


class _Line(NamedTuple):
    """An encoded line with its line end: [start, end) in the raw bytes, [data_start, data_end) decoded."""

    start: int
    data_start: int
    end: int
    data_end: int


class QuotedBody:
    """`data` is the body decoded; offsets are bytes of it."""

    writable = True

    def __init__(self, raw: bytes, span: Span) -> None:
        self._raw, self._span = raw, span
        body = span.cut(raw)
        data = binascii.a2b_qp(body)
        self._odd = len(data) != _whole_size(body, 0, len(body)) or _is_padded(body)
        broken = self._odd and _BROKEN.search(body) is not None
        self.defects: tuple[str, ...] = ("quoted-printable-escape",) if broken else ()
        self.data = b"".join(map(_decode_line, body.splitlines(True))) if self._odd else data

    @cached_property
    def _lines(self) -> tuple[list[int], list[int]]:
        """Where each encoded line begins, in the raw bytes and in `data`; one entry more marks the end."""
        lines = self._span.cut(self._raw).splitlines(True)
        raw_starts = list(accumulate(map(len, lines), initial=self._span.start))
        if self._odd:
            sizes = [len(_decode_line(line)) for line in lines]
        else:
            sizes = [_whole_size(line, 0, len(line)) for line in lines]
        return raw_starts, list(accumulate(sizes, initial=0))

    def raw_span(self, start: int, end: int) -> Span:
        """The raw bytes of decoded bytes [start, end), soft breaks between them included."""
        if start >= end:
            at = self._raw_start(start) if start < len(self.data) else self._raw_end(start - 1)
            return Span(at, at)
        return Span(self._raw_start(start), self._raw_end(end - 1))

    def edits(self, changes: Sequence[Change]) -> tuple[Edit, ...]:
        """Edits of whole raw lines that make `changes`."""
        made: list[Edit] = []
        for first, last, group in self._groups(changes):
            touching = bool(made) and made[-1].span.end == first.start
            before = made[-1].new[-1:] if touching else self._raw[max(0, first.start - 1) : first.start]
            made.append(self._edit(first, last, group, before))
        return tuple(made)

    def _groups(self, changes: Sequence[Change]) -> Iterator[tuple[_Line, _Line, list[Change]]]:
        """Changes that share lines, with the first and the last of those."""
        group: list[Change] = []
        first = last = _Line(self._span.start, 0, self._span.start, 0)
        for change in in_order(changes, len(self.data)):
            line = self._line(change.start, last)
            if group and line.start >= last.end:
                yield first, last, group
                group = []
            if not group:
                first = line
            last = line
            if change.end > line.data_end:
                last = self._line(change.end - 1, line)
            group.append(change)
        if group:
            yield first, last, group

    def _edit(self, first: _Line, last: _Line, group: list[Change], before: bytes) -> Edit:
        line, raw = Span(first.start, last.end), self._raw
        new = make_changes(self.data, first.data_start, last.data_end, group)
        end = find_line_end(raw, line, self._span)
        # What follows stays on the line, as after a soft break.
        goes_on = last.end < self._span.end and not new.endswith(end)
        pieces = new.split(end) if b"\0" not in new else [new]  # a line end of UTF-16 is no line end here
        goes_on = goes_on and bool(pieces[-1])
        rows = [_quote(piece, end, goes_on=goes_on and at == len(pieces)) for at, piece in enumerate(pieces, 1)]
        written, soft = end.join(rows), b"=" + end
        if goes_on:  # a CR must not join with the LF of an empty line behind it
            written += b"=\r\n" if end == b"\r" and raw[line.end : line.end + 1] == b"\n" else soft
        if written[:1] == b"\n" and before == b"\r":
            written = b"=0A" + (soft + written[1:] if written[1:] else b"")  # CR and LF would be one line end
        return Edit(line, written, reasons(group))

    def _line(self, index: int, near: _Line) -> _Line:
        """The line that holds decoded byte `index`, or at the end of the data the one an insertion goes to.

        `near` is a line before it or the same: the way from there is counted, and no table made of all lines.
        """
        size, stop = len(self.data), self._span.end
        if index >= size:
            if stop == self._span.start or self._raw[stop - 1 : stop] in (b"\r", b"\n"):
                return _Line(stop, size, stop, size)
            start = max(self._raw.rfind(b"\n", self._span.start, stop), self._raw.rfind(b"\r", self._span.start, stop))
            start = max(start + 1, self._span.start)
            return _Line(start, size - len(_decode_line(self._raw[start:stop])), stop, size)
        if index < near.data_end:
            return near
        if not self._odd:
            return self._walk(index, near.start, near.data_start)
        raw_starts, data_starts = self._lines
        at = bisect_right(data_starts, index) - 1
        return _Line(raw_starts[at], data_starts[at], raw_starts[at + 1], data_starts[at + 1])

    def _walk(self, index: int, start: int, data_start: int) -> _Line:
        raw, stop = self._raw, self._span.end
        while True:
            # Raw bytes are never fewer than decoded ones, so the line is this one or begins behind here.
            least = start + index - data_start
            end = raw.rfind(b"\n", start, least) + 1
            within = end == 0
            if within:
                end = raw.find(b"\n", least, stop) + 1 or stop
            data_end = data_start + _whole_size(raw, start, end)
            if within and index < data_end:
                return _Line(start, data_start, end, data_end)
            start, data_start = end, data_end

    def _raw_start(self, index: int) -> int:
        return self._locate(index)[0]

    def _raw_end(self, index: int) -> int:
        return self._locate(index)[1] if index >= 0 else self._span.start

    def _locate(self, index: int) -> tuple[int, int]:
        raw_starts, data_starts = self._lines
        number = bisect_right(data_starts, index) - 1
        start, within = raw_starts[number], index - data_starts[number]
        if number != self._last_number:
            line = self._raw[start : raw_starts[number + 1]]
            content = len(line.rstrip(b"\r\n"))
            places = [match.start() - 2 * at for at, match in enumerate(_ESCAPE.finditer(line))]
            self._last_number, self._last_line = number, (places, len(_decode_line(line[:content])), content)
        places, size, content = self._last_line
        if within >= size:
            return start + content + within - size, start + content + within - size + 1
        at = bisect_left(places, within)
        begin = start + within + 2 * at
        return begin, begin + (3 if at < len(places) and places[at] == within else 1)

    _last_number = -1
    _last_line: tuple[list[int], int, int] = ([], 0, 0)


def _whole_size(body: bytes, start: int, end: int) -> int:
    """How many bytes these decode to if every `=` begins an escape or a soft break; where one does not, to more."""
    signs = body.count(b"=", start, end)
    if not signs:
        return end - start
    # A soft break takes three bytes with CRLF, with LF two as the digits of an escape.
    return end - start - 2 * signs - body.count(b"=\r\n", start, end)


def _is_padded(body: bytes) -> bool:
    """Whether white space ends a line, or a CR stands alone: then the C decoder reads otherwise than we do."""
    ends, pairs = body.count(b"\n"), body.count(b"\r\n")
    if (b"\r" in body and body.count(b"\r") != pairs) or body[-1:] in (b" ", b"\t"):
        return True
    used = [end for end, found in ((b"\n", ends > pairs), (b"\r\n", pairs)) if found]
    return any(space in body and any(space + end in body for end in used) for space in (b" ", b"\t"))


def _decode_line(line: bytes) -> bytes:
    content = line.rstrip(b"\r\n")
    end = line[len(content) :]
    content = content.rstrip(b" \t")  # RFC 2045 section 6.7 (3): added on the way
    if content.endswith(b"="):
        content, end = content[:-1], b""
    if b"=" in content:
        content = _ESCAPE.sub(_unescape, content)
    return content + end


def _unescape(match: re.Match[bytes]) -> bytes:
    return bytes((int(match[0][1:], 16),))


def _quote(line: bytes, end: bytes, *, goes_on: bool) -> bytes:
    """One logical line as quoted-printable, in rows; white space at its end is escaped unless more follows."""
    if not line:
        return line
    if _SPECIAL.search(line) is None:
        written = line.replace(b"=", b"=3D")
    else:
        written = b"".join(map(_CODES.__getitem__, line))
    if not goes_on and written[-1:] in (b" ", b"\t"):
        written = written[:-1] + b"=%02X" % written[-1]
    rows, at, room = list[bytes](), 0, ROW - goes_on
    while len(written) - at > room:
        cut = at + ROW - 1
        cut -= 1 if written[cut - 1] == 0x3D else 2 if written[cut - 2] == 0x3D else 0  # no break within an escape
        rows.append(written[at:cut])
        at = cut
    rows.append(written[at:])
    soft = b"=" + end
    # RFC 2049 section 3: a lone full stop ends the mail in SMTP, and mbox changes lines that begin with "From ".
    if rows[-1] == b"." and not goes_on:
        rows[-1] = b"=2E"
    if b"From " in written:
        rows = [b"=46" + soft + row[1:] if row[:5] == b"From " else row for row in rows]
    return soft.join(rows)
