"""One message for many recipients: placeholders `{{ column }}` filled from a row, everything else left as it is.

The message is read once; each recipient's copy is a set of edits of its bytes. A value is escaped as its place needs
it: characters of HTML in HTML parts, encoded words in the Subject, and the part's own charset and transfer encoding
everywhere. `{{ column | words }}` gives the words where the cell is empty. Sends nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from email.header import Header
from html import escape

from overt.errors import Malformed
from overt.message import Edit, Field, Message, Part, Span, Text, TextEdit, apply_edits, parse, read_text

PLACEHOLDER = re.compile(r"\{\{[ \t]*([^\W\d][\w .-]*?)[ \t]*(?:\|[ \t]*([^{}\n|]*?)[ \t]*)?\}\}")
BECAUSE = "filled for this recipient"
# Every copy has its own of these; and as it is a new message, what transport and signers wrote is not true of
# it (RFC 5322 section 3.6.7, RFC 6376, RFC 8617, RFC 8601).
REPLACED = frozenset(
    "to cc bcc message-id subject received return-path delivered-to x-original-to dkim-signature "
    "authentication-results arc-seal arc-message-signature arc-authentication-results".split()
)


@dataclass(frozen=True, slots=True)
class _Slot:
    start: int
    end: int
    column: str
    otherwise: str


@dataclass(frozen=True, slots=True)
class _Body:
    text: Text
    html: bool
    slots: tuple[_Slot, ...]


class Template:
    """A message with its placeholders found; `subject` stands in place of the message's own where it is given."""

    def __init__(self, raw: bytes, *, subject: str | None = None) -> None:
        raw = re.sub(rb"\r\n|\r|\n", b"\r\n", raw)  # RFC 5321 section 2.3.8: lines end with CRLF and nothing else
        self._raw = raw.partition(b"\r\n")[2] if raw.startswith(b"From ") else raw  # an mbox's line is no field
        self._message = parse(self._raw)
        if self._message.root.field("from") is None:
            raise Malformed(
                "The message has no From field. Save it as a message (.eml), not as a page of HTML or text."
            )
        own = self._message.root.field("subject")
        self.subject = subject if subject is not None else (own.text.strip() if own else "")
        self._bodies = tuple(_read_bodies(self._message))

    @property
    def columns(self) -> frozenset[str]:
        """The lower-case names of all columns that a placeholder asks for."""
        in_bodies = (slot.column for body in self._bodies for slot in body.slots)
        return frozenset(in_bodies) | {slot.column for slot in _find_slots(self.subject)}

    def fill(
        self, cells: Mapping[str, str], *, recipient: str, message_id: str, date: str, fields: Sequence[str] = ()
    ) -> bytes:
        """The copy for one recipient, with `fields` (whole lines without their end) on top of its header.

        `date` is used only where the message has no Date of its own.
        """
        subject = _fill_text(self.subject, cells, lambda value: value)
        lines = [
            f"To: {recipient}",
            f"Subject: {encode_words(subject, 'Subject')}",
            f"Message-ID: {message_id}",
            *fields,
        ]
        if self._message.root.field("date") is None:
            lines.append(f"Date: {date}")
        top = "".join(f"{line}\r\n" for line in lines).encode("utf-8")
        start = self._message.root.header.start
        edits = [Edit(Span(start, start), top, BECAUSE), *_removals(self._message.root.fields)]
        for body in self._bodies:
            write = escape if body.html else str
            changes = [TextEdit(s.start, s.end, write(_value(s, cells)), BECAUSE) for s in body.slots]
            edits.extend(body.text.edits(changes))
        return apply_edits(self._raw, edits)


def check_columns(templates: Iterable[Template], columns: Sequence[str]) -> None:
    """Raise `Malformed` that names every placeholder without a column."""
    if unknown := sorted(set().union(*(template.columns for template in templates)) - set(columns)):
        wanted = ", ".join("{{ " + name + " }}" for name in unknown)
        raise Malformed(f"No column fills {wanted}. The list has: {', '.join(columns)}. Rename the one or the other.")


def _read_bodies(message: Message) -> Iterable[_Body]:
    for part in message.parts():
        if part.content_type not in ("text/plain", "text/html") or part.disposition == "attachment" or part.parts:
            continue
        text = read_text(message, part)
        if slots := _find_slots(text.text):
            if part.sealed:
                raise Malformed(f"A {part.sealed} part has placeholders. Filling them would break it: sign afterwards.")
            yield _Body(text, _is_html(part), slots)


def _is_html(part: Part) -> bool:
    return part.content_type == "text/html"


def _find_slots(text: str) -> tuple[_Slot, ...]:
    return tuple(_Slot(m.start(), m.end(), m[1].lower(), m[2] or "") for m in PLACEHOLDER.finditer(text))


def _value(slot: _Slot, cells: Mapping[str, str]) -> str:
    return cells.get(slot.column, "") or slot.otherwise


def _fill_text(text: str, cells: Mapping[str, str], write: Callable[[str], str]) -> str:
    for slot in reversed(_find_slots(text)):
        text = text[: slot.start] + write(_value(slot, cells)) + text[slot.end :]
    return text


def _removals(fields: Iterable[Field]) -> Iterable[Edit]:
    return (Edit(field.span, b"", BECAUSE) for field in fields if field.lower in REPLACED)


def encode_words(text: str, name: str) -> str:
    """The value of the field called `name`: encoded words where not ASCII (RFC 2047), folded (RFC 5322 2.2.3)."""
    text = " ".join(text.split())
    return Header(text, "us-ascii" if text.isascii() else "utf-8", header_name=name).encode(linesep="\r\n")
