"""What a calendar object mentions (RFC 5545): links and pictures by the property they stand in, HTML in Outlook's.

Lines are unfolded with the way back, so that every address has its place in the text. Which program shows which of them
is in the table of vectors. Nothing here knows events, times or people.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import Final

from overt.message.html import parse_html
from overt.message.hypertext import Mention, find_mentions
from overt.message.url import find_text_urls

#: By property, and by parameter (`;ALTREP=`): RFC 5545 3.8.1.1, 3.8.4.6, 3.2.1, 3.2.6; RFC 7986 5.10, 5.11, 5.7.
PROPERTIES: Final = {
    "attach": "calendar-attach",
    "url": "calendar-url",
    "image": "calendar-image",
    "conference": "calendar-conference",
    "source": "calendar-source",
}
PARAMETERS: Final = {"altrep": "calendar-altrep", "dir": "calendar-altrep"}
#: Bytes of one unfolded line that is HTML; Outlook writes some 30,000.
MOST_HTML: Final = 1024 * 1024
_FOLD: Final = re.compile(r"\r?\n[ \t]|\r[ \t]")
_LINE: Final = re.compile(r"[^\r\n]+")
_NAME: Final = re.compile(r"[A-Za-z0-9-]{1,64}")
_PARAMETER: Final = re.compile(r';([A-Za-z0-9-]{1,64})=("[^"]*"|[^";:,]*)(?:,(?:"[^"]*"|[^";:,]*))*')
_ESCAPE: Final = re.compile(r"\\([\\;,nN])")


class _Folded:
    """Text without some of its pieces, and where each character stood."""

    __slots__ = ("_before", "_keep", "_starts", "text")

    def __init__(self, text: str, pattern: re.Pattern[str], *, keep: bool = False) -> None:
        pieces, self._starts, self._before, self._keep, at, size = list[str](), [0], [0], keep, 0, 0
        for match in pattern.finditer(text):
            said = {"n": "\n", "N": "\n"}.get(match[1], match[1]) if keep else ""
            pieces += (text[at : match.start()], said)
            size += match.start() - at + len(said)
            at = match.end()
            self._starts.append(size)
            self._before.append(at)
        pieces.append(text[at:])
        self.text = "".join(pieces)

    def place(self, at: int) -> int:
        """Where the character at `at` stood; one behind the last is the end."""
        piece = bisect_right(self._starts, at) - 1
        return self._before[piece] + at - self._starts[piece]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where [start, end) stood."""
        if end <= start or self._keep:  # an escape belongs to its character, a fold to what is behind it
            return self.place(start), self.place(end)
        return self.place(start), self.place(end - 1) + 1


def find_in_calendar(text: str) -> Iterator[Mention]:
    """Every address in the order of the lines; addresses in other properties are `text-url`, as in any text."""
    folded = _Folded(text, _FOLD)
    for line in _LINE.finditer(folded.text):
        for mention in _of_line(line[0]):
            start, end = folded.span(line.start() + mention.start, line.start() + mention.end)
            yield Mention(mention.raw, mention.vector, start, end, rests=mention.rests)


def _of_line(line: str) -> Iterator[Mention]:
    name = _NAME.match(line)
    at = name.end() if name is not None else 0
    word = name[0].lower() if name is not None else ""
    html = False
    while at and (parameter := _PARAMETER.match(line, at)):
        at = parameter.end()
        key, value = parameter[1].lower(), parameter[2].strip('"')
        html = html or (key == "fmttype" and value.lower() == "text/html")
        begin = parameter.start(2) + (1 if parameter[2].startswith('"') else 0)
        if key in PARAMETERS:
            vector = PARAMETERS[key]
            yield from ([Mention(value, vector, begin, begin + len(value))] if value else [])
        else:
            yield from _in_text(value, begin)
    if not at or line[at : at + 1] != ":":
        yield from _in_text(line[at:], at)
        return
    at += 1
    value = line[at:].rstrip()
    if word in PROPERTIES and ":" in value and not value.lower().startswith("data:"):
        lead = len(value) - len(value.lstrip())
        yield Mention(value.strip(), PROPERTIES[word], at + lead, at + len(value))
    elif word == "x-alt-desc" and (html or "<" in value):
        yield from _in_html(value[:MOST_HTML], at)
    elif word not in PROPERTIES:
        yield from _in_text(value, at)


def _in_html(value: str, at: int) -> Iterator[Mention]:
    plain = _Folded(value, _ESCAPE, keep=True)
    for mention in find_mentions(parse_html(plain.text)):
        start, end = plain.span(mention.start, mention.end)
        yield Mention(mention.raw, mention.vector, at + start, at + end, rests=mention.rests)


def _in_text(value: str, at: int) -> Iterator[Mention]:
    for start, end in find_text_urls(value, wide=True):
        yield Mention(value[start:end], "text-url", at + start, at + end)
