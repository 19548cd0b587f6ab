"""Attribute values that hold more than one URL, or one among other things, cut as browsers cut them.

Each function takes a decoded value and gives half-open ranges of it, URLs as they stand, nothing resolved.
"""

from __future__ import annotations

import re
from typing import Final

_SPACE: Final = " \t\n\f\r"
_SRCSET_URL: Final = re.compile(r"[ \t\n\f\r,]*+([^ \t\n\f\r]++)")
#: Descriptors up to a comma outside brackets (WHATWG HTML 4.8.4.3.12 "parse a srcset attribute", step 8 on).
_DESCRIPTORS: Final = re.compile(r"(?:[^,(]|\((?:[^)]*+)\)?+)*+,?")
_WORD: Final = re.compile(r"[^ \t\n\f\r]++")
_BETWEEN_COMMAS: Final = re.compile(r"[^,]++")
#: WHATWG HTML 4.2.5.3 "shared declarative refresh steps"; a URL without `url=` counts too.
_REFRESH: Final = re.compile(
    r"[ \t\n\f\r]*+(?=[0-9.])[0-9]*+[0-9.]*+(?:[ \t\n\f\r]*+[;,][ \t\n\f\r]*+|[ \t\n\f\r]++)"
    r"(?:url[ \t\n\f\r]*+=[ \t\n\f\r]*+)?+([\"'])?+",
    re.IGNORECASE,
)

Ranges = list[tuple[int, int]]


def cut_srcset(value: str) -> Ranges:
    """The URLs of a `srcset`."""
    found: Ranges = []
    position = 0
    while (match := _SRCSET_URL.match(value, position)) is not None:
        start, end = match.span(1)
        position = end
        stripped = start + len(value[start:end].rstrip(","))
        if stripped == end:
            rest = _DESCRIPTORS.match(value, end)
            position = end if rest is None else rest.end()
        if stripped > start:
            found.append((start, stripped))
    return found


def cut_words(value: str) -> Ranges:
    """The URLs of a list divided by white space."""
    return [match.span() for match in _WORD.finditer(value)]


def cut_commas(value: str) -> Ranges:
    """The URLs of a list divided by commas."""
    return [trim(value, *match.span()) for match in _BETWEEN_COMMAS.finditer(value) if match.group().strip()]


def cut_refresh(value: str) -> Ranges:
    """The URL of a `<meta http-equiv=refresh>`, if it names one."""
    match = _REFRESH.match(value)
    if match is None:
        return []
    start, end = match.end(), len(value)
    if match.group(1) is not None:
        closed = value.find(match.group(1), start)
        end = end if closed < 0 else closed
    start, end = trim(value, start, end)
    return [(start, end)] if end > start else []


def trim(value: str, start: int, end: int) -> tuple[int, int]:
    """The range without the white space at its ends."""
    while start < end and value[start] in _SPACE:
        start += 1
    while end > start and value[end - 1] in _SPACE:
        end -= 1
    return start, end
