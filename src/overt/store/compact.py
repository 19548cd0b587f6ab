"""Closed segments into sorted Parquet files, each hit exactly once, without those of withdrawn recipients or too old.

New files are written beside, synced and renamed; then the manifest is replaced, which is the moment everything
counts; then what it no longer needs is removed. Whatever a crash leaves half done, the next run puts right. A file
holds one week, so that the old goes by dropping files. Loads pyarrow: run it in a process that carries no traffic.
"""

from __future__ import annotations

import hashlib
import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from overt.errors import Refused
from overt.measure.hit import DAY_MS, Hit
from overt.measure.mode import Mode
from overt.measure.token import RecipientNumber, recipient_of
from overt.store.disk import lock, make_folder, reporting, sync_folder
from overt.store.layout import Layout
from overt.store.manifest import Manifest, read_manifest, write_manifest
from overt.store.parquet import make_table, read_table, split_weeks, write_table
from overt.store.shelf import Segment, find_segments, read_segment, remove_segment
from overt.store.week import Week, format_name, is_past, is_past_file, parse_name, week_of

# A file of this many rows is left alone afterwards; in memory its hits take about 130 MB.
MOST_ROWS = 262_144
# A run every minute makes a small file every minute: so many of a week are kept before they become one.
MOST_SMALL_FILES = 8


@dataclass(frozen=True, slots=True)
class Compacted:
    """What one run did, in hits: `moved` from segments to Parquet, `dropped` for withdrawals, `expired` for their age;
    `files` there are now."""

    moved: int
    dropped: int
    files: int
    expired: int = 0


KeepDays = Callable[[Mapping[RecipientNumber, int]], None]


def compact(
    layout: Layout, withdrawn: AbstractSet[RecipientNumber], *, oldest_ms: int = 0, keep_days: KeepDays | None = None
) -> Compacted:
    """Take every closed segment; drop the hits of `withdrawn`, in files of earlier runs too, and what is past.

    No hit from before `oldest_ms` stays, and none of the week that this moment lies in: up to a week more than asked.
    Hits in `hygiene` become each recipient's last day since 1970, which `keep_days` is given, and go.
    Raises `Refused` while another run or a backup is going on, `Unavailable` where the disk does not do as told.
    """
    make_folder(layout.parquet)
    try:
        handle = lock(layout.parquet / ".lock")
    except Refused as error:
        raise Refused("hits are being compacted or backed up by another process; try again when it is done") from error
    try:
        return _compact(layout, frozenset(withdrawn), oldest_ms, keep_days)
    finally:
        os.close(handle)


def _compact(
    layout: Layout, withdrawn: frozenset[RecipientNumber], oldest_ms: int, keep_days: KeepDays | None
) -> Compacted:
    folder = layout.parquet
    manifest, expired = _expire(folder, _tidy(layout), oldest_ms)
    moved = dropped = 0
    closed = [segment for segment in find_segments(layout.segments) if segment.closed]
    for group in _groups([segment for segment in closed if segment.name not in manifest.taken]):
        read = [hit for segment in group for hit in read_segment(segment)]
        found = [hit for hit in read if hit.mode is not Mode.HYGIENE]
        if keep_days is not None and len(found) < len(read):  # doing it again after a crash changes nothing
            keep_days(_last_days(read))
        hits = [hit for hit in found if not is_past(week_of(hit.at_ms), oldest_ms)]
        expired += len(found) - len(hits)
        kept = [hit for hit in hits if recipient_of(hit.sending) not in withdrawn]
        made = _write_hits(folder, kept)
        taken = manifest.taken | {segment.name for segment in group}
        manifest = Manifest(manifest.files + made, taken, manifest.withdrawn)
        write_manifest(folder, manifest)
        moved, dropped = moved + len(kept), dropped + len(hits) - len(kept)
    manifest, cleaned = _clean(folder, manifest, withdrawn)
    manifest = _merge(folder, manifest)
    _tidy(layout)
    return Compacted(moved, dropped + cleaned, len(manifest.files), expired)


def _last_days(hits: Iterable[Hit]) -> Mapping[RecipientNumber, int]:
    days: dict[RecipientNumber, int] = {}
    for hit in hits:
        if hit.mode is Mode.HYGIENE:
            recipient = recipient_of(hit.sending)
            days[recipient] = max(hit.at_ms // DAY_MS, days.get(recipient, 0))
    return days


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


def _expire(folder: Path, manifest: Manifest, oldest_ms: int) -> tuple[Manifest, int]:
    """Forget the files of weeks that are past; `_tidy` takes them away."""
    left = tuple(file for file in manifest.files if not is_past_file(file[0], oldest_ms))
    if len(left) == len(manifest.files):
        return manifest, 0
    dropped = sum(rows for _, rows in manifest.files) - sum(rows for _, rows in left)
    manifest = Manifest(left, manifest.taken, manifest.withdrawn)
    write_manifest(folder, manifest)
    return manifest, dropped


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
    """Make one file of a week's small ones: if there are many, or if later weeks have begun and few will follow."""
    small: dict[Week, list[tuple[str, int]]] = defaultdict(list)
    for file in manifest.files:
        found = parse_name(file[0])
        if found is not None and file[1] < MOST_ROWS:
            small[found[0]].append(file)
    for week, files in sorted(small.items()):
        if len(files) > (1 if week < max(small) else MOST_SMALL_FILES):
            manifest = _merge_files(folder, manifest, files)
    return manifest


def _merge_files(folder: Path, manifest: Manifest, files: list[tuple[str, int]]) -> Manifest:
    import pyarrow as pa

    chosen: list[tuple[str, int]] = []
    for file in sorted(files, key=lambda file: file[1]):
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
    """New files of `table`, one for each week in it, synced under their names; none for an empty table."""
    number = max((found[1] for path in folder.iterdir() if (found := parse_name(path.name))), default=0)
    made: list[tuple[str, int]] = []
    for week, part in split_weeks(table):
        number += 1
        path = folder / format_name(week, number)
        waiting = folder / f".{path.name}"
        with reporting("write", path):
            write_table(part, waiting)
            with waiting.open("rb+") as file:
                os.fchmod(file.fileno(), 0o600)
                os.fsync(file.fileno())
            waiting.rename(path)
            sync_folder(folder)
        made.append((path.name, len(part)))
    return tuple(made)


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
