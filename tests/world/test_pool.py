"""Pooled rates in campaigns whose truth is known, among people who differ."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from overt.measure.pool import estimate_pooled, plan_pools
from tests.world.world import WORLDS, hit_pools

RECIPIENTS = 10_000
NOISE = 0.021  # three standard errors of a share of 0.95 in 1,000 campaigns


def draw_people(chance: np.random.Generator) -> NDArray[np.float64]:
    """How likely each is to open, from Beta(3/7, 1): many hardly ever, some nearly always, 0.3 on average."""
    return chance.random(RECIPIENTS) ** (7 / 3)


@pytest.mark.parametrize(("size", "carried"), [(5, 1.0), (20, 0.25)])
def test_the_interval_covers_and_the_plan_was_right(size: int, carried: float) -> None:
    chance = np.random.default_rng(9)
    held, errors = 0, []
    for _ in range(WORLDS):
        hit, _ = hit_pools(RECIPIENTS // size, size, carried, draw_people(chance), chance)
        found = estimate_pooled(hit, RECIPIENTS // size, recipients=RECIPIENTS, carried=carried)
        held += found.low <= 0.3 <= found.high
        errors.append(found.value - 0.3)
    plan = plan_pools(RECIPIENTS, size=size, expected=0.3, carried=carried)
    assert held / WORLDS == pytest.approx(0.95, abs=NOISE)
    assert np.std(errors) == pytest.approx(plan.spread, rel=0.08)
    assert abs(np.mean(errors)) < 0.002


def test_on_one_list_it_covers_what_really_happened() -> None:
    """The same people campaign after campaign: the share that opened is held at least as often as promised."""
    chance = np.random.default_rng(10)
    people, held = draw_people(chance), 0
    for _ in range(WORLDS):
        hit, really = hit_pools(RECIPIENTS // 20, 20, 0.25, chance.permutation(people), chance)
        found = estimate_pooled(hit, RECIPIENTS // 20, recipients=RECIPIENTS, carried=0.25)
        held += found.low <= really <= found.high
    assert held / WORLDS >= 0.95 - NOISE
