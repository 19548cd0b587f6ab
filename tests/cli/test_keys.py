"""`overt keys` as a user runs it: no secret is printed, and old keys keep verifying."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from overt.cli.keyfile import read_keyring
from overt.cli.keys import fingerprint
from overt.cli.main import main
from overt.measure import Key


def test_new_makes_a_key_file_once(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["keys", "new"]) == 0
    path = folder / "overt-data" / "keys.json"
    before = path.read_bytes()
    assert main(["keys", "new"]) == 2
    assert "overt keys rotate" in capsys.readouterr().err
    assert path.read_bytes() == before


def test_rotate_adds_a_key_that_signs_and_keeps_the_old_one(folder: Path) -> None:
    path = folder / "k.json"
    assert main(["keys", "new", "--keys", str(path)]) == 0
    old = read_keyring(path)
    assert main(["keys", "rotate", "--keys", str(path)]) == 0
    new = read_keyring(path)
    assert new.signing != old.signing
    assert old.keys.items() < new.keys.items()


def test_list_shows_numbers_and_fingerprints_but_no_secret(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = folder / "k.json"
    main(["keys", "new", "--keys", str(path)])
    main(["keys", "rotate", "--keys", str(path)])
    assert main(["keys", "list", "--keys", str(path)]) == 0
    told = capsys.readouterr()
    assert told.out.count("verifies") == 2
    for row in json.loads(path.read_text())["keys"]:
        assert row["secret"] not in told.out + told.err


def test_a_fingerprint_tells_keys_apart() -> None:
    assert fingerprint(Key(0, bytes(32))) != fingerprint(Key(0, b"\1" * 32))


def test_no_key_file_says_how_to_make_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["keys", "list"]) == 2
    assert "overt keys new" in capsys.readouterr().err
