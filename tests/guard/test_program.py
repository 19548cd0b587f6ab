"""The table of programs: whole, sourced, and never claiming a block where nothing was going to load."""

from __future__ import annotations

from overt.guard.program import PROGRAMS, would_load


def test_the_programs_that_people_ask_about_are_there() -> None:
    wanted = {"gmail", "apple-mail", "outlook", "thunderbird", "yahoo", "proton", "fairemail"}
    assert wanted <= PROGRAMS.keys()


def test_every_row_says_how_to_switch_off_and_where_that_is_known_from() -> None:
    for row in PROGRAMS.values():
        assert row.off.endswith(".")
        assert "." in row.source


def test_a_program_that_asks_first_loads_nothing() -> None:
    assert not would_load(PROGRAMS["thunderbird"], "beacon", "display")
    assert would_load(PROGRAMS["gmail"], "beacon", "display")


def test_a_program_that_strips_beacons_still_loads_pictures() -> None:
    assert not would_load(PROGRAMS["proton"], "beacon", "display")
    assert would_load(PROGRAMS["proton"], "identified", "display")


def test_links_and_receipts_are_loaded_by_no_program() -> None:
    assert not would_load(PROGRAMS["gmail"], "wrapped-link", "click")
    assert not would_load(PROGRAMS["gmail"], "receipt", "display")
