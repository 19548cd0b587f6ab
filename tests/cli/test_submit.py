"""Submissions against a real SMTP server (aiosmtpd), which refuses what it is told to refuse."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from overt.cli.submit import Outcome, Submission
from overt.errors import Unavailable


@dataclass
class Desk:
    """Takes everything but what `replies` says for a recipient."""

    replies: dict[str, str] = field(default_factory=dict)
    taken: list[tuple[str, list[str], bytes]] = field(default_factory=list)

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if reply := self.replies.get(address):
            return reply
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.taken.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))
        return "250 OK"


@contextmanager
def running(**options: Any) -> Iterator[tuple[Desk, int]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    desk = Desk()
    controller = Controller(desk, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield desk, port
    finally:
        controller.stop()


@pytest.fixture
def desk() -> Iterator[tuple[Desk, int]]:
    with running() as found:
        yield found


def test_messages_go_one_after_another_over_one_connection(desk: tuple[Desk, int]) -> None:
    taken, port = desk[0].taken, desk[1]
    with Submission("127.0.0.1", port) as submission:
        for name in "ab":
            outcome = submission.submit("s@example.org", f"{name}@example.org", b"Subject: x\r\n\r\n.dot \xe9\r\n")
            assert outcome.accepted
    assert [rcpt for _, rcpt, _ in taken] == [["a@example.org"], ["b@example.org"]]
    assert taken[0][2] == b"Subject: x\r\n\r\n.dot \xe9\r\n"


def test_a_refusal_is_an_outcome_and_the_next_message_goes_out(desk: tuple[Desk, int]) -> None:
    desk[0].replies.update({"a@example.org": "550 no such person", "b@example.org": "451 later"})
    with Submission("127.0.0.1", desk[1]) as submission:
        outcomes = [submission.submit("s@example.org", f"{n}@example.org", b"\r\n") for n in "abc"]
    assert outcomes[:2] == [Outcome(550, "no such person"), Outcome(451, "later")]
    assert outcomes[2].accepted
    assert not any(outcome.broken for outcome in outcomes)


def test_a_connection_that_breaks_is_an_outcome(desk: tuple[Desk, int]) -> None:
    desk[0].replies["a@example.org"] = "421 closing"
    with Submission("127.0.0.1", desk[1]) as submission:
        assert submission.submit("s@example.org", "a@example.org", b"\r\n").broken


def test_nobody_listening_says_what_to_start() -> None:
    with pytest.raises(Unavailable, match="overt up"), Submission("127.0.0.1", 1):
        pass


def test_letters_outside_ascii_go_to_a_server_that_takes_them(desk: tuple[Desk, int]) -> None:
    with Submission("127.0.0.1", desk[1]) as submission:
        assert submission.submit("s@example.org", "zoë@example.org", b"\r\n").accepted
    assert desk[0].taken[0][1] == ["zoë@example.org"]


def test_letters_outside_ascii_are_refused_not_raised_elsewhere() -> None:
    with running(enable_SMTPUTF8=False) as (_, port), Submission("127.0.0.1", port) as submission:
        outcome = submission.submit("s@example.org", "zoë@example.org", b"\r\n")
    assert not outcome.accepted
    assert not outcome.broken
