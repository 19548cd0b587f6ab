"""Every kept hit exactly once, wherever it lies."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from overt.errors import Unavailable
from overt.measure import Campaign, Hit, Kind, Link, RecipientNumber
from overt.measure.hit import Flag
from overt.store import Layout
from overt.store.compact import compact
from overt.store.hits import campaigns_with_hits, load_beacon_clients, load_hits, query_hits
from overt.store.manifest import Manifest, write_manifest
from tests.store.made import make_hit, write_segments

ODD = [
    make_hit(user_agent=""),
    make_hit(2**32 - 1, user_agent="'); DROP VIEW hits; --"),
    replace(
        make_hit(3), kind=Kind.BEACON, link=Link(0), method="HEAD", flags=Flag.GPC | Flag.PREFETCH, prefix="", place=""
    ),
    replace(make_hit(4), user_agent="\u202e\U0001f600"),
]


@pytest.mark.parametrize("compacted", [False, True])
def test_a_hit_is_read_as_it_was_written(tmp_path: Path, compacted: bool) -> None:
    layout = Layout(tmp_path)
    write_segments(layout, ODD)
    if compacted:
        compact(layout, frozenset())
    assert sorted(load_hits(layout), key=repr) == sorted(ODD, key=repr)


def test_parquet_and_live_segments_add_up_in_order_of_time(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    write_segments(layout, [make_hit(1, at_ms=20)])
    compact(layout, frozenset())
    write_segments(layout, [make_hit(2, at_ms=10), make_hit(3, at_ms=30)])
    assert [hit.at_ms for hit in load_hits(layout)] == [10, 20, 30]


def test_one_campaign_can_be_asked_for(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    write_segments(layout, [make_hit(campaign=7), make_hit(campaign=8)])
    assert {hit.campaign for hit in load_hits(layout, campaign=Campaign(8))} == {8}
    assert campaigns_with_hits(layout) == {7, 8}


def test_withdrawn_recipients_are_left_out_before_any_compaction(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    write_segments(layout, [make_hit(1), make_hit(2)])
    assert [hit.sending >> 32 for hit in load_hits(layout, withdrawn={RecipientNumber(1)})] == [2]


def test_a_segment_that_was_taken_but_not_yet_removed_counts_once(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    write_segments(layout, [make_hit(1)])
    name = next(layout.segments.glob("*.seg")).stem
    layout.parquet.mkdir(parents=True)
    write_manifest(layout.parquet, Manifest(taken=frozenset({name})))
    assert load_hits(layout) == ()


def test_nothing_recorded_is_no_hit(tmp_path: Path) -> None:
    assert load_hits(Layout(tmp_path)) == ()
    assert campaigns_with_hits(Layout(tmp_path)) == frozenset()


def test_a_folder_with_a_quote_in_its_name_is_a_folder(tmp_path: Path) -> None:
    layout = Layout(tmp_path / "o'clock; it's")
    write_segments(layout, [make_hit(1)])
    compact(layout, frozenset())
    assert len(load_hits(layout)) == 1


def test_files_that_vanish_for_ever_are_an_error_and_no_empty_report(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    layout.parquet.mkdir(parents=True)
    write_manifest(layout.parquet, Manifest(files=(("hits-00000001.parquet", 1),)))
    with pytest.raises(Unavailable):
        load_hits(layout)


def test_other_programs_may_ask_by_sql(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    write_segments(layout, [make_hit(1), make_hit(1), make_hit(2)])
    assert query_hits(layout, "SELECT recipient, count(*) FROM hits GROUP BY ALL ORDER BY ALL", {}) == [(1, 2), (2, 1)]


def test_reading_makes_no_folder(tmp_path: Path) -> None:
    hits: tuple[Hit, ...] = load_hits(Layout(tmp_path / "new"))
    assert hits == ()
    assert not (tmp_path / "new").exists()


def test_what_beacons_were_asked_for_by_is_told_once_each_with_its_first_time(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    beacon = replace(make_hit(5), kind=Kind.BEACON, link=Link(0), user_agent="a")
    write_segments(layout, [replace(beacon, at_ms=at) for at in (30, 20)])
    compact(layout, frozenset())
    write_segments(layout, [replace(beacon, at_ms=10), replace(beacon, user_agent="b"), make_hit(5)])
    told = {(person, seen.user_agent): at for person, seen, at in load_beacon_clients(layout)}
    assert told == {(5, "a"): 10, (5, "b"): beacon.at_ms}
    assert list(load_beacon_clients(layout, withdrawn={RecipientNumber(5)})) == []
