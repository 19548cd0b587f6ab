"""Apple's rows into ranges and back from their kept form, good rows and bad ones."""

from __future__ import annotations

import hashlib
import itertools
from ipaddress import collapse_addresses, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overt.errors import Malformed
from overt.measure import listing
from overt.measure.listing import MAGIC, Rejected, merge, open_listing, pack_listing, read_listing
from tests.measure.rows import DAY, ROWS

GOOD = b"".join(
    b"172.%d.%d.0/24,US,US-CA,Los Angeles,\n" % (224 + high, low) for high in range(4) for low in range(256)
)


def test_every_row_is_used_and_ranges_that_touch_are_one() -> None:
    found = read_listing(ROWS)
    assert (found.rows, found.rejected) == (7, 0)
    assert len(found.ranges[4]) == 3
    assert len(found.ranges[6]) == 2
    assert found.digest == hashlib.sha256(ROWS).hexdigest()


def test_ranges_are_merged_as_the_standard_library_collapses_networks() -> None:
    networks = [ip_network(row.split(b",")[0].decode()) for row in (ROWS + GOOD).splitlines()]
    expected = collapse_addresses(network for network in networks if network.version == 4)
    sizes = sum(network.num_addresses for network in expected)
    found = read_listing(ROWS + GOOD).ranges[4]
    assert sum(last - first + 1 for first, last in found) == sizes
    assert all(before[1] + 1 < after[0] for before, after in itertools.pairwise(found))


@given(st.lists(st.tuples(st.integers(0, 200), st.integers(0, 9)), max_size=30))
def test_merged_ranges_hold_the_same_numbers_and_never_touch(pairs: list[tuple[int, int]]) -> None:
    ranges = [(first, first + more) for first, more in pairs]
    merged = merge(ranges)
    assert {n for a, b in merged for n in range(a, b + 1)} == {n for a, b in ranges for n in range(a, b + 1)}
    assert all(before[1] + 1 < after[0] for before, after in itertools.pairwise(merged))


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (b"172.224.226.1/27,GB,GB-EN,London,", "address inside one"),
        (b"172.224.226.0,GB,GB-EN,London,", "no prefix"),
        (b"nowhere/24,GB,GB-EN,London,", "no network"),
        (b"172.224.226.0/33,GB,GB-EN,London,", "no network"),
        (b"\xff\xfe/24,GB,GB-EN,London,", "no network"),
        (b"0.0.0.0/0,GB,GB-EN,London,", "wider than /12"),
        (b"2a00::/12,GB,GB-EN,London,", "wider than /28"),
        (b"10.0.0.0/24,GB,GB-EN,London,", "public internet"),
        (b"2001:db8::/48,GB,GB-EN,London,", "public internet"),
        (b"172.224.226.0/27", "not prefix,country"),
        (b"172.224.226.0/27,Great Britain,x,y,", "not prefix,country"),
        (b"172.224.226.0/27,GB,GB-EN," + b"L" * 600, "longer than"),
    ],
)
def test_a_bad_row_is_left_out_and_told_with_its_number(row: bytes, reason: str) -> None:
    found = read_listing(GOOD[:100_000] + row + b"\n")
    assert found.rejected == 1
    (told,) = found.told
    assert isinstance(told, Rejected)
    assert told.row == found.rows
    assert reason in told.reason


@pytest.mark.parametrize("raw", [b"", b"\n\n", b"<!doctype html><p>Log in", ROWS + b"nonsense\n", b"\0" * 1000])
def test_what_is_not_the_list_is_refused(raw: bytes) -> None:
    with pytest.raises(Malformed, match="not Apple's list"):
        read_listing(raw)


def test_a_file_with_more_rows_than_the_list_can_have_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "MOST_ROWS", 6)
    with pytest.raises(Malformed, match="More than 6"):
        read_listing(ROWS)


def test_rows_end_as_any_system_ends_lines_and_progress_is_told() -> None:
    done: list[int] = []
    raw = ROWS.replace(b"\n", b"\r\n")
    assert read_listing(raw, done.append).rejected == 0
    assert sum(done) >= len(raw)


def test_only_so_many_rejected_rows_are_told_one_by_one() -> None:
    found = read_listing(GOOD * 10 + b"x/1,GB,a,b,\n" * 50)
    assert (found.rejected, len(found.told)) == (50, listing.MOST_TOLD)


def test_the_kept_form_says_what_it_holds() -> None:
    packed = pack_listing(read_listing(ROWS), DAY, source="https://example.org/list", etag='"v1"')
    head, listed = open_listing(packed)
    assert (head.day, head.source, head.etag, head.rows, head.four, head.six) == (
        "2026-11-02",
        "https://example.org/list",
        '"v1"',
        7,
        3,
        2,
    )
    assert listed.version == f"2026-11-02 {hashlib.sha256(ROWS).hexdigest()[:12]}"


@given(st.data())
def test_a_damaged_file_is_never_taken_for_a_list(data: st.DataObject) -> None:
    packed = pack_listing(read_listing(ROWS), DAY, source="rows")
    at = data.draw(st.integers(0, len(packed) - 1))
    how = data.draw(st.sampled_from(["cut", "flip", "more"]))
    broken = {
        "cut": packed[:at],
        "flip": packed[:at] + bytes([packed[at] ^ 0xFF]) + packed[at + 1 :],
        "more": packed + b"\0",
    }[how]
    with pytest.raises(Malformed):
        open_listing(broken)


@pytest.mark.parametrize("line", [b"[]\n", b"{}\n", b"null\n", b"[" * 5000, b'{"four": -1}\n'])
def test_strange_first_lines_are_damage(line: bytes) -> None:
    with pytest.raises(Malformed):
        open_listing(MAGIC + line)
