"""Tables that no spreadsheet runs."""

from __future__ import annotations

import csv
from io import StringIO

import pytest

from overt.measure.table import inert, write_table


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1"])
def test_a_cell_that_a_spreadsheet_would_run_is_inert(text: str) -> None:
    assert inert(text) == f"'{text}"


def test_numbers_and_words_stay_as_they_are() -> None:
    assert [inert(cell) for cell in ("a=1", 3, -2, None, 0.5)] == ["a=1", 3, -2, None, 0.5]


def test_a_table_reads_back_as_it_was_written() -> None:
    text = write_table(("name", "number"), [('a "quoted", \n name', 1), ("=1+1", 2)])
    assert list(csv.reader(StringIO(text, newline=""))) == [
        ["name", "number"],
        ['a "quoted", \n name', "1"],
        ["'=1+1", "2"],
    ]
