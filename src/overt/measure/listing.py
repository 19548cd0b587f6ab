"""Apple's list of egress addresses, from its published rows to ranges in order and to the bytes in which it is kept.

A row is `prefix,country,region,city,`; only the prefix is used. Every row is checked by itself and a bad one is left
out and told; a file with many bad ones is not the list. Knows neither the network nor the disk. The kept form is a line
of what it is, a line of JSON about the list, then packed addresses: it needs no reading, only looking up.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network
from typing import Final

from overt.errors import Malformed
from overt.measure.clues.egress import Buffer, Egress, Ranges

SOURCE: Final = "https://mask-api.icloud.com/egress-ip-ranges.csv"  # developer.apple.com, iCloud Private Relay
MOST_BYTES: Final = 64 * 1024 * 1024  # 12 MB in July 2026
MOST_ROWS: Final = 2_000_000  # 287,000 in July 2026
LONGEST_ROW: Final = 512
MOST_TOLD: Final = 20  # rejected rows that are told one by one; the rest is counted
MOST_REJECTED: Final = 0.01  # of all rows: with more it is some other file
# No provider hands out more than this to one service; a list that claims half the internet is not believed.
WIDEST: Final = {4: 12, 6: 28}
MAGIC: Final = b"overt egress 1\n"
LONGEST_HEAD: Final = 4096
_WIDTHS: Final = {4: 4, 6: 16}
_BLOCKS: Final = {4: 8, 6: 96}  # IANA's special registries name few blocks below a /24 or a /32

Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Rejected:
    """One row that was left out."""

    row: int
    reason: str


@dataclass(frozen=True, slots=True)
class Listing:
    """What was read: ranges by protocol version, disjoint and in order, and what was left out (told up to a limit)."""

    ranges: dict[int, list[Range]]
    rows: int
    rejected: int
    told: tuple[Rejected, ...]
    digest: str  # SHA-256 of the published bytes


@dataclass(frozen=True, slots=True)
class Head:
    """What is known of a kept list. `day` is when it was fetched; `check` is of the packed addresses."""

    day: str
    source: str
    digest: str
    etag: str
    rows: int
    rejected: int
    four: int
    six: int
    check: str

    @property
    def version(self) -> str:
        """What readings say: the day and the beginning of the digest."""
        return f"{self.day} {self.digest[:12]}"


def read_listing(raw: bytes, advance: Callable[[int], None] = lambda _: None) -> Listing:
    """Apple's rows as ranges; raises `Malformed` for what is not that list. `advance` hears of bytes done."""
    found: dict[int, list[Range]] = {4: [], 6: []}
    told: list[Rejected] = []
    rows = rejected = done = 0
    for number, line in enumerate(raw.split(b"\n"), 1):
        done += len(line) + 1
        if not number % 4096:
            advance(done)
            done = 0
        if not line.strip():
            continue
        rows += 1
        if rows > MOST_ROWS:
            raise Malformed(f"More than {MOST_ROWS} rows: that is not Apple's list.")
        network = _read_row(line)
        if isinstance(network, str):
            rejected += 1
            if len(told) < MOST_TOLD:
                told.append(Rejected(number, network))
            continue
        found[network.version].append((int(network.network_address), int(network.broadcast_address)))
    advance(done)
    if not any(found.values()) or rejected > rows * MOST_REJECTED:
        first = f" The first: row {told[0].row}, {told[0].reason}." if told else ""
        raise Malformed(f"That is not Apple's list: {rejected} of {rows} rows cannot be used.{first}")
    ranges = {version: merge(ranges) for version, ranges in found.items()}
    return Listing(ranges, rows, rejected, tuple(told), hashlib.sha256(raw).hexdigest())


def merge(ranges: Iterable[Range]) -> list[Range]:
    """Ranges in order, those that overlap or touch made one."""
    merged: list[Range] = []
    for first, last in sorted(ranges):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return merged


def pack_listing(listing: Listing, day: date, *, source: str, etag: str = "") -> bytes:
    """The form in which it is kept."""
    body = b"".join(
        end[side].to_bytes(width, "big")
        for version, width in _WIDTHS.items()
        for side in (0, 1)
        for end in listing.ranges[version]
    )
    head = Head(
        day=day.isoformat(),
        source=source,
        digest=listing.digest,
        etag=etag,
        rows=listing.rows,
        rejected=listing.rejected,
        four=len(listing.ranges[4]),
        six=len(listing.ranges[6]),
        check=_check(body),
    )
    return MAGIC + json.dumps(asdict(head)).encode() + b"\n" + body


def open_listing(raw: Buffer) -> tuple[Head, Egress]:
    """A kept list, ready to be asked; it reads `raw` from then on. Raises `Malformed` where it is damaged."""
    begin = raw[: len(MAGIC) + LONGEST_HEAD]
    line, newline, _ = begin[len(MAGIC) :].partition(b"\n")
    if not begin.startswith(MAGIC) or not newline:
        raise Malformed("it does not begin as a kept list does")
    try:
        head = Head(**json.loads(line))
        sizes = _WIDTHS[4] * int(head.four), _WIDTHS[6] * int(head.six)
    except (ValueError, TypeError, RecursionError) as error:
        raise Malformed("its first lines are damaged") from error
    at = len(MAGIC) + len(line) + 1
    if min(sizes) < 0 or len(raw) != at + 2 * sum(sizes) or _check(raw[at : len(raw)]) != head.check:
        raise Malformed("its addresses are damaged")
    four, six = at, at + 2 * sizes[0]
    tables: dict[int, tuple[Sequence[bytes], Sequence[bytes]]] = {
        4: (Ranges(raw, 4, four, head.four), Ranges(raw, 4, four + sizes[0], head.four)),
        6: (Ranges(raw, 16, six, head.six), Ranges(raw, 16, six + sizes[1], head.six)),
    }
    return head, Egress(head.version, tables)


def _read_row(line: bytes) -> IPv4Network | IPv6Network | str:
    """The network of one row, or why it cannot be used."""
    if len(line) > LONGEST_ROW:
        return f"longer than {LONGEST_ROW} bytes"
    fields = line.rstrip(b"\r").split(b",")
    if len(fields) < 4 or (fields[1] and not (len(fields[1]) == 2 and fields[1].isalpha())):
        return "not prefix,country,region,city"
    text = fields[0].decode("ascii", "replace")
    if "/" not in text:
        return "no prefix"
    try:
        network = ip_network(text)
    except ValueError:
        return "no network, or an address inside one"
    if network.prefixlen < WIDEST[network.version]:
        return f"wider than /{WIDEST[network.version]}"
    block = int(network.network_address) >> _BLOCKS[network.version] << _BLOCKS[network.version]
    return network if _is_public(network.version, block) else "not a network of the public internet"


@lru_cache(65_536)  # asking the standard library takes longer than all the rest
def _is_public(version: int, first: int) -> bool:
    return (IPv4Address(first) if version == 4 else IPv6Address(first)).is_global


def _check(body: bytes) -> str:
    return hashlib.blake2b(body, digest_size=16).hexdigest()
