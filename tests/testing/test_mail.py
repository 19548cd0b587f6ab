"""Made-up mail is checked by the standard library's parser, which did not make it."""

from __future__ import annotations

import email
import email.policy
from email.message import EmailMessage

import pytest

from overt.testing import Attachment, make_html, make_mail


def read(raw: bytes) -> EmailMessage:
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    assert [part.defects for part in message.walk() if part.defects] == []
    return message


@pytest.mark.parametrize("encoding", ["7bit", "8bit", "quoted-printable", "base64"])
@pytest.mark.parametrize("newline", ["\r\n", "\n"])
def test_every_encoding_gives_the_same_text(encoding: str, newline: str) -> None:
    accent = "" if encoding == "7bit" else "é"
    message = read(make_mail("<p>a=b</p>", f"caf{accent} = 1\n", encoding=encoding, newline=newline))
    plain = message.get_body(("plain",))
    assert plain is not None
    assert str(plain.get_content()).strip() == f"caf{accent} = 1"
    assert plain["content-transfer-encoding"] == encoding


def test_header_fields_outside_ascii_are_encoded_words() -> None:
    raw = make_mail(subject="Grüße", fields={"X-Colour": "grün"})
    assert raw.isascii()
    assert read(raw)["subject"] == "Grüße"
    assert read(raw)["x-colour"] == "grün"


def test_parts_nest_as_mail_programs_nest_them() -> None:
    picture = Attachment(b"\x89PNG", "image/png", "a.png", content_id="a@example.org")
    paper = Attachment(b"%PDF", "application/pdf", "b.pdf")
    message = read(make_mail(attachments=[picture, paper]))
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        "image/png",
        "application/pdf",
    ]


def test_a_message_can_have_one_part() -> None:
    assert read(make_mail(text=None)).get_content_type() == "text/html"
    assert read(make_mail(html=None)).get_content_type() == "text/plain"
    with pytest.raises(ValueError, match="needs"):
        make_mail(None, None)


def test_characters_the_charset_lacks_are_references_in_html() -> None:
    html = read(make_mail("<p>\N{SNOWMAN}</p>", None, charset="iso-8859-1")).get_content()
    assert "&#9731;" in html


def test_given_fields_replace_the_usual_ones() -> None:
    assert read(make_mail(fields={"To": "other@example.net"})).get_all("to") == ["other@example.net"]


def test_links_and_addresses_in_html_are_escaped() -> None:
    assert 'href="https://shop.example.org/?a=1&amp;b=2"' in make_html(
        links=[("https://shop.example.org/?a=1&b=2", "both")]
    )
