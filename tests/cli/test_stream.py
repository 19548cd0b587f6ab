"""One message in, bytes out."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from overt.cli.stream import read_one, read_stdin, write_stdout
from overt.errors import Malformed
from tests.cli.mailbox import quiet, write_maildir


def test_stdin_is_bytes_and_nothing_is_no_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"\xff\r\n")))
    assert read_one(Path("-")) == b"\xff\r\n"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
    with pytest.raises(Malformed, match="no message"):
        read_stdin()


def test_a_mailbox_is_not_one_message(folder: Path) -> None:
    write_maildir(folder / "m", {"1": quiet(), "2": quiet()})
    with pytest.raises(Malformed, match="not a mailbox"):
        read_one(folder / "m")


def test_bytes_go_out_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.TextIOWrapper(io.BytesIO())
    monkeypatch.setattr(sys, "stdout", out)
    write_stdout(b"\xff\r\n\n")
    assert out.buffer.getvalue() == b"\xff\r\n\n"
