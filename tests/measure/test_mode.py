from __future__ import annotations

import pytest

from overt.errors import Malformed
from overt.measure import Mode, parse_mode, strictest


def test_modes_are_ordered_by_how_much_they_tell() -> None:
    assert Mode.OFF < Mode.SHARED < Mode.POOLED < Mode.HYGIENE < Mode.INDIVIDUAL


def test_the_strictest_wins() -> None:
    assert strictest(Mode.INDIVIDUAL, Mode.SHARED, Mode.HYGIENE) is Mode.SHARED


def test_words_are_read_in_any_case_and_others_are_malformed() -> None:
    assert parse_mode(" Individual ") is Mode.INDIVIDUAL
    with pytest.raises(Malformed):
        parse_mode("full")


def test_only_hygiene_and_individual_name_a_sending() -> None:
    assert [mode for mode in Mode if mode.names_sending] == [Mode.HYGIENE, Mode.INDIVIDUAL]
