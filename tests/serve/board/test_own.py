"""Logging in and out, passwords, sessions and keys, as somebody at a browser does it."""

from __future__ import annotations

import re

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from overt.serve.login import MOST_FAILURES
from overt.store import Scope
from tests.serve.board.hall import BASE, PASSWORD, Hall, form_word


def test_who_logs_in_sees_campaigns_and_who_logs_out_nothing(hall: Hall) -> None:
    browser = hall.stranger
    assert "Log in" in browser.get("/").text
    assert browser.post("/login", data={"name": "ann", "password": "wrong"}).status_code == 403
    page = browser.post("/login", data={"name": "ann", "password": PASSWORD})
    assert "<h1>Campaigns</h1>" in page.text
    assert browser.get("/login", follow_redirects=False).status_code == 303
    browser.post("/logout", data={"word": form_word(page.text)})
    assert "Log in" in browser.get("/").text
    assert hall.accounts.sessions("ann") == ()


def test_a_login_from_another_site_is_refused(hall: Hall) -> None:
    form = {"name": "ann", "password": PASSWORD}
    assert hall.stranger.post("/login", data=form, headers={"Origin": "https://evil.example"}).status_code == 403
    assert hall.stranger.post("/login", data=form, headers={"Origin": BASE}).status_code == 200


def test_who_guesses_is_told_to_wait_by_the_address_that_our_proxy_names(hall: Hall) -> None:
    browser = hall.stranger
    for _ in range(MOST_FAILURES):
        browser.post("/login", data={"name": "ann", "password": "guess"})
    answer = browser.post("/login", data={"name": "ann", "password": PASSWORD})
    assert answer.status_code == 429
    assert "ten minutes" in answer.text


def test_no_account_yet_says_how_to_make_one(hall: Hall) -> None:
    for name in ("ann", "ben"):
        hall.accounts.remove(name)
    assert "overt account add" in hall.stranger.get("/login").text


def test_a_password_is_changed_by_who_knows_the_old_one(hall: Hall, owner: TestClient[Litestar]) -> None:
    word = form_word(owner.get("/account").text)
    with hall.browser("ann") as other:
        wrong = {"word": word, "old": "wrong", "new": "battery staple"}
        assert owner.post("/account/password", data=wrong).status_code == 403
        short = {"word": word, "old": PASSWORD, "new": "short"}
        assert owner.post("/account/password", data=short).status_code == 400
        page = owner.post("/account/password", data={"word": word, "old": PASSWORD, "new": "battery staple"})
        assert "Changed." in page.text
        assert "Log in" in other.get("/").text
    assert owner.get("/account").status_code == 200
    assert hall.stranger.post("/login", data={"name": "ann", "password": PASSWORD}).status_code == 403
    assert hall.stranger.post("/login", data={"name": "ann", "password": "battery staple"}).status_code == 200


def test_another_browser_can_be_logged_out(hall: Hall, owner: TestClient[Litestar]) -> None:
    with hall.browser("ann") as other:
        page = owner.get("/account").text
        (number,) = re.findall(r'name="id" value="(\w+)"', page)
        assert "Logged out there" in owner.post("/account/session", data={"word": form_word(page), "id": number}).text
        assert "Log in" in other.get("/").text
    with hall.browser("ben") as analyst:
        (mine,) = hall.accounts.sessions("ann")
        form = {"word": form_word(analyst.get("/account").text), "id": mine.id}
        assert "over already" in analyst.post("/account/session", data=form).text
    assert owner.get("/account").status_code == 200


def test_an_owner_makes_and_revokes_keys(hall: Hall, owner: TestClient[Litestar]) -> None:
    word = form_word(owner.get("/account").text)
    page = owner.post("/account/key", data={"word": word, "name": "crm", "reports": "yes", "people": "yes"}).text
    found = re.search(r'id="secret">(overt_[\w-]+)<', page)
    assert found is not None
    key = hall.accounts.find_key(found[1])
    assert key is not None
    assert key.scopes == {Scope.REPORTS, Scope.PEOPLE}
    assert found[1] not in owner.get("/account").text
    assert owner.post("/account/key", data={"word": word, "name": "crm"}).status_code == 400
    assert "Revoked." in owner.post("/account/key/revoke", data={"word": word, "id": str(key.id)}).text
    assert hall.accounts.find_key(found[1]) is None


@pytest.mark.parametrize("path", ["/account/key", "/account/key/revoke"])
def test_an_analyst_makes_no_keys(hall: Hall, analyst: TestClient[Litestar], path: str) -> None:
    form = {"word": form_word(analyst.get("/account").text), "name": "crm", "people": "yes", "id": "1"}
    assert analyst.post(path, data=form).status_code == 403
    assert hall.accounts.api_keys() == ()
