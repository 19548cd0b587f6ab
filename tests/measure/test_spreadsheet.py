"""A report as rows."""

from __future__ import annotations

from overt.measure.spreadsheet import COLUMNS, RECIPIENT_COLUMNS, as_recipient_rows, as_rows
from tests.measure.made import sending
from tests.measure.test_sheet import REPORT


def test_rows_fit_their_columns() -> None:
    rows = list(as_rows(REPORT))
    assert {len(row) for row in rows} == {len(COLUMNS)}
    assert ("spring", "shared", "link", "https://example.org/a", "people", 40, None, None, None) in rows
    named = list(as_recipient_rows(REPORT))
    assert {len(row) for row in named} == {len(RECIPIENT_COLUMNS)}
    assert [row[1] for row in named] == ["person1@example.org", "person2@example.org"]


def test_a_spreadsheet_gets_a_sending_as_text_for_it_keeps_53_bits() -> None:
    assert next(as_recipient_rows(REPORT))[2] == str(sending(1))
