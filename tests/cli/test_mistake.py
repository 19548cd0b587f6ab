"""How one mistake is said; `test_settings` checks that all of them are."""

from __future__ import annotations

from pathlib import Path

import pytest

from overt.cli.caret import Place
from overt.cli.mistake import Source, find_variable, point_at, say_missing, say_unparsed


def test_a_mistake_names_file_line_and_column_and_shows_the_line() -> None:
    text = point_at(Path("overt.toml"), "a = 1\n", Place(1, 5, 1), "a: is wrong")
    assert text == "overt.toml:1:5: a: is wrong\n    1 | a = 1\n      |     ^"


def test_the_variable_nearest_to_a_setting_is_found_whatever_its_case(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("overt_relay__listen", "x")
    assert find_variable(["relay", "listen"]) == ("overt_relay__listen", "x")
    assert find_variable(["relay", "next_hop"]) == ("", None)


def test_a_missing_setting_names_its_variable() -> None:
    assert "OVERT_BASE_URL" in say_missing(Source(Path("overt.toml"), "", {}), "base_url")


def test_a_variable_that_stands_for_a_whole_table_is_named() -> None:
    assert say_unparsed('error parsing value for field "relay" from source "x"').startswith("OVERT_RELAY: ")
