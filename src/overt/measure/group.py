"""Who is fetched ahead for, known before a campaign went out: two groups, so that an estimate compares like with like.

A recipient whose earlier beacon was fetched ahead reads in a program that fetches ahead. Whoever was sent one and was
never fetched for does not: such a program asks for everything it gets. Of anybody else nothing is known. A campaign's
own hits never decide: they would put those who opened into groups by other rules than the rest.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from overt.measure.anchor import Ahead, Groups, Observable
from overt.measure.classify import may_hide_open, read_hit
from overt.measure.few import FEWEST
from overt.measure.hit import Seen
from overt.measure.reading import Actor
from overt.measure.token import RecipientNumber, Sending, recipient_of


@dataclass(frozen=True, slots=True)
class History:
    """When each recipient was first sent an individual beacon that arrived, and first fetched for ahead.

    Milliseconds since 1970, over all campaigns.
    """

    reached: Mapping[RecipientNumber, int] = field(default_factory=dict)
    fetched: Mapping[RecipientNumber, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Split:
    """One campaign's delivered sendings by what was known of their recipients before.

    `ahead` and `observable` are how many; `outside` those of whom nothing was known. `groups` is None where one of the
    two has fewer than `FEWEST` or nobody of the observable opened: too few to compare.
    """

    ahead: int
    observable: int
    outside: int
    groups: Groups | None


def first_fetched(rows: Iterable[tuple[RecipientNumber, Seen, int]]) -> Mapping[RecipientNumber, int]:
    """When each recipient was first fetched for ahead, of rows with a hit's recipient, what it showed, and its time."""
    first: dict[RecipientNumber, int] = {}
    for recipient, seen, at in rows:
        reading = read_hit(seen)
        if reading.actor is Actor.PREFETCH and may_hide_open(reading):
            first[recipient] = min(at, first.get(recipient, at))
    return first


def split(
    of: Iterable[Sending], opened: Collection[Sending], clicked: Collection[Sending], history: History, before: int
) -> Split:
    """`of` are delivered sendings with individual beacon and links; what came from `before` on tells nothing."""
    ahead, seen, outside = set[Sending](), set[Sending](), 0
    for sending in of:
        recipient = recipient_of(sending)
        if history.fetched.get(recipient, before) < before:
            ahead.add(sending)
        elif history.reached.get(recipient, before) < before:
            seen.add(sending)
        else:
            outside += 1
    opens = seen & (set(opened) | set(clicked))
    groups = None
    if min(len(ahead), len(seen)) >= FEWEST and opens:
        groups = Groups(
            Ahead(len(ahead), len(ahead & set(clicked))), Observable(len(seen), len(opens), len(seen & set(clicked)))
        )
    return Split(len(ahead), len(seen), outside, groups)
