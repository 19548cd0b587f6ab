"""Opening the data folder: what is made, what is not, and what is private."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from overt.cli.house import open_house
from overt.cli.settings import load_settings
from overt.errors import Malformed, Unavailable
from overt.testing import MORNING, FixedClock


def test_the_first_opening_makes_a_private_folder_and_database(folder: Path) -> None:
    with open_house(load_settings(), make_keys=True) as house:
        assert house.ledger.campaigns() == {}
        assert house.need_keyring().keys
    for path in (folder / "overt-data", folder / "overt-data" / "overt.db", folder / "overt-data" / "keys.json"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0


def test_without_make_keys_no_key_file_is_made(folder: Path) -> None:
    with open_house(load_settings()) as house:
        assert house.keyring is None
        with pytest.raises(Malformed, match="overt keys new"):
            house.need_keyring()
    assert not (folder / "overt-data" / "keys.json").exists()


def test_what_was_written_is_there_at_the_next_opening_at_the_clocks_time() -> None:
    settings = load_settings()
    with open_house(settings, clock=FixedClock()) as house:
        house.ledger.record_event("test", "a sentence")
    with open_house(settings) as house:
        (event,) = house.ledger.events()
    assert (event.kind, event.at) == ("test", MORNING)


def test_a_damaged_database_is_said_and_left_alone(folder: Path) -> None:
    (folder / "overt-data").mkdir()
    (folder / "overt-data" / "overt.db").write_text("no database, " * 100)
    with pytest.raises(Unavailable, match="database"), open_house(load_settings()):
        pass
    assert (folder / "overt-data" / "overt.db").read_text().startswith("no database")


def test_the_master_key_of_the_environment_is_used_and_no_file_is_made(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OVERT_MASTER_KEY", "5a" * 32)
    settings = load_settings()
    with open_house(settings) as house:
        number = house.ledger.recipient("robin@shop.example.org")
    with open_house(settings) as house:
        assert house.ledger.address_of(number) == "robin@shop.example.org"
    assert not (folder / "overt-data" / "master.key").exists()
    assert "5a5a" not in repr(settings)
    for path in (folder / "overt-data").iterdir():
        assert b"robin@" not in path.read_bytes()
    monkeypatch.setenv("OVERT_MASTER_KEY", "a5" * 32)
    with pytest.raises(Malformed, match="not the one that people"), open_house(load_settings()):
        pass
    monkeypatch.setenv("OVERT_MASTER_KEY", "secret")
    with pytest.raises(Malformed, match="64 hexadecimal"), open_house(load_settings()):
        pass
