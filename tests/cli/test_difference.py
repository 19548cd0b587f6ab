"""`overt diff`: what tells two copies apart, and what varies for other reasons."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from overt.cli.main import main
from tests.cli.mailbox import TOKEN, telling

OTHER = "Qp7wB2zKd5hS9xVn1mGf3jRt"


def test_the_characters_that_single_a_recipient_out_are_shown(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "a.eml").write_bytes(telling())
    (folder / "b.eml").write_bytes(telling(2, "eve@example.org").replace(TOKEN.encode(), OTHER.encode()))
    assert main(["diff", "a.eml", "b.eml"]) == 1
    text = capsys.readouterr().out
    assert f"[{TOKEN}]" in text
    assert f"[{OTHER}]" in text
    assert main(["diff", "--json", "a.eml", "b.eml"]) == 1
    (found,) = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert (found["kind"], found["a"]["word"], found["b"]["word"]) == ("recipient", TOKEN, OTHER)
    assert found["a"]["url"][found["a"]["start"] : found["a"]["end"]] == TOKEN


def test_copies_with_the_same_urls_are_not_told_apart(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "a.eml").write_bytes(telling())
    (folder / "b.eml").write_bytes(telling(2, "eve@example.org"))
    assert main(["diff", "a.eml", "b.eml"]) == 0
    assert "Nothing in their URLs" in capsys.readouterr().out
