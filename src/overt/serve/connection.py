"""One HTTP/1.1 connection: bounded in size, time and number of requests, answering GET and HEAD without content.

The usual request is read at a glance (`overt.wire.request`), anything else by httptools. Answers go out in the order of
their requests (RFC 9112 9.3.2), each when what is kept of it is durable, or when patience ends. Everything that is no
plain request gets one answer and the end of the connection. Knows bytes and deadlines; what an answer says is the
edge's affair.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING, Protocol, cast

import httptools

from overt.serve.client import Peer
from overt.wire.beacon import (
    MALFORMED,
    TOO_LONG,
    TOO_MUCH,
    TOO_SLOW,
    WITH_BODY,
    WRONG_METHOD,
    Answer,
    format_answer,
)
from overt.wire.request import GlanceReader, Request

if TYPE_CHECKING:
    from overt.serve.edge import Edge


@dataclass(frozen=True, slots=True)
class Limits:
    """What one stranger may use. Sizes are bytes, times seconds."""

    url: int = 8000  # RFC 9112 3 asks for 8000 octets at least
    header: int = 16_384  # of a whole request head; nginx takes 4 x 8 KB, Apache 8 KB a field
    fields: int = 100  # as Apache
    pipelined: int = 16  # answers of one connection not yet sent; browsers and proxies send one at a time
    requests: int = 100_000  # of one connection, after which it is closed
    connections: int = 10_000  # of this worker: each is about 3 KB
    header_seconds: float = 10.0  # from the first byte of a request to its last
    idle_seconds: float = 75.0  # longer than nginx keeps its own to us (60), so that it closes first
    send_seconds: float = 10.0  # for a client that does not read its answers
    linger_seconds: float = 2.0  # for what a refused client still sends
    durable_seconds: float = 0.05  # an answer waits no longer for the disk
    unsent: int = 65_536  # bytes that a client may leave unread before its requests are


class Host(Protocol):
    """What all connections of a worker share."""

    edge: Edge
    limits: Limits
    reader: GlanceReader

    def now(self) -> float: ...

    def date(self) -> bytes: ...

    def written(self, answer: Answer) -> bytes: ...

    def entered(self, connection: Connection) -> None: ...

    def left(self, connection: Connection) -> None: ...

    def active(self, connection: Connection) -> None: ...

    def wait(self, durable: asyncio.Future[None], waiting: Waiting | Connection) -> None: ...


ACTIVE_SECONDS = 0.01  # how exactly it is known who was silent longest

# Fields that are looked at; others are counted and forgotten.
KNOWN = frozenset(
    b"user-agent x-forwarded-for forwarded if-none-match if-modified-since sec-purpose purpose x-purpose x-moz"
    b" sec-gpc dnt host content-length transfer-encoding".split()
)


class Waiting:
    """One answer in its place in the order; it goes out when it is ready and all before it have gone."""

    __slots__ = ("connection", "ready", "written")

    def __init__(self, connection: Connection, written: bytes, ready: bool) -> None:
        self.connection = connection
        self.written = written
        self.ready = ready

    def release(self) -> None:
        if not self.ready:
            self.ready = True
            self.connection.flush()


class Connection(asyncio.Protocol):
    """The protocol of one connection."""

    __slots__ = (
        "_answers", "_began", "_count", "_deaf", "_ending", "_fields", "_host", "_lingering", "_moved", "_open",
        "_parser", "_paused", "_peer", "_served", "_size", "_target", "_transport", "_unread", "_usual",
        "deadline",
    )  # fmt: skip

    def __init__(self, host: Host) -> None:
        self._host = host
        self._usual: bytes | None = None  # the answer to a usual request, which waits alone
        self._answers: deque[Waiting] = deque()  # all others, and what came behind it
        self._ending = False  # nothing more is read; the connection closes when the answers are out
        self._deaf = False  # the client has said its last
        self._lingering = False  # closing after a refusal: what still comes is read and thrown away
        self._open = False
        self._paused = False
        self._served = 0
        self._peer = Peer("", b"", False)
        self._parser: httptools.HttpRequestParser | None = None  # made for the first request that is not usual
        self._transport: asyncio.Transport | None = None
        self._start_request()
        self._began = False
        self._moved = float("-inf")
        self.deadline = 0.0

    # What the transport tells.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._transport.set_write_buffer_limits(high=self._host.limits.unsent)
        self._open = True
        peer = transport.get_extra_info("peername")
        self._peer = self._host.edge.proxies.peer(_peer_text(peer[0]) if isinstance(peer, tuple) else "")
        self.deadline = self._host.now() + self._host.limits.header_seconds
        self._host.entered(self)

    def connection_lost(self, error: Exception | None) -> None:
        del error
        self._open = False
        self._ending = True
        self._answers.clear()
        self._usual = None
        self._host.left(self)

    def data_received(self, data: bytes) -> None:
        if self._ending:
            return
        if self._usual is None and not (self._began or self._answers or self._paused):
            host = self._host
            glance = host.reader.read(data)
            if glance is not None and self._served < host.limits.requests - 1:
                self._served += 1
                answer, durable = host.edge.glance(glance, self._peer)
                self._rest()
                written = host.written(answer)
                if durable is None or durable.done():
                    self._transport.write(written)  # type: ignore[union-attr]
                else:
                    self._usual = written
                    host.wait(durable, self)
                return
        if not self._began:
            self._began = True
            self.deadline = self._host.now() + self._host.limits.header_seconds
        parser = self._parser
        if parser is None:
            parser = self._parser = httptools.HttpRequestParser(self)
        self._unread += len(data)
        try:
            parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            # RFC 9110 7.8: an upgrade may be ignored. The answer is under way; what follows is another protocol's.
            self._end()
        except httptools.HttpParserError:
            self._refuse(MALFORMED)
        if self._unread > self._host.limits.header and self._began:
            self._refuse(TOO_MUCH)

    def eof_received(self) -> bool:
        self._deaf = True
        if self._lingering and not self._answers:
            return False
        self._end()
        return bool(self._answers) or self._usual is not None  # half closed: the answers still go out

    def pause_writing(self) -> None:
        self._paused = True
        self.deadline = self._host.now() + self._host.limits.send_seconds
        if self._transport is not None and not self._ending:
            self._transport.pause_reading()

    def resume_writing(self) -> None:
        self._paused = False
        self.deadline = self._host.now() + self._host.limits.idle_seconds
        if self._transport is not None and not self._ending:
            self._transport.resume_reading()
        self.flush()

    def expire(self) -> None:
        """The deadline has passed: whoever sent half a request hears of it, others are just closed."""
        if self._paused or self._ending:
            self.abort()
        elif self._began:
            self._refuse(TOO_SLOW)
        else:
            self._end()

    def release(self) -> None:
        """The answer to the usual request may go out."""
        written, self._usual = self._usual, None
        if written is not None and self._open and self._transport is not None:
            self._transport.write(written)
            if self._answers or self._ending:
                self.flush()

    def abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def finish(self) -> None:
        """Take no more requests and close when the answers are out."""
        if self._lingering and not self._answers:
            self.abort()
        self._end()

    # What the parser tells.

    def on_url(self, url: bytes) -> None:
        self._target += url
        if len(self._target) > self._host.limits.url:
            self._refuse(TOO_LONG)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count += 1
        lower = name.lower()
        if lower in KNOWN:
            self._fields.append((lower, value))
        self._size += len(name) + len(value) + 4
        if self._count > self._host.limits.fields or self._size > self._host.limits.header:
            self._refuse(TOO_MUCH)

    def on_headers_complete(self) -> None:
        if self._ending or self._parser is None:
            return
        method = self._parser.get_method()
        request = Request(method, self._target, tuple(self._fields))
        if fault := _find_fault(request, self._parser.get_http_version()):
            self._refuse(fault)
            return
        answer, durable = self._host.edge.take(request, self._peer)
        self._served += 1
        last = (
            not self._parser.should_keep_alive()
            or self._served >= self._host.limits.requests
            or len(self._answers) + 1 >= self._host.limits.pipelined
            or self._paused  # it sends requests and reads no answers
        )
        self._write(answer, durable, head=method == b"HEAD", last=last)

    def on_message_complete(self) -> None:
        self._start_request()
        if not self._ending:
            self._began = False
            self._rest()

    def _rest(self) -> None:
        """A request is complete: until the next one begins, the connection may be idle."""
        host = self._host
        now = host.now()
        if now >= self._moved + ACTIVE_SECONDS:
            self._moved = now
            host.active(self)
        if not self._paused:
            self.deadline = now + host.limits.idle_seconds

    # Answers.

    def _start_request(self) -> None:
        self._target = b""
        self._fields: list[tuple[bytes, bytes]] = []
        self._count = 0  # fields
        self._size = 0  # bytes of whole fields
        self._unread = 0  # bytes that came for a request which is not complete: a field may be endless

    def _write(self, answer: Answer, durable: asyncio.Future[None] | None, *, head: bool, last: bool) -> None:
        written = format_answer(answer, head=head, date=self._host.date(), close=last)
        if last:
            self._ending = True
            self.deadline = self._host.now() + self._host.limits.send_seconds
        self._put(written, durable)

    def _put(self, written: bytes, durable: asyncio.Future[None] | None) -> None:
        """Send this when `durable` is done, and all before it have been sent."""
        waiting = Waiting(self, written, durable is None or durable.done())
        self._answers.append(waiting)
        if durable is not None and not waiting.ready:
            self._host.wait(durable, waiting)
        else:
            self.flush()

    def _refuse(self, answer: Answer) -> None:
        if not self._ending:
            self._lingering = True
            self._write(answer, None, head=False, last=True)

    def _end(self) -> None:
        if not self._ending:
            self._ending = True
            self.deadline = self._host.now() + self._host.limits.send_seconds
        self.flush()

    def flush(self) -> None:
        """Send what is ready, in order; close when that was the last."""
        transport = self._transport
        if transport is None or not self._open or self._usual is not None:
            return
        ready = []
        while self._answers and self._answers[0].ready:
            ready.append(self._answers.popleft().written)
        if ready:
            transport.write(ready[0] if len(ready) == 1 else b"".join(ready))
        if self._ending and not self._answers:
            self._open = False
            if self._lingering and not self._deaf and transport.can_write_eof():
                # RFC 9112 9.6: closing on unread bytes resets the connection, and the answer may be lost with it.
                transport.write_eof()
                self.deadline = self._host.now() + self._host.limits.linger_seconds
            else:
                transport.close()


def _find_fault(request: Request, version: str) -> Answer | None:
    """What keeps a request from being answered, if anything does; tried in this order."""
    if request.method not in (b"GET", b"HEAD"):
        return WRONG_METHOD
    hosts, content = 0, False
    for name, value in request.fields:
        if name == b"host":
            hosts += 1
        elif name == b"transfer-encoding" or (name == b"content-length" and value.strip() != b"0"):
            content = True
    if hosts > 1 or (hosts == 0 and version == "1.1"):
        return MALFORMED  # RFC 9112 3.2
    if content:
        return WITH_BODY
    if not request.target[:8].lower().startswith((b"/", b"http://", b"https://")):
        return MALFORMED
    return None


def _peer_text(text: str) -> str:
    """A peer's address without zone, and IPv4 as IPv4 on a socket that takes both."""
    address = ip_address(text.partition("%")[0])
    return str(getattr(address, "ipv4_mapped", None) or address)
