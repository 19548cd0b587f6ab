"""What strangers try on the collector: two requests in one, lines that are none, heads without end, many at once."""

from __future__ import annotations

import asyncio
from pathlib import Path
from urllib.parse import quote

import pytest

from overt.measure import mint
from overt.serve.collector import Collector
from overt.store import read_hits
from overt.wire.beacon import GIF
from tests.serve.talk import (
    HERE,
    INDIVIDUAL,
    INDIVIDUAL_LINK,
    KEYS,
    OTHER_KEYS,
    ask,
    beacon,
    connected,
    limits,
    link,
    send,
    status,
    with_collector,
)

START = f"GET {beacon(INDIVIDUAL)} HTTP/1.1\r\nHost: t.example\r\n"
HIDDEN = "GET /robots.txt HTTP/1.1\r\nHost: t.example\r\n\r\n"


def answers(folder: Path, raw: bytes, **changes: float) -> bytes:
    found: list[bytes] = []

    async def story(collector: Collector) -> None:
        async with asyncio.timeout(8):
            found.append(await send(collector, raw))
        assert status(await ask(collector, beacon(INDIVIDUAL))) == 200  # others are answered as ever

    with_collector(folder, story, limits=limits(**{"header_seconds": 0.5, "idle_seconds": 0.5, **changes}))
    return found[0]


@pytest.mark.parametrize(
    "lines",
    [
        f"Content-Length: {len(HIDDEN)}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        f"Transfer-Encoding: chunked\r\nContent-Length: {len(HIDDEN)}\r\n\r\n0\r\n\r\n",
        f"Content-Length: {len(HIDDEN)}\r\nContent-Length: 0\r\n\r\n",
        f"Content-Length: 0\r\nContent-Length: {len(HIDDEN)}\r\n\r\n",
        f"Content-Length: {len(HIDDEN)}\r\n\r\n",
        "Content-Length: +5\r\n\r\n",
        "Content-Length: 5, 5\r\n\r\n",
        "Transfer-Encoding: xchunked\r\n\r\n",
        "Transfer-Encoding : chunked\r\n\r\n",
        "Transfer-Encoding:\x0bchunked\r\n\r\n",
        "Transfer-Encoding: identity\r\n\r\n",
        "X: y\rTransfer-Encoding: chunked\r\n\r\n",
    ],
)
def test_a_request_within_a_request_is_not_answered(tmp_path: Path, lines: str) -> None:
    found = answers(tmp_path, (START + lines + HIDDEN).encode())
    assert found.count(b"HTTP/1.1 ") == 1
    assert b"Disallow" not in found
    assert status(found) in (400, 413)
    assert b"Connection: close" in found


@pytest.mark.parametrize("lines", ["X: a\r\n folded: b\r\n\r\n", "X-Forwarded-For: 192.0.2.1\r\n\t, 192.0.2.2\r\n\r\n"])
def test_a_folded_line_starts_no_second_answer(tmp_path: Path, lines: str) -> None:
    found = answers(tmp_path, (START + lines).encode())  # RFC 9112 5.2: refuse, or read it as one line
    assert found.count(b"HTTP/1.1 ") == 1


@pytest.mark.parametrize(
    "raw", [START.replace("\r\n", "\n") + "\n", START + "X: y\n\n", START.replace("\r\n", "\r") + "\r"]
)
def test_bare_line_ends_are_never_two_requests(tmp_path: Path, raw: str) -> None:
    found = answers(tmp_path, raw.encode())
    assert found.count(b"HTTP/1.1 ") <= 1
    assert found == b"" or status(found) in (200, 400, 408)


@pytest.mark.parametrize("there", ["\r\nSet-Cookie: a=b", "\nX: y", "\rX: y", "\x00", "\x7f", " \r\n\r\n<script>"])
def test_even_a_signed_destination_puts_no_line_into_the_head(tmp_path: Path, there: str) -> None:
    destination = HERE + there
    token = mint(KEYS, INDIVIDUAL_LINK, destination.encode())
    found = answers(
        tmp_path,
        f"GET /c/{token}?u={quote(destination, safe='')} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode(),
    )
    head = found.partition(b"\r\n\r\n")[0]
    assert b"\nSet-Cookie" not in head
    assert b"\nX: y" not in head
    assert b"\x00" not in head
    assert b"<script>" not in found


@pytest.mark.parametrize("raw", [b"\xff\xfe\xc3\x28", b"%ff%fe%c3%28", b"\xf0\x9f\x98\x80", b"%00"])
def test_invalid_utf_8_anywhere_gets_a_plain_answer(tmp_path: Path, raw: bytes) -> None:
    for target, field in ((b"/c/x?u=" + raw, b"a"), (b"/b/" + raw + b".gif", b"a"), (b"/b/x.gif", raw)):
        request = b"GET " + target + b" HTTP/1.1\r\nHost: a\r\nUser-Agent: " + field + b"\r\nConnection: close\r\n\r\n"
        found = answers(tmp_path, request)
        assert status(found) in (200, 400, 404)
        assert b"location:" not in found.partition(b"\r\n\r\n")[0].lower()


def test_forged_tokens_by_the_hundred_leave_nothing(tmp_path: Path) -> None:
    right = mint(KEYS, INDIVIDUAL)
    forged = [
        mint(OTHER_KEYS, INDIVIDUAL),
        *(right[:at] + ("A" if right[at] != "A" else "B") + right[at + 1 :] for at in range(36)),
    ]

    async def story(collector: Collector) -> None:
        async with connected(collector) as (reader, writer):
            for token in forged * 5:
                writer.write(f"GET /b/{token}.gif HTTP/1.1\r\nHost: a\r\n\r\n".encode())
                assert status(await reader.readuntil(GIF)) == 200
        assert collector.edge.tally.unsigned == len(forged) * 5

    with_collector(tmp_path, story)
    assert list(read_hits(tmp_path / "segments")) == []


def test_slow_strangers_do_not_keep_others_out(tmp_path: Path) -> None:
    """Each sends a byte now and then: only the whole head counts, so they end by its time, whatever trickles in."""

    async def story(collector: Collector) -> None:
        slow = [await asyncio.open_connection(*collector.addresses[0]) for _ in range(20)]
        ended = 0
        for number in range(40):
            for _, writer in slow:
                writer.write(b"GET / HTTP/1.1\r\nX: "[number : number + 1] or b"y")
            await asyncio.sleep(0.06)
            assert status(await ask(collector, link(INDIVIDUAL_LINK))) == 302
        for reader, writer in slow:
            try:
                ended += b" 408 " in await reader.read()
            except ConnectionError:
                ended += 1
            writer.close()
        assert ended == 20

    with_collector(tmp_path, story, limits=limits(header_seconds=0.5))


def test_a_request_behind_a_waiting_answer_is_answered_after_it(tmp_path: Path) -> None:
    async def story(collector: Collector) -> None:
        async with connected(collector) as (reader, writer):
            writer.write((START + "\r\n").encode())
            await asyncio.sleep(0)
            writer.write(HIDDEN.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n").encode())
            found = await reader.read()
        assert found.find(GIF) < found.find(b"Disallow")
        assert found.count(b"HTTP/1.1 200 OK") == 2

    with_collector(tmp_path, story)
