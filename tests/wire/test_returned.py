"""Reports that come back, in the shapes that servers write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overt.message import parse
from overt.wire.returned import MOST_RECIPIENTS, Kind, Returned, read_returned

HEAD = "From: MAILER-DAEMON@mx.example.net\r\nTo: news@shop.example.org\r\nSubject: failed\r\nMIME-Version: 1.0\r\n"
TEXT = "Content-Type: text/plain\r\n\r\nSorry.\r\n"
ORIGINAL = (
    "Content-Type: text/rfc822-headers\r\n\r\n"
    "From: news@shop.example.org\r\nMessage-ID: <1@shop.example.org>\r\n"
    "List-Unsubscribe: <https://t.example.org/u/AFB4nzLSwJ14b-1yJNXL9Lg1w7rh>\r\n"
)
STATUS = (
    "Reporting-MTA: dns; mx.example.net\r\nOriginal-Envelope-Id: overt.00000001000000ff\r\n\r\n"
    "Final-Recipient: rfc822; ann@example.net\r\nOriginal-Recipient: rfc822;ann+2Bx@example.org\r\nAction: failed\r\n"
    "Status: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 <ann@example.net>: no such user\r\n    here\r\n"
)


def report(
    status: str = STATUS, *, kind: str = "delivery-status", encoding: str = "", original: str = ORIGINAL
) -> bytes:
    parts = (TEXT, f"Content-Type: message/{kind}\r\n{encoding}\r\n{status}", original)
    body = "".join(f"--x\r\n{part}\r\n" for part in parts)
    return f'{HEAD}Content-Type: multipart/report; report-type={kind}; boundary="x"\r\n\r\n{body}--x--\r\n'.encode()


def read(raw: bytes) -> tuple[Returned, ...]:
    return read_returned(parse(raw))


def test_a_failure_says_whom_why_and_of_which_message() -> None:
    (found,) = read(report())
    assert found == Returned(
        Kind.FAILED, "ann+x@example.org", "5.1.1", "550 5.1.1 <ann@example.net>: no such user here",
        "overt.00000001000000ff", "<1@shop.example.org>", "AFB4nzLSwJ14b-1yJNXL9Lg1w7rh",
    )  # fmt: skip


def test_each_recipient_has_an_outcome_of_its_own() -> None:
    status = STATUS + "\r\nFinal-Recipient: rfc822;bo@example.net\r\nAction: Delayed\r\nStatus: 4.4.1 (queued)\r\n"
    status += "\r\nFinal-Recipient: rfc822;cy@example.net\r\nAction: relayed\r\nStatus: 2.0.0\r\n"
    assert [(one.kind, one.recipient, one.status) for one in read(report(status))] == [
        (Kind.FAILED, "ann+x@example.org", "5.1.1"),
        (Kind.DELAYED, "bo@example.net", "4.4.1"),
    ]


def test_a_report_in_base64_and_with_bare_line_feeds_is_read() -> None:
    import base64

    coded = base64.encodebytes(STATUS.replace("\r\n", "\n").encode()).decode()
    raw = report(coded, encoding="Content-Transfer-Encoding: base64\r\n")
    assert [one.status for one in read(raw)] == ["5.1.1"]
    assert [one.status for one in read(report().replace(b"\r\n", b"\n"))] == ["5.1.1"]


def test_an_address_beyond_ascii_is_read() -> None:
    status = STATUS.replace("rfc822;ann+2Bx@example.org", "utf-8; kim@bücher.example")
    assert [one.recipient for one in read(report(status, kind="global-delivery-status"))] == ["kim@bücher.example"]


def test_a_whole_message_that_came_back_names_itself() -> None:
    original = "Content-Type: message/rfc822\r\n\r\nMessage-ID: <2@shop.example.org>\r\n\r\nHi\r\n"
    assert [one.message_id for one in read(report(original=original))] == ["<2@shop.example.org>"]


@pytest.mark.parametrize(
    ("feedback", "recipients", "found"),
    [
        ("abuse", "Original-Rcpt-To: <ann@example.org>\r\n", [(Kind.COMPLAINT, "ann@example.org", "abuse")]),
        ("Opt-Out", "", [(Kind.COMPLAINT, "", "opt-out")]),
        ("not-spam", "Original-Rcpt-To: ann@example.org\r\n", []),
        ("auth-failure", "Original-Rcpt-To: ann@example.org\r\n", []),
    ],
)
def test_a_complaint_says_who_complained(feedback: str, recipients: str, found: list[tuple[Kind, str, str]]) -> None:
    status = f"Feedback-Type: {feedback}\r\nUser-Agent: x/1\r\nVersion: 1\r\n{recipients}"
    made = read(report(status, kind="feedback-report"))
    assert [(one.kind, one.recipient, one.words) for one in made] == found
    assert all(one.ticket for one in made)


def test_ordinary_mail_is_no_report() -> None:
    assert read(b"Subject: hi\r\n\r\nAction: failed\r\n") == ()
    assert read(report("")) == ()
    assert read(report("garbage\r\n\r\nmore garbage\r\n")) == ()


def test_a_report_on_very_many_is_bounded() -> None:
    status = STATUS + "\r\nFinal-Recipient: rfc822;bo@example.net\r\nAction: failed\r\n" * (MOST_RECIPIENTS + 10)
    assert len(read(report(status))) == MOST_RECIPIENTS


@given(st.text(max_size=300))
def test_any_status_is_read_without_a_fault(status: str) -> None:
    read(report(status))
    read(report(status, kind="feedback-report"))
