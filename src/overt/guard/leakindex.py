"""What a mailbox's addresses look like once encoded and hashed, computed once, so that a URL is only looked up.

Four tables: plain forms and fragments of base64 for Aho and Corasick's automaton, digests by their first eight bytes,
and whole tokens for what is too short or too odd to be found inside others. What cannot be computed beforehand
(compression, JSON, salts) `overt.guard.leak` decodes from the URL. Nothing is searched here.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Final, TypeVar

import ahocorasick

from overt.guard.digest import COMMON, DIGESTS, SHORT
from overt.guard.encoding import WRITE, from_bytes, to_bytes
from overt.guard.proof import BYTES
from overt.guard.spelling import Spelling, is_rare, spellings
from overt.message import Address

MOST_ADDRESSES: Final = 1000  # of one mailbox: a megabyte or so each
ANCHOR: Final = 16  # characters of a fragment of base64 that are looked for; longer ones cost memory, not sureness
SHORTEST_ANCHOR: Final = 7
KEY: Final = 8  # bytes of a digest that find it; the whole is compared after
_TURNS: Final = ("", "rot13", "reverse")
_INNER: Final = ("base64", "hex", "reverse", "rot13", "percent")
_PLAIN_STEPS: Final = (
    ("reverse",), ("rot13",), ("hex",), ("rot13", "reverse"), ("reverse", "hex"), ("rot13", "hex"),
    ("reverse", "percent"), ("rot13", "reverse", "percent"),
)  # fmt: skip
_NODE_BYTES: Final = 76  # of pyahocorasick, measured over a million nodes on CPython 3.11, 64 bits
_ENTRY_BYTES: Final = 330  # of a dict's entry with its key, digest and tuples, measured with tracemalloc

Chain = tuple[str, ...]
Key = TypeVar("Key", int, str)


@dataclass(frozen=True, slots=True)
class Form:
    """One written form of one address: `text` is what stands in a URL after the steps of `chain`."""

    address: Address
    chain: Chain
    text: str


@dataclass(frozen=True, slots=True, eq=False)
class LeakIndex:
    """The tables. `size` counts the forms in them, `memory` estimates their bytes from measured ones for each."""

    addresses: tuple[Address, ...]
    plain: ahocorasick.Automaton
    anchors: ahocorasick.Automaton
    digests: Mapping[int, tuple[Form, ...]]
    tokens: Mapping[str, tuple[Form, ...]]
    salted: tuple[tuple[Address, Spelling], ...]
    size: int
    memory: int


def build_leak_index(addresses: Iterable[Address], aliases: Iterable[Address] = ()) -> LeakIndex:
    """The index of one mailbox: its addresses and the owner's other ones; no more than `MOST_ADDRESSES` of them."""
    people = tuple(dict.fromkeys([*addresses, *aliases]))[:MOST_ADDRESSES]
    plain: dict[str, list[Form]] = {}
    anchors: dict[str, set[str]] = {}
    digests: dict[int, list[Form]] = {}
    tokens: dict[str, list[Form]] = {}
    salted: list[tuple[Address, Spelling]] = []
    for address in people:
        for spelling in spellings(address):
            for form in _plain_forms(address, spelling):
                plain.setdefault(WRITE["lower"](form.text), []).append(form)
            for turn, fragment in _fragments(spelling):
                anchors.setdefault(fragment, set()).add(turn)
            for form in _digests(address, spelling):
                digests.setdefault(int.from_bytes(to_bytes(form.text[:KEY]), "big"), []).append(form)
            for form in _tokens(address, spelling):
                tokens.setdefault(form.text, []).append(form)
            if not spelling.is_local and "upper" not in spelling.chain:
                salted.append((address, spelling))
    words, pieces = _automaton(plain), _automaton({text: tuple(sorted(turns)) for text, turns in anchors.items()})
    size = sum(len(forms) for table in (plain, digests, tokens) for forms in table.values()) + len(anchors)
    nodes = sum(_nodes(automaton) for automaton in (words, pieces))
    memory = nodes * _NODE_BYTES + (len(digests) + len(tokens)) * _ENTRY_BYTES
    return LeakIndex(
        people, words, pieces, _frozen(digests), _frozen(tokens), tuple(salted), size, memory
    )  # fmt: skip


def _plain_forms(address: Address, spelling: Spelling) -> Iterator[Form]:
    """Forms that are searched for in any case; a local part only as it is, and only a rare one."""
    if spelling.is_local:
        if is_rare(spelling.text):
            yield Form(address, spelling.chain, spelling.text)
        return
    yield Form(address, spelling.chain, spelling.text)
    for steps in _PLAIN_STEPS:
        text = spelling.text
        for step in reversed(steps):
            text = WRITE[step](text)
        yield Form(address, (*steps, *spelling.chain), text)


def _fragments(spelling: Spelling) -> Iterator[tuple[str, str]]:
    """Pieces that base64 of any text with the spelling in it must have, at three alignments, in both alphabets.

    Of common digests too; each piece as it is, backwards, and by rot13. Which chain it was is decided when found.
    """
    raws = [] if spelling.is_local else [to_bytes(spelling.text)]
    for name in () if _is_unlikely(spelling) else COMMON:
        digest = DIGESTS[name](to_bytes(spelling.text))
        raws.extend((digest, digest.hex().encode()))
    for raw in raws:
        for before in range(3):
            written = base64.b64encode(bytes(before) + raw).decode()
            start, end = -(-before * 8 // 6), (before + len(raw)) * 8 // 6
            piece = written[start:end]
            for text in {piece, piece.translate(_URL_SAFE)}:
                for turn in _TURNS:
                    turned = WRITE[turn](text) if turn else text
                    if len(turned) >= SHORTEST_ANCHOR:
                        yield turn, turned[:ANCHOR]


def _digests(address: Address, spelling: Spelling) -> Iterator[Form]:
    """Digests of eight bytes and more, as bytes: one deep of all, and of likely spellings two and three deep."""
    inner: list[tuple[Chain, str]] = [(spelling.chain, spelling.text)]
    if not _is_unlikely(spelling):
        inner.extend(((step, *spelling.chain), WRITE[step](spelling.text)) for step in _INNER)
    for chain, text in inner:
        for name, digest in DIGESTS.items():
            if name not in SHORT:
                yield Form(address, (name, *chain), from_bytes(digest(to_bytes(text))))
    if _is_unlikely(spelling):
        return
    for name, digest in DIGESTS.items():
        raw = digest(to_bytes(spelling.text))
        written = [((name, *spelling.chain), raw.hex().encode())]
        if name in COMMON:
            written.append((("upper", name, *spelling.chain), raw.hex().upper().encode()))
            written.append(((name + BYTES, *spelling.chain), raw))
        for chain, again in written:
            for outer, second in DIGESTS.items():
                if outer not in SHORT:
                    yield Form(address, (outer, *chain), from_bytes(second(again)))
    for first, second_name, third in product(COMMON, repeat=3):
        again = _hex_digest(second_name, _hex_digest(first, to_bytes(spelling.text)))
        yield Form(address, (third, second_name, first, *spelling.chain), from_bytes(DIGESTS[third](again)))


def _hex_digest(name: str, raw: bytes) -> bytes:
    return DIGESTS[name](raw).hex().encode()


def _is_unlikely(spelling: Spelling) -> bool:
    """Whether nobody would take the trouble of a long chain over it."""
    return spelling.is_local or "upper" in spelling.chain


def _tokens(address: Address, spelling: Spelling) -> Iterator[Form]:
    """Forms that count only with nothing beside them: four-byte digests, numbers in base 58 and 62, compressed."""
    for name in SHORT:
        raw = DIGESTS[name](to_bytes(spelling.text))
        yield Form(address, (name, *spelling.chain), raw.hex())
        yield Form(address, ("upper", name, *spelling.chain), raw.hex().upper())
        yield Form(address, ("decimal", name, *spelling.chain), str(int.from_bytes(raw, "big")))
        signed = int.from_bytes(raw, "big", signed=True)
        if signed < 0:
            yield Form(address, ("signed-decimal", name, *spelling.chain), str(signed))
    if spelling.is_local:
        return
    for step in ("base58", "base62", "base62-lower-first"):
        yield Form(address, (step, *spelling.chain), WRITE[step](spelling.text))
        for name in COMMON[:3]:
            raw = DIGESTS[name](to_bytes(spelling.text))
            yield Form(address, (step, name + BYTES, *spelling.chain), WRITE[step](from_bytes(raw)))
    packed = WRITE["deflate"](spelling.text)
    written = base64.b64encode(to_bytes(packed)).decode().rstrip("=")
    for text in {written, written.translate(_URL_SAFE)}:
        yield Form(address, ("base64", "deflate", *spelling.chain), text)
    yield Form(address, ("hex", "deflate", *spelling.chain), WRITE["hex"](packed))


def _automaton(table: Mapping[str, Iterable[object]]) -> ahocorasick.Automaton:
    automaton = ahocorasick.Automaton()
    for text, values in table.items():
        automaton.add_word(text, (len(text), tuple(values)))
    automaton.make_automaton()
    return automaton


def _nodes(automaton: ahocorasick.Automaton) -> int:
    return int(automaton.get_stats()["nodes_count"]) if len(automaton) else 0


def _frozen(table: dict[Key, list[Form]]) -> dict[Key, tuple[Form, ...]]:
    return {key: tuple(forms) for key, forms in table.items()}


_URL_SAFE: Final = str.maketrans("+/", "-_")
