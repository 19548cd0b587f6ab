"""Charts made of letters."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from rich.console import Console, RenderableType

from overt.cli.chart import MOST_ROWS, bar, show_times
from overt.measure import TimeLine

DAY = datetime(2026, 11, 24, tzinfo=UTC)


def text(*parts: RenderableType) -> str:
    console = Console(width=100, file=StringIO())
    for part in parts:
        console.print(part)
    return str(console.file.getvalue())  # type: ignore[attr-defined]


@pytest.mark.parametrize(("count", "drawn"), [(0, ""), (1, "▏"), (50, "████"), (100, "████████"), (56, "████▌")])
def test_a_bar_is_as_long_as_its_share_and_never_empty_for_something(count: int, drawn: str) -> None:
    assert bar(count, 100, width=8).plain == drawn


def test_of_nothing_there_is_no_bar() -> None:
    assert bar(0, 0).plain == ""


def test_hours_are_rows() -> None:
    said = text(*show_times([TimeLine(DAY, 1, 3, 4), TimeLine(DAY + timedelta(hours=2), 1, 1, 0)], "Opens"))
    assert "Tue 24 Nov 00:00" in said
    assert "by the hour" in said
    assert said.index("00:00") < said.index("02:00")


def test_many_hours_are_put_together_to_fit_a_screen() -> None:
    lines = [TimeLine(DAY + timedelta(hours=hour), 1, 1, 1) for hour in range(60)]
    said = text(*show_times(lines, "Opens"))
    assert "3 hours each" in said
    assert said.count("Nov") <= MOST_ROWS


def test_years_are_cut_to_the_latest_weeks() -> None:
    lines = [TimeLine(DAY + timedelta(days=day), 24, 1, 1) for day in range(400)]
    said = text(*show_times(lines, "Opens"))
    assert said.count("00:00") == MOST_ROWS


def test_a_hidden_cell_is_said_to_be_few() -> None:
    assert "few" in text(*show_times([TimeLine(DAY, 24, None, 30)], "Loads"))


def test_no_times_are_no_table() -> None:
    assert list(show_times([], "Loads")) == []
