"""Archives are read member by member, whatever they say of themselves, and never beyond the bounds."""

from __future__ import annotations

import io
import struct
import time
import zipfile
import zlib

import pytest

from overt.message.attachment.archive import MOST_BYTES, MOST_MEMBER, Budget, inflate, members
from tests.message.attachment.made import package


def _all(data: bytes, budget: Budget | None = None) -> dict[str, bytes]:
    return dict(members(data, budget or Budget(), lambda name: True))


@pytest.mark.parametrize("deflated", [True, False])
def test_members_read_as_the_standard_library_reads_them(deflated: bool) -> None:
    data = package({"a.rels": "one", "b/c.rels": b"\0" * 1000, "\xe9.rels": "two"}, deflated=deflated)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert _all(data) == {name: archive.read(name) for name in archive.namelist()}


def test_bytes_before_the_archive_do_no_harm() -> None:
    assert _all(b"MZ" * 100 + package({"a": "one"}))["a"] == b"one"


def test_only_wanted_members_cost_anything() -> None:
    budget = Budget()
    assert list(members(package({"a": "x" * 10_000, "b": "y"}), budget, lambda name: name == "b")) == [("b", b"y")]
    assert MOST_BYTES - budget.left < 100


def test_a_member_of_a_gigabyte_stops_at_the_bound() -> None:
    out = io.BytesIO()
    with (
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("a.rels", "w", force_zip64=True) as member,
    ):
        for _ in range(64):
            member.write(b"\0" * 1024 * 1024)
    started = time.process_time()
    content = _all(out.getvalue())["a.rels"]
    assert len(content) <= MOST_MEMBER
    assert time.process_time() - started < 5


def test_the_ratio_ends_what_grows_a_thousandfold() -> None:
    # Deflate reaches 1032 (zlib's documentation); text like a list of links stays far below 200.
    packed = zlib.compress(b"\0" * 4_000_000, 9)
    content, _ = inflate(packed + b"\xff" * 20_000, 0, 4_000_000, Budget(), raw=False)
    assert len(content) == 4_000_000  # whole within one step of 16 KB of input: the bound on bytes holds it
    longer = zlib.compress(b"\0" * 64_000_000, 9)
    content, _ = inflate(longer, 0, 64_000_000, Budget(64_000_000), raw=False)
    assert len(content) < 64_000_000


def test_many_entries_that_share_one_member_end_with_the_budget() -> None:
    # Overlapping files, as in D. Fifield, A better zip bomb, WOOT 2019.
    data = package({"a": b"\0" * 2_000_000})
    end = data.rfind(b"PK\x05\x06")
    entry = data[data.rfind(b"PK\x01\x02", 0, end) : end]
    bomb = data[: end - 2 * len(entry)] + entry * 3000
    size = 3000 * len(entry)
    bomb += struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 3000, 3000, size, len(bomb) - size, 0)
    budget, total = Budget(), 0
    for _, content in members(bomb, budget, lambda name: True):
        total += len(content)
    assert 2_000_000 <= total <= MOST_BYTES


def test_empty_blocks_are_paid_for_by_what_they_read() -> None:
    blocks = b"\x00\x00\x00\xff\xff" * 200_000  # RFC 1951 3.2.4: stored, of length nothing, not the last
    budget = Budget(100_000)
    assert inflate(blocks, 0, 1_000_000, budget, raw=True)[0] == b""
    assert budget.left <= 0


def test_lying_sizes_are_not_believed() -> None:
    data = bytearray(package({"a": "one, two, three, " * 20}))
    at = data.rfind(b"PK\x01\x02")
    for place in (20, 24):  # both sizes (APPNOTE 4.3.12)
        struct.pack_into("<L", data, at + place, 0xFFFFFFFF)
    assert _all(bytes(data))["a"] == b"one, two, three, " * 20


def test_encrypted_and_unknown_members_are_left_out() -> None:
    data = package({"a": "one"})
    at = data.rfind(b"PK\x01\x02")
    for place, value in ((8, 1), (10, 99)):  # flags and method (APPNOTE 4.4.4, 4.4.5)
        changed = bytearray(data)
        struct.pack_into("<H", changed, at + place, value)
        assert "a" not in _all(bytes(changed))


def test_no_cut_and_no_changed_byte_raises() -> None:
    data = package({"a.rels": "one", "b.rels": "two" * 50})
    for at in range(len(data)):
        _all(data[:at])
        _all(data[at:])
        _all(data[:at] + b"\xff" + data[at + 1 :])
