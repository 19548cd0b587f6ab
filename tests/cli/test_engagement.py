"""`overt engagement` on a data folder."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from overt.cli.main import main
from tests.cli.made import add_campaign

PEOPLE = 30


@pytest.fixture
def filled(folder: Path) -> None:
    """Thirty people, four mailings; the first ten click each."""
    people = {f"person{number:02}@example.org": 0 for number in range(PEOPLE)}
    for month in range(4):
        add_campaign(folder / "overt-data", f"month {month}", people, list(people)[:10])


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    capsys.readouterr()
    assert main(list(arguments)) == 0
    return capsys.readouterr().out


@pytest.mark.usefixtures("filled")
def test_the_most_engaged_come_first(capsys: pytest.CaptureFixture[str]) -> None:
    told = json.loads(run(capsys, "engagement", "--json"))
    emails = [row["email"] for row in told["recipients"]]
    assert set(emails[:10]) == {f"person{number:02}@example.org" for number in range(10)}
    assert len(emails) == PEOPLE
    assert told["usual"] == pytest.approx(100 / 3, rel=0.1)  # 40 clicks of 120 sendings
    first = told["recipients"][0]
    assert first["low"] < first["score"] < first["high"]
    assert (first["sendings"], first["events"]) == (4, 4)


@pytest.mark.usefixtures("filled")
def test_segments_are_cut_by_score_and_by_silence(capsys: pytest.CaptureFixture[str]) -> None:
    rows = list(csv.DictReader(io.StringIO(run(capsys, "engagement", "--above", "30", "--csv"))))
    assert {row["email"] for row in rows} == {f"person{number:02}@example.org" for number in range(10)}
    quiet = json.loads(run(capsys, "engagement", "--quiet-days", "36500", "--json"))["recipients"]
    assert {row["email"] for row in quiet} == {f"person{number:02}@example.org" for number in range(10, PEOPLE)}


@pytest.mark.usefixtures("filled")
def test_a_table_says_what_is_usual(capsys: pytest.CaptureFixture[str]) -> None:
    shown = run(capsys, "engagement")
    assert "person00@example.org" in shown
    assert "Usual on this list" in shown
    assert "never" in shown


def test_too_few_recipients_are_refused_with_the_number_it_takes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["engagement"]) == 2
    assert "it takes 20" in capsys.readouterr().err
