"""Closed segments into sorted Parquet files, each hit exactly once, and without those of withdrawn recipients.

New files are written beside, synced and renamed; then the manifest is replaced, which is the moment everything
counts; then what it no longer needs is removed. Whatever a crash leaves half done, the next run puts right. Loads
pyarrow: run it in a process that carries no traffic.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from overt.measure.hit import Hit
from overt.measure.token import RecipientNumber, recipient_of
from overt.store.disk import lock, make_folder, reporting, sync_folder
from overt.store.layout import Layout
from overt.store.manifest import Manifest, read_manifest, write_manifest
from overt.store.parquet import make_table, read_table, write_table
from overt.store.shelf import Segment, find_segments, read_segment, remove_segment

# A file of this many rows is left alone afterwards; in memory its hits take about 130 MB.
MOST_ROWS = 262_144
# A run every minute makes a small file every minute: so many are kept before they become one.
MOST_SMALL_FILES = 8


@dataclass(frozen=True, slots=True)
class Compacted:
    """What one run did, in hits: `moved` from segments to Parquet, `dropped` for withdrawals; `files` there are now."""

    moved: int
    dropped: int
    files: int


def compact(layout: Layout, withdrawn: AbstractSet[RecipientNumber]) -> Compacted:
    """Take every closed segment; drop the hits of `withdrawn`, in files of earlier runs too.

    Raises `Refused` while another run is going on, `Unavailable` where the disk does not do as told.
    """
    make_folder(layout.parquet)
    handle = lock(layout.parquet / ".lock")
    try:
        return _compact(layout, frozenset(withdrawn))
    finally:
        os.close(handle)


def _compact(layout: Layout, withdrawn: frozenset[RecipientNumber]) -> Compacted:
    folder = layout.parquet
    manifest = _tidy(layout)
    moved = dropped = 0
    closed = [segment for segment in find_segments(layout.segments) if segment.closed]
    for group in _groups([segment for segment in closed if segment.name not in manifest.taken]):
        hits = [hit for segment in group for hit in read_segment(segment)]
        kept = [hit for hit in hits if recipient_of(hit.sending) not in withdrawn]
        made = _write_hits(folder, kept)
        taken = manifest.taken | {segment.name for segment in group}
        manifest = Manifest(manifest.files + made, taken, manifest.withdrawn)
        write_manifest(folder, manifest)
        moved, dropped = moved + len(kept), dropped + len(hits) - len(kept)
    manifest, cleaned = _clean(folder, manifest, withdrawn)
    manifest = _merge(folder, manifest)
    _tidy(layout)
    return Compacted(moved, dropped + cleaned, len(manifest.files))


def _groups(segments: Iterable[Segment]) -> Iterable[list[Segment]]:
    """Segments in groups of about `MOST_ROWS` hits, by the sizes of their files."""
    group: list[Segment] = []
    size = 0
    for segment in segments:
        group.append(segment)
        with reporting("look at", segment.path):
            size += segment.path.stat().st_size
        if size >= MOST_ROWS * 64:  # bytes of a record
            yield group
            group, size = [], 0
    if group:
        yield group


def _clean(folder: Path, manifest: Manifest, withdrawn: frozenset[RecipientNumber]) -> tuple[Manifest, int]:
    """Write each file that holds withdrawn recipients again without them; nothing where no withdrawal is new."""
    digest = hashlib.sha256(",".join(map(str, sorted(withdrawn))).encode()).hexdigest() if withdrawn else ""
    if digest == manifest.withdrawn:  # files made since were made without them
        return manifest, 0
    import pyarrow as pa
    import pyarrow.compute as pc

    files: list[tuple[str, int]] = []
    dropped = 0
    for name, rows in manifest.files:
        if not _holds(folder / name, withdrawn):
            files.append((name, rows))
            continue
        table = read_table(folder / name)
        numbers = pa.array(sorted(withdrawn), pa.uint32())
        kept = table.filter(pc.invert(pc.is_in(table["recipient"], value_set=numbers)))
        files.extend(_write(folder, kept))
        dropped += rows - len(kept)
    manifest = Manifest(tuple(files), manifest.taken, digest)
    write_manifest(folder, manifest)
    return manifest, dropped


def _holds(path: Path, withdrawn: frozenset[RecipientNumber]) -> bool:
    return bool(withdrawn) and not withdrawn.isdisjoint(read_table(path, ["recipient"])["recipient"].to_pylist())


def _merge(folder: Path, manifest: Manifest) -> Manifest:
    """Make one file of the small ones, if there are many."""
    small = [file for file in manifest.files if file[1] < MOST_ROWS]
    if len(small) <= MOST_SMALL_FILES:
        return manifest
    import pyarrow as pa

    chosen: list[tuple[str, int]] = []
    for file in sorted(small, key=lambda file: file[1]):
        if sum(rows for _, rows in chosen) < MOST_ROWS:
            chosen.append(file)
    table = pa.concat_tables([read_table(folder / name) for name, _ in chosen]).unify_dictionaries()
    left = tuple(file for file in manifest.files if file not in chosen)
    manifest = Manifest(left + _write(folder, table), manifest.taken, manifest.withdrawn)
    write_manifest(folder, manifest)
    return manifest


def _write_hits(folder: Path, hits: list[Hit]) -> tuple[tuple[str, int], ...]:
    return _write(folder, make_table(hits)) if hits else ()


def _write(folder: Path, table: Any) -> tuple[tuple[str, int], ...]:
    """A new file of `table`, synced under its name; none for an empty table."""
    if not len(table):
        return ()
    number = 1 + max((int(path.stem.split("-")[1]) for path in folder.glob("hits-*.parquet")), default=0)
    path = folder / f"hits-{number:08d}.parquet"
    waiting = folder / f".{path.name}"
    with reporting("write", path):
        write_table(table, waiting)
        with waiting.open("rb+") as file:
            os.fchmod(file.fileno(), 0o600)
            os.fsync(file.fileno())
        waiting.rename(path)
        sync_folder(folder)
    return ((path.name, len(table)),)


def _tidy(layout: Layout) -> Manifest:
    """Remove segments that were taken and files that do not count, and forget the names of segments that are gone."""
    folder = layout.parquet
    manifest = read_manifest(folder)
    for segment in find_segments(layout.segments):
        if segment.closed and segment.name in manifest.taken:
            remove_segment(segment)
    named = {name for name, _ in manifest.files}
    with reporting("tidy", folder):
        for path in (*folder.glob("hits-*.parquet"), *folder.glob(".hits-*.parquet")):
            if path.name not in named:
                path.unlink(missing_ok=True)
    left = {segment.name for segment in find_segments(layout.segments)}
    if not manifest.taken <= left:
        manifest = Manifest(manifest.files, manifest.taken & left, manifest.withdrawn)
        write_manifest(folder, manifest)
    return manifest
