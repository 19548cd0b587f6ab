"""The collector as a whole."""

from __future__ import annotations

import asyncio
import shutil
import socket
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from overt.errors import Malformed, Refused, Unavailable
from overt.serve.collector import Collector, new_loop, open_collector, serve_collector
from overt.store import CountTable, SegmentLog, find_segments, read_counts, read_hits
from overt.testing.clock import FixedClock
from tests.serve.talk import (
    INDIVIDUAL,
    NOON,
    SHARED,
    ask,
    beacon,
    broken_logs,
    connected,
    limits,
    setup,
    status,
    with_collector,
)


def test_a_hit_is_durable_before_its_answer(tmp_path: Path) -> None:
    async def story(collector: Collector) -> None:
        for number in range(1, 6):
            await ask(collector, beacon(INDIVIDUAL))
            assert len(list(read_hits(tmp_path / "segments"))) == number

    with_collector(tmp_path, story)


def test_many_at_once_are_all_kept(tmp_path: Path) -> None:
    async def story(collector: Collector) -> None:
        answers = await asyncio.gather(*(ask(collector, beacon(token)) for token in (INDIVIDUAL, SHARED) * 100))
        assert {status(answer) for answer in answers} == {200}

    with_collector(tmp_path, story)
    assert len(list(read_hits(tmp_path / "segments"))) == 100
    assert [count.number for count in read_counts(tmp_path / "counts")] == [100]


def test_an_answer_waits_for_a_hanging_disk_no_longer_than_its_patience(tmp_path: Path) -> None:
    took = []

    async def story(collector: Collector) -> None:
        began = time.monotonic()
        assert status(await ask(collector, beacon(INDIVIDUAL))) == 200
        took.append(time.monotonic() - began)
        assert collector.late == 1

    with_collector(tmp_path, story, logs=broken_logs(hang=True), limits=limits(durable_seconds=0.05))
    assert 0.045 <= took[0] < 0.5


def test_without_patience_every_answer_is_early_and_every_hit_is_kept(tmp_path: Path) -> None:
    async def story(collector: Collector) -> None:
        for _ in range(3):
            assert status(await ask(collector, beacon(INDIVIDUAL))) == 200
        assert collector.late == 3

    with_collector(tmp_path, story, limits=limits(durable_seconds=0))
    assert len(list(read_hits(tmp_path / "segments"))) == 3


def test_what_waits_for_a_disk_is_bounded_and_what_is_lost_is_counted(tmp_path: Path) -> None:
    log, counts = SegmentLog(tmp_path / "segments", most_waiting=4), CountTable(tmp_path / "counts")

    async def story(collector: Collector) -> None:
        shutil.rmtree(tmp_path / "segments")
        for _ in range(10):
            assert status(await ask(collector, beacon(INDIVIDUAL))) == 200
        assert (collector.edge.waiting, collector.edge.dropped) == (4, 6)
        (tmp_path / "segments").mkdir()
        async with asyncio.timeout(10):
            while collector.edge.waiting:  # noqa: ASYNC110 the log tries again by itself
                await asyncio.sleep(0.01)
        await log.close()
        await counts.close()

    with_collector(tmp_path, story, logs=(log, counts))
    assert len(list(read_hits(tmp_path / "segments"))) == 4


def test_a_clock_before_the_epoch_or_far_ahead_keeps_no_hit_from_being_written(tmp_path: Path) -> None:
    clock = FixedClock(NOON)

    async def story(collector: Collector) -> None:
        for moment in (datetime(1969, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC), NOON):
            clock.advance(moment - clock.now())
            assert status(await ask(collector, beacon(INDIVIDUAL))) == 200

    with_collector(tmp_path, story, clock=clock)
    assert [hit.at_ms for hit in read_hits(tmp_path / "segments")] == [0, 4_102_444_800_000, 1_795_521_600_000]


def test_answers_go_out_at_once_when_the_disk_refuses(tmp_path: Path) -> None:
    async def story(collector: Collector) -> None:
        assert status(await ask(collector, beacon(INDIVIDUAL))) == 200
        assert status(await ask(collector, beacon(SHARED))) == 200
        assert b"degraded" in await ask(collector, "/healthz")
        assert collector.late == 0

    with_collector(tmp_path, story, logs=broken_logs(), limits=limits(durable_seconds=30))


async def gone(reader: asyncio.StreamReader) -> bool:
    """Whether the other side closed or reset the connection without a word."""
    try:
        return await reader.read() == b""
    except ConnectionError:
        return True


def test_the_connection_that_was_silent_longest_makes_room(tmp_path: Path) -> None:
    async def story(collector: Collector) -> None:
        async with connected(collector) as (slow, _), connected(collector) as (reader, writer):
            await asyncio.sleep(0.05)
            writer.write(b"GET /robots.txt HTTP/1.1\r\nHost: a\r\n\r\n")
            await reader.readuntil(b"Disallow: /\n")
            assert status(await ask(collector, "/you")) == 200
            assert await gone(slow)
            writer.write(b"GET /robots.txt HTTP/1.1\r\nHost: a\r\n\r\n")
            await reader.readuntil(b"Disallow: /\n")
            assert collector.refused == 1

    with_collector(tmp_path, story, limits=limits(connections=2))


def test_stopping_finishes_what_is_under_way_and_keeps_it(tmp_path: Path) -> None:
    async def run() -> bytes:
        async with open_collector(setup(tmp_path)) as collector:
            reader, writer = await asyncio.open_connection(*collector.addresses[0])
            writer.write(f"GET {beacon(INDIVIDUAL)} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
            await asyncio.sleep(0.05)
        found = await reader.read()
        writer.close()
        return found

    assert status(asyncio.run(run())) == 200
    assert len(list(read_hits(tmp_path / "segments"))) == 1


def test_it_serves_until_cancelled_and_says_when_it_listens(tmp_path: Path) -> None:
    async def run() -> int:
        listening: asyncio.Future[Collector] = asyncio.get_running_loop().create_future()
        task = asyncio.create_task(serve_collector(setup(tmp_path), ready=listening.set_result))
        answer = await ask(await listening, "/healthz")
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return status(answer)

    assert asyncio.run(run()) == 200


def test_it_runs_on_the_loop_for_traffic(tmp_path: Path) -> None:
    async def run() -> int:
        async with open_collector(setup(tmp_path)) as collector:
            return status(await ask(collector, beacon(INDIVIDUAL)))

    with asyncio.Runner(loop_factory=new_loop) as runner:
        assert runner.run(run()) == 200


def test_a_port_in_use_is_unavailable_and_leaves_nothing_held(tmp_path: Path) -> None:
    async def run() -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            for _ in range(2):
                with pytest.raises(Unavailable, match="cannot listen"):
                    async with open_collector(setup(tmp_path, port=taken.getsockname()[1])):
                        pass

    asyncio.run(run())


def test_two_workers_share_a_port_and_two_of_one_name_are_refused(tmp_path: Path) -> None:
    async def run() -> None:
        async with open_collector(setup(tmp_path, worker="0", reuse_port=True)) as first:
            port = first.addresses[0][1]
            async with open_collector(setup(tmp_path, worker="1", port=port, reuse_port=True)):
                await asyncio.gather(*(ask(first, beacon(INDIVIDUAL)) for _ in range(40)))
                with pytest.raises(Refused):
                    async with open_collector(setup(tmp_path, worker="1", port=port, reuse_port=True)):
                        pass

    asyncio.run(run())
    assert len(list(read_hits(tmp_path / "segments"))) == 40


def test_a_given_socket_is_used(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]

        async def story(collector: Collector) -> None:
            assert collector.addresses[0][1] == port
            assert status(await ask(collector, "/healthz")) == 200

        with_collector(tmp_path, story, sock=listening)


def test_ipv6_is_served(tmp_path: Path) -> None:
    async def story(collector: Collector) -> None:
        assert status(await ask(collector, beacon(INDIVIDUAL))) == 200

    with_collector(tmp_path, story, host="::1")
    assert [hit.prefix for hit in read_hits(tmp_path / "segments")] == ["::/48"]


def test_a_short_key_for_addresses_is_malformed(tmp_path: Path) -> None:
    with pytest.raises(Malformed):
        setup(tmp_path, address_key=b"short")


def test_the_date_field_is_the_clock_s(tmp_path: Path) -> None:
    async def story(collector: Collector) -> None:
        assert b"\r\nDate: Tue, 24 Nov 2026 12:00:00 GMT\r\n" in await ask(collector, "/healthz")

    with_collector(tmp_path, story)


def test_a_segment_is_closed_in_time_also_where_no_hit_comes_any_more(tmp_path: Path) -> None:
    async def story(collector: Collector) -> None:
        assert status(await ask(collector, beacon(INDIVIDUAL))) == 200
        async with asyncio.timeout(10):
            while not any(segment.closed for segment in find_segments(tmp_path / "segments")):  # noqa: ASYNC110 a folder
                await asyncio.sleep(0.02)

    with_collector(tmp_path, story, rotate_seconds=0.05)
    assert len(tuple(read_hits(tmp_path / "segments"))) == 1
