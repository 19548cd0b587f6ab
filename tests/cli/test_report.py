"""`overt report` as its users meet it."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from overt.cli.main import main
from overt.cli.report import estimate, make_report, show
from overt.cli.settings import load_settings
from overt.measure import RecipientNumber, Report, as_dict, report_campaign
from overt.measure.anchor import Ahead, Groups, Observable
from overt.measure.group import Split
from overt.store import Layout, Ledger, open_database
from overt.store.compact import compact
from overt.testing import FixedClock
from tests.cli.made import FORMULA, NOON, SHOP, make_folder
from tests.measure.made import facts, sent

DATA = Path("overt-data")
REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / "report.md"


def run_json(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    assert main(["report", "--json", *arguments]) == 0
    return json.loads(capsys.readouterr().out)


def text_of(*, by_recipient: bool = False, width: int = 80) -> str:
    console = Console(width=width, highlight=False, file=StringIO())
    show(make_report(load_settings(), clock=FixedClock(NOON)), console, by_recipient=by_recipient)
    return str(console.file.getvalue())  # type: ignore[attr-defined]


def test_nothing_recorded_yet_says_how_to_start(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report"]) == 0
    said = capsys.readouterr().out
    assert "Nothing recorded yet" in said
    assert "overt send" in said


def test_nothing_recorded_yet_is_an_empty_list_and_makes_no_folder(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_json(capsys)["campaigns"] == []
    assert not DATA.exists()


def test_a_campaign_is_told_in_both_halves(capsys: pytest.CaptureFixture[str]) -> None:
    make_folder(DATA)
    (campaign,) = run_json(capsys)["campaigns"]
    assert (campaign["campaign"], campaign["sent"], campaign["delivered"]) == ("spring", 6, 6)
    assert campaign["modes"] == {"links": {"individual": 3, "shared": 3}, "opens": {"individual": 3, "shared": 3}}
    assert campaign["shared"]["loads"]["total"] == 30
    assert campaign["shared"]["clicks"]["people"] == 25
    assert campaign["shared"]["links"][0]["destination"] == SHOP
    individual = campaign["individual"]
    assert (individual["opens"]["observed"]["count"], individual["opens"]["possible"]["count"]) == (1, 2)
    assert (individual["opens"]["delivered"], individual["withdrawn"]) == (2, 1)
    assert individual["clicks"]["observed"]["count"] == 1


def test_nobody_is_named_unless_asked(capsys: pytest.CaptureFixture[str]) -> None:
    make_folder(DATA)
    assert "ann@" not in json.dumps(run_json(capsys))
    assert "ann@" not in text_of()
    assert "ann@" in text_of(by_recipient=True)
    (campaign,) = run_json(capsys, "--by-recipient")["campaigns"]
    told = {line["recipient"]: line["verdict"] for line in campaign["individual"]["recipients"]}
    assert told == {"ann@example.org": "clicked", "ben@example.org": "perhaps opened"}


def test_recipients_of_shared_messages_and_those_who_withdrew_are_never_named(
    capsys: pytest.CaptureFixture[str],
) -> None:
    make_folder(DATA)
    told = json.dumps(run_json(capsys, "--by-recipient")) + text_of(by_recipient=True)
    assert "cleo" not in told
    assert "dora" not in told


def test_compaction_changes_no_number(capsys: pytest.CaptureFixture[str]) -> None:
    make_folder(DATA)
    before = run_json(capsys, "--by-recipient")
    engine = open_database(Layout(DATA).database)
    compact(Layout(DATA), Ledger(engine).withdrawn_recipients())
    after = run_json(capsys, "--by-recipient")
    assert before["campaigns"] == after["campaigns"]


def test_the_terminal_tells_clicks_before_loads_and_opens() -> None:
    make_folder(DATA)
    said = text_of()
    assert said.index("Clicks") < said.index("Loads")
    assert said.index("Clicked") < said.index("Opened")
    shared = said[said.index("Shared") : said.index("Individual")]
    assert "not opens" in shared
    assert "%" not in shared


def test_the_terminal_shows_destinations_as_text_and_not_as_markup() -> None:
    make_folder(DATA)
    assert SHOP in text_of(width=200)


def test_few_recipients_are_said_to_be_few() -> None:
    make_folder(DATA)
    assert "Fewer than 20 recipients" in text_of()


def test_several_campaigns_are_an_overview() -> None:
    make_folder(DATA)
    engine = open_database(Layout(DATA).database)
    Ledger(engine).campaign("summer")
    said = text_of(width=120)
    assert "summer" in said
    assert "overt report NAME" in said


def test_one_campaign_can_be_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    make_folder(DATA)
    assert main(["report", "spring"]) == 0
    assert "spring" in capsys.readouterr().out
    assert main(["report", "sprnig"]) == 2
    assert "There are: spring" in capsys.readouterr().err


def test_a_table_of_numbers_is_written_and_formulas_are_inert(capsys: pytest.CaptureFixture[str]) -> None:
    make_folder(DATA)
    assert main(["report", "--csv", "out.csv"]) == 0
    assert capsys.readouterr().out == ""
    with Path("out.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["item"] for row in rows if row["table"] == "link"} == {SHOP, f"'{FORMULA}"}
    assert (
        next(
            row["count"] for row in rows if (row["half"], row["table"], row["measure"]) == ("shared", "loads", "total")
        )
        == "30"
    )


def test_a_table_of_recipients_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    make_folder(DATA)
    assert main(["report", "spring", "--by-recipient", "--csv", "out.csv"]) == 0
    with Path("out.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["recipient"]: row for row in csv.DictReader(file)}
    assert rows["ann@example.org"]["first_open"] == "2026-11-24T12:00:00Z"
    assert rows["ann@example.org"]["places"] == "DE"


def test_every_name_in_the_json_is_in_the_reference(capsys: pytest.CaptureFixture[str]) -> None:
    make_folder(DATA)

    def names(value: Any) -> set[str]:
        if isinstance(value, list):
            return {name for item in value for name in names(item)}
        if not isinstance(value, dict):
            return set()
        return {*value, *(name for item in value.values() for name in names(item))}

    documented = REFERENCE.read_text(encoding="utf-8")
    found = names(run_json(capsys, "--by-recipient")) - {SHOP, "DE", "individual", "shared"}
    assert {name for name in found if name not in documented} == set()


def test_a_withdrawal_is_in_force_before_any_compaction(capsys: pytest.CaptureFixture[str]) -> None:
    make_folder(DATA)
    engine = open_database(Layout(DATA).database)
    ledger = Ledger(engine)
    ledger.withdraw("ann@example.org")
    assert RecipientNumber(ledger.recipient("ann@example.org")) in ledger.withdrawn_recipients()
    (campaign,) = run_json(capsys)["campaigns"]
    assert campaign["individual"]["opens"]["observed"]["count"] == 0
    assert campaign["individual"]["clicks"]["clicks"]["total"] == 0


def test_an_estimate_is_in_the_json_or_why_there_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    make_folder(DATA)
    individual = run_json(capsys)["campaigns"][0]["individual"]
    assert individual["estimate"] is None
    assert "earlier campaign" in individual["unestimated"]
    blind = individual["opens"]["bounds"][1]
    assert (blind["blocking"], blind["upper"]) == (1.0, 1.0)


def test_groups_that_contradict_each_other_are_refused_with_the_reason() -> None:
    groups = Groups(Ahead(100, 90), Observable(100, 90, 1))
    half = report_campaign(facts(sent(1)), [], []).individual
    assert half is not None
    campaign = replace(
        report_campaign(facts(sent(1)), [], []), individual=replace(half, split=Split(100, 100, 0, groups))
    )
    assert "click too often" in estimate(campaign).unestimated


def test_an_estimate_of_a_large_campaign_is_told_by_group() -> None:
    groups = Groups(Ahead(1_000_000, 50_000), Observable(1_000_000, 400_000, 100_000))
    made = report_campaign(facts(sent(1)), [], [])
    assert made.individual is not None
    half = replace(made.individual, split=Split(1_000_000, 1_000_000, 7, groups))
    campaign: Any = as_dict(Report(NOON, 1, (estimate(replace(made, individual=half)),)))["campaigns"]
    told = campaign[0]["individual"]["estimate"]
    assert told["ahead"]["median"] == pytest.approx(0.2, rel=0.02)  # 5 % clicked, a quarter of openings click
    assert told["everyone"]["median"] == pytest.approx(0.3, rel=0.02)  # between 20 % and 40 %
    assert [one["tau"] for one in told["sweep"]] == [0.2, 0.4, 0.8]
    assert told["groups"]["outside"] == 7


def test_a_report_needs_no_web_server() -> None:
    program = "import sys, overt.cli.report, overt.cli.engagement; sys.exit('litestar' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
