"""Rows are what the report's lines say, with numbers in place of addresses."""

from __future__ import annotations

from overt.measure.individual import report_individual
from overt.measure.row import Hour, hours_of, person_of, visit_of
from tests.measure.made import NOON, SPRING, click_hit, facts, open_hit, sent


def test_a_line_becomes_a_row_that_names_nobody() -> None:
    (line,) = report_individual(facts(sent(7)), [open_hit(7), click_hit(7)]).recipients
    assert line.recipient
    row = person_of(SPRING, line)
    assert (row.campaign, row.recipient, row.sending) == (SPRING, 7, line.sending)
    assert (row.opens, row.clicks, row.verdict, row.first_open) == (1, 1, "clicked", NOON)
    assert line.recipient not in repr(row)
    visits = [visit_of(SPRING, line, event) for event in line.events]
    assert [(one.kind, one.actor, one.hits) for one in visits] == [("beacon", "human", 1), ("link", "human", 1)]
    assert visits[1].link == 1
    assert all(line.recipient not in repr(one) for one in visits)
    hours = hours_of([line, line])
    assert hours == (Hour(NOON, "beacon", "human", 2), Hour(NOON, "link", "human", 2))
