"""`overt returned`: what comes back is recorded where it fits something that was sent, and nowhere else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from overt.cli.house import House, open_house
from overt.cli.main import main
from overt.cli.settings import load_settings
from overt.measure import Mode, Outcome, Sending, mint_leave
from overt.store import Envelope, Queue, SuppressionList
from overt.testing import make_mail
from tests.wire.test_returned import ORIGINAL, STATUS, report

MESSAGE_ID = "<1@shop.example.org>"


@dataclass(frozen=True, slots=True)
class Sent:
    house: House
    sending: Sending
    ticket: str

    def outcome(self) -> Outcome:
        (found,) = self.house.ledger.sendings(self.house.ledger.campaign("spring"))
        return found.outcome

    def suppressed(self) -> bool:
        return SuppressionList(self.house.engine, self.house.need_keyring()).holds("ann@example.org")


@pytest.fixture
def sent(folder: Path) -> Iterator[Sent]:
    """One message to ann@example.org, delivered."""
    with open_house(load_settings(), make_keys=True) as house:
        campaign, number = house.ledger.campaign("spring"), house.ledger.recipient("ann@example.org")
        sending = house.ledger.new_sending(campaign, number, message_id=MESSAGE_ID, opens=Mode.SHARED)
        queue = Queue(house.engine)
        queue.put(Envelope("news@shop.example.org", "ann@example.org", sending=sending), make_mail())
        queue.done(queue.all()[0])
        yield Sent(house, sending, mint_leave(house.need_keyring(), number, campaign))


def run(folder: Path, raw: bytes, capsys: pytest.CaptureFixture[str]) -> dict[str, int]:
    (folder / "back.eml").write_bytes(raw)
    capsys.readouterr()
    assert main(["returned", "back.eml", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert isinstance(found, dict)
    return found


def test_a_failure_is_recorded_by_the_id_we_gave(folder: Path, sent: Sent, capsys: pytest.CaptureFixture[str]) -> None:
    status = STATUS.replace("overt.00000001000000ff", f"overt.{sent.sending:016x}")
    assert sent.outcome() is Outcome.DELIVERED
    assert run(folder, report(status, original=""), capsys) == {"failed": 1}
    assert sent.outcome() is Outcome.FAILED


def test_a_failure_is_recorded_by_message_and_address(
    folder: Path, sent: Sent, capsys: pytest.CaptureFixture[str]
) -> None:
    status = STATUS.replace("Original-Envelope-Id: overt.00000001000000ff\r\n", "").replace("ann+2Bx@", "Ann@")
    assert run(folder, report(status), capsys) == {"failed": 1}
    assert sent.outcome() is Outcome.FAILED
    assert not sent.suppressed()


def test_a_complaint_ends_list_mail(folder: Path, sent: Sent, capsys: pytest.CaptureFixture[str]) -> None:
    original = ORIGINAL.replace("AFB4nzLSwJ14b-1yJNXL9Lg1w7rh", sent.ticket)
    raw = report("Feedback-Type: abuse\r\nVersion: 1\r\n", kind="feedback-report", original=original)
    for _ in range(2):
        assert run(folder, raw, capsys) == {"complaint": 1}
    assert sent.suppressed()
    assert sent.outcome() is Outcome.DELIVERED
    assert [event.about for event in sent.house.ledger.events()] == ["reported as abuse"]


@pytest.mark.parametrize("envid", ["overt.00000001000000ff", "overt.zz", "overt." + "f" * 40, "overt.-1"])
def test_a_report_on_nothing_we_sent_changes_nothing(
    folder: Path, sent: Sent, capsys: pytest.CaptureFixture[str], envid: str
) -> None:
    assert run(folder, report(STATUS.replace("overt.00000001000000ff", envid)), capsys) == {"of nothing we sent": 1}
    forged = report("Feedback-Type: abuse\r\nOriginal-Rcpt-To: ann@example.org\r\n", kind="feedback-report")
    other = forged.replace(MESSAGE_ID.encode(), b"<2@shop.example.org>")
    assert run(folder, other, capsys) == {"of nothing we sent": 1}
    assert sent.outcome() is Outcome.DELIVERED
    assert not sent.suppressed()


def test_other_mail_is_no_report(folder: Path, sent: Sent, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(folder, make_mail(), capsys) == {"no report": 1}
