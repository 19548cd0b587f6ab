"""Zones, files of our own, and templates that all can be written."""

from __future__ import annotations

from importlib.resources import files

import pytest

from overt.serve.board.render import STATIC, UTC_ZONE, ZONES, Pages, read_zone


@pytest.mark.parametrize("name", ["", "Mars/Base", "../../etc/passwd", "utc", "x" * 100_000])
def test_a_zone_that_is_none_is_utc(name: str) -> None:
    assert read_zone(name) is UTC_ZONE


def test_a_zone_is_found_by_its_name() -> None:
    assert read_zone("Europe/Berlin").key == "Europe/Berlin"
    assert ZONES[0] == "UTC"


def test_every_static_file_is_served_and_knows_its_kind() -> None:
    there = {entry.name for entry in (files("overt.serve.board") / "static").iterdir()}
    assert set(STATIC) == there
    assert all(text for _, text in STATIC.values())


def test_a_word_that_a_template_lacks_is_a_fault_and_no_gap() -> None:
    with pytest.raises(Exception, match="undefined"):
        Pages("").write("campaigns", title="x", visitor=None, zone=UTC_ZONE)
