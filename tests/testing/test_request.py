"""One request against a small server of the standard library's kind: what arrives, what comes back, what is bounded."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from overt.testing.request import Answer, Door, ask

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def exchange(
    answer: bytes, method: str = "GET", url: str = "https://t.example.org/b/x.gif?a=1"
) -> tuple[bytes, Answer]:
    seen: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(answer)
        writer.close()

    async def run() -> Answer:
        server = await asyncio.start_server(talk, "127.0.0.1", 0)
        async with server:
            door = Door("https://t.example.org", port=server.sockets[0].getsockname()[1])
            return await ask(door, url, method=method, fields=(("User-Agent", "test"),))

    found = asyncio.run(run())
    return seen[0], found


def test_the_request_names_the_urls_host_and_path() -> None:
    seen, _ = exchange(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    assert seen.startswith(b"GET /b/x.gif?a=1 HTTP/1.1\r\nHost: t.example.org\r\nUser-Agent: test\r\n")


def test_status_place_and_body_come_back() -> None:
    _, answer = exchange(
        b"HTTP/1.1 302 Found\r\nLocation: https://shop.example.org/\r\nContent-Length: 3\r\n\r\nabcdef"
    )
    assert (answer.status, answer.location, answer.body) == (302, "https://shop.example.org/", b"abc")


def test_a_head_request_waits_for_no_body() -> None:
    _, answer = exchange(b"HTTP/1.1 200 OK\r\nContent-Length: 43\r\n\r\n", method="HEAD")
    assert (answer.status, answer.body) == (200, b"")


def test_a_broken_answer_is_an_answer_with_a_fault() -> None:
    _, answer = exchange(b"no HTTP")
    assert answer.status == 0
    assert answer.fault


def test_nobody_listening_is_an_answer_with_a_fault() -> None:
    answer = asyncio.run(ask(Door("https://t.example.org", port=1), "https://t.example.org/b/x.gif"))
    assert (answer.status, answer.method) == (0, "GET")
    assert "Refused" in answer.fault


def test_a_door_covers_only_its_base_url() -> None:
    door = Door("https://t.example.org/base/")
    assert door.covers("https://t.example.org/base/b/x.gif")
    assert not door.covers("https://t.example.org.evil.example/base/b/x.gif")
    assert not door.covers("https://t.example.org/b/x.gif")
