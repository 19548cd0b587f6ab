"""What another program is told of a hit: a type that claims no more than the reading does."""

from __future__ import annotations

from dataclasses import replace

import pytest

from overt.measure import Hit, Kind, Link
from overt.measure.event import CLICKED, EVENTS, FOLLOWED, LOADED, OPENED, About, tell_event, tell_test, type_of
from overt.measure.hit import Flag
from overt.testing.clock import MORNING
from tests.store.made import make_hit

ABOUT = About("spring", "ann@example.org", "<1@shop.example.org>", "https://shop.example.org/")
THUNDERBIRD = "Mozilla/5.0 (X11; Linux x86_64; rv:115.0) Gecko/20100101 Thunderbird/115.6.0"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0"


def beacon(user_agent: str, **changes: object) -> Hit:
    return replace(make_hit(user_agent=user_agent), kind=Kind.BEACON, link=Link(0), **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("hit", "type_"),
    [
        (beacon(THUNDERBIRD), OPENED),
        (beacon("Mozilla/5.0"), LOADED),  # as Apple's prefetch does it
        (beacon(THUNDERBIRD, flags=Flag.PREFETCH), LOADED),
        (beacon("curl/8"), LOADED),
        (make_hit(user_agent=FIREFOX), CLICKED),
        (make_hit(user_agent="curl/8"), FOLLOWED),
        (replace(make_hit(user_agent=FIREFOX), method="HEAD"), FOLLOWED),
    ],
)
def test_only_what_was_read_as_a_persons_doing_is_called_an_open_or_a_click(hit: Hit, type_: str) -> None:
    assert type_of(hit) == type_
    assert tell_event(hit, ABOUT)["type"] == type_


def test_every_type_is_explained() -> None:
    assert list(EVENTS) == [OPENED, LOADED, CLICKED, FOLLOWED]


def test_the_payload_has_names_numbers_and_the_reading_and_no_address() -> None:
    told = tell_event(make_hit(user_agent=FIREFOX), ABOUT)
    assert told["timestamp"] == "2023-11-14T22:13:20.123Z"
    data = told["data"]
    assert {name: data[name] for name in ("campaign", "recipient", "recipient_number", "url", "link", "place")} == {
        "campaign": "spring",
        "recipient": "ann@example.org",
        "recipient_number": 1,
        "url": "https://shop.example.org/",
        "link": 2,
        "place": "DE",
    }
    assert data["sending"] == "0000000100000005"
    assert data["reading"]["actor"] == "human"
    assert sorted(data["reading"]) == ["actor", "certainty", "class", "program", "reason", "ruleset"]
    assert "2001:db8" not in str(told)


def test_a_beacon_has_neither_link_nor_url() -> None:
    data = tell_event(beacon(THUNDERBIRD), About("spring", "ann@example.org"))["data"]
    assert (data["link"], data["url"]) == (None, None)


def test_a_test_names_nobody() -> None:
    assert tell_test(MORNING) == {
        "type": "overt.test",
        "timestamp": "2026-11-02T08:00:00.000Z",
        "data": {"about": "overt can reach this address"},
    }
