"""Submissions against a real SMTP server (aiosmtpd), which refuses what it is told to refuse."""

from __future__ import annotations

import pytest

from overt.cli.submit import Outcome, Submission
from overt.errors import Unavailable
from tests.cli.desk import Desk, running_desk


def test_messages_go_one_after_another_over_one_connection(desk: Desk) -> None:
    taken = desk.taken
    with Submission("127.0.0.1", desk.port) as submission:
        for name in "ab":
            outcome = submission.submit("s@example.org", f"{name}@example.org", b"Subject: x\r\n\r\n.dot \xe9\r\n")
            assert outcome.accepted
    assert [rcpt for _, rcpt, _ in taken] == [["a@example.org"], ["b@example.org"]]
    assert taken[0][2] == b"Subject: x\r\n\r\n.dot \xe9\r\n"


def test_a_refusal_is_an_outcome_and_the_next_message_goes_out(desk: Desk) -> None:
    desk.replies.update({"a@example.org": "550 no such person", "b@example.org": "451 later"})
    with Submission("127.0.0.1", desk.port) as submission:
        outcomes = [submission.submit("s@example.org", f"{n}@example.org", b"\r\n") for n in "abc"]
    assert outcomes[:2] == [Outcome(550, "no such person"), Outcome(451, "later")]
    assert outcomes[2].accepted
    assert not any(outcome.broken for outcome in outcomes)


def test_a_connection_that_breaks_is_an_outcome(desk: Desk) -> None:
    desk.replies["a@example.org"] = "421 closing"
    with Submission("127.0.0.1", desk.port) as submission:
        assert submission.submit("s@example.org", "a@example.org", b"\r\n").broken


def test_nobody_listening_says_what_to_start() -> None:
    with pytest.raises(Unavailable, match="overt up"), Submission("127.0.0.1", 1):
        pass


def test_letters_outside_ascii_go_to_a_server_that_takes_them(desk: Desk) -> None:
    with Submission("127.0.0.1", desk.port) as submission:
        assert submission.submit("s@example.org", "zoë@example.org", b"\r\n").accepted
    assert desk.taken[0][1] == ["zoë@example.org"]


def test_letters_outside_ascii_are_refused_not_raised_elsewhere() -> None:
    with running_desk(enable_SMTPUTF8=False) as desk, Submission("127.0.0.1", desk.port) as submission:
        outcome = submission.submit("s@example.org", "zoë@example.org", b"\r\n")
    assert not outcome.accepted
    assert not outcome.broken
