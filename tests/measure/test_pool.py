"""Pooled rates against hand calculations and the simulated table they were designed by."""

from __future__ import annotations

from math import exp

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overt.errors import Malformed, Refused
from overt.measure.pool import BEST_FILL, MOST_SPREAD, choose_carried, estimate_pooled, plan_pools
from overt.measure.rate import rate

# 10,000 recipients at a rate of 0.30: pool size, carried, standard deviation in points. Simulated apart from this code.
SIMULATED = [(5, 1.0, 0.7), (20, 0.25, 1.6), (50, 0.1, 2.6)]


@pytest.mark.parametrize(("size", "carried", "points"), SIMULATED)
def test_the_planned_spread_is_the_simulated_one(size: int, carried: float, points: float) -> None:
    plan = plan_pools(10_000, size=size, expected=0.3, carried=carried, most_spread=0.1)
    assert plan.spread * 100 == pytest.approx(points, abs=0.05)
    assert plan.pools == 10_000 // size


def test_the_rate_is_thompsons() -> None:
    """100 pools of 5, of which 1 - 0.7^5 = 0.83193 would be hit at 0.3; 83 give 1 - 0.17^(1/5) = 0.29840."""
    found = estimate_pooled(83, 100, recipients=500)
    assert found.value == pytest.approx(0.298400, abs=1e-6)


def test_a_beacon_in_a_quarter_of_the_messages_is_made_up_for() -> None:
    """80 of 100 pools of 20: (1 - 0.2^(1/20)) / 0.25 = (1 - 0.922681) / 0.25."""
    assert estimate_pooled(80, 100, recipients=2000, carried=0.25).value == pytest.approx(0.309277, abs=1e-5)


def test_the_interval_is_wilsons_carried_over() -> None:
    """Newcombe 1998, Table I, method 3: 81 of 263 is 0.2553 to 0.3662; pools of 10: 1 - 0.7447^0.1, 1 - 0.6338^0.1."""
    found = estimate_pooled(81, 263, recipients=2630)
    assert (found.low, found.high) == pytest.approx((0.02905, 0.04457), abs=2e-5)


def test_no_pool_hit_is_a_rate_near_nought() -> None:
    found = estimate_pooled(0, 100, recipients=500)
    assert found.value == found.low == 0
    assert 0 < found.high < 0.01  # Wilson of 0 of 100 reaches to 0.037, a fifth of that and little more


def test_where_every_pool_is_hit_only_the_lower_end_speaks() -> None:
    found = estimate_pooled(100, 100, recipients=2000)
    assert (found.value, found.high) == (1, 1)
    assert found.low == pytest.approx(1 - (1 - rate(100, 100).low) ** 0.05)


@given(st.integers(1, 200), st.data(), st.integers(5, 50), st.floats(0.05, 1))
def test_the_interval_holds_the_value(pools: int, data: st.DataObject, size: int, carried: float) -> None:
    hit = data.draw(st.integers(0, pools))
    found = estimate_pooled(hit, pools, recipients=pools * size, carried=carried)
    assert 0 <= found.low <= found.value <= found.high <= 1


def test_the_best_fill_solves_its_equation() -> None:
    """Least variance of p for few in many: (e^y - 1) / y^2 has its least where y = 2 (1 - e^-y)."""
    assert pytest.approx(2 * (1 - exp(-BEST_FILL)), abs=1e-3) == BEST_FILL


def test_the_beacon_is_carried_so_that_four_of_five_pools_are_hit() -> None:
    assert choose_carried(20, 0.3) == pytest.approx(0.2657, abs=1e-4)
    assert choose_carried(5, 0.3) == 1  # 1.594 / 1.5 is more than all
    assert plan_pools(20_000, size=20, expected=0.3).hit == pytest.approx(0.8, abs=0.015)


def test_five_thousand_recipients_are_enough_for_pools_of_twenty() -> None:
    plan = plan_pools(5000, size=20, expected=0.3, carried=0.25)
    assert plan.spread < MOST_SPREAD


def test_a_list_that_is_too_small_is_refused_with_the_size_it_takes() -> None:
    """At 2.3 points of 1.603 for 10,000: 10,000 (1.603 / 2.3)^2 = 4857 recipients, 243 whole pools."""
    with pytest.raises(Refused, match="At this size it takes 4860"):
        plan_pools(4000, size=20, expected=0.3, carried=0.25)


def test_smaller_pools_need_fewer_recipients() -> None:
    """0.6966 points for 10,000 in pools of five: 917 recipients for 2.3 points, 184 whole pools."""
    assert plan_pools(1000, size=5, expected=0.3).spread < MOST_SPREAD
    with pytest.raises(Refused):
        plan_pools(900, size=5, expected=0.3)


def test_a_plan_that_hits_nearly_every_pool_is_refused_with_a_better_one() -> None:
    """At 0.3 all but 0.7^20 = 0.0008 of the pools of 20 are hit; 1.594 / (20 * 0.3) = 0.27."""
    with pytest.raises(Refused, match=r"99\.9% of the pools would be hit.* Let 27% of messages"):
        plan_pools(100_000, size=20, expected=0.3, carried=1.0)


def test_a_pool_of_four_is_refused() -> None:
    with pytest.raises(Refused, match="5 recipients at least"):
        plan_pools(100_000, size=4, expected=0.3)


@pytest.mark.parametrize(("expected", "carried"), [(0.0, None), (1.0, None), (0.3, 0.0), (0.3, 1.5), (1.2, 0.5)])
def test_a_plan_has_to_make_sense(expected: float, carried: float | None) -> None:
    with pytest.raises(Malformed):
        plan_pools(10_000, size=5, expected=expected, carried=carried)


@pytest.mark.parametrize(
    ("hit", "pools", "recipients", "carried"), [(1, 0, 9, 1), (3, 2, 10, 1), (1, 2, 9, 1), (1, 2, 10, 0)]
)
def test_a_count_has_to_make_sense(hit: int, pools: int, recipients: int, carried: float) -> None:
    with pytest.raises(Malformed):
        estimate_pooled(hit, pools, recipients=recipients, carried=carried)
