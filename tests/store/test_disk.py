"""Touching the disk."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from overt.errors import Refused, Unavailable
from overt.store.disk import lock, make_folder, reporting, sync_folder, write_all


def test_an_error_of_the_system_is_unavailable_and_says_where() -> None:
    with pytest.raises(Unavailable, match=r"cannot read /nowhere: No such file"), reporting("read", Path("/nowhere")):
        Path("/nowhere/at/all").read_bytes()


def test_a_folder_is_for_its_owner_alone(tmp_path: Path) -> None:
    make_folder(tmp_path / "a")
    sync_folder(tmp_path / "a")
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o700


def test_a_folder_under_a_file_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable):
        make_folder(tmp_path / "file" / "a")


def test_a_lock_is_held_by_one(tmp_path: Path) -> None:
    handle = lock(tmp_path / "lock")
    with pytest.raises(Refused):
        lock(tmp_path / "lock")
    os.close(handle)
    os.close(lock(tmp_path / "lock"))


def test_all_is_written_however_little_each_write_takes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.write
    monkeypatch.setattr(os, "write", lambda handle, data: real(handle, bytes(data)[:3]))
    handle = os.open(tmp_path / "file", os.O_WRONLY | os.O_CREAT)
    write_all(handle, b"0123456789")
    os.close(handle)
    assert (tmp_path / "file").read_bytes() == b"0123456789"
