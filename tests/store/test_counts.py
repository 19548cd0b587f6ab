"""Counters, durable and without order."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
from pathlib import Path

import pytest

from overt.errors import Malformed, Refused, Unavailable
from overt.measure.hit import Count
from overt.store.counts import CountTable, drop_counts, old_counts, read_counts
from tests.store.sample import make_count, settle


def found(folder: Path) -> dict[tuple[int, int], int]:
    return {(count.campaign, count.hour): count.number for count in read_counts(folder)}


def test_counts_of_one_key_add_up_over_a_restart(tmp_path: Path) -> None:
    async def story() -> None:
        for _ in range(2):
            table = CountTable(tmp_path)
            await asyncio.gather(*(table.add(make_count()) for _ in range(10)))
            await table.add(make_count(campaign=8, number=3))
            await table.close()

    asyncio.run(story())
    assert found(tmp_path) == {(7, 498_756): 20, (8, 498_756): 6}


def test_a_count_can_be_read_as_soon_as_add_returned(tmp_path: Path) -> None:
    async def story() -> list[int]:
        table = CountTable(tmp_path)
        seen = []
        for _ in range(3):
            await table.add(make_count())
            seen.append(found(tmp_path)[7, 498_756])
        await table.close()
        return seen

    assert asyncio.run(story()) == [1, 2, 3]


def test_workers_are_added_up(tmp_path: Path) -> None:
    async def story() -> None:
        tables = [CountTable(tmp_path, worker=worker) for worker in ("0", "1")]
        for table in tables:
            await table.add(make_count(number=4))
        for table in tables:
            await table.close()

    asyncio.run(story())
    assert list(read_counts(tmp_path)) == [make_count(number=8)]


def test_each_day_has_a_file_of_its_own_and_late_counts_find_theirs(tmp_path: Path) -> None:
    hours = [498_744, 498_767, 498_768, 498_792, 498_744]  # 24 November 0 h and 23 h, 25 November, 26, late of the 24

    async def story() -> None:
        table = CountTable(tmp_path)
        for hour in hours:
            await table.add(make_count(hour=hour))
        await table.close()

    asyncio.run(story())
    # 498744 / 24 = 20781 days since the epoch
    assert sorted(path.name for path in tmp_path.glob("*.table")) == [
        "counts-0-20781.table",
        "counts-0-20782.table",
        "counts-0-20783.table",
    ]
    assert found(tmp_path) == {(7, 498_744): 2, (7, 498_767): 1, (7, 498_768): 1, (7, 498_792): 1}


@pytest.mark.parametrize("failing", ["fdatasync", "pwrite", "fsync"])
def test_after_a_disk_error_every_request_is_counted_exactly_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    real = getattr(os, failing)
    broken = False

    def fail(*arguments: object) -> object:
        result = real(*arguments)  # the change is made, and then reported as failed: it must not count twice
        if broken:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return result

    monkeypatch.setattr(os, failing, fail)

    async def story() -> None:
        nonlocal broken
        table = CountTable(tmp_path)
        for number in range(300):
            broken = number in (3, 4, 150, 299)
            with contextlib.suppress(Unavailable):
                await table.add(make_count(campaign=number))
            with contextlib.suppress(Unavailable):
                await table.add(make_count(campaign=1000, hour=498_768))
            broken = False
            if table.state.waiting:
                await settle(table)
        await table.close()

    asyncio.run(story())
    assert found(tmp_path) == {(number, 498_756): 1 for number in range(300)} | {(1000, 498_768): 300}


def test_a_touch_counts_nothing(tmp_path: Path) -> None:
    async def story() -> None:
        table = CountTable(tmp_path)
        await table.touch(make_count(campaign=9))
        await table.add(make_count())
        await table.touch(make_count())
        await table.close()

    asyncio.run(story())
    assert list(read_counts(tmp_path)) == [make_count()]


def test_a_second_writer_is_refused(tmp_path: Path) -> None:
    async def story() -> None:
        table = CountTable(tmp_path)
        with pytest.raises(Refused):
            CountTable(tmp_path)
        await table.close()

    asyncio.run(story())


def test_a_worker_with_a_path_for_a_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Malformed):
        CountTable(tmp_path, worker="a/b")


def test_a_folder_that_is_not_there_holds_no_counters(tmp_path: Path) -> None:
    assert list(read_counts(tmp_path / "nothing")) == []


def test_nothing_but_the_counters_fields_is_on_disk(tmp_path: Path) -> None:
    count = Count(make_count().campaign, make_count().variant, make_count().kind, make_count().link, "x", "y", 1, 2, 3)

    async def story() -> None:
        table = CountTable(tmp_path)
        await table.add(count)
        await table.close()

    asyncio.run(story())
    raw = (tmp_path / "counts-0-00000.table").read_bytes()
    # One slot beside the first one is not empty: campaign 7, hour 2, ruleset 1, link 0, variant 0, kind 0, "y", "x", 3.
    (slot,) = [raw[at : at + 64] for at in range(64, len(raw), 64) if any(raw[at : at + 64])]
    assert slot[:60] == bytes.fromhex("07000000 02000000 01000000 0000 00 00") + b"y".ljust(12, b"\0") + b"x".ljust(
        20, b"\0"
    ) + bytes.fromhex("0300000000000000 00000000")


def test_tables_of_days_before_the_limit_are_dropped_and_no_other_file(tmp_path: Path) -> None:
    async def story() -> None:
        table = CountTable(tmp_path)
        for day in (20_000, 20_001, 20_002):
            await table.add(make_count(hour=24 * day))
        await table.close()

    asyncio.run(story())
    (tmp_path / "counts-0-notes.table").touch()
    assert [path.name for path in old_counts(tmp_path, 20_002)] == ["counts-0-20000.table", "counts-0-20001.table"]
    assert drop_counts(tmp_path, 20_002) == 2
    assert [count.hour for count in read_counts(tmp_path)] == [24 * 20_002]
    assert (tmp_path / "counts-0-notes.table").exists()
    assert drop_counts(tmp_path / "nothing", 20_002) == 0
