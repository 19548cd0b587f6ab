"""The folder of segments: their names, reading them while they are written, mending them after a crash.

A segment `hits-<worker>-<created>-<seed>` is `.open` while its worker writes it and `.seg` once closed, by a rename;
its words lie beside it in `.words`. Closed segments never change: compaction takes them whole. Knows nothing of the
process that writes.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from overt.measure.hit import Hit
from overt.store.disk import reporting, sync_folder
from overt.store.record import (
    HEADER,
    HITS_MAGIC,
    RECORD,
    WORDS_MAGIC,
    is_record,
    parse_header,
    parse_record,
    parse_words,
    words_of,
)

NAME = re.compile(r"hits-[0-9a-z]{1,16}-\d{13}-[0-9a-f]{8}")
_CHUNK = RECORD * 4096


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment in its folder. `closed` ones never change again."""

    folder: Path
    name: str
    closed: bool

    @property
    def path(self) -> Path:
        return self.folder / f"{self.name}{'.seg' if self.closed else '.open'}"

    @property
    def words(self) -> Path:
        return self.folder / f"{self.name}.words"


def find_segments(directory: Path) -> tuple[Segment, ...]:
    """All segments in `directory`, the oldest first; empty where there is no such folder."""
    found: dict[str, Segment] = {}
    with reporting("list", directory):
        names = [path.name for path in directory.iterdir()] if directory.is_dir() else []
    for entry in names:
        name, _, suffix = entry.partition(".")
        if suffix in ("seg", "open") and NAME.fullmatch(name) and not (name in found and found[name].closed):
            found[name] = Segment(directory, name, suffix == "seg")
    return tuple(sorted(found.values(), key=lambda segment: segment.name.split("-")[2:]))


def read_hits(directory: Path) -> Iterator[Hit]:
    """Every durable hit in `directory`, also while it is being written: in order within one worker's segments."""
    for segment in find_segments(directory):
        yield from read_segment(segment)


def read_segment(segment: Segment) -> Iterator[Hit]:
    """The hits of one segment; none where compaction has taken it meanwhile.

    A record that fails its checksum ends an open segment (it is being written) and is passed over in a closed one.
    """
    with reporting("read", segment.path):
        try:
            records = _open_segment(segment)
            words_raw = segment.words.open("rb")
        except FileNotFoundError:
            return
        with records, words_raw:
            header = parse_header(records.read(HEADER), HITS_MAGIC)
            if header is None or parse_header(words_raw.read(HEADER), WORDS_MAGIC) is None:
                return
            seed = header[1]
            words = [""]
            torn = b""
            tail = b""
            while chunk := tail + records.read(_CHUNK):
                whole = len(chunk) - len(chunk) % RECORD
                if not whole:
                    return
                for at in range(0, whole, RECORD):
                    if not is_record(chunk, at, seed):
                        if segment.closed:
                            continue
                        return
                    if max(words_of(chunk, at)) >= len(words):
                        # Words are durable before the records that use them: they are there by now.
                        torn += words_raw.read()
                        words = ["", *parse_words(torn, seed)]
                    yield parse_record(chunk, at, words)
                tail = chunk[whole:]


def remove_segment(segment: Segment) -> None:
    """Take away a closed segment after its hits were kept elsewhere: the records first, then the words."""
    with reporting("remove", segment.path):
        segment.path.unlink(missing_ok=True)
        segment.words.unlink(missing_ok=True)
        sync_folder(segment.folder)


def recover(directory: Path, worker: str) -> int:
    """Cut torn ends off the segments that a crash left open, and close them; the number of bytes cut."""
    cut = 0
    with reporting("recover the segments in", directory):
        for segment in find_segments(directory):
            if segment.closed or segment.name.split("-")[1] != worker:
                continue
            with segment.path.open("r+b") as file:
                sound = _sound_length(file.read())
                cut += file.seek(0, os.SEEK_END) - sound
                file.truncate(sound)
                os.fsync(file.fileno())
            close_segment(segment, keep=sound > HEADER)
    return cut


def close_segment(segment: Segment, *, keep: bool) -> None:
    """Rename an open segment to its closed name, or remove an empty one; durable on return."""
    closed = Segment(segment.folder, segment.name, closed=True).path
    if keep:
        if segment.path.exists() or not closed.exists():  # it was renamed already where only the folder's sync failed
            segment.path.rename(closed)
    else:
        segment.path.unlink(missing_ok=True)
        segment.words.unlink(missing_ok=True)
    sync_folder(segment.folder)


def _sound_length(raw: bytes) -> int:
    """How many bytes of an open segment hold: its header and the records up to the first that is torn."""
    header = parse_header(raw[:HEADER], HITS_MAGIC)
    if header is None:
        return 0
    at = HEADER
    while is_record(raw, at, header[1]):
        at += RECORD
    return at


def _open_segment(segment: Segment) -> BinaryIO:
    """The segment's records, under whichever of its two names it has now."""
    try:
        return segment.path.open("rb")
    except FileNotFoundError:
        return Segment(segment.folder, segment.name, not segment.closed).path.open("rb")
