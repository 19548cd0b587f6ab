"""Rows of what was sent: link numbers, outcomes, events."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from overt.measure import Link, Mode
from overt.store import Ledger
from overt.store.schema import writing
from overt.store.sent import settle
from overt.testing import FixedClock


def test_a_destination_has_one_number_in_all_messages_of_a_campaign(engine: Engine) -> None:
    ledger = Ledger(engine)
    spring, summer = ledger.campaign("spring"), ledger.campaign("summer")
    assert ledger.number_links(spring, ["https://a.example/", "https://b.example/"]) == {
        "https://a.example/": 1,
        "https://b.example/": 2,
    }
    assert ledger.number_links(spring, ["https://c.example/", "https://b.example/", "https://c.example/"]) == {
        "https://c.example/": 3,
        "https://b.example/": 2,
    }
    assert ledger.number_links(summer, ["https://b.example/"]) == {"https://b.example/": 1}
    assert ledger.facts(spring).links == {
        Link(1): "https://a.example/",
        Link(2): "https://b.example/",
        Link(3): "https://c.example/",
    }


def test_a_message_without_links_numbers_none(engine: Engine) -> None:
    ledger = Ledger(engine)
    assert ledger.number_links(ledger.campaign("spring"), ()) == {}


def test_destinations_of_any_length_are_told_apart(engine: Engine) -> None:
    ledger = Ledger(engine)
    long = "https://a.example/" + "x" * 100_000
    assert ledger.number_links(ledger.campaign("spring"), [long, long + "y"]) == {long: 1, long + "y": 2}


def test_links_beyond_the_last_number_share_number_zero(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("overt.store.sent.MOST_LINKS", 2)
    ledger = Ledger(engine)
    spring = ledger.campaign("spring")
    assert list(ledger.number_links(spring, ["a", "b", "c", "d"]).values()) == [1, 2, 0, 0]
    assert list(ledger.number_links(spring, ["d", "b"]).values()) == [0, 2]


def test_whom_an_individual_beacon_reached_is_known_with_the_first_time(engine: Engine) -> None:
    clock = FixedClock()
    ledger = Ledger(engine, clock)
    robin, kim, noor = (ledger.recipient(f"{name}@example.org") for name in ("robin", "kim", "noor"))
    first = round(clock.now().timestamp() * 1000)
    sendings = [ledger.new_sending(ledger.campaign("spring"), robin, opens=Mode.INDIVIDUAL, grant="form")]
    clock.advance(seconds=9)
    sendings += [
        ledger.new_sending(ledger.campaign("summer"), person, opens=mode, grant="form")
        for person, mode in ((robin, Mode.INDIVIDUAL), (kim, Mode.SHARED))
    ]
    ledger.new_sending(ledger.campaign("summer"), noor, opens=Mode.INDIVIDUAL, grant="form")  # still waiting
    with writing(engine) as connection:
        for sending in sendings:
            settle(connection, sending, delivered=first, failed=None, reason="")
    assert ledger.reached() == {robin: first}


def test_events_are_read_newest_first(engine: Engine) -> None:
    clock = FixedClock()
    ledger = Ledger(engine, clock)
    ledger.record_event("first-kind", "One.", message_id="<1@example.org>")
    later = clock.advance(seconds=1)
    ledger.record_event("second-kind", "Two.")
    assert [(event.kind, event.about) for event in ledger.events()] == [("second-kind", "Two."), ("first-kind", "One.")]
    assert ledger.events(1)[0].at == later
    assert ledger.events()[1].message_id == "<1@example.org>"
