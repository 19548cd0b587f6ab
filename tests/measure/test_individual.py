"""The half that rests on hits."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overt.measure.campaign import Outcome
from overt.measure.hit import Flag, Hit
from overt.measure.individual import report_individual
from overt.measure.mode import Mode
from tests.measure.made import (
    APPLE,
    CURL,
    FIREFOX,
    GMAIL,
    GMAIL_PREFETCH,
    MINUTE,
    STRANGE,
    THUNDERBIRD,
    click_hit,
    facts,
    open_hit,
    sending,
    sent,
)

EVERYBODY = facts(*(sent(person) for person in range(1, 9)))
# By hand: 1 human, 2 proxy, 3 click only, 4 prefetch, 5 unknown, 6 machine, 7 Gmail's prefetch, 8 nothing.
ONE_OF_EACH = [
    open_hit(1),
    open_hit(2, GMAIL),
    click_hit(3),
    open_hit(4, APPLE),
    open_hit(5, STRANGE),
    open_hit(6, CURL),
    open_hit(7, GMAIL_PREFETCH),
]


def test_every_delivered_sending_is_in_exactly_one_set() -> None:
    opens = report_individual(EVERYBODY, ONE_OF_EACH).opens
    assert (opens.human, opens.proxy, opens.clicked, opens.prefetch) == (1, 1, 1, 1)
    assert (opens.unknown, opens.machine, opens.none, opens.of) == (1, 2, 1, 8)


def test_opens_are_bounded_by_what_was_seen_and_what_may_hide_one() -> None:
    """Human, proxy and click below; Apple and the unknown program added above; Gmail's prefetch in neither."""
    opens = report_individual(EVERYBODY, ONE_OF_EACH).opens
    assert (opens.least, opens.most) == (3, 5)
    assert opens.bounds is not None
    # Clopper and Pearson 1934 for 3 and 5 of 8, from tables of the binomial distribution.
    assert opens.bounds.low == pytest.approx(0.0852, abs=5e-5)
    assert opens.bounds.high == pytest.approx(0.9148, abs=5e-5)


def test_a_display_beside_the_prefetch_settles_it() -> None:
    opens = report_individual(EVERYBODY, [open_hit(1, APPLE), open_hit(1, THUNDERBIRD, after=MINUTE)]).opens
    assert (opens.human, opens.prefetch) == (1, 0)


def test_machines_clicks_are_apart_from_peoples() -> None:
    hits = [click_hit(1), click_hit(1, 2, CURL), click_hit(2, 1, CURL), click_hit(3, flags=Flag.PREFETCH)]
    clicks = report_individual(EVERYBODY, hits).clicks
    assert (clicks.people, clicks.possible, clicks.clicks.people, clicks.clicks.machines) == (1, 1, 1, 3)


def test_a_burst_that_wears_a_browsers_name_is_a_machines_from_its_first_hit() -> None:
    burst = [open_hit(1, FIREFOX), *(click_hit(1, link, after=2000 * link) for link in (1, 2, 3))]
    half = report_individual(EVERYBODY, [*burst, click_hit(2)])
    assert (half.clicks.people, half.opens.human, half.clicks.clicks.machines) == (1, 0, 3)


def test_an_ambiguous_click_is_possible_and_not_seen() -> None:
    clicks = report_individual(
        EVERYBODY, [click_hit(1, user_agent="Mozilla/4.0 (compatible; ms-office; MSOffice 16)")]
    ).clicks
    assert (clicks.people, clicks.possible) == (0, 1)


def test_withdrawn_recipients_are_in_no_number() -> None:
    half = report_individual(facts(sent(1), sent(2, withdrawn=True)), [open_hit(1), open_hit(2), click_hit(2)])
    assert (half.opens.of, half.opens.human, half.clicks.people, half.withdrawn) == (1, 1, 0, 1)
    assert [line.recipient for line in half.recipients] == ["person1@example.org"]


def test_what_was_asked_for_was_delivered_whatever_the_ledger_says() -> None:
    half = report_individual(facts(sent(1, outcome=Outcome.FAILED), sent(2, outcome=Outcome.FAILED)), [open_hit(1)])
    assert (half.opens.of, half.opens.human) == (1, 1)


def test_a_sending_that_nobody_listed_is_told_without_a_rate() -> None:
    half = report_individual(facts(), [open_hit(5), click_hit(5)])
    assert (half.opens.least, half.opens.bounds, half.clicks.people, half.outside) == (1, None, 1, 1)
    assert [(line.recipient, line.sending, line.opens) for line in half.recipients] == [("", sending(5), 1)]


def test_opens_and_links_have_modes_of_their_own() -> None:
    only_links = replace(sent(1), opens=Mode.SHARED)
    half = report_individual(facts(only_links), [click_hit(1)])
    assert (half.opens.of, half.opens.bounds, half.clicks.of) == (0, None, 1)


def test_links_are_told_by_people_and_clicks() -> None:
    hits = [click_hit(1), click_hit(1, after=10 * MINUTE), click_hit(2), click_hit(2, 2)]
    told = {line.link: (line.people, line.clicks.people) for line in report_individual(EVERYBODY, hits).links}
    assert told == {1: (2, 3), 2: (1, 1)}


def test_places_and_programs_are_told() -> None:
    half = report_individual(
        EVERYBODY, [open_hit(1, place="DE"), open_hit(2, place="DE"), open_hit(3, CURL, place="US")]
    )
    assert half.places == {"DE": 2}
    assert ("mail program", "Thunderbird", "human", 2, 0) in {
        (line.client, line.program, line.actor, line.beacons, line.clicks) for line in half.clients
    }


def test_nothing_sent_has_no_rate() -> None:
    half = report_individual(facts(), [])
    assert (half.opens.bounds, half.clicks.bounds, half.times) == (None, None, ())


HITS = st.lists(
    st.one_of(
        st.builds(
            open_hit, st.integers(1, 8), st.sampled_from([THUNDERBIRD, GMAIL, APPLE, CURL, STRANGE, GMAIL_PREFETCH])
        ),
        st.builds(click_hit, st.integers(1, 8), st.integers(1, 2), st.sampled_from([FIREFOX, CURL, STRANGE])),
    ),
    max_size=20,
)


@given(HITS)
def test_the_sets_are_a_partition_and_the_interval_holds_both_bounds(hits: list[Hit]) -> None:
    opens = report_individual(EVERYBODY, hits).opens
    sizes = (opens.human, opens.proxy, opens.clicked, opens.prefetch, opens.unknown, opens.machine, opens.none)
    assert sum(sizes) == opens.of == 8
    assert opens.bounds is not None
    assert opens.bounds.low <= opens.least / 8 <= opens.most / 8 <= opens.bounds.high
