"""The collector as an ASGI application, to be mounted in somebody's Starlette or FastAPI, or served by itself.

The same decisions, answers and durability as the collector's own server, at the pace of whichever server runs it. What
that server does with slow clients and long headers is its own affair. Imports no framework.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from overt.cli.compose import running_edge
from overt.cli.house import open_house
from overt.cli.settings import load_settings
from overt.errors import Refused
from overt.serve.connection import Limits
from overt.serve.edge import Edge
from overt.wire.beacon import TOO_LONG, WITH_BODY, WRONG_METHOD, Answer
from overt.wire.request import Request

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

MOST_WORKERS: Final = 64  # processes of one server; each writes a log of its own
_METHODS: Final = frozenset({"GET", "HEAD"})


class Tracking:
    """Answers beacons and links below the path it is mounted at. `settings` is the settings file, as for commands.

    `base_url` of the settings names where it is reached: https://shop.example/t for a mount at /t. `lifespan` opens and
    closes the logs; where a framework does not run it, the first request opens them, and what it wrote is there after a
    crash as ever. Each process takes the first log that no other one writes.
    """

    def __init__(self, settings: Path | str | None = None) -> None:
        self._settings = load_settings(Path(settings) if settings is not None else None, needed=("base_url",))
        self._limits = Limits()
        self._stack: AsyncExitStack | None = None
        self._edge: Edge | None = None
        self._opening = asyncio.Lock()

    @asynccontextmanager
    async def lifespan(self, app: object = None) -> AsyncIterator[None]:
        """For `Starlette(lifespan=...)` and `FastAPI(lifespan=...)`: open within, everything written at the end."""
        del app
        await self.open()
        try:
            yield
        finally:
            await self.close()

    async def open(self) -> Edge:
        """Open keys, ledger and logs, once."""
        async with self._opening:
            if self._edge is None:
                async with AsyncExitStack() as stack:
                    house = stack.enter_context(open_house(self._settings, make_keys=True))
                    for number in range(MOST_WORKERS):
                        try:
                            self._edge = await stack.enter_async_context(running_edge(house, f"a{number}"))
                            break
                        except Refused:
                            if number == MOST_WORKERS - 1:
                                raise
                    self._stack = stack.pop_all()
            assert self._edge is not None
            return self._edge

    async def close(self) -> None:
        """Write everything."""
        async with self._opening:
            stack, self._stack, self._edge = self._stack, None, None
            if stack is not None:
                await stack.aclose()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, or the life of the server where this is the whole application."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, send)
        else:
            raise ValueError(f"{scope['type']} is not spoken here")

    async def _answer(self, scope: Scope, send: Send) -> None:
        edge = self._edge or await self.open()
        fields = [(bytes(name).lower(), bytes(value)) for name, value in scope["headers"]]
        target = read_target(scope)
        method = str(scope["method"])
        answer: Answer
        durable: asyncio.Future[None] | None = None
        if method not in _METHODS:
            answer = WRONG_METHOD
        elif _has_body(fields):
            answer = WITH_BODY
        elif len(target) > self._limits.url:
            answer = TOO_LONG
        else:
            peer = edge.proxies.peer(scope["client"][0] if scope.get("client") else "")
            answer, durable = edge.take(Request(method.encode("ascii"), target, fields), peer)
        if durable is not None and not durable.done():
            await asyncio.wait([durable], timeout=self._limits.durable_seconds)
        head = [(name.lower(), value) for name, value in answer.fields]
        await send({"type": "http.response.start", "status": answer.status, "headers": head})
        await send({"type": "http.response.body", "body": b"" if method == "HEAD" else answer.body})

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await self.open()
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                await self.close()
                await send({"type": "lifespan.shutdown.complete"})
                return


def read_target(scope: Scope) -> bytes:
    """Path and query as the client wrote them, below the mount: `path` may or may not hold `root_path` (ASGI 3)."""
    root = str(scope.get("root_path") or "").rstrip("/")
    raw = scope.get("raw_path")
    path = bytes(raw).partition(b"?")[0] if raw else quote(str(scope["path"]), safe="/%:@!$&'()*+,;=~").encode()
    prefix = quote(root, safe="/%:@!$&'()*+,;=~").encode()
    if prefix and (path == prefix or path.startswith(prefix + b"/")):
        path = path[len(prefix) :] or b"/"
    query = bytes(scope.get("query_string") or b"")
    return path + b"?" + query if query else path


def _has_body(fields: list[tuple[bytes, bytes]]) -> bool:
    return any(
        name == b"transfer-encoding" or (name == b"content-length" and value.strip(b" 0")) for name, value in fields
    )
