"""What one copy may tell: the strictest wins, and what was not given has a reason."""

from __future__ import annotations

import pytest

from overt.measure import Mode, Purpose
from overt.serve.allow import Account, Allowed, decide
from overt.serve.wish import Wish
from tests.serve.post import BASE, ROBIN, Post

ALL = Account(BASE)


def test_an_unknown_recipient_is_measured_in_pools_at_most_and_it_says_why(post: Post) -> None:
    assert decide(post.ledger, ALL, Wish(), ROBIN) == Allowed(
        Mode.POOLED, Mode.SHARED, "", "opens: no grant is recorded; links: no grant is recorded"
    )


def test_a_grant_for_opens_says_nothing_of_links(post: Post) -> None:
    post.grant(ROBIN, Purpose.OPENS, reference="form-7")
    assert decide(post.ledger, ALL, Wish(), ROBIN) == Allowed(
        Mode.INDIVIDUAL, Mode.SHARED, "form-7", "links: no grant is recorded"
    )


def test_both_grants_are_named(post: Post) -> None:
    post.grant(ROBIN, Purpose.OPENS, reference="form-1")
    post.grant(ROBIN, Purpose.LINKS, reference="letter-2")
    assert decide(post.ledger, ALL, Wish(), ROBIN).grant == "form-1; letter-2"


def test_who_withdrew_is_not_measured_at_all(post: Post) -> None:
    post.grant(ROBIN)
    post.ledger.withdraw(ROBIN, Purpose.LINKS)
    assert decide(post.ledger, ALL, Wish(), ROBIN) == Allowed(
        Mode.INDIVIDUAL, Mode.OFF, "form-1", "links: permission was withdrawn"
    )


@pytest.mark.parametrize(
    ("account", "wish", "opens"),
    [
        (Account(BASE, opens=Mode.SHARED), Wish(), Mode.SHARED),
        (Account(BASE, opens=Mode.OFF), Wish(), Mode.OFF),
        (ALL, Wish(opens=Mode.SHARED), Mode.SHARED),
        (Account(BASE, opens=Mode.SHARED), Wish(opens=Mode.OFF), Mode.OFF),
        (Account(BASE, opens=Mode.OFF), Wish(opens=Mode.INDIVIDUAL), Mode.OFF),
    ],
)
def test_the_strictest_of_account_and_message_wins_over_a_grant(
    post: Post, account: Account, wish: Wish, opens: Mode
) -> None:
    post.grant(ROBIN, Purpose.OPENS)
    allowed = decide(post.ledger, account, wish, ROBIN)
    assert allowed.opens is opens
    assert "opens" not in allowed.because
    assert allowed.grant == ""


def test_a_grant_of_one_date_is_one_for_no_more(post: Post) -> None:
    post.grant(ROBIN, Purpose.HYGIENE, reference="form-3")
    allowed = decide(post.ledger, ALL, Wish(), ROBIN)
    assert allowed == Allowed(
        Mode.HYGIENE, Mode.SHARED, "form-3", "opens: no grant is recorded; links: no grant is recorded"
    )


def test_a_message_that_wants_one_date_gets_no_more_of_whoever_granted_all(post: Post) -> None:
    post.grant(ROBIN)
    allowed = decide(post.ledger, ALL, Wish(opens=Mode.HYGIENE, links=Mode.OFF), ROBIN)
    assert allowed == Allowed(Mode.HYGIENE, Mode.OFF, "form-1", "")
