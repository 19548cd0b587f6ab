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
from operator import itemgetter

from overt.message.change import Change, find_line_end, in_order, make_changes, reasons
from overt.message.edit import Edit, Span

ROW = 76  # characters of an encoded line, RFC 2045 section 6.7 (5)
_LITERAL = (set(range(0x21, 0x7F)) | {0x20, 0x09}) - {0x3D}
_CODES = [b"%c" % byte if byte in _LITERAL else b"=%02X" % byte for byte in range(256)]
_ESCAPE = re.compile(rb"=[0-9A-Fa-f]{2}")
_BROKEN = re.compile(rb"=(?![0-9A-Fa-f]{2}|\r?\n)")
_SPECIAL = re.compile(rb"[^\t -~]")
_TAIL = itemgetter(slice(-3, None))


class QuotedBody:
    """`data` is the body decoded; offsets are bytes of it."""

    writable = True

    def __init__(self, raw: bytes, span: Span) -> None:
        self._raw, self._span = raw, span
        body = span.cut(raw)
        lines = body.splitlines(True)
        broken = _BROKEN.search(body) is not None
        self._odd = broken or _is_padded(body, lines)
        self.defects: tuple[str, ...] = ("quoted-printable-escape",) if broken else ()
        self.data = b"".join(map(_decode_line, lines)) if self._odd else binascii.a2b_qp(body)
        self._split = lines

    @cached_property
    def _lines(self) -> tuple[list[int], list[int]]:
        """Where each encoded line begins, in the raw bytes and in `data`; one entry more marks the end."""
        lines = self._split
        decode = _decode_line if self._odd else binascii.a2b_qp
        raw_starts = list(accumulate(map(len, lines), initial=self._span.start))
        return raw_starts, list(accumulate(map(len, map(decode, lines)), initial=0))

    def raw_span(self, start: int, end: int) -> Span:
        """The raw bytes of decoded bytes [start, end), soft breaks between them included."""
        if start >= end:
            at = self._raw_start(start) if start < len(self.data) else self._raw_end(start - 1)
            return Span(at, at)
        return Span(self._raw_start(start), self._raw_end(end - 1))

    def edits(self, changes: Sequence[Change]) -> tuple[Edit, ...]:
        """Edits of whole raw lines that make `changes`."""
        return tuple(self._edit(first, last, group) for first, last, group in self._groups(changes))

    def _groups(self, changes: Sequence[Change]) -> Iterator[tuple[int, int, list[Change]]]:
        data_starts = self._lines[1]
        first = last = -1
        group: list[Change] = []
        for change in in_order(changes, len(self.data)):
            begin = self._line(change.start)
            if begin > last:
                if group:
                    yield first, last, group
                first, group = begin, []
            last = max(last, begin, bisect_right(data_starts, change.end - 1) - 1 if change.end > change.start else 0)
            group.append(change)
        if group:
            yield first, last, group

    def _edit(self, first: int, last: int, group: list[Change]) -> Edit:
        raw_starts, data_starts = self._lines
        count = len(raw_starts) - 1
        line = Span(raw_starts[first], raw_starts[min(last + 1, count)])
        new = make_changes(self.data, data_starts[first], data_starts[min(last + 1, count)], group)
        end = find_line_end(self._raw, line, self._span)
        goes_on = last + 1 < count and not new.endswith(end)  # what follows stays on the line, as after a soft break
        pieces = new.split(end) if b"\0" not in new else [new]  # a line end of UTF-16 is no line end here
        goes_on = goes_on and bool(pieces[-1])
        rows = [_quote(piece, end, goes_on=goes_on and at == len(pieces)) for at, piece in enumerate(pieces, 1)]
        written, soft = end.join(rows), b"=" + end
        if goes_on:  # a CR must not join with the LF of an empty line behind it
            written += b"=\r\n" if end == b"\r" and self._raw[line.end : line.end + 1] == b"\n" else soft
        if written[:1] == b"\n" and self._raw[max(0, line.start - 1) : line.start] == b"\r":
            written = b"=0A" + (soft + written[1:] if written[1:] else b"")  # CR and LF would be one line end
        return Edit(line, written, reasons(group))

    def _line(self, index: int) -> int:
        """The line that holds decoded byte `index`, or at the end of the data the one an insertion goes to."""
        raw_starts, data_starts = self._lines
        if index < len(self.data):
            return bisect_right(data_starts, index) - 1
        count = len(raw_starts) - 1
        return (
            count if count and self._raw[raw_starts[-1] - 1 : raw_starts[-1]] in (b"\r", b"\n") else max(count - 1, 0)
        )

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


def _is_padded(body: bytes, lines: list[bytes]) -> bool:
    """Whether white space ends a line, or a CR stands alone: then the C decoder reads otherwise than we do."""
    if lines and len(lines) != body.count(b"\n") + (not body.endswith(b"\n")):
        return True
    return any(tail.rstrip(b"\r\n")[-1:] in (b" ", b"\t") for tail in set(map(_TAIL, lines)))


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
    return soft.join(b"=46" + soft + row[1:] if row[:5] == b"From " else row for row in rows)
