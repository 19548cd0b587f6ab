"""Send times: an hour stands out only beyond what campaigns of the same hour differ by."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from overt.errors import Refused
from overt.measure.sendtime import RIPE, Batch, as_dict, between, count_batches, fit_send_times
from overt.measure.visit import read_visits
from tests.measure.made import CURL, NOON, click_hit, open_hit, sent

MONDAY = datetime(2026, 11, 2, 8, tzinfo=UTC)
LATER = MONDAY + timedelta(days=60)

# Thirteen trials of BCG vaccine (Colditz et al. 1994, doi:10.1001/jama.1994.03510330076038): log relative risks and
# their variances as metafor's documentation prints them, with its result by DerSimonian and Laird, 0.3088.
BCG = (
    (-0.8893, 0.3256),
    (-1.5854, 0.1946),
    (-1.3481, 0.4154),
    (-1.4416, 0.0200),
    (-0.2175, 0.0512),
    (-0.7861, 0.0069),
    (-1.6209, 0.2230),
    (0.0120, 0.0040),
    (-0.4694, 0.0564),
    (-1.3713, 0.0730),
    (-0.3394, 0.0124),
    (0.4459, 0.5325),
    (-0.0173, 0.0714),
)


def test_the_variance_between_studies_is_that_of_the_literature() -> None:
    assert between([BCG]) == pytest.approx(0.3088, abs=0.001)


def test_groups_of_one_tell_nothing_of_what_differs_within_them() -> None:
    assert between([[one] for one in BCG]) is None
    assert between([*[[one] for one in BCG], [(0.0, 1.0), (0.0, 1.0)]]) == 0.0


def weeks(*rates: tuple[int, int], sendings: int = 1000) -> list[tuple[int, list[Batch]]]:
    """A campaign a week; each is sent at (hour, clicked)."""
    return [
        (number, [Batch(MONDAY.replace(hour=hour) + timedelta(weeks=number % 7), sendings, clicked, sendings)])
        for number, (hour, clicked) in enumerate(rates)
    ]


def test_hours_that_differ_more_than_their_campaigns_stand_out() -> None:
    found = fit_send_times(weeks((8, 100), (8, 104), (8, 96), (14, 40), (14, 44), (14, 36)), LATER, by="hour")
    early, late = found.cells
    assert (early.hour, early.weekday, early.campaigns, early.sendings, early.clicked) == (8, None, 3, 3000, 300)
    assert early.stands_out and late.stands_out
    assert late.high is not None and early.low is not None and late.high < early.low
    assert "stand out" in found.said


def test_hours_that_differ_as_their_campaigns_do_are_told_to_be_alike() -> None:
    found = fit_send_times(weeks((8, 100), (8, 20), (8, 60), (14, 90), (14, 30), (14, 62)), LATER, by="hour")
    assert found.between_slots == 0.0
    assert not any(cell.stands_out for cell in found.cells)
    assert "none is better" in found.said


def test_where_no_hour_holds_two_campaigns_nothing_is_concluded() -> None:
    found = fit_send_times(weeks((8, 100), (14, 20)), LATER, by="hour")
    assert (found.between_campaigns, found.between_slots) == (None, None)
    assert [cell.value for cell in found.cells] == [None, None]
    assert [cell.clicked for cell in found.cells] == [100, 20]
    assert found.mean == pytest.approx(0.06)
    assert "cannot be told apart" in found.said


def test_a_slot_with_few_messages_is_pulled_to_the_mean() -> None:
    rates = weeks((8, 100), (8, 104), (8, 96), (14, 40), (14, 44), (14, 36))
    small = [(100, [Batch(MONDAY.replace(hour=20), 40, 20, 40)])]
    more = weeks((10, 60), (10, 66), (12, 70), (12, 64))
    found = fit_send_times([*rates, *[(number + 50, one) for number, one in more], *small], LATER, by="hour")
    cell = found.cells[-1]
    assert (cell.hour, cell.few) == (20, False)
    assert cell.value is not None and cell.value < 0.45  # one half of forty clicked
    assert cell.low is not None and cell.low < 0.3
    tiny = fit_send_times([*rates, (100, [Batch(MONDAY.replace(hour=20), 19, 9, 19)])], LATER, by="hour").cells[-1]
    assert (tiny.few, tiny.value) == (True, None)
    told = as_dict(replace(found, cells=(tiny,)))
    assert "'clicked': None" in str(told)


def test_weekday_and_hour_are_those_of_the_clock_on_the_wall() -> None:
    late = [(1, [Batch(datetime(2026, 11, 1, 23, tzinfo=UTC), 100, 10, 100)])]  # a Sunday in London
    (cell,) = fit_send_times(late, LATER, "Europe/Berlin").cells
    assert (cell.weekday, cell.hour) == (0, 0)
    (cell,) = fit_send_times(late, LATER, "America/New_York", by="weekday").cells
    assert (cell.weekday, cell.hour) == (6, None)


def test_what_may_still_be_clicked_is_left_out() -> None:
    batches = weeks((8, 100), (8, 104))
    with pytest.raises(Refused, match="three days ago"):
        fit_send_times(batches, MONDAY + RIPE)
    assert fit_send_times(batches, MONDAY + RIPE + timedelta(hours=1)).campaigns == 1


@pytest.mark.parametrize("clicked", [0, 1000])
def test_where_all_did_the_same_nothing_is_compared(clicked: int) -> None:
    with pytest.raises(Refused, match="nobody clicked"):
        fit_send_times(weeks((8, clicked), (14, clicked)), LATER)


def test_sendings_are_counted_by_the_hour_and_clicks_in_time() -> None:
    hits = [
        click_hit(1),
        click_hit(2, user_agent=CURL),
        open_hit(3),
        click_hit(4, after=int(RIPE.total_seconds() * 1000) + 1),
    ]
    sendings = [sent(person) for person in range(1, 5)] + [replace(sent(5), at=NOON + timedelta(minutes=61))]
    assert count_batches(sendings, read_visits(hits, sendings)) == (
        Batch(NOON, 4, 1, 4),
        Batch(NOON + timedelta(hours=1), 1, 0, 1),
    )


def test_people_are_counted_once_and_who_is_not_told_by_the_message() -> None:
    twice = [sent(1), replace(sent(2), recipient="person1@example.org")]
    untold = [replace(sent(person), recipient="") for person in (3, 4)]
    assert count_batches([*twice, *untold], ()) == (Batch(NOON, 4, 0, 3),)


def test_many_messages_to_few_people_are_few() -> None:
    """Thirty letters to one person, and three to the same nineteen, tell on them; one to twenty does not."""
    letters = [(number, [Batch(MONDAY.replace(hour=20), 1, number % 2, 1)]) for number in range(30)]
    circle = [(number, [Batch(MONDAY.replace(hour=21), 19, 9, 19)]) for number in range(30, 33)]
    enough = [(33, [Batch(MONDAY.replace(hour=22), 20, 9, 20)])]
    found = fit_send_times([*letters, *circle, *enough], LATER, by="hour")
    assert [(cell.few, cell.value is None, cell.alone) for cell in found.cells] == [
        (True, True, False),
        (True, True, False),
        (False, False, True),
    ]
    told: Any = as_dict(found)
    assert [cell["sendings"] for cell in told["cells"]] == [None, None, 20]


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    """1,000 worlds of eight hours with true rates, four campaigns each that differ for reasons of their own."""
    chance = random.Random(3)
    held = told = false = 0
    for world in range(1000):
        spread = 0.02 if world % 2 else 0.0
        campaigns: list[tuple[int, list[Batch]]] = []
        truth: dict[int, float] = {}
        for hour in range(8):
            truth[hour] = min(0.3, max(0.01, chance.gauss(0.1, spread)))
            for _ in range(4):
                rate = min(0.9, max(0.001, chance.gauss(truth[hour], 0.02)))
                clicked = sum(chance.random() < rate for _ in range(300))
                campaigns.append((len(campaigns), [Batch(MONDAY.replace(hour=hour), 300, clicked, 300)]))
        for cell in fit_send_times(campaigns, LATER, by="hour").cells:
            assert cell.hour is not None and cell.low is not None and cell.high is not None
            told += 1
            held += cell.low <= truth[cell.hour] <= cell.high
            false += not spread and cell.stands_out
    assert held / told >= 0.87, held / told  # nominal 0.9; the variances are taken for known
    assert false / (told / 2) <= 0.05, false
