"""One recipient's line."""

from __future__ import annotations

from datetime import timedelta

from overt.measure.individual import report_individual
from overt.measure.person import Line
from overt.measure.token import Kind
from tests.measure.made import APPLE, CURL, GMAIL_PREFETCH, MINUTE, NOON, STRANGE, click_hit, facts, open_hit, sent


def line(*hits: object) -> Line:
    (only,) = report_individual(facts(sent(1)), hits).recipients  # type: ignore[arg-type]
    return only


def test_opens_are_counted_with_their_first_and_last_time() -> None:
    told = line(open_hit(1), open_hit(1, after=90 * MINUTE), open_hit(1, after=91 * MINUTE))
    assert (told.opens, told.first_open, told.last_open) == (2, NOON, NOON + timedelta(minutes=90))


def test_clicks_are_told_by_destination() -> None:
    told = line(click_hit(1), click_hit(1, 2), click_hit(1, 2, after=20 * MINUTE))
    assert told.links == {"https://example.org/a": 1, "https://example.org/b": 2}
    assert told.last_click == NOON + timedelta(minutes=20)


def test_prefetches_machines_and_strangers_are_beside_the_opens() -> None:
    told = line(open_hit(1, APPLE), open_hit(1, CURL), open_hit(1, GMAIL_PREFETCH), open_hit(1, STRANGE))
    assert (told.opens, told.prefetched, told.machines, told.unknown) == (0, 1, 2, 1)
    assert told.first_open is None


def test_the_timeline_has_every_visit_with_its_reading() -> None:
    told = line(open_hit(1, place="DE"), click_hit(1, after=MINUTE), open_hit(1, CURL, after=2 * MINUTE))
    assert [(event.kind, event.reading.actor, event.place) for event in told.events] == [
        (Kind.BEACON, "human", "DE"),
        (Kind.LINK, "human", ""),
        (Kind.BEACON, "machine", ""),
    ]
    assert told.events[1].destination == "https://example.org/a"


def test_the_strongest_thing_is_said() -> None:
    assert line().verdict == "nothing seen"
    assert line(open_hit(1, CURL)).verdict == "machines only"
    assert line(open_hit(1, GMAIL_PREFETCH)).verdict == "machines only"
    assert line(open_hit(1, APPLE)).verdict == "perhaps opened"
    assert line(open_hit(1, APPLE), open_hit(1)).verdict == "opened"
    assert line(open_hit(1), click_hit(1)).verdict == "clicked"
