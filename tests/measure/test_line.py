"""Lines that both halves have."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

from overt.measure.line import Actors, TimeLine, coarsen, count_actors, list_times

DAY = datetime(2026, 11, 24, tzinfo=UTC)
FIRST = int(DAY.timestamp()) // 3600


def at(hour: int) -> datetime:
    return DAY.replace(hour=hour)


def test_people_are_humans_and_proxies() -> None:
    numbers = {"human": 1, "proxy": 2, "prefetch": 4, "machine": 8, "unknown": 16}
    assert count_actors(numbers) == Actors(total=31, people=3, prefetch=4, machines=8, unknown=16)


def test_an_actor_of_later_rules_is_unknown() -> None:
    assert count_actors({"ghost": 3}) == Actors(total=3, unknown=3)


def test_hours_without_requests_have_no_line() -> None:
    lines = list_times(Counter({FIRST: 1, FIRST + 5: 2}), Counter({FIRST: 3}), 0)
    assert lines == (TimeLine(at(0), 1, 1, 3), TimeLine(at(5), 1, 2, 0))


def test_longer_stretches_add_up_and_hide_what_has_a_hidden_part() -> None:
    lines = (TimeLine(at(1), 1, 20, 0), TimeLine(at(2), 1, 30, None), TimeLine(at(3), 1, 40, 21))
    assert coarsen(lines, 3) == (TimeLine(at(0), 3, 50, None), TimeLine(at(3), 3, 40, 21))
