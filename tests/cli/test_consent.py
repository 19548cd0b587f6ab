"""`overt consent` as an operator runs it: what is recorded stands, and bad rows of a list do not lose the good ones."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from overt.cli.main import main


def shown(address: str, capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    capsys.readouterr()
    assert main(["consent", "show", address, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert isinstance(found, dict)
    return found


def test_an_unknown_recipient_has_given_no_permission(capsys: pytest.CaptureFixture[str]) -> None:
    found = shown("ann@example.org", capsys)
    assert found["stands"] == {"opens": "unknown", "links": "unknown", "hygiene": "unknown"}
    assert found["entries"] == []


def test_a_grant_stands_until_it_is_withdrawn(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["consent", "add", "Ann@example.org", "--reference", "form-1", "--way", "form", "--wording", "v2"]) == 0
    found = shown("ann@example.org", capsys)
    assert found["stands"] == {"opens": "grant", "links": "grant", "hygiene": "unknown"}
    entries = found["entries"]
    assert isinstance(entries, list)
    assert [(e["purpose"], e["reference"], e["way"], e["wording"]) for e in entries] == [
        ("opens", "form-1", "form", "v2"),
        ("links", "form-1", "form", "v2"),
    ]
    assert main(["consent", "withdraw", "ann@example.org"]) == 0
    assert shown("ann@example.org", capsys)["stands"] == dict.fromkeys(("opens", "links", "hygiene"), "withdrawal")


def test_one_purpose_can_be_granted_and_withdrawn_alone(capsys: pytest.CaptureFixture[str]) -> None:
    main(["consent", "add", "ann@example.org", "--purpose", "links"])
    assert shown("ann@example.org", capsys)["stands"] == {"opens": "unknown", "links": "grant", "hygiene": "unknown"}
    main(["consent", "withdraw", "ann@example.org", "--purpose", "links"])
    assert shown("ann@example.org", capsys)["stands"] == {
        "opens": "unknown",
        "links": "withdrawal",
        "hygiene": "unknown",
    }


def test_what_stands_is_shown_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    main(["consent", "add", "ann@example.org"])
    capsys.readouterr()
    assert main(["consent", "show", "ann@example.org"]) == 0
    told = capsys.readouterr().out
    assert "opens    granted" in told
    assert "hygiene  unknown: shared at most" in told


def test_no_address_is_a_mistake(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["consent", "add", "nobody"]) == 2
    told = capsys.readouterr()
    assert "address" in told.err
    assert "nobody" not in told.out


def test_a_list_records_its_good_rows_and_says_the_bad_ones(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "list.csv").write_text(
        "email,way,purpose,at\n"
        "ann@example.org,form,opens links,2026-11-01T09:30:00Z\n"
        "bo@example.org,,,\n"
        "nobody,form,,\n"
        "cy@example.org,form,everything,\n"
        "di@example.org,form,opens,yesterday\n"
        "ed@example.org,form,opens,2026-11-01T09:30:00\n"
    )
    assert main(["consent", "import", "list.csv", "--reference", "paper-7"]) == 1
    told = capsys.readouterr()
    assert "2 recipients recorded, 4 rows left out." in told.out
    assert [line.split(":")[0].strip() for line in told.err.splitlines()] == ["line 4", "line 5", "line 6", "line 7"]
    ann = shown("ann@example.org", capsys)
    entries = ann["entries"]
    assert isinstance(entries, list)
    assert {e["at"] for e in entries} == {"2026-11-01T09:30:00+00:00"}
    assert {e["reference"] for e in entries} == {"paper-7"}
    assert shown("bo@example.org", capsys)["stands"] == {"opens": "grant", "links": "grant", "hygiene": "unknown"}
    assert shown("cy@example.org", capsys)["entries"] == []


def test_nothing_but_the_database_is_made(folder: Path) -> None:
    main(["consent", "add", "ann@example.org"])
    assert [path.name for path in folder.iterdir()] == ["overt-data"]
    assert not (folder / "overt-data" / "keys.json").exists()
