"""The pages as HTML: what each mode of the settings shows, in every language."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from overt.measure import Language, Mode, Sending
from overt.serve.pages.sheet import MOST_ROWS, Sheets
from overt.serve.pages.words import read_words
from overt.store import Known, SentTo
from tests.serve.pages.office import SENDER

AT = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize("language", list(Language))
def test_what_may_be_recorded_stands_there(language: Language) -> None:
    words = read_words(language)
    shown = Sheets(replace(SENDER, links=Mode.OFF)).about(words)
    assert f'<html lang="{language.value}">' in shown
    assert "<strong>individual</strong>" in shown
    assert words.say("kept.off") in shown
    assert "hygiene" in shown
    assert "hygiene" not in Sheets(replace(SENDER, opens=Mode.POOLED, links=Mode.OFF)).about(words)


def test_without_an_address_to_send_from_there_is_no_form() -> None:
    assert "<form" not in Sheets(replace(SENDER, address="")).about(read_words(Language.ENGLISH))


def test_a_long_list_is_cut_and_says_so() -> None:
    sent = tuple(SentTo(Sending(n), f"m{n}", AT, Mode.SHARED, Mode.SHARED, "") for n in range(MOST_ROWS + 5))
    known = Known("robin@example.org", {}, (), False, sent, ())
    shown = Sheets(SENDER).visit(read_words(Language.ENGLISH), known, "/you/x")
    assert shown.count("<tr><td>m") == MOST_ROWS
    assert "5 more are in the file below." in shown


@pytest.mark.parametrize("name", ["asked", "saved", "leave", "left", "lost", "later"])
@pytest.mark.parametrize("language", list(Language))
def test_every_plain_page_has_its_words(name: str, language: Language) -> None:
    words = read_words(language)
    shown = Sheets(SENDER).plain(name, words, "/u/x")
    assert f"<h1>{words.say(name + '.title')}</h1>" in shown.replace("&#39;", "'")
