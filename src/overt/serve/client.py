"""Whose address a request comes from, believed only as far as the sender's own proxies say it.

Reads `X-Forwarded-For` or `Forwarded` (RFC 7239) from the right: each hop is believed because the one after it is
trusted, and the first that is not trusted is the client. Also coarsens addresses for keeping. Knows no places and no
names.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Sequence
from functools import lru_cache
from hashlib import blake2b
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import NamedTuple

Network = IPv4Network | IPv6Network
IpAddress = IPv4Address | IPv6Address

# A chain longer than this is nobody's: the hops left of it cannot be reached anyway unless all are trusted.
MOST_HOPS = 32
_FOR = re.compile(r'(?:^|;)\s*for\s*=\s*("(?:[^"\\]|\\.)*"|[^;\s]*)', re.IGNORECASE)


class Peer(NamedTuple):
    """Whoever is at the other end of a connection: text and bytes of the address, and whether it speaks for others.

    Both are empty for a socket of this machine's file system.
    """

    address: str
    packed: bytes
    trusted: bool


class TrustedProxies:
    """The sender's own proxies; `field` is the one they set: X-Forwarded-For, or Forwarded.

    The other field is never read: a proxy that sets one of them passes the other on as the client forged it.
    """

    def __init__(self, networks: Sequence[Network | str] = (), *, field: str = "x-forwarded-for") -> None:
        found = [ip_network(network) if isinstance(network, str) else network for network in networks]
        self._networks = tuple(found)
        self.field = field.lower().encode()
        self._plain = self.field != b"forwarded"

    def trusts(self, address: IpAddress | None) -> bool:
        return address is not None and any(address in network for network in self._networks)

    def trusts_peer(self, peer: str) -> bool:
        """Whether a connection from `peer` may speak for others; "" is a socket of this machine's file system."""
        return not peer or self.trusts(parse_address(peer))

    def peer(self, address: str) -> Peer:
        """Who is at the other end of a connection from `address`."""
        return Peer(address, pack_address(address), self.trusts_peer(address))

    def packed_client(self, peer: Peer, values: Sequence[bytes]) -> bytes:
        """The client's address in 4 or 16 bytes; empty where it is not known."""
        if not peer.trusted or not values:
            return peer.packed
        if len(values) == 1 and self._plain and b"," not in values[0] and values[0].strip():
            return pack_address(values[0].decode("latin-1"))  # one hop is the client, whoever it is
        return pack_address(self.client(peer.address, values))

    def client(self, peer: str, values: Sequence[bytes]) -> str:
        """The client's address, where `peer` is trusted; "" where a proxy would not or could not say it."""
        found = peer
        for text in reversed(self._hops(values)[-MOST_HOPS:]):
            address = parse_address(text)
            if address is None:
                return ""
            found = str(address)
            if not self.trusts(address):
                break
        return found

    def _hops(self, values: Sequence[bytes]) -> list[str]:
        items = [item for item in b",".join(values).decode("latin-1").split(",") if item.strip()]
        if self._plain:
            return items
        matches = (_FOR.search(item) for item in items)
        return [match[1].strip('"') if match else "unknown" for match in matches]


@lru_cache(maxsize=4096)
def parse_address(text: str) -> IpAddress | None:
    """An address as proxies write it: with or without a port, brackets or zone; one mapped to IPv6 as what it is."""
    text = text.strip().strip('"')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address


def pack_address(text: str) -> bytes:
    """The 4 or 16 bytes of what `parse_address` reads; empty for anything else."""
    try:
        return socket.inet_pton(socket.AF_INET, text)
    except (OSError, ValueError):  # not four plain numbers: one of the other ways to write an address
        address = parse_address(text)
        return b"" if address is None else address.packed


def pack_prefix(packed: bytes) -> bytes:
    """The /24 or /48 of an address, the finest that is kept, as the hit log has it: the version and 3 or 6 bytes."""
    if len(packed) == 4:
        return b"\x04" + packed[:3] + b"\0\0\0"
    return b"\x06" + packed[:6] if packed else bytes(7)


def keyed_hash(key: bytes) -> Callable[[bytes], int]:
    """A function that tells addresses of one prefix apart, in 64 bits; of unknown ones it says 0.

    Of IPv6 it reads half: the rest changes (RFC 8981).
    """
    state = blake2b(digest_size=8, key=key, person=b"overt address")

    def hash_address(packed: bytes) -> int:
        if not packed:
            return 0
        mine = state.copy()
        mine.update(packed if len(packed) == 4 else packed[:8])
        return int.from_bytes(mine.digest(), "big")

    return hash_address
