"""Placeholders filled rightly in every encoding; the standard library reads back what was written."""

from __future__ import annotations

import email
import email.policy
from email.message import EmailMessage

import pytest

from overt.cli.fill import Template, check_columns
from overt.errors import Malformed
from overt.testing import make_mail

HTML = "<p>Dear {{ name }}, your code is {{code|none}}.</p>\n"
TEXT = "Dear {{NAME}}, your code is {{ code | none }}.\n"
DATE = "Mon, 02 Nov 2026 08:00:00 +0000"


def fill(raw: bytes, cells: dict[str, str], subject: str | None = None) -> EmailMessage:
    template = Template(raw, subject=subject)
    done = template.fill(cells, recipient="ann@example.org", message_id="<1@example.org>", date=DATE)
    message = email.message_from_bytes(done, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content()).strip()


@pytest.mark.parametrize("encoding", ["8bit", "quoted-printable", "base64"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_values_are_filled_in_text_and_html(encoding: str, newline: str) -> None:
    raw = make_mail(HTML, TEXT, encoding=encoding, newline=newline)
    message = fill(raw, {"name": "Zoë <b>", "code": "a=b"})
    assert body(message, "plain") == "Dear Zoë <b>, your code is a=b."
    assert body(message, "html") == "<p>Dear Zoë &lt;b&gt;, your code is a=b.</p>"


def test_an_empty_cell_gives_the_other_words() -> None:
    assert body(fill(make_mail(HTML, TEXT), {"name": "Ann", "code": ""}), "plain") == "Dear Ann, your code is none."


def test_a_value_that_looks_like_a_placeholder_is_not_filled_again() -> None:
    message = fill(make_mail(HTML, TEXT), {"name": "{{ code }}", "code": "1"}, subject="{{ name }}")
    assert body(message, "plain") == "Dear {{ code }}, your code is 1."
    assert message["subject"] == "{{ code }}"


def test_a_charset_without_the_letter_gets_a_reference_in_html() -> None:
    message = fill(make_mail(HTML, None, charset="iso-8859-1"), {"name": "\N{SNOWMAN}"})
    assert "&#9731;" in message.get_content()


def test_the_subject_is_filled_and_encoded() -> None:
    message = fill(make_mail(), {"name": "Zoë"}, subject="For {{ name }}: grüne Grüße " + "lang " * 20)
    assert message["subject"] == "For Zoë: grüne Grüße " + "lang " * 19 + "lang"


def test_a_value_cannot_add_a_header_field() -> None:
    message = fill(make_mail(), {"name": "x\r\nBcc: eve@example.net"}, subject="{{ name }}")
    assert message["bcc"] is None
    assert message["subject"] == "x Bcc: eve@example.net"


def test_every_copy_is_for_one_recipient_and_has_its_own_message_id() -> None:
    raw = make_mail(fields={"Cc": "other@example.net", "Bcc": "third@example.net"})
    message = fill(raw, {})
    assert message.get_all("to") == ["ann@example.org"]
    assert message.get_all("message-id") == ["<1@example.org>"]
    assert message["cc"] is None
    assert message["bcc"] is None
    assert message["date"] == DATE
    assert message["subject"] == "News from the garden"


def test_a_message_without_a_date_gets_one() -> None:
    raw = make_mail().replace(b"Date: Mon, 02 Nov 2026 08:00:00 +0000\r\n", b"")
    assert b"Date:" not in raw
    assert fill(raw, {})["date"] == DATE


def test_what_transport_and_signers_wrote_is_left_behind() -> None:
    trace = {"Received": "from x by y; Mon, 02 Nov 2026 08:00:00 +0000", "DKIM-Signature": "v=1; b=", "ARC-Seal": "i=1"}
    message = fill(
        b"From MAILER Mon Nov  2 08:00:00 2026\n" + make_mail(fields={**trace, "List-Id": "<l.example.org>"}), {}
    )
    assert [name for name in message if name in trace] == []
    assert message["list-id"] == "<l.example.org>"
    assert message.keys()[0] == "To"


@pytest.mark.parametrize("raw", [b"", b"<!doctype html><p>hello</p>", b"Subject: x\r\n\r\nhello"])
def test_what_has_no_from_is_no_message_to_send(raw: bytes) -> None:
    with pytest.raises(Malformed, match="no From"):
        Template(raw)


def test_a_signed_part_is_not_filled() -> None:
    raw = (
        b"From: a@example.org\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: multipart/signed; protocol="application/pgp-signature"; micalg=pgp-sha256; boundary=x\r\n\r\n'
        b"--x\r\nContent-Type: text/plain\r\n\r\n{{ name }}\r\n"
        b"--x\r\nContent-Type: application/pgp-signature\r\n\r\n-\r\n--x--\r\n"
    )
    with pytest.raises(Malformed, match="sign afterwards"):
        Template(raw)


def test_an_attached_text_is_left_alone() -> None:
    raw = make_mail(None, "hello {{ name }}").replace(
        b"Content-Transfer-Encoding", b"Content-Disposition: attachment\r\nContent-Transfer-Encoding", 1
    )
    assert Template(raw).columns == frozenset()


def test_all_placeholders_without_a_column_are_named_at_once() -> None:
    with pytest.raises(Malformed, match=r"\{\{ code \}\}, \{\{ name \}\}.*has: email"):
        check_columns([Template(make_mail(HTML, TEXT))], ["email"])
    check_columns([Template(make_mail(HTML, TEXT))], ["code", "name"])
