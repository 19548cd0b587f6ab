"""A data folder in one file, and back."""

from __future__ import annotations

import asyncio
import os
import stat
import subprocess
import threading
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from overt.errors import Malformed, Refused
from overt.measure import Purpose
from overt.store import CountTable, Envelope, Layout, Ledger, Queue, SegmentLog, open_database, read_counts
from overt.store.backup import check_backup, restore_backup, write_backup
from overt.store.compact import compact
from overt.store.disk import lock
from overt.store.hits import load_hits
from overt.testing import FixedClock
from tests.store.made import make_hit, write_counts, write_segments
from tests.store.sample import make_count

AT = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    """A folder with something of everything: hits in files and in a log, counters, a grant, a message that waits."""
    layout = Layout(tmp_path / "data")
    write_segments(layout, [make_hit(1), make_hit(2)])
    compact(layout, frozenset())
    write_segments(layout, [make_hit(3)])
    write_counts(layout, [make_count(number=5)])
    engine = open_database(layout.database)
    Ledger(engine, FixedClock()).withdraw("ann@example.org", Purpose.OPENS)
    Queue(engine, FixedClock()).put(Envelope("news@example.org", "bob@example.org"), b"Subject: hello\r\n\r\nhello\r\n")
    engine.dispose()
    (layout.data / "keys.json").write_text("the keys")
    return layout


def back_up(layout: Layout) -> Path:
    target = layout.data.parent / "backup.tar"
    write_backup(layout, layout.data / "keys.json", target, AT)
    return target


def test_everything_comes_back(layout: Layout, tmp_path: Path) -> None:
    made = write_backup(layout, layout.data / "keys.json", tmp_path / "backup.tar", AT)
    assert check_backup(tmp_path / "backup.tar") == made
    again = Layout(tmp_path / "again" / "data")
    assert restore_backup(tmp_path / "backup.tar", again) == made
    assert Counter(load_hits(again)) == Counter([make_hit(1), make_hit(2), make_hit(3)])
    assert list(read_counts(again.counts)) == [make_count(number=5)]
    assert (again.data / "keys.json").read_text() == "the keys"
    engine = open_database(again.database)
    ledger = Ledger(engine, FixedClock())
    assert len(ledger.withdrawn_recipients()) == 1
    engine.dispose()
    assert compact(again, frozenset()).moved == 1
    assert len(load_hits(again)) == 3


def test_undelivered_mail_is_not_in_it(layout: Layout, tmp_path: Path) -> None:
    target = back_up(layout)
    assert b"bob@example.org" in (layout.data / "overt.db").read_bytes()
    assert b"bob@example.org" not in target.read_bytes()
    restore_backup(target, Layout(tmp_path / "again"))
    engine = open_database(Layout(tmp_path / "again").database)
    assert Queue(engine).all() == ()
    engine.dispose()


def test_a_fault_while_it_is_settled_makes_no_folder(layout: Layout, tmp_path: Path) -> None:
    def settle(folder: Path) -> None:
        assert (folder / "overt.db").exists()
        raise Refused("no")

    with pytest.raises(Refused, match="no"):
        restore_backup(back_up(layout), Layout(tmp_path / "again"), settle=settle)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup.tar", "data"]


def test_nobody_else_may_read_it_or_what_is_made_of_it(layout: Layout, tmp_path: Path) -> None:
    target = back_up(layout)
    restore_backup(target, Layout(tmp_path / "again"))
    paths = [target, *(tmp_path / "again").rglob("*"), tmp_path / "again"]
    assert [path for path in paths if stat.S_IMODE(path.stat().st_mode) & 0o077] == []


def test_any_tar_lists_it_with_the_index_at_its_end(layout: Layout) -> None:
    listed = subprocess.run(["tar", "tf", str(back_up(layout))], capture_output=True, text=True, check=True)
    names = listed.stdout.split()
    assert names[-2:] == ["overt.db", "backup.json"]
    assert "hits/parquet/manifest.json" in names


def test_the_database_is_whole_for_a_program_that_is_not_ours(layout: Layout, tmp_path: Path) -> None:
    restore_backup(back_up(layout), Layout(tmp_path / "again"))
    code = "import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute('PRAGMA integrity_check').fetchone()[0])"
    command = ["python3", "-c", code, str(tmp_path / "again" / "overt.db")]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip() == "ok"


def test_no_other_file_s_place_is_taken(layout: Layout) -> None:
    target = back_up(layout)
    before = target.read_bytes()
    with pytest.raises(Refused, match="is there already"):
        back_up(layout)
    assert target.read_bytes() == before


def test_what_is_no_data_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="no data folder"):
        write_backup(Layout(tmp_path), tmp_path / "keys.json", tmp_path / "backup.tar", AT)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_something_in_it_is_not_touched(layout: Layout) -> None:
    target = back_up(layout)
    with pytest.raises(Refused, match="not empty"):
        restore_backup(target, layout)
    assert len(load_hits(layout)) == 3


def test_an_empty_folder_is_taken(layout: Layout, tmp_path: Path) -> None:
    (tmp_path / "again").mkdir()
    restore_backup(back_up(layout), Layout(tmp_path / "again"))
    assert len(load_hits(Layout(tmp_path / "again"))) == 3


def test_of_a_damaged_backup_no_folder_is_made(layout: Layout, tmp_path: Path) -> None:
    target = back_up(layout)
    target.write_bytes(target.read_bytes()[:-11_000])
    with pytest.raises(Malformed):
        restore_backup(target, Layout(tmp_path / "again"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup.tar", "data"]


def test_it_waits_for_a_compaction(layout: Layout) -> None:
    handle = lock(layout.parquet / ".lock")
    threading.Timer(0.3, os.close, [handle]).start()
    assert check_backup(back_up(layout)).files > 0


def test_under_load_every_hit_from_before_is_in_it_once(layout: Layout, tmp_path: Path) -> None:
    """Hits and counts go on being written, and compacted, while backups are made one after the other."""
    told = [make_hit(1), make_hit(2), make_hit(3)]
    counted = [5]
    end = threading.Event()

    def write() -> None:
        async def story() -> None:
            log, table = SegmentLog(layout.segments, worker="1"), CountTable(layout.counts, worker="1")
            serial = 100
            while not end.is_set():
                hit = make_hit(serial)
                await log.append(hit)
                told.append(hit)
                await table.add(make_count())
                counted[0] += 1
                if serial % 10 == 0:
                    await log.rotate()
                    await asyncio.to_thread(run_compaction)
                serial += 1
            await log.close()
            await table.close()

        asyncio.run(story())

    def run_compaction() -> None:
        try:
            compact(layout, frozenset())
        except Refused:
            pass  # a backup is being made

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(5):
            hits_before, counts_before = Counter(told), counted[0]
            target = tmp_path / f"{number}.tar"
            write_backup(layout, layout.data / "keys.json", target, AT)
            hits_after, counts_after = Counter(told) + Counter([make_hit(100 + len(told) - 3)]), counted[0] + 1
            again = Layout(tmp_path / f"again-{number}")
            restore_backup(target, again)
            found = Counter(load_hits(again))
            assert hits_before <= found <= hits_after
            assert counts_before <= sum(count.number for count in read_counts(again.counts)) <= counts_after
    finally:
        end.set()
        writer.join()
    assert len(told) > 20
