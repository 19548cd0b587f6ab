"""A part's text with its way back: characters to decoded bytes to the raw bytes of the message.

`read_text` is the one place where transfer encoding and charset meet. A change of characters becomes edits of the raw
message that touch only the encoded lines holding it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from overt.errors import Refused
from overt.message.charset import Decoded, decode_charset
from overt.message.edit import Edit, Span
from overt.message.part import Message, Part
from overt.message.transfer import Body, Change, decode_body


@dataclass(frozen=True, slots=True)
class TextEdit:
    """Replace characters [start, end) by `new`. With `slack` one or two spaces behind `new` do no harm.

    Base64 encodes three bytes at a time: with slack the lines after the change stay as they are, without it they may
    have to be encoded again.
    """

    start: int
    end: int
    new: str
    because: str
    slack: bool = False


class Text:
    """A text part as its reader sees it. `label` is the charset it came under, `charset` the one that was used."""

    __slots__ = ("_body", "_decoded", "_html", "label")

    def __init__(self, body: Body, decoded: Decoded, label: str, *, html: bool) -> None:
        self._body, self._decoded, self.label, self._html = body, decoded, label, html

    @property
    def text(self) -> str:
        """The decoded characters, line ends as they came."""
        return self._decoded.text

    @property
    def charset(self) -> str:
        """The WHATWG name of the charset."""
        return self._decoded.charset

    def raw_span(self, start: int, end: int) -> Span:
        """The raw bytes that hold characters [start, end); whole encoded lines in base64 and quoted-printable."""
        first = self._decoded.start(start)
        return self._body.raw_span(first, max(first, self._decoded.end(end)) if end > start else first)

    def edits(self, changes: Sequence[TextEdit]) -> tuple[Edit, ...]:
        """Edits of the raw message; changes must not overlap. Raises `Refused` where a change cannot be written."""
        ordered = sorted(changes, key=lambda change: (change.start, change.end))
        for before, after in zip(ordered, ordered[1:], strict=False):
            if after.start < before.end:
                raise Refused(f"two changes claim character {after.start}: {after.because}")
        made = [self._change(change) for change in ordered]
        if not self._decoded.exact:
            self._check(ordered, made)
        return self._body.edits(made)

    def _change(self, change: TextEdit) -> Change:
        filler = self._decoded.encode(" ", html=True) if change.slack else b""
        new = self._decoded.encode(change.new, html=self._html)
        if change.end > change.start:
            return Change(
                self._decoded.start(change.start), self._decoded.end(change.end), new, change.because, filler
            )
        at = self._decoded.end(change.start)
        return Change(at, at, new, change.because, filler)

    def _check(self, ordered: Sequence[TextEdit], made: Sequence[Change]) -> None:
        """Where the charset has states, make the change once and see that it reads as meant."""
        data, text = bytearray(self._body.data), self.text
        for change, wanted in zip(reversed(made), reversed(ordered), strict=True):
            data[change.start : change.end] = change.new
            text = text[: wanted.start] + wanted.new + text[wanted.end :]
        if decode_charset(bytes(data), self.label, html=self._html).text != text:
            raise Refused(f"a change cannot be written in {self.charset} here")


def read_text(message: Message, part: Part) -> Text:
    """The text of a leaf part, whatever it says it is."""
    html = part.content_type in ("text/html", "application/xhtml+xml", "image/svg+xml")
    body = decode_body(message.raw, part.body, part.encoding)
    label = part.params.get("charset", "")
    return Text(body, decode_charset(body.data, label, html=html), label, html=html)
