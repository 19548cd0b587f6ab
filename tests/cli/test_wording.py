"""Numbers, moments and strangers' words."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from overt.cli.wording import cell, clean, moment, number, plural


@pytest.mark.parametrize("letter", ["\x1b", "\x07", "\r", "\n", "\u202e", "\u200b", "\x9b"])
def test_letters_that_could_move_a_cursor_or_turn_a_line_are_not_shown(letter: str) -> None:
    assert clean(f"a{letter}b") == "a\N{REPLACEMENT CHARACTER}b"


def test_other_letters_are_shown() -> None:
    assert clean("Grüße 日本 😀") == "Grüße 日本 😀"


def test_numbers_are_easy_to_read() -> None:
    assert (number(1234567), cell(1234), cell(None)) == ("1,234,567", "1,234", "few")


def test_moments_are_in_utc() -> None:
    assert moment(datetime(2026, 11, 24, 1, 30, tzinfo=timezone(timedelta(hours=2)))) == "23 Nov 2026 23:30"


def test_one_is_not_many() -> None:
    assert [plural(count, "click") for count in (0, 1, 2)] == ["0 clicks", "1 click", "2 clicks"]
    assert plural(2, "sending was", "sendings were") == "2 sendings were"
