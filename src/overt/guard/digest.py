"""Hashes by name, bytes to bytes: what the standard library has, and Murmur3 and xxHash, which it lacks.

Written out here so that a proof of leak can be recomputed with Python alone; slow, which is no matter for
addresses of at most 254 bytes. Knows no salts and no encodings.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Mapping
from typing import Final

_M32: Final = 0xFFFFFFFF
_M64: Final = 0xFFFFFFFFFFFFFFFF


def _rotate32(value: int, by: int) -> int:
    return ((value << by) | (value >> (32 - by))) & _M32


def _rotate64(value: int, by: int) -> int:
    return ((value << by) | (value >> (64 - by))) & _M64


def murmur3_32(raw: bytes) -> bytes:
    """MurmurHash3 x86 32, seed 0 (A. Appleby, public domain), big-endian as printed."""
    value, tail = 0, len(raw) & ~3
    for at in range(0, tail, 4):
        value ^= _murmur_mix(int.from_bytes(raw[at : at + 4], "little"))
        value = (_rotate32(value, 13) * 5 + 0xE6546B64) & _M32
    if len(raw) > tail:
        value ^= _murmur_mix(int.from_bytes(raw[tail:], "little"))
    value ^= len(raw)
    value = ((value ^ (value >> 16)) * 0x85EBCA6B) & _M32
    value = ((value ^ (value >> 13)) * 0xC2B2AE35) & _M32
    return (value ^ (value >> 16)).to_bytes(4, "big")


def _murmur_mix(block: int) -> int:
    return (_rotate32((block * 0xCC9E2D51) & _M32, 15) * 0x1B873593) & _M32


_C1: Final = 0x87C37B91114253D5
_C2: Final = 0x4CF5AD432745937F


def murmur3_128(raw: bytes) -> bytes:
    """MurmurHash3 x64 128, seed 0, both halves big-endian one after the other, as most programs print it."""
    one = two = 0
    tail = len(raw) & ~15
    for at in range(0, tail, 16):
        one ^= (_rotate64((int.from_bytes(raw[at : at + 8], "little") * _C1) & _M64, 31) * _C2) & _M64
        one = ((_rotate64(one, 27) + two) * 5 + 0x52DCE729) & _M64
        two ^= (_rotate64((int.from_bytes(raw[at + 8 : at + 16], "little") * _C2) & _M64, 33) * _C1) & _M64
        two = ((_rotate64(two, 31) + one) * 5 + 0x38495AB5) & _M64
    first, second = int.from_bytes(raw[tail : tail + 8], "little"), int.from_bytes(raw[tail + 8 :], "little")
    two ^= (_rotate64((second * _C2) & _M64, 33) * _C1) & _M64
    one ^= (_rotate64((first * _C1) & _M64, 31) * _C2) & _M64
    one, two = one ^ len(raw), two ^ len(raw)
    one = (one + two) & _M64
    two = (two + one) & _M64
    one, two = _murmur_end(one), _murmur_end(two)
    one = (one + two) & _M64
    two = (two + one) & _M64
    return one.to_bytes(8, "big") + two.to_bytes(8, "big")


def _murmur_end(value: int) -> int:
    value = ((value ^ (value >> 33)) * 0xFF51AFD7ED558CCD) & _M64
    value = ((value ^ (value >> 33)) * 0xC4CEB9FE1A85EC53) & _M64
    return value ^ (value >> 33)


_P32: Final = (0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D, 0x27D4EB2F, 0x165667B1)


def xxh32(raw: bytes) -> bytes:
    """XXH32, seed 0 (xxHash specification 0.1.1), canonical: big-endian."""
    p1, p2, p3, p4, p5 = _P32
    at = 0
    if len(raw) >= 16:
        lanes = [(p1 + p2) & _M32, p2, 0, -p1 & _M32]
        while at + 16 <= len(raw):
            for lane in range(4):
                block = int.from_bytes(raw[at : at + 4], "little")
                lanes[lane] = (_rotate32((lanes[lane] + block * p2) & _M32, 13) * p1) & _M32
                at += 4
        value = sum(_rotate32(lane, by) for lane, by in zip(lanes, (1, 7, 12, 18), strict=True)) & _M32
    else:
        value = p5
    value = (value + len(raw)) & _M32
    while at + 4 <= len(raw):
        value = (_rotate32((value + int.from_bytes(raw[at : at + 4], "little") * p3) & _M32, 17) * p4) & _M32
        at += 4
    for byte in raw[at:]:
        value = (_rotate32((value + byte * p5) & _M32, 11) * p1) & _M32
    value = ((value ^ (value >> 15)) * p2) & _M32
    value = ((value ^ (value >> 13)) * p3) & _M32
    return (value ^ (value >> 16)).to_bytes(4, "big")


_P64: Final = (0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5)


def xxh64(raw: bytes) -> bytes:
    """XXH64, seed 0 (xxHash specification 0.1.1), canonical: big-endian."""
    p1, p2, p3, p4, p5 = _P64
    at = 0
    if len(raw) >= 32:
        lanes = [(p1 + p2) & _M64, p2, 0, -p1 & _M64]
        while at + 32 <= len(raw):
            for lane in range(4):
                lanes[lane] = _xx_round(lanes[lane], int.from_bytes(raw[at : at + 8], "little"))
                at += 8
        value = sum(_rotate64(lane, by) for lane, by in zip(lanes, (1, 7, 12, 18), strict=True)) & _M64
        for lane in lanes:
            value = ((value ^ _xx_round(0, lane)) * p1 + p4) & _M64
    else:
        value = p5
    value = (value + len(raw)) & _M64
    while at + 8 <= len(raw):
        value ^= _xx_round(0, int.from_bytes(raw[at : at + 8], "little"))
        value = (_rotate64(value, 27) * p1 + p4) & _M64
        at += 8
    if at + 4 <= len(raw):
        value ^= (int.from_bytes(raw[at : at + 4], "little") * p1) & _M64
        value = (_rotate64(value, 23) * p2 + p3) & _M64
        at += 4
    for byte in raw[at:]:
        value = (_rotate64(value ^ ((byte * p5) & _M64), 11) * p1) & _M64
    value = ((value ^ (value >> 33)) * p2) & _M64
    value = ((value ^ (value >> 29)) * p3) & _M64
    return (value ^ (value >> 32)).to_bytes(8, "big")


def _xx_round(lane: int, block: int) -> int:
    return (_rotate64((lane + block * _P64[1]) & _M64, 31) * _P64[0]) & _M64


def _library(name: str) -> Callable[[bytes], bytes]:
    """A hash of hashlib; `usedforsecurity` so that systems in FIPS mode still compute MD5: nothing here is secured."""
    return lambda raw: hashlib.new(name, raw, usedforsecurity=False).digest()


DIGESTS: Final[Mapping[str, Callable[[bytes], bytes]]] = {
    "md5": _library("md5"),
    "sha1": _library("sha1"),
    "sha256": _library("sha256"),
    "sha512": _library("sha512"),
    "sha224": _library("sha224"),
    "sha384": _library("sha384"),
    "sha3-224": _library("sha3_224"),
    "sha3-256": _library("sha3_256"),
    "sha3-384": _library("sha3_384"),
    "sha3-512": _library("sha3_512"),
    "blake2b": _library("blake2b"),
    "blake2b-256": lambda raw: hashlib.blake2b(raw, digest_size=32).digest(),
    "blake2b-160": lambda raw: hashlib.blake2b(raw, digest_size=20).digest(),
    "blake2b-128": lambda raw: hashlib.blake2b(raw, digest_size=16).digest(),
    "blake2s": _library("blake2s"),
    "blake2s-128": lambda raw: hashlib.blake2s(raw, digest_size=16).digest(),
    "murmur3-128": murmur3_128,
    "xxh64": xxh64,
    "murmur3-32": murmur3_32,
    "xxh32": xxh32,
    "crc32": lambda raw: zlib.crc32(raw).to_bytes(4, "big"),
    "adler32": lambda raw: zlib.adler32(raw).to_bytes(4, "big"),
}
#: Four bytes: found by chance once in four thousand million numbers, so they count only as a whole token.
SHORT: Final = frozenset({"murmur3-32", "xxh32", "crc32", "adler32"})
#: What people reach for; only these are followed three deep and under salts.
COMMON: Final = ("md5", "sha1", "sha256", "sha512")
