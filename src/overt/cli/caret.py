"""Where in a TOML text a setting stands, so that a complaint can point at it with a caret.

Knows lines, tables and keys, nothing of what a setting means. A place is only ever shown to a person: a key this
reader misses (inside an array of tables, say) is shown at its table or at the top of the file, never at a wrong one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_NAME = r"""(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')"""
_KEYS = rf"{_NAME}(?:\s*\.\s*{_NAME})*"
_TABLE = re.compile(rf"\s*\[\[?\s*({_KEYS})\s*\]\]?")
_SETTING = re.compile(rf"\s*({_KEYS})\s*=\s*(.*)$")
_ONE_NAME = re.compile(_NAME)
_LONG_QUOTE = re.compile(r'"""|\'\'\'')
# A value on one line: a basic or literal string, else everything before a comment.
_VALUE = re.compile(r""""(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[^#\n]*[^#\s]""")


@dataclass(frozen=True, slots=True)
class Place:
    """A stretch of one line: line and column count from 1, width in characters."""

    line: int
    column: int
    width: int


def find_place(text: str, path: Sequence[str]) -> Place:
    """The value of the setting at `path`; if it is not there, its table; if that is not there either, the top."""
    best, depth = Place(1, 1, 1), 0
    for keys, place in _places(text):
        shared = keys == tuple(path[: len(keys)])
        if shared and len(keys) > depth:
            best, depth = place, len(keys)
    return best


def find_key(text: str, path: Sequence[str]) -> Place:
    """Like `find_place`, but of the key's name instead of its value: for a name that means nothing."""
    place = find_place(text, path)
    line = _line(text, place.line)
    last = list(re.finditer(re.escape(path[-1]), line[: place.column - 1])) if path else []
    return Place(place.line, last[-1].start() + 1, len(path[-1])) if last else place


def draw(text: str, place: Place) -> str:
    """The line, numbered, with carets under the place."""
    margin = f"{place.line:>5} | "
    line = _line(text, place.line).replace("\t", " ")
    return f"{margin}{line}\n{'|':>{len(margin) - 1}} {' ' * (place.column - 1)}{'^' * max(1, place.width)}"


def _line(text: str, number: int) -> str:
    lines = text.split("\n")
    return lines[number - 1].rstrip("\r") if number <= len(lines) else ""


def _places(text: str) -> Iterator[tuple[tuple[str, ...], Place]]:
    table: tuple[str, ...] = ()
    closing = ""
    for number, raw in enumerate(text.split("\n"), 1):
        line = raw.rstrip("\r")
        if closing:  # inside a string of many lines nothing is a key
            closing = "" if closing in line else closing
            continue
        if match := _TABLE.match(line):
            table = _names(match[1])
            yield table, Place(number, match.start(1) + 1, len(match[1]))
        elif match := _SETTING.match(line):
            keys = table + _names(match[1])
            value = _VALUE.match(line, match.start(2))
            yield keys, Place(number, match.start(2) + 1, len(value[0]) if value else 1)
            quotes = _LONG_QUOTE.findall(match[2])
            closing = quotes[0] if len(quotes) % 2 else ""


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip("\"'") for name in _ONE_NAME.findall(text))
