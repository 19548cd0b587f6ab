"""Whose address a request comes from, believed only as far as the sender's own proxies say it.

Reads `X-Forwarded-For` or `Forwarded` (RFC 7239) from the right: each hop is believed because the one after it is
trusted, and the first that is not trusted is the client. Also coarsens addresses for keeping. Knows no places and no
names.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network
IpAddress = IPv4Address | IPv6Address

# A chain longer than this is nobody's: the hops left of it cannot be reached anyway unless all are trusted.
MOST_HOPS = 32
_FOR = re.compile(r'(?:^|;)\s*for\s*=\s*("(?:[^"\\]|\\.)*"|[^;\s]*)', re.IGNORECASE)


class TrustedProxies:
    """The sender's own proxies; `field` is the one they set: X-Forwarded-For, or Forwarded.

    The other field is never read: a proxy that sets one of them passes the other on as the client forged it.
    """

    def __init__(self, networks: Sequence[Network | str] = (), *, field: str = "x-forwarded-for") -> None:
        found = [ip_network(network) if isinstance(network, str) else network for network in networks]
        self._networks = tuple(found)
        self.field = field.lower().encode()

    def trusts(self, address: IpAddress | None) -> bool:
        return address is not None and any(address in network for network in self._networks)

    def trusts_peer(self, peer: str) -> bool:
        """Whether a connection from `peer` may speak for others; "" is a socket of this machine's file system."""
        return not peer or self.trusts(parse_address(peer))

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
        if self.field != b"forwarded":
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


def format_prefix(address: IpAddress | None) -> str:
    """The /24 or /48 of an address: the finest that is kept."""
    if address is None:
        return ""
    if address.version == 4:
        return ".".join(map(str, address.packed[:3])) + ".0/24"
    return _prefix_48(address.packed[:6])


@lru_cache(maxsize=4096)
def _prefix_48(packed: bytes) -> str:
    return str(IPv6Network((packed + bytes(10), 48)))


def hash_address(address: IpAddress | None, key: bytes) -> int:
    """Tells clients of one prefix apart, keyed, in 64 bits. Of IPv6 it reads half: the rest changes (RFC 8981)."""
    if address is None:
        return 0
    packed = address.packed if address.version == 4 else address.packed[:8]
    digest = blake2b(packed, digest_size=8, key=key, person=b"overt address").digest()
    return int.from_bytes(digest, "big")
