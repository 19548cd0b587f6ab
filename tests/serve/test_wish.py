"""The fields by which a message speaks to the relay."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overt.measure import Mode
from overt.message import apply_edits, parse
from overt.serve.wish import UNNAMED, Wish, read_wish, remove_fields

REST = b"From: a@example.org\r\nSubject: x\r\n\r\nX-Overt-Opens: off stays in the body\r\n"


def wish(*lines: str) -> Wish:
    return read_wish(parse("".join(f"{line}\r\n" for line in lines).encode() + REST))


def test_a_message_that_says_nothing_limits_nothing() -> None:
    assert wish() == Wish(UNNAMED, opens=Mode.INDIVIDUAL, links=Mode.INDIVIDUAL)


def test_each_field_is_read() -> None:
    told = wish("X-Overt-Campaign: spring 2026", "x-overt-opens: SHARED", "X-Overt-Links: off", "X-Overt-Variant: 7")
    assert (told.campaign, told.opens, told.links, told.variant, told.unread) == (
        "spring 2026",
        Mode.SHARED,
        Mode.OFF,
        7,
        (),
    )


@pytest.mark.parametrize(("word", "mode"), [("off", 0), ("no", 0), ("none", 0), ("", 0), ("on", 4), ("Yes", 4)])
def test_anything_but_a_clear_yes_switches_tracking_off(word: str, mode: int) -> None:
    told = wish(f"X-Overt-Track: {word}")
    assert (told.opens, told.links) == (mode, mode)


def test_a_mode_that_cannot_be_read_is_off_and_said() -> None:
    told = wish("X-Overt-Opens: everything")
    assert told.opens is Mode.OFF
    assert told.links is Mode.INDIVIDUAL
    assert told.unread == ("X-Overt-Opens: no mode, taken as off",)


def test_of_two_fields_the_stricter_counts() -> None:
    assert wish("X-Overt-Opens: individual", "X-Overt-Opens: off").opens is Mode.OFF
    assert wish("X-Overt-Track: on", "X-Overt-Track: off").links is Mode.OFF


@pytest.mark.parametrize("text", ["256", "-1", "one", "", "1.5", "²", "0001"])
def test_a_variant_that_is_no_number_of_eight_bits_is_zero_and_said(text: str) -> None:
    told = wish(f"X-Overt-Variant: {text}")
    assert told.variant == 0
    assert len(told.unread) == 1


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("X-Overt-Campaign: =?utf-8?q?Fr=C3=BChling?=", "Frühling"),
        ("X-Overt-Campaign: two\r\n words", "two words"),
        ("X-Overt-Campaign: ", UNNAMED),
        ("X-Overt-Campaign: " + "x" * 300, "x" * 200),
        ("X-Overt-Campaign: a\x07b", "ab"),
    ],
)
def test_a_campaign_is_named_as_it_can_be_shown(line: str, name: str) -> None:
    assert wish(line).campaign == name


def test_another_programs_campaign_field_is_read_and_left_where_it_is() -> None:
    raw = b"X-Listmonk-Campaign: 5f1a\r\nX-Overt-Campaign: unused\r\n" + REST
    message = parse(raw)
    assert read_wish(message, campaign_field="X-Listmonk-Campaign").campaign == "5f1a"
    assert apply_edits(raw, remove_fields(message)) == b"X-Listmonk-Campaign: 5f1a\r\n" + REST


def test_every_field_for_us_is_taken_out_and_nothing_else() -> None:
    ours = b"X-Overt-Campaign: a\r\n b\r\nX-OVERT-anything: 1\r\n"
    raw = b"Received: x\r\n" + ours + REST
    assert apply_edits(raw, remove_fields(parse(raw))) == b"Received: x\r\n" + REST


def test_a_field_that_a_dkim_signature_covers_stays() -> None:
    signed = b"DKIM-Signature: v=1; a=rsa-sha256; h=From:Subject:\r\n X-Overt-Campaign; bh=x; b=y\r\n"
    raw = signed + b"X-Overt-Campaign: a\r\nX-Overt-Opens: off\r\n" + REST
    assert apply_edits(raw, remove_fields(parse(raw))) == signed + b"X-Overt-Campaign: a\r\n" + REST


@given(st.binary(max_size=200))
def test_whatever_stands_in_a_field_it_never_allows_more(value: bytes) -> None:
    raw = (
        b"X-Overt-Opens: "
        + value
        + b"\r\nX-Overt-Variant: "
        + value
        + b"\r\nX-Overt-Campaign: "
        + value
        + b"\r\n"
        + REST
    )
    told = read_wish(parse(raw))
    assert told.opens <= Mode.INDIVIDUAL
    assert 0 <= told.variant <= 255
    assert told.campaign.isprintable()
    assert 1 <= len(told.campaign) <= 200


@pytest.mark.parametrize("field", ["X-Listmonk-Campaign", "X-Mailgun-Tag", "X-EMAIL-ID"])
def test_the_campaign_comes_from_the_field_that_the_account_names(field: str) -> None:
    message = parse(f"{field}: d5a1f0c2 spring\r\n".encode() + REST)
    assert read_wish(message, campaign_field=field).campaign == "d5a1f0c2 spring"


def test_our_own_field_is_read_where_the_account_s_is_missing() -> None:
    message = parse(b"X-Overt-Campaign: ours\r\n" + REST)
    assert read_wish(message, campaign_field="X-Mailgun-Tag").campaign == "ours"
