"""Group commit: whatever arrives while one write to disk runs goes together into the next, which starts when it ended.

No timers decide when to write; only after a disk error does the next attempt wait a moment. Writing happens in one
thread of its own, so that the loop never waits for a disk and batches keep their order. Knows nothing of what is
written: `write` gets the batch, blocks until it is durable, and raises `Unavailable` where all of it is not.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Generic, TypeVar

from overt.errors import Unavailable

T = TypeVar("T")

# A hit is about 500 bytes in memory: at most 32 MB wait for a disk that does not answer.
MOST_WAITING = 65_536
# Pause after a disk error. Long enough not to spin on a full disk, short enough that its mending is noticed at once.
RETRY_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class CommitState:
    """How a log is doing: items not yet durable, items lost because the buffer was full, and the disk's last error."""

    waiting: int
    dropped: int
    trouble: str


@dataclass(frozen=True, slots=True)
class Decoy(Generic[T]):
    """An item that is worked on like any other, and left out at the end: so that time does not tell what is kept."""

    like: T


class GroupCommit(Generic[T]):
    """One queue of items and the thread that makes them durable.

    Belongs to the event loop that first calls `put`. An item whose write failed stays in the buffer and goes with the
    next attempt; the one who put it learns of the failure at once, by `Unavailable`.
    """

    def __init__(
        self,
        write: Callable[[Sequence[T | Decoy[T]]], None],
        *,
        name: str,
        most_waiting: int = MOST_WAITING,
        retry_seconds: float = RETRY_SECONDS,
    ) -> None:
        self._write = write
        self._name = name
        self._most_waiting = most_waiting
        self._retry_seconds = retry_seconds
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)
        self._pending: list[T | Decoy[T]] = []
        self._writing: list[T | Decoy[T]] = []
        self._turn: asyncio.Future[None] | None = None
        self._running: asyncio.Future[None] | None = None
        self._retry: asyncio.TimerHandle | None = None
        self._trouble: Unavailable | None = None
        self._dropped = 0
        self._closed = False

    @property
    def state(self) -> CommitState:
        trouble = str(self._trouble) if self._trouble else ""
        return CommitState(len(self._pending) + len(self._writing), self._dropped, trouble)

    def put(self, item: T) -> asyncio.Future[None]:
        """Take `item`; the future is done when it is durable. It is shared by the whole batch: never cancel it.

        It fails with `Unavailable` where the disk refuses (the item is kept and tried again) or where the buffer is
        full (the item is dropped, and counted).
        """
        if self._closed:
            self._dropped += 1
            return _failed(Unavailable(f"{self._name} is closed"))
        if len(self._pending) + len(self._writing) >= self._most_waiting:
            self._dropped += 1
            return _failed(self._trouble or Unavailable(f"{self._name}: {self._most_waiting} items wait for the disk"))
        self._pending.append(item)
        return self._join()

    def touch(self, item: T) -> asyncio.Future[None]:
        """A future as for `put(item)`, done at the same time and failing alike; nothing is kept."""
        if self._closed:
            return _failed(Unavailable(f"{self._name} is closed"))
        if self._trouble is None and len(self._pending) + len(self._writing) < self._most_waiting:
            self._pending.append(Decoy(item))
        return self._join()

    def _join(self) -> asyncio.Future[None]:
        if self._trouble is not None:
            if self._retry is None and self._running is None:
                self._start()
            return _failed(self._trouble)
        turn = self._turn
        if turn is None:
            turn = self._turn = asyncio.get_running_loop().create_future()
        if self._running is None:
            self._start()
        return turn

    async def run(self, action: Callable[[], None]) -> None:
        """Do `action` in the writing thread, between two commits."""
        if self._closed:
            raise Unavailable(f"{self._name} is closed")
        await asyncio.get_running_loop().run_in_executor(self._thread, action)

    async def close(self) -> None:
        """Write what waits, once, and stop. Raises `Unavailable` where items are lost by that."""
        if self._closed:
            return
        self._closed = True
        if self._retry is not None:
            self._retry.cancel()
            self._retry = None
            self._start()
        while self._running is not None:
            await asyncio.wait([self._running])
            await asyncio.sleep(0)  # lets `_ended` run, which may have started the next one
        self._thread.shutdown(wait=False)
        if self._pending:
            lost, self._pending = len(self._pending), []
            self._dropped += lost
            raise Unavailable(f"{self._name}: {lost} items could not be written: {self._trouble}")

    def _start(self) -> None:
        loop = asyncio.get_running_loop()
        self._retry = None
        self._writing, self._pending = self._pending, []
        turn, self._turn = self._turn, None
        self._running = loop.run_in_executor(self._thread, self._write, self._writing)
        self._running.add_done_callback(lambda done: self._ended(done, turn))

    def _ended(self, done: asyncio.Future[None], turn: asyncio.Future[None] | None) -> None:
        self._running = None
        error = done.exception()
        if error is None:
            self._writing = []
            self._trouble = None
            if turn is not None and not turn.done():
                turn.set_result(None)
            if self._pending or self._turn is not None:
                self._start()
            return
        self._trouble = error if isinstance(error, Unavailable) else Unavailable(f"{self._name}: {error!r}")
        self._pending = [item for item in self._writing + self._pending if not isinstance(item, Decoy)]
        self._writing = []
        later, self._turn = self._turn, None
        for waiting in (turn, later):
            if waiting is not None and not waiting.done():
                waiting.set_exception(self._trouble)
                waiting.exception()  # read once, so that an abandoned future is no warning
        if not self._closed:
            self._retry = asyncio.get_running_loop().call_later(self._retry_seconds, self._start)


def _failed(error: Unavailable) -> asyncio.Future[None]:
    future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    future.set_exception(error)
    future.exception()
    return future
