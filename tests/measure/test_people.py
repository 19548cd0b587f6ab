"""Tables of people: whose rows are in them, and what stands in a cell."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import fields, replace

from overt.measure.people import KINDS, SENDINGS, VISITS, as_csv, as_lines, list_sendings, list_visits
from overt.measure.report import Report, report_campaign
from overt.measure.row import Person, Visited
from overt.measure.token import Link
from tests.measure.made import MINUTE, NOON, click_hit, facts, open_hit, sending, sent

PEOPLE = facts(sent(1), sent(2), sent(3, withdrawn=True))
HITS = [open_hit(1), click_hit(1, after=MINUTE), open_hit(3), open_hit(9)]
REPORT = Report(NOON, 1, (report_campaign(PEOPLE, HITS, []),))


def test_tables_have_whoever_granted_it_and_nobody_else() -> None:
    """The third withdrew; whose the ninth sending is, no ledger says."""
    assert [row[1] for row in list_sendings(REPORT)] == ["person1@example.org", "person2@example.org"]
    assert [row[1] for row in list_visits(REPORT)] == ["person1@example.org"] * 2


def test_rows_fit_their_columns() -> None:
    assert {len(row) for row in list_sendings(REPORT)} == {len(SENDINGS)}
    assert {len(row) for row in list_visits(REPORT)} == {len(VISITS)}
    first = dict(zip(SENDINGS, next(list_sendings(REPORT)), strict=True))
    assert (first["campaign"], first["verdict"], first["opens"], first["clicks"]) == ("spring", "clicked", 1, 1)
    assert first["first_open"] == NOON


def test_nothing_that_is_known_of_a_row_is_missing() -> None:
    assert {one.name for one in fields(Person)} | {"address"} == set(SENDINGS)
    assert {one.name for one in fields(Visited)} | {"address"} == set(VISITS)
    assert set(KINDS.values()) == {"number", "fraction", "moment"}


def test_text_that_a_spreadsheet_would_run_is_inert() -> None:
    evil = replace(PEOPLE, name="=cmd|'/c calc'!A0", links={Link(1): "+https://example.org"})
    rows = list(list_visits(Report(NOON, 1, (report_campaign(evil, HITS, []),))))
    cells = next(csv.reader(io.StringIO(as_csv(rows[1:]))))
    assert cells[0] == "'=cmd|'/c calc'!A0"
    assert cells[VISITS.index("destination")] == "'+https://example.org"
    told = json.loads(as_lines(VISITS, rows[1:]))
    assert told["campaign"] == "=cmd|'/c calc'!A0"


def test_a_spreadsheet_gets_every_digit_of_a_sending_and_programs_a_number() -> None:
    big = sending(0x7FFFFFFF)
    row = list(next(list_sendings(REPORT)))
    row[SENDINGS.index("sending")] = int(big)
    assert next(csv.reader(io.StringIO(as_csv([tuple(row)]))))[SENDINGS.index("sending")] == str(int(big))
    assert json.loads(as_lines(SENDINGS, [tuple(row)]))["sending"] == big


def test_every_line_is_an_object_with_times_in_utc() -> None:
    lines = as_lines(VISITS, list_visits(REPORT)).splitlines()
    told = [json.loads(line) for line in lines]
    assert [one["at"] for one in told] == ["2026-11-24T12:00:00Z", "2026-11-24T12:01:00Z"]
    assert list(told[0]) == list(VISITS)
