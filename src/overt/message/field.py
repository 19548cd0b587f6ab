"""Header fields as they stand in the bytes, and what they say.

A field keeps its raw bytes and spans; `text` is the reading: unfolded (RFC 5322 section 2.2.3), encoded words decoded
(RFC 2047), raw 8-bit taken as UTF-8 (RFC 6532) and, where it is none, as windows-1252. Addresses are not its matter.
"""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from overt.message.charset import decode_charset, find_charset
from overt.message.edit import Span

_FOLD = re.compile(r"(?:\r\n|\r|\n)(?=[ \t])")
_WORD = r"=\?[^?\s*]{1,64}(?:\*[^?\s]*)?\?[bBqQ]\?[^?\s]*\?="
_WORDS = re.compile(rf"{_WORD}(?:\s*{_WORD})*")
_ENCODED_WORD = re.compile(r"=\?([^?\s*]{1,64})(?:\*[^?\s]*)?\?([bBqQ])\?([^?\s]*)\?=")
_PARAMETER = re.compile(r';\s*([^\s=;"]+)\s*=\s*("(?:[^"\\]|\\.)*"?|[^;]*)', re.DOTALL)
_SECTION = re.compile(r"([^*]+)(?:\*(\d{1,4}))?(\*)?", re.DOTALL)
MOST_PARAMETERS = 200  # of one field; real mail has under ten, the rest is an attack


@dataclass(frozen=True, slots=True)
class Field:
    """One header field. `span` is all of it with its line end, `value` what follows the colon without the line end."""

    name: str
    span: Span
    value: Span
    raw: bytes

    @property
    def lower(self) -> str:
        return self.name.lower()

    @property
    def text(self) -> str:
        """What the field says, unfolded and decoded, without white space around it."""
        start = self.value.start - self.span.start
        return read_field(self.raw[start : start + len(self.value)])


def read_field(raw: bytes) -> str:
    """The text of a field's raw value."""
    return decode_words(_FOLD.sub("", decode_bytes(raw))).strip()


def decode_bytes(raw: bytes) -> str:
    """Header bytes as text: UTF-8 where they are (RFC 6532), else windows-1252, which nothing fails to be."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return decode_charset(raw, "windows-1252", html=False).text


def decode_words(text: str) -> str:
    """Decode RFC 2047 encoded words; white space between two of them is not shown; what is broken stays as it is.

    A letter may be cut in two words, as many programs do against section 5 (3): words of one charset are read as one.
    """
    return _WORDS.sub(_decode_run, text) if "=?" in text else text


def parse_parameters(text: str) -> tuple[str, dict[str, str]]:
    """Value and parameters of a structured field (RFC 2045 section 5.1) with RFC 2231 continuations and charsets.

    The value comes lower-cased and stripped; names are lower-cased; the first of two equal names wins.
    """
    value = text.split(";", 1)[0].strip().lower()
    plain: dict[str, str] = {}
    sections: dict[str, dict[int, tuple[bool, str]]] = {}
    for number, match in enumerate(_PARAMETER.finditer(text)):
        if number >= MOST_PARAMETERS:
            break
        name, written = match[1].lower(), _unquote(match[2])
        section = _SECTION.fullmatch(name)
        if section is None or (section[2] is None and section[3] is None):
            plain.setdefault(name, written)
        else:
            sections.setdefault(section[1], {}).setdefault(int(section[2] or 0), (bool(section[3]), written))
    for name, pieces in sections.items():
        plain.setdefault(name, _join_sections(pieces))
    return value, plain


def _join_sections(pieces: dict[int, tuple[bool, str]]) -> str:
    charset, found = "utf-8", b""
    for number in sorted(pieces):
        encoded, written = pieces[number]
        if encoded and number == min(pieces) and written.count("'") >= 2:
            charset, _, written = written.split("'", 2)
        found += unquote_to_bytes(written) if encoded else written.encode("utf-8", "surrogateescape")
    return _decode(found, charset)


def _unquote(written: str) -> str:
    written = written.strip()
    if not written.startswith('"'):
        return written
    inner = written[1:-1] if len(written) > 1 and written.endswith('"') else written[1:]
    return re.sub(r"\\(.)", r"\1", inner, flags=re.DOTALL)


def _decode_run(match: re.Match[str]) -> str:
    found: list[str] = []
    label, pending = "", b""
    for word in _ENCODED_WORD.finditer(match[0]):
        raw = _decode_word(word[2], word[3])
        if word[1].lower() != label or raw is None:
            found.append(_decode(pending, label))
            label, pending = word[1].lower(), b""
        if raw is None:
            found.append(word[0])
        else:
            pending += raw
    return "".join((*found, _decode(pending, label)))


def _decode_word(way: str, written: str) -> bytes | None:
    try:
        if way in "bB":
            return binascii.a2b_base64(written.rstrip("=") + "=" * (-len(written.rstrip("=")) % 4))
        return binascii.a2b_qp(written, header=True)
    except ValueError:
        return None


def _decode(raw: bytes, label: str) -> str:
    return decode_bytes(raw) if find_charset(label) is None else decode_charset(raw, label, html=False).text
