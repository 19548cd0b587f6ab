"""Intervals against published tables."""

from __future__ import annotations

from fractions import Fraction
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overt.errors import Malformed
from overt.measure.rate import Method, beta_mass, bound_rate, rate

# Newcombe 1998, Statistics in Medicine 17, 857-872, Table I: methods 3 (Wilson) and 5 (Clopper and Pearson), 95 %.
NEWCOMBE = [
    (81, 263, Method.WILSON, 0.2553, 0.3662),
    (15, 148, Method.WILSON, 0.0624, 0.1605),
    (0, 20, Method.WILSON, 0.0, 0.1611),
    (1, 29, Method.WILSON, 0.0061, 0.1718),
    (81, 263, Method.CLOPPER_PEARSON, 0.2527, 0.3676),
    (15, 148, Method.CLOPPER_PEARSON, 0.0578, 0.1617),
    (0, 20, Method.CLOPPER_PEARSON, 0.0, 0.1684),
    (1, 29, Method.CLOPPER_PEARSON, 0.0009, 0.1776),
]


@pytest.mark.parametrize(("count", "of", "method", "low", "high"), NEWCOMBE)
def test_an_interval_is_the_published_one(count: int, of: int, method: Method, low: float, high: float) -> None:
    found = rate(count, of, method=method)
    assert found.low == pytest.approx(low, abs=5e-5)
    assert found.high == pytest.approx(high, abs=5e-5)


def test_jeffreys_interval_cuts_a_fortieth_off_each_end_of_the_beta_distribution() -> None:
    """Brown, Cai and DasGupta 2001, equation (8); the mass is summed here by Simpson's rule instead."""
    found = rate(3, 10, method=Method.JEFFREYS)
    assert simpson(3.5, 7.5, 0.0, found.low) == pytest.approx(0.025, abs=1e-6)
    assert simpson(3.5, 7.5, found.high, 1.0) == pytest.approx(0.025, abs=1e-6)


@pytest.mark.parametrize("method", list(Method))
def test_of_nothing_the_rate_may_be_anything(method: Method) -> None:
    found = rate(0, 0, method=method)
    assert (found.low, found.high, found.value) == (0.0, 1.0, None)


@pytest.mark.parametrize("method", list(Method))
def test_none_and_all_reach_the_edge(method: Method) -> None:
    assert rate(0, 7, method=method).low == 0.0
    assert rate(7, 7, method=method).high == 1.0


def test_none_of_twenty_at_most_follows_from_the_power() -> None:
    """With x = 0 Clopper and Pearson's upper end solves (1 - p)^20 = 0.025."""
    assert rate(0, 20, method=Method.CLOPPER_PEARSON).high == pytest.approx(1 - 0.025 ** (1 / 20))


@given(st.integers(1, 120), st.data(), st.sampled_from([Fraction(1, 100), Fraction(3, 10), Fraction(9, 10)]))
def test_the_beta_mass_is_the_binomial_tail(of: int, data: st.DataObject, share: Fraction) -> None:
    """DLMF 8.17.5: I_x(m, n - m + 1) is the chance of at least m of n."""
    count = data.draw(st.integers(1, of))
    tail = sum(comb(of, k) * share**k * (1 - share) ** (of - k) for k in range(count, of + 1))
    assert beta_mass(float(share), count, of - count + 1) == pytest.approx(float(tail), abs=1e-12)


@given(st.integers(0, 500), st.integers(0, 500), st.sampled_from(list(Method)))
def test_the_interval_holds_the_share(count: int, more: int, method: Method) -> None:
    found = rate(count, count + more, method=method)
    assert 0 <= found.low <= (found.value if found.value is not None else 0) <= found.high <= 1


def test_bounds_reach_from_the_lower_end_of_the_least_to_the_upper_end_of_the_most() -> None:
    bounds = bound_rate(15, 81, 263)
    assert bounds.low == rate(15, 263, method=Method.CLOPPER_PEARSON).low
    assert bounds.high == pytest.approx(0.3676, abs=5e-5)


def test_a_million_sendings_are_no_trouble() -> None:
    found = rate(300_000, 1_000_000, method=Method.CLOPPER_PEARSON)
    # The normal approximation is good here: 0.3 +- 1.95996 sqrt(0.21 / 10^6).
    assert found.low == pytest.approx(0.299102, abs=2e-6)
    assert found.high == pytest.approx(0.300898, abs=2e-6)


@pytest.mark.parametrize(("count", "of"), [(3, 2), (-1, 2), (1, 0)])
def test_more_than_all_is_no_share(count: int, of: int) -> None:
    with pytest.raises(Malformed):
        rate(count, of)


def test_a_level_is_a_probability() -> None:
    with pytest.raises(Malformed):
        rate(1, 2, level=95)


def test_bounds_cannot_cross() -> None:
    with pytest.raises(Malformed):
        bound_rate(3, 2, 10)


def simpson(a: float, b: float, low: float, high: float, steps: int = 20_000) -> float:
    """The beta density's mass between `low` and `high`, normalised by its own sum."""

    def area(start: float, end: float) -> float:
        width = (end - start) / steps
        values: list[float] = [
            (start + i * width) ** (a - 1) * (1 - start - i * width) ** (b - 1) for i in range(steps + 1)
        ]
        return float(width / 3) * (values[0] + values[-1] + 4 * sum(values[1:-1:2]) + 2 * sum(values[2:-1:2]))

    return area(low, high) / area(0.0, 1.0)
