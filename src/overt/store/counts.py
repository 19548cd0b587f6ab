"""The counters of the modes that keep nothing on people, durable before `add` returns.

Each worker has a table a day (`table`), so that memory does not grow with the years and retention drops files; readers
add the workers' tables up. Nothing finer than an hour goes in, and no order of what went in comes out.
"""

from __future__ import annotations

import asyncio
import os
import re
import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from overt.errors import Malformed
from overt.measure import Count
from overt.store.commit import MOST_WAITING, CommitState, Decoy, GroupCommit
from overt.store.disk import lock, make_folder, reporting, sync_folder
from overt.store.table import Table, read_table

NAME = re.compile(r"counts-[0-9a-z]{1,16}-(\d{5})\.table")
HOURS = 24  # of a table
# Today's, yesterday's for what waited for the disk over midnight, and that of the week's first day for pools' marks.
MOST_TABLES = 3


@dataclass(slots=True)
class _Sum:
    """What one batch adds to a counter; nothing for decoys."""

    count: Count
    number: int


def _add_up(counts: Sequence[Count | Decoy[Count]]) -> list[_Sum]:
    """One sum for each count that was put, however often: the same count is the same object, or merely equal."""
    sums: dict[int, _Sum] = {}
    for item in counts:
        count = item.like if isinstance(item, Decoy) else item
        found = sums.get(id(count))
        if found is None:
            found = sums[id(count)] = _Sum(count, 0)
        if count is item:
            found.number += count.number
    return list(sums.values())


class CountTable:
    """The one writer of a worker's counters. Belongs to one event loop; made outside of it or in it.

    Raises `Unavailable` where the folder cannot be written, `Refused` where another process writes for this worker.
    """

    def __init__(
        self,
        directory: Path,
        *,
        worker: str = "0",
        draw: Callable[[int], int] = secrets.randbelow,
        most_waiting: int = MOST_WAITING,
    ) -> None:
        if not re.fullmatch(r"[0-9a-z]{1,16}", worker):
            raise Malformed("a worker's name is 1 to 16 digits and small letters")
        self._directory = directory
        self._worker = worker
        self._draw = draw
        self._tables: dict[int, Table] = {}
        self._broken = False
        make_folder(directory)
        self._lock = lock(directory / f"counts-{worker}.lock")
        self._commit: GroupCommit[Count, list[_Sum]] = GroupCommit(
            _add_up, self._write, name=f"counts-{worker}", most_waiting=most_waiting
        )

    @property
    def state(self) -> CommitState:
        return self._commit.state

    async def add(self, count: Count) -> None:
        """Return when `count.number` is durably added to its counter. `Unavailable` as with `SegmentLog.append`."""
        await asyncio.shield(self._commit.put(count))

    def put(self, count: Count) -> asyncio.Future[None]:
        """`add` without waiting: the future, shared by all of its commit, must not be cancelled."""
        return self._commit.put(count)

    def touch(self, count: Count) -> asyncio.Future[None]:
        """Takes as long as a `put` of `count` and keeps nothing of it."""
        return self._commit.touch(count)

    async def close(self) -> None:
        """Write what waits. Raises `Unavailable` where counts are lost by that."""
        try:
            await self._commit.close()
        finally:
            for table in self._tables.values():
                table.close()
            self._tables.clear()
            os.close(self._lock)

    def _write(self, sums: Sequence[_Sum]) -> None:
        """Runs in the commit's thread. All tables of the batch are durable before any takes its numbers over."""
        with reporting("write counters in", self._directory):
            if self._broken:
                for table in self._tables.values():
                    table.mend()
            self._broken = True
            changes: dict[int, dict[Count, int]] = {}
            for one in sums:
                day = one.count.hour // HOURS
                key = replace(one.count, number=0)
                changed = changes.setdefault(day, {})
                before = changed[key] if key in changed else self._table(day).numbers.get(key, 0)
                if one.number:
                    changed[key] = 1 if key.is_mark else before + one.number
            for day, changed in changes.items():
                self._table(day).write(changed)
            for day, changed in changes.items():
                self._table(day).adopt(changed)
            self._broken = False
            for day in sorted(self._tables)[:-MOST_TABLES]:
                self._tables.pop(day).close()

    def _table(self, day: int) -> Table:
        table = self._tables.get(day)
        if table is None:
            path = self._directory / f"counts-{self._worker}-{day:05d}.table"
            table = self._tables[day] = Table(path, self._draw)
        return table


def read_counts(directory: Path) -> Iterator[Count]:
    """Every counter in `directory`, the workers' tables added up; works while they are being written."""
    total: dict[Count, int] = {}
    with reporting("list", directory):
        names = sorted(path.name for path in directory.iterdir()) if directory.is_dir() else []
    for name in names:
        if NAME.fullmatch(name):
            with reporting("read", directory / name):
                for count in read_table(directory / name):
                    key = replace(count, number=0)
                    total[key] = total.get(key, 0) + count.number
    for key, number in total.items():
        yield replace(key, number=min(number, 1) if key.is_mark else number)


def old_counts(directory: Path, oldest_day: int) -> list[Path]:
    """The tables of days before `oldest_day`, in days since the epoch."""
    with reporting("list", directory):
        paths = sorted(directory.iterdir()) if directory.is_dir() else []
    return [path for path in paths if (found := NAME.fullmatch(path.name)) and int(found[1]) < oldest_day]


def drop_counts(directory: Path, oldest_day: int) -> int:
    """Remove the tables of days before `oldest_day`; how many there were.

    Writers have those of today and yesterday open, which have to stay.
    """
    old = old_counts(directory, oldest_day)
    with reporting("remove counters in", directory):
        for path in old:
            path.unlink(missing_ok=True)
        if old:
            sync_folder(directory)
    return len(old)
