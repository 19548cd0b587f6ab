"""Encodings by name, both ways, over bytes written as text: one character a byte, so that offsets count bytes.

`write` is what a sender does, `undo` what a reader of the URL can try: it yields every text that the piece may stand
for, none for nonsense. Bounded: nothing comes out longer than `LONGEST`. Hashes are `overt.guard.digest`'s.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import zlib
from codecs import encode as recode
from collections.abc import Callable, Iterator, Mapping
from html import unescape
from typing import Final
from urllib.parse import quote, unquote

LONGEST: Final = 64 * 1024  # characters of any decoded text: longer than any URL, and what stops decompression bombs
LONGEST_NUMBER: Final = 160  # signs of base58 and base62, whose decoding is quadratic; a SHA-512 has 88
DEEPEST: Final = 16  # of JSON that is searched
BASE58: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"  # Bitcoin's order
BASE62: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"  # GMP's order
_BASE32: Final = re.compile(r"[A-Za-z2-7]+")
_BASE64: Final = re.compile(r"[A-Za-z0-9+/]+")
_HEX: Final = re.compile(r"(?:[0-9A-Fa-f]{2})+")
_ENTITY: Final = re.compile(r"&(?:#|[a-z])", re.IGNORECASE)


def from_bytes(raw: bytes) -> str:
    """Bytes as text, one character each (ISO 8859-1)."""
    return raw.decode("latin-1")


def to_bytes(text: str) -> bytes:
    """The way back; characters that are no bytes become question marks."""
    return text.encode("latin-1", "replace")


def undo_base64(text: str, *, trims: int = 1) -> Iterator[str]:
    """What base64 of either alphabet may stand for, padded or not; with `trims` of 4 beginning inside a group too."""
    bare = text.rstrip("=").replace("-", "+").replace("_", "/")
    if not _BASE64.fullmatch(bare):
        return
    for trim in range(trims):
        # A piece cut out of a longer text may end inside a group: its last sign then holds under eight bits.
        piece = bare[trim : len(bare) - (1 if (len(bare) - trim) % 4 == 1 else 0)]
        if piece:
            yield from_bytes(binascii.a2b_base64(piece + "=" * (-len(piece) % 4)))


def undo_base32(text: str) -> Iterator[str]:
    """RFC 4648 base32, in either case, padded or not."""
    bare = text.rstrip("=").upper()
    if _BASE32.fullmatch(bare) and len(bare) % 8 in (0, 2, 4, 5, 7):
        yield from_bytes(base64.b32decode(bare + "=" * (-len(bare) % 8)))


def undo_hex(text: str) -> Iterator[str]:
    """Hexadecimal (base16) in either case."""
    if _HEX.fullmatch(text):
        yield from_bytes(bytes.fromhex(text))


def _undo_percent(text: str) -> Iterator[str]:
    if "%" in text:
        yield unquote(text, encoding="latin-1")


def _undo_entities(text: str) -> Iterator[str]:
    if _ENTITY.search(text):
        yield from_bytes(unescape(text).encode("utf-8", "replace"))[:LONGEST]


def undo_json(text: str) -> Iterator[str]:
    """The strings of a JSON document, names and values, each on a line of its own."""
    if text[:1] not in ("{", "[", '"'):
        return
    try:
        document = json.JSONDecoder().raw_decode(to_bytes(text).decode("utf-8", "replace"))[0]
    except (ValueError, RecursionError):
        return
    yield from_bytes("\n".join(_strings(document, 0)).encode("utf-8", "replace"))


def _strings(value: object, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif depth < DEEPEST and isinstance(value, Mapping):
        for name, inner in value.items():
            yield str(name)
            yield from _strings(inner, depth + 1)
    elif depth < DEEPEST and isinstance(value, list):
        for inner in value:
            yield from _strings(inner, depth + 1)


def _inflate(window: int) -> Callable[[str], Iterator[str]]:
    def undo(text: str) -> Iterator[str]:
        try:
            yield from_bytes(zlib.decompressobj(window).decompress(to_bytes(text), LONGEST))
        except zlib.error:
            return

    return undo


def _undo_number(alphabet: str) -> Callable[[str], Iterator[str]]:
    places = {sign: place for place, sign in enumerate(alphabet)}

    def undo(text: str) -> Iterator[str]:
        if not text or len(text) > LONGEST_NUMBER or not places.keys() >= set(text):
            return
        number = 0
        for sign in text:
            number = number * len(alphabet) + places[sign]
        zeros = len(text) - len(text.lstrip(alphabet[0]))
        yield from_bytes(b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8, "big"))

    return undo


def _write_number(alphabet: str) -> Callable[[str], str]:
    def write(text: str) -> str:
        raw = to_bytes(text)
        number, signs = int.from_bytes(raw, "big"), ""
        while number:
            number, place = divmod(number, len(alphabet))
            signs = alphabet[place] + signs
        return alphabet[0] * (len(raw) - len(raw.lstrip(b"\0"))) + signs

    return write


def _compress(window: int) -> Callable[[str], str]:
    def write(text: str) -> str:
        packer = zlib.compressobj(wbits=window)
        return from_bytes(packer.compress(to_bytes(text)) + packer.flush())

    return write


def _by_bytes(how: Callable[[bytes], bytes]) -> Callable[[str], str]:
    return lambda text: from_bytes(how(to_bytes(text)))


def rot13(text: str) -> str:
    """Each letter by the one thirteen places on."""
    return recode(text, "rot13")


def _turn(how: Callable[[str], str]) -> Callable[[str], Iterator[str]]:
    return lambda text: iter((how(text),))


UNDO: Final[Mapping[str, Callable[[str], Iterator[str]]]] = {
    "percent": _undo_percent,
    "hex": undo_hex,
    "base32": undo_base32,
    "base64": lambda text: undo_base64(text, trims=4),
    "base58": _undo_number(BASE58),
    "base62": _undo_number(BASE62),
    "base62-lower-first": _undo_number(BASE62.swapcase()),
    "rot13": _turn(rot13),
    "reverse": _turn(lambda text: text[::-1]),
    "zlib": _inflate(15),
    "gzip": _inflate(31),
    "deflate": _inflate(-15),
    "json": undo_json,
    "entities": _undo_entities,
}
WRITE: Final[Mapping[str, Callable[[str], str]]] = {
    "percent": lambda text: quote(text, safe="", encoding="latin-1"),
    "hex": _by_bytes(binascii.hexlify),
    "base32": _by_bytes(base64.b32encode),
    "base64": _by_bytes(base64.b64encode),
    "base58": _write_number(BASE58),
    "base62": _write_number(BASE62),
    "base62-lower-first": _write_number(BASE62.swapcase()),
    "rot13": rot13,
    "reverse": lambda text: text[::-1],
    "zlib": _compress(15),
    "deflate": _compress(-15),
    "lower": _by_bytes(bytes.lower),
    "upper": _by_bytes(bytes.upper),
}
