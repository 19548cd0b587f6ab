"""The key file: private, made once, never silently damaged."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from overt.cli.keyfile import make_keyring, open_keyring, read_keyring, write_keyring
from overt.errors import Malformed
from overt.measure import new_keyring


def test_a_missing_file_is_made_private_and_said_on_stderr(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = folder / "deep" / "keys.json"
    first = open_keyring(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    told = capsys.readouterr()
    assert "made the key file" in told.err
    assert told.out == ""
    assert open_keyring(path) == first
    assert capsys.readouterr().err == ""


def test_reading_alone_makes_nothing(folder: Path) -> None:
    with pytest.raises(Malformed, match="overt keys new"):
        read_keyring(folder / "keys.json")
    assert list(folder.iterdir()) == []


def test_a_file_that_others_may_read_is_said(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = folder / "keys.json"
    make_keyring(path)
    path.chmod(0o644)
    read_keyring(path)
    assert f"chmod 600 {path}" in capsys.readouterr().err


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff", b'{"signing": 3, "keys": []}'])
def test_a_damaged_file_is_refused_and_left_alone(folder: Path, content: bytes) -> None:
    path = folder / "keys.json"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(Malformed, match="damaged"):
        open_keyring(path)
    assert path.read_bytes() == content


def test_a_keyring_comes_back_as_it_was_written(folder: Path) -> None:
    keyring = new_keyring(lambda size: bytes(size)).rotate(lambda size: b"\1" * size)
    write_keyring(folder / "keys.json", keyring)
    assert read_keyring(folder / "keys.json") == keyring
