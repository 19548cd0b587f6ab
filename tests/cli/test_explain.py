"""`overt explain`: sentences about one message, the identifying characters marked."""

from __future__ import annotations

from pathlib import Path

import pytest

from overt.cli.main import main
from tests.cli.mailbox import TOKEN, quiet, telling


def test_each_finding_is_told_with_its_identifying_characters_marked(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "a.eml").write_bytes(telling())
    assert main(["explain", "a.eml"]) == 1
    text = capsys.readouterr().out
    assert f"https://t.example.net/open?u=[{TOKEN}]" in text
    assert "What this message would tell its sender:" in text
    assert "logo.png" not in text


def test_all_shows_what_is_harmless_too(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "a.eml").write_bytes(telling())
    main(["explain", "a.eml", "--all"])
    assert "logo.png" in capsys.readouterr().out


def test_a_message_that_tells_nothing_says_so(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "a.eml").write_bytes(quiet())
    assert main(["explain", "a.eml"]) == 0
    assert "tells its sender nothing" in capsys.readouterr().out


def test_signs_of_phishing_are_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "a.eml").write_bytes(telling().replace(b"From:", b"Reply-To: x@evil.example\r\nFrom:"))
    main(["explain", "a.eml"])
    assert "answers go to evil.example" in capsys.readouterr().out
