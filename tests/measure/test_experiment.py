"""Experiments against scipy, hand calculations and Holm's procedure by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import beta, chisquare

from overt.errors import Malformed, Refused
from overt.measure.experiment import Arm, Experiment, check_ratio, compare, correct, expect_losses
from overt.measure.sequence import Tally

SAME = Arm("same", Tally(1000, 5000))


def arms(*sizes: int, weights: tuple[int, ...] = ()) -> list[Arm]:
    pairs = zip(sizes, weights or (1,) * len(sizes), strict=True)
    return [Arm(str(number), Tally(0, size), weight) for number, (size, weight) in enumerate(pairs)]


def test_a_fair_split_is_told_by_its_chance() -> None:
    """5100 and 4900: chi-square is 2 * 100^2 / 5000 = 4 with one degree of freedom."""
    assert check_ratio(arms(5100, 4900)) == pytest.approx(0.0455, abs=5e-5)
    assert check_ratio(arms(5100, 4900)) == pytest.approx(chisquare([5100, 4900]).pvalue)


def test_weights_are_part_of_the_plan() -> None:
    expected = chisquare([4450, 4560, 990], [4500, 4500, 1000]).pvalue
    assert check_ratio(arms(4450, 4560, 990, weights=(45, 45, 10))) == pytest.approx(expected)


def test_a_split_that_chance_does_not_explain_is_refused() -> None:
    """5200 and 4800: chi-square 16, p = 6e-5."""
    with pytest.raises(Refused, match="not as large as planned"):
        check_ratio(arms(5200, 4800))


def test_nothing_sent_is_nothing_to_compare() -> None:
    with pytest.raises(Refused, match="Nothing was sent"):
        check_ratio(arms(0, 0))


def test_holm_by_hand() -> None:
    """Sorted 0.005 * 4, 0.01 * 3, 0.03 * 2, then 0.04 * 1, which may not fall below 0.06."""
    assert correct([0.01, 0.04, 0.03, 0.005]) == pytest.approx((0.03, 0.06, 0.06, 0.02))


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_holm_only_ever_raises_and_never_past_bonferroni(chances: list[float]) -> None:
    for before, after in zip(chances, correct(chances), strict=True):
        assert before <= after <= min(1.0, before * len(chances))


def test_losses_before_anything_is_known() -> None:
    """The larger of two even numbers on [0, 1] is expected at 2/3, of three at 3/4; one alone at 1/2."""
    nothing = Tally(0, 0)
    assert expect_losses([nothing] * 2) == pytest.approx([1 / 6] * 2, abs=1e-6)
    assert expect_losses([nothing] * 3) == pytest.approx([1 / 4] * 3, abs=1e-6)


def test_losses_after_one_success() -> None:
    """Beta(2, 1) beside Beta(1, 1): E[max] = 1 - integral of x^3 = 3/4; means 2/3 and 1/2."""
    assert expect_losses([Tally(1, 1), Tally(0, 0)]) == pytest.approx((1 / 12, 1 / 4), abs=1e-6)


def test_a_large_arm_beside_a_small_one() -> None:
    """E[max(X, Y)] - E[X] = E[(Y - X)+] = integral of F_X (1 - F_Y), by scipy's own quadrature."""
    x, y = beta(200_001, 800_001), beta(4, 18)
    expected = quad(lambda p: x.cdf(p) * y.sf(p), 0, 1, points=[0.198, 0.2, 0.202], limit=200)[0]
    assert expect_losses([Tally(200_000, 1_000_000), Tally(3, 20)])[0] == pytest.approx(expected, abs=1e-4)


def test_a_clear_winner_is_decided_and_costs_nothing() -> None:
    result = compare(Experiment(SAME, (Arm("better", Tally(1300, 5000)),), expected=5000, rate=0.2))
    (found,) = result.comparisons
    assert found.name == "better"
    assert found.decided
    assert found.difference.low > 0
    assert result.losses["better"] < 1e-6
    assert result.losses["same"] == pytest.approx(0.06, abs=1e-3)  # 0.26 - 0.20
    assert result.ratio == pytest.approx(1)


def test_of_two_equal_arms_neither_is_decided() -> None:
    result = compare(Experiment(SAME, (Arm("other", Tally(1010, 5000)),), expected=5000, rate=0.2))
    assert not result.comparisons[0].decided
    assert result.comparisons[0].difference.low < 0 < result.comparisons[0].difference.high


def test_more_variants_need_more_evidence() -> None:
    better = Arm("better", Tally(1130, 5000))
    one = compare(Experiment(SAME, (better,), expected=5000, rate=0.2))
    others = tuple(Arm(str(number), Tally(1000, 5000)) for number in range(9))
    ten = compare(Experiment(SAME, (better, *others), expected=5000, rate=0.2))
    assert ten.comparisons[0].chance > one.comparisons[0].chance
    assert ten.comparisons[0].difference.alpha == pytest.approx(0.005)


def test_an_experiment_with_lost_sendings_reports_nothing() -> None:
    with pytest.raises(Refused):
        compare(Experiment(SAME, (Arm("other", Tally(1300, 4500)),), expected=5000, rate=0.2))


@pytest.mark.parametrize(
    ("variants", "expected", "rate"),
    [
        ((), 5000, 0.2),
        ((SAME,), 5000, 0.2),
        ((Arm("other", Tally(0, 0), 0),), 5000, 0.2),
        ((Arm("other", Tally(0, 0)),), 0, 0.2),
        ((Arm("other", Tally(0, 0)),), 5000, 1.0),
    ],
)
def test_a_plan_has_to_make_sense(variants: tuple[Arm, ...], expected: int, rate: float) -> None:
    with pytest.raises(Malformed):
        Experiment(SAME, variants, expected, rate)
