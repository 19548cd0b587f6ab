"""Scores of people whose true rate is known."""

from __future__ import annotations

import numpy as np

from overt.measure.engagement import Exposure, fit_prior, score
from tests.world.world import WORLDS

NOISE = 0.03  # three standard errors of a share of 0.9 among 1,000 people


def test_with_the_lists_own_prior_the_interval_holds_the_true_rate_of_nine_in_ten() -> None:
    """1,000 people with rates from a gamma distribution, 0.1 on average; 5 to 40 sendings each, all of today."""
    chance = np.random.default_rng(12)
    rates = chance.gamma(2, 1 / 20, WORLDS)
    sent = chance.integers(5, 40, WORLDS)
    events = chance.binomial(sent, np.minimum(1, rates))
    people = list(zip(rates.tolist(), sent.tolist(), events.tolist(), strict=True))
    prior = fit_prior([(count, of) for _, of, count in people])
    held = sum(
        found.low <= 100 * rate <= found.high
        for rate, of, count in people
        for found in [score([Exposure(0, 0)] * count + [Exposure(0)] * (of - count), prior)]
    )
    assert held / WORLDS >= 0.9 - NOISE
