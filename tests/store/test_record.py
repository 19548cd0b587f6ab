"""The bytes of a hit."""

from __future__ import annotations

from zlib import crc32

from hypothesis import given
from hypothesis import strategies as st

from overt.measure.hit import METHODS, Flag, Hit
from overt.measure.mode import Mode
from overt.measure.token import Campaign, Kind, Link, Sending, Variant
from overt.store.record import (
    HEADER,
    LONGEST_WORD,
    RECORD,
    RecordReader,
    format_header,
    format_record,
    format_word,
    is_record,
    parse_header,
    row_of,
)
from tests.store.sample import NOON_MS, make_hit

PREFIXES = st.one_of(
    st.just(""),
    st.tuples(*[st.integers(0, 255)] * 3).map(lambda part: f"{part[0]}.{part[1]}.{part[2]}.0/24"),
    st.sampled_from(["2001:db8::/48", "2001:db8:ffff::/48", "::/48"]),
)
HITS = st.builds(
    Hit,
    at_ms=st.integers(0, (1 << 63) - 1),
    kind=st.sampled_from(Kind),
    method=st.sampled_from(METHODS),
    campaign=st.integers(0, (1 << 32) - 1).map(Campaign),
    variant=st.integers(0, 255).map(Variant),
    link=st.integers(0, 65_535).map(Link),
    sending=st.integers(0, (1 << 64) - 1).map(Sending),
    prefix=PREFIXES,
    address_hash=st.integers(0, (1 << 64) - 1),
    network=st.integers(0, (1 << 32) - 1),
    place=st.sampled_from(["", "DE-BY"]),
    user_agent=st.sampled_from(["", "curl/8.14.1"]),
    flags=st.integers(0, 15).map(Flag),
    mode=st.sampled_from(Mode),
)


@given(HITS, st.integers(0, (1 << 32) - 1))
def test_every_hit_comes_back_from_its_records(hit: Hit, seed: int) -> None:
    words = ["", "curl/8.14.1", "DE-BY"]
    raw = b"".join(format_word(number, words[number], seed) for number in (1, 2))
    raw += format_record(row_of(hit), words.index(hit.user_agent), words.index(hit.place), seed)
    assert len(raw) == 3 * RECORD == 192
    assert read_all(raw, seed) == [hit]


def read_all(raw: bytes, seed: int) -> list[Hit]:
    reader = RecordReader()
    found = [reader.read(raw, at) for at in range(0, len(raw), RECORD) if is_record(raw, at, seed)]
    return [hit for hit in found if hit is not None]


def test_a_record_lies_as_documented() -> None:
    raw = format_record(row_of(make_hit(serial=5)), 1, 2, 0xABCD)
    assert raw[0:8] == NOON_MS.to_bytes(8, "little")
    assert raw[8:16] == bytes([5, 0, 0, 0, 42, 0, 0, 0])
    assert raw[48:55] == bytes([4, 192, 0, 2, 0, 0, 0])
    assert raw[60:] == crc32(raw[:60], 0xABCD).to_bytes(4, "little")


@given(st.integers(0, RECORD * 8 - 1))
def test_a_record_with_one_bit_changed_is_none(bit: int) -> None:
    raw = bytearray(format_record(row_of(make_hit()), 1, 2, 7))
    raw[bit // 8] ^= 1 << bit % 8
    assert not is_record(bytes(raw), 0, 7)


def test_zeros_and_records_of_another_segment_are_none() -> None:
    assert not is_record(bytes(RECORD), 0, 7)
    assert not is_record(format_record(row_of(make_hit()), 1, 2, 8), 0, 7)
    assert not is_record(format_record(row_of(make_hit()), 1, 2, 7)[:-1], 0, 7)


def test_a_header_comes_back_and_a_damaged_one_does_not() -> None:
    raw = format_header(NOON_MS, 7)
    assert len(raw) == HEADER
    assert parse_header(raw) == (NOON_MS, 7)
    assert parse_header(raw[:-1]) is None
    assert parse_header(b"\0" + raw[1:]) is None
    assert parse_header(b"") is None


@given(st.text(max_size=LONGEST_WORD), st.text(max_size=LONGEST_WORD))
def test_words_of_any_length_come_back(user_agent: str, place: str) -> None:
    raw = format_word(5, user_agent, 7) + format_word(9, place, 7) + format_record(row_of(make_hit()), 5, 9, 7)
    (hit,) = read_all(raw, 7)
    longest = [
        word.encode("utf-8", "replace")[:LONGEST_WORD].decode("utf-8", "replace") for word in (user_agent, place)
    ]
    assert [hit.user_agent, hit.place] == longest


def test_a_word_is_cut_at_its_longest() -> None:
    raw = format_word(1, "a" * 9999, 7) + format_record(row_of(make_hit()), 1, 0, 7)
    assert [len(hit.user_agent) for hit in read_all(raw, 7)] == [LONGEST_WORD]


def test_a_word_whose_record_is_lost_reads_as_empty() -> None:
    raw = bytearray(
        format_word(1, "curl/8.14.1", 7) + format_word(2, "DE-BY", 7) + format_record(row_of(make_hit()), 1, 2, 7)
    )
    raw[3] ^= 1
    assert [(hit.user_agent, hit.place) for hit in read_all(bytes(raw), 7)] == [("", "DE-BY")]
