"""A collector to talk to: real sockets on this machine, real logs in a folder, and permission that a test decides."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

from overt.measure import (
    Campaign,
    Kind,
    Link,
    Mode,
    RecipientNumber,
    Sending,
    Token,
    Variant,
    link_url,
    mint,
    new_keyring,
    recipient_of,
)
from overt.serve.collector import Collector, Setup, open_collector
from overt.serve.connection import Limits
from overt.serve.edge import Counters, HitLog
from overt.testing.clock import FixedClock

KEYS = new_keyring(lambda size: bytes(range(size)))
OTHER_KEYS = new_keyring(lambda size: bytes(range(1, size + 1)))
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
RECIPIENT = RecipientNumber(9)
SENDING = Sending(9 << 32 | 1)
SHARED = Token(Kind.BEACON, Mode.SHARED, Campaign(7), Variant(1))
INDIVIDUAL = Token(Kind.BEACON, Mode.INDIVIDUAL, Campaign(7), Variant(1), Link(0), SENDING)
SHARED_LINK = Token(Kind.LINK, Mode.SHARED, Campaign(7), Variant(1), Link(3))
INDIVIDUAL_LINK = Token(Kind.LINK, Mode.INDIVIDUAL, Campaign(7), Variant(1), Link(3), SENDING)
HERE = "https://news.example/a?b=1&c=2"


def beacon(token: Token) -> str:
    return f"/b/{mint(KEYS, token)}.gif"


def link(token: Token, destination: str = HERE) -> str:
    return link_url("", mint(KEYS, token, destination.encode()), destination)


class Granted:
    """Everybody but the withdrawn."""

    def __init__(self) -> None:
        self.withdrawn: set[RecipientNumber] = set()

    def may_keep(self, sending: Sending) -> bool:
        return recipient_of(sending) not in self.withdrawn

    may_keep_date = may_keep


def limits(**changes: float) -> Limits:
    """Short times where tests wait for them, and patience with this machine's disk, which tests share."""
    return Limits(**{"durable_seconds": 10.0, "linger_seconds": 0.1, **changes})  # type: ignore[arg-type]


def setup(folder: Path, **changes: object) -> Setup:
    told: dict[str, object] = {
        "keyring": KEYS,
        "base_url": "https://t.example",
        "segments": folder / "segments",
        "counts": folder / "counts",
        "permission": Granted(),
        "address_key": bytes(32),
        "port": 0,
        "trusted_proxies": ("127.0.0.1",),
        "clock": FixedClock(NOON),
        "limits": limits(),
    }
    return Setup(**{**told, **changes})  # type: ignore[arg-type]


def with_collector(folder: Path, story: Callable[[Collector], Awaitable[object]], **changes: object) -> None:
    """Run `story` with a collector, which has written everything afterwards."""

    async def run() -> None:
        async with asyncio.timeout(20), open_collector(setup(folder, **changes)) as collector:
            await story(collector)

    asyncio.run(run())


@contextlib.asynccontextmanager
async def connected(collector: Collector) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection(*collector.addresses[0])
    try:
        yield reader, writer
    finally:
        writer.close()


async def ask(collector: Collector, target: str, *fields: str, method: str = "GET") -> bytes:
    """One request on a connection of its own; everything that comes back."""
    lines = [f"{method} {target} HTTP/1.1", "Host: t.example", *fields, "Connection: close", "", ""]
    return await send(collector, "\r\n".join(lines).encode())


async def send(collector: Collector, raw: bytes) -> bytes:
    async with connected(collector) as (reader, writer):
        writer.write(raw)
        return await reader.read()


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def undated(answer: bytes) -> bytes:
    return b"\r\n".join(line for line in answer.split(b"\r\n") if not line.startswith(b"Date: "))


class BrokenLog:
    """A log whose disk never answers (`hang`), or refuses."""

    def __init__(self, *, hang: bool = False) -> None:
        self.hang = hang
        self.asked = 0

    def _future(self) -> asyncio.Future[None]:
        from overt.errors import Unavailable

        self.asked += 1
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if not self.hang:
            future.set_exception(Unavailable("no disk"))
            future.exception()
        return future

    def put(self, item: object) -> asyncio.Future[None]:
        del item
        return self._future()

    touch = put

    @property
    def state(self) -> object:
        from overt.store import CommitState

        return CommitState(self.asked, 0, "no disk")


def broken_logs(*, hang: bool = False) -> tuple[HitLog, Counters]:
    return BrokenLog(hang=hang), BrokenLog(hang=hang)  # type: ignore[return-value]
