"""Hits of anybody, read line by line; times by RFC 3339 and by the log format of Apache's documents."""

from __future__ import annotations

import json

import pytest

from overt.cli.hit_line import FORMATS, Format, describe_hit, find_format, read_line
from overt.cli.provider import PROVIDERS
from overt.errors import Malformed
from overt.measure import Flag, Kind
from overt.measure.window import Observation

NINE = 1793606400.0 + 3600  # 2026-11-02T09:00:00Z, by date -d


def one(line: str, written: Format) -> Observation:
    (found,) = read_line(line, written)
    assert isinstance(found, Observation)
    return found


def of_json(**row: object) -> str:
    return json.dumps({"at": "2026-11-02T09:00:00Z", "user_agent": "x", **row})


@pytest.mark.parametrize(
    "at", ["2026-11-02T09:00:00Z", "2026-11-02T10:00:00+01:00", "2026-11-02 09:00:00", NINE, NINE * 1000]
)
def test_times_are_seconds(at: object) -> None:
    assert one(of_json(at=at), "json").at == NINE


def test_every_field_arrives() -> None:
    found = one(
        of_json(
            kind="click", method="head", address="2001:db8::1", headers={"Sec-Purpose": "prefetch", "DNT": "1"},
            message="m", recipient=7, link="https://a.example/unsubscribe", sent_at=NINE,
        ),
        "json",
    )  # fmt: skip
    assert (found.seen.kind, found.seen.method, found.seen.address) == (Kind.LINK, "HEAD", "2001:db8::1")
    assert found.seen.flags == Flag.PREFETCH | Flag.DNT
    assert (found.message, found.recipient, found.sent_at, found.unsubscribes) == ("m", "7", NINE, True)


def test_a_request_without_a_user_agent_is_a_hit() -> None:
    assert one(of_json(user_agent=None), "json").seen.user_agent == ""


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("", "no JSON"),
        ("[]", "no JSON object"),
        ('{"at": 1}', "user_agent is missing"),
        ('{"user_agent": "x"}', "at is missing"),
        ('{"at": "soon", "user_agent": "x"}', "ISO 8601"),
        ('{"at": true, "user_agent": "x"}', "ISO 8601"),
        ('{"at": 1, "user_agent": []}', "no text"),
        ('{"at": 1, "user_agent": "x", "kind": "bounce"}', "neither"),
        ('{"at": 1, "user_agent": "x", "headers": 7}', "an object"),
        ('{"at": 1, "user_agent": "x", "flag": "bot"}', "none of prefetch"),
        ("[" * 5000, "no JSON"),
        ("x" * 70_000, "longer"),
    ],
)
def test_what_cannot_be_read_says_why(line: str, words: str) -> None:
    (found,) = read_line(line, "json")
    assert isinstance(found, Malformed)
    assert words in str(found)


def test_a_combined_log_tells_pictures_from_links() -> None:
    head = (
        '203.0.113.9 - frank [02/Nov/2026:10:00:00 +0100] "GET {} HTTP/1.1" 200 43 "http://a/" "Mozilla/5.0 (\\"x\\")"'
    )
    opened = one(head.format("/o/abc.gif?x=1"), "combined")
    clicked = one(head.format("/offers/spring"), "combined")
    assert (opened.at, opened.seen.kind, opened.seen.address) == (NINE, Kind.BEACON, "203.0.113.9")
    assert opened.seen.user_agent == 'Mozilla/5.0 ("x")'
    assert (clicked.seen.kind, clicked.link) == (Kind.LINK, "/offers/spring")


@pytest.mark.parametrize(
    "line", ["", "a b c", '1.2.3.4 - - [x] "GET / HTTP/1.1" 200 1 "-" "-"', "1.2.3.4 - - [" + "x" * 50_000]
)
def test_what_is_no_combined_log_says_so(line: str) -> None:
    (found,) = read_line(line, "combined")
    assert isinstance(found, Malformed)
    assert "combined log" in str(found)


@pytest.mark.parametrize(
    ("line", "written"),
    [
        ('{"at": 1, "user_agent": "x"}', "json"),
        ("{", "json"),
        ("192.0.2.7 - - [", "combined"),
        ('[{"event": "open", "sg_message_id": "a"}]', "sendgrid"),
        ('{"signature": {}, "event-data": {"event": "opened"}}', "mailgun"),
        ('{"RecordType": "Open"}', "postmark"),
        ('{"eventType": "Open"}', "ses"),
        ('{"Type": "Notification", "Message": "{}"}', "ses"),
        ('[{"msys": {}}]', "sparkpost"),
        ('{"event": "opened", "message-id": "x"}', "brevo"),
        ('{"event_type": "opened"}', "anymail"),
    ],
)
def test_the_first_line_tells_how_the_others_are_written(line: str, written: str) -> None:
    assert find_format(line) == written


def test_every_provider_can_be_named() -> None:
    assert set(FORMATS) == {"json", "combined", *PROVIDERS}


def test_a_hit_that_is_written_down_is_read_again() -> None:
    line = of_json(kind="click", address="2001:db8::1", headers={"DNT": "1"}, message="m", recipient="r",
                   link="https://a.example/", sent_at=NINE, flag="prefetch")  # fmt: skip
    found = one(line, "json")
    assert one(json.dumps(describe_hit(found)), "json") == found
