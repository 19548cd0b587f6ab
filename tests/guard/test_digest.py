"""Digests against other implementations: mmh3 and xxhash from PyPI, and values that their specifications print."""

from __future__ import annotations

import hashlib
import zlib

import mmh3
import pytest
import xxhash
from hypothesis import given
from hypothesis import strategies as st

from overt.guard.digest import COMMON, DIGESTS, SHORT, murmur3_32, murmur3_128, xxh32, xxh64

RAW = st.one_of(st.binary(max_size=80), st.integers(0, 254).map(lambda size: bytes(range(size % 256))))


@given(RAW)
def test_murmur3_and_xxhash_agree_with_their_reference_code(raw: bytes) -> None:
    assert int.from_bytes(murmur3_32(raw), "big") == mmh3.hash(raw, signed=False)
    first, second = mmh3.hash64(raw, signed=False, x64arch=True)
    assert murmur3_128(raw).hex() == f"{first:016x}{second:016x}"
    assert xxh32(raw) == xxhash.xxh32(raw).digest()
    assert xxh64(raw) == xxhash.xxh64(raw).digest()


def test_the_empty_text_has_the_digests_that_everybody_prints() -> None:
    assert xxh32(b"").hex() == "02cc5d05"
    assert xxh64(b"").hex() == "ef46db3751d8e999"
    assert DIGESTS["md5"](b"").hex() == "d41d8cd98f00b204e9800998ecf8427e"  # RFC 1321 appendix A.5
    assert DIGESTS["sha3-256"](b"").hex() == "a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a"


@pytest.mark.parametrize(
    ("name", "digest"),
    [
        # printf 'ada@example.org' | md5sum, sha1sum, sha256sum, b2sum, openssl dgst, gzip's trailer
        ("md5", "5bfcf2d8e394674550332640d72db509"),
        ("sha1", "3c1b5f0cb91772d027dcdde8fb749091db780cbb"),
        ("sha256", "cfe00dde46ef942601ffafb9e2825e802858b460e586b8305b344c1eb826357d"),
        ("sha3-256", "09ef0804e0326d6281bcd472a83ba940c69b7a821447d7908631cd803ccd9cb6"),
        ("blake2s", "0b6e9ba0b0c38a50defb1f2cee510a0bb21be65353fd48813c2e1d61936c5f2d"),
        ("crc32", "91bfaac6"),
    ],
)
def test_digests_are_those_of_other_programs(name: str, digest: str) -> None:
    assert DIGESTS[name](b"ada@example.org").hex() == digest


def test_blake2b_is_b2sums() -> None:
    assert DIGESTS["blake2b"](b"ada@example.org").hex().startswith("5f777eaae27def4cfa991960d61b0302a92b069f2598a9bb")


def test_names_say_how_long_a_digest_is() -> None:
    lengths = {name: len(digest(b"x")) for name, digest in DIGESTS.items()}
    assert {name for name, length in lengths.items() if length == 4} == SHORT
    assert lengths["sha384"] == hashlib.sha384().digest_size
    assert (
        DIGESTS["adler32"](b"Wikipedia") == bytes.fromhex("11e60398") == zlib.adler32(b"Wikipedia").to_bytes(4, "big")
    )
    assert set(COMMON) <= DIGESTS.keys()
