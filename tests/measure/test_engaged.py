"""Engagement over campaigns: what counts as telling, what as an event, and who is left out."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from overt.errors import Refused
from overt.measure.campaign import Outcome
from overt.measure.engaged import Engaged, rank_recipients
from overt.measure.hit import Hit
from overt.measure.mode import Mode
from overt.measure.token import Campaign, Kind
from tests.measure.made import APPLE, CURL, NOON, THUNDERBIRD, click_hit, facts, open_hit, sent

LATER = NOON + timedelta(days=60)
PEOPLE = range(1, 31)


def ranked(*hits: Hit, kind: Kind = Kind.LINK) -> dict[str, Engaged]:
    _, people = rank_recipients([facts(*map(sent, PEOPLE))], hits, LATER, kind=kind)
    return {one.recipient: one for one in people}


def test_whoever_clicked_stands_above_whoever_did_not() -> None:
    told = ranked(*(click_hit(person) for person in range(1, 11)))
    assert told["person1@example.org"].engagement.low > told["person30@example.org"].engagement.low
    assert (told["person1@example.org"].events, told["person30@example.org"].events) == (1, 0)
    assert told["person1@example.org"].last == NOON + timedelta(minutes=1)
    # One sending, 60 days old, is worth half a sending: too little for a score.
    assert told["person1@example.org"].engagement.weight == pytest.approx(0.5)
    assert told["person1@example.org"].engagement.score is None


def test_machines_make_nobody_engaged() -> None:
    told = ranked(*(click_hit(person) for person in range(1, 11)), click_hit(20, user_agent=CURL))
    assert told["person20@example.org"].events == 0


def test_of_opens_what_was_fetched_ahead_tells_nothing_either_way() -> None:
    opened = [open_hit(person, THUNDERBIRD) for person in range(1, 11)]
    told = ranked(*opened, open_hit(1, APPLE, after=5), open_hit(20, APPLE), kind=Kind.BEACON)
    assert "person1@example.org" not in told
    assert "person20@example.org" not in told
    assert told["person2@example.org"].events == 1


def test_of_clicks_what_was_fetched_ahead_tells_as_much_as_any_other() -> None:
    told = ranked(*(click_hit(person) for person in range(1, 11)), open_hit(20, APPLE))
    assert (told["person20@example.org"].sendings, told["person20@example.org"].events) == (1, 0)


@pytest.mark.parametrize("change", [{"withdrawn": True}, {"links": Mode.SHARED}, {"outcome": Outcome.FAILED}])
def test_sendings_that_tell_nothing_make_no_list(change: dict[str, object]) -> None:
    with pytest.raises(Refused, match="too few to learn from"):
        rank_recipients([facts(*(replace(sent(person), **change) for person in PEOPLE))], [], LATER)  # type: ignore[arg-type]


def test_campaigns_add_up_for_each_recipient() -> None:
    spring = facts(*(sent(person) for person in PEOPLE))
    summer = replace(spring, campaign=Campaign(8))
    hits = [click_hit(person) for person in range(1, 11)]
    hits += [replace(hit, campaign=summer.campaign) for hit in hits[:5]]
    prior, people = rank_recipients([spring, summer], hits, LATER)
    told = {one.recipient: one for one in people}
    assert (told["person1@example.org"].events, told["person1@example.org"].sendings) == (2, 2)
    assert (told["person6@example.org"].events, told["person6@example.org"].sendings) == (1, 2)
    # 15 of 60 sendings were followed: a quarter is usual.
    assert prior.a / prior.b == pytest.approx(0.25, rel=0.05)
