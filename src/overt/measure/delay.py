"""How long it took until a message was first opened, or a link of it first followed: quantiles with their intervals.

Of people seen doing so, never of machines. Where something came first that may hide an earlier open (a prefetch, a
program that no rule knows), the first one seen may not be the first: such a sending is counted as hidden, without a
time. Whoever has not opened yet is in no number, so late ones still to come make every time longer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final

from overt.errors import Malformed
from overt.measure.campaign import Sent
from overt.measure.rate import LEVEL, beta_mass
from overt.measure.reading import Actor
from overt.measure.token import Kind, Sending
from overt.measure.visit import Visit

SHARES: Final = (0.25, 0.5, 0.75, 0.9)


@dataclass(frozen=True, slots=True)
class Quantile:
    """`share` of them took at most `seconds`; [low, high] holds the true quantile with at least `level`.

    An end is None where there are too few to give it: half of so many cannot be told with such confidence.
    """

    share: float
    seconds: float
    low: float | None
    high: float | None
    level: float


@dataclass(frozen=True, slots=True)
class Delay:
    """Of `seen` sendings the time is known, of `hidden` it is not, though a person may have been there."""

    seen: int
    hidden: int
    quantiles: tuple[Quantile, ...]


def measure_delay(sent: Iterable[Sent], visits: Sequence[Visit], kind: Kind) -> Delay:
    """From the sending to the first visit of a person for this kind. `sent` are measured one by one for it."""
    began = {one.sending: one.at.timestamp() * 1000 for one in sent if one.at is not None}
    people: dict[Sending, int] = {}
    hiding: dict[Sending, int] = {}
    for visit in visits:
        sending, at = visit.hit.sending, visit.hit.at_ms
        if visit.hit.kind is not kind or sending not in began:
            continue
        if visit.by_person:
            people[sending] = min(at, people.get(sending, at))
        elif visit.may_hide_open if kind is Kind.BEACON else visit.reading.actor is Actor.UNKNOWN:
            hiding[sending] = min(at, hiding.get(sending, at))
    known = {one: at for one, at in people.items() if one not in hiding or at <= hiding[one]}
    # Clocks of relay and collector may differ: nothing is opened before it is sent.
    seconds = sorted(max(0.0, (at - began[one]) / 1000) for one, at in known.items())
    quantiles = tuple(quantile(seconds, share) for share in SHARES) if seconds else ()
    return Delay(len(known), len((people.keys() | hiding.keys()) - known.keys()), quantiles)


def quantile(ordered: Sequence[float], share: float, level: float = LEVEL) -> Quantile:
    """The quantile of a sample in ascending order, with the interval between two of its own values.

    Free of any assumption on how the times are spread: the true quantile lies below the r-th value as often as fewer
    than r of n fall below it, which is binomial (David and Nagaraja 2003, Order Statistics, 3rd edition, section 7.1;
    Hahn and Meeker 1991, Statistical Intervals, section 5.2). Each tail has at most half of what may go wrong.
    """
    if not ordered or not 0 < share < 1 or not 0 < level < 1:
        raise Malformed("a quantile is of something, and share and level lie between 0 and 1")
    count, tail = len(ordered), (1 - level) / 2
    # The most with P(B <= below - 1) <= tail, the fewest with P(B <= above - 1) >= 1 - tail; B is how many fall below.
    below = _first(count, lambda number: _at_most(number, count, share) > tail)
    above = 1 + _first(count, lambda number: _at_most(number, count, share) >= 1 - tail)
    return Quantile(
        share=share,
        seconds=ordered[max(1, ceil(count * share - 1e-9)) - 1],
        low=ordered[below - 1] if below >= 1 else None,
        high=ordered[above - 1] if above <= count else None,
        level=level,
    )


def _first(count: int, holds: Callable[[int], bool]) -> int:
    """The fewest from 0 to `count` of which it holds; it holds of `count`, and of all after the first."""
    low, high = 0, count
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle + 1, high)
    return low


def _at_most(number: int, count: int, share: float) -> float:
    """P(B <= number) of a binomial B (DLMF 8.17.5)."""
    return 1.0 if number >= count else 1 - beta_mass(share, number + 1, count - number)


def say_seconds(seconds: float) -> str:
    """So long in words, as coarse as it is long: `40 s`, `12 min`, `3 h 5 min`, `2 d 4 h`."""
    if seconds < 59.5:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    days, hours = divmod(round(seconds / 3600), 24)
    return f"{days} d {hours} h" if hours else f"{days} d"
