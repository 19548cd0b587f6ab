"""Encodings both ways: the vectors of RFC 4648, base58's draft, and a bomb."""

from __future__ import annotations

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overt.guard.encoding import LONGEST, UNDO, WRITE, from_bytes, to_bytes, undo_base64


@pytest.mark.parametrize(
    ("step", "plain", "written"),
    [
        # RFC 4648 section 10
        ("base64", "foobar", "Zm9vYmFy"),
        ("base64", "fooba", "Zm9vYmE="),
        ("base32", "foobar", "MZXW6YTBOI======"),
        ("hex", "foobar", "666f6f626172"),
        # draft-msporny-base58-03 section 5
        ("base58", "Hello World!", "2NEpo7TZRRrLZSi2U"),
        (
            "base58",
            "The quick brown fox jumps over the lazy dog.",
            "USm3fpXnKG5EUBx2ndxBDMPVciP5hGey2Jh4NDv6gmeo1LkMeiKrLJUUBk6Z",
        ),
        ("rot13", "Why did the chicken?", "Jul qvq gur puvpxra?"),
        ("percent", "a b@c", "a%20b%40c"),
        ("reverse", "abc", "cba"),
    ],
)
def test_published_vectors_both_ways(step: str, plain: str, written: str) -> None:
    assert WRITE[step](plain) == written
    assert plain in list(UNDO[step](written))


@pytest.mark.parametrize(
    ("step", "written", "plain"),
    [
        ("base64", "Zm9vYmE", "fooba"),
        ("base32", "mzxw6ytb", "fooba"),
        ("entities", "a&#64;b&commat;c&#x40;d", "a@b@c@d"),
        ("json", '{"e": ["a\\u0040b", 3, {"x": "y"}]}', "e\na@b\nx\ny"),
        ("gzip", from_bytes(gzip.compress(b"abc", mtime=0)), "abc"),
        ("zlib", from_bytes(zlib.compress(b"abc")), "abc"),
    ],
)
def test_what_may_be_undone(step: str, written: str, plain: str) -> None:
    assert plain in list(UNDO[step](written))


def test_base64_is_read_from_inside_a_group_too() -> None:
    # "?example" is P2V4YW1wbGU=; cut inside its first group
    assert "ample" in list(undo_base64("2V4YW1wbGU", trims=4))
    assert "ample" not in list(undo_base64("2V4YW1wbGU"))


@pytest.mark.parametrize("step", sorted(UNDO))
@given(st.text(max_size=200))
def test_nothing_is_raised_and_nothing_grows_without_bound(step: str, text: str) -> None:
    for found in UNDO[step](text):
        assert len(found) <= max(LONGEST, len(text))


@given(st.binary(min_size=1, max_size=60), st.sampled_from(["hex", "base32", "base64", "base58", "base62", "zlib"]))
def test_what_is_written_is_undone(raw: bytes, step: str) -> None:
    assert from_bytes(raw) in list(UNDO[step](WRITE[step](from_bytes(raw))))


def test_a_bomb_is_cut_off() -> None:
    bomb = from_bytes(zlib.compress(bytes(60_000_000), 9))
    assert [len(text) for text in UNDO["zlib"](bomb)] == [LONGEST]
    assert to_bytes("é€") == b"\xe9?"
