"""`overt unwrap`: where links lead, from arguments and from a pipe."""

from __future__ import annotations

import io
import json
import sys

import pytest

from overt.cli.main import main


def test_nested_redirectors_and_tags_come_off(capsys: pytest.CaptureFixture[str]) -> None:
    url = "https://www.google.com/url?q=https%3A%2F%2Fshop.example.org%2Fa%3Futm_source%3Dnews%26id%3D7&sa=D"
    assert main(["unwrap", "--json", url]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["destination"] == "https://shop.example.org/a?id=7"
    assert (found["removed"], found["known_only_to"]) == (["utm_source"], None)
    assert found["hops"] == [{"by": "Google", "url": "https://shop.example.org/a?utm_source=news&id=7"}]
    main(["unwrap", "--json", "--no-tags", url])
    assert json.loads(capsys.readouterr().out)["destination"] == "https://shop.example.org/a?utm_source=news&id=7"


def test_what_only_the_owner_knows_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["unwrap", "https://bit.ly/3OKKeaI"]) == 1
    assert "destination unknown, known only to bit.ly" in capsys.readouterr().out


def test_links_come_in_a_pipe_and_text_that_is_no_link_stays(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("https://a.example/\n\nnot a link\x1b[2J\n"))
    assert main(["unwrap"]) == 0
    assert capsys.readouterr().out.splitlines() == ["https://a.example/", "not a link\ufffd[2J"]


def test_a_line_longer_than_any_link_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("x" * 100_000))
    assert main(["unwrap"]) == 2
