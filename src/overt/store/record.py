"""The bytes of a hit on disk: a record of 64 bytes with a checksum, and the words it points to.

A record holds numbers only; User-Agents and places are words, each written once in a file of the segment's own, so
that they go when the segment goes. The checksum (CRC-32) starts from the segment's seed: bytes of an older file that
come back after a crash are no record. Knows bytes, not files.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from zlib import crc32

from overt.measure.hit import METHODS, Flag, Hit
from overt.measure.mode import Mode
from overt.measure.token import Campaign, Kind, Link, Sending, Variant

# at_ms, sending, address hash; campaign, user agent, place, network; link, flags; variant, kind, mode, method; prefix
_BODY = struct.Struct("<QQQIIIIHHBBBB7s5x")
_CHECK = struct.Struct("<I")
RECORD = _BODY.size + _CHECK.size
_HEADER = struct.Struct("<16sQI32x")
HEADER = _HEADER.size + _CHECK.size
_LENGTH = struct.Struct("<H")

HITS_MAGIC = b"overt hits 1\n"
WORDS_MAGIC = b"overt words 1\n"
# RFC 9110 sets no limit to a User-Agent; the longest in the field tables has under 300 characters.
LONGEST_WORD = 512
# Words a segment may hold before the next one begins: at most 8 MB in memory, whoever invents new User-Agents.
MOST_WORDS = 16_384


def format_header(magic: bytes, created_ms: int, seed: int) -> bytes:
    """The first bytes of a file; `seed` is its own random number of 32 bits."""
    body = _HEADER.pack(magic.ljust(16, b"\0"), created_ms, seed)
    return body + _CHECK.pack(crc32(body))


def parse_header(raw: bytes, magic: bytes) -> tuple[int, int] | None:
    """The moment of creation and the seed, or None where `raw` is no whole header of that kind of file."""
    if len(raw) < HEADER or _CHECK.unpack_from(raw, HEADER - 4)[0] != crc32(raw[: HEADER - 4]):
        return None
    found, created_ms, seed = _HEADER.unpack_from(raw)
    return (created_ms, seed) if found.rstrip(b"\0") == magic else None


def format_record(hit: Hit, user_agent: int, place: int, seed: int) -> bytes:
    """The record of `hit`, whose words have these numbers."""
    body = _BODY.pack(
        hit.at_ms,
        hit.sending,
        hit.address_hash,
        hit.campaign,
        user_agent,
        place,
        hit.network,
        hit.link,
        hit.flags,
        hit.variant,
        hit.kind,
        hit.mode,
        METHODS.index(hit.method),
        pack_prefix(hit.prefix),
    )
    return body + _CHECK.pack(crc32(body, seed))


def is_record(raw: bytes, at: int, seed: int) -> bool:
    """Whether a whole and sound record stands at `at`."""
    end = at + _BODY.size
    return len(raw) >= end + 4 and _CHECK.unpack_from(raw, end)[0] == crc32(raw[at:end], seed)


def words_of(raw: bytes, at: int) -> tuple[int, int]:
    """The numbers of the User-Agent and the place in the record at `at`."""
    fields = _BODY.unpack_from(raw, at)
    return fields[4], fields[5]


def parse_record(raw: bytes, at: int, words: list[str]) -> Hit:
    """The hit in the sound record at `at`; a word that is missing reads as empty."""
    (
        at_ms,
        sending,
        address_hash,
        campaign,
        user_agent,
        place,
        network,
        link,
        flags,
        variant,
        kind,
        mode,
        method,
        prefix,
    ) = _BODY.unpack_from(raw, at)
    return Hit(
        at_ms=at_ms,
        kind=Kind(kind),
        method=METHODS[method],
        campaign=Campaign(campaign),
        variant=Variant(variant),
        link=Link(link),
        sending=Sending(sending),
        prefix=unpack_prefix(prefix),
        address_hash=address_hash,
        place=words[place] if place < len(words) else "",
        network=network,
        user_agent=words[user_agent] if user_agent < len(words) else "",
        flags=Flag(flags),
        mode=Mode(mode),
    )


def format_word(word: str, seed: int) -> bytes:
    """The entry of `word`, cut to what a word may be long."""
    raw = word.encode("utf-8", "replace")[:LONGEST_WORD]
    body = _LENGTH.pack(len(raw)) + raw
    return body + _CHECK.pack(crc32(body, seed))


def parse_words(raw: bytes, seed: int) -> Iterator[str]:
    """The words in `raw` (what follows the header), up to the first that is torn."""
    at = 0
    while at + 2 <= len(raw):
        end = at + 2 + _LENGTH.unpack_from(raw, at)[0]
        if end + 4 > len(raw) or _CHECK.unpack_from(raw, end)[0] != crc32(raw[at:end], seed):
            return
        yield raw[at + 2 : end].decode("utf-8", "replace")
        at = end + 4


@lru_cache(maxsize=4096)
def pack_prefix(prefix: str) -> bytes:
    """The 7 bytes of a /24 or /48 as text: the version, and what is not zero of the address."""
    if not prefix:
        return bytes(7)
    network = ip_network(prefix)
    return bytes([network.version]) + network.network_address.packed[: 3 if network.version == 4 else 6].ljust(6, b"\0")


@lru_cache(maxsize=4096)
def unpack_prefix(raw: bytes) -> str:
    """The text of a packed prefix."""
    if raw[0] == 4:
        return str(IPv4Network((raw[1:4] + bytes(1), 24)))
    if raw[0] == 6:
        return str(IPv6Network((raw[1:7] + bytes(10), 48)))
    return ""
