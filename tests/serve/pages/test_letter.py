"""Mails of the pages."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default

import pytest

from overt.measure import Language
from overt.serve.pages.letter import write_letter
from overt.serve.pages.words import read_words

SENDER, ROBIN = "news@shop.example.org", "robin@example.org"
AT = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize("kind", ["mail_visit", "mail_confirm"])
@pytest.mark.parametrize("language", list(Language))
def test_a_letter_is_plain_text_with_its_link_in_the_readers_language(kind: str, language: Language) -> None:
    raw = write_letter(kind, SENDER, "Garden Shop", ROBIN, read_words(language), AT, url="https://y.example/1")
    mail = message_from_bytes(raw, policy=default)
    assert mail.get_content_type() == "text/plain"
    assert "https://y.example/1" in mail.get_content()
    assert "Garden Shop" in mail["Subject"]
    assert (mail["Content-Language"], mail["Auto-Submitted"]) == (language.value, "auto-generated")
    assert mail["Date"].datetime == AT


def test_a_name_cannot_add_fields() -> None:
    with pytest.raises(ValueError, match="linefeed"):
        write_letter("mail_visit", SENDER, "Shop\r\nBcc: a@x.example", ROBIN, read_words(Language.ENGLISH), AT, url="u")
