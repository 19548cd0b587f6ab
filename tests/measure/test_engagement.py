"""Scores against hand calculations and scipy's distributions."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import gamma, nbinom

from overt.errors import Malformed, Refused
from overt.measure.engagement import Exposure, Prior, fade, fit_prior, score

PRIOR = Prior(1.0, 4.0)


def test_a_score_by_hand() -> None:
    """Three of four of today: 100 (1 + 3) / (4 + 4) = 50."""
    found = score([Exposure(0, 0), Exposure(0, 0), Exposure(0, 0), Exposure(0)], PRIOR)
    assert found.score == pytest.approx(50)
    assert found.weight == 4


def test_the_interval_is_the_gamma_distributions() -> None:
    found = score([Exposure(0, 0)] * 3 + [Exposure(0)] * 7, PRIOR)
    low, high = gamma.ppf([0.05, 0.95], 4, scale=100 / 14)
    assert (found.low, found.high) == pytest.approx((low, high))


def test_half_is_left_after_a_half_life() -> None:
    """Sendings of today, 60 and 120 days ago are worth 1, 1/2 and 1/4; an event 60 days ago 1/2."""
    assert fade([Exposure(0), Exposure(60), Exposure(120, 60)], 60) == pytest.approx((0.5, 1.75))


def test_an_event_counts_by_its_own_age() -> None:
    """A year-old newsletter that is read today tells of today."""
    fresh, old = score([Exposure(360, 0)], PRIOR), score([Exposure(360, 360)], PRIOR)
    assert fresh.high > old.high


def test_little_evidence_is_insufficient() -> None:
    """Two sendings of today are under the floor of three; the interval says how little is known."""
    found = score([Exposure(0, 0), Exposure(0)], PRIOR)
    assert found.score is None
    assert found.low < 100 * 2 / 6 < found.high


def test_of_nothing_the_prior_is_all_there_is() -> None:
    found = score([], PRIOR)
    assert (found.score, found.weight) == (None, 0)
    assert (found.low, found.high) == pytest.approx(tuple(gamma.ppf([0.05, 0.95], 1, scale=25)))


def test_the_prior_of_a_list_is_found_again() -> None:
    """Counts of 20,000 people, drawn from a gamma mixture with a = 2 and b = 10, which is the negative binomial."""
    chance = np.random.default_rng(11)
    sent = chance.integers(5, 40, 20_000)
    events = nbinom.rvs(2, 10 / (10 + sent), random_state=chance)
    found = fit_prior(list(zip(events.tolist(), sent.tolist(), strict=True)))
    assert (found.a, found.b) == pytest.approx((2, 10), rel=0.05)


def test_a_list_where_nothing_ever_happened_has_a_prior_near_nought() -> None:
    found = fit_prior([(0.0, 10.0)] * 50)
    assert found.a / (found.b + 10) < 0.01


def test_few_people_are_too_few_to_learn_from() -> None:
    with pytest.raises(Refused, match="19 recipients"):
        fit_prior([(1.0, 4.0)] * 19 + [(0.0, 0.0)] * 5)


@pytest.mark.parametrize(("age", "event_age"), [(-1, None), (3, 4), (3, -1)])
def test_an_event_lies_between_its_sending_and_now(age: float, event_age: float | None) -> None:
    with pytest.raises(Malformed):
        Exposure(age, event_age)


@pytest.mark.parametrize(("half_life", "level"), [(0.0, 0.9), (60.0, 1.0)])
def test_what_is_asked_for_has_to_make_sense(half_life: float, level: float) -> None:
    with pytest.raises(Malformed):
        score([], PRIOR, half_life=half_life, level=level)


def test_a_prior_is_a_distribution() -> None:
    with pytest.raises(Malformed):
        Prior(0, 1)
