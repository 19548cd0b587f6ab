"""How destinations are written into other URLs, undone: percent, base64, hexadecimal, JSON, and gateways' own ways.

Every step takes text and gives text or None, in time linear in its length; nothing comes out longer than
`LONGEST`. Whether the result is a destination at all is the caller's question.
"""

from __future__ import annotations

import json
import re
import zlib
from base64 import b64decode
from collections.abc import Callable, Iterable, Mapping
from typing import Final
from urllib.parse import unquote

from overt.message import is_web

LONGEST: Final = 64 * 1024  # characters, as `overt.message.url` allows a URL
MOST_VALUES: Final = 256  # of a JSON document that are looked at
DEEPEST_JSON: Final = 8  # JSON in JSON; Mandrill writes two
_NOT_BASE64: Final = re.compile(r"[^A-Za-z0-9+/]")
_V3: Final = re.compile(r"__(.+?)__;([A-Za-z0-9_=-]*)!", re.DOTALL)
_V3_LAST: Final = re.compile(r"__(.+)__;([A-Za-z0-9_=-]*)!", re.DOTALL)
_ONE_SLASH: Final = re.compile(r"(https?:/)(?=[^/])", re.IGNORECASE)
_SPARKPOST: Final = re.compile(rb"D(.)(?=https?://)", re.DOTALL)
_STAR: Final = re.compile(r"\*(\*[A-Za-z0-9_-])?")
#: Version 3 writes the length of a run as one sign, A for two, B for three, and so on.
_RUNS: Final = {
    sign: length
    for length, sign in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", start=2)
}


def decode(written: str, steps: Iterable[str]) -> str | None:
    """The text after all steps, None where one fails."""
    text: str | None = written
    for step in steps:
        if text is None or len(text) > LONGEST:
            return None
        text = DECODERS[step](text)
    return text


def _percent(text: str) -> str:
    return unquote(text, errors="replace")


def decode_base64(text: str) -> bytes | None:
    """Bytes of base64 in either alphabet, padded or not; None for anything else."""
    bare = text.rstrip("=").replace("-", "+").replace("_", "/")
    if not bare or len(bare) % 4 == 1 or _NOT_BASE64.search(bare):
        return None
    return b64decode(bare + "=" * (-len(bare) % 4))


def _base64(text: str) -> str | None:
    raw = decode_base64(text.replace(" ", "+"))  # a + that a server read as a space
    return None if raw is None else _text(raw)


def _text(raw: bytes) -> str | None:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:  # cut off, or no text to begin with
        return None


def _hex(text: str) -> str | None:
    try:
        return _text(bytes.fromhex(text))
    except ValueError:
        return None


def inflate(raw: bytes, window: int = 15) -> bytes | None:
    """What zlib, or with another window gzip or raw deflate, makes of the bytes; at most `LONGEST` of them."""
    try:
        return zlib.decompressobj(window).decompress(raw, LONGEST)
    except zlib.error:
        return None


def _zlib(text: str) -> str | None:
    raw = decode_base64(text)
    plain = None if raw is None else inflate(raw)
    return None if plain is None else _text(plain)


def _json(text: str) -> str | None:
    """The first http or https URL among the values of a JSON document, and of documents in its values."""
    waiting, seen = [(text, 0)], 0
    while waiting and seen < MOST_VALUES:
        written, depth = waiting.pop()
        try:
            value = json.JSONDecoder().raw_decode(written)[0]
        except (ValueError, RecursionError):
            continue
        values = [value]
        while values and seen < MOST_VALUES:
            item = values.pop()
            seen += 1
            if isinstance(item, Mapping):
                values.extend(reversed(list(item.values())))
            elif isinstance(item, list):
                values.extend(reversed(item))
            elif isinstance(item, str) and is_web(item):
                return item
            elif isinstance(item, str) and item.startswith(("{", "[")) and depth < DEEPEST_JSON:
                waiting.append((item, depth + 1))
    return None


def _form_l(text: str) -> str | None:
    """The value of `l` in a query string."""
    for pair in text.split("&"):
        if pair.startswith("l="):
            return unquote(pair[2:], errors="replace")
    return None


def _single_slash(text: str) -> str:
    """`http:/example.org`, as mail programs and servers leave it, with its second slash."""
    return _ONE_SLASH.sub(r"\1/", text, count=1) if _ONE_SLASH.match(text) else text


def _proofpoint2(text: str) -> str:
    return unquote(text.replace("-", "%").replace("_", "/"), errors="replace")


def _proofpoint3(text: str) -> str | None:
    """Stars stand for characters that the gateway took out; they follow behind `__;` in base64, in their order.

    One star is one character; two stars and a sign are a run of them, as long as the sign says.
    """
    found = _V3.match(text)
    if found is None:
        return None
    # The URL itself may hold "__;": the longest reading that still has as many stars as characters taken out wins.
    for match in (found, _V3_LAST.match(text)):
        plain = _fill_stars(match) if match else None
        if plain is not None:
            return plain
    return None


def _fill_stars(match: re.Match[str]) -> str | None:
    written = unquote(_single_slash(match[1]), errors="replace")
    raw = decode_base64(match[2]) if match[2] else b""
    if raw is None:
        return None
    taken = raw.decode("utf-8", "replace")
    at = 0

    def fill(star: re.Match[str]) -> str:
        nonlocal at
        length = _RUNS[star[1][1]] if star[1] else 1
        piece = taken[at : at + length]
        at += length
        return piece

    plain = _STAR.sub(fill, written)
    return plain if at == len(taken) else (written if not taken else None)


def _sparkpost(text: str) -> str | None:
    """Fields of one letter, a length of one byte and a value; `D` holds the destination."""
    raw = decode_base64(text) or b""
    found = _SPARKPOST.search(raw)
    return raw[found.end() : found.end() + found[1][0]].decode("utf-8", "replace") if found else None


def _bare(scheme: str) -> Callable[[str], str]:
    return lambda text: text if is_web(text) else f"{scheme}://{text}"


DECODERS: Final[Mapping[str, Callable[[str], str | None]]] = {
    "percent": _percent,
    "base64": _base64,
    "hex": _hex,
    "json": _json,
    "zlib": _zlib,
    "form-l": _form_l,
    "single-slash": _single_slash,
    "proofpoint2": _proofpoint2,
    "proofpoint3": _proofpoint3,
    "sparkpost": _sparkpost,
    "bare-https": _bare("https"),
    "bare-http": _bare("http"),
}
STEPS: Final = DECODERS.keys()
