"""`overt rules`: list, test, add and remove."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from overt.cli.main import main


@pytest.fixture(autouse=True)
def _own_rules(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OVERT_RULES", str(folder / "rules"))


def test_rules_are_listed_by_vendor(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "list", "--vendor", "mailchimp", "--json"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert "mailchimp-open" in {row["id"] for row in rows}
    assert {row["vendor"] for row in rows} == {"Mailchimp"}
    assert all(row["source"] for row in rows)


def test_a_url_is_tested(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "test", "https://shop.us1.list-manage.com/track/open.php?u=1"]) == 1
    assert "mailchimp-open: Mailchimp" in capsys.readouterr().out
    assert main(["rules", "test", "https://bit.ly/abc", "--as", "document"]) == 1
    assert "known only to bit.ly" in capsys.readouterr().out
    assert main(["rules", "test", "https://shop.example.org/"]) == 0


def test_a_list_is_added_used_shown_and_removed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "mine.txt").write_text("||t.example.net^\n/regular(expression)/\n")
    assert main(["rules", "add", "mine.txt"]) == 0
    printed = capsys.readouterr()
    assert "1 rules of mine.txt" in printed.out
    assert "line 2" in printed.err
    assert main(["rules", "test", "https://t.example.net/x"]) == 1
    main(["rules", "list"])
    assert "added: mine.txt, 1 rules" in capsys.readouterr().out
    assert main(["rules", "remove", "mine"]) == 0
    assert main(["rules", "test", "https://t.example.net/x"]) == 0
