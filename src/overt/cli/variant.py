"""Who gets which variant: at random, and as evenly as the number of recipients allows.

Random order in blocks of one recipient a variant (permuted blocks, as in ICH E9 section 2.3.2), so that no two
variants ever differ by more than one recipient, and stopping early leaves them balanced too. Chance is an argument.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from overt.errors import Refused

MOST = 255  # a variant's number is one byte of a token; 0 is "none"


@dataclass(frozen=True, slots=True)
class Variant:
    """One combination: its number as tokens carry it, and the indexes of its subject and its content."""

    number: int
    subject: int
    content: int


def combine(subjects: int, contents: int) -> tuple[Variant, ...]:
    """Every subject with every content, numbered from 1; a single combination is no variant and has number 0."""
    pairs = list(itertools.product(range(max(1, subjects)), range(max(1, contents))))
    if len(pairs) > MOST:
        raise Refused(f"{len(pairs)} variants are more than the {MOST} a token can tell apart. Leave some out.")
    first = 0 if len(pairs) == 1 else 1
    return tuple(Variant(number, *pair) for number, pair in enumerate(pairs, first))


def assign(variants: Sequence[Variant], chance: Random) -> Iterator[Variant]:
    """Variants without end, one for each recipient in turn."""
    while True:
        block = list(variants)
        chance.shuffle(block)
        yield from block
