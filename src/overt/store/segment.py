"""The hit log: append-only segments of fixed records, durable before `append` returns, readable while being written.

The next fdatasync starts when the last one ended (`commit`), in one thread. A segment rotates by size, age and number
of words. After a disk error nothing that was not durable counts: it is cut, and tried again in the next segment. What
is written is what came: no reading, no report; the clock only names files and ages them.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from overt.clock import Clock, SystemClock
from overt.errors import Malformed
from overt.measure import Hit
from overt.store.commit import MOST_WAITING, CommitState, Decoy, GroupCommit
from overt.store.disk import lock, make_folder, reporting, sync_folder, write_all_at
from overt.store.record import (
    HEADER,
    LONGEST_WORD,
    MOST_WORDS,
    RECORD,
    Row,
    format_header,
    format_record,
    format_word,
    row_of,
)
from overt.store.shelf import Segment, close_segment, find_segments, read_hits, read_segment, recover, remove_segment

__all__ = [
    "MOST_BYTES",
    "MOST_SECONDS",
    "Segment",
    "SegmentLog",
    "find_segments",
    "read_hits",
    "read_segment",
    "remove_segment",
]

MOST_BYTES = 64 << 20  # a million hits: one compaction's work in memory
MOST_SECONDS = 3600.0
# Zeros written ahead: a commit then changes no file's length, which would cost a second write of the file system.
RESERVE = 4096 * RECORD


@dataclass(slots=True)
class _Writing:
    """The segment that is open for writing: `durable` bytes of it are on disk for sure, up to `reserved` are zeros.

    `numbers` are of the words it holds; no word has none.
    """

    segment: Segment
    file: int
    seed: int
    created_ms: int
    durable: int
    reserved: int
    numbers: dict[str, int]


@dataclass(frozen=True, slots=True)
class _Batch:
    """Rows to write, and their records where the segment they belong to is open already."""

    rows: Sequence[Row | Decoy[Row]]
    writing: _Writing | None
    records: bytes


class SegmentLog:
    """The one writer of a worker's segments. Belongs to one event loop; made outside of it or in it.

    Raises `Unavailable` where the folder cannot be written, `Refused` where another process writes for this worker.
    """

    def __init__(
        self,
        directory: Path,
        *,
        worker: str = "0",
        clock: Clock | None = None,
        random: Callable[[int], bytes] = os.urandom,
        most_bytes: int = MOST_BYTES,
        most_seconds: float = MOST_SECONDS,
        most_waiting: int = MOST_WAITING,
    ) -> None:
        if not re.fullmatch(r"[0-9a-z]{1,16}", worker):
            raise Malformed("a worker's name is 1 to 16 digits and small letters")
        self._directory = directory
        self._worker = worker
        self._clock = clock or SystemClock()
        self._random = random
        self._most_bytes = most_bytes
        self._most_ms = int(most_seconds * 1000)
        self._writing: _Writing | None = None
        self._broken = False
        self._last_ms = 0
        make_folder(directory)
        self._lock = lock(directory / f"hits-{worker}.lock")
        try:
            recover(directory, worker)
        except BaseException:
            os.close(self._lock)
            raise
        self._commit: GroupCommit[Row, _Batch] = GroupCommit(
            self._make_ready, self._write, name=f"hits-{worker}", most_waiting=most_waiting
        )

    @property
    def state(self) -> CommitState:
        return self._commit.state

    async def append(self, hit: Hit) -> None:
        """Return when `hit` is durable.

        Raises `Unavailable` where it is not: after a disk error it stays in memory and is tried again; where the buffer
        is full it is dropped, which `state` counts.
        """
        await asyncio.shield(self._commit.put(row_of(hit)))

    def put(self, row: Row) -> asyncio.Future[None]:
        """`append` without waiting: the future, shared by all of its commit, must not be cancelled."""
        return self._commit.put(row)

    def touch(self, row: Row) -> asyncio.Future[None]:
        """Takes as long as a `put` of `row` and keeps nothing of it."""
        return self._commit.touch(row)

    async def rotate(self) -> None:
        """Close the segment being written, if it holds a hit, so that compaction can take it."""
        await self._commit.run(self._rotate)

    async def close(self) -> None:
        """Write what waits and close the segment. Raises `Unavailable` where hits are lost by that."""
        try:
            await self._commit.close()
            self._rotate()
        finally:
            self._forget()
            os.close(self._lock)

    def _make_ready(self, rows: Sequence[Row | Decoy[Row]]) -> _Batch:
        """On the loop: the records, unless a new segment is due, which is the thread's to begin."""
        writing = self._writing
        if self._broken or writing is None or self._is_over(writing, len(rows)):
            return _Batch(rows, None, b"")
        return _Batch(rows, writing, _pack(writing, rows))

    # Everything below runs in the commit's thread.

    def _rotate(self) -> None:
        with reporting("close the segment in", self._directory):
            if self._broken:
                self._mend()
            elif self._writing is not None:
                self._finish(self._writing)

    def _write(self, batch: _Batch) -> None:
        with reporting("write hits in", self._directory):
            if self._broken:
                self._mend()
            writing, records = batch.writing, batch.records
            if writing is None or writing is not self._writing:  # closed meanwhile, for compaction
                self._broken = True
                writing = self._next(len(batch.rows))
                records = _pack(writing, batch.rows)
            self._broken = True  # until all of the batch is durable
            end = writing.durable + len(records)
            # A commit of nothing writes zeros where the next hit will be: it takes as long as one that keeps a hit.
            write_all_at(writing.file, records or bytes(RECORD), writing.durable)
            if end + RECORD > writing.reserved:
                write_all_at(writing.file, bytes(RESERVE), end)
                writing.reserved = end + RESERVE
            os.fdatasync(writing.file)
            writing.durable = end
            self._broken = False

    def _is_over(self, writing: _Writing, coming: int) -> bool:
        """Whether the segment is full or old, so that `coming` more hits go into the next."""
        held = writing.durable > HEADER
        full = held and writing.durable + coming * RECORD > self._most_bytes
        old = held and self._now_ms() - writing.created_ms >= self._most_ms
        return full or old or len(writing.numbers) > MOST_WORDS

    def _next(self, coming: int) -> _Writing:
        """The segment to write to: the open one, or a new one where there is none or it is over."""
        writing = self._writing
        if writing is not None:
            if not self._is_over(writing, coming):
                return writing
            self._finish(writing)
        return self._begin(self._now_ms())

    def _now_ms(self) -> int:
        return int(self._clock.now().timestamp() * 1000)

    def _begin(self, now_ms: int) -> _Writing:
        self._last_ms = created_ms = max(now_ms, self._last_ms + 1)
        seed = int.from_bytes(self._random(4), "big")
        segment = Segment(self._directory, f"hits-{self._worker}-{created_ms:013d}-{seed:08x}", closed=False)
        # Not O_APPEND: Linux would then append what `pwrite` is told to put elsewhere (pwrite(2), BUGS).
        file = os.open(segment.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        self._writing = writing = _Writing(segment, file, seed, created_ms, HEADER, HEADER + RESERVE, {"": 0})
        write_all_at(file, format_header(created_ms, seed) + bytes(RESERVE), 0)
        os.fsync(file)
        sync_folder(self._directory)
        return writing

    def _finish(self, writing: _Writing) -> None:
        """Close the segment behind what is durable: by a rename where it holds hits, else by removing it."""
        keep = writing.durable > HEADER
        if keep:
            os.ftruncate(writing.file, writing.durable)
            os.fsync(writing.file)
        close_segment(writing.segment, keep=keep)
        self._forget()

    def _mend(self) -> None:
        """After an error nothing behind `durable` counts: an fsync that failed once may succeed without having written.

        It is cut off with the unused end, so that what is tried again in the next segment is not there twice.
        """
        if self._writing is not None:
            self._finish(self._writing)
        self._broken = False

    def _forget(self) -> None:
        if self._writing is not None:
            os.close(self._writing.file)
            self._writing = None


def _pack(writing: _Writing, rows: Sequence[Row | Decoy[Row]]) -> bytes:
    """The records of `rows` and of the words that are new in this segment; a decoy is packed and leaves none."""
    numbers, seed = writing.numbers, writing.seed
    records: list[bytes] = []
    for item in rows:
        row = item.like if isinstance(item, Decoy) else item
        _, _, _, _, agent, where, *_ = row
        user_agent = numbers.get(agent)
        if user_agent is None:
            user_agent = _number(numbers, agent, seed, None if row is not item else records)
        place = numbers.get(where)
        if place is None:
            place = _number(numbers, where, seed, None if row is not item else records)
        record = format_record(row, user_agent, place, seed)
        if row is item:
            records.append(record)
    return b"".join(records)


def _number(numbers: dict[str, int], word: str, seed: int, records: list[bytes] | None) -> int:
    """The number of a word, whose records are written where it is new and there is somewhere to write them."""
    word = word[:LONGEST_WORD]
    number = numbers.get(word)
    if number is None:
        number = len(numbers)
        if records is not None:
            numbers[word] = number
            records.append(format_word(number, word, seed))
    return number
