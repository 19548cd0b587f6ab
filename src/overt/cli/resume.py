"""Lines of JSON in a file, so that a long scan can stop and go on: each message once, whole lines only.

Knows a line's `path` and nothing else of it.
"""

from __future__ import annotations

import json
import os
from hashlib import blake2b
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from overt.errors import Refused


class Output:
    """A file of lines. With `resume` the lines that stand in it count as done; a half line at its end is cut off."""

    def __init__(self, path: Path, *, resume: bool) -> None:
        self._path, self._resume = path, resume
        self._done: set[bytes] = set()
        self._file: BinaryIO

    def __enter__(self) -> Self:
        if self._resume:
            self._file = self._path.open("r+b" if self._path.exists() else "w+b")
            self._read()
        else:
            try:
                self._file = self._path.open("xb")
            except FileExistsError as error:
                raise Refused(f"{self._path} is there already; remove it, or go on with --resume.") from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()

    def has(self, label: str) -> bool:
        """Whether a line for that message is in the file already."""
        return _short(label) in self._done

    def write(self, label: str, line: str) -> None:
        """Add one line."""
        self._file.write(line.encode("ascii") + b"\n")
        self._done.add(_short(label))

    def _read(self) -> None:
        whole = 0
        for line in self._file:
            if not line.endswith(b"\n"):
                break
            try:
                self._done.add(_short(str(json.loads(line)["path"])))
            except (ValueError, KeyError, TypeError) as error:
                raise Refused(f"{self._path} holds a line that no scan wrote; name another file.") from error
            whole += len(line)
        self._file.seek(whole)
        self._file.truncate()


def _short(label: str) -> bytes:
    return blake2b(label.encode("utf-8", "surrogateescape"), digest_size=8).digest()
