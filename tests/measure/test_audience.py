"""Who is in a segment: what people did, and never what could not be seen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from overt.errors import Malformed
from overt.measure import Campaign, CampaignFacts, Hit, Mode, Outcome, Sent
from overt.measure.audience import MEMBERS, Rule, as_row, find_members, read_rule, say_rule, write_rule
from tests.measure.made import APPLE, CURL, NOON, THUNDERBIRD, click_hit, facts, open_hit, sent

LATER = NOON + timedelta(days=60)
WHO = {f"person{number}@example.org": number for number in range(1, 10)}


def found(
    rule: Rule,
    hits: Iterable[Hit],
    sendings: Iterable[Sent] = tuple(map(sent, range(1, 5))),
    scores: dict[str, tuple[float, float]] | None = None,
) -> list[int]:
    members = find_members(rule, [facts(*sendings)], hits, LATER, scores)
    return [WHO[member.address] for member in members]


HITS = (
    open_hit(1, THUNDERBIRD),
    click_hit(1),
    open_hit(2, APPLE),  # fetched ahead: perhaps opened
    click_hit(3, user_agent=CURL),
)


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ({"clicked": 1}, [1]),
        ({"clicked": 2}, []),
        ({"opened": 1}, [1]),
        ({"not_opened": True}, [3, 4]),
        ({"not_clicked": True}, [2, 3, 4]),
        ({"not_opened": True, "not_clicked": True}, [3, 4]),
        ({"link": "https://example.org/*"}, [1]),
        ({"link": "*/b"}, []),
        ({"places": ("FR",)}, []),
        ({"quiet_days": 59}, [1, 2, 3, 4]),
        ({"quiet_days": 60}, [2, 3, 4]),
        ({"days": 59}, []),
        ({"days": 61}, [1, 2, 3, 4]),
        ({"campaigns": ("spring",)}, [1, 2, 3, 4]),
        ({"campaigns": ("summer",), "not_clicked": True}, []),
    ],
)
def test_all_that_is_asked_holds_of_whoever_is_in_it(conditions: dict[str, Any], expected: list[int]) -> None:
    assert found(Rule(**conditions), HITS) == expected


def test_of_whom_nothing_may_be_known_nothing_is_said() -> None:
    sendings = [
        sent(1, Mode.SHARED),
        sent(2, withdrawn=True),
        sent(3, outcome=Outcome.FAILED),
        replace(sent(4), recipient=""),
        sent(5),
    ]
    assert found(Rule(not_clicked=True), (), sendings) == [5]


def test_without_a_beacon_of_ones_own_it_is_not_known_that_nothing_was_opened() -> None:
    assert found(Rule(not_opened=True), (), [replace(sent(1), opens=Mode.SHARED), sent(2)]) == [2]
    assert found(Rule(not_clicked=True), (), [replace(sent(1), links=Mode.SHARED), sent(2)]) == [2]


def test_who_clicked_had_the_message_open() -> None:
    assert found(Rule(not_opened=True), [click_hit(1)], [sent(1), sent(2)]) == [2]


def test_a_visit_counts_though_its_message_is_older_than_the_days_asked_for() -> None:
    late = replace(click_hit(1), at_ms=int((LATER - timedelta(days=1)).timestamp() * 1000))
    assert found(Rule(clicked=1, days=7), [late]) == [1]


def test_messages_of_several_campaigns_add_up() -> None:
    summer = CampaignFacts(Campaign(99), "summer", (replace(sent(1), sending=sent(1).sending),), facts().links)
    again = replace(click_hit(1), campaign=Campaign(99))
    (member,) = find_members(Rule(clicked=2), [facts(sent(1)), summer], [click_hit(1), again], LATER)
    assert (member.messages, member.clicked, member.address) == (2, 2, "person1@example.org")
    assert find_members(Rule(clicked=2, campaigns=("summer",)), [facts(sent(1)), summer], [again], LATER) == ()


def test_the_whole_interval_lies_where_it_is_asked_for() -> None:
    scores = {"person1@example.org": (30.0, 60.0), "person2@example.org": (5.0, 20.0)}
    assert found(Rule(above=20), (), scores=scores) == [1]
    assert found(Rule(above=40), (), scores=scores) == []
    assert found(Rule(below=25), (), scores=scores) == [2]  # of the others nothing is known


def test_a_member_is_a_row_with_its_last_visit() -> None:
    (member,) = find_members(Rule(opened=1), [facts(sent(1))], HITS[:2], LATER)
    row = dict(zip(MEMBERS, as_row(member), strict=True))
    assert row == {
        "address": "person1@example.org",
        "recipient": 1,
        "messages": 1,
        "opened": 1,
        "clicked": 1,
        "last": NOON + timedelta(minutes=1),
    }


@pytest.mark.parametrize(
    "conditions",
    [
        {},
        {"days": -1},
        {"quiet_days": 40_000},
        {"clicked": -1},
        {"link": "x" * 501},
        {"campaigns": ("x",) * 101},
        {"not_clicked": True, "clicked": 1},
        {"not_clicked": True, "link": "*"},
        {"not_opened": True, "opened": 1},
    ],
)
def test_a_rule_that_cannot_be_meant_is_none(conditions: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        Rule(**conditions)


def test_a_rule_is_written_and_read() -> None:
    rule = Rule(campaigns=("spring",), days=90, clicked=2, link="*/shoes*", above=12.5)
    assert write_rule(rule) == {
        "campaigns": ("spring",),
        "days": 90,
        "clicked": 2,
        "link": "*/shoes*",
        "above": 12.5,
    }
    assert read_rule({**write_rule(rule), "campaigns": ["spring"]}) == rule
    with pytest.raises(Malformed, match="knows no such"):
        read_rule({"clicked": 1, "birthday": "today"})


def test_a_rule_is_said_in_a_sentence() -> None:
    rule = Rule(campaigns=("spring",), days=90, clicked=2, link="*/shoes*", above=12.5)
    assert say_rule(rule) == (
        "clicked in at least 2 messages, a link to */shoes*, surely more than 12.5 clicks per 100, in spring, "
        "within 90 days"
    )
    everything = Rule(opened=1, quiet_days=9, places=("DE", "AT"), below=3, clicked=1)
    assert "from DE or AT, not seen for 9 days, surely fewer than 3 clicks" in say_rule(everything)


def test_a_pattern_of_many_stars_costs_no_time() -> None:
    hit = click_hit(1)
    links = {hit.link: "https://example.org/" + "a" * 2000}
    long = replace(facts(sent(1)), links=links)
    assert find_members(Rule(link="*a" * 200 + "b"), [long], [hit], LATER) == ()
