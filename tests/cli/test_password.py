"""`overt password`: a hash that lets its password in, and no short one."""

from __future__ import annotations

import io
import sys

import argon2
import pytest

from overt.cli.main import main


def test_the_hash_is_argon2s_and_fits_the_password(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("correct horse\n"))
    assert main(["password"]) == 0
    printed = capsys.readouterr().out.strip()
    assert printed.startswith("$argon2id$")
    assert argon2.PasswordHasher().verify(printed, "correct horse")


def test_a_short_password_is_refused(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("short\n"))
    assert main(["password"]) == 2
    assert "8" in capsys.readouterr().err
