"""`overt erase`: asked before, told after, and once more after a restored backup."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from overt.cli.main import main


def test_a_receipt_says_what_was_done(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["consent", "add", "ann@example.org", "--reference", "form-1"]) == 0
    capsys.readouterr()
    assert main(["erase", "ann@example.org", "--yes", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["erased"], told["messages"], told["stopped"]) == ("ann@example.org", 0, 0)
    assert main(["erase", "ann@example.org", "--yes"]) == 2
    assert "nothing is recorded" in capsys.readouterr().err


def test_nobody_is_erased_without_a_yes(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    main(["consent", "add", "ann@example.org", "--reference", "form-1"])
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert main(["erase", "ann@example.org"]) == 2
    assert "--yes" in capsys.readouterr().err
    assert main(["erase", "ann@example.org", "--yes"]) == 0
    assert "Receipt: ann@example.org was erased" in capsys.readouterr().out


def test_a_restored_backup_erases_again(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["consent", "add", "ann@example.org", "--reference", "form-1"])
    assert main(["backup", "make", "old.tar"]) == 0
    main(["erase", "ann@example.org", "--yes"])
    (folder / "overt-data").rename(folder / "lost")
    capsys.readouterr()
    assert main(["backup", "restore", "old.tar", "--people", "lost/people.db"]) == 0
    assert "1 erasures" in capsys.readouterr().out
    assert main(["erase", "ann@example.org", "--yes"]) == 2
