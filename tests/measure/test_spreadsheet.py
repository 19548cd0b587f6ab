"""A report as rows."""

from __future__ import annotations

from overt.measure.report import Report, report_campaign
from overt.measure.spreadsheet import COLUMNS, RECIPIENT_COLUMNS, as_recipient_rows, as_rows
from tests.measure.made import APPLE, MINUTE, NOON, click_hit, facts, open_hit, sending, sent
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


def test_how_soon_is_told_in_seconds_and_click_to_open_between_its_bounds() -> None:
    people = [sent(person) for person in range(1, 31)]
    hits = [open_hit(person, after=person * MINUTE) for person in range(1, 21)]
    hits += [click_hit(1, after=30 * MINUTE), open_hit(21, APPLE)]
    rows = list(as_rows(Report(NOON, 3, (report_campaign(facts(*people), hits, []),))))
    assert ("spring", "individual", "time to open", "seconds", "50%", 600, 20, 360, 900) in rows
    assert ("spring", "individual", "time to open", "", "hidden", 1, None, None, None) in rows
    told = [row[4:7] for row in rows if row[2] == "click to open"]
    assert told == [("observed", 1, 21), ("possible", 1, 20)]
