"""Group commit."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence

import pytest

from overt.errors import Unavailable
from overt.store.commit import Decoy, GroupCommit
from tests.store.sample import settle


def as_they_are(items: Sequence[int | Decoy[int]]) -> Sequence[int | Decoy[int]]:
    return list(items)


class Disk:
    """Keeps what is written; stops at `gate` while it is closed, fails while `broken`."""

    def __init__(self) -> None:
        self.batches: list[list[int | Decoy[int]]] = []
        self.gate = threading.Event()
        self.gate.set()
        self.began = threading.Event()
        self.broken = False

    def write(self, items: Sequence[int | Decoy[int]]) -> None:
        self.began.set()
        self.gate.wait(5)
        if self.broken:
            raise Unavailable("no space left on device")
        self.batches.append(list(items))


def test_what_arrives_while_a_write_runs_goes_together_into_the_next() -> None:
    async def story() -> list[list[int | Decoy[int]]]:
        disk = Disk()
        log = GroupCommit(as_they_are, disk.write, name="log")
        disk.gate.clear()
        futures = [log.put(1)]
        await asyncio.to_thread(disk.began.wait, 5)
        futures += [log.put(number) for number in (2, 3, 4)]
        disk.gate.set()
        await asyncio.gather(*futures)
        await log.close()
        return disk.batches

    assert asyncio.run(story()) == [[1], [2, 3, 4]]


def test_a_put_is_done_only_when_its_write_has_ended() -> None:
    async def story() -> tuple[bool, bool]:
        disk = Disk()
        log = GroupCommit(as_they_are, disk.write, name="log")
        disk.gate.clear()
        future = log.put(1)
        await asyncio.to_thread(disk.began.wait, 5)
        before = future.done()
        disk.gate.set()
        await future
        after = future.done()
        await log.close()
        return before, after

    assert asyncio.run(story()) == (False, True)


def test_a_failed_write_is_told_at_once_and_tried_again_without_loss_or_double() -> None:
    async def story() -> tuple[str, list[int | Decoy[int]], str]:
        disk = Disk()
        disk.broken = True
        log = GroupCommit(as_they_are, disk.write, name="log", retry_seconds=0.01)
        with pytest.raises(Unavailable):
            await log.put(1)
        with pytest.raises(Unavailable):
            await log.put(2)
        trouble = log.state.trouble
        assert log.state.waiting == 2
        disk.broken = False
        await settle(log)
        await log.put(3)
        await log.close()
        return trouble, [number for batch in disk.batches for number in batch], log.state.trouble

    assert asyncio.run(story()) == ("no space left on device", [1, 2, 3], "")


def test_a_full_buffer_drops_and_counts() -> None:
    async def story() -> tuple[int, int]:
        disk = Disk()
        disk.broken = True
        log = GroupCommit(as_they_are, disk.write, name="log", most_waiting=3, retry_seconds=60)
        for number in range(5):
            with pytest.raises(Unavailable):
                await log.put(number)
        state = log.state
        disk.broken = False
        await log.close()
        return state.waiting, state.dropped

    assert asyncio.run(story()) == (3, 2)


def test_a_touch_is_a_commit_of_a_decoy() -> None:
    async def story() -> list[list[int | Decoy[int]]]:
        disk = Disk()
        log = GroupCommit(as_they_are, disk.write, name="log")
        await log.touch(5)
        await log.close()
        return disk.batches

    assert asyncio.run(story()) == [[Decoy(5)]]


def test_decoys_do_not_wait_for_a_broken_disk() -> None:
    async def story() -> tuple[int, list[list[int | Decoy[int]]]]:
        disk = Disk()
        disk.broken = True
        log = GroupCommit(as_they_are, disk.write, name="log", retry_seconds=60)
        for future in (log.touch(1), log.put(2), log.touch(3)):
            with pytest.raises(Unavailable):
                await future
        waiting = log.state.waiting
        disk.broken = False
        await log.close()
        return waiting, disk.batches

    assert asyncio.run(story()) == (1, [[2]])


def test_closing_writes_what_waits() -> None:
    async def story() -> list[list[int | Decoy[int]]]:
        disk = Disk()
        log = GroupCommit(as_they_are, disk.write, name="log")
        log.put(1)
        log.put(2)
        await log.close()
        return disk.batches

    assert [number for batch in asyncio.run(story()) for number in batch] == [1, 2]


def test_closing_over_a_broken_disk_says_how_much_is_lost() -> None:
    async def story() -> int:
        disk = Disk()
        disk.broken = True
        log = GroupCommit(as_they_are, disk.write, name="log", retry_seconds=60)
        with pytest.raises(Unavailable):
            await log.put(1)
        with pytest.raises(Unavailable, match="1 items"):
            await log.close()
        with pytest.raises(Unavailable):
            await log.put(2)
        return log.state.dropped

    assert asyncio.run(story()) == 2


def test_a_mistake_in_writing_is_unavailable_too() -> None:
    def write(items: Sequence[int | Decoy[int]]) -> None:
        raise ZeroDivisionError

    async def story() -> None:
        log = GroupCommit(as_they_are, write, name="log", retry_seconds=60)
        with pytest.raises(Unavailable, match="ZeroDivisionError"):
            await log.put(1)
        with pytest.raises(Unavailable):
            await log.close()

    asyncio.run(story())


def test_what_comes_in_one_turn_of_the_loop_goes_together() -> None:
    async def story() -> list[list[int | Decoy[int]]]:
        disk = Disk()
        log = GroupCommit(as_they_are, disk.write, name="log")
        await asyncio.gather(*(log.put(number) for number in range(5)))
        await log.close()
        return disk.batches

    assert asyncio.run(story()) == [[0, 1, 2, 3, 4]]


def test_a_batch_that_cannot_be_made_ready_is_tried_again() -> None:
    attempts = 0

    def once_wrong(items: Sequence[int | Decoy[int]]) -> Sequence[int | Decoy[int]]:
        nonlocal attempts
        attempts += 1
        if attempts == 1:
            raise ZeroDivisionError
        return list(items)

    async def story() -> list[list[int | Decoy[int]]]:
        disk = Disk()
        log = GroupCommit(once_wrong, disk.write, name="log", retry_seconds=0.01)
        with pytest.raises(Unavailable, match="ZeroDivisionError"):
            await log.put(1)
        await settle(log)
        await log.close()
        return disk.batches

    assert asyncio.run(story()) == [[1]]
