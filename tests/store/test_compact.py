"""Segments into Parquet: each hit exactly once, whatever happens between."""

from __future__ import annotations

import asyncio
import os
import sys
from collections import Counter
from pathlib import Path

import pytest

from overt.errors import Refused
from overt.measure import RecipientNumber
from overt.store import Layout, SegmentLog, find_segments
from overt.store.compact import MOST_SMALL_FILES, Compacted, compact
from overt.store.disk import lock
from overt.store.hits import load_hits
from overt.store.manifest import read_manifest
from tests.store.made import make_hit, write_segments

compact_module = sys.modules["overt.store.compact"]


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout(tmp_path)


def recipients(layout: Layout) -> list[int]:
    return sorted(hit.sending >> 32 for hit in load_hits(layout))


def test_hits_move_to_parquet_and_segments_go(layout: Layout) -> None:
    write_segments(layout, [make_hit(1), make_hit(2)], [make_hit(3)])
    before = load_hits(layout)
    assert compact(layout, frozenset()) == Compacted(moved=3, dropped=0, files=1)
    assert find_segments(layout.segments) == ()
    assert Counter(load_hits(layout)) == Counter(before)


def test_a_second_run_finds_nothing_to_do(layout: Layout) -> None:
    write_segments(layout, [make_hit()])
    compact(layout, frozenset())
    assert compact(layout, frozenset()) == Compacted(moved=0, dropped=0, files=1)


def test_nothing_recorded_is_nothing_to_do(layout: Layout) -> None:
    assert compact(layout, frozenset()) == Compacted(0, 0, 0)


def test_hits_of_withdrawn_recipients_are_dropped(layout: Layout) -> None:
    write_segments(layout, [make_hit(1), make_hit(2), make_hit(2)])
    assert compact(layout, frozenset({RecipientNumber(2)})) == Compacted(moved=1, dropped=2, files=1)
    assert recipients(layout) == [1]


def test_a_later_withdrawal_reaches_files_of_earlier_runs(layout: Layout) -> None:
    write_segments(layout, [make_hit(1), make_hit(2)])
    compact(layout, frozenset())
    write_segments(layout, [make_hit(2), make_hit(3)])
    assert compact(layout, frozenset({RecipientNumber(2)})).dropped == 2
    assert recipients(layout) == [1, 3]


def test_a_file_that_held_only_withdrawn_recipients_is_gone(layout: Layout) -> None:
    write_segments(layout, [make_hit(2)])
    compact(layout, frozenset())
    assert compact(layout, frozenset({RecipientNumber(2)})) == Compacted(0, 1, 0)
    assert list(layout.parquet.glob("*.parquet")) == []


def test_a_new_grant_lets_new_hits_stay(layout: Layout) -> None:
    write_segments(layout, [make_hit(2)])
    compact(layout, frozenset({RecipientNumber(2)}))
    write_segments(layout, [make_hit(2, at_ms=9)])
    assert compact(layout, frozenset()).moved == 1
    assert recipients(layout) == [2]


def test_many_small_files_become_one(layout: Layout) -> None:
    for number in range(MOST_SMALL_FILES + 1):
        write_segments(layout, [make_hit(number + 1)])
        done = compact(layout, frozenset())
    assert done.files == 1
    assert recipients(layout) == list(range(1, MOST_SMALL_FILES + 2))


def test_the_open_segment_is_left_to_its_writer(layout: Layout) -> None:
    async def run() -> None:
        log = SegmentLog(layout.segments)
        await log.append(make_hit(1))
        assert compact(layout, frozenset()).moved == 0
        assert recipients(layout) == [1]
        await log.append(make_hit(2))
        await log.close()

    asyncio.run(run())
    assert compact(layout, frozenset()).moved == 2
    assert recipients(layout) == [1, 2]


def test_two_runs_at_once_are_refused(layout: Layout) -> None:
    layout.parquet.mkdir(parents=True)
    handle = lock(layout.parquet / ".lock")
    try:
        with pytest.raises(Refused):
            compact(layout, frozenset())
    finally:
        os.close(handle)


# 2026-11-23 is a Monday.
MONDAY_MS = 1_795_392_000_000
WEEK_MS = 7 * 86_400_000


def test_a_file_holds_one_week(layout: Layout) -> None:
    write_segments(
        layout, [make_hit(1, at_ms=MONDAY_MS - 1), make_hit(2, at_ms=MONDAY_MS), make_hit(3, at_ms=MONDAY_MS)]
    )
    assert compact(layout, frozenset()).files == 2
    assert [rows for _, rows in read_manifest(layout.parquet).files] == [1, 2]
    assert recipients(layout) == [1, 2, 3]


def test_a_week_goes_by_dropping_its_file_as_soon_as_its_oldest_hit_may_be_too_old(layout: Layout) -> None:
    write_segments(layout, [make_hit(1, at_ms=MONDAY_MS - 1), make_hit(2, at_ms=MONDAY_MS)])
    compact(layout, frozenset())
    (_, kept) = read_manifest(layout.parquet).files
    assert compact(layout, frozenset(), oldest_ms=MONDAY_MS) == Compacted(moved=0, dropped=0, files=1, expired=1)
    assert read_manifest(layout.parquet).files == (kept,)
    assert recipients(layout) == [2]
    assert compact(layout, frozenset(), oldest_ms=MONDAY_MS + 1) == Compacted(moved=0, dropped=0, files=0, expired=1)
    assert list(layout.parquet.glob("*.parquet")) == []


def test_what_is_too_old_does_not_even_come_into_a_file(layout: Layout) -> None:
    write_segments(layout, [make_hit(1, at_ms=MONDAY_MS - 1), make_hit(2, at_ms=MONDAY_MS)])
    assert compact(layout, frozenset(), oldest_ms=MONDAY_MS) == Compacted(moved=1, dropped=0, files=1, expired=1)
    assert recipients(layout) == [2]


def test_a_week_that_is_over_becomes_one_file(layout: Layout) -> None:
    for number in (1, 2, 3):
        write_segments(layout, [make_hit(number, at_ms=MONDAY_MS)])
        compact(layout, frozenset())
    assert len(read_manifest(layout.parquet).files) == 3
    write_segments(layout, [make_hit(4, at_ms=MONDAY_MS + WEEK_MS)])
    assert compact(layout, frozenset()).files == 2
    assert recipients(layout) == [1, 2, 3, 4]


class Crash(Exception):
    pass


@pytest.mark.parametrize("step", ["write_table", "write_manifest", "remove_segment", "sync_folder"])
@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("nth", [1, 2, 3])
def test_a_crash_at_any_step_loses_and_doubles_nothing(
    layout: Layout, monkeypatch: pytest.MonkeyPatch, step: str, after: bool, nth: int
) -> None:
    """The step fails once, before or after it was done; what is left on disk is read, and put right by the next run."""
    write_segments(layout, [make_hit(1)])
    compact(layout, frozenset())
    write_segments(layout, [make_hit(2), make_hit(3)], [make_hit(4)])
    real, calls = getattr(compact_module, step), 0

    def crashing(*arguments: object) -> object:
        nonlocal calls
        calls += 1
        if calls == nth and not after:
            raise Crash
        result = real(*arguments)
        if calls == nth:
            raise Crash
        return result

    withdrawn = frozenset({RecipientNumber(1)})
    with monkeypatch.context() as patch:
        patch.setattr(compact_module, step, crashing)
        try:
            compact(layout, withdrawn)
        except Crash:
            assert set(recipients(layout)) - {1} == {2, 3, 4}
            assert len(recipients(layout)) in (3, 4)
    compact(layout, withdrawn)
    assert recipients(layout) == [2, 3, 4]
    assert find_segments(layout.segments) == ()
    named = {name for name, _ in read_manifest(layout.parquet).files}
    assert {path.name for path in layout.parquet.glob("*.parquet")} == named
