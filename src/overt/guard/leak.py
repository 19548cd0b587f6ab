"""Proof that a URL tells the reader's address: found through encodings and hashes, verified before it is said.

Looks a URL up in a `LeakIndex`, decoding what could not be computed beforehand: percent, JSON, JWT, HTML entities,
compressed and nested tokens, and hashes with a salt that stands in the same URL. Work is bounded. It proves that
the address is there, not who reads it.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from overt.guard.digest import COMMON
from overt.guard.encoding import UNDO, WRITE, from_bytes, rot13, to_bytes, undo_base32, undo_base64, undo_json
from overt.guard.finding import Leak
from overt.guard.leakindex import KEY, Form, LeakIndex
from overt.guard.proof import ANY_CASE, proof_of, salted, salted_step, verify_leak
from overt.message import Address

LONGEST: Final = 64 * 1024  # characters of a URL that are searched, as `overt.message.url` reads them
DEEPEST: Final = 4  # decodings inside decodings: percent, base64, JSON and one more
MOST_WORK: Final = 1024 * 1024  # characters searched for one URL, all decodings together
MOST_TOKENS: Final = 64  # of one text that are decoded
LONGEST_TOKEN: Final = 8 * 1024  # as much as a path segment that servers still take
MOST_WINDOWS: Final = 512  # places in a run of hexadecimal where a digest is looked for
MOST_SALTS: Final = 12  # pieces of one URL that are tried as a salt
LONGEST_SALT: Final = 64
LONG_SALT: Final = 16  # from here on letters alone will do
MOST_SALTED: Final = 16  # spellings that are hashed with salts: more would let strangers' URLs cost too much
SHORTEST_TEXT: Final = 6  # "a@b.de"; four-byte digests have eight digits
_SHORTEST_BASE64: Final = 11  # eight bytes
_SHORTEST_HEX: Final = 16
_TOKEN: Final = re.compile(r"-?[A-Za-z0-9+_][A-Za-z0-9+_-]{5,}")
_SLASHED: Final = re.compile(r"[A-Za-z0-9+/_-]{11,}")
_RUN: Final = re.compile(r"[A-Za-z0-9+/_-]+")
_HEX: Final = re.compile(r"[0-9A-Fa-f]+")
_HEX_INSIDE: Final = re.compile(r"(?<![0-9A-Za-z])[0-9A-Fa-f]{16}(?![0-9A-Za-z])|[0-9A-Fa-f]{32,}")
_SALTED: Final = re.compile(r"(?<![0-9A-Za-z])[0-9A-Fa-f]{32,128}(?![0-9A-Za-z])")
_BASE32: Final = re.compile(r"[A-Z2-7]{16,}|[a-z2-7]{16,}")
_ENTITY: Final = re.compile(r"&(?:#\w{2,7}|commat|period);", re.IGNORECASE)
_LOCAL: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.!#$%'*+-^_`{|}~")
_BEFORE: Final = frozenset("!#$'*|{}^`~")  # allowed in a local part, and far likelier a separator in a URL
_CASES: Final = frozenset({"lower", "upper"})
_ZLIB: Final = frozenset({0x01, 0x5E, 0x9C, 0xDA})  # RFC 1950 section 2.2: check bits for the four levels
_STANDARD: Final = str.maketrans("-_", "+/")
_ESCAPED: Final = re.compile(r"%[0-9A-Fa-f]{2}")
_DIGEST_LENGTHS: Final = {32: "md5", 40: "sha1", 64: "sha256", 128: "sha512"}
_SALT_PIECE: Final = re.compile(r"[^/?&=#;,%:]{1,64}")
_FORMS: Final = ("+a", "a+", ":a", "a:", "key")


@dataclass(frozen=True, slots=True)
class _Trace:
    """A leak in some text on the way, not yet in the URL's own offsets."""

    address: Address
    chain: tuple[str, ...]
    start: int
    end: int

    def within(self, steps: tuple[str, ...], start: int, end: int) -> _Trace:
        return _Trace(self.address, steps + self.chain, start, end)


class _Work:
    """How many characters may still be searched for this URL."""

    __slots__ = ("left",)

    def __init__(self, left: int) -> None:
        self.left = left

    def take(self, text: str) -> bool:
        self.left -= len(text)
        return self.left >= 0


def find_leaks(index: LeakIndex, url: str) -> tuple[Leak, ...]:
    """Every proven leak in the URL, in the order of their places; each verified, and each place named once."""
    if len(url) > LONGEST:
        url = url[:LONGEST]
    text = url if url.isascii() else from_bytes(url.encode("utf-8", "replace"))
    traces = list(_search(index, text, 0, _Work(MOST_WORK)))
    if not traces:
        traces.extend(_find_salted(index, text))
    if not traces:
        return ()
    leaks: list[Leak] = []
    for trace in traces:
        start, end = (trace.start, trace.end) if text is url else _characters(text, trace.start, trace.end)
        leak = Leak(trace.address, trace.chain, start, end)
        if verify_leak(leak, url):
            leaks.append(leak)
    return _distinct(leaks)


def _distinct(leaks: list[Leak]) -> tuple[Leak, ...]:
    """Of leaks that overlap only the best: the whole address before a local part, then the shortest chain."""
    kept: list[Leak] = []
    order = sorted(leaks, key=lambda one: (proof_of(one) == "local", len(one.chain), one.end - one.start))
    for leak in order:
        if not any(leak.start < other.end and other.start < leak.end for other in kept):
            kept.append(leak)
    return tuple(sorted(kept, key=lambda one: one.start))


def _search(index: LeakIndex, text: str, depth: int, work: _Work) -> Iterator[_Trace]:
    if len(text) < SHORTEST_TEXT or depth > DEEPEST or not work.take(text):
        return
    lower = text.lower() if text.isascii() else from_bytes(to_bytes(text).lower())
    if len(index.plain):
        for last, (length, forms) in index.plain.iter(lower):
            yield from _plain(text, last + 1 - length, last + 1, forms)
    yield from _tokens(index, text, depth, work)
    if len(index.anchors):
        yield from _anchors(index, text, depth, work)
    if "%" in text:
        yield from _unescaped(index, text, "percent", depth, work)
    if "&" in text and _ENTITY.search(text):
        yield from _unescaped(index, text, "entities", depth, work)
    if "\\" in text and depth:
        for decoded in undo_json(text):
            for inner in _search(index, decoded, depth + 1, work):
                yield inner.within(("json",), 0, len(text))


def _plain(text: str, start: int, end: int, forms: tuple[Form, ...]) -> Iterator[_Trace]:
    written = text[start:end]
    exact = [form for form in forms if form.text == written]
    for form in exact or forms[:1]:
        digits = "hex" in form.chain
        if digits or _stands_alone(text, start, end, backwards="reverse" in form.chain):
            chain = form.chain
            if not exact and not digits:
                encoded = tuple(step for step in chain if step in WRITE and step not in _CASES)
                spelling = tuple(step for step in chain if step not in WRITE)
                chain = (*encoded, ANY_CASE, *spelling)
            yield _Trace(form.address, chain, start, end)


def _stands_alone(text: str, start: int, end: int, *, backwards: bool) -> bool:
    """Whether the piece is a whole address or local part and not the end of a longer one."""
    if backwards:
        text, start, end = text[::-1], len(text) - end, len(text) - start
    before, after = text[start - 1 : start], text[end : end + 2]
    goes_on = bool(before) and before in _LOCAL and before not in _BEFORE
    if goes_on and not _ends_separator(text[max(0, start - 3) : start]):
        return False
    if after[:1] == ".":
        after = after[1:]
    return not (after and after[0].isascii() and (after[0].isalnum() or after[0] in "-.@"))


def _ends_separator(text: str) -> bool:
    """Whether these three characters are the percent-encoding of one that no local part has."""
    return _ESCAPED.fullmatch(text) is not None and chr(int(text[1:], 16)) not in _LOCAL


def _tokens(index: LeakIndex, text: str, depth: int, work: _Work) -> Iterator[_Trace]:
    """What whole tokens say, decoded where they may be encoded; few are, so most cost one look at their letters."""
    whole = index.tokens
    for count, found in enumerate(_TOKEN.finditer(text)):
        token = found[0]
        if token in whole:
            for form in whole[token]:
                yield _Trace(form.address, form.chain, found.start(), found.end())
        size = len(token)
        if size < _SHORTEST_BASE64 or size > LONGEST_TOKEN:
            continue
        if count >= MOST_TOKENS:
            break
        # Base64 of a text or a digest has capitals; hexadecimal and base32 have digits or one case.
        if _HEX_INSIDE.search(token):
            yield from _hexadecimal(index, token, found.start())
        if not token.islower():
            yield from _decoded(index, token, found.start(), found.end(), "base64", depth, work)
        if _BASE32.fullmatch(token):
            yield from _decoded(index, token, found.start(), found.end(), "base32", depth, work)
        elif size % 2 == 0 and _HEX.fullmatch(token):
            yield from _decoded(index, token, found.start(), found.end(), "hex", depth, work)
    # Signs of base64 that end a path segment or a word elsewhere: only where a query or a decoded text holds them.
    query = 0 if depth else text.find("?")
    if query >= 0 and "/" in text[query:]:
        for found in islice(_SLASHED.finditer(text, query), MOST_TOKENS):
            if "/" in found[0] and len(found[0]) <= LONGEST_TOKEN:
                yield from _decoded(index, found[0], found.start(), found.end(), "base64", depth, work)


def _hexadecimal(index: LeakIndex, token: str, start: int) -> Iterator[_Trace]:
    """Digests in runs of hexadecimal digits: of sixteen the whole, of more at every place where one fits."""
    for found in _HEX_INSIDE.finditer(token):
        run, first = found[0], start + found.start()
        low = run.lower()
        for at in range(min(max(1, len(low) - 31), MOST_WINDOWS)):
            for form in index.digests.get(int(low[at : at + _SHORTEST_HEX], 16), ()):
                end = at + 2 * len(form.text)
                upper = ("upper",) if run[at:end] != low[at:end] else ()
                yield _Trace(form.address, upper + form.chain, first + at, first + end)
        for form in index.digests.get(int(low[: -_SHORTEST_HEX - 1 : -1], 16), ()):
            upper = ("upper",) if run != low else ()
            yield _Trace(form.address, ("reverse", *upper, *form.chain), first, first + len(run))


def _decoded(
    index: LeakIndex, token: str, start: int, end: int, step: str, depth: int, work: _Work
) -> Iterator[_Trace]:
    """What a token says under one encoding: a digest's bytes, something compressed, or text to search again."""
    raw = _raw(token, step)
    if len(raw) < SHORTEST_TEXT:
        return
    if step != "hex":
        for form in index.digests.get(int.from_bytes(raw[:KEY], "big"), ()):
            chain = (step, form.chain[0] + "-bytes", *form.chain[1:])
            yield _Trace(form.address, chain, start, end)
    packing = "zlib" if raw[0] == 0x78 and raw[1] in _ZLIB else "gzip" if raw[:2] == b"\x1f\x8b" else ""
    if packing:
        for plain in UNDO[packing](from_bytes(raw)):
            for inner in _search(index, plain, depth + 2, work):
                yield inner.within((step, packing), start, end)
    elif raw.isascii():
        for inner in _search(index, raw.decode("ascii"), depth + 1, work):
            yield inner.within((step,), start, end)
    elif len(index.plain):  # bytes that are no text may hold one all the same
        plain = from_bytes(raw)
        for last, (length, forms) in index.plain.iter(from_bytes(raw.lower())):
            for inner in _plain(plain, last + 1 - length, last + 1, forms):
                yield inner.within((step,), start, end)


def _raw(token: str, step: str) -> bytes:
    try:
        if step == "hex":
            return bytes.fromhex(token) if len(token) % 2 == 0 else b""
        if step == "base64":
            return binascii.a2b_base64(token.translate(_STANDARD) + "=" * (-len(token) % 4))
    except ValueError:
        return b""
    return to_bytes(next(undo_base32(token), ""))


def _anchors(index: LeakIndex, text: str, depth: int, work: _Work) -> Iterator[_Trace]:
    """Addresses and digests inside longer base64, which may begin and end with anything."""
    seen: set[tuple[int, str]] = set()
    start = end = 0
    for last, (length, turns) in index.anchors.iter(text):
        if last >= end:
            start, end = _run_around(text, last + 1 - length, last + 1)
        for turn in turns:
            if (start, turn) in seen:
                continue
            seen.add((start, turn))
            run = text[start:end]
            run = rot13(run) if turn == "rot13" else run[::-1] if turn == "reverse" else run
            steps = (turn, "base64") if turn else ("base64",)
            for plain in undo_base64(run, trims=4):
                for inner in _search(index, plain, depth + 1, work):
                    yield inner.within(steps, start, end)
                yield from (trace.within(steps, start, end) for trace in _bytes_inside(index, plain))


def _bytes_inside(index: LeakIndex, plain: str) -> Iterator[_Trace]:
    raw = to_bytes(plain)
    for at in range(min(len(raw) - KEY, MOST_WINDOWS)):
        for form in index.digests.get(int.from_bytes(raw[at : at + KEY], "big"), ()):
            yield _Trace(form.address, (form.chain[0] + "-bytes", *form.chain[1:]), at, at + len(form.text))


def _run_around(text: str, start: int, end: int) -> tuple[int, int]:
    """The run of base64's signs that the piece stands in, at most `LONGEST_TOKEN` of them on either side."""
    first, last = max(0, start - LONGEST_TOKEN), min(len(text), end + LONGEST_TOKEN)
    behind = _RUN.match(text, start, last)
    before = _RUN.match(text[first:start][::-1])
    return start - (before.end() if before else 0), behind.end() if behind else end


def _unescaped(index: LeakIndex, text: str, step: str, depth: int, work: _Work) -> Iterator[_Trace]:
    """The text without its escapes; what is found keeps the place of its escaped form."""
    pattern = _ESCAPED if step == "percent" else _ENTITY
    pieces: list[str] = []
    places: list[int] = []
    at = 0
    for found in pattern.finditer(text):
        decoded = next(UNDO[step](found[0]), found[0])
        pieces.extend((text[at : found.start()], decoded))
        places.extend(range(at, found.start()))
        places.extend([found.start()] * len(decoded))
        at = found.end()
    if not pieces:
        return
    places.extend(range(at, len(text) + 1))
    for inner in _search(index, "".join(pieces) + text[at:], depth + 1, work):
        start, end = places[inner.start], places[inner.end]
        if pattern.search(text, start, end):  # else it stands there without the escapes too, and was found
            yield inner.within((step,), start, end)


def _find_salted(index: LeakIndex, text: str) -> Iterator[_Trace]:
    """Digests of an address with a salt from the same URL. Tried only where a token is as long as a common digest."""
    if not index.salted or len(index.salted) > MOST_SALTED or not _SALTED.search(text):
        return
    pieces = [(found.start(), found.end(), found[0]) for found in _SALT_PIECE.finditer(text)]
    for start, end, token in pieces[:MOST_TOKENS]:
        name = _DIGEST_LENGTHS.get(len(token))
        if name is None or name not in COMMON or not _HEX.fullmatch(token.lower()):
            continue
        salts = [piece for piece in pieces if piece[2] != token and _may_be_salt(text, *piece)][:MOST_SALTS]
        for address, spelling in index.salted:
            for first, last, salt in salts:
                for form in _FORMS:
                    if salted(name, form, salt, spelling.text) == token.lower():
                        upper = ("upper",) if token != token.lower() else ()
                        chain = (*upper, salted_step(name, form, first, last), *spelling.chain)
                        yield _Trace(address, chain, start, end)


def _may_be_salt(text: str, start: int, end: int, piece: str) -> bool:
    """Whether a piece looks drawn by chance: a digit in it or long, and neither a parameter's name nor the host."""
    drawn = len(piece) >= LONG_SALT or any(sign.isdigit() for sign in piece)
    return drawn and len(piece) <= LONGEST_SALT and text[end : end + 1] != "=" and text[start - 2 : start] != "//"


def _characters(text: str, start: int, end: int) -> tuple[int, int]:
    """Offsets in bytes as offsets in characters; a piece that begins inside a character takes it whole."""
    raw = to_bytes(text)
    return len(raw[:start].decode("utf-8", "ignore")), len(raw[:end].decode("utf-8", "replace"))
