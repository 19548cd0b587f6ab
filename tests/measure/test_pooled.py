"""Marks of pools into a rate: by hand, and over simulated campaigns with caches and prefetching."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from overt.measure.campaign import CampaignFacts, Outcome, PoolFacts
from overt.measure.hit import Count, mark_pool
from overt.measure.mode import Mode
from overt.measure.pooled import report_pooled
from overt.measure.token import Link
from tests.measure.made import NOON_MS, SPRING, facts
from tests.measure.made import sent as make_sent

HOUR = NOON_MS // 3_600_000


def mark(pool: int, *, by_person: bool = True) -> Count:
    return mark_pool(SPRING, Link(pool), by_person=by_person, ruleset=1, hour=HOUR)


def campaign(pools: int, size: int = 5, carried: float = 1.0, **changes: object) -> CampaignFacts:
    people = [replace(make_sent(number, Mode.POOLED), opens=Mode.POOLED) for number in range(1, pools * size + 1)]
    made = replace(facts(*people), pools=PoolFacts(size, carried, frozenset(range(1, pools + 1))))
    return replace(made, **changes)  # type: ignore[arg-type]


def test_without_pools_there_is_nothing_to_tell() -> None:
    assert report_pooled(facts(make_sent(1)), [mark(1)]) is None


def test_the_rate_is_that_of_group_testing() -> None:
    """80 of 200 pools of 5: 1 - 0.6^(1/5) = 0.0971; with 40 more that were fetched ahead 1 - 0.4^(1/5) = 0.1674."""
    marks = [mark(pool) for pool in range(1, 81)] + [mark(pool, by_person=False) for pool in range(61, 121)]
    told = report_pooled(campaign(200), marks)
    assert told is not None
    assert told.least is not None
    assert told.most is not None
    assert (told.hit, told.possible, told.pools, told.of) == (80, 120, 200, 1000)
    assert told.least.value == pytest.approx(0.0971, abs=1e-4)
    assert told.most.value == pytest.approx(0.1674, abs=1e-4)
    assert told.identified == pytest.approx((0.0971 * 0.9029 / 1000) ** 0.5, rel=1e-3)
    assert told.spread is not None
    assert told.identified is not None
    assert told.spread > told.identified


def test_pools_that_were_not_filled_and_marks_of_none_count_for_nothing() -> None:
    full = campaign(200)
    marks = [mark(pool) for pool in range(1, 81)]
    assert report_pooled(full, [*marks, mark(201), mark(999)]) == report_pooled(full, marks)


def test_copies_that_did_not_arrive_are_no_recipients_who_did_not_open() -> None:
    half = campaign(200)
    sent = tuple(replace(one, outcome=Outcome.FAILED) if n % 2 else one for n, one in enumerate(half.sent))
    told = report_pooled(replace(half, sent=sent), [mark(pool) for pool in range(1, 81)])
    assert told is not None
    assert told.least is not None
    assert told.of == 500
    assert told.least.value == pytest.approx(2 * 0.0971, abs=2e-4)


@pytest.mark.parametrize(("pools", "hit"), [(19, 19), (200, 19), (200, 0)])
def test_few_are_not_shown(pools: int, hit: int) -> None:
    told = report_pooled(campaign(pools), [mark(pool) for pool in range(1, hit + 1)])
    assert told is not None
    assert told.few
    assert (told.least, told.most, told.spread) == (None, None, None)


def test_a_mark_says_a_week_and_neither_hour_nor_program() -> None:
    one, later = mark(3), mark_pool(SPRING, Link(3), by_person=True, ruleset=1, hour=HOUR + 5)
    assert one == later
    assert (one.client, one.variant, one.hour % (7 * 24)) == ("", 0, 0)
    assert one.is_mark


@pytest.mark.parametrize("ahead", [0.0, 0.5])
def test_over_simulated_campaigns_the_interval_holds_the_true_rate(ahead: float) -> None:
    """2,000 people in pools of 5; some read through one shared cache, a share is fetched for ahead."""
    chance, held, rounds = Random(11), 0, 200
    made = campaign(400)
    for _ in range(rounds):
        marks: set[Count] = set()
        opened = 0
        for person in range(2000):
            opens = chance.random() < 0.3
            opened += opens
            if chance.random() < ahead:
                marks.add(mark(person // 5 + 1, by_person=False))  # whether it is displayed shows nowhere
            elif opens:
                marks.add(mark(person // 5 + 1))  # a cache asks once a pool, which is all that is looked at
        told = report_pooled(made, sorted(marks, key=repr))
        assert told is not None
        assert told.least is not None
        assert told.most is not None
        held += told.least.low <= opened / 2000 <= told.most.high
    # 95 % of 200 is 190, sd 3.1; with prefetching the bounds hold it nearly always.
    assert held >= 181 if not ahead else held >= 199
