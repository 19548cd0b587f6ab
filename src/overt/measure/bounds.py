"""An open rate between worst-case bounds: what the hits prove, and what they cannot rule out.

Nothing is assumed of those who were fetched for ahead or never seen (Manski 2003, Partial Identification of Probability
Distributions, chapter 1). Trusted is only the reading: a hit read as a person's, or a person's click, came after a
display. Knows counts of delivered sendings; no hits, no messages and no people.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, sqrt
from statistics import NormalDist

from overt.errors import Malformed
from overt.measure.rate import LEVEL, rate

# Of those without any hit nobody or everybody may read with pictures off: the two that no report leaves out.
BLOCKING = (0.0, 1.0)
_NORMAL = NormalDist()


@dataclass(frozen=True, slots=True)
class Partition:
    """The delivered sendings of one campaign, each counted in exactly one set, the most telling first.

    Hits of scanners count for nothing. Raises `Malformed` for a negative count.
    """

    opened: int  # a beacon's hit of a person or of a proxy that acts for one, or a person's click
    prefetched: int  # none of these, but a hit that was made ahead of any display
    silent: int  # no hit

    def __post_init__(self) -> None:
        if min(self.opened, self.prefetched, self.silent) < 0:
            raise Malformed("a set has no fewer than no sendings")

    @property
    def delivered(self) -> int:
        return self.opened + self.prefetched + self.silent


@dataclass(frozen=True, slots=True)
class OpenBounds:
    """The share of delivered sendings that were opened lies from `lower` to `upper`, both shares from 0 to 1.

    `blocking` is the largest share of the silent that may have read with pictures off. [low, high] holds the true rate,
    wherever between the bounds it lies, with probability at least `level`, in large campaigns; it does not promise to
    hold both bounds at once (`overt.measure.rate.bound_rate` does, and is longer). Of nothing it is all of [0, 1].
    """

    partition: Partition
    blocking: float
    lower: float
    upper: float
    low: float
    high: float
    level: float


def bound_opens(partition: Partition, *, blocking: float = 0.0, level: float = LEVEL) -> OpenBounds:
    """The bounds with Imbens and Manski's interval (2004, doi:10.1111/j.1468-0262.2004.00555.x).

    Each end stands `c` standard errors off its bound, where `c` is between the one-sided and the two-sided quantile by
    how far the bounds are apart. It holds evenly because the upper bound cannot fall below the lower (Stoye 2009,
    doi:10.3982/ECTA7347). The ends are Wilson's, not Wald's, which have no length at nought and at all.
    """
    if not (0 <= blocking <= 1 and 0 < level < 1):
        raise Malformed("a share and a level lie between 0 and 1")
    of, most = partition.delivered, partition.opened + partition.prefetched
    if not of:
        nothing = rate(0, 0, level=level)
        return OpenBounds(partition, blocking, nothing.low, nothing.high, nothing.low, nothing.high, level)
    lower, seen = partition.opened / of, most / of
    upper = seen + blocking * (1 - seen)
    # A silent sending counts as `blocking` in the upper mean, so the count's standard error shrinks by the rest.
    error = max(_error(lower, of), (1 - blocking) * _error(seen, of))
    inner = 2 * _NORMAL.cdf(_critical(upper - lower, error, level)) - 1
    low = rate(partition.opened, of, level=inner).low
    high = rate(most, of, level=inner).high
    return OpenBounds(partition, blocking, lower, upper, low, high + blocking * (1 - high), level)


def sweep_blocking(
    partition: Partition, shares: tuple[float, ...] = BLOCKING, *, level: float = LEVEL
) -> tuple[OpenBounds, ...]:
    """The bounds for each share of picture blockers among the silent, so that nobody has to believe one of them."""
    return tuple(bound_opens(partition, blocking=share, level=level) for share in shares)


def _error(share: float, of: int) -> float:
    return sqrt(share * (1 - share) / of)


def _critical(width: float, error: float, level: float) -> float:
    """The c with Phi(c + width / error) - Phi(-c) = level (Imbens and Manski 2004), by halving."""
    apart = width / error if error else (inf if width else 0.0)
    low, high = _NORMAL.inv_cdf(level), _NORMAL.inv_cdf((1 + level) / 2)
    for _ in range(60):
        middle = (low + high) / 2
        if _NORMAL.cdf(middle + apart) - _NORMAL.cdf(-middle) < level:
            low = middle
        else:
            high = middle
    return high
