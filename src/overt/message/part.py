"""A message as a tree of spans: every part knows which bytes it is and decodes nothing.

Values only: `overt.message.parse` makes them, `overt.message.text` reads a part's text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from overt.message.edit import Span
from overt.message.field import Field


@dataclass(frozen=True, slots=True)
class Defect:
    """Something that the message is not, though it should be; `kind` is a kebab-case word."""

    kind: str
    span: Span
    note: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One entity (RFC 2045 section 2.4).

    `path` numbers parts as IMAP does ("" the message, "1", "1.2"). `header` ends before the empty line, `body` is as
    encoded. `content_type` is lower-case and has its default where the field is missing or broken. `parts` are the
    children of a multipart, or the one message in a message/rfc822. `sealed` says why nothing in it may be edited
    ("signed", "encrypted"), and holds for all below it.
    """

    path: str
    span: Span
    header: Span
    body: Span
    fields: tuple[Field, ...]
    content_type: str
    params: Mapping[str, str]
    encoding: str
    disposition: str
    filename: str
    parts: tuple[Part, ...] = ()
    sealed: str = ""

    def field(self, name: str) -> Field | None:
        """The first field of that name, in any case."""
        wanted = name.lower()
        return next((item for item in self.fields if item.lower == wanted), None)

    def walk(self) -> Iterator[Part]:
        """This part and all below it, in the order of their bytes."""
        yield self
        for child in self.parts:
            yield from child.walk()


@dataclass(frozen=True, slots=True)
class Message:
    """Raw bytes, the tree over them, and what was wrong with them."""

    raw: bytes
    root: Part
    defects: tuple[Defect, ...] = ()

    def parts(self) -> Iterator[Part]:
        """Every part, the message itself first."""
        return self.root.walk()

    def field(self, name: str) -> Field | None:
        """The message's first field of that name."""
        return self.root.field(name)
