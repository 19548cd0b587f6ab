"""A difference of two rates that may be looked at as often as anybody likes.

A fixed interval is right for one look; people look every hour. A confidence sequence holds at all looks together: the
chance that it ever leaves out the true difference is at most alpha (Howard, Ramdas, McAuliffe and Sekhon 2021,
doi:10.1214/20-AOS1991, arXiv 1810.08240). Knows sums of two arms; no messages, no people and no clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, inf, log, sqrt

from overt.errors import Malformed

ALPHA = 0.05


@dataclass(frozen=True, slots=True)
class Tally:
    """`successes` of `sendings`, of one arm, so far. Raises `Malformed` for what is no share."""

    successes: int
    sendings: int

    def __post_init__(self) -> None:
        if not 0 <= self.successes <= self.sendings:
            raise Malformed(f"{self.successes} of {self.sendings} is no share")

    @property
    def rate(self) -> float | None:
        return self.successes / self.sendings if self.sendings else None

    @property
    def variance(self) -> float:
        """That of one sending. Half a success and half a failure are added, so that it is never nought."""
        share = (self.successes + 0.5) / (self.sendings + 1)
        return share * (1 - share)


@dataclass(frozen=True, slots=True)
class Difference:
    """The second rate less the first, from -1 to 1; None and all of that range where an arm has no sendings.

    [low, high] holds the true difference at this and all other looks with probability 1 - alpha, in the limit of many
    sendings (the variance is estimated: Waudby-Smith and others, arXiv 2103.06476). `chance` is an always-valid p-value
    of "no difference": at most x with probability at most x, whenever one chooses to look.
    """

    value: float | None
    low: float
    high: float
    alpha: float
    chance: float

    @property
    def decided(self) -> bool:
        """Whether no difference is ruled out."""
        return self.low > 0 or self.high < 0


def tune(expected: int, rate: float, *, alpha: float = ALPHA) -> float:
    """The rho that makes the radius shortest at `expected` sendings in each arm with rates near `rate`.

    To be chosen before the first look, and kept. With V the variance expected by then, y = 1 + V / rho solves
    y - ln y = 1 + 2 ln(1 / alpha) (the zero of the radius' derivative; Howard and others 2021).
    """
    if expected < 1 or not 0 < rate < 1 or not 0 < alpha < 1:
        raise Malformed("at least one sending is expected, and a rate and alpha lie between 0 and 1")
    constant = 1 + 2 * log(1 / alpha)
    y = constant
    for _ in range(60):  # contracts by 1 / y, which is less than 1
        y = constant + log(y)
    return 2 * expected * rate * (1 - rate) / (y - 1)


def radius(variance: float, n: float, rho: float, *, alpha: float = ALPHA) -> float:
    """Half the length of the normal-mixture confidence sequence of a mean of `n`, whose variances add up to `variance`.

    sqrt((V + rho) ln((V + rho) / (rho alpha^2))) / n: the two-sided normal mixture of Howard and others 2021.
    """
    whole = variance + rho
    return sqrt(whole * log(whole / (rho * alpha * alpha))) / n


def difference(first: Tally, second: Tally, rho: float, *, alpha: float = ALPHA) -> Difference:
    """The running difference. The arms' shares of the sendings must be fixed beforehand; they need not be equal.

    `n` is the harmonic mean of the arms' sizes, so that it is the number of pairs where they are equal.
    """
    if rho <= 0 or not 0 < alpha < 1:
        raise Malformed("rho is more than 0, and alpha lies between 0 and 1")
    if first.rate is None or second.rate is None:
        return Difference(None, -1.0, 1.0, alpha, 1.0)
    value = second.rate - first.rate
    n = 2 / (1 / first.sendings + 1 / second.sendings)
    variance = n * n * (first.variance / first.sendings + second.variance / second.sendings)
    half = radius(variance, n, rho, alpha=alpha)
    return Difference(
        value, max(-1.0, value - half), min(1.0, value + half), alpha, _chance(value * n, variance + rho, rho)
    )


def _chance(total: float, whole: float, rho: float) -> float:
    """One over the mixture's likelihood ratio, a martingale (Ville's inequality); it is alpha where 0 is an end."""
    power = total * total / (2 * whole)
    return min(1.0, sqrt(whole / rho) * exp(-power)) if power < inf else 0.0
