"""Delivery: what is due in the queue goes to the next hop, until it was taken or given up.

A message leaves the queue after the next hop took it, so a crash in between sends it again: SMTP cannot exclude that
(RFC 1047), and nothing is ever lost. Decides when to try again; how a next hop is spoken to is in `hop`.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TypeVar

from overt.clock import Clock, SystemClock
from overt.errors import Refused, Unavailable
from overt.serve.hop import Attempt, Carrier, Verdict
from overt.store import Queue, Queued

_LOG = logging.getLogger(__name__)
T = TypeVar("T")

# Seconds until the next attempt for one message. RFC 5321 section 4.5.4.1 asks for half an hour, with more frequent
# attempts in the beginning; greylisting lets in after five minutes.
RETRIES = (60, 300, 900, 1800, 3600, 7200, 14_400)
# Seconds of rest for all after nobody was there, or the settings do not please the next hop.
RESTS = (1, 2, 5, 10, 30, 60)
GIVE_UP = timedelta(days=5)  # RFC 5321 section 4.5.4.1: at least four or five days
LOOK_SECONDS = 2.0  # other processes may put something into the queue or change what is due
STOP_SECONDS = 10.0  # for attempts under way; what is cut off then is tried again after the next start
BATCH = 100


@dataclass(slots=True)
class Tally:
    """What was done since the start: numbers only."""

    delivered: int = 0
    deferred: int = 0
    failed: int = 0
    down: int = 0


class Delivery:
    """Some carriers at work on one queue, from one event loop.

    `open_carrier` makes a carrier for each of `parallel` tasks. Whoever puts mail into the queue calls `wake`.
    """

    def __init__(
        self,
        queue: Queue,
        open_carrier: Callable[[], Carrier],
        *,
        clock: Clock | None = None,
        parallel: int = 4,
        retries: tuple[float, ...] = RETRIES,
        rests: tuple[float, ...] = RESTS,
        give_up: timedelta = GIVE_UP,
    ) -> None:
        self.tally = Tally()
        self._queue = queue
        self._open_carrier = open_carrier
        self._clock = clock or SystemClock()
        self._parallel = parallel
        self._retries = retries
        self._rests = rests
        self._give_up = give_up
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="delivery")
        self._ready: deque[Queued] = deque()
        self._under_way: set[int] = set()
        self._turn = asyncio.Lock()
        self._news = asyncio.Event()
        self._rest_until = 0.0
        self._downs = 0

    def wake(self) -> None:
        """There is something new in the queue. To be called in the event loop's thread."""
        self._news.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Deliver until `stop` is set; what is under way then is finished first, within `STOP_SECONDS`."""
        tasks = [asyncio.create_task(self._work(stop)) for _ in range(self._parallel)]
        stopping = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait([*tasks, stopping], return_when=asyncio.FIRST_COMPLETED)
            if stop.is_set():
                self.wake()
                await asyncio.wait(tasks, timeout=STOP_SECONDS)
        finally:
            for task in (*tasks, stopping):
                task.cancel()
            ended = await asyncio.gather(*tasks, return_exceptions=True)
            self._thread.shutdown()
        for end in ended:
            if isinstance(end, Exception):
                raise end

    async def _work(self, stop: asyncio.Event) -> None:
        carrier = self._open_carrier()
        try:
            while not stop.is_set():
                queued = await self._next()
                if queued is None:
                    await carrier.close()
                    await self._wait(stop)
                    continue
                try:
                    await self._deliver(carrier, queued, stop)
                finally:
                    self._under_way.discard(queued.id)
        finally:
            await carrier.close()

    async def _next(self) -> Queued | None:
        """The next due message, which is this task's alone."""
        async with self._turn:
            if self._resting() > 0:
                return None
            if not self._ready:
                self._news.clear()  # before looking: what comes in while we look is news again
                try:
                    due = partial(self._queue.due, self._clock.now(), BATCH, without=frozenset(self._under_way))
                    self._ready.extend(await self._in_thread(due))
                except Unavailable as error:
                    _LOG.error("the queue cannot be read: %s", error)
            if not self._ready:
                return None
            queued = self._ready.popleft()
            self._under_way.add(queued.id)
            return queued

    async def _wait(self, stop: asyncio.Event) -> None:
        rest = self._resting()
        if rest > 0:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), rest)
            return
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._news.wait(), LOOK_SECONDS)

    async def _deliver(self, carrier: Carrier, queued: Queued, stop: asyncio.Event) -> None:
        try:
            raw = await self._in_thread(partial(self._queue.raw, queued))
        except Refused:
            return  # dropped meanwhile
        except Unavailable as error:
            self._rest(str(error))
            return
        try:
            attempt = await carrier.carry(queued.envelope, raw)
        except Exception as error:  # noqa: BLE001 mail waits, whatever it is
            _LOG.exception("message %d: the attempt failed by a fault in the program", queued.id)
            attempt = Attempt(Verdict.LATER, f"a fault in the program ({type(error).__name__})")
        await self._settle(self._consequence(queued, attempt), stop)

    def _consequence(self, queued: Queued, attempt: Attempt) -> Callable[[], None]:
        """What has to be written about the attempt."""
        now = self._clock.now()
        if attempt.verdict is Verdict.DELIVERED:
            self._downs = 0
            self.tally.delivered += 1
            return partial(self._queue.done, queued, now)
        if attempt.verdict is Verdict.DOWN:
            self._rest(attempt.reason)
        if attempt.verdict is Verdict.NEVER or now - queued.at > self._give_up:
            self.tally.failed += 1
            reason = attempt.reason
            if attempt.verdict is not Verdict.NEVER:
                reason = f"given up after {self._give_up.days} days: {reason}"
            _LOG.warning("message %d failed for good", queued.id)
            return partial(self._queue.fail, queued, reason, now)
        if attempt.verdict is Verdict.DOWN:
            return partial(self._queue.defer, queued, queued.due, attempt.reason, tried=False)
        self.tally.deferred += 1
        wait = self._retries[min(queued.attempts, len(self._retries) - 1)]
        return partial(self._queue.defer, queued, now + timedelta(seconds=wait), attempt.reason)

    async def _settle(self, write: Callable[[], None], stop: asyncio.Event) -> None:
        """Write it, however long the database takes: a message that was taken must not go out twice."""
        wait = 0.1
        while True:
            try:
                await self._in_thread(write)
            except Unavailable as error:
                if stop.is_set():
                    _LOG.error("the outcome of an attempt could not be written; it will be tried again: %s", error)
                    return
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), wait)
                wait = min(wait * 2, 10.0)
            else:
                return

    def _rest(self, reason: str) -> None:
        """Nobody there: all wait a little, longer each time."""
        now = asyncio.get_running_loop().time()
        if now < self._rest_until:
            return
        rest = self._rests[min(self._downs, len(self._rests) - 1)]
        self._downs += 1
        self.tally.down += 1
        self._rest_until = now + rest
        self._ready.clear()
        _LOG.warning("the next hop cannot be used, next attempt in %s s: %s", rest, reason)

    def _resting(self) -> float:
        return self._rest_until - asyncio.get_running_loop().time()

    async def _in_thread(self, action: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, action)


async def deliver_forever(delivery: Delivery, *, stop: asyncio.Event) -> None:
    """Deliver until `stop` is set."""
    await delivery.run(stop)
