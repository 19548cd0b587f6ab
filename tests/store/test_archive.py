"""The file of a backup: whole, or known not to be."""

from __future__ import annotations

import io
import json
import tarfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from overt.errors import Malformed, Unavailable
from overt.store.archive import INDEX, Backup, Writer, open_members

AT = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
FILES = {"overt.db": b"d" * 3_000_000, "keys.json": b"", "counts/counts-0-20000.table": b"c" * 64}


def write(path: Path, files: dict[str, bytes], index: bytes | None = None) -> None:
    """An archive as another program would make it; `index` in place of what belongs there."""
    with tarfile.open(path, "w") as archive:
        writer = Writer(archive, AT)
        for name, raw in files.items():
            writer.add_bytes(name, raw)
        if index is None:
            writer.end()
        else:
            member = tarfile.TarInfo(INDEX)
            member.size = len(index)
            archive.addfile(member, io.BytesIO(index))


def read(path: Path) -> tuple[dict[str, bytes], Backup]:
    with open_members(path) as members:
        return {name: b"".join(chunks) for name, chunks in members}, members.found()


def test_what_went_in_comes_out_with_its_moment(tmp_path: Path) -> None:
    write(tmp_path / "b.tar", FILES)
    assert read(tmp_path / "b.tar") == (FILES, Backup(AT, 3, 3_000_064))


def test_the_digests_are_those_that_another_program_computes(tmp_path: Path) -> None:
    write(tmp_path / "b.tar", {"overt.db": b"abc"})
    with tarfile.open(tmp_path / "b.tar") as archive:
        index = archive.extractfile(INDEX)
        assert index is not None
        (file,) = json.load(index)["files"]
    # FIPS 180-2, appendix B.1.
    assert file["sha256"] == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_a_file_whose_bytes_nobody_reads_is_checked_all_the_same(tmp_path: Path) -> None:
    write(tmp_path / "b.tar", FILES)
    with open_members(tmp_path / "b.tar") as members:
        for _ in members:
            pass
        assert members.found().files == 3


@pytest.mark.parametrize("at", [0, 100, 512, 1000, 3_000_000, 3_001_000, -12_000, -11_000])
def test_a_byte_that_changed_is_noticed_wherever_it_is(tmp_path: Path, at: int) -> None:
    path = tmp_path / "b.tar"
    write(path, FILES)
    raw = bytearray(path.read_bytes())
    raw[at] ^= 0xFF
    path.write_bytes(raw)
    try:
        assert read(path) == (FILES, Backup(AT, 3, 3_000_064))  # padding, of which nothing is told
    except Malformed:
        return
    assert raw[at] == 0xFF, "a byte of padding was zero before"


@pytest.mark.parametrize("length", [0, 1, 511, 512, 513, 100_000, 3_000_512, 3_002_000])
def test_a_file_that_was_cut_is_noticed(tmp_path: Path, length: int) -> None:
    path = tmp_path / "b.tar"
    write(path, FILES)
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(Malformed, match="no whole backup"):
        read(path)


@pytest.mark.parametrize(
    "name", ["../overt.db", "/etc/passwd", "hits/../../x", "overt.db/x", "hits/segments/x.seg", "counts/a.table", "x"]
)
def test_a_name_that_is_in_no_data_folder_is_refused(tmp_path: Path, name: str) -> None:
    write(tmp_path / "b.tar", {name: b"x"})
    with pytest.raises(Malformed):
        read(tmp_path / "b.tar")


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE])
def test_only_files_are_taken(tmp_path: Path, kind: bytes) -> None:
    with tarfile.open(tmp_path / "b.tar", "w") as archive:
        member = tarfile.TarInfo("overt.db")
        member.type, member.linkname = kind, "/etc/passwd"
        archive.addfile(member)
    with pytest.raises(Malformed):
        read(tmp_path / "b.tar")


def test_the_same_name_twice_is_refused(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "b.tar", "w") as archive:
        writer = Writer(archive, AT)
        writer.add_bytes("overt.db", b"1")
        writer.add_bytes("overt.db", b"2")
        writer.end()
    with pytest.raises(Malformed):
        read(tmp_path / "b.tar")


@pytest.mark.parametrize(
    "index",
    [
        b"",
        b"nonsense",
        b"[]",
        b'{"format": "overt-backup/9", "at": "2026-11-26T12:00:00+00:00", "files": []}',
        b'{"format": "overt-backup/1", "at": "2026-11-26T12:00:00+00:00", "files": []}',
        b'{"format": "overt-backup/1", "at": "yesterday", "files": []}',
        b'{"format": "overt-backup/1", "at": "2026-11-26T12:00:00+00:00", "files": [{"name": "overt.db"}]}',
    ],
)
def test_an_index_that_does_not_fit_is_refused(tmp_path: Path, index: bytes) -> None:
    write(tmp_path / "b.tar", {"overt.db": b"x"}, index)
    with pytest.raises(Malformed):
        read(tmp_path / "b.tar")


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="No such file"):
        read(tmp_path / "nothing.tar")
