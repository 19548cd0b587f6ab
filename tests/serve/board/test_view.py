"""What stands in a cell and how long a bar is."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from overt.measure import Mode, report_campaign
from overt.serve.board.view import choose_rows, funnel, moment, paces_of, parts_of, percent, row_of, second, span_of
from tests.measure.made import APPLE, NOON, click_hit, facts, open_hit, sent


@pytest.mark.parametrize(
    ("share", "said"), [(0.0, "0%"), (0.004, "0.4%"), (0.0949, "9.5%"), (0.5, "50%"), (1.0, "100%"), (None, "")]
)
def test_a_share_has_a_decimal_where_it_matters(share: float | None, said: str) -> None:
    assert percent(share) == said


def test_a_moment_is_told_in_a_zone() -> None:
    at = datetime(2026, 3, 29, 1, 30, 5, tzinfo=UTC)
    assert moment(at, ZoneInfo("Europe/Berlin")) == "29 Mar 2026 03:30"  # the night the clocks went forward
    assert second(at, ZoneInfo("UTC")) == "29 Mar 2026 01:30:05"
    assert moment(None, ZoneInfo("UTC")) == ""


def made() -> list[object]:
    people = [sent(number) for number in range(1, 11)]
    hits = [open_hit(1), open_hit(2, APPLE, after=60_000), click_hit(1)]
    return [report_campaign(facts(*people), hits, [])]


def test_a_bar_goes_from_what_was_seen_to_what_is_possible_within_its_interval() -> None:
    (report,) = made()
    span = span_of(report.individual.opens)  # type: ignore[attr-defined]
    assert span is not None
    assert (span.count, span.possible, span.of) == (1, 2, 10)
    assert span.low < span.least == 0.1 < span.most == 0.2 < span.high
    assert span_of(None) is None


def test_the_parts_of_opens_add_up_to_all() -> None:
    (report,) = made()
    opens = report.individual.opens  # type: ignore[attr-defined]
    assert sum(part.count for part in parts_of(opens)) == opens.of == 10
    assert sum(part.share for part in parts_of(opens)) == pytest.approx(1.0)


def test_the_funnel_never_claims_more_than_is_certain() -> None:
    (report,) = made()
    steps = {step.name: step for step in funnel(report)}  # type: ignore[arg-type]
    assert list(steps) == ["Sent", "Delivered", "Opened", "Clicked"]
    assert (steps["Opened"].certain, steps["Opened"].possible) == (0.1, 0.1)
    assert steps["Opened"].said == "1 to 2 of 10 who granted it"
    assert all(step.certain + step.possible <= 1 for step in steps.values())


def test_a_campaign_is_between_days_of_the_readers_zone() -> None:
    (report,) = made()
    row = row_of(report)  # type: ignore[arg-type]
    assert row.delivered == 10

    def found(zone: str, first: date | None, last: date | None) -> int:
        rows = choose_rows([report], words="", first=first, last=last, sort="newest", zone=ZoneInfo(zone))  # type: ignore[list-item]
        return len(rows)

    day = row.at.date() if row.at else NOON.date()
    assert found("UTC", day, day) == (1 if row.at else 0)
    assert found("UTC", None, None) == 1
    assert found("UTC", date(2030, 1, 1), None) == 0
    assert Mode.INDIVIDUAL in report.opens  # type: ignore[attr-defined]


def test_how_soon_comes_with_an_interval_or_with_why_there_is_none() -> None:
    people = [sent(number) for number in range(1, 41)]
    hits = [open_hit(number, after=number * 60_000) for number in range(1, 21)]
    hits += [click_hit(1, after=3_600_000), open_hit(30, APPLE)]
    half = report_campaign(facts(*people), hits, []).individual
    assert half is not None
    opens, clicks = paces_of(half)
    assert opens.rows[1] == ("50%", "10 min", "6 min to 15 min")
    assert opens.rows[3] == ("90%", "18 min", "15 min to not known")
    assert (opens.seen, opens.hidden, opens.few) == (20, 1, False)
    assert (clicks.rows[1], clicks.few) == (("50%", "1 h", "too few to say"), True)
