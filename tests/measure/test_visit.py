"""What is one visit and what are two."""

from __future__ import annotations

from dataclasses import replace

import pytest

from overt.measure.reading import Actor
from overt.measure.visit import read_visits
from tests.measure.made import (
    APPLE,
    FIREFOX,
    GMAIL,
    GMAIL_PREFETCH,
    MINUTE,
    NOON_MS,
    STRANGE,
    THUNDERBIRD,
    click_hit,
    open_hit,
    sent,
)


def test_asking_again_within_five_minutes_is_the_same_display() -> None:
    (visit,) = read_visits([open_hit(1), open_hit(1, after=4 * MINUTE)])
    assert (visit.hits, visit.hit.at_ms, visit.last_ms) == (2, NOON_MS, NOON_MS + 4 * MINUTE)


def test_the_five_minutes_count_from_the_last_time() -> None:
    hits = [open_hit(1, after=minute * MINUTE) for minute in (0, 4, 8, 12)]
    assert len(read_visits(hits)) == 1


def test_asking_again_later_is_another_display() -> None:
    assert len(read_visits([open_hit(1), open_hit(1, after=6 * MINUTE)])) == 2


def test_other_recipients_programs_and_links_make_visits_of_their_own() -> None:
    hits = [open_hit(1), open_hit(2), open_hit(1, GMAIL), click_hit(1, 1), click_hit(1, 2)]
    assert len(read_visits(hits)) == 5


def test_a_head_does_not_swallow_the_get_after_it() -> None:
    visits = read_visits([open_hit(1, method="HEAD"), open_hit(1, after=10)])
    assert [visit.reading.actor for visit in visits] == [Actor.MACHINE, Actor.HUMAN]


def test_visits_come_in_order_of_time_whatever_the_order_of_hits() -> None:
    visits = read_visits([open_hit(2, after=5), open_hit(1)])
    assert [visit.hit.at_ms for visit in visits] == [NOON_MS, NOON_MS + 5]


def test_apples_prefetch_may_hide_an_open_and_gmails_does_not() -> None:
    said = {agent: read_visits([open_hit(1, agent)])[0].may_hide_open for agent in (APPLE, GMAIL_PREFETCH, STRANGE)}
    assert said == {APPLE: True, GMAIL_PREFETCH: False, STRANGE: True}


def test_people_are_humans_and_proxies_for_them() -> None:
    said = {agent: read_visits([open_hit(1, agent)])[0].by_person for agent in (THUNDERBIRD, GMAIL, APPLE, "curl/8")}
    assert said == {THUNDERBIRD: True, GMAIL: True, APPLE: False, "curl/8": False}


@pytest.mark.parametrize(
    ("prefix", "actor"),
    [("198.51.100.0/24", Actor.MACHINE), ("127.0.0.0/24", Actor.HUMAN), ("::/48", Actor.HUMAN)],
)
def test_haste_gives_scanners_away_but_not_whoever_tries_it_out_at_home(prefix: str, actor: Actor) -> None:
    hits = [open_hit(1, FIREFOX), *(click_hit(1, link, after=300 * link) for link in (1, 2))]
    visits = read_visits([replace(hit, prefix=prefix) for hit in hits])
    assert {visit.reading.actor for visit in visits} == {actor}


def test_one_client_that_asks_for_ten_people_behind_the_sending_is_a_gateway_but_a_network_is_not() -> None:
    people = [sent(person) for person in range(1, 11)]
    people = [replace(one, recipient=f"a@{number}.example") for number, one in enumerate(people)]
    hits = [open_hit(person, FIREFOX, after=3000 * person) for person in range(1, 11)]
    one = read_visits([replace(hit, address_hash=5) for hit in hits], people)
    many = read_visits([replace(hit, address_hash=number) for number, hit in enumerate(hits, 1)], people)
    assert {visit.reading.actor for visit in one} == {Actor.MACHINE}
    assert {visit.reading.actor for visit in many} == {Actor.HUMAN}
