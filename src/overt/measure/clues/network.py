"""Networks from which mail is filtered and never read: published ranges only, no list copied from a forum.

A hit that is kept has a prefix (/24 or /48) instead of an address. A range narrower than that prefix still speaks,
with low certainty. Microsoft's reading networks and clouds are left out on purpose: people sit there.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from overt.measure.clues.row import Evidence
from overt.measure.hit import Seen
from overt.measure.reading import Actor, Certainty, Client

Network = IPv4Network | IPv6Network

MICROSOFT = "Microsoft 365 endpoint sets 9 and 10 (Exchange Online Protection), as in OfficeDocs-Enterprise#755"
BARRACUDA = "Barracuda Email Gateway Defense, published filtering egress, as in warmbly scanner-networks.txt@0b624e7"


@dataclass(frozen=True, slots=True)
class Range:
    """A network whose every hit, beacon or link, is a filter's."""

    id: str
    program: str
    network: str
    certainty: Certainty
    source: str


RANGES = (
    *(
        Range("microsoft-filtering", "Microsoft 365 mail filtering", network, Certainty.HIGH, MICROSOFT)
        for network in (
            "40.92.0.0/15",
            "40.107.0.0/16",
            "52.100.0.0/14",
            "52.238.78.88/32",
            "104.47.0.0/17",
            "2a01:111:f400::/48",
            "2a01:111:f403::/48",
        )
    ),
    *(
        Range("barracuda-filtering", "Barracuda Email Gateway Defense", network, Certainty.MEDIUM, BARRACUDA)
        for network in (
            "3.24.133.128/25",
            "13.200.136.128/25",
            "15.222.16.128/25",
            "18.133.136.96/27",
            "18.133.136.128/26",
            "18.184.203.224/27",
            "18.185.115.192/26",
            "35.157.190.224/27",
            "35.176.92.96/27",
            "209.222.82.0/24",
        )
    ),
    Range("barracuda-network", "Barracuda Networks", "64.235.144.0/20", Certainty.MEDIUM, "ARIN whois, AS15324"),
)


class Ranges:
    """One dict per version and prefix length: a look-up costs as many steps as there are different lengths."""

    def __init__(self, ranges: tuple[Range, ...]) -> None:
        self.ranges = ranges
        self._evidence = {(row, whole): _say(row, whole) for row in ranges for whole in (True, False)}
        self._by_length: dict[tuple[int, int], dict[int, Range]] = {}
        for row in ranges:
            network = ip_network(row.network)
            bits = network.max_prefixlen - network.prefixlen
            table = self._by_length.setdefault((network.version, network.prefixlen), {})
            table[int(network.network_address) >> bits] = row
        self._order = sorted(self._by_length, key=lambda key: -key[1])
        self._of_version = {
            version == 4: [(length, self._by_length[kind, length]) for kind, length in self._order if kind == version]
            for version in (4, 6)
        }

    def find(self, first: int, last: int, version: int, length: int) -> tuple[Range, bool] | None:
        """The range that holds all addresses from `first` to `last`, and True; else one inside them, and False."""
        most = 32 if version == 4 else 128
        inside: Range | None = None
        for its_version, its_length in self._order:
            if its_version != version:
                continue
            table = self._by_length[version, its_length]
            if its_length <= length:
                row = table.get(first >> (most - its_length))
                if row is not None:
                    return row, True
            elif inside is None:
                low, high = first >> (most - its_length), last >> (most - its_length)
                inside = next((row for key, row in table.items() if low <= key <= high), None)
        return (inside, False) if inside is not None else None

    def find_address(self, packed: bytes) -> Range | None:
        """The range that holds one address of 4 or 16 bytes."""
        number = int.from_bytes(packed, "big")
        most = 8 * len(packed)
        for length, table in self._of_version[len(packed) == 4]:
            if (row := table.get(number >> (most - length))) is not None:
                return row
        return None

    def __call__(self, seen: Seen) -> Evidence | None:
        found = self.find(*ends) if (ends := ends_of(seen.address)) else None
        return self._evidence[found] if found is not None else None


def _say(row: Range, whole: bool) -> Evidence:
    reason = "the request came from a network that filters mail; no mailbox is read from there"
    if not whole:
        reason = "the kept part of the address also holds a network that filters mail"
    certainty = row.certainty if whole else Certainty.LOW
    return Evidence(row.id, Actor.MACHINE, Client.SCANNER, row.program, reason, certainty)


def ends_of(text: str) -> tuple[int, int, int, int] | None:
    """First and last address, version and prefix length of an address or a prefix; None for text that is neither."""
    if not text:
        return None
    try:
        if "/" not in text:
            address = ip_address(text)
            return int(address), int(address), address.version, address.max_prefixlen
        network: Network = ip_network(text, strict=False)
    except ValueError:
        return None
    return int(network.network_address), int(network.broadcast_address), network.version, network.prefixlen
