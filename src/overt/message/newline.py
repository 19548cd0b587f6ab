"""The way back from a text whose CRLFs were made one character to the text as it was.

HTML parsers read CRLF and lone CR as line feeds before anything else (WHATWG HTML 13.2.3.5) and count in what is left.
A lone CR keeps its place, so only CRLFs shift what follows them.
"""

from __future__ import annotations

from bisect import bisect_left
from itertools import accumulate


class Newlines:
    """The CRLFs of one text."""

    __slots__ = ("_places",)

    def __init__(self, text: str) -> None:
        lines = text.split("\r\n")
        lengths = [len(line) + 1 for line in lines[:-1]]
        #: where, in the normalised text, each line feed stands that was a CRLF
        self._places = [end - 1 for end in accumulate(lengths)]

    def original(self, offset: int) -> int:
        """The place in the text of an offset of the normalised text."""
        return offset + bisect_left(self._places, offset) if self._places else offset
