"""A part's text with its way back: characters to decoded bytes to the raw bytes of the message.

`read_text` is the one place where transfer encoding and charset meet. A change of characters becomes edits of the raw
message that touch only the encoded lines holding it. Knows no HTML beyond what charset sniffing needs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from overt.errors import Refused
from overt.message.change import Change, make_changes
from overt.message.charset import Decoded, decode_charset, find_charset
from overt.message.edit import Edit, Span
from overt.message.part import Defect, Message, Part
from overt.message.transfer import Body, PlainBody, decode_body

HTML = frozenset({"text/html", "application/xhtml+xml", "image/svg+xml"})


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

    __slots__ = ("_body", "_decoded", "_html", "_only_ascii", "_span", "charset", "label", "text")

    def __init__(self, body: Body, decoded: Decoded, label: str, span: Span, *, html: bool, seven_bit: bool) -> None:
        self._body, self._decoded, self._span, self._html = body, decoded, span, html
        self.text, self.charset, self.label = decoded.text, decoded.charset, label
        # RFC 2045 section 6.2: 7bit holds no other bytes; and without a charset no reader knows what they mean.
        self._only_ascii = (seven_bit or not decoded.declared) and body.data.isascii()

    @property
    def plain(self) -> bool:
        """Whether text stands in the message as it is: characters can be replaced where `raw_span` finds them."""
        return isinstance(self._body, PlainBody) and self.writable

    @property
    def writable(self) -> bool:
        """Whether every ASCII text can be written in place of any other; where not, `edits` may raise `Refused`.

        Taking characters out is refused besides where broken bytes on both sides would become a character.
        """
        return self._body.writable and self._decoded.exact

    @property
    def newline(self) -> str:
        """The line end that a new line in this text should have: the first one's own, else CRLF."""
        at = self.text.find("\n")
        if at < 0:
            return "\r" if "\r" in self.text else "\r\n"
        return "\r\n" if self.text[at - 1 : at] == "\r" else "\n"

    @property
    def defects(self) -> tuple[Defect, ...]:
        """What was wrong with the encoding, the charset's label and the bytes."""
        found = [Defect(kind, self._span) for kind in self._body.defects]
        if self.label and find_charset(self.label) is None:
            found.append(Defect("charset-label", self._span, self.label[:80]))
        if self._decoded.damaged:
            found.append(Defect("charset-bytes", self._span, self.charset))
        return tuple(found)

    def raw_span(self, start: int, end: int) -> Span:
        """The raw bytes that hold characters [start, end), as exactly as the encoding allows."""
        size = len(self.text)
        start, end = min(max(start, 0), size), min(end, size)
        first = self._decoded.start(start)
        return self._body.raw_span(first, max(first, self._decoded.end(end)) if end > start else first)

    def edits(self, changes: Sequence[TextEdit]) -> tuple[Edit, ...]:
        """Edits of the raw message; changes must not overlap. Raises `Refused` where a change cannot be written."""
        ordered = sorted(changes, key=lambda change: (change.start, change.end))
        position = 0
        for change in ordered:
            if change.start < position or change.end < change.start:
                raise Refused(f"two changes claim character {change.start}: {change.because}")
            position = change.end
        if position > len(self.text):
            raise Refused(f"a change ends at character {position}, the text at {len(self.text)}")
        if self.charset == "iso-2022-jp":
            ordered = _join_touching(ordered)
        if self._decoded.plain_from is not None and all(change.new.isascii() for change in ordered):
            skip = self._decoded.plain_from  # one byte a character: the usual newsletter in encoded ASCII
            return self._body.edits(
                [
                    Change(skip + c.start, skip + c.end, c.new.encode("ascii"), c.because, b" " if c.slack else b"")
                    for c in ordered
                ]
            )
        made = [self._change(change) for change in ordered]
        # Taking out what stood between broken bytes may join them to a character.
        joins = self._decoded.damaged and any(not change.new for change in ordered)
        if made and (joins or not self._decoded.exact):
            self._check(ordered, made)
        return self._body.edits(made)

    def _change(self, change: TextEdit) -> Change:
        steady = self.charset != "iso-2022-jp" or self._decoded.exact  # elsewhere a space may be half a character
        filler = self._decoded.encode(" ", html=False) if change.slack and steady else b""
        new = change.new
        if self._only_ascii and self.charset != "iso-2022-jp" and not new.isascii():
            new = self._decoded.encode(new, html=self._html, ascii_only=True).decode("ascii")
        start, end, written = self._decoded.write(change.start, change.end, new, html=self._html)
        return Change(start, end, written, change.because, filler)

    def _check(self, ordered: Sequence[TextEdit], made: Sequence[Change]) -> None:
        """Where the charset has states or long characters, make the change once and see that it reads as meant."""
        data, decoded = self._body.data, self._decoded
        wanted, position = list[str](), 0
        for change in ordered:
            new = decode_charset(decoded.encode(change.new, html=self._html), self.charset, html=False).text
            wanted += (self.text[position : change.start], new)
            position = change.end
        wanted.append(self.text[position:])
        if decode_charset(make_changes(data, 0, len(data), made), self.label, html=self._html).text != "".join(wanted):
            raise Refused(f"a change cannot be written in {self.charset} here")


def _join_touching(ordered: Sequence[TextEdit]) -> list[TextEdit]:
    """Changes side by side as one: both would claim the escape sequences between them."""
    joined: list[TextEdit] = []
    for change in ordered:
        if joined and joined[-1].end == change.start:
            before = joined.pop()
            because = before.because if before.because == change.because else f"{before.because}; {change.because}"
            joined.append(TextEdit(before.start, change.end, before.new + change.new, because))
        else:
            joined.append(change)
    return joined


def read_text(message: Message, part: Part) -> Text:
    """The text of a leaf part, whatever it says it is."""
    html = part.content_type in HTML
    body = decode_body(message.raw, part.body, part.encoding)
    label = part.params.get("charset", "")
    decoded = decode_charset(body.data, label, html=html)
    return Text(body, decoded, label, part.body, html=html, seven_bit=part.encoding == "7bit")
