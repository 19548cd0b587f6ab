"""Room for mail: in memory while it comes in, and on disk before it is taken. Where there is none, the client waits.

Back-pressure in place of memory: whoever is told 452 keeps its message and comes again (RFC 5321 section 4.2.3).
"""

from __future__ import annotations

import asyncio
import os
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from overt.errors import Unavailable
from overt.store import Queue, State

LOOK_SECONDS = 1.0  # so long an answer about the disk is good


class Memory:
    """A budget of bytes. One who asks for more than there is gets it when nobody else has any."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.taken = 0
        self._waiting: deque[tuple[int, asyncio.Future[None]]] = deque()

    @asynccontextmanager
    async def hold(self, size: int, seconds: float) -> AsyncIterator[None]:
        """Have `size` bytes, in the order of asking; `Unavailable` where they do not come in time."""
        if self._waiting or not self._fits(size):
            future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.append((size, future))
            try:
                await asyncio.wait_for(future, seconds)
            except TimeoutError:
                raise Unavailable("too much mail is coming in at once") from None
            finally:
                if not future.done() or future.cancelled():
                    self._waiting = deque(each for each in self._waiting if each[1] is not future)
                    self._admit()
        else:
            self.taken += size
        try:
            yield
        finally:
            self.taken -= size
            self._admit()

    def _fits(self, size: int) -> bool:
        return self.taken == 0 or self.taken + size <= self.most

    def _admit(self) -> None:
        while self._waiting and self._fits(self._waiting[0][0]):
            size, future = self._waiting.popleft()
            if not future.done():
                self.taken += size
                future.set_result(None)


def _free_bytes(folder: Path) -> int:
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize


@dataclass(slots=True)
class Disk:
    """The queue and the disk it is on. Looks at most once in `LOOK_SECONDS`; blocks while it looks."""

    queue: Queue
    folder: Path
    most_queued: int = 100_000
    least_free: int = 268_435_456
    monotonic: Callable[[], float] = time.monotonic
    free: Callable[[Path], int] = _free_bytes
    _until: float = float("-inf")
    _why: str = ""

    def why_full(self) -> str:
        """Why no more mail can be taken now, or nothing."""
        now = self.monotonic()
        if now >= self._until:
            self._until = now + LOOK_SECONDS
            self._why = self._look()
        return self._why

    def _look(self) -> str:
        try:
            if self.free(self.folder) < self.least_free:
                return "the disk is nearly full"
            if self.queue.count()[State.WAITING] >= self.most_queued:
                return "the queue is full"
        except (OSError, Unavailable):
            return "the queue cannot be read"
        return ""
