"""Reports that we write, read by the standard library and compared with what RFC 3464 and RFC 3461 ask for."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import Message

import pytest

from overt.wire.report import Action, Report, decode_xtext, encode_xtext, format_report, read_status

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
RAW = b"Subject: spring\r\nMessage-ID: <1@shop.example.org>\r\n\r\nsecret words\r\n"


def make(raw: bytes = RAW, **changes: object) -> bytes:
    told: dict[str, object] = {
        "action": Action.FAILED,
        "sender": "news@shop.example.org",
        "recipient": "robin@example.org",
        "reason": "550 5.1.1 no such user",
        "arrived": NOW,
        "now": NOW,
        "hostname": "relay.example.org",
        "remote": "mx.example.org",
        **changes,
    }
    return format_report(Report(**told), raw, identity="abc123")  # type: ignore[arg-type]


def status(report: bytes) -> tuple[Message, Message]:
    """Fields of the message, and of its one recipient."""
    found = [part for part in message_from_bytes(report).walk() if part.get_content_type() == "text/plain"]
    return found[1], found[2]  # the first is for people


def test_the_report_has_the_three_parts_of_rfc_3462_and_3464() -> None:
    message = message_from_bytes(make(), policy=policy.default)
    assert message.get_content_type() == "multipart/report"
    assert message.get_param("report-type") == "delivery-status"
    assert [part.get_content_type() for part in message.iter_parts()] == [
        "text/plain",
        "message/delivery-status",
        "text/rfc822-headers",
    ]
    assert message["Auto-Submitted"] == "auto-replied"
    assert message.defects == []
    assert (message["From"], message["To"]) == (
        "Mail Delivery System <MAILER-DAEMON@relay.example.org>",
        "news@shop.example.org",
    )


def test_the_fields_say_what_became_of_it() -> None:
    per_message, per_recipient = status(make(envid="QQ314159", orcpt="rfc822;Robin+2BX@example.org"))
    assert dict(per_message) == {
        "Original-Envelope-Id": "QQ314159",
        "Reporting-MTA": "dns; relay.example.org",
        "Arrival-Date": "Mon, 02 Nov 2026 09:00:00 +0000",
    }
    assert dict(per_recipient) == {
        "Original-Recipient": "rfc822; Robin+X@example.org",
        "Final-Recipient": "rfc822; robin@example.org",
        "Action": "failed",
        "Status": "5.1.1",
        "Remote-MTA": "dns; mx.example.org",
        "Diagnostic-Code": "smtp; 550 5.1.1 no such user",
        "Last-Attempt-Date": "Mon, 02 Nov 2026 09:00:00 +0000",
    }


def test_an_envelope_id_of_our_own_is_no_news_to_the_sender() -> None:
    assert b"Original-Envelope-Id" not in make(envid="overt.abc")


def test_the_whole_message_goes_back_only_when_asked_for_and_not_when_it_is_large() -> None:
    assert b"secret words" not in make()
    assert b"Content-Type: message/rfc822\r\n\r\n" + RAW in make(full=True)
    large = RAW + b"x" * 70 + b"\r\n" * 1 + (b"y" * 70 + b"\r\n") * 5000
    report = make(large, full=True)
    assert b"text/rfc822-headers" in report
    assert len(report) < 5000


def test_a_stranger_s_words_cannot_begin_a_field_or_a_part() -> None:
    words = "550 no\r\nBcc: evil@example.org\r\n\r\n--overt-report-abc123--"
    report = make(reason=words, orcpt="rfc822;x+0D+0AAction:+20delivered", envid="a+0D+0ABcc:+20x@example.org")
    assert b"\nBcc:" not in report
    assert status(report)[1].get_all("Action") == ["failed"]
    assert len(message_from_bytes(report).get_payload()) == 3


def test_addresses_in_other_letters_take_the_types_of_rfc_6533() -> None:
    report = make(recipient="björn@example.org", utf8=True)
    assert b"report-type=global-delivery-status" in report
    assert "Final-Recipient: utf-8; björn@example.org".encode() in report
    assert b"message/global-headers" in report


def test_a_message_without_a_header_end_goes_back_bounded() -> None:
    assert len(make(b"x" * 1_000_000)) < 70_000


@pytest.mark.parametrize(
    ("reason", "action", "code"),
    [
        ("550 5.1.1 no such user", Action.FAILED, "5.1.1"),
        ("550 no such user", Action.FAILED, "5.0.0"),
        ("given up after 5 days: 451 4.7.1 not now", Action.FAILED, "5.0.0"),
        ("451 4.7.1 not now", Action.DELAYED, "4.7.1"),
        ("", Action.RELAYED, "2.0.0"),
    ],
)
def test_the_status_is_the_server_s_where_it_fits_the_action(reason: str, action: Action, code: str) -> None:
    assert read_status(reason, action) == code


def test_xtext_as_in_rfc_3461_section_4() -> None:
    assert encode_xtext("a+b=c d\r\n") == "a+2Bb+3Dc+20d+0D+0A"
    assert decode_xtext("a+2Bb+3Dc+20d") == "a+b=c d"
    assert decode_xtext("a+0D+0Ab") == "a b"
