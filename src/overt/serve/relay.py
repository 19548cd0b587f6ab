"""SMTP submission: takes messages, and says 250 when a copy for every recipient is on disk.

`serve_relay` runs it. What becomes of a message is decided in `dispatch`; here are only sockets, limits and the thread
that writes. Accepts from the networks it is told and from nobody else: there are no passwords yet.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any

from aiosmtpd.smtp import SMTP
from aiosmtpd.smtp import Envelope as Transaction

from overt.errors import Unavailable
from overt.serve.dispatch import Dispatch, Submission

_LOG = logging.getLogger(__name__)

Network = IPv4Network | IPv6Network

# Who may hand in mail where nothing else is said.
LOOPBACK: tuple[Network, ...] = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
MOST_TOGETHER = 32  # messages in one commit: more would keep the first of them waiting
CLOSE_SECONDS = 5.0  # for what is being written when the relay stops
ANSWER_SECONDS = 0.05  # for its answers, which only have to reach the socket
# RFC 5321 section 2.3.8: lines end with CRLF, and CR and LF stand nowhere else. Servers that take them for line ends
# read another message than the one that was checked ("SMTP smuggling").
_BARE = re.compile(rb"(?<!\r)\n|\r(?!\n)")
_NULL_PATH = "<>"


@dataclass(frozen=True, slots=True)
class RelayLimits:
    """Bounds on what a client can ask for. `size` is of one message in bytes, `line` of one line of it."""

    size: int = 26_214_400
    recipients: int = 1000  # RFC 5321 section 4.5.3.1.8 asks for 100 at least
    connections: int = 100
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
    ) -> None:
        self.limits = limits or RelayLimits()
        self.hostname = hostname or socket.gethostname()
        self._dispatch = dispatch
        self._clients = tuple(clients)
        self._on_queued = on_queued
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="relay")
        self._waiting: list[tuple[Submission, asyncio.Future[None]]] = []
        self._writing: asyncio.Task[None] | None = None
        self._sessions: set[Session] = set()
        self._server: asyncio.Server | None = None
        self._stopping = False

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
            _LOG.error("a message could not be queued", exc_info=error)
            return [error if isinstance(error, Unavailable) else Unavailable(f"the queue: {error!r}")]
        return [None] * len(submissions)

    def _connect(self) -> asyncio.Protocol:
        if len(self._sessions) >= self.limits.connections:
            return _Closing(b"421 4.3.2 Too many connections; please try again later\r\n")
        return Session(self)

    def entered(self, session: Session, peer: object) -> bytes:
        """Count the session in; the answer that ends it at once, or nothing."""
        self._sessions.add(session)
        try:
            address = ip_address(str(peer[0]).partition("%")[0]) if isinstance(peer, tuple) else None
        except ValueError:
            address = None
        mapped = getattr(address, "ipv4_mapped", None) or address
        if mapped is not None and not any(mapped in network for network in self._clients):
            return b"554 5.7.1 This server takes no mail from you\r\n"
        return b""

    def left(self, session: Session) -> None:
        self._sessions.discard(session)


class Session(SMTP):
    """One connection: aiosmtpd's protocol with our limits."""

    def __init__(self, relay: Relay) -> None:
        # aiosmtpd reads the limit of a line from the class or instance when it makes its reader.
        self.line_length_limit = relay.limits.line
        self._relay = relay
        super().__init__(
            Intake(relay),
            data_size_limit=relay.limits.size,
            enable_SMTPUTF8=True,
            hostname=relay.hostname,
            ident="overt",
            timeout=relay.limits.seconds,
            loop=asyncio.get_running_loop(),
        )

    def connection_made(self, transport: Any) -> None:
        refusal = self._relay.entered(self, transport.get_extra_info("peername"))
        if refusal:
            transport.write(refusal)
            transport.close()
            self._relay.left(self)
            self._refused = True
            return
        self._refused = False
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._relay.left(self)
        if not self._refused:
            super().connection_lost(error)

    def data_received(self, data: bytes) -> None:
        if not self._refused:
            super().data_received(data)

    def eof_received(self) -> bool | None:
        return None if self._refused else bool(super().eof_received())

    def close(self) -> None:
        if self.transport is not None:
            self.transport.close()


class Intake:
    """aiosmtpd's hooks: what is answered to RCPT and DATA (RFC 5321, codes of RFC 3463)."""

    def __init__(self, relay: Relay) -> None:
        self._relay = relay

    async def handle_MAIL(  # noqa: N802 aiosmtpd's name
        self, _server: object, _session: object, envelope: Transaction, address: str, options: list[str]
    ) -> str:
        """Take the reverse path; `<>` is the null path."""
        refusal = _unfit(address, envelope)
        if refusal:
            return refusal
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(  # noqa: N802
        self, _server: object, _session: object, envelope: Transaction, address: str, options: list[str]
    ) -> str:
        """Take one recipient more."""
        refusal = _unfit(address, envelope)
        if refusal:
            return refusal
        if len(envelope.rcpt_tos) >= self._relay.limits.recipients:
            return "452 4.5.3 Too many recipients"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_DATA(self, _server: object, _session: object, envelope: Transaction) -> str:  # noqa: N802
        """Answer when the message is on disk, or is not ours."""
        assert isinstance(envelope.content, bytes)  # not decoded, as aiosmtpd was told
        raw = envelope.content
        if _BARE.search(raw):
            return "554 5.6.0 Lines end with CRLF, and CR and LF stand nowhere else (RFC 5321, 2.3.8)"
        sender = (envelope.mail_from or "").removeprefix(_NULL_PATH)
        submission = Submission(sender, tuple(envelope.rcpt_tos), raw, bool(envelope.smtp_utf8))
        try:
            await self._relay.submit(submission)
        except Unavailable as error:
            return f"451 4.3.0 {error.public}"
        return "250 2.0.0 OK, queued"

    async def handle_exception(self, error: Exception) -> str:
        """No stranger reads what went wrong."""
        _LOG.error("an SMTP session failed", exc_info=error)
        return "451 4.3.0 Something went wrong; please try again later"


class _Closing(asyncio.Protocol):
    def __init__(self, answer: bytes) -> None:
        self._answer = answer

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        transport.write(self._answer)
        transport.close()


def _unfit(address: str, envelope: Transaction) -> str:
    """Why an address cannot be taken: RFC 6531 section 3.1 wants other letters announced, and in UTF-8."""
    if not address.isprintable():  # what is not UTF-8 came as lone surrogates, which nobody can print
        return "553 5.1.3 Malformed address"
    return "" if address.isascii() or envelope.smtp_utf8 else "553 5.6.7 This address needs SMTPUTF8"


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
