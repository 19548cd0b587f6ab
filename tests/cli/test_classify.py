"""`overt classify`: a line out for each line in, from JSON lines and web servers' logs."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from overt.cli.egress import FILE
from overt.cli.main import main
from overt.cli.settings import load_settings
from overt.measure.listing import pack_listing, read_listing
from tests.measure.rows import DAY, ROWS

GMAIL = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36"
)
SLACK = "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)"


def hit(agent: str, second: int = 0, **more: object) -> str:
    return json.dumps({"at": f"2026-11-02T08:00:{second:02}Z", "user_agent": agent, **more})


def run(capsys: pytest.CaptureFixture[str], folder: Path, *lines: str, code: int = 0) -> list[dict[str, Any]]:
    (folder / "hits").write_text("\n".join(lines))
    assert main(["classify", "hits"]) == code
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_reading_has_the_documented_keys_and_two_fields_are_enough(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (found,) = run(capsys, folder, hit(GMAIL))
    assert set(found) == {"actor", "class", "program", "reason", "certainty", "clue", "ruleset", "egress"}
    assert found["egress"] is None
    assert (found["actor"], found["class"], found["program"]) == ("proxy", "image proxy", "Gmail")


def test_the_first_hits_of_a_burst_are_relabelled_too(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    burst = [hit(CHROME, n, kind="click", message="m", recipient="r", link=str(n)) for n in range(3)]
    later = hit(CHROME, 59, kind="click", message="n", recipient="q", link="1")
    found = run(capsys, folder, later, *burst)
    assert [row["actor"] for row in found] == ["human", "machine", "machine", "machine"]
    assert {row["class"] for row in found[1:]} == {"scanner"}


def test_lines_that_cannot_be_read_keep_their_place_and_are_told(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "hits").write_text("\n".join([hit(GMAIL), "nope", "", hit(SLACK)]))
    assert main(["classify", "hits"]) == 1
    printed = capsys.readouterr()
    assert "hits, line 2: no JSON" in printed.err
    rows = [json.loads(line) for line in printed.out.splitlines()]
    assert [row["actor"] for row in rows] == ["proxy", "unknown", "machine"]
    assert rows[1]["error"] == "line 2: no JSON"


def test_nothing_that_can_be_read_is_wrong_input(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(capsys, folder, "{}", "[]", code=2)


def test_a_combined_log_is_known_by_its_look(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    line = f'192.0.2.7 - - [02/Nov/2026:08:00:00 +0000] "GET /c/abc?u=1 HTTP/1.1" 302 0 "-" "{SLACK}"\n'
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(line.encode())))
    assert main(["classify"]) == 0
    assert json.loads(capsys.readouterr().out)["class"] == "link preview"


def test_a_summary_counts(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "hits").write_text("\n".join([hit(GMAIL), hit(GMAIL), hit(SLACK)]))
    assert main(["classify", "--summary", "hits"]) == 0
    assert capsys.readouterr().out.split() == ["2", "proxy", "image", "proxy", "1", "machine", "link", "preview"]


def test_a_file_that_is_not_there_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["classify", "gone"]) == 2
    assert "no such file" in capsys.readouterr().err


SENDGRID = [
    {"event": "delivered", "email": "a@example.com", "timestamp": 1793606400, "sg_message_id": "m1"},
    {"event": "open", "email": "a@example.com", "timestamp": 1793606460, "useragent": CHROME, "ip": "192.0.2.1",
     "sg_message_id": "m1", "sg_machine_open": True},
    {"event": "open", "email": "b@example.com", "timestamp": 1793606470, "useragent": CHROME, "ip": "192.0.2.2",
     "sg_message_id": "m2", "sg_machine_open": False},
]  # fmt: skip


@pytest.mark.parametrize("indent", [None, 2])
def test_a_providers_events_are_hits_with_its_flag(
    indent: int | None, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "events").write_text(json.dumps(SENDGRID, indent=indent))
    assert main(["classify", "events", "--hits"]) == 0
    printed = capsys.readouterr()
    apple, person = [json.loads(line) for line in printed.out.splitlines()]
    assert (apple["actor"], apple["clue"], person["actor"]) == ("prefetch", "sg_machine_open", "human")
    assert apple["hit"]["recipient"] == "a@example.com"
    assert apple["hit"]["at"] == "2026-11-02T08:01:00Z"  # date -u -d @1793606460
    assert "1 events are neither opens nor clicks" in printed.err


def test_lines_behind_one_that_only_looks_like_the_start_of_a_value_are_read(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = run(capsys, folder, "{", hit(GMAIL), hit(SLACK), code=1)
    assert [row["actor"] for row in found] == ["unknown", "proxy", "machine"]


def test_apples_list_is_taken_from_the_data_folder_or_from_where_it_is_said_to_be(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    listed = hit("Mozilla/5.0", address="172.224.227.9")
    (before,) = run(capsys, folder, listed)
    (folder / "list").write_bytes(pack_listing(read_listing(ROWS), DAY, source="rows"))
    assert main(["classify", "--egress", "list", "hits"]) == 0
    named = json.loads(capsys.readouterr().out)
    load_settings().folder.mkdir()
    (folder / "list").rename(load_settings().folder / FILE)
    (found,) = run(capsys, folder, listed)
    assert (before["certainty"], found["certainty"]) == ("medium", "high")
    assert found["egress"].startswith("2026-11-02 ")
    assert named == found


def test_a_list_that_is_not_there_is_said(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["classify", "--egress", "gone", "hits"]) == 2
    assert "overt update" in capsys.readouterr().err
