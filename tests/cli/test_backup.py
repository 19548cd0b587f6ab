"""`overt backup`: what it says, and that a folder comes back."""

from __future__ import annotations

from pathlib import Path

import pytest

from overt.cli.backup import HELD_SENTENCE
from overt.cli.house import open_house
from overt.cli.main import main
from overt.cli.settings import load_settings
from overt.measure import Purpose
from overt.store import Layout, Ledger, open_database


@pytest.fixture
def made(folder: Path) -> Path:
    """A backup of a house in which somebody withdrew; the house is gone."""
    with open_house(load_settings(), make_keys=True) as house:
        house.ledger.withdraw("ann@example.org", Purpose.OPENS)
    assert main(["backup", "make", "b.tar"]) == 0
    (folder / "overt-data").rename(folder / "lost")
    return folder / "b.tar"


def test_a_folder_comes_back_with_its_keys(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keys = (made.parent / "lost" / "keys.json").read_bytes()
    assert main(["backup", "check", "b.tar"]) == 0
    assert "b.tar is whole: " in capsys.readouterr().out
    assert main(["backup", "restore", "b.tar"]) == 0
    said = capsys.readouterr().out
    assert "since then are not in it" in said
    assert HELD_SENTENCE in said
    assert (made.parent / "overt-data" / "keys.json").read_bytes() == keys
    with open_house(load_settings()) as house:
        lost = Ledger(open_database(Layout(made.parent / "lost").database))
        gone = lost.withdrawn_recipients()
        assert gone
        assert gone <= house.ledger.withdrawn_recipients()  # which knows them by their derived numbers too


def test_who_wants_the_queue_delivered_is_not_told_that_it_is_held(
    made: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["backup", "restore", str(made), "--deliver"]) == 0
    assert HELD_SENTENCE not in capsys.readouterr().out


def test_keys_kept_elsewhere_are_left_to_the_operator(
    made: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OVERT_KEYS", str(made.parent / "elsewhere.json"))
    assert main(["backup", "restore", str(made)]) == 0
    assert "The key file has to be at" in capsys.readouterr().out
    assert not (made.parent / "elsewhere.json").exists()


def test_a_name_of_their_own_in_the_folder_is_kept(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OVERT_KEYS", "secret/signing.json")
    assert main(["backup", "restore", str(made)]) == 0
    assert (made.parent / "overt-data" / "secret" / "signing.json").exists()


def test_what_stands_in_the_way_is_one_sentence_and_code_2(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["backup", "make", "c.tar"]) == 2  # there is no folder any more
    made.write_bytes(made.read_bytes()[:1000])
    assert main(["backup", "check", "b.tar"]) == 2
    assert main(["backup", "restore", "b.tar"]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 3
    assert not (made.parent / "overt-data").exists()
