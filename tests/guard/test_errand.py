"""Which URLs do something: a table written by hand, in the languages that the words are of."""

from __future__ import annotations

import pytest

from overt.guard.errand import ACTIONS, WORDS, find_errand


@pytest.mark.parametrize(
    ("path", "errand"),
    [
        ("/unsubscribe", "unsubscribe"),
        ("/list/opt-out/abc", "unsubscribe"),
        ("/newsletter/abmelden", "unsubscribe"),
        ("/desabonnement", "unsubscribe"),
        ("/users/sign_in", "log in"),
        ("/auth/callback", "log in"),
        ("/Account/ResetPassword", "account"),
        ("/password/reset/0123", "reset"),
        ("/email-verification/0123", "confirm"),
        ("/verify-email", "confirm"),
        ("/confirmation;jsessionid=1", "confirm"),
        ("/invite/xyz", "invite"),
        ("/tickets/77", "ticket"),
        ("/author/jane-doe", None),
        ("/news/how-to-reset-your-password-in-five-steps", None),
        ("/", None),
        ("/products/boots", None),
    ],
)
def test_paths_say_what_they_do(path: str, errand: str | None) -> None:
    assert find_errand(path, frozenset()) == errand


def test_a_parameter_alone_may_tell() -> None:
    assert find_errand("/page.html", frozenset({"mkt_unsubscribe", "x"})) == "account"
    assert find_errand("/page.html", frozenset({"id"})) is None


def test_every_word_names_an_action() -> None:
    assert set(WORDS.values()) <= ACTIONS.keys()
