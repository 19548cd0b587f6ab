"""Charsets as browsers read them, with a map from characters back to bytes.

Labels and fall-backs follow the WHATWG Encoding Standard (through webencodings) and HTML's sniffing of `<meta>`
(WHATWG HTML 13.2.3.2). Damaged bytes of UTF-8 and of single-byte charsets become U+FFFD one by one, so that nothing
shifts. Tables are made when first asked for; ASCII needs none. Knows nothing of transfer encodings.
"""

from __future__ import annotations

import codecs
import re
from bisect import bisect_right
from functools import cached_property
from itertools import accumulate

import webencodings

from overt.errors import Refused
from overt.message.iso2022 import behind_escapes, write_iso2022

PRESCAN = 1024  # bytes; WHATWG HTML 13.2.3.1
_STEP = 1024  # characters between two entries of the table of a long text
_META = re.compile(
    rb"<!--.*?(?:-->|\Z)|<meta[\s/][^>]{0,500}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.+-]{1,40})",
    re.IGNORECASE | re.DOTALL,
)
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16le"), (b"\xfe\xff", "utf-16be"))
_ESCAPED = re.compile("[\udc80-\udcff]")
_UTF16 = frozenset({"utf-16le", "utf-16be"})
# Python's codecs that read what WHATWG's index of that name holds; those of the same name are narrower.
_WIDE = {
    "big5": "big5hkscs",
    "euc-jp": "euc_jp",
    "euc-kr": "cp949",
    "gb18030": "gb18030",
    "gbk": "gb18030",
    "iso-2022-jp": "iso2022_jp_ext",
    "shift_jis": "cp932",
}


class Decoded:
    """`text` of `data`; `charset` is the WHATWG name that was used. Offsets are characters and bytes.

    `declared`: whether the reader learns the charset, by a label or by the data itself.
    """

    def __init__(self, data: bytes, charset: str, skip: int, *, declared: bool = True) -> None:
        self.data, self.charset, self.declared, self._skip = data, charset, declared, skip
        self._ascii = charset not in _UTF16 and data.isascii() and (charset != "iso-2022-jp" or b"\x1b" not in data)
        raw = data[skip:] if skip else data
        if self._ascii:
            self._written = self.text = raw.decode("ascii")
            return
        self._codec = _find_codec(charset)
        try:
            self._written = self.text = self._codec.decode(raw, "strict")[0]
        except UnicodeError:
            self._written = self._codec.decode(raw, "replace" if self._shifting else "surrogateescape")[0]
            self.text = self._written if self._shifting else _ESCAPED.sub(self._show, self._written)

    def _show(self, match: re.Match[str]) -> str:
        byte = ord(match[0]) - 0xDC00
        # WHATWG's single-byte indexes give the bytes 0x80 to 0x9F that Python leaves open to the C1 controls.
        return chr(byte) if self.charset != "utf-8" and byte < 0xA0 else "\ufffd"

    @property
    def damaged(self) -> bool:
        """Whether some bytes mean nothing in this charset."""
        return "\ufffd" in self.text and not self._ascii and ("\ufffd" not in self._written or self._shifting)

    @property
    def exact(self) -> bool:
        """Whether offsets are sure by themselves; where not, a change has to be checked by decoding it."""
        return self._ascii or not self._shifting

    @property
    def plain_from(self) -> int | None:
        """Where the text begins in the data if each of its characters is one byte of ASCII, else None."""
        return self._skip if self._ascii and self.charset != "iso-2022-jp" else None

    @property
    def _shifting(self) -> bool:
        return self.charset in _WIDE or self.charset in _UTF16

    def start(self, index: int) -> int:
        """The byte at which character `index` begins; at the end of the text, the end of the data."""
        if self._ascii or not (self._shifting or self.charset == "utf-8"):
            return self._skip + index
        if self.charset in _WIDE:
            return self._locate(index)[0] if index < len(self.text) else len(self.data)
        step = index // _STEP
        return min(self._skip + self._steps[step] + self._size(step * _STEP, index), len(self.data))

    def end(self, index: int) -> int:
        """The byte behind the last one of the characters before `index`."""
        if self._ascii or self.charset not in _WIDE:
            return self.start(index)
        return self._locate(index - 1)[1] if index else self._skip

    def write(self, start: int, end: int, new: str, *, html: bool) -> tuple[int, int, bytes]:
        """The bytes to replace, and by what, so that characters [start, end) become `new`."""
        if self.charset == "iso-2022-jp" and not self._ascii:
            first, last = self.end(start), self.start(end)
            return first, last, write_iso2022(self.data, first, last, self.encode(new, html=html))
        first = self.start(start)
        return first, max(first, self.end(end)), self.encode(new, html=html)

    def encode(self, text: str, *, html: bool, ascii_only: bool = False) -> bytes:
        """`text` in this charset; what it lacks becomes a character reference in HTML, else raises `Refused`."""
        if text.isascii() and self.charset not in _UTF16:
            return text.encode("ascii")
        if not ascii_only:
            try:
                found = _find_codec(self.charset).encode(text, "strict")[0]
            except UnicodeError:
                found = b""
            if found and (self.charset not in _WIDE or _find_codec(self.charset).decode(found, "replace")[0] == text):
                return found
        return b"".join(self._letter(letter, html=html, ascii_only=ascii_only) for letter in text)

    def _letter(self, letter: str, *, html: bool, ascii_only: bool) -> bytes:
        if letter.isascii() or not ascii_only:
            codec = _find_codec(self.charset)
            try:
                found = codec.encode(letter, "strict")[0]
                if codec.decode(found, "replace")[0] == letter:
                    return found
            except UnicodeError:
                pass
        code = ord(letter)
        if (
            not ascii_only
            and not self._shifting
            and 0x80 <= code < 0xA0
            and Decoded(b"%c" % code, self.charset, 0).text == letter
        ):
            return b"%c" % code
        # WHATWG HTML 13.2.5.80: references to surrogates and C1 controls mean something else.
        if html and not 0xD800 <= code < 0xE000 and not 0x80 <= code < 0xA0:
            return self.encode(f"&#{code};", html=True)
        raise Refused(f"this text cannot be written in {'ascii' if ascii_only else self.charset}")

    @cached_property
    def _steps(self) -> list[int]:
        sizes = (self._size(at, at + _STEP) for at in range(0, len(self._written), _STEP))
        return list(accumulate(sizes, initial=0))

    def _size(self, start: int, end: int) -> int:
        piece = self._written[start:end]
        if self.charset == "utf-8":
            return len(piece.encode("utf-8", "surrogateescape"))
        return len(piece.encode("utf-16-le", "surrogatepass"))

    @cached_property
    def _lines(self) -> tuple[list[int], list[int]]:
        """Where lines begin, in characters and bytes, if lines can be read one by one; else one line."""
        lines = self.data[self._skip :].splitlines(True)
        texts = [self._codec.decode(line, "replace")[0] for line in lines]
        if "".join(texts) != self.text:
            return [0, len(self.text)], [self._skip, len(self.data)]
        return (
            list(accumulate(map(len, texts), initial=0)),
            list(accumulate(map(len, lines), initial=self._skip)),
        )

    def _locate(self, index: int) -> tuple[int, int]:
        """First byte and byte behind of character `index`, escape sequences before it left out."""
        chars, offsets = self._lines
        number = bisect_right(chars, index) - 1
        if number not in self._tables:
            self._tables[number] = self._feed(offsets[number], offsets[number + 1])
        starts, ends = self._tables[number]
        within = index - chars[number]
        if within < len(starts):
            return starts[within], ends[within]
        return offsets[number], offsets[number + 1]  # damaged: no closer place is sure, and a change will be checked

    @cached_property
    def _tables(self) -> dict[int, tuple[list[int], list[int]]]:
        return {}

    def _feed(self, first: int, last: int) -> tuple[list[int], list[int]]:
        """First byte and byte behind of every character, by feeding one byte after another."""
        decoder = codecs.getincrementaldecoder(_WIDE[self.charset])("replace")
        starts, ends = list[int](), list[int]()
        for at in range(first, last):
            try:
                found = decoder.decode(self.data[at : at + 1], at == last - 1)
            except UnicodeError:  # an escape sequence without end overflows Python's decoder
                return [], []
            for _ in found:
                starts.append(behind_escapes(self.data, first))
                ends.append(at + 1)
            if found:
                first = at + 1
        return starts, ends


def decode_charset(data: bytes, label: str, *, html: bool) -> Decoded:
    """Decode by byte order mark, else `label`, else HTML's own `<meta>`, else UTF-8 where it is, else windows-1252."""
    for mark, name in _BOMS:
        if data.startswith(mark):
            return Decoded(data, name, len(mark))
    found = find_charset(label) or (_prescan(data) if html else None)
    if found is not None:
        return Decoded(data, found, 0)
    return Decoded(data, "utf-8" if data.isascii() or _is_utf8(data) else "windows-1252", 0, declared=False)


def find_charset(label: str) -> str | None:
    """The WHATWG name for a label; None where the standard has no encoding for it."""
    found = webencodings.lookup(label.strip("'")) if label else None
    return None if found is None or found.name in ("replacement", "x-user-defined") else str(found.name)


def _find_codec(charset: str) -> codecs.CodecInfo:
    if charset in _WIDE:
        return codecs.lookup(_WIDE[charset])
    codec: codecs.CodecInfo = webencodings.lookup(charset).codec_info  # type: ignore[union-attr,unused-ignore]
    return codec


def _prescan(data: bytes) -> str | None:
    for match in _META.finditer(data, 0, PRESCAN):
        if match[1] and (found := find_charset(match[1].decode("ascii"))):
            return "utf-8" if found in _UTF16 else found
    return None


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
