"""What overt's own instrument marked in a message: its line, its beacon, its field. Cleaning takes them out whole.

Reads marks only (`data-overt`, `Overt-Notice`, see docs/reference/instrument.md) and believes them: whoever forges one
can only have something of their own taken out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from overt.message import Field, Html, Message

NOTICE: Final = "overt-notice"
MARK: Final = "data-overt"
_ABOUT: Final = re.compile(r"about=<([^<>\s]{1,2000})>")
MOST_FILLER: Final = 2  # spaces that base64 needs to end on three bytes (RFC 2045 section 6.8)
LONGEST_LINE: Final = 2000  # characters; the disclosure in plain text has a sentence or two and a URL


def own_places(html: Html, *, filled: bool) -> Iterator[tuple[int, int]]:
    """Where the own line and the own beacon stand, with the line end put before and, if `filled`, spaces put behind."""
    if MARK not in html.text.lower():
        return
    text = html.text
    places: list[tuple[int, int]] = []
    for element in html.elements({"p", "img"}):
        mark = element.get(MARK)
        value = mark.value.strip().lower() if mark is not None else ""
        if value == "disclosure" and element.close is not None:
            places.append((_before_newline(text, element.start), element.close[1]))
        elif value == "beacon" and element.tag == "img":
            places.append((element.start, element.end))
    for at, (start, end) in enumerate(places):
        last = at + 1 == len(places) or places[at + 1][0] != end
        yield start, _behind_filler(text, end) if filled and last else end


def own_text(message: Message, text: str, *, filled: bool) -> tuple[int, int] | None:
    """Where the own paragraph stands in a plain text, by the URL that the message's notice names; None where not."""
    about = find_about(message)
    end = len(text) - len(text.rstrip(" ")) if filled else 0
    end = len(text) - min(end, MOST_FILLER)
    ending = "\r\n" if text.endswith("\r\n", 0, end) else "\n" if text.endswith("\n", 0, end) else ""
    stop = end - len(ending)
    if not about or not text.endswith(about, 0, stop):
        return None
    before = text[max(0, stop - LONGEST_LINE) : stop]
    gap = max(f"\n{before}".rfind("\n\n"), f"\n{before}".rfind("\n\r\n"))
    if gap < 0:
        return None
    start = stop - len(before) + gap  # the empty line is ours; the line end before it is the text's own
    if not ending:  # a text without a last line end was given one, and ours has none in its place
        start = _before_newline(text, start)
    return start, len(text)


def find_about(message: Message) -> str:
    """The URL that the message's own notice names, or ""."""
    field = message.field(NOTICE)
    found = _ABOUT.search(field.text) if field is not None else None
    return found[1] if found else ""


def own_fields(message: Message) -> Iterator[Field]:
    """The fields that instrumenting put in."""
    return (field for field in message.root.fields if field.lower == NOTICE)


def _before_newline(text: str, start: int) -> int:
    if text.startswith("\r\n", max(0, start - 2)) and start >= 2:
        return start - 2
    return start - 1 if start >= 1 and text[start - 1] in "\r\n" else start


def _behind_filler(text: str, end: int) -> int:
    stop = end
    while stop < len(text) and stop - end < MOST_FILLER and text[stop] == " ":
        stop += 1
    return stop
