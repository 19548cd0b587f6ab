"""A Maildir of our own, read by the standard library's."""

from __future__ import annotations

import errno
import mailbox
import stat
from pathlib import Path

import pytest

from overt.serve.maildir import write_maildir

RAW = b"From: a@example.org\r\nSubject: x\r\n\r\nOne\r\n.\r\n\xff"


def test_a_message_keeps_every_byte_under_what_delivery_adds(tmp_path: Path) -> None:
    path = write_maildir(tmp_path / "mail", RAW, sender="a@example.org", recipient="björn@example.org")
    added = "Return-Path: <a@example.org>\r\nDelivered-To: björn@example.org\r\n".encode()
    assert path.read_bytes() == added + RAW
    assert path.parent == tmp_path / "mail" / "new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_standard_library_finds_what_was_delivered(tmp_path: Path) -> None:
    for number in range(20):
        write_maildir(tmp_path / "mail", RAW, sender="", recipient=f"r{number}@example.org")
    found = mailbox.Maildir(str(tmp_path / "mail"), create=False)
    assert {message["Delivered-To"] for message in found} == {f"r{number}@example.org" for number in range(20)}
    assert {message["Return-Path"] for message in found} == {"<>"}
    assert list((tmp_path / "mail" / "tmp").iterdir()) == []


def test_a_message_that_cannot_be_made_durable_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(OSError, match="No space"):
        write_maildir(tmp_path, RAW, sender="", recipient="r@example.org")
    assert [list((tmp_path / name).iterdir()) for name in ("tmp", "new")] == [[], []]
