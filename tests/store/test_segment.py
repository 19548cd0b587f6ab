"""The hit log."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from overt.errors import Malformed, Refused, Unavailable
from overt.measure.hit import Hit
from overt.store import segment as segment_module
from overt.store.record import RECORD, row_of
from overt.store.segment import SegmentLog
from overt.store.shelf import find_segments, read_hits
from overt.testing.clock import FixedClock
from tests.store.sample import NOON_MS, make_hit, settle

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def append_all(folder: Path, hits: list[Hit]) -> None:
    async def story() -> None:
        log = SegmentLog(folder)
        await asyncio.gather(*(log.append(hit) for hit in hits))
        await log.close()

    asyncio.run(story())


def test_what_was_appended_is_read_in_order(tmp_path: Path) -> None:
    hits = [make_hit(serial, user_agent=f"program {serial % 3}") for serial in range(200)]
    append_all(tmp_path, hits)
    assert list(read_hits(tmp_path)) == hits


def test_a_hit_can_be_read_as_soon_as_append_returned(tmp_path: Path) -> None:
    async def story() -> list[int]:
        log = SegmentLog(tmp_path)
        found = []
        for serial in range(3):
            await log.append(make_hit(serial, user_agent=f"program {serial}"))
            found.append(len(list(read_hits(tmp_path))))
        await log.close()
        return found

    assert asyncio.run(story()) == [1, 2, 3]


def test_append_returns_after_fdatasync(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []
    real = os.fdatasync

    def sync(handle: int) -> None:
        real(handle)
        order.append("synced")

    monkeypatch.setattr(os, "fdatasync", sync)

    async def story() -> None:
        log = SegmentLog(tmp_path)
        await log.append(make_hit())
        order.append("returned")
        await log.close()

    asyncio.run(story())
    assert order == ["synced", "returned"]


def test_a_full_segment_is_closed_and_the_next_begins(tmp_path: Path) -> None:
    async def story() -> None:
        log = SegmentLog(tmp_path, most_bytes=64 + 4 * RECORD)
        for serial in range(10):
            await log.append(make_hit(serial))
        await log.close()

    asyncio.run(story())
    segments = find_segments(tmp_path)
    # Each holds its two words, a User-Agent and a place, and two hits.
    assert [(segment.closed, segment.path.stat().st_size) for segment in segments] == [(True, 64 + 4 * RECORD)] * 5
    assert [hit.sending & 0xFFFF for hit in read_hits(tmp_path)] == list(range(10))


def test_an_old_segment_is_closed_and_a_clock_that_goes_back_closes_none(tmp_path: Path) -> None:
    clock = FixedClock(NOON)

    async def story() -> list[int]:
        log = SegmentLog(tmp_path, clock=clock, most_seconds=60)
        found = []
        for step in (0, 59, 1, -3600, 10):
            clock.advance(timedelta(seconds=step))
            await log.append(make_hit())
            found.append(len(find_segments(tmp_path)))
        await log.close()
        return found

    assert asyncio.run(story()) == [1, 1, 2, 2, 2]


def test_rotate_closes_the_segment_for_compaction(tmp_path: Path) -> None:
    async def story() -> list[list[bool]]:
        log = SegmentLog(tmp_path)
        found = []
        for action in (log.rotate, lambda: log.append(make_hit()), log.rotate, log.rotate):
            await action()
            found.append([segment.closed for segment in find_segments(tmp_path)])
        await log.append(make_hit(2))
        found.append([segment.closed for segment in find_segments(tmp_path)])
        await log.close()
        return found

    assert asyncio.run(story()) == [[], [False], [True], [True], [True, False]]


def test_the_words_of_a_segment_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segment_module, "MOST_WORDS", 4)

    async def story() -> None:
        log = SegmentLog(tmp_path)
        for serial in range(9):
            await log.append(make_hit(serial, user_agent=f"program {serial}"))
        await log.close()

    asyncio.run(story())
    # A place and three User-Agents fill a segment.
    assert len(find_segments(tmp_path)) == 3
    assert [hit.user_agent for hit in read_hits(tmp_path)] == [f"program {serial}" for serial in range(9)]


def test_a_touch_leaves_nothing_to_read(tmp_path: Path) -> None:
    async def story() -> None:
        log = SegmentLog(tmp_path)
        await log.touch(row_of(make_hit(2, user_agent="somebody who withdrew")))
        await log.append(make_hit())
        await log.touch(row_of(make_hit(3)))
        await log.close()

    asyncio.run(story())
    assert list(read_hits(tmp_path)) == [make_hit()]
    assert all(b"somebody" not in path.read_bytes() for path in tmp_path.iterdir())


def test_a_commit_changes_no_file_s_length_until_the_zeros_are_used_up(tmp_path: Path) -> None:
    async def story() -> list[int]:
        log = SegmentLog(tmp_path)
        sizes = []
        for serial in range(3):
            await log.append(make_hit(serial))
            sizes.append(find_segments(tmp_path)[0].path.stat().st_size)
        await asyncio.gather(*(log.append(make_hit(serial)) for serial in range(3, 5000)))
        sizes.append(len(list(read_hits(tmp_path))))
        await log.close()
        return sizes

    assert asyncio.run(story()) == [64 + 4096 * 64] * 3 + [5000]


@pytest.mark.parametrize("failing", ["fdatasync", "pwrite", "fsync", "rename"])
def test_after_a_disk_error_every_hit_is_there_exactly_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    real = {name: getattr(os, name) for name in ("fdatasync", "pwrite", "fsync", "rename")}
    broken = False
    troubles: list[str] = []

    def fdatasync(handle: int) -> None:
        real["fdatasync"](handle)
        if broken:
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    def pwrite(handle: int, data: bytes, at: int) -> int:
        if broken:
            real["pwrite"](handle, bytes(data)[: len(data) // 2], at)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        written: int = real["pwrite"](handle, data, at)
        return written

    def fsync(handle: int) -> None:
        if broken:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        real["fsync"](handle)

    def rename(source: Path, to: Path) -> None:
        if broken:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        real["rename"](source, to)

    monkeypatch.setattr(
        os, failing, {"fdatasync": fdatasync, "pwrite": pwrite, "fsync": fsync, "rename": rename}[failing]
    )

    async def story() -> None:
        nonlocal broken
        log = SegmentLog(tmp_path, most_bytes=64 + 8 * RECORD)
        for serial in range(12):
            broken = serial in (4, 5, 9)
            with contextlib.suppress(Unavailable):
                await log.append(make_hit(serial, user_agent=f"program {serial}"))
            troubles.append(log.state.trouble)
            broken = False
        assert any("cannot write hits" in trouble for trouble in troubles)
        await settle(log)
        await log.append(make_hit(12))
        await log.close()

    asyncio.run(story())
    assert sorted(hit.sending & 0xFFFF for hit in read_hits(tmp_path)) == list(range(13))


def test_a_second_writer_is_refused(tmp_path: Path) -> None:
    async def story() -> None:
        log = SegmentLog(tmp_path)
        with pytest.raises(Refused):
            SegmentLog(tmp_path)
        other = SegmentLog(tmp_path, worker="1")
        await asyncio.gather(log.append(make_hit(1)), other.append(make_hit(2)))
        await asyncio.gather(log.close(), other.close())

    asyncio.run(story())
    assert sorted(hit.sending & 0xFFFF for hit in read_hits(tmp_path)) == [1, 2]


def test_a_worker_with_a_path_for_a_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Malformed):
        SegmentLog(tmp_path, worker="../x")


def test_a_folder_that_cannot_be_made_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable):
        SegmentLog(tmp_path / "file")


def test_a_restart_goes_on_after_what_was_there(tmp_path: Path) -> None:
    append_all(tmp_path, [make_hit(1)])
    append_all(tmp_path, [make_hit(2, at_ms=NOON_MS + 1)])
    assert [hit.sending & 0xFFFF for hit in read_hits(tmp_path)] == [1, 2]
