"""Which Parquet files hold the hits, and which segments they were made from: one small file, replaced as a whole.

What the manifest does not name does not count: a crash at any moment leaves the old or the new state, never a hit
twice and never a hit lost.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

from overt.errors import Malformed
from overt.store.disk import reporting, sync_folder

NAME = "manifest.json"
FORMAT = "overt-parquet/1"


@dataclass(frozen=True, slots=True)
class Manifest:
    """`files` by name with their numbers of rows; `taken` are segments whose hits are in them; `withdrawn` a digest of
    the withdrawals that the files are clean of."""

    files: tuple[tuple[str, int], ...] = ()
    taken: frozenset[str] = frozenset()
    withdrawn: str = ""


def read_manifest(folder: Path) -> Manifest:
    """The manifest in `folder`, empty where there is none yet. Raises `Malformed` for one that is not ours."""
    path = folder / NAME
    with reporting("read", path):
        try:
            text = path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return Manifest()
    try:
        values = json.loads(text)
        if values["format"] != FORMAT:
            raise ValueError(values["format"])
        files = tuple((str(file["name"]), int(file["rows"])) for file in values["files"])
        return Manifest(files, frozenset(map(str, values["taken"])), str(values["withdrawn"]))
    except (ValueError, KeyError, TypeError) as error:
        raise Malformed(f"{path} is no manifest that this version reads: {error}") from error


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Replace the manifest; durable on return."""
    values = {
        "format": FORMAT,
        "files": [{"name": name, "rows": rows} for name, rows in manifest.files],
        "taken": sorted(manifest.taken),
        "withdrawn": manifest.withdrawn,
    }
    path = folder / NAME
    waiting = folder / f".{NAME}"
    with reporting("write", path):
        descriptor = os.open(waiting, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(values, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        waiting.replace(path)
        sync_folder(folder)
