"""The queue: in before it is accepted, out after it was handed on, and nothing lost in between."""

from __future__ import annotations

import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from overt.errors import Refused
from overt.measure import Outcome
from overt.store import Envelope, Ledger, Queue, State, open_database, reading
from overt.store.schema import content
from overt.testing import FixedClock

TO_ROBIN = Envelope("news@example.org", "robin@example.org")
TO_KIM = Envelope("news@example.org", "kim@example.org", utf8=True)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def queue(engine: Engine, clock: FixedClock) -> Queue:
    return Queue(engine, clock)


def stored(queue: Queue) -> int:
    with reading(queue.engine) as connection:
        return connection.execute(select(func.count()).select_from(content)).scalar() or 0


def test_a_message_is_due_at_once_and_reads_back(queue: Queue, clock: FixedClock) -> None:
    number = queue.put(TO_KIM, b"Subject: x\r\n\r\n\x00\xff")
    (queued,) = queue.due(clock.now())
    assert (queued.id, queued.envelope, queued.state, queued.attempts) == (number, TO_KIM, State.WAITING, 0)
    assert queue.raw(queued) == b"Subject: x\r\n\r\n\x00\xff"


def test_the_same_bytes_are_stored_once_and_go_with_the_last_recipient(queue: Queue, clock: FixedClock) -> None:
    queue.put(TO_ROBIN, b"same")
    queue.put(TO_KIM, b"same")
    queue.put(TO_KIM, b"other")
    assert stored(queue) == 2
    robin, kim, other = queue.due(clock.now())
    queue.done(robin)
    assert queue.raw(kim) == b"same"
    queue.done(kim)
    assert stored(queue) == 1
    with pytest.raises(Refused):
        queue.raw(robin)
    assert queue.all() == (other,)


def test_a_deferred_message_waits_for_its_time(queue: Queue, clock: FixedClock) -> None:
    queue.put(TO_ROBIN, b"x")
    (queued,) = queue.due(clock.now())
    later = clock.now() + timedelta(minutes=5)
    queue.defer(queued, later, "451 not now")
    assert queue.due(clock.now()) == ()
    assert queue.next_due() == later
    clock.set(later)
    (again,) = queue.due(clock.now())
    assert (again.attempts, again.reason) == (1, "451 not now")


def test_what_is_under_way_is_not_given_out_twice(queue: Queue, clock: FixedClock) -> None:
    first, second = queue.put(TO_ROBIN, b"x"), queue.put(TO_KIM, b"x")
    assert [queued.id for queued in queue.due(clock.now(), without={first})] == [second]
    assert [queued.id for queued in queue.due(clock.now(), 1)] == [first]


def test_a_delivery_is_recorded_on_its_sending(engine: Engine, queue: Queue, clock: FixedClock) -> None:
    ledger = Ledger(engine, clock)
    campaign = ledger.campaign("spring")
    sending = ledger.new_sending(campaign, ledger.recipient("robin@example.org"))
    queue.put(Envelope("news@example.org", "robin@example.org", sending=sending), b"x")
    assert ledger.sendings(campaign)[0].outcome is Outcome.WAITING
    queue.done(queue.due(clock.now())[0])
    assert ledger.sendings(campaign)[0].outcome is Outcome.DELIVERED


def test_a_failure_is_recorded_and_the_message_kept_until_somebody_decides(
    engine: Engine, queue: Queue, clock: FixedClock
) -> None:
    ledger = Ledger(engine, clock)
    campaign = ledger.campaign("spring")
    sending = ledger.new_sending(campaign, ledger.recipient("robin@example.org"))
    queue.put(Envelope("news@example.org", "robin@example.org", sending=sending), b"x")
    queue.fail(queue.due(clock.now())[0], "550 no such user")
    assert ledger.sendings(campaign)[0].outcome is Outcome.FAILED
    assert queue.due(clock.now() + timedelta(days=9)) == ()
    assert queue.next_due() is None
    (failed,) = queue.all(State.FAILED)
    assert (failed.reason, queue.raw(failed)) == ("550 no such user", b"x")
    queue.drop(failed)
    assert queue.all() == ()
    assert stored(queue) == 0


def test_what_was_put_survives_a_process_that_is_killed_right_after(tmp_path: Path) -> None:
    code = (
        "import os, signal; from pathlib import Path; from overt.store import *\n"
        f"queue = Queue(open_database(Path({str(tmp_path / 'overt.db')!r})))\n"
        "with writing(queue.engine):\n"
        "    queue.put(Envelope('news@example.org', 'robin@example.org'), b'kept')\n"
        "queue.engine.connect().exec_driver_sql(\"INSERT INTO content VALUES (x'00', x'00')\")\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], check=False, timeout=60)
    assert ran.returncode == -signal.SIGKILL
    engine = open_database(tmp_path / "overt.db")
    queue = Queue(engine)
    assert [queue.raw(queued) for queued in queue.all()] == [b"kept"]
    assert stored(queue) == 1  # what was under way in an open transaction is undone
    engine.dispose()
