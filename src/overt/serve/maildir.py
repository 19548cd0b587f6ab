"""One message into a Maildir (cr.yp.to/proto/maildir.html): written beside, synced, then given its name.

Adds what final delivery adds on top, Return-Path (RFC 5321 section 4.4) and Delivered-To (RFC 9228); the message itself
keeps every byte, line ends included.
"""

from __future__ import annotations

import itertools
import os
import socket
import time
from pathlib import Path

_count = itertools.count()


def write_maildir(folder: Path, raw: bytes, *, sender: str, recipient: str) -> Path:
    """The file the message is in, durable; the folders are made where they are missing. Raises `OSError`."""
    for name in ("tmp", "new", "cur"):
        (folder / name).mkdir(parents=True, exist_ok=True, mode=0o700)
    # Letters that could end the field were refused long before; they cannot be in a path of a transaction.
    trace = f"Return-Path: <{sender}>\r\nDelivered-To: {recipient}\r\n".encode()
    name = _name()
    waiting, final = folder / "tmp" / name, folder / "new" / name
    handle = os.open(waiting, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(trace + raw)
            file.flush()
            os.fsync(file.fileno())
        waiting.rename(final)
    except OSError:
        waiting.unlink(missing_ok=True)
        raise
    _sync(folder / "new")
    return final


def _name() -> str:
    """Unique on this machine: time, process and a count; the host for folders that several share."""
    now = time.time_ns()
    host = socket.gethostname().replace("/", "\\057").replace(":", "\\072")
    return f"{now // 10**9}.M{now % 10**9 // 1000}P{os.getpid()}Q{next(_count)}.{host}"


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
