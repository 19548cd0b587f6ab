"""Connections go to the internet and nowhere else, whatever a name says, and whenever it says it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import httpcore
import pytest

from overt.serve.outside import Outside, is_outside

# IANA's special-purpose address registries, and addresses that hold another one.
INSIDE = (
    "0.0.0.0 10.0.0.1 100.64.0.1 127.0.0.1 127.1.2.3 169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.8 192.0.2.1 "
    "192.168.1.1 198.18.0.1 198.51.100.7 203.0.113.9 224.0.0.1 239.255.255.250 240.0.0.1 255.255.255.255 :: ::1 "
    "::ffff:127.0.0.1 ::ffff:10.0.0.1 64:ff9b::7f00:1 64:ff9b::a00:1 64:ff9b:1::808:808 2002:7f00:1:: 2002:a00:1:: "
    "2001::1 2001:db8::1 fe80::1 fe80::1%eth0 fec0::1 fc00::1 fd12:3456::1 ff02::1"
).split()


@pytest.mark.parametrize("address", [*INSIDE, "", "localhost", "1.2.3", "0x7f.1", "1.1.1.1.1"])
def test_an_address_of_ones_own_network_is_not_outside(address: str) -> None:
    assert not is_outside(address)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"]
)
def test_an_address_of_the_internet_is(address: str) -> None:
    assert is_outside(address)


def connect(backend: Outside, host: str, port: int) -> None:
    async def story() -> None:
        stream = await backend.connect_tcp(host, port, timeout=5)
        await stream.aclose()

    asyncio.run(story())


def test_a_name_that_leads_inside_is_not_connected_to() -> None:
    asked: list[str] = []

    async def look_up(host: str, port: int) -> Iterable[str]:
        asked.append(host)
        return ["127.0.0.1", "::1", "10.0.0.1"]

    with pytest.raises(httpcore.ConnectError, match=r"hook\.example is in a private network"):
        connect(Outside(look_up=look_up), "hook.example", 443)
    assert asked == ["hook.example"]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f000001", "127.1", "[::1]", "::1"])
def test_however_an_inner_address_is_written(host: str) -> None:
    with pytest.raises(httpcore.ConnectError):
        connect(Outside(), host, 9)


def test_the_address_that_was_looked_at_is_the_one_that_is_connected_to() -> None:
    """A name is asked for once; what it would say the second time is of no effect."""
    said = [["127.0.0.1"], ["8.8.8.8"]]

    async def look_up(host: str, port: int) -> Iterable[str]:
        return said.pop(0)

    async def story() -> None:
        server = await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        stream = await Outside(private=True, look_up=look_up).connect_tcp("hook.example", port, timeout=5)
        assert stream.get_extra_info("server_addr")[0] == "127.0.0.1"
        await stream.aclose()
        server.close()

    asyncio.run(story())
    assert said == [["8.8.8.8"]]


def test_a_name_without_an_address_is_an_error_of_connecting() -> None:
    async def look_up(host: str, port: int) -> Iterable[str]:
        raise OSError("no such name")

    with pytest.raises(httpcore.ConnectError, match="has no address"):
        connect(Outside(look_up=look_up), "nowhere.example", 443)


def test_one_address_that_does_not_answer_leaves_the_next() -> None:
    async def look_up(host: str, port: int) -> Iterable[str]:
        return ["127.0.0.9", "127.0.0.1"]

    async def story() -> None:
        server = await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        stream = await Outside(private=True, look_up=look_up).connect_tcp("hook.example", port, timeout=5)
        await stream.aclose()
        server.close()

    asyncio.run(story())
