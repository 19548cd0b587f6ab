"""Charsets as browsers read them, with a map from characters back to bytes.

Labels and fall-backs follow the WHATWG Encoding Standard (through webencodings) and HTML's sniffing of `<meta>`
(WHATWG HTML 13.2.3.2, by one pattern over the first 1024 bytes). Damaged bytes become U+FFFD one by one, so that
nothing shifts.
"""

from __future__ import annotations

import codecs
import re
from functools import cached_property

import webencodings

from overt.errors import Refused

_META = re.compile(rb"<meta[^>]{0,500}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]{1,40})", re.IGNORECASE)
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16le"), (b"\xfe\xff", "utf-16be"))
_ESCAPED = re.compile("[\udc80-\udcff]")
_WIDE = frozenset({"gbk", "gb18030", "big5", "euc-jp", "iso-2022-jp", "shift_jis", "euc-kr"})
_UTF16 = frozenset({"utf-16le", "utf-16be"})
PRESCAN = 1024  # bytes; WHATWG HTML 13.2.3.1


class Decoded:
    """`text` of `data`; `charset` is the WHATWG name that was used. Offsets are characters and bytes."""

    def __init__(self, data: bytes, charset: str, skip: int) -> None:
        self.data, self.charset, self._skip = data, charset, skip
        self._codec = webencodings.lookup(charset).codec_info  # type: ignore[union-attr]  # only known names come here
        self._ascii = charset not in _UTF16 and charset != "iso-2022-jp" and data.isascii()
        raw = data[skip:] if skip else data
        if self._ascii:
            self._written = self.text = raw.decode("ascii")
            return
        self._written = self._codec.decode(raw, "replace" if charset in _UTF16 | _WIDE else "surrogateescape")[0]
        self.text = self._written
        if not self._written.isascii() and _ESCAPED.search(self._written):
            self.text = _ESCAPED.sub(self._show, self._written)

    def _show(self, match: re.Match[str]) -> str:
        byte = ord(match[0]) - 0xDC00
        # WHATWG's windows-1252 gives the five bytes that Python's leaves open to the C1 controls.
        return chr(byte) if self.charset == "windows-1252" and byte < 0xA0 else "\ufffd"

    def start(self, index: int) -> int:
        """The byte at which character `index` begins; at the end of the text, the end of the data."""
        if self._ascii or self._single:
            return self._skip + index
        if self.charset == "utf-8":
            return self._skip + len(self._written[:index].encode("utf-8", "surrogateescape"))
        if self.charset in _UTF16:
            return self._skip + len(self._written[:index].encode("utf-16-le", "surrogatepass"))
        return self._table[0][index] if index < len(self.text) else len(self.data)

    def end(self, index: int) -> int:
        """The byte behind the last one of the characters before `index`."""
        if self.charset not in _WIDE or self._ascii:
            return self.start(index)
        return self._table[1][index - 1] if index else self._skip

    @property
    def exact(self) -> bool:
        """Whether offsets are sure by themselves; where not, a change has to be checked by decoding it."""
        return self._ascii or self._single or self.charset == "utf-8"

    @property
    def _single(self) -> bool:
        return self.charset not in _WIDE and self.charset not in _UTF16 and self.charset != "utf-8"

    @cached_property
    def _table(self) -> tuple[list[int], list[int]]:
        """First byte and byte behind, of every character, by feeding one byte after another."""
        decoder = self._codec.incrementaldecoder("replace")  # type: ignore[misc]
        starts, ends = list[int](), list[int]()
        first = self._skip
        for at in range(self._skip, len(self.data)):
            found = decoder.decode(self.data[at : at + 1], at == len(self.data) - 1)
            for _ in found:
                starts.append(_behind_escapes(self.data, first))
                ends.append(at + 1)
            if found:
                first = at + 1
        return starts, ends

    def encode(self, text: str, *, html: bool) -> bytes:
        """`text` in this charset; what it lacks becomes a character reference in HTML, else raises `Refused`."""
        try:
            return self._codec.encode(text, "xmlcharrefreplace" if html else "strict")[0]
        except UnicodeError as error:
            raise Refused(f"the charset {self.charset} has no room for this text") from error


def decode_charset(data: bytes, label: str, *, html: bool) -> Decoded:
    """Decode by byte order mark, else `label`, else HTML's own `<meta>`, else UTF-8 where it is, else windows-1252."""
    for mark, name in _BOMS:
        if data.startswith(mark):
            return Decoded(data, name, len(mark))
    found = _lookup(label) or (_prescan(data) if html else None)
    if found is None:
        found = "utf-8" if data.isascii() or _is_utf8(data) else "windows-1252"
    return Decoded(data, found, 0)


def _lookup(label: str) -> str | None:
    found = webencodings.lookup(label) if label else None
    return None if found is None or found.name in ("replacement", "x-user-defined") else str(found.name)


def _prescan(data: bytes) -> str | None:
    match = _META.search(data, 0, PRESCAN)
    found = _lookup(match[1].decode("ascii")) if match else None
    return "utf-8" if found in _UTF16 else found


def _is_utf8(data: bytes) -> bool:
    try:
        codecs.decode(data, "utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _behind_escapes(data: bytes, at: int) -> int:
    match = _ISO_2022.match(data, at)
    return match.end() if match else at


_ISO_2022 = re.compile(rb"(?:\x1b[($)][@-Z](?:[@-Z])?)*")
