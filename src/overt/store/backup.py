"""A whole data folder as it was at one moment, in one file, made while everything runs; and a folder made of it.

Hits come first and the database last: every hit's sending is in the ledger, and what was withdrawn meanwhile is dropped
by the next compaction. The file holds keys that sign and no key of a person: without the vault it names nobody.
Undelivered mail is not in it. Knows no place but the folder and the file.
"""

from __future__ import annotations

import os
import secrets
import shutil
import sqlite3
import tarfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path

from overt.errors import Refused, Unavailable
from overt.store.archive import Backup, Writer, open_members
from overt.store.counts import NAME as COUNTS
from overt.store.disk import lock, make_folder, reporting, sync_folder
from overt.store.layout import DATABASE, Layout
from overt.store.manifest import NAME as MANIFEST
from overt.store.manifest import read_manifest
from overt.store.shelf import find_segments, read_sound
from overt.store.table import format_table, read_table

KEYS = "keys.json"
UNDELIVERED = ("queue", "content", "webhook_event")  # mail, which names people as it likes, and hits on their way
# A compaction takes a second for 50,000 hits, and starts with a million at most.
LOCK_SECONDS = 60.0


def write_backup(layout: Layout, key_file: Path, target: Path, at: datetime) -> Backup:
    """Make `target`, durable on return, or nothing. Beside writers and readers; compaction waits meanwhile.

    `Refused` where there is such a file already or no such folder, `Unavailable` where a disk does not do as told.
    """
    if target.exists():
        raise Refused(f"{target} is there already; a backup takes no other's place")
    if not layout.database.exists():
        raise Refused(f"{layout.data} is no data folder: there is no {DATABASE} in it")
    waiting = target.with_name(f".{target.name}.partial")
    copy = target.with_name(f".{target.name}.db")
    try:
        with reporting("write", target):
            handle = os.open(waiting, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
            with os.fdopen(handle, "wb") as file:
                with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as archive:
                    writer = Writer(archive, at)
                    _add_hits(writer, layout)
                    _add_counts(writer, layout)
                    if key_file.exists():
                        writer.add_bytes(KEYS, key_file.read_bytes())
                    _copy_database(layout.database, copy, UNDELIVERED)
                    writer.add_file(DATABASE, copy)
                    made = writer.end()
                file.flush()
                os.fsync(file.fileno())
            waiting.rename(target)
            sync_folder(target.parent)
    finally:
        waiting.unlink(missing_ok=True)
        copy.unlink(missing_ok=True)
    return made


def check_backup(path: Path) -> Backup:
    """Read all of it and compare it with its index; `Malformed` where it is cut, changed or something else."""
    with open_members(path) as members:
        for _ in members:
            pass
        return members.found()


def restore_backup(
    path: Path, layout: Layout, key_name: str = KEYS, *, settle: Callable[[Path], None] = lambda _: None
) -> Backup:
    """Make the data folder from `path`: all of it, checked, or nothing. `Refused` where something is there already.

    `settle` does what is left to do with the folder, before it comes to its place.
    """
    folder = layout.data
    if folder.exists() and any(folder.iterdir()):
        raise Refused(f"{folder} is not empty; a backup is restored to a folder of its own")
    waiting = folder.with_name(f".{folder.name}.restoring")
    try:
        with reporting("restore to", folder):
            shutil.rmtree(waiting, ignore_errors=True)
            make_folder(waiting)
            with open_members(path) as members:
                for name, chunks in members:
                    to = waiting / (key_name if name == KEYS else name)
                    make_folder(to.parent)
                    _write(to, chunks)
                found = members.found()
            settle(waiting)
            for inner in (*waiting.glob("*/*/"), *waiting.glob("*/"), waiting):
                inner.chmod(0o700)
                sync_folder(inner)
            make_folder(folder.parent)
            waiting.rename(folder)
            sync_folder(folder.parent)
    finally:
        shutil.rmtree(waiting, ignore_errors=True)
    return found


def _add_hits(writer: Writer, layout: Layout) -> None:
    """Files and segments of one manifest: compaction, which alone moves hits between them, stands still."""
    folder = layout.parquet
    make_folder(folder)
    handle = _wait_for(folder / ".lock")
    try:
        manifest = read_manifest(folder)
        if (folder / MANIFEST).exists():
            writer.add_bytes(f"hits/parquet/{MANIFEST}", (folder / MANIFEST).read_bytes())
        for name, _ in manifest.files:
            writer.add_file(f"hits/parquet/{name}", folder / name)
        for segment in find_segments(layout.segments):
            if segment.name not in manifest.taken and (raw := read_sound(segment)):
                writer.add_bytes(f"hits/segments/{segment.name}.seg", raw)
    finally:
        os.close(handle)


def _wait_for(path: Path) -> int:
    end = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            return lock(path)
        except Refused:
            if time.monotonic() > end:
                raise Unavailable(f"hits have been compacted for {LOCK_SECONDS:.0f} seconds; try again later") from None
            time.sleep(0.05)


def _add_counts(writer: Writer, layout: Layout) -> None:
    """Tables drawn anew, for a slot that is being written while its bytes are copied would be torn."""
    for path in sorted(layout.counts.iterdir()) if layout.counts.is_dir() else ():
        if COUNTS.fullmatch(path.name):
            writer.add_bytes(f"counts/{path.name}", format_table(read_table(path), secrets.randbelow))


def copy_people(people: Path, target: Path) -> None:
    """A copy of a vault as of one transaction in the place of an older one, durable on return."""
    if not people.exists():
        raise Refused(f"there is no {people}")
    waiting = target.with_name(f".{target.name}.partial")
    try:
        with reporting("write", target):
            _copy_database(people, waiting)
            waiting.replace(target)
            sync_folder(target.parent)
    finally:
        waiting.unlink(missing_ok=True)


def _copy_database(database: Path, copy: Path, without: Sequence[str] = ()) -> None:
    """As of one transaction, without what was deleted (sqlite.org/lang_vacuum.html, VACUUM INTO) and the rows of some
    tables; durable on return."""
    copy.unlink(missing_ok=True)
    os.close(os.open(copy, os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))  # an empty file is taken as none
    try:
        with closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=rw", uri=True, timeout=10.0)) as connection:
            connection.execute("VACUUM INTO ?", (str(copy),))
        if without:
            with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
                for table in without:
                    connection.execute(f"DELETE FROM {table}")  # noqa: S608 our own words
                connection.execute("VACUUM")
    except sqlite3.Error as error:
        raise Unavailable(f"cannot copy {database}: {error}") from error
    with copy.open("rb") as file:
        os.fsync(file.fileno())


def _write(path: Path, chunks: Iterator[bytes]) -> None:
    with reporting("write", path):
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(handle, "wb") as file:
            for chunk in chunks:
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
