"""Click-to-open: of those who opened, how many followed a link; known between two bounds only.

Both are known of the same sendings alone: those that were measured one by one for opens and for links. Whoever read
with pictures off and followed nothing is in neither number, so with them the true share is smaller still.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from overt.measure.rate import Bounds, Method, rate
from overt.measure.reading import Actor
from overt.measure.token import Kind, Sending
from overt.measure.visit import Visit


@dataclass(frozen=True, slots=True)
class Following:
    """Of `of` delivered sendings `opened` for certain, `perhaps` besides; without any opened there are no bounds.

    The bounds are the two worst cases: everybody who perhaps opened did and did not click; none of them did, and every
    click of a program that no rule knows was a person's.
    """

    of: int
    opened: int
    perhaps: int
    clicked: int
    possible: int
    bounds: Bounds | None


def count_following(of: Collection[Sending], visits: Sequence[Visit]) -> Following:
    """Click-to-open of the sendings in `of`, of which beacon and links are individual. A click is an open too."""
    mine = [visit for visit in visits if visit.hit.sending in of]
    beacons = [visit for visit in mine if visit.hit.kind is Kind.BEACON]
    clicks = [visit for visit in mine if visit.hit.kind is Kind.LINK]
    clicked = {visit.hit.sending for visit in clicks if visit.by_person}
    possible = clicked | {visit.hit.sending for visit in clicks if visit.reading.actor is Actor.UNKNOWN}
    opened = clicked | {visit.hit.sending for visit in beacons if visit.by_person}
    perhaps = (possible | {visit.hit.sending for visit in beacons if visit.may_hide_open}) - opened
    return Following(
        of=len(of),
        opened=len(opened),
        perhaps=len(perhaps),
        clicked=len(clicked),
        possible=len(possible),
        bounds=_bounds(len(clicked), len(opened | perhaps), len(possible), len(opened | possible)) if opened else None,
    )


def _bounds(clicked: int, most_opened: int, possible: int, least_opened: int) -> Bounds:
    """Each end by Clopper and Pearson, given how many opened; both together hold as `bound_rate` says."""
    exact = Method.CLOPPER_PEARSON
    lower, upper = rate(clicked, most_opened, method=exact), rate(possible, least_opened, method=exact)
    return Bounds(lower, upper, lower.low, upper.high, lower.level)
