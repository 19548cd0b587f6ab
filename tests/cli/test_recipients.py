"""Lists as spreadsheets write them; what is wrong with a row is said, and the good rows stay."""

from __future__ import annotations

from pathlib import Path

import pytest

from overt.cli.recipients import parse_recipients, read_recipients
from overt.errors import Malformed


def test_rows_have_addresses_and_cells_by_lower_case_column() -> None:
    listed = parse_recipients("Email,First Name\na@example.org,Ann\nb@example.org, Bo \n")
    assert [(row.line, row.address, row.cells["first name"]) for row in listed.rows] == [
        (2, "a@example.org", "Ann"),
        (3, "b@example.org", "Bo"),
    ]
    assert listed.columns == ("email", "first name")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_one_of_the_first_line(delimiter: str) -> None:
    listed = parse_recipients(f"name{delimiter}mail\nAnn{delimiter}a@example.org\n")
    assert [row.address for row in listed.rows] == ["a@example.org"]


def test_a_byte_order_mark_and_quoted_lines_are_read(folder: Path) -> None:
    (folder / "list.csv").write_bytes('\ufeffemail,note\r\n"a@example.org","two\r\nlines"\r\n'.encode())
    (row,) = read_recipients(folder / "list.csv").rows
    assert row.cells["note"] == "two\r\nlines"


def test_the_column_can_be_named() -> None:
    listed = parse_recipients("email,kontakt\nx,a@example.org\n", "Kontakt")
    assert [row.address for row in listed.rows] == ["a@example.org"]


def test_bad_rows_are_said_with_their_line_and_good_ones_stay() -> None:
    listed = parse_recipients("email,n\na@example.org,1\n,2\nnot an address,3\nA@EXAMPLE.org,4\n\nb@example.org,5,6\n")
    assert [row.address for row in listed.rows] == ["a@example.org"]
    assert listed.faults == (
        "line 3: no address",
        "line 4: not an address",
        "line 5: the same address as line 2",
        "line 7: has 3 cells for 2 columns",
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("a,b\n1,2\n", "no column email; it has: a, b"),
        ("email,x,X\n", "twice: x"),
        ('email\n"a', "line"),
    ],
)
def test_a_list_that_cannot_be_used_says_why(text: str, words: str) -> None:
    with pytest.raises(Malformed, match=words):
        parse_recipients(text)


def test_a_list_in_another_charset_says_so(folder: Path) -> None:
    (folder / "list.csv").write_bytes(b"email\n\xe9@example.org\n")
    with pytest.raises(Malformed, match="UTF-8"):
        read_recipients(folder / "list.csv")


def test_a_row_shown_by_accident_names_nobody() -> None:
    assert "example" not in repr(parse_recipients("email\nann@example.org\n").rows[0])
