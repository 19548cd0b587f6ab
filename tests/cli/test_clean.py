"""`overt clean` and `overt restore`: pipes, folders, a Maildir in place; originals are never lost."""

from __future__ import annotations

import io
import mailbox
import sys
from pathlib import Path

import pytest

from overt.cli.main import main
from tests.cli.mailbox import BEACON, quiet, telling, write_maildir


def pipe(monkeypatch: pytest.MonkeyPatch, raw: bytes, *arguments: str) -> tuple[int, bytes]:
    out = io.TextIOWrapper(io.BytesIO())
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw)))
        patch.setattr(sys, "stdout", out)
        code = main(list(arguments))
        out.flush()
    return code, out.buffer.getvalue()


def test_a_pipe_takes_out_the_beacon_and_restore_gives_it_back(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = telling()
    code, cleaned = pipe(monkeypatch, raw, "clean", "--policy", "trackers")
    assert code == 0
    assert b"t.example.net" not in cleaned
    assert b"logo.png" in cleaned
    assert b"https://shop.example.org/seeds" in cleaned.replace(b"=\r\n", b"")
    assert pipe(monkeypatch, cleaned, "restore") == (0, raw)
    assert pipe(monkeypatch, cleaned, "clean") == (0, cleaned)


def test_a_message_without_anything_to_take_out_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    assert pipe(monkeypatch, quiet(), "clean") == (0, quiet())


def test_files_go_to_a_folder_and_nothing_is_written_over(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "a.eml").write_bytes(telling())
    assert main(["clean", "a.eml", "--output", "out"]) == 0
    assert BEACON.encode() not in (folder / "out" / "a.eml").read_bytes()
    assert (folder / "a.eml").read_bytes() == telling()
    assert main(["clean", "a.eml", "--output", "out"]) == 1
    assert "is there already" in capsys.readouterr().err


def test_a_maildir_is_cleaned_in_place_with_its_names_times_and_originals_kept(folder: Path) -> None:
    box = write_maildir(folder / "Maildir", {"1": telling(), "2": quiet()})
    first = box / "cur" / "1:2,S"
    before = first.stat().st_mtime_ns
    assert main(["clean", "Maildir", "--in-place"]) == 0
    assert b"t.example.net" not in first.read_bytes()
    assert first.stat().st_mtime_ns == before
    assert (box / "overt-originals" / "1:2,S").read_bytes() == telling()
    assert (box / "cur" / "2:2,S").read_bytes() == quiet()
    assert main(["clean", "Maildir", "--in-place"]) == 0  # once more changes nothing
    assert main(["restore", str(first), "--in-place"]) == 0
    assert first.read_bytes() == telling()


def test_an_mbox_is_not_changed_in_place(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    box = mailbox.mbox(folder / "inbox")
    box.add(telling())
    box.add(telling(2))
    box.close()
    before = (folder / "inbox").read_bytes()
    assert main(["clean", "inbox", "--in-place"]) == 1
    assert "--output" in capsys.readouterr().err
    assert (folder / "inbox").read_bytes() == before
    assert main(["clean", "inbox", "--output", "out"]) == 0
    assert len(list((folder / "out").iterdir())) == 2


def test_where_the_cleaned_mail_goes_has_to_be_said(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "a.eml").write_bytes(telling())
    assert main(["clean", "a.eml"]) == 2
    assert "--in-place" in capsys.readouterr().err


def test_what_was_never_cleaned_is_not_restored(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert pipe(monkeypatch, telling(), "restore") == (2, b"")
