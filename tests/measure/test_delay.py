"""How soon people came: order statistics against tables, an oracle and a world whose median is known."""

from __future__ import annotations

import random
from dataclasses import replace
from math import log

import pytest
from scipy.stats import binom

from overt.errors import Malformed
from overt.measure.delay import Delay, measure_delay, quantile, say_seconds
from overt.measure.hit import Hit
from overt.measure.token import Kind
from overt.measure.visit import read_visits
from tests.measure.made import APPLE, CURL, GMAIL_PREFETCH, MINUTE, STRANGE, THUNDERBIRD, click_hit, open_hit, sent

PEOPLE = [sent(person) for person in range(1, 9)]


def opened(*hits: Hit, kind: Kind = Kind.BEACON) -> Delay:
    return measure_delay(PEOPLE, read_visits(hits, PEOPLE), kind)


# Ranks of the 95 % interval of a median: Hahn and Meeker 1991, and any table of the sign test (Dixon and Mood 1946).
@pytest.mark.parametrize(
    ("count", "low", "high"), [(6, 1, 6), (9, 2, 8), (10, 2, 9), (15, 4, 12), (20, 6, 15), (25, 8, 18), (50, 18, 33)]
)
def test_a_medians_interval_is_between_the_ranks_of_the_tables(count: int, low: int, high: int) -> None:
    found = quantile([float(rank) for rank in range(1, count + 1)], 0.5)
    assert (found.low, found.high) == (low, high)


def test_five_are_too_few_for_the_interval_of_a_median() -> None:
    found = quantile([1.0, 2.0, 3.0, 4.0, 5.0], 0.5)  # all five below it: 1 in 32, more than 2.5 %
    assert (found.seconds, found.low, found.high) == (3.0, None, None)


@pytest.mark.parametrize("share", [0.25, 0.5, 0.75, 0.9])
@pytest.mark.parametrize("count", [1, 7, 40, 333, 5000])
def test_ranks_are_the_narrowest_with_which_scipy_agrees(share: float, count: int) -> None:
    found = quantile([float(rank) for rank in range(1, count + 1)], share)
    low, high = int(found.low or 0), int(found.high or count + 1)
    assert binom.cdf(low - 1, count, share) <= 0.025 < binom.cdf(low, count, share) or low == 0
    assert high == count + 1 or binom.cdf(high - 1, count, share) >= 0.975 > binom.cdf(high - 2, count, share)


def test_the_interval_holds_the_true_median_as_often_as_it_says() -> None:
    chance, held = random.Random(1), 0
    for _ in range(1000):
        found = quantile(sorted(chance.expovariate(1.0) for _ in range(35)), 0.5)
        assert found.low is not None
        assert found.high is not None
        held += found.low <= log(2) <= found.high  # the median of an exponential with mean 1
    assert held >= 940  # 950 of 1000 with a standard deviation of 7; the ranks promise 959


@pytest.mark.parametrize(("ordered", "share"), [((), 0.5), ((1.0,), 0.0), ((1.0,), 1.0)])
def test_a_quantile_is_of_something(ordered: tuple[float, ...], share: float) -> None:
    with pytest.raises(Malformed):
        quantile(ordered, share)


def test_the_first_open_of_a_person_counts_and_no_later_one() -> None:
    found = opened(open_hit(1, after=10 * MINUTE), open_hit(1, after=90 * MINUTE), open_hit(2, after=20 * MINUTE))
    assert (found.seen, found.hidden) == (2, 0)
    assert [one.seconds for one in found.quantiles] == [600, 600, 1200, 1200]


@pytest.mark.parametrize("machine", [CURL, GMAIL_PREFETCH])
def test_machines_open_nothing_soon(machine: str) -> None:
    found = opened(open_hit(1, machine), open_hit(1, THUNDERBIRD, after=60 * MINUTE))
    assert (found.seen, found.hidden) == (1, 0)
    assert found.quantiles[0].seconds == 3600


@pytest.mark.parametrize("program", [APPLE, STRANGE])
def test_what_may_hide_an_earlier_open_hides_the_time(program: str) -> None:
    found = opened(open_hit(1, program), open_hit(1, THUNDERBIRD, after=60 * MINUTE), open_hit(2, after=MINUTE))
    assert (found.seen, found.hidden) == (1, 1)
    later = opened(open_hit(1, THUNDERBIRD), open_hit(1, program, after=60 * MINUTE))
    assert (later.seen, later.hidden) == (1, 0)


def test_a_prefetched_picture_does_not_hide_when_a_link_was_followed() -> None:
    found = opened(open_hit(1, APPLE), click_hit(1, after=30 * MINUTE), kind=Kind.LINK)
    assert (found.seen, found.hidden, found.quantiles[0].seconds) == (1, 0, 1800)


def test_nothing_is_opened_before_it_is_sent_whatever_the_clocks_say() -> None:
    visits = read_visits([open_hit(1, after=-MINUTE)])  # the second look, not told when it was sent, lets it pass
    assert measure_delay(PEOPLE, visits, Kind.BEACON).quantiles[0].seconds == 0


def test_without_a_time_of_sending_there_is_none() -> None:
    visits = read_visits([open_hit(1)], PEOPLE)
    assert measure_delay([replace(PEOPLE[0], at=None)], visits, Kind.BEACON) == Delay(0, 0, ())


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0 s"), (59.6, "1 min"), (3599, "1 h"), (5 * 3600 + 125, "5 h 2 min"), (86_399, "1 d"), (187_200, "2 d 4 h")],
)
def test_a_time_is_said_as_coarsely_as_it_is_long(seconds: float, said: str) -> None:
    assert say_seconds(seconds) == said
