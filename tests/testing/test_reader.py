"""Simulated recipients against a small server that writes down what they asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from overt.measure import Kind, Seen, read_hit
from overt.testing import make_html, make_mail
from overt.testing.reader import CLIENTS, Client, Simulation, client, find_tracked
from overt.testing.request import Door

BASE = "https://t.example.org"
BEACON = f"{BASE}/b/aaaa.gif"
LINKS = tuple(f"{BASE}/c/{name}?u=https://shop.example.org/{name}" for name in ("one", "two", "three"))
HTML = make_html(
    links=[*((url, "go") for url in LINKS), (f"{BASE}/you", "about")], images=[BEACON, "https://x.example/i.png"]
)
MAIL = make_mail(HTML, encoding="base64")


def act(what: Callable[[Simulation], Awaitable[object]]) -> tuple[list[str], list[dict[str, str]]]:
    """Run `what` against a server; the request lines and the fields that came, in order."""
    lines: list[str] = []
    fields: list[dict[str, str]] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        lines.append(head[0].removesuffix(" HTTP/1.1"))
        fields.append({name: value for name, _, value in (line.partition(": ") for line in head[1:] if line)})
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        writer.close()

    async def run() -> None:
        server = await asyncio.start_server(talk, "127.0.0.1", 0)
        async with server:
            simulation = Simulation(Door(BASE, port=server.sockets[0].getsockname()[1]))
            await what(simulation)
            assert [answer.fault for answer in simulation.answers if answer.fault] == []

    asyncio.run(run())
    return lines, fields


def path(url: str) -> str:
    return url.removeprefix(BASE)


def test_tracked_urls_are_found_in_order_and_no_others() -> None:
    assert find_tracked(Door(BASE), MAIL) == ((BEACON,), LINKS)


def test_displaying_loads_the_beacon_as_the_program_says_it() -> None:
    lines, fields = act(lambda simulation: simulation.display(MAIL, client("thunderbird").at("192.0.2.77")))
    assert lines == [f"GET {path(BEACON)}"]
    assert "Thunderbird" in fields[0]["User-Agent"]
    assert fields[0]["X-Forwarded-For"] == "192.0.2.77"
    assert fields[0]["Host"] == "t.example.org"


def test_a_proxys_cache_asks_once_for_everybody() -> None:
    async def twice(simulation: Simulation) -> None:
        await simulation.display(MAIL, client("gmail-proxy"), cache="gmail")
        await simulation.display(MAIL, client("gmail-proxy"), cache="gmail")
        await simulation.display(MAIL, client("yahoo-proxy"), cache="yahoo")

    assert act(twice)[0] == [f"GET {path(BEACON)}"] * 2


def test_a_click_follows_the_link_asked_for() -> None:
    lines, fields = act(lambda simulation: simulation.click(MAIL, client("chrome"), 1))
    assert lines == [f"GET {path(LINKS[1])}"]
    assert fields[0]["Sec-Fetch-Mode"] == "navigate"


def test_a_link_that_is_not_there_is_no_click() -> None:
    assert act(lambda simulation: simulation.click(MAIL, client("chrome"), 3))[0] == []


def test_a_scanner_asks_for_everything_head_first() -> None:
    lines, _ = act(lambda simulation: simulation.scan(MAIL, client("barracuda")))
    assert sorted(lines[:3]) == sorted(f"HEAD {path(url)}" for url in LINKS)
    assert sorted(lines[3:]) == sorted(f"GET {path(url)}" for url in (BEACON, *LINKS))


def test_a_prefetch_says_so() -> None:
    lines, fields = act(lambda simulation: simulation.prefetch(MAIL, client("apple-prefetch")))
    assert lines == [f"GET {path(BEACON)}"]
    assert fields[0]["Sec-Purpose"] == "prefetch"


@pytest.mark.parametrize("reader", CLIENTS, ids=lambda reader: reader.name)
def test_each_client_is_read_as_what_it_is(reader: Client) -> None:
    reading = read_hit(Seen(Kind.BEACON, "GET", reader.address, reader.user_agent))
    # By its words alone nobody can tell this scanner from a person: that is what it is for.
    expected = "human" if reader.name == "chrome-faced-scanner" else reader.actor
    assert reading.actor == expected
