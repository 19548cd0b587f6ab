"""Fields that strangers wrote."""

from __future__ import annotations

import pytest

from overt.cli.field import LONGEST_TEXT, read_address, read_moment, read_text
from overt.errors import Malformed


def test_texts_are_cut_and_numbers_are_texts() -> None:
    assert (read_text(None, "x"), read_text(7, "x"), len(read_text("a" * 9000, "x"))) == ("", "7", LONGEST_TEXT)


@pytest.mark.parametrize("value", [True, 1.5, [], {}])
def test_what_is_no_text_is_refused_by_name(value: object) -> None:
    with pytest.raises(Malformed, match="colour is no text"):
        read_text(value, "colour")


@pytest.mark.parametrize("value", [None, float("nan"), float("inf"), True, "", "yesterday", [], "9999999999-01-01"])
def test_what_is_no_time_is_refused(value: object) -> None:
    with pytest.raises(Malformed):
        read_moment(value, "at")


@pytest.mark.parametrize(
    ("text", "address"),
    [("192.0.2.7", "192.0.2.7"), ("[2001:DB8::1]", "2001:db8::1"), ("fe80::1%eth0", "fe80::1"), ("a.example", "")],
)
def test_addresses_are_written_one_way_and_names_are_none(text: str, address: str) -> None:
    assert read_address(text) == address
