"""A rate is an interval: how many of how many, and between what the true rate lies.

Wilson's interval is for what was observed, Clopper and Pearson's where the promise has to hold for certain (worst-case
bounds), Jeffreys' for an estimate. Closed forms and one continued fraction from the standard library, so that traffic
never waits for a statistics package. Knows no messages and no people.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from math import exp, lgamma, log, log1p, sqrt
from statistics import NormalDist

from overt.errors import Malformed

LEVEL = 0.95  # the field's habit; every report prints it


class Method(StrEnum):
    """How an interval was made."""

    WILSON = "wilson"  # Wilson 1927; Brown, Cai and DasGupta 2001, doi:10.1214/ss/1009213286, recommend it
    CLOPPER_PEARSON = "clopper-pearson"  # Clopper and Pearson 1934, doi:10.1093/biomet/26.4.404: never too short
    JEFFREYS = "jeffreys"  # the equal-tailed interval under the prior Beta(1/2, 1/2); Brown, Cai and DasGupta 2001


@dataclass(frozen=True, slots=True)
class Rate:
    """`count` of `of`, and the interval [low, high] at `level`. With nothing observed it is all of [0, 1]."""

    count: int
    of: int
    low: float
    high: float
    level: float
    method: Method

    @property
    def value(self) -> float | None:
        """The plain share, None of nothing. It is not meant to be shown without the interval."""
        return self.count / self.of if self.of else None


@dataclass(frozen=True, slots=True)
class Bounds:
    """A rate known only to lie between two: from `lower` (seen for sure) to `upper` (nothing speaks against it).

    [low, high] holds every rate between both with probability at least `level`: each end has half of what may go
    wrong (Imbens and Manski 2004, doi:10.1111/j.1468-0262.2004.00555.x, who also give a shorter one).
    """

    lower: Rate
    upper: Rate
    low: float
    high: float
    level: float


def rate(count: int, of: int, *, level: float = LEVEL, method: Method = Method.WILSON) -> Rate:
    """`count` of `of` with its interval. Raises `Malformed` for more than all, fewer than none, or no level."""
    if not 0 <= count <= of:
        raise Malformed(f"{count} of {of} is no share")
    if not 0 < level < 1:
        raise Malformed("a level lies between 0 and 1")
    low, high = _INTERVALS[method](count, of, level) if of else (0.0, 1.0)
    return Rate(count, of, low, high, level, method)


def bound_rate(least: int, most: int, of: int, *, level: float = LEVEL) -> Bounds:
    """Bounds of a rate whose count is at least `least` and at most `most` of `of`."""
    if least > most:
        raise Malformed(f"at least {least} and at most {most} cannot both be")
    exact = Method.CLOPPER_PEARSON
    lower, upper = rate(least, of, level=level, method=exact), rate(most, of, level=level, method=exact)
    return Bounds(lower, upper, lower.low, upper.high, level)


def _wilson(count: int, of: int, level: float) -> tuple[float, float]:
    z = NormalDist().inv_cdf((1 + level) / 2)
    share, squared = count / of, z * z
    middle = (share + squared / (2 * of)) / (1 + squared / of)
    half = z / (1 + squared / of) * sqrt(share * (1 - share) / of + squared / (4 * of * of))
    # At the edges the exact ends are 0 and 1; rounding would leave a speck.
    return (max(0.0, middle - half) if count else 0.0), (min(1.0, middle + half) if count < of else 1.0)


def _clopper_pearson(count: int, of: int, level: float) -> tuple[float, float]:
    tail = (1 - level) / 2
    low = beta_quantile(tail, count, of - count + 1) if count else 0.0
    high = beta_quantile(1 - tail, count + 1, of - count) if count < of else 1.0
    return low, high


def _jeffreys(count: int, of: int, level: float) -> tuple[float, float]:
    # At 0 and n the interval starts at the edge, else its coverage would be nought there (Brown, Cai, DasGupta 4.3).
    tail = (1 - level) / 2
    low = beta_quantile(tail, count + 0.5, of - count + 0.5) if count else 0.0
    high = beta_quantile(1 - tail, count + 0.5, of - count + 0.5) if count < of else 1.0
    return low, high


_INTERVALS = {Method.WILSON: _wilson, Method.CLOPPER_PEARSON: _clopper_pearson, Method.JEFFREYS: _jeffreys}


@cache
def beta_quantile(probability: float, a: float, b: float) -> float:
    """Where the beta distribution's mass reaches `probability`, by halving: 60 halvings are below a double's grain."""
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if beta_mass(middle, a, b) < probability:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def beta_mass(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function I_x(a, b): DLMF 8.17.22, from the side where it converges quickly."""
    if x <= 0 or x >= 1:
        return 0.0 if x <= 0 else 1.0
    if x > (a + 1) / (a + b + 2):
        return 1 - beta_mass(1 - x, b, a)
    front = exp(a * log(x) + b * log1p(-x) + lgamma(a + b) - lgamma(a) - lgamma(b)) / a
    return front * _continued_fraction(x, a, b)


def _continued_fraction(x: float, a: float, b: float) -> float:
    """DLMF 8.17.22 from its far end; it needs some sqrt(max(a, b)) terms (Press et al., Numerical Recipes 6.4)."""
    value = 1.0
    for step in range(int(20 + 5 * sqrt(max(a, b))), 0, -1):
        m = step // 2
        if step % 2:
            term = -(a + m) * (a + b + m) / ((a + 2 * m) * (a + 2 * m + 1))
        else:
            term = m * (b - m) / ((a + 2 * m - 1) * (a + 2 * m))
        value = 1 + term * x / value
    return 1 / value
