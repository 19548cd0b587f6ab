"""Who is let in: cookies, forms from elsewhere, and passwords that are no longer right."""

from __future__ import annotations

import asyncio

import pytest

from overt.serve.board.entry import Door
from overt.serve.login import MOST_FAILURES, Outcome
from tests.serve.board.hall import BASE, PASSWORD, Hall


def log_in(door: Door, name: str, password: str, peer: str = "192.0.2.1") -> tuple[Outcome, str]:
    return asyncio.run(door.log_in(name, password, peer))


@pytest.fixture
def door(hall: Hall) -> Door:
    return Door(hall.accounts, BASE)


def test_a_right_password_opens_a_session(door: Door) -> None:
    outcome, secret = log_in(door, "ann", PASSWORD)
    visitor = door.look(secret)
    assert outcome is Outcome.RIGHT
    assert visitor is not None
    assert (visitor.name, visitor.sees_people) == ("ann", True)
    assert door.look("") is None
    assert door.look(secret + "x") is None


@pytest.mark.parametrize(("name", "password"), [("ann", "x"), ("nobody", PASSWORD), ("", ""), ("ann", "\ud800")])
def test_a_wrong_one_does_not(door: Door, name: str, password: str) -> None:
    assert log_in(door, name, password) == (Outcome.WRONG, "")


def test_who_guesses_has_to_wait(door: Door) -> None:
    for _ in range(MOST_FAILURES):
        log_in(door, "ann", "guess")
    assert log_in(door, "ann", PASSWORD)[0] is Outcome.BUSY
    assert log_in(door, "ann", PASSWORD, "198.51.100.1")[0] is Outcome.RIGHT


def test_a_password_that_was_right_once_is_wrong_after_a_change(hall: Hall, door: Door) -> None:
    assert log_in(door, "ann", PASSWORD)[0] is Outcome.RIGHT
    hall.accounts.change("ann", "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaA")
    assert log_in(door, "ann", PASSWORD)[0] is Outcome.WRONG
    hall.accounts.remove("ann")
    assert log_in(door, "ann", PASSWORD)[0] is Outcome.WRONG


def test_a_form_is_ours_by_its_word_and_by_where_it_came_from(door: Door) -> None:
    visitors = [door.look(log_in(door, name, PASSWORD)[1]) for name in ("ann", "ben")]
    ann, ben = visitors
    assert ann is not None
    assert ben is not None
    form = {"word": ann.form_word}
    assert door.is_ours(ann, form, None)
    assert door.is_ours(ann, form, BASE)
    for other in ("null", "https://evil.example", BASE + ".evil.example", BASE.replace("https", "http"), "é"):
        assert not door.is_ours(ann, form, other)
    assert not door.is_ours(ben, form, BASE)
    assert not door.is_ours(ann, {}, BASE)


def test_the_cookie_is_for_no_script_and_no_other_site(hall: Hall) -> None:
    assert Door(hall.accounts, BASE).cookie("x") == "overt_session=x; Path=/; HttpOnly; SameSite=Strict; Secure"
    assert "Secure" not in Door(hall.accounts, "http://127.0.0.1:8082").cookie("x")
    assert "Max-Age=0" in Door(hall.accounts, BASE).cookie("")
