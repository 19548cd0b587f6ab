"""What comes in from now on."""

from __future__ import annotations

import asyncio
from pathlib import Path

from overt.measure import Campaign, Count, Kind, Link, Variant
from overt.store import CountTable, Layout, SegmentLog, find_segments, remove_segment
from overt.store.tail import Change, Tail
from tests.store.made import make_hit, write_counts, write_segments

LOAD = Count(Campaign(7), Variant(0), Kind.BEACON, Link(0), "browser", "human", 1, 400_000)


def test_new_hits_are_told_once_also_while_the_segment_is_open(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    write_segments(layout, [make_hit(1)])
    tail = Tail(layout)

    async def run() -> None:
        log = SegmentLog(layout.segments)
        await log.append(make_hit(2))
        assert [hit.sending >> 32 for hit in tail.hits()] == [2]
        await log.append(make_hit(3))
        assert [hit.sending >> 32 for hit in tail.hits()] == [3]
        await log.close()
        assert list(tail.hits()) == []

    asyncio.run(run())


def test_from_the_start_tells_what_is_there_first(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    write_segments(layout, [make_hit(1)])
    write_counts(layout, [LOAD])
    tail = Tail(layout, from_start=True)
    assert len(list(tail.hits())) == 1
    assert list(tail.changes()) == [Change(Campaign(7), Kind.BEACON, 1, 1)]


def test_of_counters_only_the_sum_of_a_campaign_and_kind_is_told(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    tail = Tail(layout)

    async def run() -> None:
        table = CountTable(layout.counts)
        for client in ("browser", "mail program"):
            await table.add(Count(Campaign(7), Variant(0), Kind.BEACON, Link(0), client, "human", 1, 400_000))
        assert list(tail.changes()) == [Change(Campaign(7), Kind.BEACON, 2, 2)]
        assert list(tail.changes()) == []
        await table.close()

    asyncio.run(run())


def test_a_segment_that_goes_while_it_is_open_is_said_to_be_missed(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    tail = Tail(layout)

    async def run() -> None:
        log = SegmentLog(layout.segments, worker="0")
        await log.append(make_hit(1))
        assert len(list(tail.hits())) == 1
        await log.append(make_hit(2))
        await log.close()

    asyncio.run(run())
    (segment,) = find_segments(layout.segments)
    remove_segment(segment)  # as compaction does, between two looks
    assert list(tail.hits()) == []
    assert tail.missed


def test_a_segment_that_was_seen_closed_may_go(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    tail = Tail(layout)
    write_segments(layout, [make_hit(1)])
    assert len(list(tail.hits())) == 1
    (segment,) = find_segments(layout.segments)
    remove_segment(segment)
    assert list(tail.hits()) == []
    assert not tail.missed
