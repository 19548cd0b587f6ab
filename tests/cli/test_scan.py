"""`overt scan` as its users run it: files, mailboxes, pipes, resumed, by several processes."""

from __future__ import annotations

import io
import json
import mailbox
import sys
from pathlib import Path
from typing import Any

import pytest

from overt.cli.main import main
from tests.cli.mailbox import BEACON, WRAPPED, quiet, telling, write_maildir


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_json_has_every_reference_with_the_documented_keys(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "a.eml").write_bytes(telling())
    assert main(["scan", "--json", "a.eml"]) == 1
    (message,) = lines(capsys)
    assert set(message) == {"schema", "ruleset", "path", "message_id", "sender", "date", "findings"}
    assert (message["path"], message["message_id"]) == ("a.eml", "<1@shop.example.org>")
    found = {finding["url"]: finding for finding in message["findings"]}
    assert set(found[BEACON]) == {
        "class", "vector", "raw", "url", "part", "span", "vendor", "rule", "confidence", "because", "evidence", "leak",
        "destination",
    }  # fmt: skip
    assert found[BEACON]["class"] == "beacon"
    assert (found[WRAPPED]["class"], found[WRAPPED]["destination"]) == (
        "wrapped-link",
        "https://shop.example.org/seeds",
    )
    assert found["https://cdn.shop.example.org/logo.png"]["class"] == "remote"
    start, end = found[BEACON]["span"]
    assert b"t.example.net" in telling()[start:end]


def test_what_reports_nothing_ends_with_zero(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "a.eml").write_bytes(quiet())
    assert main(["scan", "a.eml"]) == 0
    assert "1 messages, 0 of them report" in capsys.readouterr().out


def test_without_rules_no_vendor_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "a.eml").write_bytes(telling())
    assert main(["scan", "--json", "--no-rules", "a.eml"]) == 1
    (message,) = lines(capsys)
    assert message["ruleset"] == "none"
    assert {finding["vendor"] for finding in message["findings"]} == {None}
    assert "beacon" in {finding["class"] for finding in message["findings"]}


def test_a_leak_is_proven_for_the_recipient_and_for_other_addresses_given(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    raw = telling().replace(b"Zk3vX0aQm9tT4yLr7cW2bN8d", b"cm9iaW5AZXhhbXBsZS5vcmc")  # base64 of robin@example.org
    (folder / "a.eml").write_bytes(raw)
    main(["scan", "--json", "a.eml"])
    (message,) = lines(capsys)
    leaks = [finding["leak"] for finding in message["findings"] if finding["leak"]]
    assert [(leak["address"], leak["chain"]) for leak in leaks] == [("robin@example.org", ["base64"])]
    (folder / "b.eml").write_bytes(raw.replace(b"To: robin@", b"To: someone@"))
    main(["scan", "--json", "b.eml", "--address", "robin@example.org"])
    (message,) = lines(capsys)
    assert [f["leak"]["address"] for f in message["findings"] if f["leak"]] == ["robin@example.org"]


def test_mailboxes_of_every_kind_and_bare_html(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    box = mailbox.mbox(folder / "inbox")
    for number in range(3):
        box.add(telling(number))
    box.close()
    write_maildir(folder / "Maildir", {"1": telling(), "2": quiet()})
    (folder / "page.html").write_text(
        '<html><body><img src="https://t.example.net/open?u=Zk3vX0aQm9tT4yLr7cW2bN8d"></body></html>'
    )
    assert main(["scan", "--json", "inbox", "Maildir", "page.html"]) == 1
    found = lines(capsys)
    assert [message["path"] for message in found] == [
        "inbox#1", "inbox#2", "inbox#3", "Maildir/cur/1:2,S", "Maildir/cur/2:2,S", "page.html",
    ]  # fmt: skip
    assert [finding["class"] for finding in found[-1]["findings"]] == ["beacon"]
    assert (found[-1]["sender"], found[-1]["message_id"]) == (None, None)


def test_several_processes_find_what_one_finds_in_the_same_order(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    body = b"<!--" + b"x" * 80_000 + b"-->\r\n"
    for number in range(70):
        (folder / f"{number:02}.eml").write_bytes(telling(number) + body)
    main(["scan", "--json", ".", "--jobs", "1"])
    alone = capsys.readouterr().out
    main(["scan", "--json", ".", "--jobs", "2"])
    assert capsys.readouterr().out == alone
    assert alone.count("\n") == 70


def test_stdin_is_a_message(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(telling())))
    assert main(["scan", "--json", "-"]) == 1
    assert [message["path"] for message in lines(capsys)] == ["-"]


def test_a_scan_that_stopped_goes_on(folder: Path) -> None:
    write_maildir(folder / "Maildir", {"1": telling(), "2": quiet(), "3": telling(3)})
    main(["scan", "Maildir", "--output", "all.jsonl"])
    whole = (folder / "all.jsonl").read_bytes()
    (folder / "half.jsonl").write_bytes(whole[: len(whole.splitlines(keepends=True)[0]) + 20])  # stopped in a line
    main(["scan", "Maildir", "--output", "half.jsonl", "--resume"])
    assert (folder / "half.jsonl").read_bytes() == whole


def test_an_output_that_is_there_is_not_written_over(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "a.eml").write_bytes(quiet())
    (folder / "out.jsonl").write_text("mine")
    assert main(["scan", "a.eml", "--output", "out.jsonl"]) == 2
    assert "--resume" in capsys.readouterr().err
    assert (folder / "out.jsonl").read_text() == "mine"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere.eml"], "no such file"),
        (["a.eml", "--program", "mutt"], "there are gmail"),
        (["a.eml", "--resume"], "--output"),
        (["a.eml", "--address", "robin"], "--address"),
        (["a.eml", "--list", "none.txt"], "no such list"),
        ([], "Thunderbird"),
    ],
)
def test_mistakes_are_said_with_what_to_do(
    folder: Path, arguments: list[str], words: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(folder))
    (folder / "a.eml").write_bytes(quiet())
    assert main(["scan", *arguments]) == 2
    assert words in capsys.readouterr().err


def test_without_an_argument_thunderbirds_mail_is_read_after_saying_so(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(folder))
    mail = folder / ".thunderbird" / "x.default" / "Mail" / "Local Folders"
    mail.mkdir(parents=True)
    (mail / "Inbox").write_bytes(b"From - Mon Nov  2 08:00:00 2026\n" + telling())
    assert main(["scan", "--json"]) == 1
    printed = capsys.readouterr()
    assert "x.default" in printed.err
    assert json.loads(printed.out)["path"].endswith("Inbox")


def test_a_page_is_written(folder: Path) -> None:
    (folder / "a.eml").write_bytes(telling())
    assert main(["scan", "a.eml", "--html", "report.html"]) == 1
    assert "Who reports on you" in (folder / "report.html").read_text()
