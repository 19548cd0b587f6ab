"""Tickets of one recipient: what opens what, for how long, and what stands in the message."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overt.measure import (
    Campaign,
    Keyring,
    Kind,
    Mode,
    Purpose,
    RecipientNumber,
    Token,
    Variant,
    is_list_mail,
    leave_url,
    mint,
    mint_confirm,
    mint_leave,
    mint_visit,
    new_keyring,
    say_how_to_leave,
    verify,
    verify_confirm,
    verify_leave,
    verify_visit,
    visit_url,
)  # fmt: skip
from overt.message import apply_edits, parse
from overt.testing import make_mail

KEYRING = new_keyring(lambda size: bytes(range(size)))
ROBIN = RecipientNumber(0xFFFFFFFF)
SPRING = Campaign(7)
NOW = datetime(2026, 11, 27, 12, 0, 30, tzinfo=UTC)


def test_a_ticket_says_whom_it_was_made_for() -> None:
    found = verify_leave(KEYRING, mint_leave(KEYRING, ROBIN, SPRING))
    assert found is not None
    assert (found.recipient, found.campaign) == (ROBIN, SPRING)
    assert verify_visit(KEYRING, mint_visit(KEYRING, ROBIN, NOW), NOW) == ROBIN


def test_old_keys_still_open_and_strange_ones_do_not() -> None:
    ticket = mint_leave(KEYRING, ROBIN, SPRING)
    assert verify_leave(KEYRING.rotate(lambda size: b"r" * size), ticket) is not None
    assert verify_leave(new_keyring(lambda size: b"s" * size), ticket) is None
    assert verify_leave(Keyring({3: new_keyring(lambda size: b"s" * size).signer}, 3), ticket) is None


def test_no_ticket_opens_what_another_does() -> None:
    leave, visit = mint_leave(KEYRING, ROBIN, SPRING), mint_visit(KEYRING, ROBIN, NOW)
    assert verify_visit(KEYRING, leave, NOW) is None
    assert verify_leave(KEYRING, visit) is None
    beacon = mint(KEYRING, Token(Kind.BEACON, Mode.SHARED, SPRING, Variant(0)))
    assert verify_leave(KEYRING, beacon) is None
    assert verify(KEYRING, leave) is None


@pytest.mark.parametrize(("minutes", "good"), [(0, True), (59, True), (60, True), (61, False), (60 * 24, False)])
def test_a_page_is_open_for_an_hour(minutes: int, good: bool) -> None:
    ticket = mint_visit(KEYRING, ROBIN, NOW)
    assert (verify_visit(KEYRING, ticket, NOW + timedelta(minutes=minutes)) == ROBIN) is good
    assert verify_visit(KEYRING, ticket, NOW - timedelta(minutes=1)) is None


@given(st.text(max_size=60))
def test_any_other_text_opens_nothing(text: str) -> None:
    assert verify_leave(KEYRING, text) is None
    assert verify_visit(KEYRING, text, NOW) is None


@given(st.integers(0, 27), st.sampled_from("ABCxyz019-_"))
def test_one_letter_changed_opens_nothing(at: int, letter: str) -> None:
    ticket = mint_leave(KEYRING, ROBIN, SPRING)
    changed = ticket[:at] + letter + ticket[at + 1 :]
    assert changed == ticket or verify_leave(KEYRING, changed) is None


def test_the_fields_are_those_of_rfc_8058() -> None:
    url = leave_url("https://t.example.org", mint_leave(KEYRING, ROBIN, SPRING))
    message = parse(make_mail())
    raw = apply_edits(message.raw, say_how_to_leave(message, url))
    assert raw == b"List-Unsubscribe: <%b>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" % (
        url.encode()
    ) + (message.raw)
    assert is_list_mail(parse(raw))
    assert len(url) < 998 - len("List-Unsubscribe: <>")


def test_a_message_that_says_itself_how_to_leave_is_left_so() -> None:
    message = parse(make_mail(fields={"List-Unsubscribe": "<mailto:leave@example.org>"}))
    assert say_how_to_leave(message, "https://t.example.org/u/x") == ()


def test_an_mbox_line_stays_on_top() -> None:
    raw = b"From joe Fri Nov 27 12:00:00 2026\nSubject: x\n\nHi\n"
    made = apply_edits(raw, say_how_to_leave(parse(raw), "https://t.example.org/u/x"))
    assert made.startswith(b"From joe Fri Nov 27 12:00:00 2026\nList-Unsubscribe: <https://t.example.org/u/x>\n")


def test_mail_to_one_person_is_no_list_mail() -> None:
    assert not is_list_mail(parse(make_mail()))
    assert is_list_mail(parse(make_mail(fields={"List-Id": "<news.shop.example.org>"})))


def test_the_page_has_an_address_of_its_own() -> None:
    assert visit_url("https://t.example.org", "x") == "https://t.example.org/you/x"


@given(st.sets(st.sampled_from(Purpose)), st.integers(0, (1 << 32) - 1), st.integers(0, 14 * 24 * 60))
def test_a_confirmation_grants_what_was_asked_for_two_weeks(purposes: set[Purpose], number: int, minutes: int) -> None:
    recipient = RecipientNumber(number)
    ticket = mint_confirm(KEYRING, recipient, purposes, NOW)
    found = verify_confirm(KEYRING, ticket, NOW + timedelta(minutes=minutes))
    assert found is not None
    assert (found.recipient, set(found.purposes)) == (recipient, purposes)
    assert verify_confirm(KEYRING, ticket, NOW + timedelta(days=14, minutes=2)) is None
    assert verify_visit(KEYRING, ticket, NOW) is None
    assert verify_leave(KEYRING, ticket) is None
