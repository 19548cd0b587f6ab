"""The file of a backup: a tar archive that any tar lists, whose last member, `backup.json`, names every other.

Each with its SHA-256, so that an archive that was cut or changed is known. A name that is not one of a data folder is
refused, so nothing leads out of the folder that it is unpacked to. Knows names and bytes, not what is in them.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import IO, Any

from overt.errors import Malformed
from overt.store.disk import reporting

FORMAT = "overt-backup/1"
INDEX = "backup.json"
MEMBER = re.compile(
    r"overt\.db|keys\.json|hits/segments/hits-[0-9a-z-]+\.seg|hits/parquet/(?:manifest\.json|hits-[0-9-]+\.parquet)"
    r"|counts/counts-[0-9a-z-]+\.table"
)
LARGEST_INDEX = 64 << 20  # of some 500,000 files; a folder has some hundred
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Backup:
    """What a backup holds: so many files and bytes, as they were at `at`."""

    at: datetime
    files: int
    size: int


class Writer:
    """Members of an archive with their digests, and the index at its end."""

    def __init__(self, archive: tarfile.TarFile, at: datetime) -> None:
        self._archive = archive
        self._at = at
        self._files: list[dict[str, Any]] = []

    def add_bytes(self, name: str, raw: bytes) -> None:
        self._add(name, io.BytesIO(raw), len(raw))

    def add_file(self, name: str, path: Path) -> None:
        with path.open("rb") as file:
            self._add(name, file, os.fstat(file.fileno()).st_size)

    def end(self) -> Backup:
        at = self._at.astimezone(UTC).isoformat(timespec="milliseconds")
        raw = json.dumps({"format": FORMAT, "at": at, "files": self._files}, indent=1).encode()
        self._put(INDEX, io.BytesIO(raw), len(raw))
        return Backup(self._at, len(self._files), sum(file["size"] for file in self._files))

    def _add(self, name: str, file: IO[bytes], size: int) -> None:
        reading = _Hashing(file)
        self._put(name, reading, size)
        self._files.append({"name": name, "size": size, "sha256": reading.digest.hexdigest()})

    def _put(self, name: str, file: Any, size: int) -> None:
        member = tarfile.TarInfo(name)
        member.size, member.mode, member.mtime = size, 0o600, int(self._at.timestamp())
        self._archive.addfile(member, file)


class _Hashing:
    """A file that is hashed as it is read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.digest = hashlib.sha256()

    def read(self, size: int) -> bytes:
        raw = self._file.read(size)
        self.digest.update(raw)
        return raw


class Members:
    """The members in turn, each with its bytes; `found` checks them by the index, which is the last."""

    def __init__(self, archive: tarfile.TarFile) -> None:
        self._archive = archive
        self._seen: dict[str, tuple[int, str]] = {}
        self._index: Any = None

    def __iter__(self) -> Iterator[tuple[str, Iterator[bytes]]]:
        for member in self._archive:
            file = self._archive.extractfile(member) if member.isreg() else None
            if file is None or self._index is not None or member.name in self._seen:
                raise Malformed("it holds something that is in no backup")
            if member.name == INDEX:
                if member.size > LARGEST_INDEX:
                    raise Malformed("its index is too large")
                self._index = json.loads(file.read())
            elif MEMBER.fullmatch(member.name):
                hashing = _Hashing(file)
                yield member.name, iter(partial(hashing.read, _CHUNK), b"")
                while hashing.read(_CHUNK):
                    pass
                self._seen[member.name] = (member.size, hashing.digest.hexdigest())
            else:
                raise Malformed(f"it holds {member.name[:100]!r}, which is in no backup")

    def found(self) -> Backup:
        if self._index is None:
            raise Malformed("its end is missing")
        if self._index["format"] != FORMAT:
            raise Malformed(f"its format is {self._index['format']!r}")
        named = {file["name"]: (file["size"], file["sha256"]) for file in self._index["files"]}
        for name, seen in self._seen.items():
            if named.pop(name, None) != seen:
                raise Malformed(f"{name} is not as it was")
        if named:
            raise Malformed("files are missing")
        return Backup(
            datetime.fromisoformat(self._index["at"]), len(self._seen), sum(size for size, _ in self._seen.values())
        )


@contextmanager
def open_members(path: Path) -> Iterator[Members]:
    """Whatever is wrong with the file is `Malformed`: nobody has to know what of tar, JSON or digests noticed it."""
    try:
        with reporting("read", path), path.open("rb") as file, tarfile.open(fileobj=file, mode="r:") as archive:
            yield Members(archive)
    except (Malformed, tarfile.TarError, ValueError, KeyError, TypeError) as error:
        raise Malformed(f"{path} is no whole backup: {error}") from error
