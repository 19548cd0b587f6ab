"""Bytes to a message: any bytes at all, with defects where they are not what they should be, never an exception.

Reads structure only: RFC 5322 header fields, RFC 2046 multiparts and embedded messages, with any line end (LF, CRLF,
CR, mixed). Decodes no body and fetches nothing. Every boundary line is found by one pass over the bytes, so time is
linear in the size of the message for each of at most `DEEPEST` levels.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from overt.message.base64 import Base64Body
from overt.message.edit import Span
from overt.message.field import Field, decode_bytes, decode_words, parse_parameters
from overt.message.part import Defect, Message, Part

DEEPEST = 50  # nested parts; Python's own recursion ends at 1000 frames, real mail under 10
MOST_PARTS = 5000  # the largest digests in real mail have a few hundred
MOST_FIELDS = 5000  # of one header
LONGEST_BOUNDARY = 994  # what a line of 998 characters has room for (RFC 5322 section 2.1.1); 70 are allowed

# One field: name, and value with the lines that continue it. The last line end is optional: the bytes may just stop.
_FIELD = re.compile(rb"([!-9;-~]{1,998}+)[ \t]*+:([^\r\n]*+(?:(?:\r\n|\r|\n)[ \t][^\r\n]*+)*+)(?:\r\n|\r|\n)?")
_LINE_END = re.compile(rb"\r\n|\r|\n")
_LINE = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n)?")
_FOLDED = re.compile(rb"[^\r\n]*+(?:(?:\r\n|\r|\n)[ \t][^\r\n]*+)*+(?:\r\n|\r|\n)?")
_AFTER_BOUNDARY = re.compile(rb"(--)?[ \t]*+(\r\n|\r|\n|\Z)")
_HTML = re.compile(
    rb"(?:\xef\xbb\xbf)?+\s*+(?:<!--(?:(?!-->).)*+-->\s*+)*+"
    rb"<(?:!doctype\s+html|html|head|body|table|div|p|a|img|meta|title|style|center|span|h[1-6])\b",
    re.IGNORECASE | re.DOTALL,
)
_PGP = re.compile(rb"(?:\A|(?<=[\r\n]))(?:-|=2D(?:=[\r\n]+)?){5}BEGIN PGP (SIGNED )?MESSAGE-----")
_PGP_WORDS = b"BEGIN PGP "
_SEALS = {
    "multipart/signed": "signed",  # RFC 1847
    "multipart/encrypted": "encrypted",
    "application/pkcs7-mime": "encrypted",  # RFC 8551
    "application/x-pkcs7-mime": "encrypted",
}
_ENCODED = frozenset({"base64", "quoted-printable"})
_ENCODINGS = frozenset({"7bit", "8bit", "binary", "base64", "quoted-printable"})


def parse(raw: bytes) -> Message:
    """The message in `raw`. A bare HTML file is taken as one text/html part, with a defect that says so."""
    reading = _Reading(raw)
    # RFC 5322 lets a field's name begin with `<html>`, up to a colon in the first style or URL; no program writes one.
    if _HTML.match(raw, 0, 4096) is not None:
        whole = Span(0, len(raw))
        root = Part("", whole, Span(0, 0), whole, (), "text/html", {}, "8bit", "", "")
        return Message(raw, root, (Defect("bare-html", Span(0, 0), "no header; taken as an HTML file"),))
    root = reading.entity(Span(0, len(raw)), "", 0, "text/plain", "")
    return Message(raw, root, tuple(reading.defects))


@dataclass(slots=True)
class _Reading:
    raw: bytes
    defects: list[Defect] = field(default_factory=list)
    parts: int = 0

    def entity(self, span: Span, path: str, depth: int, default: str, sealed: str) -> Part:
        self.parts += 1
        header, body, fields = self._header(span)
        by_name: dict[str, Field] = {}
        for item in fields:
            by_name.setdefault(item.lower, item)
        content_type, params = self._content_type(by_name.get("content-type"), default)
        encoding = self._encoding(by_name.get("content-transfer-encoding"))
        disposition, extra = _structured(by_name.get("content-disposition"))
        filename = decode_words(extra.get("filename") or params.get("name", ""))  # many write RFC 2047 there
        sealed = sealed or self._seal(content_type, params, encoding, body)
        children = self._children(content_type, params, encoding, body, path, depth, sealed)
        return Part(
            path, span, header, body, fields, content_type, params, encoding, disposition, filename, children, sealed
        )

    def _header(self, span: Span) -> tuple[Span, Span, tuple[Field, ...]]:
        raw, at, end = self.raw, span.start, span.end
        fields: list[Field] = []
        if raw.startswith((b"From ", b">From "), at) and (line := _FOLDED.match(raw, at, end)):
            at = line.end()  # the line that mbox puts before a message
        while at < end:
            found = _FIELD.match(raw, at, end)
            if found is None:
                blank = _LINE_END.match(raw, at, end)
                if blank:
                    return Span(span.start, at), Span(blank.end(), end), tuple(fields)
                # RFC 5322 has no word for it; what looks like no field starts the body, as in most readers.
                self.defects.append(Defect("no-header-field", Span(at, at), "taken as start of the body"))
                return Span(span.start, at), Span(at, end), tuple(fields)
            at = found.end()
            if len(fields) < MOST_FIELDS:
                name, whole = found[1].decode("ascii"), Span(found.start(), at)
                fields.append(Field(name, whole, Span(*found.span(2)), found[0]))
                if len(fields) == MOST_FIELDS:
                    self.defects.append(Defect("too-many-fields", whole, f"fields after the {MOST_FIELDS}th not read"))
        return Span(span.start, end), Span(end, end), tuple(fields)

    def _content_type(self, found: Field | None, default: str) -> tuple[str, dict[str, str]]:
        if found is None:
            return default, {}
        value, params = parse_parameters(_plain(found))
        if value.count("/") != 1 or not all(value.split("/")):
            # RFC 2045 section 5.2: a type that cannot be read is text/plain.
            self.defects.append(Defect("content-type", found.span, value[:80]))
            return "text/plain", params
        return value, params

    def _encoding(self, found: Field | None) -> str:
        if found is None:
            return "7bit"
        words = _plain(found).split(";")[0].split()
        word = words[0].lower() if words else "7bit"
        if word not in _ENCODINGS:
            self.defects.append(Defect("transfer-encoding", found.span, word[:80]))
        return word

    def _seal(self, content_type: str, params: dict[str, str], encoding: str, body: Span) -> str:
        if content_type in _SEALS:
            return "signed" if params.get("smime-type", "").lower() == "signed-data" else _SEALS[content_type]
        if content_type.startswith("message/") and encoding in _ENCODED:
            return "encoded"  # the spans of what is in it are spans of encoded bytes
        if not content_type.startswith("text/"):
            return ""
        raw, span = self.raw, body
        if encoding == "base64" and content_type == "text/plain":
            raw = Base64Body(raw, body).data
            span = Span(0, len(raw))
        if raw.find(_PGP_WORDS, span.start, span.end) < 0:
            return ""
        found = _PGP.search(raw, span.start, span.end)
        return "" if found is None else "signed" if found[1] else "encrypted"

    def _children(
        self,
        content_type: str,
        params: dict[str, str],
        encoding: str,
        body: Span,
        path: str,
        depth: int,
        sealed: str,
    ) -> tuple[Part, ...]:
        multipart = content_type.startswith("multipart/")
        if not multipart and not content_type.startswith("message/"):
            return ()
        if encoding in _ENCODED:
            # RFC 2045 section 6.4 forbids it; lines are read as they stand, as programs do.
            self.defects.append(Defect("encoded-multipart" if multipart else "encoded-message", body, encoding))
        if depth >= DEEPEST or self.parts >= MOST_PARTS:
            kind = "too-deep" if depth >= DEEPEST else "too-many-parts"
            self.defects.append(Defect(kind, body, "taken as one part"))
            return ()
        if content_type == "message/delivery-status":
            return self._blocks(body, path, depth, sealed)
        if not multipart:
            return (self.entity(body, _below(path, 1), depth + 1, "text/plain", sealed),)
        boundary = params.get("boundary", "").rstrip()
        if not 0 < len(boundary) <= LONGEST_BOUNDARY:
            self.defects.append(Defect("no-boundary", body))
            return ()
        default = "message/rfc822" if content_type == "multipart/digest" else "text/plain"
        found: list[Part] = []
        for span in self._between(boundary, body):
            if self.parts >= MOST_PARTS:
                self.defects.append(Defect("too-many-parts", span, f"parts after the {MOST_PARTS}th not read"))
                break
            found.append(self.entity(span, _below(path, len(found) + 1), depth + 1, default, sealed))
        return tuple(found)

    def _blocks(self, body: Span, path: str, depth: int, sealed: str) -> tuple[Part, ...]:
        """The blocks of fields in a delivery report (RFC 3464 section 2.1), each a part that is all header."""
        found: list[Part] = []
        at, end = body.start, body.end
        if behind := _LINE_END.match(self.raw, end):
            end = behind.end()  # the line end of the boundary ends the last block's last line too
        while self.parts < MOST_PARTS:
            start = at
            while at < end and not (blank := _LINE_END.match(self.raw, at, end)):
                line = _LINE.match(self.raw, at, end)
                at = line.end() if line else end
            span = Span(min(start, body.end), min(at, body.end))
            found.append(self.entity(span, _below(path, len(found) + 1), depth + 1, "text/plain", sealed))
            if at < end and blank:
                at = blank.end()
            if at >= end:
                break
        return tuple(found)

    def _between(self, boundary: str, body: Span) -> list[Span]:
        # RFC 2046 section 5.1.1: the line end before a delimiter belongs to the delimiter, white space may follow it.
        raw, spans = self.raw, list[Span]()
        mark = b"--" + boundary.encode("utf-8", "surrogateescape")
        start, at = -1, raw.find(mark, body.start, body.end)
        while at >= 0 and len(spans) <= MOST_PARTS:
            behind = _AFTER_BOUNDARY.match(raw, at + len(mark), body.end)
            if behind is None or (at > body.start and raw[at - 1] not in b"\r\n"):
                next_line = _LINE_END.search(raw, at + 2, body.end)
                at = raw.find(mark, next_line.end(), body.end) if next_line else -1
                continue
            if start >= 0:
                spans.append(Span(start, max(start, _before_line_end(raw, at, start))))
            if behind[1]:
                return spans
            start = behind.end()
            at = raw.find(mark, start, body.end)
        if start >= 0:
            spans.append(Span(start, body.end))
            self.defects.append(Defect("no-end-boundary", Span(body.end, body.end), boundary[:80]))
        elif not spans:
            self.defects.append(Defect("no-start-boundary", body, boundary[:80]))
        return spans


def _before_line_end(raw: bytes, at: int, start: int) -> int:
    if at - 2 >= start and raw[at - 2 : at] == b"\r\n":
        return at - 2
    return at - 1 if at - 1 >= start else at


def _below(path: str, number: int) -> str:
    return f"{path}.{number}" if path else str(number)


def _plain(found: Field) -> str:
    start = found.value.start - found.span.start
    return _LINE_FOLD.sub("", decode_bytes(found.raw[start : start + len(found.value)])).strip()


def _structured(found: Field | None) -> tuple[str, dict[str, str]]:
    return parse_parameters(_plain(found)) if found is not None else ("", {})


_LINE_FOLD = re.compile(r"(?:\r\n|\r|\n)(?=[ \t])")
