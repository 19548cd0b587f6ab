"""The bytes of the hit log: records of 64 bytes with a checksum, each a hit or a piece of a word.

A hit holds numbers only; its User-Agent and place are words, each written once into a segment, before the first hit
that uses it, so that they go when the segment goes. The checksum (CRC-32) starts from the segment's seed: bytes of an
older file that come back after a crash are no record. Knows bytes, not files.
"""

from __future__ import annotations

import struct
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from zlib import crc32

from overt.measure.hit import METHODS, Flag, Hit
from overt.measure.mode import Mode
from overt.measure.token import Campaign, Kind, Link, Sending, Variant

# at_ms, sending, address hash; campaign, user agent, place, network; link, flags; variant, kind, mode, method; prefix;
# what the record is
_BODY = struct.Struct("<QQQIIIIHHBBBB7sB4x")
# number and length of the word, which piece this is, its text
_PIECE = struct.Struct("<IHB48sB4x")
PIECE = 48
_CHECK = struct.Struct("<I")
RECORD = _BODY.size + _CHECK.size
_HEADER = struct.Struct("<16sQI32x")
HEADER = _HEADER.size + _CHECK.size

MAGIC = b"overt hits 1\n"
WHAT = _BODY.size - 5  # where a record says what it is; 0, as in a file's unused end, is nothing
IS_HIT, IS_WORD = 1, 2
# RFC 9110 sets no limit to a User-Agent; the longest in the field tables has under 300 characters.
LONGEST_WORD = 512
# Words a segment may hold before the next one begins: at most 8 MB in memory, whoever invents new User-Agents.
MOST_WORDS = 16_384


# A hit as the log packs it: the same facts in numbers, in the order of the record. The collector makes these by the ten
# thousand a second, everybody else makes a `Hit`. They are: at_ms, sending, address hash, campaign; User-Agent and
# place, the words themselves; network, link, flags, variant, kind, mode; the method's place in `METHODS`; and the
# prefix, the version and 3 or 6 bytes of the address, which has no room for anything finer.
Row = tuple[int, int, int, int, str, str, int, int, int, int, int, int, int, bytes]


def row_of(hit: Hit) -> Row:
    """The same hit as the log packs it."""
    return (
        hit.at_ms,
        hit.sending,
        hit.address_hash,
        hit.campaign,
        hit.user_agent,
        hit.place,
        hit.network,
        hit.link,
        hit.flags,
        hit.variant,
        hit.kind,
        hit.mode,
        METHODS.index(hit.method),
        pack_prefix(hit.prefix),
    )


def format_header(created_ms: int, seed: int) -> bytes:
    """The first bytes of a segment; `seed` is its own random number of 32 bits."""
    body = _HEADER.pack(MAGIC, created_ms, seed)
    return body + _CHECK.pack(crc32(body))


def parse_header(raw: bytes) -> tuple[int, int] | None:
    """The moment of creation and the seed, or None where `raw` does not begin with a whole header."""
    if len(raw) < HEADER or _CHECK.unpack_from(raw, HEADER - 4)[0] != crc32(raw[: HEADER - 4]):
        return None
    magic, created_ms, seed = _HEADER.unpack_from(raw)
    return (created_ms, seed) if magic.rstrip(b"\0") == MAGIC else None


def format_record(row: Row, user_agent: int, place: int, seed: int) -> bytes:
    """The record of `row`, whose words have these numbers."""
    at_ms, sending, address_hash, campaign, _, _, network, link, flags, variant, kind, mode, method, prefix = row
    body = _BODY.pack(
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
        IS_HIT,
    )
    return body + _CHECK.pack(crc32(body, seed))


def format_word(number: int, word: str, seed: int) -> bytes:
    """The records of a word, cut to what a word may be long."""
    raw = word.encode("utf-8", "replace")[:LONGEST_WORD]
    records = []
    for piece, at in enumerate(range(0, max(1, len(raw)), PIECE)):
        body = _PIECE.pack(number, len(raw), piece, raw[at : at + PIECE], IS_WORD)
        records.append(body + _CHECK.pack(crc32(body, seed)))
    return b"".join(records)


def is_record(raw: bytes, at: int, seed: int) -> bool:
    """Whether a whole and sound record stands at `at`."""
    end = at + _BODY.size
    return len(raw) >= end + 4 and raw[at + WHAT] != 0 and _CHECK.unpack_from(raw, end)[0] == crc32(raw[at:end], seed)


class RecordReader:
    """Reads the sound records of one segment in their order: hits come out, words stay for the hits behind them."""

    def __init__(self) -> None:
        self._pieces: dict[int, bytes] = {}
        self._words: dict[int, str] = {0: ""}

    def read(self, raw: bytes, at: int) -> Hit | None:
        """The hit at `at`, or None for a piece of a word. A word that was lost reads as empty."""
        if raw[at + WHAT] == IS_HIT:
            return self._read_hit(raw, at)
        number, length, piece, text, _ = _PIECE.unpack_from(raw, at)
        whole = self._pieces.get(number, b"") + text if piece else text
        self._pieces[number] = whole
        if len(whole) >= length:
            self._words[number] = whole[:length].decode("utf-8", "replace")
            del self._pieces[number]
        return None

    def _read_hit(self, raw: bytes, at: int) -> Hit:
        (at_ms, sending, address_hash, campaign, user_agent, place, network, *small) = _BODY.unpack_from(raw, at)
        link, flags, variant, kind, mode, method, prefix, _ = small
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
            place=self._words.get(place, ""),
            network=network,
            user_agent=self._words.get(user_agent, ""),
            flags=Flag(flags),
            mode=Mode(mode),
        )


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
