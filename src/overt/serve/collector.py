"""The collector: beacons and links over HTTP, each hit durable before its answer or the answer at once after 50 ms.

`serve_collector` runs it until cancelled, from one `Setup`. Answers need the keys and nothing else: with the disk full,
the ledger gone and permission unknown every link still leads to its destination. Several workers share a port by
SO_REUSEPORT, each with a worker's name of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from email.utils import formatdate
from pathlib import Path

from overt.clock import Clock, SystemClock
from overt.errors import Malformed, Unavailable
from overt.measure import Keyring, Mode
from overt.serve.client import Network, TrustedProxies
from overt.serve.connection import Connection, Limits, Waiting
from overt.serve.edge import Counters, Edge, HitLog, Locate, nowhere
from overt.serve.permission import Permission
from overt.store import MOST_SECONDS, CountTable, SegmentLog
from overt.wire.beacon import BEACON, Answer, Front, format_answer
from overt.wire.request import GlanceReader

_LOG = logging.getLogger(__name__)

SWEEP_SECONDS = 1.0  # how late a deadline may be noticed
BACKLOG = 1024
# Python's own is 0.005. Measured with 256 connections: 18 instead of 160 calls of futex(2) for each commit.
SWITCH_SECONDS = 0.00005
CLOSE_SECONDS = 2.0  # for answers under way when the collector stops


class Collector:
    """Every connection of one worker, and what they share: the edge, the clock's second, the wait for the disk."""

    def __init__(self, edge: Edge, *, limits: Limits, clock: Clock) -> None:
        self.edge = edge
        self.limits = limits
        self.late = 0  # answers that went out before their hit was durable; `edge.waiting` are not durable yet
        self.refused = 0  # connections closed because there were too many
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self.now = self._loop.time
        self.reader = GlanceReader(
            prefix=edge.front.prefix, forwarded=edge.proxies.field, longest_target=limits.url, longest=limits.header
        )
        self._connections: dict[Connection, None] = {}  # the one that was active longest ago first
        self._waiting: dict[asyncio.Future[None], list[Waiting | Connection]] = {}
        self._emptied = asyncio.Event()
        self._server: asyncio.Server | None = None
        self._sweeper: asyncio.Task[None] | None = None
        self._second = 0.0
        self._date = b""
        self._beacon = b""

    @property
    def addresses(self) -> tuple[tuple[str, int], ...]:
        """Where it listens: host and port of each socket."""
        sockets = self._server.sockets if self._server is not None else ()
        return tuple(tuple(item.getsockname()[:2]) for item in sockets)

    @property
    def connections(self) -> int:
        return len(self._connections)

    async def start(self, host: str, port: int, *, sock: socket.socket | None = None, reuse_port: bool = False) -> None:
        """Listen on host and port, or on `sock`, which is bound already. `Unavailable` where that cannot be had."""
        try:
            if sock is not None:
                self._server = await self._loop.create_server(self.connect, sock=sock, backlog=BACKLOG)
            else:
                self._server = await self._loop.create_server(
                    self.connect, host, port, backlog=BACKLOG, reuse_port=reuse_port or None
                )
        except OSError as error:
            raise Unavailable(f"cannot listen on {host}:{port}: {error.strerror or error}") from error
        self._sweeper = asyncio.create_task(self._sweep())

    async def stop(self) -> None:
        """Take no more connections, let answers under way go out for a moment, close the rest."""
        if self._server is not None:
            self._server.close()
        for connection in list(self._connections):
            connection.finish()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_SECONDS):
                while self._connections:
                    self._emptied.clear()
                    await self._emptied.wait()
        for connection in list(self._connections):
            connection.abort()
        if self._sweeper is not None:
            self._sweeper.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._sweeper

    def connect(self) -> Connection:
        return Connection(self)

    # What connections ask for.

    def date(self) -> bytes:
        """The Date field of this second (RFC 9110 6.6.1)."""
        now = self._loop.time()
        if now - self._second >= 1.0 or not self._date:
            self._second = now
            self._date = formatdate(self._clock.now().timestamp(), usegmt=True).encode()
            self._beacon = format_answer(BEACON, head=False, date=self._date, close=False)
        return self._date

    def written(self, answer: Answer) -> bytes:
        """The bytes of an answer to GET on a connection that stays; a beacon's are made once a second."""
        date = self.date()
        return self._beacon if answer is BEACON else format_answer(answer, head=False, date=date, close=False)

    def entered(self, connection: Connection) -> None:
        self._connections[connection] = None
        if len(self._connections) > self.limits.connections:
            # The one that has been silent longest makes room: slow strangers cannot keep others out.
            self.refused += 1
            oldest = next(iter(self._connections))
            del self._connections[oldest]
            oldest.abort()

    def left(self, connection: Connection) -> None:
        self._connections.pop(connection, None)
        if not self._connections:
            self._emptied.set()

    def active(self, connection: Connection) -> None:
        """A request of this connection is complete: it is the last to make room."""
        if self._connections.pop(connection, connection) is None:
            self._connections[connection] = None

    def wait(self, durable: asyncio.Future[None], waiting: Waiting | Connection) -> None:
        """Release `waiting` when the commit has ended, one way or the other, or patience has: at once where it is 0."""
        if not self.limits.durable_seconds:
            self.late += 1
            waiting.release()
            return
        others = self._waiting.get(durable)
        if others is not None:
            others.append(waiting)
            return
        self._waiting[durable] = [waiting]
        patience = self._loop.call_later(self.limits.durable_seconds, self._release, durable, True)

        def ended(done: asyncio.Future[None]) -> None:
            patience.cancel()
            self._release(done, False)

        durable.add_done_callback(ended)

    def _release(self, durable: asyncio.Future[None], late: bool) -> None:
        released = self._waiting.pop(durable, [])
        if late:
            self.late += len(released)
        for waiting in released:
            waiting.release()

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            now = self._loop.time()
            for connection in [found for found in self._connections if found.deadline < now]:
                connection.expire()


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """Everything a collector is made of.

    `segments` and `counts` are the folders of the logs, unless `logs` brings others, which stay open. `address_key` is
    16 to 64 secret bytes under which client addresses are hashed. `opens` and `links` are the most that settings allow,
    for the page that explains them; on `own_page` recipients see and change what is recorded. `sock` is a bound socket
    to use instead of host and port.
    """

    keyring: Keyring
    base_url: str
    segments: Path
    counts: Path
    permission: Permission
    address_key: bytes = field(repr=False)
    host: str = "127.0.0.1"
    port: int = 8080
    sender: str = ""
    contact: str = ""
    opens: Mode = Mode.INDIVIDUAL
    links: Mode = Mode.INDIVIDUAL
    own_page: str = ""
    trusted_proxies: Sequence[Network | str] = ()
    forwarded_field: str = "x-forwarded-for"
    worker: str = "0"
    clock: Clock = field(default_factory=SystemClock)
    limits: Limits = field(default_factory=Limits)
    locate: Locate = nowhere
    logs: tuple[HitLog, Counters] | None = None
    sock: socket.socket | None = None
    reuse_port: bool = False
    rotate_seconds: float = MOST_SECONDS

    def __post_init__(self) -> None:
        if not 16 <= len(self.address_key) <= 64:
            raise Malformed("the key for addresses has 16 to 64 bytes")


@contextlib.asynccontextmanager
async def open_edge(setup: Setup) -> AsyncIterator[Edge]:
    """The collector without its sockets: what decides, with its logs open, all of it written at the end.

    Raises `Unavailable` where it cannot start and `Refused` where another process writes for this worker.
    """
    front = Front(
        setup.keyring,
        setup.base_url,
        sender=setup.sender,
        contact=setup.contact,
        opens=setup.opens,
        links=setup.links,
        own_page=setup.own_page,
    )
    async with contextlib.AsyncExitStack() as stack:
        hits, counts = setup.logs or await _open_logs(stack, setup)
        yield Edge(
            front,
            hits,
            counts,
            permission=setup.permission,
            clock=setup.clock,
            address_key=setup.address_key,
            proxies=TrustedProxies(setup.trusted_proxies, field=setup.forwarded_field),
            locate=setup.locate,
            ticks=asyncio.get_running_loop().time,
        )


@contextlib.asynccontextmanager
async def open_collector(setup: Setup) -> AsyncIterator[Collector]:
    """A collector that listens inside the `async with`, and has written everything when it ends; raises likewise."""
    async with open_edge(setup) as edge:
        collector = Collector(edge, limits=setup.limits, clock=setup.clock)
        await collector.start(setup.host, setup.port, sock=setup.sock, reuse_port=setup.reuse_port)
        try:
            yield collector
        finally:
            await collector.stop()


async def serve_collector(setup: Setup, *, ready: Callable[[Collector], None] | None = None) -> None:
    """`open_collector` until cancelled; `ready` is called when it listens."""
    async with open_collector(setup) as collector:
        if ready is not None:
            ready(collector)
        await asyncio.Event().wait()


def new_loop() -> asyncio.AbstractEventLoop:
    """The event loop for processes that carry traffic: uvloop where there is one, else the standard one.

    Also lets the threads that wait for disks have the interpreter soon: for as long as one of them waits for it, the
    loop pays for telling it so at every system call.
    """
    sys.setswitchinterval(SWITCH_SECONDS)
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


async def _open_logs(stack: contextlib.AsyncExitStack, setup: Setup) -> tuple[SegmentLog, CountTable]:
    hits = SegmentLog(setup.segments, worker=setup.worker, clock=setup.clock)
    stack.push_async_callback(_close, hits)
    stack.push_async_callback(_cancel, asyncio.create_task(_close_idle(hits, setup.rotate_seconds)))
    counts = CountTable(setup.counts, worker=setup.worker)
    stack.push_async_callback(_close, counts)
    return hits, counts


async def _close_idle(log: SegmentLog, seconds: float) -> None:
    """Close the segment also where no hit comes that would: from an open one nothing is dropped or sorted."""
    while True:
        await asyncio.sleep(seconds)
        with contextlib.suppress(Unavailable):  # the next hit reports it, and the next turn tries again
            await log.rotate()


async def _cancel(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait([task])


async def _close(log: SegmentLog | CountTable) -> None:
    try:
        await log.close()
    except Unavailable as error:
        _LOG.error("at the end: %s", error)
