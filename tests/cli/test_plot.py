"""Charts: every visit in one bar, at the reader's time, and drawn by the real library."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from overt.cli.main import main
from overt.cli.plot import COLOURS, FILES, MOST_HOURS, bundle_script, can_draw, draw_hours, draw_spans
from overt.cli.settings import load_settings
from overt.measure.line import TimeLine
from overt.measure.row import Hour
from tests.cli.made import add_campaign, make_folder

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def values(spec: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = spec["datasets"][spec["data"]["name"]]
    return found


def test_every_visit_is_in_a_bar_of_its_group() -> None:
    actors = ("human", "proxy", "prefetch", "machine", "unknown")
    hours = [Hour(NOON, "beacon", actor, 10 + number) for number, actor in enumerate(actors)]
    rows = values(draw_hours([*hours, Hour(NOON, "link", "human", 99)], "beacon", "UTC"))
    found = Counter({row["who"]: row["visits"] for row in rows})
    assert found == {"people": 21, "fetched ahead": 12, "machines": 13, "unknown": 14}
    assert set(found) == set(COLOURS)


def test_times_are_those_on_the_readers_wall() -> None:
    (row,) = values(draw_hours([Hour(NOON, "link", "human", 1)], "link", "Asia/Kathmandu"))
    assert row["at"] == "2026-11-24T17:45:00Z"


def test_a_long_time_is_drawn_by_days() -> None:
    hours = [Hour(NOON + timedelta(hours=number), "link", "human", 1) for number in range(MOST_HOURS + 24)]
    rows = values(draw_hours(hours, "link", "UTC"))
    assert len(rows) == MOST_HOURS // 24 + 2
    assert sum(row["visits"] for row in rows) == len(hours)


def test_stretches_of_a_shared_message_are_drawn_as_long_as_they_are() -> None:
    times = [TimeLine(NOON, 6, 40, 25), TimeLine(NOON + timedelta(hours=6), 6, None, 0)]
    (row,) = values(draw_spans(times, "beacon", "Asia/Kathmandu"))
    assert row == {"at": "2026-11-24T17:45:00Z", "to": "2026-11-24T23:45:00Z", "requests": 40}


@pytest.mark.parametrize("kind", FILES)
def test_a_report_is_drawn_into_a_file_that_loads_nothing(kind: str, folder: Path) -> None:
    make_folder(load_settings().folder, name="spring <b>")
    assert main(["report", "spring <b>", "--plot", f"out.{kind}"]) == 0
    drawn = (folder / f"out.{kind}").read_bytes()
    begins = {"png": b"\x89PNG", "pdf": b"%PDF", "json": b"{", "svg": b"<svg", "html": b"<!DOCTYPE html>"}
    assert drawn.startswith(begins[kind])
    assert b"ann@example.org" not in drawn
    if kind in ("svg", "html"):
        found = re.findall(rb"""(?:src|href)=["']?(http[^"'> ]*)""", drawn)
        assert found == []
        assert b"<b>" not in drawn.partition(b"</style>")[0]
    if kind == "svg":
        assert b"shared, without machines" in drawn
        assert b"of who granted it" in drawn


def test_what_cannot_be_drawn_is_said(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make_folder(load_settings().folder)
    assert main(["report", "spring", "--plot", "out.bmp"]) == 2
    assert "end it with .png" in capsys.readouterr().err
    assert main(["report", "spring", "--plot", "no/such/folder/out.png"]) == 75
    add_campaign(load_settings().folder, "autumn", {"p@example.org": 1})
    assert main(["report", "--plot", "out.png"]) == 2
    assert "which campaign" in capsys.readouterr().err
    assert main(["report", "autumn", "--plot", "out.png"]) == 2
    assert "nothing to draw" in capsys.readouterr().err
    assert list(folder.glob("out.*")) == []


def test_the_script_has_what_embeds_a_chart() -> None:
    assert can_draw()
    assert "vegaEmbed" in bundle_script()
