"""The objects of a PDF file as far as actions need them (ISO 32000-1 7.3): dictionaries, names, strings, references.

One pass over the bytes, whatever they are; what is cut off or nested too deep is left out. It follows no reference and
knows no meaning.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

#: Dictionaries and arrays in one another; an action with a file specification needs three.
MOST_DEPTH: Final = 32
#: Characters of one string: long enough for every URL that programs follow, and for scripts.
MOST_STRING: Final = 64 * 1024

_TOKEN: Final = re.compile(
    rb"%[^\r\n]*|<<|>>|\[|\]|\(|<([0-9A-Fa-f\s]*)>|/([^\s()<>\[\]{}/%\0]*)"
    rb"|([0-9]{1,9})\s{1,9}[0-9]{1,5}\s{1,9}(obj|R)\b|[^\s()<>\[\]{}/%\0]+"
)
_IN_STRING: Final = re.compile(rb"[()]|\\(?:[0-7]{1,3}|\r\n|.|\n)?", re.DOTALL)
_ESCAPED: Final = re.compile(rb"\\([0-7]{1,3}|\r\n|.)?|\r\n?", re.DOTALL)
_LETTERS: Final = {
    b"n": b"\n",
    b"r": b"\r",
    b"t": b"\t",
    b"b": b"\b",
    b"f": b"\f",
    b"\n": b"",
    b"\r": b"",
    b"\r\n": b"",
}
_IN_NAME: Final = re.compile(rb"#([0-9A-Fa-f]{2})")

Kind = Literal["name", "string", "reference", "dictionary", "object", "other"]
Dictionary = dict[str, "Token"]


@dataclass(frozen=True, slots=True)
class Token:
    """A value, or the start of an object; `number` is that of the object that is meant."""

    kind: Kind
    text: str = ""
    number: int = -1
    entries: Dictionary | None = None


_OTHER: Final = Token("other")


def tokens(syntax: bytes) -> Iterator[Token]:
    """Starts of objects, strings that stand in no dictionary, and every dictionary once it ends."""
    open_: list[_Level] = []
    too_deep = at = 0
    while match := _TOKEN.search(syntax, at):
        at = match.end()
        word = match[0]
        made: Token | None = None
        if word in (b"<<", b"["):
            if len(open_) >= MOST_DEPTH:
                too_deep += 1
            else:
                open_.append(_Level({} if word == b"<<" else None))
            continue
        if word in (b">>", b"]"):
            if too_deep:
                too_deep -= 1
                continue
            if not open_:
                continue
            level = open_.pop()
            made = _OTHER if level.entries is None else Token("dictionary", entries=level.entries)
            if level.entries is not None:
                yield made
        elif word == b"(":
            text, at = _string(syntax, at)
            made = Token("string", text)
        elif word.startswith(b"%"):
            continue
        elif match[1] is not None:
            made = Token("string", _text(_from_hex(match[1])))
        elif match[2] is not None:
            made = Token("name", _IN_NAME.sub(lambda code: bytes([int(code[1], 16)]), match[2]).decode("latin-1"))
        elif match[4] == b"obj":
            open_, too_deep = [], 0  # an object starts here, whatever was left open
            yield Token("object", number=int(match[3]))
            continue
        elif match[4] == b"R":
            made = Token("reference", number=int(match[3]))
        if too_deep:
            continue
        if open_:
            open_[-1].put(made or _OTHER)
        elif made is not None and made.kind == "string":
            yield made


class _Level:
    """An open dictionary, or an array, whose values nobody asks for."""

    __slots__ = ("entries", "key")

    def __init__(self, entries: Dictionary | None) -> None:
        self.entries, self.key = entries, ""

    def put(self, value: Token) -> None:
        """The next key or value."""
        if self.entries is None:
            return
        if not self.key:
            self.key = value.text if value.kind == "name" else ""
        else:
            self.entries[self.key] = value
            self.key = ""


def _string(syntax: bytes, start: int) -> tuple[str, int]:
    """The literal string that opened before `start`, and where it ends (7.3.4.2)."""
    depth, at = 1, start
    stop = min(len(syntax), start + MOST_STRING)
    while match := _IN_STRING.search(syntax, at, stop):
        at = match.end()
        depth += {b"(": 1, b")": -1}.get(match[0], 0)
        if not depth:
            return _text(_ESCAPED.sub(_unescape, syntax[start : at - 1])), at
    return "", max(stop, start)  # never closed: nothing that could be asked for


def _unescape(match: re.Match[bytes]) -> bytes:
    code: bytes | None = match[1]
    if code is None:
        return b"\n" if match[0].startswith(b"\r") else b""
    if code[0] in b"01234567":
        return bytes([int(code, 8) & 0xFF])
    return _LETTERS.get(code, code)


def _from_hex(digits: bytes) -> bytes:
    clean = b"".join(digits[:MOST_STRING].split())
    return bytes.fromhex((clean + b"0" * (len(clean) % 2)).decode("ascii"))  # 7.3.4.3


def _text(raw: bytes) -> str:
    """Text strings are UTF-16 or UTF-8 with a mark, else bytes (7.9.2.2); URIs are 7-bit (12.6.4.7)."""
    if raw.startswith((b"\xfe\xff", b"\xff\xfe")):
        return raw.decode("utf-16", "replace")
    if raw.startswith(b"\xef\xbb\xbf"):
        return raw[3:].decode("utf-8", "replace")
    return raw.decode("latin-1")
