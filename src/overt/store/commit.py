"""Group commit: whatever arrives while one write to disk runs goes together into the next, which starts with its end.

No timers decide when to write; only after a disk error does the next attempt wait a moment. A batch is made ready on
the loop and written in one thread of its own, which does nothing but ask the kernel: the loop never waits for a disk,
the two do not wait for each other's turn at the interpreter, and batches keep their order. Knows nothing of what is
written: `write` blocks until what `ready` made of a batch is durable, and raises `Unavailable` where all of it is not.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Generic, TypeVar

from overt.errors import Unavailable

T = TypeVar("T")
J = TypeVar("J")

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


class GroupCommit(Generic[T, J]):
    """One queue of items and the thread that makes them durable.

    Belongs to the event loop that first calls `put`. An item whose write failed stays in the buffer and goes with the
    next attempt; the one who put it learns of the failure at once, by `Unavailable`.
    """

    def __init__(
        self,
        ready: Callable[[Sequence[T | Decoy[T]]], J],
        write: Callable[[J], None],
        *,
        name: str,
        most_waiting: int = MOST_WAITING,
        retry_seconds: float = RETRY_SECONDS,
    ) -> None:
        self._ready = ready
        self._write = write
        self._name = name
        self._most_waiting = most_waiting
        self._retry_seconds = retry_seconds
        self._thread = _Thread(name)
        self._pending: list[T | Decoy[T]] = []
        self._writing: list[T | Decoy[T]] = []
        self._turn: asyncio.Future[None] | None = None
        self._running = False
        self._idle: asyncio.Future[None] | None = None
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
            if self._retry is None and not self._running:
                self._start()
            return _failed(self._trouble)
        turn = self._turn
        if turn is None:
            loop = asyncio.get_running_loop()
            turn = self._turn = loop.create_future()
            if not self._running:
                self._running = True
                loop.call_soon(self._start)  # with all that comes in this turn of the loop
        return turn

    async def run(self, action: Callable[[], None]) -> None:
        """Do `action` in the writing thread, between two commits."""
        if self._closed:
            raise Unavailable(f"{self._name} is closed")
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()

        def ended(error: BaseException | None) -> None:
            if not done.done():
                done.set_result(None) if error is None else done.set_exception(error)

        self._thread.do(action, loop, ended)
        await done

    async def close(self) -> None:
        """Write what waits, once, and stop. Raises `Unavailable` where items are lost by that."""
        if self._closed:
            return
        self._closed = True
        if self._retry is not None:
            self._retry.cancel()
            self._retry = None
            self._start()
        while self._running:
            self._idle = asyncio.get_running_loop().create_future()
            await self._idle
        self._thread.end()
        if self._pending:
            lost, self._pending = len(self._pending), []
            self._dropped += lost
            raise Unavailable(f"{self._name}: {lost} items could not be written: {self._trouble}")

    def _start(self) -> None:
        loop = asyncio.get_running_loop()
        self._retry = None
        self._running = True
        self._writing, self._pending = self._pending, []
        turn, self._turn = self._turn, None
        try:
            job = self._ready(self._writing)
        except Exception as error:  # noqa: BLE001 a batch that cannot be made ready is one that cannot be written
            loop.call_soon(self._ended, turn, error)
            return
        self._thread.do(lambda: self._write(job), loop, lambda error: self._ended(turn, error))

    def _ended(self, turn: asyncio.Future[None] | None, error: BaseException | None) -> None:
        self._running = False
        if error is None:
            self._writing = []
            self._trouble = None
            if self._pending or self._turn is not None:
                self._start()  # the disk works while answers go out
            if turn is not None and not turn.done():
                turn.set_result(None)
        else:
            self._failed(turn, error)
        if not self._running and self._idle is not None and not self._idle.done():
            self._idle.set_result(None)

    def _failed(self, turn: asyncio.Future[None] | None, error: BaseException) -> None:
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


class _Thread:
    """Does one thing after the other, and tells a loop when each has ended. Starts with the first."""

    def __init__(self, name: str) -> None:
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._started = False

    def do(
        self, action: Callable[[], None], loop: asyncio.AbstractEventLoop, ended: Callable[[BaseException | None], None]
    ) -> None:
        if not self._started:
            self._started = True
            self._thread.start()
        self._jobs.put(_Job(action, loop, ended))

    def end(self) -> None:
        """Let it end when what it was given is done."""
        self._jobs.put(None)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            error: BaseException | None = None
            try:
                job.action()
            except BaseException as found:  # noqa: BLE001 whatever it is, the loop has to hear of it
                error = found
            try:
                job.loop.call_soon_threadsafe(job.ended, error)
            except RuntimeError:
                return  # the loop was closed without waiting: nobody is left to be told


@dataclass(frozen=True, slots=True)
class _Job:
    action: Callable[[], None]
    loop: asyncio.AbstractEventLoop
    ended: Callable[[BaseException | None], None]


def _failed(error: Unavailable) -> asyncio.Future[None]:
    future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    future.set_exception(error)
    future.exception()
    return future
