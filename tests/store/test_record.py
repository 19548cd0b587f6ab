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
    HITS_MAGIC,
    LONGEST_WORD,
    RECORD,
    WORDS_MAGIC,
    format_header,
    format_record,
    format_word,
    is_record,
    parse_header,
    parse_record,
    parse_words,
    words_of,
)
from tests.store.made import NOON_MS, make_hit

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
def test_every_hit_comes_back_from_its_record(hit: Hit, seed: int) -> None:
    words = ["", "curl/8.14.1", "DE-BY"]
    raw = format_record(hit, words.index(hit.user_agent), words.index(hit.place), seed)
    assert len(raw) == RECORD == 64
    assert is_record(raw, 0, seed)
    assert parse_record(raw, 0, words) == hit


def test_a_record_lies_as_documented() -> None:
    raw = format_record(make_hit(serial=5), 1, 2, 0xABCD)
    assert raw[0:8] == NOON_MS.to_bytes(8, "little")
    assert raw[8:16] == bytes([5, 0, 0, 0, 42, 0, 0, 0])
    assert raw[48:55] == bytes([4, 192, 0, 2, 0, 0, 0])
    assert raw[60:] == crc32(raw[:60], 0xABCD).to_bytes(4, "little")
    assert words_of(raw, 0) == (1, 2)


@given(st.integers(0, RECORD * 8 - 1))
def test_a_record_with_one_bit_changed_is_none(bit: int) -> None:
    raw = bytearray(format_record(make_hit(), 1, 2, 7))
    raw[bit // 8] ^= 1 << bit % 8
    assert not is_record(bytes(raw), 0, 7)


def test_zeros_and_records_of_another_segment_are_none() -> None:
    assert not is_record(bytes(RECORD), 0, 7)
    assert not is_record(format_record(make_hit(), 1, 2, 8), 0, 7)
    assert not is_record(format_record(make_hit(), 1, 2, 7)[:-1], 0, 7)


def test_a_header_comes_back_and_another_kind_of_file_does_not() -> None:
    raw = format_header(HITS_MAGIC, NOON_MS, 7)
    assert len(raw) == HEADER
    assert parse_header(raw, HITS_MAGIC) == (NOON_MS, 7)
    assert parse_header(raw, WORDS_MAGIC) is None
    assert parse_header(raw[:-1], HITS_MAGIC) is None
    assert parse_header(b"\0" + raw[1:], HITS_MAGIC) is None


@given(st.lists(st.text(max_size=40).filter(lambda text: "\ud800" not in text), max_size=5), st.integers(0, 200))
def test_words_come_back_up_to_the_torn_one(words: list[str], cut: int) -> None:
    entries = [format_word(word, 7) for word in words]
    raw = b"".join(entries)
    whole = 0
    while whole < len(entries) and len(b"".join(entries[: whole + 1])) <= min(cut, len(raw)):
        whole += 1
    found = list(parse_words(raw[:cut], 7))
    assert found == [word.encode("utf-8", "replace").decode() for word in words[:whole]]


def test_a_word_is_cut_at_its_longest() -> None:
    assert [len(word) for word in parse_words(format_word("a" * 9999, 7), 7)] == [LONGEST_WORD]
