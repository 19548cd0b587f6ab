"""`overt suppression`: who left is shown, added and lifted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from overt.cli.main import main


def listed(capsys: pytest.CaptureFixture[str]) -> list[dict[str, str]]:
    capsys.readouterr()
    assert main(["suppression", "list", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert isinstance(found, list)
    return found


def test_added_listed_and_lifted(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["suppression", "list"]) == 0
    assert "Nobody unsubscribed." in capsys.readouterr().out
    assert main(["consent", "add", "ann@example.org", "--reference", "form-1"]) == 0
    assert main(["suppression", "add", "Ann@example.org"]) == 0
    (found,) = listed(capsys)
    assert (found["address"], found["way"]) == ("ann@example.org", "entered by the operator")
    assert main(["suppression", "list"]) == 0
    assert "ann@example.org" in capsys.readouterr().out
    assert main(["suppression", "lift", "ann@example.org"]) == 0
    assert main(["suppression", "lift", "ann@example.org"]) == 1
    assert listed(capsys) == []


def test_an_address_never_heard_of_is_kept_as_a_hash_alone(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["suppression", "add", "never@example.org"]) == 0
    assert [row["address"] for row in listed(capsys)] == [""]
    assert main(["suppression", "list", "--csv"]) == 0
    assert capsys.readouterr().out.splitlines() == ["email,at,way"]


def test_a_list_is_added_row_by_row(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "left.csv").write_text("email\nann@example.org\nnobody\nbo@example.org\n")
    assert main(["suppression", "add", "--file", "left.csv"]) == 1
    assert "2 unsubscribed" in capsys.readouterr().out
    assert len(listed(capsys)) == 2


def test_nobody_named_is_a_mistake(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["suppression", "add"]) == 2
    assert "--file" in capsys.readouterr().err
