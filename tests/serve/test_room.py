"""Back-pressure: a budget of memory, and a queue and a disk that fill."""

from __future__ import annotations

import asyncio

import pytest

from overt.errors import Unavailable
from overt.serve.room import Disk, Memory
from overt.store import Envelope
from tests.serve.post import NEWS, Post


def test_what_does_not_fit_waits_in_order() -> None:
    async def story() -> list[str]:
        memory, order = Memory(100), []

        async def one(name: str, size: int) -> None:
            async with memory.hold(size, 5.0):
                order.append(name)
                assert memory.taken <= 100
                await asyncio.sleep(0.01)

        await asyncio.gather(one("a", 80), one("b", 50), one("c", 10), one("d", 10))
        assert memory.taken == 0
        return order

    assert asyncio.run(story()) == ["a", "b", "c", "d"]  # c would have fitted beside a: nobody overtakes


def test_more_than_there_is_is_had_alone() -> None:
    async def story() -> int:
        memory = Memory(10)
        async with memory.hold(50, 1.0):
            return memory.taken

    assert asyncio.run(story()) == 50


def test_waiting_ends_and_nothing_is_left_behind() -> None:
    async def story() -> None:
        memory = Memory(10)
        async with memory.hold(10, 1.0):
            with pytest.raises(Unavailable):
                async with memory.hold(5, 0.01):
                    pass
            waiting = asyncio.create_task(memory.hold(5, 5.0).__aenter__())
            await asyncio.sleep(0.01)
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
        assert memory.taken == 0
        async with memory.hold(10, 0.1):
            assert memory.taken == 10

    asyncio.run(story())


def test_a_full_queue_and_a_full_disk_are_told_and_looked_at_once_a_second(post: Post) -> None:
    now, free, looked = [0.0], [1000], [0]

    def look(folder: object) -> int:
        looked[0] += 1
        return free[0]

    from pathlib import Path

    disk = Disk(post.queue, Path("/"), most_queued=2, least_free=500, monotonic=lambda: now[0], free=look)
    assert disk.why_full() == ""
    free[0] = 10
    assert disk.why_full() == ""
    now[0] = 1.5
    assert disk.why_full() == "the disk is nearly full"
    free[0], now[0] = 1000, 3.0
    for _ in range(2):
        post.queue.put(Envelope(NEWS, "r@example.org"), b"x")
    assert disk.why_full() == "the queue is full"
    assert looked == [3]


def test_a_disk_that_cannot_be_asked_is_full(post: Post) -> None:
    from pathlib import Path

    assert Disk(post.queue, Path("/does/not/exist")).why_full() == "the queue cannot be read"
