"""`overt when`: past campaigns by weekday and hour, as a table, JSON and a picture."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from overt.cli.main import main
from overt.cli.when import check_zone, say_slot
from overt.errors import Malformed
from tests.cli.made import NOON, add_campaign, make_folder

DATA = Path("overt-data")
PEOPLE = {f"p{number}@example.org": 0 for number in range(60)}
EARLY, LATE = NOON - timedelta(days=20), NOON - timedelta(days=19, hours=-6)


def fill(times: dict[str, tuple[datetime, int]]) -> None:
    for name, (at, clicked) in times.items():
        add_campaign(DATA, name, PEOPLE, [f"p{number}@example.org" for number in range(clicked)], at)


@pytest.fixture
def four() -> None:
    fill({"one": (EARLY, 30), "two": (EARLY, 32), "three": (LATE, 3), "four": (LATE, 4)})


def test_times_are_told_with_intervals_and_as_what_was_seen(four: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["when", "--by", "hour"]) == 0
    said = capsys.readouterr().out
    assert "12:00" in said
    assert "18:00" in said
    assert "not what a time does" in " ".join(said.split())
    assert main(["when", "--json", "--zone", "Europe/Berlin"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["zone"], told["observational"], told["campaigns"], told["sendings"]) == ("Europe/Berlin", True, 4, 240)
    assert [(cell["weekday"], cell["hour"], cell["clicked"]) for cell in told["cells"]] == [
        ("Wed", 13, 62),
        ("Thu", 19, 7),
    ]


def test_where_nothing_can_be_concluded_that_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    fill({"one": (EARLY, 30), "two": (LATE, 3)})
    assert main(["when"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "cannot be told apart" in said
    assert said.count("one only") == 2


def test_without_anything_to_compare_it_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    make_folder(DATA)
    assert main(["when", "--zone", "Mars/Olympus"]) == 2
    assert "no time zone" in capsys.readouterr().err


@pytest.mark.parametrize("by", ["both", "weekday", "hour"])
def test_it_is_drawn(four: None, by: str, tmp_path: Path) -> None:
    assert main(["when", "--by", by, "--plot", "when.png"]) == 0
    assert (tmp_path / "when.png").read_bytes().startswith(b"\x89PNG")
    assert main(["when", "--by", by, "--plot", "when.json"]) == 0
    drawn = json.loads((tmp_path / "when.json").read_text())
    assert "Observational" in json.dumps(drawn)
    assert ("datum.campaigns == 1" in json.dumps(drawn)) == (by == "both")


def test_a_zone_is_one() -> None:
    assert check_zone("Asia/Kolkata") == "Asia/Kolkata"
    for name in ("", "../etc/passwd", "/etc/localtime", "x" * 300, "Europe/\0"):
        with pytest.raises(Malformed):
            check_zone(name)


def test_slots_have_names() -> None:
    assert [say_slot(*slot) for slot in ((0, 8), (6, None), (None, 23))] == ["Mon 08:00", "Sun", "23:00"]
