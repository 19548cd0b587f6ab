"""Fifty looks at two equal arms: how often the sequence, and a fixed test beside it, find a winner that is none."""

from __future__ import annotations

from math import sqrt

import numpy as np

from overt.measure.sequence import Tally, difference, tune
from tests.world.world import WORLDS, look

LOOKS = 50
EACH = 5000  # sendings of each arm in the end
RATE = 0.2


def test_looking_fifty_times_makes_no_false_winner() -> None:
    chance = np.random.default_rng(7)
    steps = np.full(LOOKS, EACH // LOOKS)
    rho = tune(EACH, RATE)
    false = usual = 0
    for _ in range(WORLDS):
        first, second = look(RATE, steps, chance), look(RATE, steps, chance)
        looks = list(zip(np.cumsum(steps).tolist(), first.tolist(), second.tolist(), strict=True))
        false += any(difference(Tally(a, n), Tally(b, n), rho).decided for n, a, b in looks)
        usual += any(abs(a - b) > 1.96 * sqrt(max(1, a + b) * (1 - (a + b) / (2 * n))) for n, a, b in looks)
    assert false / WORLDS <= 0.05
    assert usual / WORLDS > 0.2


def test_a_real_difference_is_found_and_held() -> None:
    chance = np.random.default_rng(8)
    steps = np.full(LOOKS, EACH // LOOKS)
    rho = tune(EACH, RATE)
    missed = found = 0
    for _ in range(WORLDS):
        first, second = look(RATE, steps, chance), look(RATE + 0.04, steps, chance)
        seen = [
            difference(Tally(a, n), Tally(b, n), rho)
            for n, a, b in zip(np.cumsum(steps).tolist(), first.tolist(), second.tolist(), strict=True)
        ]
        missed += any(not one.low <= 0.04 <= one.high for one in seen)
        found += any(one.low > 0 for one in seen)
    assert missed / WORLDS <= 0.05
    assert found / WORLDS > 0.9
