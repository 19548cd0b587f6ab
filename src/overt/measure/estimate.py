"""An estimated open rate of those whose program fetches ahead, anchored on what it cannot fake: their clicks.

Whoever clicks has opened. If people who fetch ahead click as often per opening as others, give or take a factor that is
admitted, their clicks tell their openings: p = q / (r e^d), d ~ Normal(0, tau). Nothing here measures tau, so every
estimate carries it and a sweep over others. Knows counts of two groups; no hits, no messages and no people. Imports
numpy: processes that carry traffic must not import this module.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from overt.errors import Malformed, Refused
from overt.measure.anchor import Anchored, Credible, Estimate, Groups

TAU: Final = 0.4  # click-to-open may differ by a factor of e^0.4, 1.5 either way, in two of three campaigns
TAUS: Final = (0.2, 0.4, 0.8)
LEVEL: Final = 0.9
DRAWS: Final = 20_000  # from seed to seed the ends move by about a hundredth of the length of the interval
SEED: Final = 2021  # the same counts give the same report; the number is the year Apple began to fetch ahead
FEWEST_KEPT: Final = 0.05  # with fewer draws that are possible at all, data and tau contradict each other

Draws = NDArray[np.float64]


def estimate_opens(
    groups: Groups,
    *,
    tau: float = TAU,
    taus: tuple[float, ...] = TAUS,
    level: float = LEVEL,
    draws: int = DRAWS,
    generator: np.random.Generator | None = None,
) -> Anchored:
    """Plain Monte Carlo over Beta posteriors under Jeffreys' prior Beta(1/2, 1/2); all taus share their draws.

    Without a `generator` the draws start from `SEED`. Raises `Refused` where fewer than `FEWEST_KEPT` of the draws are
    possible: the groups' clicks differ by more than tau admits, and no estimate would mean anything.
    """
    if min((tau, *taus)) < 0 or not 0 < level < 1 or draws < 1:
        raise Malformed("tau is no less than 0, a level lies between 0 and 1, draws are at least one")
    chance = generator if generator is not None else np.random.default_rng(SEED)
    ahead, seen = groups.ahead, groups.observable
    clicks = _posterior(chance, ahead.clicked, ahead.delivered, draws)
    click_to_open = _posterior(chance, seen.clicked, seen.opened, draws)
    opens = _posterior(chance, seen.opened, seen.delivered, draws)
    normal = chance.standard_normal(draws)
    weight = ahead.delivered / (ahead.delivered + seen.delivered)

    def under(spread: float) -> Estimate:
        # q / (r e^d), truncated to [q, 1]: draws that say otherwise are impossible and are left out.
        anchor = click_to_open * np.exp(spread * normal)
        possible = (anchor <= 1) & (clicks <= anchor)
        kept = float(possible.mean())
        if kept < FEWEST_KEPT:
            raise Refused(
                f"People who are fetched for ahead click too often for a tau of {spread:g}: only {kept:.1%} of the "
                f"draws give an open rate that exists. Show the bounds, or admit a larger tau."
            )
        rates = clicks[possible] / anchor[possible]
        together = weight * rates + (1 - weight) * opens[possible]
        return Estimate(spread, _credible(rates, level), _credible(together, level), kept)

    return Anchored(under(tau), tuple(under(spread) for spread in taus))


def _posterior(chance: np.random.Generator, count: int, of: int, draws: int) -> Draws:
    return chance.beta(count + 0.5, of - count + 0.5, draws)


def _credible(rates: Draws, level: float) -> Credible:
    low, median, high = (float(end) for end in np.quantile(rates, [(1 - level) / 2, 0.5, (1 + level) / 2]))
    return Credible(median, low, high, level)
