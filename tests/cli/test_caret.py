"""Places in a TOML text are checked against the text itself: what a place cuts out is what was asked for."""

from __future__ import annotations

import pytest

from overt.cli.caret import Place, draw, find_key, find_place

TEXT = """\
top = 1 # first
quoted."in.side" = "a \\" # b" # comment

[relay]
listen = "127.0.0.1:25"
dotted.name = [1, 2]   # list
long = \"\"\"
listen = "no key"
\"\"\"
after = 'x'

[ "spaced" . table ]
key=true
"""


def cut(text: str, place: Place) -> str:
    return text.split("\n")[place.line - 1][place.column - 1 : place.column - 1 + place.width]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (("top",), "1"),
        (("quoted", "in.side"), r'"a \" # b"'),
        (("relay", "listen"), '"127.0.0.1:25"'),
        (("relay", "dotted", "name"), "[1, 2]"),
        (("relay", "after"), "'x'"),
        (("spaced", "table", "key"), "true"),
    ],
)
def test_the_place_of_a_setting_cuts_out_its_value(path: tuple[str, ...], expected: str) -> None:
    assert cut(TEXT, find_place(TEXT, path)) == expected


def test_a_setting_that_is_not_there_is_shown_at_its_table() -> None:
    assert cut(TEXT, find_place(TEXT, ("relay", "missing"))) == "relay"


def test_a_setting_of_no_table_is_shown_at_the_top() -> None:
    assert find_place(TEXT, ("nowhere",)) == Place(1, 1, 1)


def test_a_line_inside_a_long_string_is_no_key() -> None:
    assert find_place(TEXT, ("relay", "listen")).line == 5


def test_the_key_itself_can_be_pointed_at() -> None:
    assert cut(TEXT, find_key(TEXT, ("relay", "dotted", "name"))) == "name"


def test_carets_stand_under_the_place_also_after_tabs_and_crlf() -> None:
    text = "a = 1\r\n\tb = 22\r\n"
    drawing = draw(text, find_place(text, ("b",))).split("\n")
    assert drawing[0] == "    2 |  b = 22"
    assert drawing[1].index("^") == drawing[0].index("22")
    assert drawing[1].count("^") == 2


def test_an_empty_text_has_a_place_to_point_at() -> None:
    assert draw("", find_place("", ("a",))).endswith("^")
