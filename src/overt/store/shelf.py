"""The folder of segments: their names, reading them while they are written, mending them after a crash.

A segment `hits-<worker>-<created>-<seed>` is `.open` while its worker writes it and `.seg` once closed, by a rename.
Closed segments never change: compaction takes them whole. An open one ends in zeros that are there to be written over.
Knows nothing of the process that writes.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from overt.measure import Hit
from overt.store.disk import reporting, sync_folder
from overt.store.record import HEADER, RECORD, RecordReader, is_record, parse_header

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
            file = _open_segment(segment)
        except FileNotFoundError:
            return
        with file:
            header = parse_header(file.read(HEADER))
            if header is None:
                return
            reader = RecordReader()
            tail = b""
            while chunk := tail + file.read(_CHUNK):
                whole = len(chunk) - len(chunk) % RECORD
                if not whole:
                    return
                for at in range(0, whole, RECORD):
                    if is_record(chunk, at, header[1]):
                        if (hit := reader.read(chunk, at)) is not None:
                            yield hit
                    elif not segment.closed:
                        return
                tail = chunk[whole:]


def read_sound(segment: Segment) -> bytes:
    """The bytes of a segment up to the first record that is torn or being written; empty where it holds none."""
    with reporting("read", segment.path), _open_segment(segment) as file:
        raw = file.read()
    sound = len(raw) if segment.closed else _sound_length(raw)
    return raw[:sound] if sound > HEADER else b""


def remove_segment(segment: Segment) -> None:
    """Take away a closed segment after its hits were kept elsewhere; durable on return."""
    with reporting("remove", segment.path):
        segment.path.unlink(missing_ok=True)
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
    sync_folder(segment.folder)


def _sound_length(raw: bytes) -> int:
    """How many bytes of an open segment hold: its header and the records up to the first that is torn."""
    header = parse_header(raw)
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
