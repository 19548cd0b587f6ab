"""Apple's list in the data folder: there, not there, damaged."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from overt.cli.egress import FILE, find_egress, read_egress
from overt.errors import Malformed
from overt.measure.clues.egress import Standing
from overt.measure.listing import pack_listing, read_listing
from tests.measure.rows import DAY, ROWS

PACKED = pack_listing(read_listing(ROWS), DAY, source="rows")


def test_a_list_is_asked_where_it_lies_and_outlives_its_replacement(folder: Path) -> None:
    (folder / FILE).write_bytes(PACKED)
    found = find_egress(folder)
    assert found is not None
    (folder / "new").write_bytes(b"")
    (folder / "new").replace(folder / FILE)
    assert found.find("172.224.227.9") is Standing.LISTED


def test_without_a_list_there_is_none(folder: Path) -> None:
    assert find_egress(folder) is None


@pytest.mark.parametrize("raw", [b"", b"\n", PACKED[:-1]])
def test_a_damaged_list_is_said_with_what_to_do(folder: Path, raw: bytes) -> None:
    (folder / FILE).write_bytes(raw)
    with pytest.raises(Malformed, match=r"apple-egress\.list cannot be used.*overt update"):
        read_egress(folder / FILE)


def test_neither_classify_nor_update_needs_a_database() -> None:
    code = "import sys, overt.cli.classify, overt.cli.update; print('sqlalchemy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
