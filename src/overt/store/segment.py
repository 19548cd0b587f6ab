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
from overt.measure.hit import Hit
from overt.store.commit import MOST_WAITING, CommitState, GroupCommit
from overt.store.disk import lock, make_folder, reporting, sync_folder, write_all
from overt.store.record import (
    HEADER,
    HITS_MAGIC,
    LONGEST_WORD,
    MOST_WORDS,
    RECORD,
    WORDS_MAGIC,
    format_header,
    format_record,
    format_word,
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


@dataclass(slots=True)
class _Writing:
    """The segment that is open for writing; `durable` bytes of it are on disk for sure."""

    segment: Segment
    records: int
    words_file: int
    seed: int
    created_ms: int
    durable: int
    numbers: dict[str, int]


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
        self._commit: GroupCommit[Hit] = GroupCommit(self._write, name=f"hits-{worker}", most_waiting=most_waiting)

    @property
    def state(self) -> CommitState:
        return self._commit.state

    async def append(self, hit: Hit) -> None:
        """Return when `hit` is durable.

        Raises `Unavailable` where it is not: after a disk error it stays in memory and is tried again; where the buffer
        is full it is dropped, which `state` counts.
        """
        await asyncio.shield(self._commit.put(hit))

    def put(self, hit: Hit) -> asyncio.Future[None]:
        """`append` without waiting: the future, shared by all of its commit, must not be cancelled."""
        return self._commit.put(hit)

    def touch(self) -> asyncio.Future[None]:
        """Takes as long as a `put` and keeps nothing."""
        return self._commit.touch()

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

    # Everything below runs in the commit's thread.

    def _rotate(self) -> None:
        with reporting("close the segment in", self._directory):
            if self._broken:
                self._mend()
            elif self._writing is not None:
                self._finish(self._writing)

    def _write(self, hits: Sequence[Hit]) -> None:
        with reporting("write hits in", self._directory):
            if self._broken:
                self._mend()
            self._broken = True  # until all of the batch is durable
            writing = self._ready(len(hits))
            new_words = bytearray()
            records = bytearray()
            for hit in hits:
                user_agent = self._number(writing, hit.user_agent, new_words)
                place = self._number(writing, hit.place, new_words)
                records += format_record(hit, user_agent, place, writing.seed)
            if new_words:
                write_all(writing.words_file, new_words)
                os.fdatasync(writing.words_file)
            if records:
                write_all(writing.records, records)
            else:  # the same header again: a commit that keeps nothing takes as long as one that does
                os.pwrite(writing.records, format_header(HITS_MAGIC, writing.created_ms, writing.seed), 0)
            os.fdatasync(writing.records)
            writing.durable += len(records)
            self._broken = False

    def _number(self, writing: _Writing, word: str, new_words: bytearray) -> int:
        if not word:
            return 0
        word = word[:LONGEST_WORD]
        number = writing.numbers.get(word)
        if number is None:
            number = len(writing.numbers) + 1
            writing.numbers[word] = number
            new_words += format_word(word, writing.seed)
        return number

    def _ready(self, coming: int) -> _Writing:
        """The segment to write to: the open one, or the next where it is full or old."""
        writing = self._writing
        now_ms = int(self._clock.now().timestamp() * 1000)
        if writing is not None:
            held = writing.durable > HEADER
            full = held and writing.durable + coming * RECORD > self._most_bytes
            old = held and now_ms - writing.created_ms >= self._most_ms
            if not (full or old or len(writing.numbers) >= MOST_WORDS):
                return writing
            self._finish(writing)
        return self._begin(now_ms)

    def _begin(self, now_ms: int) -> _Writing:
        self._last_ms = created_ms = max(now_ms, self._last_ms + 1)
        seed = int.from_bytes(self._random(4), "big")
        segment = Segment(self._directory, f"hits-{self._worker}-{created_ms:013d}-{seed:08x}", closed=False)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        # Not O_APPEND: Linux would then append what `pwrite` is told to put at 0 (pwrite(2), BUGS).
        words_file = os.open(segment.words, flags, 0o600)
        try:
            records = os.open(segment.path, flags, 0o600)
        except OSError:
            os.close(words_file)
            segment.words.unlink(missing_ok=True)
            raise
        self._writing = writing = _Writing(segment, records, words_file, seed, created_ms, HEADER, {})
        for handle, magic in ((words_file, WORDS_MAGIC), (records, HITS_MAGIC)):
            write_all(handle, format_header(magic, created_ms, seed))
            os.fsync(handle)
        sync_folder(self._directory)
        return writing

    def _finish(self, writing: _Writing) -> None:
        """Close a sound segment: by a rename where it holds hits, else by removing it."""
        close_segment(writing.segment, keep=writing.durable > HEADER)
        self._forget()

    def _mend(self) -> None:
        """After an error nothing behind `durable` counts: an fsync that failed once may succeed without having written.

        The rest is cut, so that what is tried again is not there twice, and the next segment begins.
        """
        if self._writing is not None:
            if self._writing.durable > HEADER:
                os.ftruncate(self._writing.records, self._writing.durable)
                os.fsync(self._writing.records)
            self._finish(self._writing)
        self._broken = False

    def _forget(self) -> None:
        if self._writing is not None:
            os.close(self._writing.records)
            os.close(self._writing.words_file)
            self._writing = None
