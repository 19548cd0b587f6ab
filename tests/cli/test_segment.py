"""`overt segment`: saved, shown, exported and kept up to date."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from overt.cli.main import main
from overt.cli.segment import keep
from tests.cli.made import add_campaign, make_folder

DATA = Path("overt-data")


@pytest.fixture(autouse=True)
def spring() -> None:
    make_folder(DATA)


def test_a_rule_is_saved_and_shown_with_who_fulfils_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["segment", "list"]) == 0
    assert "overt segment save" in capsys.readouterr().out
    assert main(["segment", "save", "busy", "--clicked", "1", "--campaign", "spring"]) == 0
    assert capsys.readouterr().out == ("Saved: busy. 1 recipients now: clicked in at least 1 messages, in spring.\n")
    assert main(["segment", "show", "busy"]) == 0
    said = capsys.readouterr().out
    assert "ann@example.org" in said
    assert "ben" not in said
    assert main(["segment", "show", "busy", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["rule"] == {"campaigns": ["spring"], "clicked": 1}
    (row,) = told["recipients"]
    assert (row["address"], row["opened"], row["clicked"], row["last"]) == (
        "ann@example.org",
        1,
        1,
        "2026-11-24T12:01:00Z",
    )
    assert main(["segment", "list", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["segments"][0]["name"] == "busy"


def test_who_withdrew_or_never_granted_is_in_no_segment(capsys: pytest.CaptureFixture[str]) -> None:
    main(["segment", "save", "all", "--campaign", "spring"])
    capsys.readouterr()
    main(["segment", "show", "all", "--json"])
    assert [row["address"] for row in json.loads(capsys.readouterr().out)["recipients"]] == [
        "ann@example.org",
        "ben@example.org",
    ]


def test_nobody_is_exit_code_one_and_no_such_segment_two(capsys: pytest.CaptureFixture[str]) -> None:
    main(["segment", "save", "none", "--clicked", "5"])
    assert main(["segment", "show", "none"]) == 1
    assert main(["segment", "show", "x"]) == 2
    assert main(["segment", "remove", "none"]) == 0
    assert main(["segment", "remove", "none"]) == 1
    assert main(["segment", "save", "all"]) == 2
    assert "a rule asks for something" in capsys.readouterr().err


def test_it_is_exported_for_other_programs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["segment", "save", "busy", "--clicked", "1"])
    assert main(["segment", "export", "busy", "--output", "busy.csv"]) == 0
    with (tmp_path / "busy.csv").open() as file:
        (row,) = csv.DictReader(file)
    assert (row["address"], row["clicked"]) == ("ann@example.org", "1")
    assert main(["segment", "export", "busy", "--output", "busy.txt"]) == 2
    assert "1 recipients in busy.csv" in capsys.readouterr().err


def test_engagement_is_asked_for_as_elsewhere(capsys: pytest.CaptureFixture[str]) -> None:
    people = {f"p{number}@example.org": 0 for number in range(60)}
    for name in ("summer", "autumn", "winter", "may", "june"):
        add_campaign(DATA, name, people, [f"p{number}@example.org" for number in range(15)])
    capsys.readouterr()
    assert main(["engagement", "--above", "20", "--json"]) == 0
    ranked = {row["email"] for row in json.loads(capsys.readouterr().out)["recipients"]}
    assert ranked
    main(["segment", "save", "keen", "--above", "20"])
    capsys.readouterr()
    main(["segment", "show", "keen", "--json"])
    assert {row["address"] for row in json.loads(capsys.readouterr().out)["recipients"]} == ranked


def test_it_is_written_again_and_again_until_somebody_ends_it() -> None:
    class Enough(Exception):
        pass

    written: list[int] = []
    rests: list[float] = []

    def sleep(seconds: float) -> None:
        rests.append(seconds)
        if len(rests) == 3:
            raise Enough

    with pytest.raises(Enough):
        keep(lambda: written.append(1), 15, sleep)
    assert (len(written), rests) == (3, [900.0] * 3)
    keep(lambda: written.append(1), None, sleep)
    assert len(written) == 4
