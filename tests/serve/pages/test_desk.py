"""The desk: what is recorded about one recipient, and what that recipient changes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes
from email.policy import default
from functools import partial
from pathlib import Path

import pytest

from overt.measure import Grant, Hit, Kind, Language, Link, Mode, Purpose, Variant, Withdrawal, mint_visit
from overt.store import as_record
from overt.testing import make_mail
from tests.serve.pages.office import SENDER, Office, open_office
from tests.serve.post import KIM, ROBIN


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with open_office(tmp_path) as opened:
        yield opened


def visit(office: Office, address: str) -> str:
    post = office.post
    return mint_visit(post.keyring, post.ledger.recipient(address), post.clock.now())


def test_it_shows_what_is_recorded_and_nothing_of_others(office: Office) -> None:
    post = office.post
    post.grant(ROBIN)
    post.grant(KIM)
    post.send(ROBIN, KIM, raw=make_mail(fields={"X-Overt-Campaign": "spring"}))
    campaign = post.ledger.campaign("spring")
    for sent in post.ledger.sendings(campaign):
        office.hits.append(
            Hit(1_790_000_000_000, Kind.BEACON, "GET", campaign, Variant(0), Link(0), sent.sending, "192.0.2.0/24")
        )
    known = office.desk.look(visit(office, ROBIN))
    assert known is not None
    assert known.address == ROBIN
    assert [(sent.campaign, sent.opens) for sent in known.messages] == [("spring", Mode.INDIVIDUAL)]
    assert [hit.sending for hit in known.hits] == [known.messages[0].sending]
    told = json.dumps(as_record(known))
    assert KIM not in told
    assert "192.0.2.0/24" in told
    assert as_record(known)["allowed"] == {"opens": True, "links": True, "hygiene": False}


def test_a_choice_is_recorded_with_the_wording_it_was_made_by(office: Office) -> None:
    office.desk.choose(visit(office, ROBIN), {Purpose.OPENS: True}, language=Language.GERMAN)
    (entry,) = office.post.ledger.consent_of(ROBIN)
    assert isinstance(entry, Grant)
    assert (entry.purpose, entry.way, entry.language, entry.actor) == (Purpose.OPENS, "own page", "de", "recipient")
    assert entry.wording.startswith("page-")
    office.desk.choose(visit(office, ROBIN), {}, language=Language.ENGLISH)
    assert isinstance(office.post.ledger.consent_of(ROBIN)[-1], Withdrawal)


def test_what_stands_already_is_not_entered_again(office: Office) -> None:
    office.post.grant(ROBIN, Purpose.OPENS)
    office.desk.choose(visit(office, ROBIN), {Purpose.OPENS: True}, language=Language.ENGLISH)
    office.desk.choose(visit(office, KIM), {}, language=Language.ENGLISH)
    assert len(office.post.ledger.consent_of(ROBIN)) == 1
    assert office.post.ledger.consent_of(KIM) == ()


def test_taking_permission_back_stops_the_keeping_of_hits(office: Office) -> None:
    office.post.grant(ROBIN)
    office.desk.choose(visit(office, ROBIN), {Purpose.LINKS: True}, language=Language.ENGLISH)
    assert office.post.ledger.recipient(ROBIN) in office.post.ledger.withdrawn_recipients()


def test_the_mail_can_be_read_by_any_program(office: Office) -> None:
    office.post.ledger.recipient("kim@bücher.example")
    office.desk.ask("KIM@xn--bcher-kva.example", Language.FRENCH)
    (queued,) = office.post.queue.all()
    assert (queued.envelope.recipient, queued.envelope.utf8) == ("kim@bücher.example", True)
    mail = message_from_bytes(office.mails()[0], policy=default)
    assert mail["Subject"] == "Votre page : ce que Garden Shop enregistre sur vous"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert max(map(len, office.mails()[0].split(b"\r\n"))) <= 78


def test_without_an_address_of_its_own_it_sends_nothing(tmp_path: Path) -> None:
    with open_office(tmp_path, replace(SENDER, address="")) as office:
        office.post.ledger.recipient(ROBIN)
        office.desk.ask(ROBIN, Language.ENGLISH)
        assert office.mails() == []


def test_a_ticket_of_nobody_shows_and_changes_nothing(office: Office) -> None:
    ticket = mint_visit(office.post.keyring, type(office.post.ledger.recipient(ROBIN))(5), office.post.clock.now())
    assert office.desk.look(ticket) is None
    assert not office.desk.choose(ticket, {Purpose.OPENS: True}, language=Language.ENGLISH)
    assert not office.desk.leave_by_page(ticket)
    assert office.leavers.all() == ()


def test_nobody_is_asked_who_said_no_left_granted_it_or_was_asked_today(office: Office) -> None:
    both = (Purpose.OPENS, Purpose.LINKS)
    ask = partial(office.desk.invite, purposes=both, language=Language.GERMAN)
    assert ask(ROBIN) == ""
    assert ask(ROBIN.upper()) == "was asked within the last day"
    office.post.clock.advance(seconds=86_401)
    assert ask(ROBIN) == ""
    office.post.grant(ROBIN)
    assert ask(ROBIN) == "granted already"
    office.post.ledger.withdraw(ROBIN, Purpose.LINKS)
    assert ask(ROBIN).startswith("said no")
    office.leavers.add(KIM, way="page")
    assert ask(KIM) == "left the mailings"
    assert len(office.mails()) == 2


def test_the_mail_that_asks_is_not_measured_and_says_so(office: Office) -> None:
    assert office.desk.invite(ROBIN, (Purpose.OPENS,), Language.ENGLISH) == ""
    (raw,) = office.mails()
    mail = message_from_bytes(raw, policy=default)
    assert mail.get_content_type() == "text/plain"
    assert "This mail is not measured." in mail.get_content()
    assert len(re.findall(r"https?://\S+", mail.get_content())) == 1
    assert mail["Overt-Notice"] is None
    assert (mail["From"], mail["To"]) == (SENDER.address, ROBIN)


def test_without_an_address_to_send_from_nobody_is_asked(tmp_path: Path) -> None:
    with open_office(tmp_path, replace(SENDER, address="")) as office:
        assert "no address to send from" in office.desk.invite(ROBIN, (Purpose.OPENS,), Language.ENGLISH)
        assert office.mails() == []
