"""The few ways in which logs and tables touch a disk, each with its error turned into `Unavailable`.

Knows paths and bytes. What it promises, it promises by fsync: a name is durable when its folder is (POSIX rename,
fsync).
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from overt.errors import Refused, Unavailable


@contextmanager
def reporting(what: str, path: Path) -> Iterator[None]:
    """Turn any error of the system inside into `Unavailable`, naming what was attempted and where."""
    try:
        yield
    except OSError as error:
        raise Unavailable(f"cannot {what} {path}: {error.strerror or error}") from error


def make_folder(folder: Path) -> None:
    """Make `folder` and what is above it; readable by its owner alone, for it says who did what."""
    with reporting("make the folder", folder):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_all(handle: int, data: bytes | bytearray) -> None:
    """Append all of `data`, however many writes it takes."""
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]


def write_all_at(handle: int, data: bytes | bytearray, at: int) -> None:
    """Put all of `data` at `at`, however many writes it takes."""
    view = memoryview(data)
    while view:
        written = os.pwrite(handle, view, at)
        view = view[written:]
        at += written


def lock(path: Path) -> int:
    """Hold `path` for this process until the returned handle is closed; another holder is `Refused`."""
    with reporting("lock", path):
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(handle)
            raise Refused(f"{path} is held by another process; is this worker running twice?") from error
    return handle
