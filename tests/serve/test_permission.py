"""Withdrawals, known within a second."""

from __future__ import annotations

import asyncio
import threading

import pytest

from overt.measure import RecipientNumber, Sending
from overt.serve.permission import READ_SECONDS, TRUST_SECONDS, Withdrawals

SENDING = Sending(9 << 32 | 1)
OTHER = Sending(8 << 32 | 1)


class Ledger:
    def __init__(self) -> None:
        self.withdrawn: set[int] = set()
        self.broken = False
        self.reads = 0

    def read(self) -> frozenset[RecipientNumber]:
        self.reads += 1
        if self.broken:
            raise OSError("database is locked")
        return frozenset(RecipientNumber(number) for number in self.withdrawn)


def test_nothing_may_be_kept_before_the_ledger_was_read() -> None:
    assert not Withdrawals(Ledger().read).may_keep(SENDING)


def test_who_withdrew_is_not_kept_and_others_are() -> None:
    async def story() -> tuple[bool, bool]:
        ledger = Ledger()
        ledger.withdrawn = {9}
        withdrawals = Withdrawals(ledger.read)
        await withdrawals.read_once()
        return withdrawals.may_keep(SENDING), withdrawals.may_keep(OTHER)

    assert asyncio.run(story()) == (False, True)


def test_nothing_may_be_kept_while_the_ledger_cannot_be_read() -> None:
    async def story() -> list[bool]:
        ledger = Ledger()
        withdrawals = Withdrawals(ledger.read)
        found = []
        for broken in (False, True, False):
            ledger.broken = broken
            await withdrawals.read_once()
            found.append(withdrawals.may_keep(SENDING))
        return found

    assert asyncio.run(story()) == [True, False, True]


def test_what_was_read_counts_from_the_beginning_of_the_reading_and_no_longer_than_a_second() -> None:
    now = 100.0

    def read() -> frozenset[RecipientNumber]:
        nonlocal now
        now += 0.3  # it takes that long
        return frozenset()

    withdrawals = Withdrawals(read, monotonic=lambda: now)
    asyncio.run(withdrawals.read_once())
    now = 100.0 + TRUST_SECONDS - 0.01
    assert withdrawals.may_keep(SENDING)
    now = 100.0 + TRUST_SECONDS + 0.01
    assert not withdrawals.may_keep(SENDING)


def test_the_ledger_is_read_often_enough_for_the_promised_second() -> None:
    assert READ_SECONDS <= 0.5
    assert TRUST_SECONDS <= 1.0


def test_watching_follows_the_ledger_and_survives_its_failures() -> None:
    async def story() -> list[bool]:
        ledger = Ledger()
        withdrawals = Withdrawals(ledger.read, read_seconds=0.01)
        watch = asyncio.create_task(withdrawals.watch())
        found = []
        for step in ("granted", "withdrawn", "broken", "mended"):
            ledger.withdrawn = {9} if step == "withdrawn" else set()
            ledger.broken = step == "broken"
            reads = ledger.reads
            while ledger.reads < reads + 2:  # noqa: ASYNC110
                await asyncio.sleep(0.005)
            await asyncio.sleep(0.01)
            found.append(withdrawals.may_keep(SENDING))
        watch.cancel()
        return found

    assert asyncio.run(story()) == [True, False, False, True]


def test_a_ledger_that_hangs_does_not_hold_up_the_loop() -> None:
    gate = threading.Event()

    def read() -> frozenset[RecipientNumber]:
        gate.wait(5)
        return frozenset()

    async def story() -> bool:
        withdrawals = Withdrawals(read)
        watch = asyncio.create_task(withdrawals.watch())
        await asyncio.sleep(0.02)
        found = withdrawals.may_keep(SENDING)
        watch.cancel()
        gate.set()
        return found

    assert asyncio.run(story()) is False


def test_a_reading_that_comes_late_is_said_for_hits_were_lost_to_it(caplog: pytest.LogCaptureFixture) -> None:
    now = 100.0

    async def story() -> None:
        nonlocal now
        withdrawals = Withdrawals(Ledger().read, monotonic=lambda: now)
        for seconds in (0.0, TRUST_SECONDS, 2.5):
            now += seconds
            await withdrawals.read_once()

    asyncio.run(story())
    assert [record.getMessage() for record in caplog.records] == [
        "withdrawals were read 1.5 seconds late; no hit of a person was kept in that time"
    ]
