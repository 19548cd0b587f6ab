"""What a PDF file asks for: the URLs and remote files of its actions (ISO 32000-1 12.6.4), plain and in object streams.

It reads no cross-reference table: every object is looked at where it stands, so that broken and patched files are read
like whole ones, in one pass and within fixed bounds. Pages, fonts and pictures are never unpacked. An encrypted file
has encrypted strings: what does not look like an address is left out, so it yields nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from overt.message.attachment.archive import EACH, MOST_MEMBER, Budget, inflate
from overt.message.attachment.pdfsyntax import Dictionary, Token, tokens
from overt.message.attachment.sighting import Sighting, leads_out
from overt.message.url import find_text_urls

#: By the name of an action (12.6.4, table 198).
ACTIONS: Final = {
    "Launch": "pdf-launch",
    "GoToR": "pdf-goto",
    "GoToE": "pdf-goto",
    "Thread": "pdf-goto",
    "SubmitForm": "pdf-submit",
    "ImportData": "pdf-import",
}
#: Of one document; a reference book with 4,000 links is long.
MOST_SIGHTINGS: Final = 4096
#: Streams that are looked at: an object stream holds 100 objects as programs write them, so this is 400,000 objects.
MOST_STREAMS: Final = 4096
#: Bytes that count for each byte of objects that is read: that is so much slower than unpacking (4 MB in 8 s at worst).
#: In real files the objects with actions have less than 1 MB.
DEAR: Final = 8
#: Bytes before `stream` that can be its dictionary; an object stream's has about 100.
_HEAD: Final = 1024
_STREAM: Final = re.compile(rb"(?<!end)stream\r?\n")
_WORDS: Final = re.compile(
    rb"/(?:URI|Launch|GoTo[RE]|Thread|SubmitForm|ImportData|FS|JS)(?![A-Za-z0-9])|#[0-9A-Fa-f]{2}"
)
_TEXT: Final = re.compile(rb"[0-9]{1,9}[ \r\n]{1,9}[0-9]{1,5}[ \r\n]{1,9}obj[ \r\n]{0,9}[(<][^<]")
_ESCAPE: Final = re.compile(rb"#([0-9A-Fa-f]{2})")


def find_in_pdf(data: bytes, budget: Budget | None = None) -> Iterator[Sighting]:
    """Every address once, in the order of its bytes; strings that objects refer to come last."""
    reading = _Reading()
    shared = budget if budget is not None else Budget()
    for piece, place in _pieces(data, shared):
        for whole in piece.split(b"endobj"):
            if not _WORDS.search(whole) and not _TEXT.search(whole):
                continue
            if shared.left <= 0 or len(reading.found) >= MOST_SIGHTINGS:
                break
            syntax = whole[: shared.left // (2 * DEAR)]  # half of what is left: what is found has to be told too
            shared.take(DEAR * len(syntax) + 1)
            reading.read(syntax, place)
    reading.look_up()
    seen: set[tuple[str, str]] = set()
    for sighting in reading.found[:MOST_SIGHTINGS]:
        key = sighting.vector, sighting.raw
        if key not in seen and shared.left > 0:
            seen.add(key)
            shared.take(EACH)
            yield sighting


def _pieces(data: bytes, budget: Budget) -> Iterator[tuple[bytes, str]]:
    """What stands between the streams, and each object stream unpacked."""
    at, closed = 0, True
    for _ in range(MOST_STREAMS):
        match = _STREAM.search(data, at)
        if match is None:
            break
        yield data[at : match.start()], ""
        head = _ESCAPE.sub(lambda code: bytes([int(code[1], 16)]), data[max(at, match.start() - _HEAD) : match.start()])
        head = head[max(head.rfind(b"endobj"), 0) :]
        at = match.end()
        if b"/ObjStm" in head and (b"/FlateDecode" in head or b"/Fl" in head):
            unpacked, at = inflate(data, match.end(), MOST_MEMBER, budget, raw=False)
            yield unpacked, f"object stream at byte {match.start()}"
        elif b"/ObjStm" in head and b"/Filter" not in head:
            continue  # its objects stand there as they are
        ended = data.find(b"endstream", at) if closed else -1
        closed = closed and ended >= 0
        at = ended if ended >= 0 else at
    yield data[at:], ""


@dataclass(slots=True)
class _Reading:
    """What was found so far; `later` waits for strings that stand in objects of their own."""

    found: list[Sighting] = field(default_factory=list)
    strings: dict[int, str] = field(default_factory=dict)
    later: list[tuple[int, str, str]] = field(default_factory=list)
    base: str = ""

    def read(self, syntax: bytes, place: str) -> None:
        """Read objects: dictionary after dictionary, the inner ones first."""
        number, inside = -1, place
        for token in tokens(syntax):
            if token.kind == "object":
                number = token.number
                inside = place or f"object {number}"
            elif token.kind == "string" and number >= 0:
                self.strings[number] = token.text
            elif token.kind == "dictionary" and token.entries is not None:
                self._dictionary(token.entries, inside)

    def look_up(self) -> None:
        """Find the strings that actions named by number."""
        for number, vector, inside in self.later:
            self._add(self.strings.get(number, ""), vector, inside)

    def _dictionary(self, entries: Dictionary, inside: str) -> None:
        vector = ACTIONS.get(_name(entries.get("S")), "")
        if "URI" in entries:
            self._value(entries["URI"], "pdf-uri", inside)
        if vector:
            for key in ("F", "UF", "Win", "Mac", "Unix"):
                self._value(entries.get(key), vector, inside)
        elif _name(entries.get("FS")) == "URL":
            for key in ("F", "UF"):
                self._value(entries.get(key), "pdf-file", inside)
        script = entries.get("JS")
        if script is not None and script.kind == "string":
            for start, end in find_text_urls(script.text):
                self._add(script.text[start:end], "pdf-script", inside)

    def _value(self, value: Token | None, vector: str, inside: str) -> None:
        if value is None:
            return
        if value.kind == "string":
            self._add(value.text, vector, inside)
        elif value.kind == "reference":
            self.later.append((value.number, vector, inside))
        elif value.kind == "dictionary" and value.entries is not None:
            for key in ("F", "UF"):
                held = value.entries.get(key)
                if held is not None and held.kind == "string":
                    self._add(held.text, vector, inside)

    def _add(self, raw: str, vector: str, inside: str) -> None:
        text = raw.strip("\0\t\n\f\r ")
        if leads_out(text):
            self.found.append(Sighting(text, vector, inside))


def _name(token: Token | None) -> str:
    return token.text if token is not None and token.kind == "name" else ""
