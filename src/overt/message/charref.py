"""Character references of attribute values: decoded as browsers decode them, with the way back to the source.

It knows the rules of attribute values only (WHATWG HTML 13.2.5.36 to 13.2.5.39 and 13.2.5.72 to 13.2.5.80); references
in running text end differently and are none of its business.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from html.entities import html5
from typing import Final

#: A reference, a line end that is read as one line feed, or a NUL that is read as U+FFFD.
_SPECIAL: Final = re.compile(r"&#[xX]([0-9A-Fa-f]+);?|&#([0-9]+);?|&([A-Za-z0-9]+;?)|\r\n?|\x00")
_NEEDS_DECODING: Final = re.compile(r"[&\r\x00]")
_LONGEST_NAME: Final = max(map(len, html5))
_SHORTEST_NAME: Final = min(map(len, html5))
#: Numeric references into the C1 controls mean the windows-1252 character (WHATWG HTML 13.2.5.80).
_WINDOWS_1252: Final = {
    number: bytes([number]).decode("windows-1252")
    for number in range(0x80, 0xA0)
    if number not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
}
_REPLACEMENT: Final = "\N{REPLACEMENT CHARACTER}"
#: More digits than this are beyond U+10FFFF whatever they are, leading zeros apart.
_MOST_DIGITS: Final = 8


def decode_value(source: str) -> str:
    """The value that a browser reads from `source`, the text between an attribute's quotes."""
    if _NEEDS_DECODING.search(source) is None:
        return source
    if source.count("&") == source.count("&amp;") and "\r" not in source and "\x00" not in source:
        return source.replace("&amp;", "&")
    return _SPECIAL.sub(lambda match: _meaning(match, source)[0], source)


class ValueMap:
    """The way from a decoded value back to its source, built once for any number of questions."""

    __slots__ = ("_end", "_read", "_written")

    def __init__(self, source: str) -> None:
        #: by reference: the range of the value that it reads as, the range of the source that it takes
        self._read: list[tuple[int, int]] = []
        self._written: list[tuple[int, int]] = []
        self._end = len(source)
        if _NEEDS_DECODING.search(source) is None:
            return
        shift = 0  # how much shorter the value is than the source, so far
        for match in _SPECIAL.finditer(source):
            new, used = _meaning(match, source)
            length = len(new) - (len(match.group()) - used)
            start = match.start()
            self._read.append((start - shift, start - shift + length))
            self._written.append((start, start + used))
            shift += used - length

    def original(self, index: int) -> int:
        """Where in the source the character `index` of the value begins; the end of the value is the source's end.

        A reference that stands for two characters begins where it begins for both.
        """
        place = bisect_right(self._read, index, key=_start) - 1
        if place < 0:
            return min(index, self._end)
        last = self._read[place][1]
        start, end = self._written[place]
        return start if index < last else min(end + index - last, self._end)


def encode_value(value: str, quote: str) -> str:
    """`value` written so that it stands between `quote` and `quote` and decodes to itself."""
    text = value.replace("&", "&amp;").replace("\r", "&#13;")
    return text.replace("'", "&#39;") if quote == "'" else text.replace('"', "&quot;")


def _start(span: tuple[int, int]) -> int:
    return span[0]


def _meaning(match: re.Match[str], source: str) -> tuple[str, int]:
    """What the match reads as (with any tail that belongs to no reference), and how much source the reference took."""
    whole = match.group()
    hexadecimal, decimal, name = match.groups()
    if name is not None:
        return _named(name, source[match.end() : match.end() + 1])
    if hexadecimal is not None:
        return _numbered(hexadecimal, 16), len(whole)
    if decimal is not None:
        return _numbered(decimal, 10), len(whole)
    return (_REPLACEMENT if whole == "\x00" else "\n"), len(whole)


def _named(name: str, following: str) -> tuple[str, int]:
    for length in range(min(len(name), _LONGEST_NAME), _SHORTEST_NAME - 1, -1):
        character = html5.get(name[:length])
        if character is None:
            continue
        rest = name[length:]
        after = (rest or following)[:1]
        if not name[:length].endswith(";") and (after == "=" or (after.isascii() and after.isalnum())):
            break  # "for historical reasons" such a name is text in an attribute (13.2.5.73)
        return character + rest, length + 1
    return "&" + name, 1


def _numbered(digits: str, base: int) -> str:
    digits = digits.lstrip("0")
    number = int(digits or "0", base) if len(digits) <= _MOST_DIGITS else 0x110000
    if number == 0 or number > 0x10FFFF or 0xD800 <= number <= 0xDFFF:
        return _REPLACEMENT
    return _WINDOWS_1252.get(number, chr(number))
