"""A leak, recomputed: anybody can check one with this module and Python's standard library alone.

It takes the named characters of the URL, undoes the encodings of the chain from the outside, computes the hashes of the
address from the inside, and sees whether they meet. It searches for nothing; that is `overt.guard.leak`.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterator
from itertools import islice
from typing import Final, Literal

from overt.guard.digest import COMMON, DIGESTS
from overt.guard.encoding import UNDO, WRITE, from_bytes, to_bytes
from overt.guard.finding import Leak
from overt.guard.spelling import LOCAL_PART, WITHOUT_TAG, spell

ANY_CASE: Final = "any-case"
BYTES: Final = "-bytes"  # behind a hash's name: its bytes, not its hexadecimal digits
MOST_WORDS: Final = 128  # of one decoded text, as `overt.guard.leak` looks at
_WORDS: Final = frozenset({"hex", "base32", "base64", "base58", "base62", "base62-lower-first"})
_RUN: Final = re.compile(r"[A-Za-z0-9+/_-]{6,}")
_SEGMENT: Final = re.compile(r"[A-Za-z0-9+_-]{6,}")
_HEX: Final = re.compile(r"(?:[0-9A-Fa-f]{2}){4,}")
_SPELLING: Final = frozenset({LOCAL_PART, WITHOUT_TAG, "lower", "upper"})
_SALTED: Final = re.compile(
    r"(?P<name>[a-z0-9]+)\((?:url\[(?P<a>\d+):(?P<b>\d+)\](?P<first>[+:])address"
    r"|address(?P<last>[+:])url\[(?P<c>\d+):(?P<d>\d+)\]|key url\[(?P<e>\d+):(?P<f>\d+)\], address)\)"
)


def verify_leak(leak: Leak, url: str) -> bool:
    """Whether `url[leak.start:leak.end]` holds the address as the chain says."""
    if not 0 <= leak.start < leak.end <= len(url):
        return False
    return _holds(from_bytes(url[leak.start : leak.end].encode("utf-8", "replace")), leak, 0, url)


def proof_of(leak: Leak) -> Literal["whole", "local"]:
    """What was found: the whole address, or its local part alone, which others may share."""
    return "local" if LOCAL_PART in leak.chain else "whole"


def salted(name: str, form: str, salt: str, address: str) -> str:
    """The digest, in hexadecimal, of an address with a salt before or behind it or as the key of an HMAC (RFC 2104)."""
    if form == "key":
        return hmac.digest(to_bytes(salt), to_bytes(address), name).hex()
    text = {"+a": salt + address, "a+": address + salt, ":a": f"{salt}:{address}", "a:": f"{address}:{salt}"}[form]
    return DIGESTS[name](to_bytes(text)).hex()


def salted_step(name: str, form: str, start: int, end: int) -> str:
    """The name of such a step in a chain: `url[start:end]` is the salt."""
    salt = f"url[{start}:{end}]"
    inside = {
        "key": f"key {salt}, address",
        "+a": f"{salt}+address",
        "a+": f"address+{salt}",
        ":a": f"{salt}:address",
        "a:": f"address:{salt}",
    }[form]
    return f"{name}({inside})"


def _holds(piece: str, leak: Leak, at: int, url: str) -> bool:
    rest = leak.chain[at:]
    if rest[:1] == (ANY_CASE,):
        return spell(leak.address, rest[1:]).lower() in piece.lower()
    if not rest or rest[0] not in UNDO:
        value = _write(leak, rest, url)
        return value is not None and value in piece
    pieces = (piece,) if at == 0 or rest[0] not in _WORDS else _words(piece)
    return any(_holds(inner, leak, at + 1, url) for word in pieces for inner in UNDO[rest[0]](word))


def _words(text: str) -> Iterator[str]:
    """The text, and the words in it that an encoding may have written: a decoded text may hold more than one."""
    yield text
    for pattern in (_RUN, _SEGMENT, _HEX):
        yield from (found[0] for found in islice(pattern.finditer(text), MOST_WORDS))


def _write(leak: Leak, chain: tuple[str, ...], url: str) -> str | None:
    """The address after the steps of `chain`, innermost first; None where it names a step that there is not."""
    inner = len(chain)
    while inner and chain[inner - 1] in _SPELLING:
        inner -= 1
    text = spell(leak.address, chain[inner:])
    for step in reversed(chain[:inner]):
        name = step.removesuffix(BYTES)
        if name in DIGESTS:
            raw = DIGESTS[name](to_bytes(text))
            text = raw.hex() if name == step else from_bytes(raw)
        elif step in WRITE:
            text = WRITE[step](text)
        elif found := _SALTED.fullmatch(step):
            written = _salted(found, text, url)
            if written is None:
                return None
            text = written
        elif step == "decimal":
            text = str(int(text, 16))
        elif step == "signed-decimal":
            text = str(int.from_bytes(bytes.fromhex(text), "big", signed=True))
        else:
            return None
    return text


def _salted(found: re.Match[str], address: str, url: str) -> str | None:
    if found["name"] not in COMMON:
        return None
    if found["first"]:
        form, start, end = f"{found['first']}a", found["a"], found["b"]
    elif found["last"]:
        form, start, end = f"a{found['last']}", found["c"], found["d"]
    else:
        form, start, end = "key", found["e"], found["f"]
    salt = from_bytes(url[int(start) : int(end)].encode("utf-8", "replace"))
    return salted(found["name"], form, salt, address)
