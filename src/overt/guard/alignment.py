"""The references of two copies of a mailing, paired by what they are and what stands around them, not by their number.

Copies may differ in blocks, their order, variants and content. Pairs are proposals about structure; what a difference
between the two URLs means is `overt.guard.differ`'s question. Reads messages, changes nothing.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from html import unescape
from typing import Final

from overt.message import Message, Reference, read_text, registrable_domain, split_url, walk

MOST_REFERENCES: Final = 5000  # of one message; the largest of our collection has 730
MOST_CELLS: Final = 250_000  # of the table of the alignment: half a second of Python; beyond it order is not used
LONGEST_CONTEXT: Final = 2000  # characters after a link's address in which its end is looked for
_TAG: Final = re.compile(r"<[^<>]*>")
_ALT: Final = re.compile(r"\balt\s*=\s*(\"[^\"]*\"|'[^']*')", re.IGNORECASE)
_LOOKS: Final = re.compile(r"\b(?:alt|width|height|title)\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s>\"']+)", re.IGNORECASE)
_END: Final = re.compile(r"</a\b", re.IGNORECASE)
_WORD: Final = re.compile(r"[a-z]{1,20}")


@dataclass(frozen=True, slots=True)
class Place:
    """One reference and what it is known by.

    `shape` is its path with everything that may vary taken out, `names` its parameters' names, `context` the text or
    look that a reader sees there.
    """

    reference: Reference
    kind: tuple[str, str, str]
    domain: str
    shape: tuple[str, ...]
    names: tuple[str, ...]
    context: str


def find_places(message: Message) -> tuple[Place, ...]:
    """The places of all http and https references, in order; at most `MOST_REFERENCES`."""
    texts = {part.path: part for part in message.parts()}
    read: dict[str, str] = {}
    found: list[Place] = []
    for reference in walk(message):
        url = split_url(reference.url)
        if url is None or url.scheme not in ("http", "https"):
            continue
        if reference.start >= 0 and reference.part not in read:
            read[reference.part] = read_text(message, texts[reference.part]).text
        context = _context(reference, read.get(reference.part, "")) if reference.start >= 0 else ""
        shape = tuple(_shape(segment) for segment in url.path.split("/")[1:])
        names = tuple(pair.partition("=")[0] for pair in url.query.split("&")) if url.query else ()
        kind = (reference.vector, reference.element, reference.attribute.lower())
        found.append(Place(reference, kind, registrable_domain(url.host) or url.host, shape, names, context))
        if len(found) >= MOST_REFERENCES:
            break
    return tuple(found)


def _shape(segment: str) -> str:
    """A segment that routes (`open`, `click`) as it is, anything else as a star; the ending of a file stays."""
    stem, dot, ending = segment.rpartition(".")
    if dot and len(ending) <= 4:
        return f"{stem if _WORD.fullmatch(stem) else '*'}.{ending}"
    return segment if _WORD.fullmatch(segment) or not segment else "*"


def _context(reference: Reference, text: str) -> str:
    if reference.element == "a":
        closed = text.find(">", reference.end, reference.end + LONGEST_CONTEXT)
        found = _END.search(text, closed, closed + LONGEST_CONTEXT) if closed >= 0 else None
        inside = text[closed + 1 : found.start()] if found else ""
        shown = _TAG.sub(lambda tag: " ".join(match[1].strip("\"'") for match in _ALT.finditer(tag[0])), inside)
        return " ".join(unescape(shown).split())
    if reference.element:
        first = text.rfind("<", max(0, reference.start - LONGEST_CONTEXT), reference.start)
        last = text.find(">", reference.end, reference.end + LONGEST_CONTEXT)
        tag = text[first : reference.start] + text[reference.end : last] if first >= 0 and last >= 0 else ""
        return " ".join(match[0] for match in _LOOKS.finditer(tag))
    return " ".join(text[max(0, reference.start - 80) : reference.start].split())


def align(first: Sequence[Place], second: Sequence[Place]) -> tuple[tuple[Place, Place], ...]:
    """Pairs of places that are the same one in both copies, in the order of the first."""
    start = 0
    while start < min(len(first), len(second)) and _score(first[start], second[start]) == _BEST:
        start += 1
    stop = 0
    while stop < min(len(first), len(second)) - start and _score(first[-1 - stop], second[-1 - stop]) == _BEST:
        stop += 1
    pairs = [(at, at) for at in range(start)]
    pairs += [(len(first) - back, len(second) - back) for back in range(1, stop + 1)]
    taken_a, taken_b = {a for a, _ in pairs}, {b for _, b in pairs}
    for seen in (True, False):  # what reads the same first, so that a block that moved is not taken for its neighbour
        left = [at for at in range(len(first)) if at not in taken_a]
        right = [at for at in range(len(second)) if at not in taken_b]
        if len(left) * len(right) <= MOST_CELLS:
            ordered = _in_order([first[at] for at in left], [second[at] for at in right], same_context=seen)
            pairs += [(left[a], right[b]) for a, b in ordered]
        pairs += _anywhere(first, second, pairs, same_context=seen)
        taken_a, taken_b = {a for a, _ in pairs}, {b for _, b in pairs}
    return tuple((first[a], second[b]) for a, b in sorted(pairs))


_BEST: Final = 6


def _score(one: Place, other: Place) -> int:
    """How alike two places are; 0: not the same place."""
    if one.kind != other.kind:
        return 0
    domain, shape = one.domain == other.domain, one.shape == other.shape
    names, context = one.names == other.names, one.context == other.context
    if not (domain and (shape or names)) and not (context and one.context and shape and names):
        return 0
    return 1 + domain + shape + names + 2 * context


def _in_order(first: Sequence[Place], second: Sequence[Place], *, same_context: bool) -> list[tuple[int, int]]:
    """The order-keeping pairing with the highest sum of scores (doi:10.1016/0022-2836(70)90057-4)."""
    width = len(second)
    table = [[0] * (width + 1)]
    for one in first:
        above, row = table[-1], [0]
        for at, other in enumerate(second):
            score = 0 if same_context and one.context != other.context else _score(one, other)
            best = max(above[at + 1], row[at])
            row.append(max(best, above[at] + score) if score else best)
        table.append(row)
    pairs: list[tuple[int, int]] = []
    a, b = len(first), width
    while a and b:
        if table[a][b] == table[a - 1][b]:
            a -= 1
        elif table[a][b] == table[a][b - 1]:
            b -= 1
        else:
            a, b = a - 1, b - 1
            pairs.append((a, b))
    return pairs


def _anywhere(
    first: Sequence[Place], second: Sequence[Place], pairs: Sequence[tuple[int, int]], *, same_context: bool
) -> list[tuple[int, int]]:
    """Places left over that are alike, wherever they stand: blocks in another order."""
    taken_a, taken_b = {a for a, _ in pairs}, {b for _, b in pairs}
    waiting: dict[Hashable, list[int]] = defaultdict(list)
    for b in reversed(range(len(second))):
        if b not in taken_b:
            waiting[_key(second[b], same_context)].append(b)
    found: list[tuple[int, int]] = []
    for a, place in enumerate(first):
        alike = waiting.get(_key(place, same_context)) if a not in taken_a else None
        if alike:
            found.append((a, alike.pop()))
    return found


def _key(place: Place, same_context: bool) -> Hashable:
    return place.kind, place.domain, place.shape, place.names, place.context if same_context else ""
