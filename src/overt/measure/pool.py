"""A rate of unique opens without knowing anybody: some recipients share one URL, and which URLs were hit says enough.

Group testing (Dorfman 1943, doi:10.1214/aoms/1177731363), used to estimate a share and not to find anybody (Thompson
1962, Biometrics 18, 568-578; Tu, Litvak and Pagano 1995, Biometrika 82, 287-297). A pool is hit or it is not, so a
provider's cache that asks once for many loses nothing. Knows numbers of pools; no recipients, and not who is in which.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, sqrt

from overt.errors import Malformed, Refused
from overt.measure.rate import LEVEL, rate

SMALLEST = 5  # recipients in a pool: with fewer, a hit says too much of each
# The largest standard deviation a plan may have: that of 5,000 recipients in pools of 20, each message carrying the
# beacon with probability 1/4, at a rate of 0.3: 1.6 points for 10,000 (simulated), times sqrt(2).
MOST_SPREAD = 0.023
FULLEST = 0.99  # with a larger share of pools hit, the few that are not decide everything
BEST_FILL = 1.594  # size * carried * rate of the plan with the least spread: y = 2 (1 - e^-y), 80 % of pools hit


@dataclass(frozen=True, slots=True)
class PoolPlan:
    """How a list is to be cut up: `pools` of at least `size`, which differ by one recipient at most.

    Each message carries the beacon with probability `carried`, by a draw of its own.

    `spread` is the standard deviation the estimate will have if the rate is near `rate`, and `hit` the share of pools
    that will be hit. Rates are shares from 0 to 1.
    """

    recipients: int
    size: int
    carried: float
    rate: float
    spread: float
    hit: float

    @property
    def pools(self) -> int:
        return self.recipients // self.size


@dataclass(frozen=True, slots=True)
class PooledRate:
    """The share of recipients who opened, from `hit` of `pools`, with [low, high] at `level`.

    `value` is 1 at most; where every pool was hit it says no more than that the rate is at least `low`.
    """

    hit: int
    pools: int
    value: float
    low: float
    high: float
    level: float


def plan_pools(
    recipients: int, *, size: int, expected: float, carried: float | None = None, most_spread: float = MOST_SPREAD
) -> PoolPlan:
    """The plan for a list, before it is sent to. Without `carried` it is what spreads least at the `expected` rate.

    Raises `Refused` for pools under `SMALLEST`, where nearly every pool would be hit, and where the list is too small.
    """
    if size < SMALLEST:
        raise Refused(f"A pool has {SMALLEST} recipients at least: with fewer, a hit says too much of each of them.")
    best = choose_carried(size, expected)
    share = best if carried is None else carried
    if not 0 < share <= 1:
        raise Malformed("a message carries the beacon with a probability of more than 0 and at most 1")
    hit = 1 - (1 - share * expected) ** size
    if hit > FULLEST:
        raise Refused(
            f"{hit:.1%} of the pools would be hit, which says little. Let {best:.0%} of messages carry the beacon."
        )
    needed = ceil((_spread(1, size, share, expected) / most_spread) ** 2)
    if recipients // size < needed:
        raise Refused(
            f"{recipients} recipients are too few for pools of {size}: the open rate would be off by more than "
            f"{most_spread * 100:.1f} points in one campaign of three. At this size it takes {needed * size}; "
            f"smaller pools need fewer, and mode shared needs none."
        )
    spread = _spread(recipients // size, size, share, expected)
    return PoolPlan(recipients, size, share, expected, spread, hit)


def choose_carried(size: int, expected: float) -> float:
    """With which probability a message carries the beacon, so that about 80 % of the pools are hit."""
    if not 0 < expected < 1:
        raise Malformed("a rate lies between 0 and 1")
    return min(1.0, BEST_FILL / (size * expected))


def estimate_pooled(hit: int, pools: int, *, recipients: int, carried: float = 1.0, level: float = LEVEL) -> PooledRate:
    """p = (1 - (1 - h)^(1/m)) / f, with Wilson's interval of h carried over: p grows with h, so it keeps its level.

    `m` is recipients / pools: pools differ by one recipient at most. Hits are those read as a person's or as a proxy's
    that acts for one; people whose program fetches ahead need pools of their own, or each of theirs is hit.
    """
    if not pools or recipients < SMALLEST * pools or not 0 < carried <= 1:
        raise Malformed(f"{recipients} recipients in {pools} pools carrying {carried:g} is no pooled campaign")
    size = recipients / pools
    share = rate(hit, pools, level=level)
    value, low, high = (min(1.0, (1 - (1 - h) ** (1 / size)) / carried) for h in (hit / pools, share.low, share.high))
    return PooledRate(hit, pools, value, low, high, level)


def _spread(pools: int, size: int, carried: float, expected: float) -> float:
    """The standard deviation by the delta method: sqrt(h (1 - h) / pools) (1 - h)^(1/m - 1) / (m f)."""
    missed = (1 - carried * expected) ** size
    # missed^(1/m) is 1 - f p, what one recipient leaves out.
    return sqrt((1 - missed) / (missed * pools)) * (1 - carried * expected) / (size * carried)
