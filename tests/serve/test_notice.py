"""Who hears of what: RFC 3461 sections 4.1 and 5.2."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from overt.serve.notice import Notices, wants
from overt.store import Envelope, Queued
from overt.wire.report import Action

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


def envelope(notify: str = "", sender: str = "news@shop.example.org", **changes: object) -> Envelope:
    return Envelope(sender, "robin@example.org", notify=notify, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("notify", "told"),
    [
        ("", {Action.FAILED}),
        ("NEVER", set()),
        ("SUCCESS", {Action.RELAYED, Action.DELIVERED}),
        ("success,failure,delay", {Action.FAILED, Action.DELAYED, Action.RELAYED, Action.DELIVERED}),
        ("DELAY", {Action.DELAYED}),
    ],
)
def test_what_is_told_is_what_was_asked_for(notify: str, told: set[Action]) -> None:
    assert {action for action in Action if wants(action, envelope(notify))} == told


def test_a_delay_is_told_once() -> None:
    assert not wants(Action.DELAYED, envelope("DELAY"), warned=True)


def test_the_null_path_is_never_told_anything() -> None:
    queued = Queued(1, envelope("FAILURE", sender=""), b"", NOW, NOW)
    assert Notices("relay.example.org").make(Action.FAILED, queued, b"Subject: x\r\n\r\n", "550", NOW) is None


def test_a_report_goes_from_the_null_path_to_the_envelope_sender() -> None:
    queued = Queued(1, envelope(ret="FULL"), b"", NOW, NOW)
    told = Notices("relay.example.org", identity=lambda: "id").make(
        Action.FAILED, queued, b"S: x\r\n\r\nb\r\n", "550", NOW
    )
    assert told is not None
    assert told.envelope == Envelope("", "news@shop.example.org")
    assert b"message/rfc822" in told.raw
