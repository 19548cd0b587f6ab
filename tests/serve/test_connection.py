"""One connection: HTTP/1.1, and what strangers do to it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from overt.serve.collector import Collector
from overt.store import read_hits
from overt.wire.beacon import GIF
from tests.serve.talk import (
    INDIVIDUAL,
    SHARED,
    SHARED_LINK,
    ask,
    beacon,
    connected,
    limits,
    link,
    send,
    status,
    with_collector,
)

GET = f"GET {beacon(SHARED)} HTTP/1.1\r\nHost: t.example\r\n\r\n".encode()
HIT = f"GET {beacon(INDIVIDUAL)} HTTP/1.1\r\nHost: t.example\r\n\r\n".encode()
PAGE = b"GET /robots.txt HTTP/1.1\r\nHost: t.example\r\n\r\n"


def answers_to(folder: Path, raw: bytes, **changes: float) -> bytes:
    found = []

    async def story(collector: Collector) -> None:
        async with asyncio.timeout(5):
            found.append(await send(collector, raw))

    with_collector(folder, story, limits=limits(**changes))
    return bytes(found[0])


def test_a_connection_stays_open_for_the_next_request(tmp_path: Path) -> None:
    async def story(collector: Collector) -> None:
        async with connected(collector) as (reader, writer):
            for _ in range(3):
                writer.write(GET)
                answer = await reader.readuntil(GIF)
                assert status(answer) == 200
                assert b"Connection: close" not in answer

    with_collector(tmp_path, story)


def test_pipelined_requests_are_answered_in_order(tmp_path: Path) -> None:
    raw = HIT + PAGE + GET + PAGE.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    found = answers_to(tmp_path, raw)
    kinds = [line for line in found.split(b"\r\n") if line.startswith(b"Content-Type")]
    assert [b"gif" in kind for kind in kinds] == [True, False, True, False]


def test_more_pipelined_requests_than_allowed_end_the_connection(tmp_path: Path) -> None:
    found = answers_to(tmp_path, HIT * 200, pipelined=4)
    assert found.count(b"HTTP/1.1 200 OK") == 4
    assert found.count(b"Connection: close") == 1
    assert len(list(read_hits(tmp_path / "segments"))) == 4


def test_a_connection_ends_after_its_share_of_requests(tmp_path: Path) -> None:
    assert answers_to(tmp_path, PAGE * 10, requests=3).count(b"HTTP/1.1 200 OK") == 3


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "CONNECT"])
def test_other_methods_are_not_allowed(tmp_path: Path, method: str) -> None:
    found = answers_to(
        tmp_path, f"{method} {beacon(INDIVIDUAL)} HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc".encode()
    )
    assert status(found) == 405
    assert b"\r\nAllow: GET, HEAD\r\n" in found
    assert list(read_hits(tmp_path / "segments")) == []


@pytest.mark.parametrize(
    ("raw", "wanted"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", 400),  # RFC 9112 3.2: no Host
        (b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
        (b"GET / HTTP/1.0\r\n\r\n", 404),  # HTTP/1.0 needs none
        (b"GET * HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        (b"nonsense\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),  # TLS spoken to a plain port
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello", 413),
        (b"GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 413),
        (b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", 404),
        (b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: a\x00b\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400),
        (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 414),
        (b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X: y\r\n" * 200 + b"\r\n", 431),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"y" * 20_000 + b"\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"y" * 500_000, 431),
    ],
)
def test_what_is_no_plain_request_gets_one_answer_and_the_end(tmp_path: Path, raw: bytes, wanted: int) -> None:
    found = answers_to(tmp_path, raw)
    assert status(found) == wanted
    assert found.count(b"HTTP/1.1 ") == 1


def test_an_offer_to_upgrade_is_ignored(tmp_path: Path) -> None:
    raw = GET.replace(
        b"\r\n\r\n", b"\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n\r\n"
    )
    assert answers_to(tmp_path, raw).endswith(GIF)


def test_a_request_in_single_bytes_is_answered(tmp_path: Path) -> None:
    async def story(collector: Collector) -> None:
        async with connected(collector) as (reader, writer):
            for at in range(len(GET)):
                writer.write(GET[at : at + 1])
                await writer.drain()
                await asyncio.sleep(0)
            assert status(await reader.readuntil(GIF)) == 200

    with_collector(tmp_path, story)


def test_a_refused_client_gets_its_answer_although_it_sends_on(tmp_path: Path) -> None:
    raw = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9999999\r\n\r\n" + b"x" * 300_000
    assert status(answers_to(tmp_path, raw)) == 405


def test_half_a_request_is_told_that_it_is_too_slow(tmp_path: Path) -> None:
    found = answers_to(tmp_path, b"GET /b/x.gif HTTP/1.1\r\nHost: a\r\n", header_seconds=0.2)
    assert status(found) == 408


def test_a_silent_connection_is_closed_without_a_word(tmp_path: Path) -> None:
    assert answers_to(tmp_path, b"", header_seconds=0.2) == b""


def test_an_idle_connection_is_closed_after_its_answer(tmp_path: Path) -> None:
    found = answers_to(tmp_path, PAGE, idle_seconds=0.2)
    assert found.count(b"HTTP/1.1 200 OK") == 1


def test_a_client_that_reads_nothing_is_cut_off_and_its_requests_are_not_read(tmp_path: Path) -> None:
    async def story(collector: Collector) -> None:
        _, writer = await asyncio.open_connection(*collector.addresses[0], limit=1024)
        writer.transport.pause_reading()  # type: ignore[attr-defined]
        sent = 0
        try:
            async with asyncio.timeout(8):
                while True:
                    writer.write(PAGE * 10)
                    sent += 10
                    await writer.drain()
        except (ConnectionError, TimeoutError):
            pass
        writer.close()
        async with asyncio.timeout(5):
            while collector.connections:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        assert sent < 200_000

    with_collector(tmp_path, story, limits=limits(send_seconds=0.3, unsent=4096, pipelined=100))


def test_a_client_that_goes_away_while_its_hit_is_written_leaves_the_hit(tmp_path: Path) -> None:
    async def story(collector: Collector) -> None:
        for _ in range(20):
            async with connected(collector) as (_, writer):
                writer.write(HIT)
                await writer.drain()
        async with asyncio.timeout(5):
            while collector.edge.tally.hits < 20 or collector.connections:  # noqa: ASYNC110
                await asyncio.sleep(0.01)

    with_collector(tmp_path, story)
    assert len(list(read_hits(tmp_path / "segments"))) == 20


def test_a_half_closed_client_still_gets_its_answer(tmp_path: Path) -> None:
    async def story(collector: Collector) -> None:
        async with connected(collector) as (reader, writer):
            writer.write(HIT)
            writer.write_eof()
            assert (await reader.read()).endswith(GIF)

    with_collector(tmp_path, story)


def test_a_head_has_no_body_and_the_next_answer_follows_at_once(tmp_path: Path) -> None:
    raw = GET.replace(b"GET", b"HEAD") + PAGE.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    found = answers_to(tmp_path, raw)
    assert GIF not in found
    assert found.count(b"HTTP/1.1 200 OK") == 2
    assert b"Content-Length: 43" in found


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.sampled_from([GET, HIT, PAGE, b"GET /", b"\r\n", b"HTTP/1.1", b"\x00", b": ", b"Host: a\r\n", b"\xff" * 50]),
        max_size=12,
    )
)
def test_any_bytes_end_in_whole_answers_and_a_working_collector(tmp_path: Path, pieces: list[bytes]) -> None:
    async def story(collector: Collector) -> None:
        async with connected(collector) as (reader, writer):
            writer.write(b"".join(pieces))
            writer.write_eof()
            found = await reader.read()
        assert not found or found.startswith(b"HTTP/1.1 ")
        assert status(await ask(collector, link(SHARED_LINK))) == 302

    with_collector(tmp_path, story, limits=limits())
