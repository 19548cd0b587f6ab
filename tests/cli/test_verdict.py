"""The JSON of a scan: one line, ASCII, whatever stands in the mail."""

from __future__ import annotations

import json

from overt.cli.verdict import SCHEMA, describe_error, describe_message, to_line
from overt.guard import detect
from overt.guard.ledger import summarise
from overt.message import parse
from overt.testing import make_mail


def test_hostile_text_stays_one_ascii_line_that_reads_back() -> None:
    html = '<img src="https://t.example.net/\u2028\x85?u=\u202e&quot;&lt;\x1b[31m">'
    message = parse(make_mail(html, None, subject="a\u2029b"))
    findings = detect(message, rules=None)
    line = to_line(describe_message(summarise("p\udcff", message, findings), "none", findings))
    assert line.isascii()
    assert "\n" not in line
    assert json.loads(line)["schema"] == SCHEMA


def test_evidence_about_no_place_has_no_place() -> None:
    message = parse(make_mail('<img src="https://t.example.net/o?u=Zk3vX0aQm9tT4yLr7cW2bN8d" width="1">', None))
    findings = detect(message, rules=None)
    (found,) = describe_message(summarise("p", message, findings), "none", findings)["findings"]
    places = {item["kind"]: item.get("start") for item in found["evidence"]}
    assert places["dot"] is None
    assert found["url"][places["token"] :].startswith("Zk3v")


def test_what_could_not_be_read_says_why() -> None:
    found = describe_error("a.eml", "none", "too large")
    assert (found["error"], found["findings"]) == ("too large", [])
