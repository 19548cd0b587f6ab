"""Bounds against hand calculations and Newcombe's published intervals."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq
from scipy.stats import norm

from overt.errors import Malformed
from overt.measure.bounds import Partition, bound_opens, sweep_blocking

COUNTS = st.integers(0, 3000)


def test_the_bounds_are_what_is_proven_and_what_is_not_ruled_out() -> None:
    """200 of 1000 are proven, 500 more may be; of the 300 silent a half is 150."""
    partition = Partition(opened=200, prefetched=500, silent=300)
    found = bound_opens(partition)
    assert partition.delivered == 1000
    assert (found.lower, found.upper) == pytest.approx((0.2, 0.7))
    assert bound_opens(partition, blocking=0.5).upper == pytest.approx(0.85)


def test_the_sweep_shows_nobody_and_everybody_blocking_pictures() -> None:
    nobody, everybody = sweep_blocking(Partition(200, 500, 300))
    assert (nobody.blocking, nobody.upper) == pytest.approx((0, 0.7))
    assert (everybody.blocking, everybody.upper, everybody.high) == pytest.approx((1, 1, 1))


def test_without_prefetch_the_interval_is_the_usual_one() -> None:
    """Newcombe 1998, Statistics in Medicine 17, 857-872, Table I, method 3: 81 of 263."""
    found = bound_opens(Partition(81, 0, 182))
    assert (found.low, found.high) == pytest.approx((0.2553, 0.3662), abs=5e-5)


def test_far_apart_each_end_is_one_sided() -> None:
    """Imbens and Manski: then only one bound can fail. Wilson's formula by hand with z = 1.644854.

    Lower: (0.2 + 0.00135277 - sqrt(2.70554 (0.00016 + 6.7639e-7))) / 1.00270554; upper: mirrored at 0.7.
    """
    found = bound_opens(Partition(200, 500, 300))
    assert found.low == pytest.approx(0.1800159, abs=1e-6)
    assert found.high == pytest.approx(0.7232705, abs=1e-6)


def test_close_bounds_take_a_value_between_both() -> None:
    """Imbens and Manski's equation, solved by scipy: 300 and 310 of 1000 are 0.01 apart."""
    error = (0.31 * 0.69 / 1000) ** 0.5
    c = brentq(lambda c: norm.cdf(c + 0.01 / error) - norm.cdf(-c) - 0.95, 1, 3)
    root = c * (0.3 * 0.7 / 1000 + c * c / 4e6) ** 0.5
    found = bound_opens(Partition(300, 10, 690))
    assert found.low == pytest.approx((0.3 + c * c / 2000 - root) / (1 + c * c / 1000), abs=1e-9)
    assert 1.6449 < c < 1.96


def test_of_nothing_the_rate_may_be_anything() -> None:
    found = bound_opens(Partition(0, 0, 0))
    assert (found.lower, found.upper, found.low, found.high) == (0, 1, 0, 1)


def test_no_hit_at_all_still_leaves_an_interval() -> None:
    """Newcombe 1998, Table I, method 3: 0 of 20 reaches to 0.1611."""
    found = bound_opens(Partition(0, 0, 20))
    assert (found.low, found.high) == pytest.approx((0, 0.1611), abs=5e-5)


@given(COUNTS, COUNTS, COUNTS, st.floats(0, 1))
def test_the_interval_holds_the_bounds(opened: int, prefetched: int, silent: int, blocking: float) -> None:
    found = bound_opens(Partition(opened, prefetched, silent), blocking=blocking)
    grain = 1e-12
    assert 0 <= found.low <= found.lower + grain
    assert found.lower <= found.upper + grain <= found.high + 2 * grain <= 1 + 3 * grain


@given(COUNTS, COUNTS, COUNTS)
def test_admitting_more_blocking_never_lowers_the_upper_bound(opened: int, prefetched: int, silent: int) -> None:
    swept = sweep_blocking(Partition(opened, prefetched, silent), (0.0, 0.3, 1.0))
    assert [found.upper for found in swept] == sorted(found.upper for found in swept)


def test_a_count_is_not_negative() -> None:
    with pytest.raises(Malformed):
        Partition(1, -1, 3)


@pytest.mark.parametrize(("blocking", "level"), [(1.5, 0.95), (-0.1, 0.95), (0.0, 95.0)])
def test_shares_and_levels_are_probabilities(blocking: float, level: float) -> None:
    with pytest.raises(Malformed):
        bound_opens(Partition(1, 1, 1), blocking=blocking, level=level)
