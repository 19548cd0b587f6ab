"""Delivery: what is due in the queue goes to the next hop, until it was taken or given up.

A message leaves the queue after the next hop took it, so a crash in between sends it again: SMTP cannot exclude that
(RFC 1047), and nothing is ever lost. Decides when to try again; how a next hop is spoken to is in `hop`.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
import socket
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from overt.clock import Clock, SystemClock
from overt.errors import Refused, Unavailable
from overt.serve.backoff import Backoff, domain_of
from overt.serve.hop import Attempt, Carrier, Verdict
from overt.serve.notice import LATE, Notices
from overt.store import Queue, Queued
from overt.wire.report import Action

_LOG = logging.getLogger(__name__)
T = TypeVar("T")

# Seconds of rest for all after nobody was there, or the settings do not please the next hop.
RESTS = (1, 2, 5, 10, 30, 60)
GIVE_UP = timedelta(days=5)  # RFC 5321 section 4.5.4.1: at least four or five days
LOOK_SECONDS = 2.0  # other processes may put something into the queue or change what is due
STOP_SECONDS = 10.0  # for attempts under way; what is cut off then is tried again after the next start
BATCH = 100
KEEP_FAILED = timedelta(days=30)  # what was given up can be tried again so long: time to mend what was wrong
SWEEP_SECONDS = 3600.0


@dataclass(slots=True)
class Tally:
    """What was done since the start: numbers only."""

    delivered: int = 0
    deferred: int = 0
    failed: int = 0
    down: int = 0
    reports: int = 0


class Delivery:
    """Some carriers at work on one queue, from one event loop.

    `open_carrier` makes a carrier for each of `parallel` tasks. Whoever puts mail into the queue calls `wake`. `seal`
    makes the bytes that go out of those in the queue, in a thread: a signature. `final`: what the carriers take
    has arrived.
    """

    def __init__(
        self,
        queue: Queue,
        open_carrier: Callable[[], Carrier],
        *,
        clock: Clock | None = None,
        parallel: int = 4,
        backoff: Backoff | None = None,
        rests: tuple[float, ...] = RESTS,
        give_up: timedelta = GIVE_UP,
        notices: Notices | None = None,
        seal: Callable[[bytes], bytes] | None = None,
        final: bool = False,
    ) -> None:
        self.tally = Tally()
        self._queue = queue
        self._open_carrier = open_carrier
        self._clock = clock or SystemClock()
        self._parallel = parallel
        self._backoff = backoff or Backoff(chance=secrets.SystemRandom().random)
        self._notices = notices or Notices(socket.gethostname())
        self._seal = seal
        self._final = final
        self._sweep_at = float("-inf")
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
                    await self._sweep()
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
            sealed = raw if self._seal is None else await asyncio.to_thread(self._seal, raw)
            attempt = await carrier.carry(queued.envelope, sealed)
        except Exception as error:  # noqa: BLE001 mail waits, whatever it is
            _LOG.exception("message %d: the attempt failed by a fault in the program", queued.id)
            attempt = Attempt(Verdict.LATER, f"a fault in the program ({type(error).__name__})")
        await self._settle(self._consequence(queued, raw, attempt), stop)

    def _consequence(self, queued: Queued, raw: bytes, attempt: Attempt) -> Callable[[], object]:
        """What has to be written about the attempt."""
        now, domain = self._clock.now(), domain_of(queued.envelope.recipient)
        if attempt.verdict in (Verdict.DELIVERED, Verdict.NEVER):
            self._backoff.answered(domain)
        if attempt.verdict is Verdict.DELIVERED:
            self._downs = 0
            self.tally.delivered += 1
            # RFC 3461 section 5.2.2: where the next hop sends no reports, success is told here.
            action = Action.DELIVERED if self._final else Action.RELAYED
            told = None if attempt.reports else self._notices.make(action, queued, raw, attempt.reason, now)
            self.tally.reports += told is not None
            return partial(self._queue.done, queued, now, told=told)
        if attempt.verdict is Verdict.DOWN:
            self._rest(attempt.reason)
        if attempt.verdict is Verdict.NEVER or now - queued.at > self._give_up:
            self.tally.failed += 1
            reason = attempt.reason
            if attempt.verdict is not Verdict.NEVER:
                reason = f"given up after {self._give_up.days} days: {reason}"
            _LOG.warning("message %d failed for good", queued.id)
            told = self._notices.make(Action.FAILED, queued, raw, reason, now)
            self.tally.reports += told is not None
            return partial(self._queue.fail, queued, reason, now, told=told)
        if attempt.verdict is Verdict.DOWN:
            return partial(self._queue.defer, queued, queued.due, attempt.reason, tried=False)
        self.tally.deferred += 1
        return self._put_off(queued, raw, attempt.reason, now, domain)

    def _put_off(self, queued: Queued, raw: bytes, reason: str, now: datetime, domain: str) -> Callable[[], object]:
        until = now + timedelta(seconds=self._backoff.wait(queued.attempts))
        told = None
        if now - queued.at >= LATE:
            told = self._notices.make(Action.DELAYED, queued, raw, reason, now, until=queued.at + self._give_up)
            self.tally.reports += told is not None
        defer = partial(self._queue.defer, queued, until, reason, told=told)
        if not self._backoff.put_off(domain):
            return defer

        def hold() -> None:
            defer()
            self._queue.hold(domain, until, f"waits, for {domain} puts everything off: {reason}")

        self._ready = deque(each for each in self._ready if domain_of(each.envelope.recipient) != domain)
        return hold

    async def _sweep(self) -> None:
        """Once in a while what was given up long ago goes."""
        now = asyncio.get_running_loop().time()
        if now >= self._sweep_at:
            self._sweep_at = now + SWEEP_SECONDS
            await self._in_thread(partial(self._queue.sweep, self._clock.now() - KEEP_FAILED))

    async def _settle(self, write: Callable[[], object], stop: asyncio.Event) -> None:
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
