"""Files are whole or absent, private by default, and appends of many processes do not mix."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from overt.cli.disk import append_line, create_file, replace_file


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_file_is_private_and_whole(folder: Path) -> None:
    assert create_file(folder / "deep" / "keys", b"secret")
    assert (folder / "deep" / "keys").read_bytes() == b"secret"
    assert mode(folder / "deep" / "keys") == 0o600


def test_what_is_there_is_not_overwritten_by_creating(folder: Path) -> None:
    (folder / "keys").write_bytes(b"old")
    assert not create_file(folder / "keys", b"new")
    assert (folder / "keys").read_bytes() == b"old"


def test_replacing_leaves_nothing_beside_the_file(folder: Path) -> None:
    replace_file(folder / "keys", b"one")
    replace_file(folder / "keys", b"two")
    assert [path.name for path in folder.iterdir()] == ["keys"]
    assert (folder / "keys").read_bytes() == b"two"


def test_only_one_of_many_creators_succeeds(folder: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(lambda n: create_file(folder / "keys", str(n).encode()), range(16)))
    assert done.count(True) == 1
    assert [path.name for path in folder.iterdir()] == ["keys"]


def test_appended_lines_stay_whole(folder: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: append_line(folder / "manifest", f"{n}" * 5000), range(10)))
    lines = (folder / "manifest").read_text().splitlines()
    assert sorted(lines) == sorted(f"{n}" * 5000 for n in range(10))
    assert mode(folder / "manifest") == 0o600
