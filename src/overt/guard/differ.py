"""Proof by difference: two copies of a mailing, and the characters of their URLs that tell them apart.

What varies together with what the reader sees, and what is a date, is named as such; what is left singles the recipient
out. It shows that characters differ, not what their owner makes of them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Final, Literal

from overt.guard.alignment import Place, align, find_places
from overt.message import Message, Reference

#: `recipient`: nothing else explains it; `content`: what is shown there differs too; `time`: both are dates nearby.
Kind = Literal["recipient", "content", "time"]
MOST_DAYS: Final = 31  # between two copies of one mailing
_SIGNS: Final = re.compile(r"[/?&=#.;,:@]|%(?:2[36EFef]|3[AaDdFf]|40)")
_SECONDS: Final = re.compile(r"1\d{9}(?:\d{3})?")
_DAY: Final = re.compile(r"(20\d\d)[-_]?(0[1-9]|1[0-2])[-_]?(0[1-9]|[12]\d|3[01])")


@dataclass(frozen=True, slots=True)
class Difference:
    """One word in which the URLs of a pair of references differ: `a.url[a_start:a_end]`, `b.url[b_start:b_end]`.

    A word reaches from one delimiter of the URL to the next, so that a token is named whole though it may begin alike.
    """

    kind: Kind
    a: Reference
    a_start: int
    a_end: int
    b: Reference
    b_start: int
    b_end: int
    confidence: float
    because: str

    @property
    def words(self) -> tuple[str, str]:
        """What stands there in the one copy and in the other."""
        return self.a.url[self.a_start : self.a_end], self.b.url[self.b_start : self.b_end]


@dataclass(frozen=True, slots=True)
class Distinction:
    """One word that differs between recipients and is the same in all copies of each: `reference.url[start:end]`.

    `values` are what stands there by recipient. `alone`: no two recipients share a value; else it tells groups apart.
    """

    reference: Reference
    start: int
    end: int
    values: Mapping[str, str]
    alone: bool


def diff(a: Message, b: Message) -> tuple[Difference, ...]:
    """Every word in which URLs of the same place differ, in the order of `a`; nothing where the copies are the same."""
    found = [
        difference
        for one, other in align(find_places(a), find_places(b))
        if one.reference.url != other.reference.url
        for difference in _differences(one, other)
    ]
    # A pair of words that content cannot explain at one place means the same at every other.
    certain = {difference.words for difference in found if difference.kind == "recipient"}
    counts = Counter(difference.words for difference in found)
    often = {words for words in certain if counts[words] > 1}
    return tuple(_settle(difference, certain, often) for difference in found)


def _settle(difference: Difference, certain: set[tuple[str, str]], often: set[tuple[str, str]]) -> Difference:
    if difference.words in often:
        because = "the same two words stand against each other at several places of the two copies"
        return replace(difference, kind="recipient", confidence=0.95, because=because)
    if difference.words in certain:
        return replace(difference, kind="recipient")
    return difference


def _differences(one: Place, other: Place) -> Iterator[Difference]:
    a, b = one.reference, other.reference
    for (a_start, a_end), (b_start, b_end) in changed_words(a.url, b.url):
        words = a.url[a_start:a_end], b.url[b_start:b_end]
        if one.context != other.context:
            kind, sure, because = _CONTENT
        elif _are_dates(*words):
            kind, sure, because = _TIME
        else:
            kind, sure, because = _RECIPIENT
        yield Difference(kind, a, a_start, a_end, b, b_start, b_end, sure, because)


# Judged, not measured: one place alone may be an experiment or a rotating picture.
_CONTENT: Final[tuple[Kind, float, str]] = ("content", 0.7, "what the reader sees there differs as well")
_TIME: Final[tuple[Kind, float, str]] = ("time", 0.7, f"both are dates at most {MOST_DAYS} days apart")
_RECIPIENT: Final[tuple[Kind, float, str]] = (
    "recipient", 0.8, "the reader sees the same there, and nothing else in the copies explains it",
)  # fmt: skip


def changed_words(a: str, b: str) -> tuple[tuple[tuple[int, int], tuple[int, int]], ...]:
    """The spans of words in which two URLs differ; where their delimiters differ too, one span over all of it."""
    if _SIGNS.findall(a) == _SIGNS.findall(b):
        spans_a, spans_b = _spans(a), _spans(b)
        if sorted(a[slice(*span)] for span in spans_a) == sorted(b[slice(*span)] for span in spans_b):
            return ()  # the same words in another order: parameters that a program sorted otherwise
        return tuple(
            (one, other) for one, other in zip(spans_a, spans_b, strict=True) if a[slice(*one)] != b[slice(*other)]
        )
    start = 0
    while start < min(len(a), len(b)) and a[start] == b[start]:
        start += 1
    back = 0
    while back < min(len(a), len(b)) - start and a[-1 - back] == b[-1 - back]:
        back += 1
    start = max((found.end() for found in _SIGNS.finditer(a, 0, start)), default=0)
    ends = []
    for url in (a, b):
        found = _SIGNS.search(url, len(url) - back)
        ends.append(found.start() if found else len(url))
    return (((start, ends[0]), (start, ends[1])),)


def _spans(url: str) -> tuple[tuple[int, int], ...]:
    """Where the words between the delimiters stand, empty ones too, so that two URLs have the same number of them."""
    signs = list(_SIGNS.finditer(url))
    starts = [0, *(sign.end() for sign in signs)]
    return tuple(zip(starts, [*(sign.start() for sign in signs), len(url)], strict=True))


def _are_dates(one: str, other: str) -> bool:
    first, second = _read_date(one), _read_date(other)
    return first is not None and second is not None and abs((first - second).days) <= MOST_DAYS


def _read_date(word: str) -> date | None:
    """A day written as one word, or seconds or milliseconds since 1970."""
    if _SECONDS.fullmatch(word):
        return datetime.fromtimestamp(int(word[:10]), tz=UTC).date()
    found = _DAY.match(word)
    if found is None or (len(word) > found.end() and not word[found.end() :].lstrip("T-_").isdigit()):
        return None
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None


def diff_many(copies: Mapping[str, Sequence[Message]]) -> tuple[Distinction, ...]:
    """What is the same in all copies of one recipient and different between recipients, beside the first copy.

    `copies` are by recipient, under any names. The more copies of one recipient, the less content is mistaken for an
    identifier: what changes from copy to copy of the same person is none.
    """
    boxes = [(name, [find_places(message) for message in messages]) for name, messages in copies.items() if messages]
    if len(boxes) < 2:
        return ()
    base = boxes[0][1][0]
    words: dict[tuple[int, int, int], dict[str, set[str]]] = {}
    number = {id(place): at for at, place in enumerate(base)}
    for name, places in boxes:
        for copy in places:
            for one, other in align(base, copy):
                for (start, end), text in _aligned_words(one.reference.url, other.reference.url):
                    words.setdefault((number[id(one)], start, end), {}).setdefault(name, set()).add(text)
    found: list[Distinction] = []
    for (at, start, end), values in sorted(words.items()):
        steady = {name: next(iter(texts)) for name, texts in values.items() if len(texts) == 1}
        distinct = len(set(steady.values()))
        if len(steady) == len(values) > 1 and distinct > 1:
            found.append(Distinction(base[at].reference, start, end, steady, distinct == len(steady)))
    return tuple(found)


def _aligned_words(a: str, b: str) -> Iterator[tuple[tuple[int, int], str]]:
    """Each word of `a`, and what stands for it in `b`; none where the two have other delimiters."""
    if _SIGNS.findall(a) == _SIGNS.findall(b):
        for one, other in zip(_spans(a), _spans(b), strict=True):
            if one[0] < one[1]:
                yield one, b[slice(*other)]
