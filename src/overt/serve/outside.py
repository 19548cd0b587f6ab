"""Connections to addresses that others name: to the internet, and not into one's own network by way of a name.

A name is looked up here, each address it has is looked at, and the connection goes to the very address that was looked
at; looking it up again for connecting would let a name say one thing and then another (DNS rebinding).
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

import httpcore

MOST_ADDRESSES = 4  # of one name that are tried
SECONDS_TO_LOOK_UP = 5.0
# IPv6 addresses that lead to the IPv4 address in them: the first bit of it, counted from the right. RFC 6052 section
# 2.1, RFC 3056 section 2; Teredo (RFC 4380) has it inverted and is refused, as nobody serves there.
_NAT64: Final = IPv6Network("64:ff9b::/96")
_6TO4: Final = IPv6Network("2002::/16")
_REFUSED: Final = (
    IPv4Network("192.0.0.0/24"),  # RFC 6890 section 2.2.2: of protocols; older Pythons take some of it for the internet
    IPv6Network("2001::/32"),
    IPv6Network("64:ff9b:1::/48"),  # RFC 8215: local translation
)

LookUp = Callable[[str, int], Awaitable[Iterable[str]]]


def is_outside(address: str) -> bool:
    """Whether an address, as text, is one of the internet (IANA's special-purpose registries: globally reachable)."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if any(found in network for network in _REFUSED):
        return False
    if isinstance(found, IPv6Address):
        if found.is_site_local:
            return False
        inner = _inner(found)
        if inner is not None:
            return is_outside(str(inner))
    return found.is_global and not found.is_multicast and not found.is_reserved


def _inner(address: IPv6Address) -> IPv4Address | None:
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    if address in _6TO4:
        return IPv4Address((int(address) >> 80) & 0xFFFFFFFF)
    return None


async def look_up(host: str, port: int) -> Iterable[str]:
    """The addresses of a name, as the system knows them."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


class Outside(httpcore.AsyncNetworkBackend):
    """Connects to the internet only, or, `private`, to anywhere."""

    def __init__(self, *, private: bool = False, look_up: LookUp = look_up) -> None:
        self._private = private
        self._look_up = look_up
        self._backend = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        try:
            found = await asyncio.wait_for(self._look_up(host, port), SECONDS_TO_LOOK_UP)
        except (OSError, TimeoutError, UnicodeError) as error:
            raise httpcore.ConnectError(f"{host} has no address") from error
        addresses = list(dict.fromkeys(found))
        allowed = [address for address in addresses if self._private or is_outside(address)]
        if not allowed:
            raise httpcore.ConnectError(f"{host} is in a private network, and it was added without --private")
        last: httpcore.ConnectError | httpcore.ConnectTimeout | None = None
        for address in allowed[:MOST_ADDRESSES]:
            try:
                return await self._backend.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                last = error
        raise httpcore.ConnectError(f"{host} does not answer") from last

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
