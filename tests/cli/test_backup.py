"""`overt backup`: what it says, and that a folder comes back."""

from __future__ import annotations

from pathlib import Path

import pytest

from overt.cli.house import open_house
from overt.cli.main import main
from overt.cli.settings import load_settings
from overt.measure import Purpose
from overt.store import Layout, Ledger, open_database

PEOPLE = ("--people", "lost/people.db")


@pytest.fixture
def made(folder: Path) -> Path:
    """A backup of a house in which somebody withdrew, and somebody since; the house was lost."""
    with open_house(load_settings(), make_keys=True) as house:
        house.ledger.withdraw("ann@example.org", Purpose.OPENS)
        assert main(["backup", "make", "b.tar"]) == 0
        house.ledger.withdraw("bo@example.org")
    (folder / "overt-data").rename(folder / "lost")
    return folder / "b.tar"


def test_a_folder_comes_back_with_its_keys(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keys = (made.parent / "lost" / "keys.json").read_bytes()
    assert main(["backup", "check", "b.tar"]) == 0
    assert "b.tar is whole: " in capsys.readouterr().out
    assert main(["backup", "restore", "b.tar", *PEOPLE]) == 0
    said = capsys.readouterr().out
    assert "Grants since then are not in it" in said
    assert (made.parent / "overt-data" / "keys.json").read_bytes() == keys
    with open_house(load_settings()) as house:
        lost = Ledger(open_database(Layout(made.parent / "lost").database))
        gone = lost.withdrawn_recipients()
        assert len(gone) == 2
        assert house.ledger.find_recipient("ann@example.org") in gone
        assert gone <= house.ledger.withdrawn_recipients()  # which knows them by their derived numbers too


def test_what_was_withdrawn_since_is_withdrawn_again(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["backup", "restore", "b.tar", *PEOPLE]) == 0
    # Bo withdrew three purposes after the backup was made.
    assert "0 erasures, 3 withdrawals, 0 who left" in capsys.readouterr().out
    assert main(["consent", "show", "bo@example.org"]) == 0
    assert capsys.readouterr().out.count("withdrawn") == 3


def test_without_the_vault_nobody_has_a_name(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["backup", "restore", "b.tar"]) == 2
    assert "--people" in capsys.readouterr().err
    assert not (made.parent / "overt-data").exists()
    assert main(["backup", "restore", "b.tar", "--nameless"]) == 0
    with open_house(load_settings()) as house:
        assert house.ledger.find_recipient("ann@example.org") is None
        assert house.ledger.check_consent().entries == 1


def test_the_vault_without_the_master_key_is_refused(
    made: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    master = (made.parent / "lost" / "master.key").read_text()
    (made.parent / "lost" / "master.key").unlink()
    assert main(["backup", "restore", "b.tar", *PEOPLE]) == 2
    assert "The master key is needed too" in capsys.readouterr().err
    monkeypatch.setenv("OVERT_MASTER_KEY", "0" * 64)
    assert main(["backup", "restore", "b.tar", *PEOPLE]) == 2
    assert "not the one that people.db was made with" in capsys.readouterr().err
    monkeypatch.setenv("OVERT_MASTER_KEY", master)
    assert main(["backup", "restore", "b.tar", *PEOPLE]) == 0
    assert not (made.parent / "overt-data" / "master.key").exists()


def test_a_copy_of_the_vault_takes_the_place_of_an_older_one(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["consent", "add", "ann@example.org"])
    assert main(["backup", "people", "copy.db"]) == 0
    main(["erase", "ann@example.org", "--yes"])
    assert main(["backup", "people", "copy.db"]) == 0
    assert main(["backup", "make", "b.tar"]) == 0
    (folder / "overt-data" / "master.key").rename(folder / "master.key")
    (folder / "overt-data").rename(folder / "lost")
    assert main(["backup", "restore", "b.tar", "--people", "copy.db"]) == 0
    assert main(["erase", "ann@example.org", "--yes"]) == 2


def test_keys_kept_elsewhere_are_left_to_the_operator(
    made: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OVERT_KEYS", str(made.parent / "elsewhere.json"))
    assert main(["backup", "restore", str(made), *PEOPLE]) == 0
    assert "The key file has to be at" in capsys.readouterr().out
    assert not (made.parent / "elsewhere.json").exists()


def test_a_name_of_their_own_in_the_folder_is_kept(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OVERT_KEYS", "secret/signing.json")
    assert main(["backup", "restore", str(made), *PEOPLE]) == 0
    assert (made.parent / "overt-data" / "secret" / "signing.json").exists()


def test_what_stands_in_the_way_is_one_sentence_and_code_2(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["backup", "make", "c.tar"]) == 2  # there is no folder any more
    made.write_bytes(made.read_bytes()[:1000])
    assert main(["backup", "check", "b.tar"]) == 2
    assert main(["backup", "restore", "b.tar", *PEOPLE]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 3
    assert not (made.parent / "overt-data").exists()
