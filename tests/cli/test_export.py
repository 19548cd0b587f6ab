"""`overt export` on a data folder."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from overt.cli.main import main
from overt.measure.people import SENDINGS, VISITS
from overt.store import Layout, Ledger, open_database
from tests.cli.made import make_folder

DATA = Path("overt-data")
pytestmark = pytest.mark.usefixtures("folder")
REFERENCE = Path(__file__).resolve().parents[2] / "docs/reference/export.md"


def test_sendings_are_printed_as_csv(capsys: pytest.CaptureFixture[str]) -> None:
    make_folder(DATA)
    assert main(["export", "sendings", "spring"]) == 0
    rows = {row["address"]: row for row in csv.DictReader(io.StringIO(capsys.readouterr().out))}
    assert set(rows) == {"ann@example.org", "ben@example.org"}  # cleo withdrew, the others granted nothing
    assert (rows["ann@example.org"]["verdict"], rows["ben@example.org"]["verdict"]) == ("clicked", "perhaps opened")


def test_visits_go_into_a_file_by_its_name(capsys: pytest.CaptureFixture[str]) -> None:
    make_folder(DATA)
    assert main(["export", "visits", "--output", "visits.jsonl"]) == 0
    told = [json.loads(line) for line in Path("visits.jsonl").read_text().splitlines()]
    assert [(one["address"], one["kind"], one["actor"]) for one in told] == [
        ("ann@example.org", "beacon", "human"),
        ("ann@example.org", "link", "human"),
        ("ben@example.org", "beacon", "prefetch"),
    ]
    assert "3 rows" in capsys.readouterr().err
    assert main(["export", "visits", "--output", "visits.parquet"]) == 0
    assert pq.read_table("visits.parquet").num_rows == 3


def test_who_withdraws_is_in_no_export_from_that_moment(capsys: pytest.CaptureFixture[str]) -> None:
    make_folder(DATA)
    Ledger(open_database(Layout(DATA).database)).withdraw("ann@example.org")
    for what in ("sendings", "visits"):
        assert main(["export", what]) == 0
        assert "ann@" not in capsys.readouterr().out


def test_a_name_without_a_format_is_refused_before_anything_is_counted(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", "visits", "--output", "visits.xlsx"]) == 2
    assert ".parquet" in capsys.readouterr().err
    assert main(["export", "visits", "--format", "parquet"]) == 2


def test_every_column_is_in_the_reference() -> None:
    documented = REFERENCE.read_text(encoding="utf-8")
    assert [name for name in (*SENDINGS, *VISITS) if f"`{name}`" not in documented] == []
