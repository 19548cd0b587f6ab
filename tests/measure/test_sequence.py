"""The confidence sequence against hand calculations and the Lambert function of scipy."""

from __future__ import annotations

from math import log, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import lambertw

from overt.errors import Malformed
from overt.measure.sequence import Difference, Tally, difference, radius, tune


def test_the_radius_is_the_papers() -> None:
    """V = 100, rho = 10, n = 200: sqrt(110 ln(110 / (10 * 0.0025))) / 200 = sqrt(110 * 8.38936) / 200."""
    assert radius(100, 200, 10) == pytest.approx(0.151890, abs=1e-6)


@pytest.mark.parametrize("alpha", [0.05, 0.01])
def test_rho_is_howards_by_lambert(alpha: float) -> None:
    """Howard and others 2021: rho = V / (-W_{-1}(-alpha^2 / e) - 1); V = 2 * 5000 * 0.3 * 0.7 = 2100."""
    expected = 2100 / (-lambertw(-(alpha**2) / 2.718281828459045, -1).real - 1)
    assert tune(5000, 0.3, alpha=alpha) == pytest.approx(expected, rel=1e-9)


def test_no_other_rho_is_shorter_where_it_was_tuned_for() -> None:
    rho = tune(5000, 0.3)
    assert all(radius(2100, 5000, rho) <= radius(2100, 5000, rho * factor) for factor in (0.5, 0.9, 1.1, 2))


def test_the_price_of_peeking_is_about_a_half() -> None:
    """At its best the radius is sqrt(y) standard errors, y - ln y = 6.99, so 3.03, where one look needs 1.96."""
    rho = tune(5000, 0.3)
    assert radius(2100, 5000, rho) / (sqrt(2100) / 5000) == pytest.approx(3.03, abs=0.01)


def test_a_running_difference_by_hand() -> None:
    """300 and 360 of 1000: variances 0.21008 and 0.23044 with the half added, V = 440.52, rho = 51."""
    found = difference(Tally(300, 1000), Tally(360, 1000), 51.0)
    half = sqrt(491.52 * log(491.52 / (51 * 0.0025))) / 1000
    assert found.value == pytest.approx(0.06)
    assert (found.low, found.high) == pytest.approx((0.06 - half, 0.06 + half), abs=1e-5)
    assert not found.decided


def test_a_clear_difference_is_decided() -> None:
    assert difference(Tally(1000, 10_000), Tally(2000, 10_000), 100.0).decided
    assert difference(Tally(2000, 10_000), Tally(1000, 10_000), 100.0).decided


def test_without_sendings_nothing_is_known() -> None:
    assert difference(Tally(0, 0), Tally(3, 9), 10.0) == Difference(None, -1, 1, 0.05, 1)


def test_unequal_arms_have_the_error_of_the_difference() -> None:
    """1000 and 3000: n = 2 / (1/1000 + 1/3000) = 1500; V = n^2 (v/1000 + v/3000), v near 0.21 in both, so 630."""
    found = difference(Tally(300, 1000), Tally(900, 3000), 50.0)
    assert found.high == pytest.approx(sqrt(680 * log(680 / (50 * 0.0025))) / 1500, rel=1e-3)


@given(st.integers(0, 300), st.integers(0, 300), st.sampled_from([0.05, 0.01]))
def test_the_always_valid_chance_falls_to_alpha_where_the_interval_leaves_nought(a: int, b: int, alpha: float) -> None:
    found = difference(Tally(a, 300), Tally(b, 300), 10.0, alpha=alpha)
    assert found.decided == (found.chance < alpha)


@given(st.integers(0, 50), st.integers(0, 50))
def test_turning_the_arms_turns_the_sign(a: int, b: int) -> None:
    one, other = difference(Tally(a, 50), Tally(b, 50), 5.0), difference(Tally(b, 50), Tally(a, 50), 5.0)
    assert (one.low, one.high) == pytest.approx((-other.high, -other.low))


@pytest.mark.parametrize("counts", [(3, 2), (-1, 2)])
def test_more_than_all_is_no_share(counts: tuple[int, int]) -> None:
    with pytest.raises(Malformed):
        Tally(*counts)


@pytest.mark.parametrize(("expected", "rate", "alpha"), [(0, 0.3, 0.05), (10, 0.0, 0.05), (10, 0.3, 1.0)])
def test_a_plan_has_to_make_sense(expected: int, rate: float, alpha: float) -> None:
    with pytest.raises(Malformed):
        tune(expected, rate, alpha=alpha)


@pytest.mark.parametrize(("rho", "alpha"), [(0.0, 0.05), (1.0, 0.0)])
def test_rho_and_alpha_have_to_make_sense(rho: float, alpha: float) -> None:
    with pytest.raises(Malformed):
        difference(Tally(1, 2), Tally(1, 2), rho, alpha=alpha)
