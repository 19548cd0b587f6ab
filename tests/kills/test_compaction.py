"""A compaction that is killed at any moment, again and again: each hit is there exactly once, or withdrawn.

SIGKILL lets no line of the process run any more, so what is on disk is all that counts. The kernel lives on: what a
loss of power would take from it is not shown here.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import statistics
import time
from collections import Counter
from multiprocessing.connection import Connection
from pathlib import Path

from overt.measure import Hit, RecipientNumber
from overt.store import Layout, find_segments
from overt.store.compact import MOST_SMALL_FILES, compact
from overt.store.hits import load_hits
from overt.store.manifest import read_manifest
from tests.store.made import make_hit, write_segments

KILLS = int(os.environ.get("OVERT_TEST_KILLS", "25"))
DAY_MS = 86_400_000
NOON_MS = 1_795_521_600_000  # 2026-11-24T12:00:00Z, a Tuesday


def test_no_hit_is_lost_or_doubled_by_kills_at_random_moments(tmp_path: Path) -> None:
    layout, chance = Layout(tmp_path), random.Random(20261126)
    # Processes of a server that has loaded pyarrow already: the kills fall into the work, not into its imports.
    server = multiprocessing.get_context("forkserver")
    server.set_forkserver_preload(["tests.kills.test_compaction", "pyarrow.parquet", "pyarrow.compute"])
    written: Counter[Hit] = Counter()
    withdrawn: frozenset[RecipientNumber] = frozenset()
    lasted: list[float] = []
    killed = 0
    for serial in range(10 * KILLS):
        hits = [
            make_hit(
                1 + chance.randrange(40), at_ms=NOON_MS + DAY_MS * (serial // 8) + at, user_agent=f"agent/{serial}"
            )
            for at in range(20)
        ]
        write_segments(layout, hits[:10], hits[10:])
        written.update(hits)
        if chance.random() < 0.2:
            withdrawn |= {RecipientNumber(1 + chance.randrange(40))}
        hears, says = server.Pipe(duplex=False)
        process = server.Process(target=work, args=(layout, withdrawn, says))
        process.start()
        hears.recv_bytes()
        began = time.monotonic()
        # The first ones run to their end, for the time that takes; then the moment is drawn from a little more.
        process.join(None if serial < 3 else chance.uniform(0.0, 1.2 * statistics.median(lasted)))
        process.kill()
        process.join()
        if process.exitcode == 0:
            lasted.append(time.monotonic() - began)
        killed += process.exitcode != 0
        # What reports read right after the kill, without any repair.
        assert Counter(load_hits(layout, withdrawn=withdrawn)) == only(written, withdrawn)
        if killed >= KILLS:
            break
    assert killed >= KILLS
    compact(layout, withdrawn)
    assert Counter(load_hits(layout)) == only(written, withdrawn)
    assert find_segments(layout.segments) == ()
    files = {name for name, _ in read_manifest(layout.parquet).files}
    assert {path.name for path in layout.parquet.glob("*hits-*")} == files
    assert len(files) < MOST_SMALL_FILES + serial


def work(layout: Layout, withdrawn: frozenset[RecipientNumber], says: Connection) -> None:
    """The process that is killed; it says when it begins."""
    says.send_bytes(b"now")
    compact(layout, withdrawn)


def only(written: Counter[Hit], withdrawn: frozenset[RecipientNumber]) -> Counter[Hit]:
    """What was written of those who did not withdraw."""
    return Counter({hit: number for hit, number in written.items() if hit.sending >> 32 not in withdrawn})
