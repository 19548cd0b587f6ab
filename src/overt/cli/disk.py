"""Files that are whole or absent: written beside their place, synced, then put there; and appends of whole lines."""

from __future__ import annotations

import fcntl
import os
import secrets
from pathlib import Path


def replace_file(path: Path, content: bytes, *, mode: int = 0o600) -> None:
    """Put `content` at `path`, in place of what is there."""
    waiting = _write_beside(path, content, mode)
    waiting.replace(path)
    _sync_folder(path.parent)


def create_file(path: Path, content: bytes, *, mode: int = 0o600) -> bool:
    """Put `content` at `path` unless something is there; whether it was put. Two processes cannot both succeed."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    waiting = _write_beside(path, content, mode)
    try:
        os.link(waiting, path)
    except FileExistsError:
        return False
    finally:
        waiting.unlink()
    _sync_folder(path.parent)
    return True


def append_line(path: Path, line: str, *, mode: int = 0o600) -> None:
    """Add one line, whole, also while other processes add theirs."""
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, mode)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        view = memoryview(line.encode("utf-8") + b"\n")
        while view:
            view = view[os.write(descriptor, view) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write_beside(path: Path, content: bytes, mode: int) -> Path:
    waiting = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(waiting, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        waiting.unlink(missing_ok=True)
        raise
    return waiting


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
