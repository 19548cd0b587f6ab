"""The folder of segments."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest

from overt.store.record import HEADER, RECORD
from overt.store.segment import SegmentLog
from overt.store.shelf import find_segments, read_hits, read_segment, recover, remove_segment
from tests.store.sample import make_hit


@pytest.fixture
def crashed(tmp_path: Path) -> Path:
    """A folder as a crash leaves it: five hits in an open segment that nobody writes."""

    async def story() -> None:
        log = SegmentLog(tmp_path / "live")
        for serial in range(5):
            await log.append(make_hit(serial))
        shutil.copytree(tmp_path / "live", tmp_path / "crashed")
        await log.close()

    asyncio.run(story())
    return tmp_path / "crashed"


def serials(folder: Path) -> list[int]:
    return [hit.sending & 0xFFFF for hit in read_hits(folder)]


def test_a_crash_at_any_byte_loses_only_the_torn_hit(crashed: Path, tmp_path: Path) -> None:
    (open_segment,) = find_segments(crashed)
    assert not open_segment.closed
    words = 2  # records of them, before the first hit: a User-Agent and a place
    whole = open_segment.path.read_bytes()[: HEADER + (words + 5) * RECORD]
    for length in [0, 1, HEADER - 1, *range(HEADER, len(whole) + 1, 7), len(whole)]:
        folder = tmp_path / f"cut-{length}"
        if folder.exists():
            continue
        shutil.copytree(crashed, folder)
        (folder / open_segment.path.name).write_bytes(whole[:length])
        records = max(0, length - HEADER) // RECORD
        kept = max(0, records - words)
        assert serials(folder) == list(range(kept))
        recover(folder, "0")
        assert serials(folder) == list(range(kept))
        assert [segment.closed for segment in find_segments(folder)] == ([True] if records else [])


def test_zeros_that_a_file_system_leaves_at_the_end_are_cut(crashed: Path) -> None:
    (segment,) = find_segments(crashed)
    with segment.path.open("ab") as file:
        file.write(bytes(4096))
    recover(crashed, "0")
    assert serials(crashed) == [0, 1, 2, 3, 4]
    assert find_segments(crashed)[0].path.stat().st_size == HEADER + 7 * RECORD


def test_another_worker_s_open_segment_is_left_alone(crashed: Path) -> None:
    assert recover(crashed, "1") == 0
    assert [segment.closed for segment in find_segments(crashed)] == [False]


def test_a_damaged_record_in_a_closed_segment_costs_that_hit_alone(crashed: Path) -> None:
    recover(crashed, "0")
    (segment,) = find_segments(crashed)
    raw = bytearray(segment.path.read_bytes())
    raw[HEADER + 4 * RECORD + 5] ^= 1
    segment.path.write_bytes(raw)
    assert serials(crashed) == [0, 1, 3, 4]


def test_a_segment_found_open_is_read_under_its_closed_name_too(crashed: Path) -> None:
    (segment,) = find_segments(crashed)
    recover(crashed, "0")
    assert len(list(read_segment(segment))) == 5


def test_a_segment_that_compaction_took_reads_as_empty(crashed: Path) -> None:
    recover(crashed, "0")
    (segment,) = find_segments(crashed)
    remove_segment(segment)
    assert list(read_segment(segment)) == []
    assert [path.name for path in crashed.iterdir()] == ["hits-0.lock"]


def test_a_folder_that_is_not_there_holds_no_hits(tmp_path: Path) -> None:
    assert serials(tmp_path / "nothing") == []
    assert find_segments(tmp_path / "nothing") == ()


def test_files_of_other_names_are_no_segments(tmp_path: Path) -> None:
    (tmp_path / "hits-0-notes.seg").write_bytes(b"x")
    (tmp_path / "readme.seg").write_bytes(b"x")
    assert find_segments(tmp_path) == ()
