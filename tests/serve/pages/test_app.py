"""The pages over HTTP: what changes something and what does not, and what a stranger can make of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from overt.errors import Unavailable
from overt.measure import Language, Purpose, mint_leave
from overt.store import Eraser
from overt.testing import make_mail
from tests.serve.pages.office import SENDER, YOU, Office, open_office
from tests.serve.post import KIM, ROBIN

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with open_office(tmp_path) as opened:
        yield opened


def ticket(office: Office, address: str = ROBIN) -> str:
    ledger = office.post.ledger
    return f"/u/{mint_leave(office.post.keyring, ledger.recipient(address), ledger.campaign('spring'))}"


def test_one_click_unsubscribes_without_a_redirect_a_cookie_or_a_question(office: Office) -> None:
    answer = office.browser.post(ticket(office), data=ONE_CLICK, follow_redirects=False)
    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers
    (left,) = office.leavers.all()
    assert (left.address, left.way) == (ROBIN, "one click")


def test_one_click_may_come_as_multipart(office: Office) -> None:
    assert office.browser.post(ticket(office), files={"List-Unsubscribe": (None, "One-Click")}).status_code == 200
    assert office.leavers.holds(ROBIN)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_looking_changes_nothing(office: Office, method: str) -> None:
    for extra in ({}, {"Sec-Purpose": "prefetch"}):
        assert office.browser.request(method, ticket(office), headers=extra).status_code == 200
    assert office.leavers.all() == ()


@pytest.mark.parametrize("body", [{}, {"List-Unsubscribe": "Two-Clicks"}, {"confirm": "no"}, {"x": "y"}])
def test_a_post_that_does_not_mean_it_is_asked(office: Office, body: dict[str, str]) -> None:
    answer = office.browser.post(ticket(office), data=body)
    assert answer.status_code == 200
    assert 'name="confirm"' in answer.text
    assert office.leavers.all() == ()


def test_the_button_of_the_page_unsubscribes(office: Office) -> None:
    path = ticket(office)
    shown = office.browser.get(path).text
    assert f'action="{path}"' in shown
    assert office.browser.post(path, data={"confirm": "yes"}).status_code == 200
    assert [left.way for left in office.leavers.all()] == ["page"]


def test_it_holds_for_mail_that_waits(office: Office) -> None:
    office.post.send(ROBIN, KIM, leave=True, pages_url=SENDER.base_url)
    office.browser.post(ticket(office), data=ONE_CLICK)
    assert set(office.post.copies()) == {KIM}


def test_strange_tickets_lead_nowhere(office: Office) -> None:
    true = ticket(office)
    for path in ("/u/x", "/u/" + "A" * 28, true[:-1], true + "A", "/u/" + "%00" * 28, true.replace("/u/", "/you/")):
        assert office.browser.get(path).status_code == 404
        assert office.browser.post(path, data=ONE_CLICK | {"do": "leave"}).status_code == 404
    assert office.leavers.all() == ()


def test_every_answer_is_kept_by_nobody_and_loads_nothing(office: Office) -> None:
    office.post.ledger.recipient(ROBIN)
    own = office.own_page(ROBIN)
    paths = ("/you", own, f"{own}/data.json", ticket(office), "/u/x", "/nothing", "/you/x/data.json")
    answers = [office.browser.get(path) for path in paths]
    answers.append(office.browser.request("DELETE", "/you"))
    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 404, 404, 404, 405]
    for answer in answers:
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["content-security-policy"].startswith("default-src 'none'; style-src 'sha256-")
        assert "set-cookie" not in answer.headers
        assert not re.search(r"<(script|img|link|iframe)|src=", answer.text)


def test_the_link_to_the_page_goes_to_the_address_alone(office: Office) -> None:
    office.post.grant(ROBIN)
    answer = office.browser.post("/you", data={"address": ROBIN})
    assert "/you/" not in answer.text
    (queued,) = office.post.queue.all()
    assert (queued.envelope.recipient, queued.envelope.list_mail) == (ROBIN, False)
    assert b"/b/" not in office.mails()[0]


def test_nobody_learns_whether_an_address_is_known(office: Office) -> None:
    office.post.grant(ROBIN)
    known, unknown, none = (
        office.browser.post("/you", data={"address": text}) for text in (ROBIN, "nobody@example.org", "<script>")
    )
    assert known.text == unknown.text == none.text
    assert known.headers == unknown.headers == none.headers
    assert len(office.mails()) == 1


def test_nobodys_mailbox_is_filled(office: Office) -> None:
    office.post.grant(ROBIN)
    for _ in range(5):
        office.browser.post("/you", data={"address": ROBIN})
    assert len(office.mails()) == 1
    office.post.clock.advance(timedelta(minutes=10))
    office.browser.post("/you", data={"address": ROBIN})
    assert len(office.mails()) == 2


def test_a_page_can_be_changed_for_an_hour(office: Office) -> None:
    office.post.grant(ROBIN)
    path = office.own_page(ROBIN)
    assert ROBIN in office.browser.get(path).text
    office.browser.post(path, data={"do": "choose", "links": "yes"})
    latest = office.post.ledger.consent_of(ROBIN)[-1]
    assert (latest.purpose, latest.way, latest.actor, latest.language) == (Purpose.OPENS, "own page", "recipient", "en")
    office.post.clock.advance(timedelta(minutes=62))
    for answer in (office.browser.get(path), office.browser.post(path, data={"do": "leave"})):
        assert answer.status_code == 404
        assert ROBIN not in answer.text
    assert not office.leavers.holds(ROBIN)


def test_pages_come_in_the_readers_language(office: Office) -> None:
    for accepted, lang in (("de-AT,de;q=0.9,en;q=0.5", "de"), ("fr", "fr"), ("nl", "en"), ("", "en")):
        answer = office.browser.get("/you", headers={"Accept-Language": accepted})
        assert f'<html lang="{lang}">' in answer.text
    assert '<html lang="fr">' in office.browser.get("/you?lang=fr", headers={"Accept-Language": "de"}).text
    assert '<html lang="en">' in office.browser.get("/you?lang=../x").text


def test_what_strangers_wrote_is_text(office: Office) -> None:
    address = '"<b>x</b>"@example.org'
    office.post.ledger.recipient(address)
    campaign = make_mail(fields={"X-Overt-Campaign": "<script>alert(1)</script>"})
    office.post.send(address, raw=campaign)
    shown = office.browser.get(office.own_page(address)).text
    assert "<script>" not in shown
    assert "&lt;script&gt;" in shown
    assert "<b>x</b>" not in shown


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/x-www-form-urlencoded", b"%zz&&&=&" * 100),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data\r\n\r\n--x--"),
        ("multipart/form-data", b"--"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n" * 30),
        ("application/json", b"[" * 5000),
        ("text/plain; charset=nonsense", b"\xff"),
        ("application/x-www-form-urlencoded", b"a" * 20_000),
    ],
)
def test_a_body_that_is_none_changes_nothing(office: Office, kind: str, body: bytes) -> None:
    for path in ("/you", ticket(office)):
        assert office.browser.post(path, content=body, headers={"Content-Type": kind}).status_code in (
            200,
            400,
            404,
            413,
        )
    assert office.leavers.all() == ()
    assert office.mails() == []


def test_a_database_that_does_not_answer_is_later_and_says_nothing(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unavailable(*_: object, **__: object) -> None:
        raise Unavailable("the database: disk I/O error of robin@example.org")

    monkeypatch.setattr(type(office.desk), "leave", unavailable)
    answer = office.browser.post(ticket(office), data=ONE_CLICK)
    assert answer.status_code == 503
    assert "robin" not in answer.text


def test_pages_below_a_path_stay_below_it(tmp_path: Path) -> None:
    with open_office(tmp_path, replace(SENDER, base_url="https://example.org/mail")) as office:
        shown = office.browser.get("/mail/you")
        assert shown.status_code == 200
        assert 'action="/mail/you"' in shown.text


def test_erasing_takes_a_tick_and_is_for_good(office: Office) -> None:
    office.post.grant(ROBIN)
    path = office.own_page(ROBIN)
    assert office.browser.post(path, data={"do": "erase"}).status_code == 404
    assert office.post.ledger.find_recipient(ROBIN) is not None
    answer = office.browser.post(path, data={"do": "erase", "sure": "yes"})
    assert "Everything about you is deleted" in answer.text
    assert office.post.ledger.find_recipient(ROBIN) is None
    assert office.leavers.holds(ROBIN)
    assert office.browser.get(path).status_code == 404
    office.browser.post("/you", data={"address": ROBIN})
    assert office.mails() == []


def asked_to_grant(office: Office, address: str = ROBIN, *purposes: Purpose) -> str:
    """Ask for permission by mail; the path of its link."""
    assert office.desk.invite(address, purposes or (Purpose.OPENS, Purpose.LINKS), Language.ENGLISH) == ""
    found = re.search(rf"{YOU}(/you/yes/[\w-]+)", office.mails()[-1].replace(b"=\r\n", b"").decode())
    assert found is not None
    return found[1]


def test_asking_by_mail_grants_nothing_and_the_button_does(office: Office) -> None:
    path = asked_to_grant(office)
    page = office.browser.get(path)
    assert page.status_code == 200
    assert "The sender may see whether I open messages" in page.text
    assert office.browser.head(path).status_code == 200
    assert office.post.ledger.consent_of(ROBIN) == ()
    assert "Thank you" in office.browser.post(path, data={"confirm": "yes"}).text
    entries = office.post.ledger.consent_of(ROBIN)
    assert [(entry.purpose, entry.way, entry.actor, entry.language) for entry in entries] == [
        (Purpose.OPENS, "double opt-in", "recipient", "en"),
        (Purpose.LINKS, "double opt-in", "recipient", "en"),
    ]
    assert all(entry.wording.startswith("mail-") for entry in entries)


def test_the_link_grants_what_was_asked_for_and_once(office: Office) -> None:
    path = asked_to_grant(office, ROBIN, Purpose.HYGIENE)
    for _ in range(2):
        office.browser.post(path, data={"confirm": "yes"})
    assert [entry.purpose for entry in office.post.ledger.consent_of(ROBIN)] == [Purpose.HYGIENE]


@pytest.mark.parametrize("body", [{}, {"confirm": "no"}, {"List-Unsubscribe": "One-Click"}])
def test_a_post_that_is_not_the_buttons_grants_nothing(office: Office, body: dict[str, str]) -> None:
    assert office.browser.post(asked_to_grant(office), data=body).status_code == 404
    assert office.post.ledger.consent_of(ROBIN) == ()


def test_a_link_that_is_too_old_or_for_something_else_grants_nothing(office: Office) -> None:
    path = asked_to_grant(office)
    own = office.own_page(ROBIN)
    assert office.browser.get(own.replace("/you/", "/you/yes/")).status_code == 404
    office.post.clock.advance(seconds=14 * 86_400 + 61)
    assert office.browser.get(path).status_code == 404
    assert office.browser.post(path, data={"confirm": "yes"}).status_code == 404
    assert office.post.ledger.consent_of(ROBIN) == ()


def test_the_link_is_dead_when_its_recipient_was_erased(office: Office, tmp_path: Path) -> None:
    path = asked_to_grant(office)
    Eraser(office.post.engine, office.post.keyring, office.post.clock).erase(ROBIN)
    assert office.browser.post(path, data={"confirm": "yes"}).status_code == 404
