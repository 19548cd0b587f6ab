"""Simulated recipients: mail programs, image proxies, prefetchers and scanners, asking over real HTTP.

Each does with a message what its model in the field does: a mail program displays it and a person follows a link, a
proxy fetches in its place and may answer the next person from its cache, a scanner asks for everything at once. They
know only the message's bytes and where the collector listens. User-Agents are the ones the field reports; addresses
are of the networks that RFC 5737 and RFC 3849 keep for documents, or of the proxies' published ranges.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from overt.message import parse, walk
from overt.testing.request import Answer, Door, ask

_CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
)
_BROWSER = (("Accept-Language", "en-GB,en;q=0.8"), ("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Dest", "document"))


@dataclass(frozen=True, slots=True)
class Client:
    """One program that asks: what it says it is, where it asks from, and what a fair reading calls its beacon hit."""

    name: str
    user_agent: str
    address: str
    actor: str
    fields: tuple[tuple[str, str], ...] = ()

    def at(self, address: str) -> Client:
        """The same program asking from another address."""
        return replace(self, address=address)


CLIENTS: tuple[Client, ...] = (
    Client(
        "thunderbird",
        "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Thunderbird/140.4.0",
        "192.0.2.10",
        "human",
    ),
    Client(
        "outlook",
        "Mozilla/4.0 (compatible; ms-office; MSOffice 16)",
        "192.0.2.20",
        "human",
    ),
    Client(
        "apple-mail-direct",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)",
        "2001:db8:30::7",
        "human",
    ),
    Client("chrome", _CHROME, "198.51.100.40", "human", _BROWSER),
    Client(
        "gmail-proxy",
        "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)",
        "66.249.84.1",
        "proxy",
    ),
    Client(
        "gmail-prefetch",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/42.0.2311.135 Safari/537.36 Edge/12.246 Mozilla/5.0",
        "66.249.84.2",
        "prefetch",
    ),
    Client(
        "yahoo-proxy",
        "YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html",
        "203.0.113.50",
        "proxy",
    ),
    Client("apple-prefetch", "Mozilla/5.0", "203.0.113.60", "prefetch"),
    Client("barracuda", "Barracuda Sentinel (EE)", "64.235.144.9", "machine"),
    Client("chrome-faced-scanner", _CHROME, "203.0.113.70", "machine"),
    Client("slack-preview", "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", "203.0.113.80", "machine"),
    Client("curl", "curl/8.14.1", "203.0.113.90", "machine"),
)


def client(name: str) -> Client:
    """The client of that name."""
    return next(item for item in CLIENTS if item.name == name)


def find_tracked(door: Door, message: bytes) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The collector's own URLs in `message`: those that load on display, and those a click follows, in order."""
    display: dict[str, None] = {}
    click: dict[str, None] = {}
    for reference in walk(parse(message)):
        if door.covers(reference.url):
            {"display": display, "click": click}.get(reference.fetch, {})[reference.url] = None
    return tuple(display), tuple(url for url in click if "/c/" in url)


@dataclass(slots=True)
class Simulation:
    """Readers at one collector. Keeps every answer in `answers`, and what shared caches hold in `cached`."""

    door: Door
    answers: list[Answer] = field(default_factory=list)
    cached: set[tuple[str, str]] = field(default_factory=set)

    async def display(self, message: bytes, reader: Client, *, cache: str = "") -> list[Answer]:
        """Show the message: load what loads. With `cache` (a proxy's name) a URL is fetched once for everybody."""
        wanted = [url for url in find_tracked(self.door, message)[0] if not cache or (cache, url) not in self.cached]
        self.cached.update((cache, url) for url in wanted)
        return await self._ask_all(wanted, reader)

    async def click(self, message: bytes, reader: Client, which: int = 0) -> Answer | None:
        """Follow the tracked link number `which` (from 0, in order); None where the message has no such link."""
        links = find_tracked(self.door, message)[1]
        if not -len(links) <= which < len(links):
            return None
        return (await self._ask_all([links[which]], reader))[0]

    async def scan(self, message: bytes, reader: Client, *, head_first: bool = True) -> list[Answer]:
        """Do as a scanner at delivery: every link at once, HEAD before GET, and the beacon with them."""
        beacons, links = find_tracked(self.door, message)
        found = await self._ask_all(links, reader, method="HEAD") if head_first else []
        return found + await self._ask_all([*beacons, *links], reader)

    async def prefetch(self, message: bytes, reader: Client) -> list[Answer]:
        """Load on delivery what would load on display, and say so, as browsers do (`Sec-Purpose`)."""
        saying = replace(reader, fields=(*reader.fields, ("Sec-Purpose", "prefetch")))
        return await self._ask_all(find_tracked(self.door, message)[0], saying)

    async def _ask_all(self, urls: Sequence[str], reader: Client, *, method: str = "GET") -> list[Answer]:
        limit = asyncio.Semaphore(self.door.clients)

        async def one(url: str) -> Answer:
            async with limit:
                return await ask(self.door, url, method=method, fields=tuple(_fields(self.door, reader)))

        found = list(await asyncio.gather(*(one(url) for url in urls)))
        self.answers += found
        return found


def _fields(door: Door, reader: Client) -> Iterable[tuple[str, str]]:
    if reader.user_agent:
        yield "User-Agent", reader.user_agent
    yield "Accept", "*/*"
    if door.forwarded:
        yield "X-Forwarded-For", reader.address
    yield from reader.fields
