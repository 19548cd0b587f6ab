"""Law 5 at the relay: nothing points at one recipient without a standing grant; withdrawn, no hit is kept."""

from __future__ import annotations

import asyncio
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from overt.errors import Refused
from overt.measure import Mode, Purpose, Token, Withdrawal, destination_bytes, parse_mode, recipient_of, verify
from overt.measure.locator import read_destination
from overt.message import parse, read_text
from overt.serve.permission import Withdrawals
from overt.testing import make_html, make_mail
from tests.serve.post import BASE, ROBIN, Post, open_post

PEOPLE = ("robin@example.org", "kim@example.org", "ana@example.org")
WORDS = ("off", "shared", "pooled", "hygiene", "individual", "everything", "")
DESTINATION = "https://shop.example.org/spring"
HTML = make_html(links=[(DESTINATION, "Seeds")], unsubscribe="")


@contextmanager
def fresh_post() -> Iterator[Post]:
    folder = Path(tempfile.mkdtemp(prefix="overt-law-"))
    post = open_post(folder)
    try:
        yield post
    finally:
        post.engine.dispose()
        shutil.rmtree(folder)


def tokens(post: Post, raw: bytes) -> tuple[list[Token], list[Token]]:
    """The beacons and links of a copy, as the collector would verify them."""
    message = parse(raw)
    html = "".join(read_text(message, part).text for part in message.parts() if part.content_type == "text/html")
    beacons = [verify(post.keyring, text) for text in re.findall(rf"{BASE}/b/([\w-]+)\.gif", html)]
    links = []
    for text, query in re.findall(rf'{BASE}/c/([\w-]+)\?([^"]*)', html):
        found = [verify(post.keyring, text, candidate) for candidate in read_destination(query.encode())]
        links.append(next((token for token in found if token is not None), None))
    assert None not in beacons
    assert None not in links
    return [token for token in beacons if token], [token for token in links if token]


_ACT = st.sampled_from(["grant", "withdraw", "withdraw all"])
_HISTORY = st.lists(
    st.tuples(_ACT, st.sampled_from(PEOPLE), st.sampled_from([Purpose.OPENS, Purpose.LINKS])), max_size=8
)
_MODE = st.sampled_from([Mode.OFF, Mode.SHARED, Mode.INDIVIDUAL])
_FIELD = st.none() | st.sampled_from(WORDS)


def live(post: Post, history: list[tuple[str, str, Purpose]]) -> None:
    for act, person, purpose in history:
        if act == "grant":
            post.ledger.grant(person, purpose, way="form", reference="form-2026-11-01")
        else:
            post.ledger.withdraw(person, purpose if act == "withdraw" else None)


def stood(history: list[tuple[str, str, Purpose]], person: str, purpose: Purpose) -> str:
    """What the last act said, told without the ledger."""
    said = "unknown"
    for act, whose, what in history:
        if whose == person and (what == purpose or act == "withdraw all"):
            said = act.partition(" ")[0]
    return said


def limit(field: str | None) -> Mode:
    return Mode.INDIVIDUAL if field is None else parse_mode(field) if field in WORDS[:5] else Mode.OFF


@settings(max_examples=40, deadline=None)
@given(history=_HISTORY, opens=_MODE, links=_MODE, opens_field=_FIELD, links_field=_FIELD)
def test_no_copy_tells_more_than_account_message_and_recipient_allow(
    history: list[tuple[str, str, Purpose]], opens: Mode, links: Mode, opens_field: str | None, links_field: str | None
) -> None:
    named = {"X-Overt-Opens": opens_field, "X-Overt-Links": links_field}
    raw = make_mail(HTML, None, fields={name: word for name, word in named.items() if word is not None})
    with fresh_post() as post:
        live(post, history)
        copies = post.send(*PEOPLE, raw=raw, opens=opens, links=links)
        for person in PEOPLE:
            beacons, followed = tokens(post, copies[person])
            for found, purpose, account, field in (
                (beacons, Purpose.OPENS, opens, opens_field),
                (followed, Purpose.LINKS, links, links_field),
            ):
                said = stood(history, person, purpose)
                allowed = {"unknown": Mode.SHARED, "grant": Mode.INDIVIDUAL, "withdraw": Mode.OFF}[said]
                for token in found:
                    assert token.mode <= min(account, limit(field), allowed)
                    assert (token.sending is None) or said == "grant"
                    assert token.sending is None or recipient_of(token.sending) == post.ledger.recipient(person)


@settings(max_examples=30, deadline=None)
@given(history=_HISTORY)
def test_whoever_withdrew_is_known_before_the_next_hit(history: list[tuple[str, str, Purpose]]) -> None:
    with fresh_post() as post:
        for person in PEOPLE:
            post.grant(person)
        sent = {person: tokens(post, raw)[0][0].sending for person, raw in post.send(*PEOPLE).items()}
        live(post, history)
        withdrawn = post.ledger.withdrawn_recipients()
        for person, sending in sent.items():
            assert sending is not None
            said = {stood(history, person, purpose) for purpose in (Purpose.OPENS, Purpose.LINKS)}
            assert (recipient_of(sending) in withdrawn) == ("withdraw" in said)


def test_unknown_permission_gives_shared() -> None:
    with fresh_post() as post:
        beacons, links = tokens(post, post.send(ROBIN, raw=make_mail(HTML, None))[ROBIN])
    assert {token.mode for token in (*beacons, *links)} == {Mode.SHARED}
    assert (len(beacons), len(links)) == (1, 1)


def test_individual_without_a_recorded_grant_is_reduced_and_the_reason_recorded() -> None:
    with fresh_post() as post:
        post.send(ROBIN, raw=make_mail(HTML, None, fields={"X-Overt-Opens": "individual"}))
        assert post.modes() == {ROBIN: (Mode.SHARED, Mode.SHARED)}
        with post.engine.connect() as connection:
            (because,) = connection.exec_driver_sql("SELECT because FROM sending").one()
    assert because == "opens: no grant is recorded; links: no grant is recorded"


def test_an_individual_sending_without_a_grant_is_refused_by_the_ledger() -> None:
    with fresh_post() as post:
        campaign, robin = post.ledger.campaign("spring"), post.ledger.recipient(ROBIN)
        with pytest.raises(Refused):
            post.ledger.new_sending(campaign, robin, opens=Mode.INDIVIDUAL)


def test_a_withdrawal_holds_at_once_for_mail_already_sent_and_its_links_still_lead_on() -> None:
    with fresh_post() as post:
        post.grant(ROBIN)
        copy = post.send(ROBIN, raw=make_mail(HTML, None))[ROBIN]
        (beacon,), (link,) = tokens(post, copy)
        assert beacon.sending is not None
        assert link.sending == beacon.sending
        assert recipient_of(beacon.sending) not in post.ledger.withdrawn_recipients()
        post.ledger.withdraw(ROBIN, way="letter")
        assert recipient_of(beacon.sending) in post.ledger.withdrawn_recipients()
        assert all(isinstance(entry, Withdrawal) for entry in post.ledger.consent_of(ROBIN)[-3:])
        assert tokens(post, copy)[1] == [link]  # the link's signature asks nobody
        assert destination_bytes(DESTINATION).decode() in copy.replace(b"=\r\n", b"").decode()


def test_the_collector_reads_the_ledgers_withdrawals() -> None:
    with fresh_post() as post:
        post.grant(ROBIN)
        (beacon, *_), _ = tokens(post, post.send(ROBIN)[ROBIN])
        assert beacon.sending is not None
        watched = Withdrawals(post.ledger.withdrawn_recipients)
        asyncio.run(watched.read_once())
        assert watched.may_keep(beacon.sending)
        post.ledger.withdraw(ROBIN)
        asyncio.run(watched.read_once())
        assert not watched.may_keep(beacon.sending)
