"""Transfer encodings with a map: decoded bytes, and for each change in them the raw lines to write anew.

Content-Transfer-Encoding of RFC 2045 section 6. Only the encoded lines that hold a change are encoded again; where
base64 leaves no other way (a change of length that no filler may absorb) the lines after it are too. Knows nothing of
charsets.
"""

from __future__ import annotations

import binascii
import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from overt.errors import Refused
from overt.message.edit import Edit, Span

QP_LINE = 76  # RFC 2045 section 6.7 (5)
BASE64_LINE = 76  # RFC 2045 section 6.8
_LINE = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n)?")
_JUNK = re.compile(rb"[^A-Za-z0-9+/=]+")
_CLEAN = re.compile(rb"(?:(?:[A-Za-z0-9+/]{4})+(?:\r\n|\r|\n))*(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?\s*")
_QP_LITERAL = frozenset(range(0x21, 0x7F)) - {0x3D}
_QP = [b"%c" % byte if byte in _QP_LITERAL or byte in b" \t" else b"=%02X" % byte for byte in range(256)]


@dataclass(frozen=True, slots=True)
class Change:
    """Replace decoded bytes [start, end) by `new`. `filler` may stand behind it up to twice without harm, if given."""

    start: int
    end: int
    new: bytes
    because: str
    filler: bytes = b""


@dataclass(frozen=True, slots=True)
class Body:
    """A part's decoded bytes. `units` are the encoded lines: where each begins in the raw bytes and in `data`.

    In an identity encoding there are none. The last unit is a sentinel: where the lines end.
    """

    data: bytes
    encoding: str
    raw: bytes
    span: Span
    raw_starts: tuple[int, ...] = ()
    data_starts: tuple[int, ...] = ()
    exact: bool = True

    def raw_span(self, start: int, end: int) -> Span:
        """Raw bytes that hold decoded bytes [start, end): exact in identity encodings, whole lines otherwise."""
        if not self.raw_starts:
            return Span(self.span.start + start, self.span.start + end)
        first, last = self._units(start, end)
        return Span(self.raw_starts[first], self.raw_starts[last + 1])

    def edits(self, changes: Sequence[Change]) -> tuple[Edit, ...]:
        """The edits of the raw message that make `changes`, which do not overlap. Raises `Refused` where none can."""
        ordered = sorted(changes, key=lambda change: (change.start, change.end))
        if not ordered:
            return ()
        if not self.exact:
            raise Refused(f"this {self.encoding} body is damaged; it cannot be changed in part")
        if not self.raw_starts:
            return tuple(Edit(self.raw_span(c.start, c.end), c.new, c.because) for c in ordered)
        write = self._write_base64 if self.encoding == "base64" else self._write_quoted
        return tuple(write(first, last, group) for first, last, group in self._groups(ordered))

    def _units(self, start: int, end: int) -> tuple[int, int]:
        count = len(self.raw_starts) - 1
        first = min(bisect_right(self.data_starts, start) - 1, count - 1)
        last = first if end <= start else min(bisect_right(self.data_starts, end - 1) - 1, count - 1)
        return max(first, 0), max(last, 0)

    def _groups(self, ordered: Sequence[Change]) -> list[tuple[int, int, list[Change]]]:
        groups: list[tuple[int, int, list[Change]]] = []
        for change in ordered:
            first, last = self._units(change.start, change.end)
            if groups and first <= groups[-1][1]:
                before = groups[-1]
                groups[-1] = (before[0], max(last, before[1]), [*before[2], change])
            else:
                groups.append((first, last, [change]))
        if self.encoding != "base64":
            return groups
        for at, (first, _, group) in enumerate(groups):
            # Quanta of three bytes must not shift unless a filler takes up the rest: else go on to the end of the body.
            change_of_length = sum(len(c.new) - (c.end - c.start) for c in group)
            last_unit = len(self.raw_starts) - 2
            if groups[at][1] < last_unit and change_of_length % 3 and not any(c.filler for c in group):
                rest = [change for later in groups[at:] for change in later[2]]
                return [*groups[:at], (first, last_unit, rest)]
        return groups

    def _changed(self, first: int, last: int, group: Sequence[Change]) -> bytes:
        at, pieces = self.data_starts[first], list[bytes]()
        for change in group:
            pieces += (self.data[at : change.start], change.new)
            at = change.end
        pieces.append(self.data[at : self.data_starts[last + 1]])
        return b"".join(pieces)

    def _write_base64(self, first: int, last: int, group: list[Change]) -> Edit:
        span = Span(self.raw_starts[first], self.raw_starts[last + 1])
        new = self._changed(first, last, group)
        if last < len(self.raw_starts) - 2 and len(new) % 3:
            at = max(index for index, change in enumerate(group) if change.filler)
            for count in (1, 2):
                change = group[at]
                padded = Change(change.start, change.end, change.new + change.filler * count, change.because)
                new = self._changed(first, last, [*group[:at], padded, *group[at + 1 :]])
                if len(new) % 3 == 0:
                    break
            else:
                raise Refused("no filler keeps the base64 lines behind this change")
        old = span.cut(self.raw)
        end = _line_end(old) or _line_end(self.span.cut(self.raw)) or b"\r\n"
        width = len(_LINE.match(old)[0].rstrip(b"\r\n")) if _line_end(old) else BASE64_LINE  # type: ignore[index]
        width = min(max(width - width % 4, 4), 996)  # RFC 5321 section 4.5.3.1.6: lines of at most 998
        text = binascii.b2a_base64(new, newline=False)
        lines = end.join(text[at : at + width] for at in range(0, len(text), width))
        tail = old[len(old.rstrip(b" \t\r\n")) :]
        return Edit(span, lines + (tail if old.strip() else b""), "; ".join(dict.fromkeys(c.because for c in group)))

    def _write_quoted(self, first: int, last: int, group: list[Change]) -> Edit:
        span = Span(self.raw_starts[first], self.raw_starts[last + 1])
        old = span.cut(self.raw)
        end = _line_end(old) or _line_end(self.span.cut(self.raw)) or b"\r\n"
        new = self._changed(first, last, group)
        soft = old.rstrip(b"\r\n").rstrip(b" \t").endswith(b"=") and old[-1:] in (b"\r", b"\n")
        lines = new.split(end)
        written = end.join(_quote(line, end, open_end=soft and at == len(lines) - 1) for at, line in enumerate(lines))
        if soft:
            written += b"=" + end
        return Edit(span, written, "; ".join(dict.fromkeys(c.because for c in group)))


def decode_body(raw: bytes, span: Span, encoding: str) -> Body:
    """Decode the body at `span`. An unknown encoding is read as it stands, and not `exact`: nobody can write it."""
    if encoding == "quoted-printable":
        return _decode_quoted(raw, span)
    if encoding == "base64":
        return _decode_base64(raw, span)
    return Body(span.cut(raw), encoding, raw, span, exact=encoding in ("7bit", "8bit", "binary"))


def _decode_quoted(raw: bytes, span: Span) -> Body:
    raw_starts, data_starts, pieces = list[int](), list[int](), list[bytes]()
    at, size = span.start, 0
    for line in span.cut(raw).splitlines(keepends=True) if b"\x0b" not in raw and b"\x0c" not in raw else _lines(raw, span):
        raw_starts.append(at)
        data_starts.append(size)
        at += len(line)
        content = line.rstrip(b"\r\n")
        end = line[len(content) :]
        content = content.rstrip(b" \t")  # RFC 2045 section 6.7 (3): added on the way
        if content.endswith(b"="):
            content, end = content[:-1], b"" if end else b""
        piece = (binascii.a2b_qp(content) if b"=" in content else content) + end
        pieces.append(piece)
        size += len(piece)
    return Body(
        b"".join(pieces), "quoted-printable", raw, span, (*(raw_starts or [at]), at), (*(data_starts or [0]), size)
    )


def _lines(raw: bytes, span: Span) -> list[bytes]:
    return [line for line in _LINE.findall(raw, span.start, span.end) if line]


def _decode_base64(raw: bytes, span: Span) -> Body:
    body = span.cut(raw)
    if _CLEAN.fullmatch(body) is None:
        return _decode_damaged(raw, span, body)
    data = binascii.a2b_base64(body)
    raw_starts, data_starts = list[int](), list[int]()
    at, size = span.start, 0
    for line in _lines(raw, span):
        if not line.strip() and raw_starts:
            break  # white space behind the last line belongs to it
        raw_starts.append(at)
        data_starts.append(size)
        at += len(line)
        size += len(line.rstrip()) // 4 * 3
    return Body(data, "base64", raw, span, (*(raw_starts or [span.start]), span.end), (*(data_starts or [0]), len(data)))


def _decode_damaged(raw: bytes, span: Span, body: bytes) -> Body:
    """Base64 with junk in it or without its end: one unit, written anew as a whole where that loses nothing."""
    letters = _JUNK.sub(b"", body)
    head, mark, rest = letters.partition(b"=")
    whole = head[: len(head) - len(head) % 4] if len(head) % 4 == 1 else head
    data = binascii.a2b_base64(whole + b"=" * (-len(whole) % 4))
    exact = not rest.strip(b"=") and len(head) % 4 != 1
    # After the padding some mailers begin anew (two encoded texts joined); show both, write neither.
    if mark and rest.strip(b"="):
        data += _decode_damaged(rest, Span(0, len(rest)), rest.lstrip(b"=")).data if len(rest) < len(letters) else b""
    return Body(data, "base64", raw, span, (span.start, span.end), (0, len(data)), exact)


def _quote(line: bytes, end: bytes, *, open_end: bool) -> bytes:
    """One logical line as quoted-printable, with soft breaks. White space at a hard end is escaped."""
    codes = [_QP[byte] for byte in line]
    if codes and not open_end and codes[-1] in (b" ", b"\t"):
        codes[-1] = b"=20" if codes[-1] == b" " else b"=09"
    if sum(map(len, codes)) <= QP_LINE - open_end:
        return b"".join(codes)
    rows, row, width = list[bytes](), list[bytes](), 0
    for code in codes:
        if width + len(code) > QP_LINE - 1:
            rows.append(b"".join(row))
            row, width = [], 0
        row.append(code)
        width += len(code)
    rows.append(b"".join(row))
    return (b"=" + end).join(rows)


def _line_end(raw: bytes) -> bytes:
    match = re.search(rb"\r\n|\r|\n", raw)
    return match[0] if match else b""
