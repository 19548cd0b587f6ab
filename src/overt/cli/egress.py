"""Apple's list of egress addresses as it lies in the data folder: mapped into memory, not read into it.

Stands on nothing that a server needs, for `overt classify` works without one. Whoever has the list open goes on with
what they opened while another takes its place.
"""

from __future__ import annotations

import mmap
import os
from pathlib import Path
from typing import Final

from overt.errors import Malformed
from overt.measure.clues import Egress
from overt.measure.listing import Head, open_listing

FILE: Final = "apple-egress.list"  # in the data folder; backups do not hold it


def read_egress(path: Path) -> tuple[Head, Egress] | None:
    """The list and what is known of it; None where none was fetched. Raises `Malformed` where it is damaged."""
    try:
        with path.open("rb") as file:
            empty = not os.fstat(file.fileno()).st_size
            raw = b"" if empty else mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except FileNotFoundError:
        return None
    try:
        return open_listing(raw)
    except Malformed as error:
        raise Malformed(f"{path} cannot be used: {error}. Remove it, and fetch it with: overt update") from error


def find_egress(folder: Path) -> Egress | None:
    """The list in a data folder, where it was fetched."""
    found = read_egress(folder / FILE)
    return found[1] if found else None
