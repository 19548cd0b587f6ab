"""Groups that earlier mail made: who is fetched ahead for, who is not, and of whom nothing is known."""

from __future__ import annotations

from overt.measure.anchor import Ahead, Groups, Observable
from overt.measure.group import History, Split, first_fetched, split
from overt.measure.hit import Seen
from overt.measure.token import Kind, RecipientNumber
from tests.measure.made import APPLE, GMAIL, GMAIL_PREFETCH, THUNDERBIRD, sending

NOW = 1_000
APPLE_PEOPLE, OTHERS, NEW = range(1, 26), range(101, 131), range(201, 204)
HISTORY = History(
    reached={RecipientNumber(person): 10 for person in (*APPLE_PEOPLE, *OTHERS)} | {RecipientNumber(201): NOW},
    fetched={RecipientNumber(person): 20 for person in APPLE_PEOPLE} | {RecipientNumber(101): NOW + 1},
)
EVERYBODY = [sending(person) for person in (*APPLE_PEOPLE, *OTHERS, *NEW)]


def test_earlier_mail_decides_and_this_campaigns_own_hits_do_not() -> None:
    opened = [sending(person) for person in (1, 101, 102, 103, 201)]
    clicked = [sending(person) for person in (1, 2, 103, 104)]
    assert split(EVERYBODY, opened, clicked, HISTORY, NOW) == Split(
        ahead=25, observable=30, outside=3, groups=Groups(Ahead(25, 2), Observable(30, 4, 2))
    )


def test_too_few_are_not_compared() -> None:
    few = [sending(person) for person in (*range(1, 20), *OTHERS)]
    assert split(few, few, few, HISTORY, NOW) == Split(19, 30, 0, None)


def test_nobody_who_opened_gives_nothing_to_compare_with() -> None:
    assert split(EVERYBODY, [], [], HISTORY, NOW).groups is None


def test_without_a_history_everybody_is_outside() -> None:
    assert split(EVERYBODY, EVERYBODY, [], History(), NOW) == Split(0, 0, len(EVERYBODY), None)


def test_only_apples_prefetch_tells_who_is_fetched_ahead_for() -> None:
    rows = [
        (RecipientNumber(number), Seen(Kind.BEACON, "GET", "", agent), at)
        for number, agent, at in [
            (1, APPLE, 50),
            (1, APPLE, 40),
            (2, GMAIL, 1),
            (3, GMAIL_PREFETCH, 1),
            (4, THUNDERBIRD, 1),
        ]
    ]
    assert first_fetched(rows) == {1: 40}
