"""SMTP submission: takes messages, and says 250 when a copy for every recipient is on disk.

`serve_relay` runs it. What becomes of a message is decided in `dispatch`; here are only sockets, limits and the thread
that writes. Accepts from the networks it is told, from others after a login under TLS, and from nobody else.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from ssl import SSLContext

from overt.errors import Unavailable
from overt.serve.dispatch import Dispatch, Submission
from overt.serve.login import Logins, network_of
from overt.serve.room import Memory
from overt.serve.session import Session

_LOG = logging.getLogger(__name__)

Network = IPv4Network | IPv6Network

# Who may hand in mail where nothing else is said.
LOOPBACK: tuple[Network, ...] = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
MOST_TOGETHER = 32  # messages in one commit: more would keep the first of them waiting
CLOSE_SECONDS = 5.0  # for what is being written when the relay stops
ANSWER_SECONDS = 0.05  # for its answers, which only have to reach the socket


@dataclass(frozen=True, slots=True)
class RelayLimits:
    """Bounds on what a client can ask for. `size` is of one message in bytes, `line` of one line of it."""

    size: int = 26_214_400
    recipients: int = 1000  # RFC 5321 section 4.5.3.1.8 asks for 100 at least
    connections: int = 100
    connections_each: int = 50  # from one /24 or /48 that is not this machine
    memory: int = 67_108_864  # bytes of messages that come in at once
    seconds: float = 300.0  # RFC 5321 section 4.5.3.2.7: five minutes for a command or a message
    line: int = 65_536  # RFC 5321 asks for 1000; real newsletters stray far


class Relay:
    """One submission server. Messages that come in while one commit runs go together into the next."""

    def __init__(
        self,
        dispatch: Dispatch,
        *,
        limits: RelayLimits | None = None,
        clients: Sequence[Network] = LOOPBACK,
        hostname: str = "",
        on_queued: Callable[[], None] = lambda: None,
        logins: Logins | None = None,
        tls: SSLContext | None = None,
        why_full: Callable[[], str] = lambda: "",
    ) -> None:
        self.limits = limits or RelayLimits()
        self.logins = logins if tls is not None else None
        self.tls = tls
        self.memory = Memory(self.limits.memory)
        self._why_full = why_full
        self.hostname = hostname or socket.gethostname()
        self.accepted = 0  # messages that are ours since it started
        self.put_off = 0  # those that could not be queued
        self._dispatch = dispatch
        self._clients = tuple(clients)
        self._on_queued = on_queued
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="relay")
        self._waiting: list[tuple[Submission, asyncio.Future[None]]] = []
        self._writing: asyncio.Task[None] | None = None
        self._sessions: dict[Session, str] = {}  # and the network each comes from
        self._server: asyncio.Server | None = None
        self._stopping = False
        self._trouble = ""  # why messages cannot be queued, as it was said last

    @property
    def addresses(self) -> tuple[tuple[str, int], ...]:
        """Where it listens: host and port of each socket."""
        sockets = self._server.sockets if self._server is not None else ()
        return tuple(tuple(item.getsockname()[:2]) for item in sockets)

    async def start(self, host: str, port: int, *, sock: socket.socket | None = None) -> None:
        """Listen on host and port, or on `sock`, which is bound already; `Unavailable` where that cannot be had."""
        loop = asyncio.get_running_loop()
        try:
            if sock is not None:
                self._server = await loop.create_server(self._connect, sock=sock)
            else:
                self._server = await loop.create_server(self._connect, host, port)
        except OSError as error:
            raise Unavailable(f"cannot listen on {host}:{port}: {error.strerror or error}") from error

    async def stop(self) -> None:
        """Take no more connections, answer what is being written, close the rest."""
        self._stopping = True
        if self._server is not None:
            self._server.close()
        if self._writing is not None:
            await asyncio.wait([self._writing], timeout=CLOSE_SECONDS)
            await asyncio.sleep(ANSWER_SECONDS)
        for session in list(self._sessions):
            session.close()
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def submit(self, submission: Submission) -> None:
        """Take responsibility for one message: done when it is durable, `Unavailable` where it is not ours."""
        if self._stopping:
            raise Unavailable("the relay is stopping")
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((submission, future))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())
        await asyncio.shield(future)  # a client that goes away stops nothing

    async def _write(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            batch, self._waiting = self._waiting[:MOST_TOGETHER], self._waiting[MOST_TOGETHER:]
            answers = await loop.run_in_executor(self._thread, self._accept, [item for item, _ in batch])
            for (_, future), error in zip(batch, answers, strict=True):
                self.accepted += error is None
                self.put_off += error is not None
                if future.done():
                    continue
                if error is None:
                    future.set_result(None)
                else:
                    future.set_exception(error)
                    future.exception()  # read once: its client may be gone
            self._on_queued()
        self._writing = None

    def _accept(self, submissions: list[Submission]) -> list[Unavailable | None]:
        """In the thread: all of them in one commit, or one by one where one of them spoils it."""
        try:
            self._dispatch.accept(submissions)
        except Exception as error:  # noqa: BLE001 whatever it is, nothing was accepted
            if len(submissions) > 1:
                return [self._accept([submission])[0] for submission in submissions]
            return [self._report(error)]
        if self._trouble:
            self._trouble = ""
            _LOG.warning("messages can be queued again")
        return [None] * len(submissions)

    def _report(self, error: Exception) -> Unavailable:
        """Say why a message was not queued; a full disk is said once, for it may be the log's own."""
        if not isinstance(error, Unavailable):
            _LOG.error("a message could not be queued", exc_info=error)
            return Unavailable(f"the queue: {error!r}")
        if str(error) != self._trouble:
            self._trouble = str(error)
            _LOG.error("messages cannot be queued, and clients are told to wait: %s", error)
        return error

    def _connect(self) -> asyncio.Protocol:
        if len(self._sessions) >= self.limits.connections:
            return _Closing(b"421 4.3.2 Too many connections; please try again later\r\n")
        return Session(self)

    async def why_full(self) -> str:
        """Why no mail can be taken now, or nothing."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._why_full)

    def entered(self, session: Session, peer: object) -> bytes:
        """Count the session in; the answer that ends it at once, or nothing. A stranger has to log in first."""
        try:
            address = ip_address(str(peer[0]).partition("%")[0]) if isinstance(peer, tuple) else None
        except ValueError:
            address = None
        mapped = getattr(address, "ipv4_mapped", None) or address
        network = "" if mapped is None or mapped.is_loopback else network_of(str(mapped))
        crowd = sum(each == network for each in self._sessions.values()) if network else 0
        self._sessions[session] = network
        if crowd >= self.limits.connections_each:
            return b"421 4.7.0 Too many connections from your network; please try again later\r\n"
        if mapped is not None and not any(mapped in each for each in self._clients):
            if self.logins is None:
                return b"554 5.7.1 This server takes no mail from you\r\n"
            session.require_login()
        return b""

    def left(self, session: Session) -> None:
        self._sessions.pop(session, None)


class _Closing(asyncio.Protocol):
    def __init__(self, answer: bytes) -> None:
        self._answer = answer

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        transport.write(self._answer)
        transport.close()


@contextlib.asynccontextmanager
async def open_relay(relay: Relay, host: str, port: int, *, sock: socket.socket | None = None) -> AsyncIterator[Relay]:
    """`relay`, listening inside the `async with`; `Unavailable` where it cannot."""
    # aiosmtpd logs every command at INFO, addresses included.
    logging.getLogger("mail.log").setLevel(logging.WARNING)
    await relay.start(host, port, sock=sock)
    try:
        yield relay
    finally:
        await relay.stop()


async def serve_relay(
    relay: Relay, host: str, port: int, *, stop: asyncio.Event, on_ready: Callable[[], None] = lambda: None
) -> None:
    """Take mail on host and port until `stop` is set."""
    async with open_relay(relay, host, port):
        on_ready()
        await stop.wait()
