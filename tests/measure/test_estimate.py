"""The click-anchored estimate against hand calculations in its limits."""

from __future__ import annotations

from math import exp

import numpy as np
import pytest
from scipy.stats import beta

from overt.errors import Malformed, Refused
from overt.measure.anchor import Ahead, Groups, Observable
from overt.measure.estimate import estimate_opens

# Of a million: 5 % clicked, and a quarter of those who open click; so p = 0.05 / 0.25 = 0.2.
LARGE = Groups(Ahead(1_000_000, 50_000), Observable(1_000_000, 400_000, 100_000))


def test_with_equal_click_to_open_the_clicks_tell_the_opens() -> None:
    """Delta method: sd(ln p) = sqrt(0.95 / 50,000 + 0.75 / 100,000) = 0.00515, so 90 % is 0.2 e^(+-1.645 * 0.00515)."""
    found = estimate_opens(LARGE, tau=0.0).estimate
    assert found.ahead.median == pytest.approx(0.2, rel=1e-3)
    assert (found.ahead.low, found.ahead.high) == pytest.approx((0.19831, 0.20170), abs=1e-4)
    assert found.kept == 1


@pytest.mark.parametrize("tau", [0.2, 0.4])
def test_in_a_large_campaign_all_doubt_is_tau(tau: float) -> None:
    """Then p is lognormal around 0.2; [0.05, 1] cuts off 3 in 10,000 at tau 0.4 (ln 4 is 3.5 sd)."""
    found = estimate_opens(LARGE, tau=tau, draws=200_000).estimate.ahead
    assert found.low == pytest.approx(0.2 * exp(-1.6449 * tau), rel=0.02)
    assert found.high == pytest.approx(0.2 * exp(1.6449 * tau), rel=0.02)


def test_a_wide_tau_is_cut_off_at_the_clicks_and_at_everybody() -> None:
    """The lognormal around 0.2 with sd 2, within [0.05, 1]: at most 1, at least the clicks."""
    found = estimate_opens(LARGE, tau=2.0).estimate
    assert 0.0499 < found.ahead.low < found.ahead.high < 1
    # Phi(ln 5 / 2) - Phi(-ln 4 / 2) = 0.78950 - 0.24412
    assert found.kept == pytest.approx(0.5454, abs=0.015)


def test_both_groups_together_are_weighted_by_their_sendings() -> None:
    """Three of four sendings are observable, at 0.4: 0.25 * 0.2 + 0.75 * 0.4 = 0.35."""
    groups = Groups(Ahead(1_000_000, 50_000), Observable(3_000_000, 1_200_000, 300_000))
    assert estimate_opens(groups, tau=0.0).estimate.everyone.median == pytest.approx(0.35, abs=1e-3)


def test_a_few_clicks_have_their_beta_distribution() -> None:
    """With click-to-open all but certain at one, p is the clicks' own posterior Beta(3.5, 97.5)."""
    groups = Groups(Ahead(100, 3), Observable(10**9, 10**9, 10**9))
    found = estimate_opens(groups, tau=0.0, draws=200_000).estimate.ahead
    low, high = beta.ppf([0.05, 0.95], 3.5, 97.5)
    assert (found.low, found.high) == pytest.approx((low, high), rel=0.02)


def test_the_sweep_is_wider_for_a_larger_tau() -> None:
    found = estimate_opens(LARGE)
    widths = [estimate.ahead.high - estimate.ahead.low for estimate in found.sweep]
    assert [estimate.tau for estimate in found.sweep] == [0.2, 0.4, 0.8]
    assert widths == sorted(widths)
    assert found.sweep[1] == found.estimate
    assert found.estimate.ahead.level == 0.9


def test_the_same_counts_give_the_same_report() -> None:
    assert estimate_opens(LARGE) == estimate_opens(LARGE)


def test_chance_can_be_handed_in() -> None:
    first, second = (estimate_opens(LARGE, generator=np.random.default_rng(seed)) for seed in (1, 2))
    assert first != second


def test_clicks_that_no_open_rate_explains_are_refused() -> None:
    """Half of all click, but only one of a hundred who open: p would have to be 50."""
    with pytest.raises(Refused, match="larger tau"):
        estimate_opens(Groups(Ahead(1000, 500), Observable(10_000, 5_000, 50)))


@pytest.mark.parametrize(("tau", "level", "draws"), [(-0.1, 0.9, 10), (0.4, 90.0, 10), (0.4, 0.9, 0)])
def test_what_is_asked_for_has_to_make_sense(tau: float, level: float, draws: int) -> None:
    with pytest.raises(Malformed):
        estimate_opens(LARGE, tau=tau, level=level, draws=draws)
