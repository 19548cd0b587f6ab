"""Transfer encodings with a map: decoded bytes, and for each change in them the raw lines to write anew.

The one door to Content-Transfer-Encoding (RFC 2045 section 6). Only the encoded lines that hold a change are encoded
again. Knows nothing of charsets.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from overt.errors import Refused
from overt.message.base64 import Base64Body
from overt.message.change import Change, in_order
from overt.message.edit import Edit, Span
from overt.message.quoted import QuotedBody

IDENTITY = frozenset({"7bit", "8bit", "binary"})


class Body(Protocol):
    """A body decoded; `defects` are kebab-case words."""

    data: bytes

    @property
    def defects(self) -> tuple[str, ...]:
        """What is wrong with the encoding."""

    @property
    def writable(self) -> bool:
        """Whether every change can be written; where not, `edits` may raise `Refused`."""

    def raw_span(self, start: int, end: int) -> Span:
        """The raw bytes that hold decoded bytes [start, end)."""

    def edits(self, changes: Sequence[Change]) -> tuple[Edit, ...]:
        """The edits of the raw message that make `changes`; raises `Refused` where none can."""


class PlainBody:
    """A body that stands in the message as it is."""

    def __init__(self, raw: bytes, span: Span, *, known: bool = True) -> None:
        self.data = span.cut(raw)
        self._start, self.writable = span.start, known

    @property
    def defects(self) -> tuple[str, ...]:
        """Whether the encoding is one that nobody knows."""
        return () if self.writable else ("transfer-encoding",)

    def raw_span(self, start: int, end: int) -> Span:
        """The very bytes."""
        return Span(self._start + start, self._start + max(start, end))

    def edits(self, changes: Sequence[Change]) -> tuple[Edit, ...]:
        """One edit for each change. Raises `Refused` where nobody knows the encoding."""
        if changes and not self.writable:
            raise Refused("this part's transfer encoding is unknown; it cannot be changed")
        return tuple(
            Edit(self.raw_span(change.start, change.end), change.new, change.because)
            for change in in_order(changes, len(self.data))
        )


def decode_body(raw: bytes, span: Span, encoding: str) -> Body:
    """Decode the body at `span`. An unknown encoding is read as it stands, and nobody can write it."""
    if encoding == "quoted-printable":
        return QuotedBody(raw, span)
    if encoding == "base64":
        return Base64Body(raw, span)
    return PlainBody(raw, span, known=encoding in IDENTITY)
