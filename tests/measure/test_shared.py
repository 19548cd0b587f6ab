"""The half that rests on counters."""

from __future__ import annotations

from datetime import UTC, datetime

from overt.measure.line import Actors
from overt.measure.mode import Mode
from overt.measure.shared import report_shared
from overt.measure.token import Kind
from tests.measure.made import count, facts, sent

MANY = [count(100, actor="proxy", client="image proxy"), count(30, actor="machine", client="scanner")]


def test_loads_are_told_by_actor() -> None:
    shared = report_shared(
        facts(), [*MANY, count(25, actor="prefetch", client="image proxy"), count(21, actor="unknown")]
    )
    assert shared.loads == Actors(total=176, people=100, prefetch=25, machines=30, unknown=21)


def test_clicks_are_told_by_link_with_its_destination() -> None:
    shared = report_shared(facts(), [count(40, Kind.LINK, link=2), count(2, Kind.LINK, link=9)])
    told = {(line.link, line.destination, line.clicks.people) for line in shared.links}
    assert told == {(1, "https://example.org/a", 0), (2, "https://example.org/b", 40), (9, "", 2)}


def test_nobody_is_put_to_a_click() -> None:
    shared = report_shared(facts(), [count(40, Kind.LINK, link=2)])
    assert all(line.people is None for line in shared.links)


def test_small_cells_of_a_breakdown_are_hidden_and_totals_are_whole() -> None:
    shared = report_shared(facts(), [*MANY, count(3, client="mail program")])
    cells = {(line.client, line.actor): line.beacons for line in shared.clients}
    assert cells == {("image proxy", "proxy"): 100, ("scanner", "machine"): None, ("mail program", "human"): None}
    assert shared.loads.total == 133


def test_few_is_said() -> None:
    assert report_shared(facts(), [count(19)]).few
    assert not report_shared(facts(), [count(20)]).few
    assert not report_shared(facts(), []).few


def test_times_leave_machines_out_and_hours_are_put_together_until_they_can_be_shown() -> None:
    counts = [count(8, hour=hour) for hour in range(6)] + [count(500, actor="machine", client="scanner", hour=3)]
    times = report_shared(facts(), counts).times
    assert [(time.start, time.hours, time.beacons) for time in times] == [
        (datetime(2026, 11, 24, 12, tzinfo=UTC), 3, 24),
        (datetime(2026, 11, 24, 15, tzinfo=UTC), 3, 24),
    ]


def test_delivered_messages_are_counted_by_what_they_carried() -> None:
    shared = report_shared(facts(sent(1, Mode.SHARED), sent(2, Mode.SHARED), sent(3, Mode.OFF), sent(4)), [])
    assert (shared.opens_of, shared.links_of) == (2, 2)
