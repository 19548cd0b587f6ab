"""One HTTP request over one connection, bounded in time and size, sent to a given place whatever host its URL names.

What simulated readers ask with: the URL's own host goes into the Host field, the connection goes to `Door`, which is
the only address this module ever opens. It follows no redirect.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

LARGEST = 1 << 20  # an answer of the collector is a picture of 43 bytes or a short page
SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Door:
    """Where the collector listens, and for which base URL; `clients` bounds the connections open at once.

    With `forwarded` the client's address goes along in X-Forwarded-For, which a collector believes from its trusted
    proxies: without it everybody comes from this machine.
    """

    base_url: str
    host: str = "127.0.0.1"
    port: int = 8080
    forwarded: bool = True
    clients: int = 16

    def covers(self, url: str) -> bool:
        """Whether `url` belongs to this collector."""
        return url.startswith(self.base_url.rstrip("/") + "/")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; `status` 0 says that no answer came, and `fault` why."""

    url: str
    method: str
    status: int
    location: str = ""
    content_type: str = ""
    body: bytes = b""
    fault: str = ""


async def ask(door: Door, url: str, *, method: str = "GET", fields: Sequence[tuple[str, str]] = ()) -> Answer:
    """Send one request for `url` to `door`; never raises for what the network does."""
    try:
        async with asyncio.timeout(SECONDS):
            return await _ask(door, url, method, fields)
    except (OSError, TimeoutError, EOFError, ValueError) as error:
        return Answer(url, method, 0, fault=f"{type(error).__name__}: {error}")


async def _ask(door: Door, url: str, method: str, fields: Sequence[tuple[str, str]]) -> Answer:
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    lines = [f"{method} {target} HTTP/1.1", f"Host: {parts.netloc}", *(f"{name}: {value}" for name, value in fields)]
    request = "\r\n".join([*lines, "Connection: close", "", ""])
    reader, writer = await asyncio.open_connection(door.host, door.port, limit=LARGEST)
    try:
        writer.write(request.encode("latin-1"))
        await writer.drain()
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        status_line, *rest = head.split("\r\n")
        answered = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in rest)}
        length = answered.get("content-length", "")
        body = b""
        if method != "HEAD":
            body = await (reader.readexactly(min(int(length), LARGEST)) if length.isdigit() else reader.read(LARGEST))
        return Answer(
            url,
            method,
            int(status_line.split(" ")[1]),
            answered.get("location", ""),
            answered.get("content-type", ""),
            body,
        )
    finally:
        writer.close()
