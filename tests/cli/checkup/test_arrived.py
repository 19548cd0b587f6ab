"""A message as it arrived: whole, wrapped again, or with a stranger's beacon in it."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from overt.cli.checkup.arrived import check_arrived
from overt.cli.checkup.outcome import Outcome
from overt.measure import Campaign, Plan, instrument, new_keyring
from overt.message import apply_edits, parse
from overt.testing import make_mail

BASE = "https://t.example.org"


@pytest.fixture
def arrived() -> bytes:
    message = parse(make_mail(encoding="8bit"))
    plan = Plan(BASE, Campaign(7))
    return apply_edits(message.raw, instrument(message, plan, new_keyring(lambda size: bytes(range(size)))))


def outcomes(raw: bytes) -> dict[str, Outcome]:
    return {check.name: check.outcome for check in check_arrived(raw, BASE)}


def test_a_message_nobody_touched_is_well(arrived: bytes) -> None:
    found = outcomes(arrived)
    assert found["arrived"] is found["arrived-tracked"] is found["arrived-strangers"] is Outcome.GOOD
    assert found["arrived-signature"] is Outcome.SKIPPED


def test_a_message_that_did_not_pass_us_is_wrong() -> None:
    assert outcomes(make_mail()) == {"arrived": Outcome.WRONG}


def test_links_wrapped_again_are_wrong(arrived: bytes) -> None:
    start = arrived.index(f"{BASE}/c/".encode())
    end = arrived.index(b'"', start)
    theirs = b"https://click.esp.example/track?url=" + quote(arrived[start:end].decode(), safe="").encode()
    checks = {check.name: check for check in check_arrived(arrived[:start] + theirs + arrived[end:], BASE)}
    assert checks["arrived-strangers"].outcome is Outcome.WRONG
    assert "click.esp.example" in checks["arrived-strangers"].said


def test_a_strangers_beacon_is_to_be_looked_at(arrived: bytes) -> None:
    pixel = b'<img src="https://esp.example/open.gif?id=8f3a9c1e7b2d4f60" width="1" height="1"></body>'
    checks = {check.name: check for check in check_arrived(arrived.replace(b"</body>", pixel), BASE)}
    assert checks["arrived-strangers"].outcome is Outcome.LOOK
    assert "esp.example" in checks["arrived-strangers"].said


@pytest.mark.parametrize(("verdict", "outcome"), [("pass", Outcome.GOOD), ("fail", Outcome.WRONG)])
def test_what_the_receiver_says_of_the_signature_counts(arrived: bytes, verdict: str, outcome: Outcome) -> None:
    field = f"Authentication-Results: mx.example.net;\r\n dkim={verdict} header.d=shop.example.org\r\n".encode()
    assert outcomes(field + arrived)["arrived-signature"] is outcome
