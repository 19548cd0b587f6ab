"""`overt queue`: what waits is seen, tried again, dropped; a wrong number changes nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from overt.cli.main import main
from overt.store import Layout, Queue, State, open_database
from overt.store.queue import Envelope
from overt.testing import FixedClock, make_mail


@pytest.fixture
def queue(folder: Path) -> Queue:
    """A queue with two messages that wait and one that was given up."""
    layout = Layout(folder / "overt-data")
    layout.database.parent.mkdir(parents=True)
    found = Queue(open_database(layout.database), FixedClock())
    for name in ("ann", "ben", "cleo"):
        found.put(Envelope("news@shop.example.org", f"{name}@example.org", envid="X7"), make_mail())
    found.fail(found.all()[2], "550 5.1.1 No such user")
    return found


def listed(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, object]:
    assert main(["queue", "list", "--json", *arguments]) == 0
    found = json.loads(capsys.readouterr().out)
    assert isinstance(found, dict)
    return found


def test_what_waits_and_what_was_given_up_is_listed(queue: Queue, capsys: pytest.CaptureFixture[str]) -> None:
    found = listed(capsys)
    assert (found["format"], found["waiting"], found["failed"]) == ("overt-queue/1", 2, 1)
    messages = found["messages"]
    assert isinstance(messages, list)
    assert [message["recipient"] for message in messages] == ["ann@example.org", "ben@example.org", "cleo@example.org"]
    assert messages[2]["reason"] == "550 5.1.1 No such user"
    assert len(listed(capsys, "--state", "failed")["messages"]) == 1  # type: ignore[arg-type]
    assert main(["queue", "list"]) == 0
    assert "2 waiting, 1 given up" in capsys.readouterr().out


def test_one_message_is_shown_with_its_envelope_and_bytes(
    queue: Queue, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    number = str(queue.all()[0].id)
    assert main(["queue", "show", number, "--json"]) == 0
    found = json.loads(capfdbinary.readouterr().out)
    assert (found["envid"], found["bytes"]) == ("X7", len(make_mail()))
    assert main(["queue", "show", number, "--raw"]) == 0
    assert capfdbinary.readouterr().out == make_mail()


def test_given_up_mail_is_tried_again(queue: Queue) -> None:
    assert main(["queue", "retry", "--all"]) == 0
    assert queue.count() == {State.WAITING: 3, State.FAILED: 0}


def test_mail_is_dropped_by_its_number(queue: Queue, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["queue", "drop", str(queue.all()[0].id)]) == 0
    assert "1 message is dropped" in capsys.readouterr().out
    assert [queued.envelope.recipient for queued in queue.all()] == ["ben@example.org", "cleo@example.org"]


def test_a_number_that_is_none_changes_nothing(queue: Queue, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["queue", "drop", str(queue.all()[0].id), "999"]) == 2
    assert "999" in capsys.readouterr().err
    assert len(queue.all()) == 3
    assert main(["queue", "drop"]) == 2


def test_where_there_is_no_queue_that_is_said(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["queue", "list"]) == 2
    assert "There is no queue" in capsys.readouterr().err
