"""Bytes a hit in Parquet: simulated campaigns with every field of the design, compacted as `overt compact` does it.

What a hit costs is mostly what cannot be guessed: a number for each sending, a hash for each client, a time. So the
simulation draws those as the field does (who opens, through which proxy, how long after), and prints how many hits each
sending has, on which the figure depends. Places and networks follow the address, as a look-up would give them.
"""

from __future__ import annotations

import asyncio
import random
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pyarrow.parquet as pq
from rich.console import Console
from rich.table import Table

from overt.measure import Campaign, Hit, Kind, Link, Mode, Sending, Variant
from overt.measure.hit import Flag
from overt.store import Layout, SegmentLog
from overt.store.compact import compact
from overt.testing.reader import CLIENTS

AIM = 24.0  # bytes a hit, all columns and what the file itself needs
HOUR_MS = 3_600_000
NOON_MS = 1_795_521_600_000  # 2026-11-24T12:00:00Z
PLACES = ("DE-BY", "DE-BE", "DE-NW", "FR-IDF", "AT-9", "CH-ZH", "US-CA", "US-NY", "GB-ENG", "NL-NH", "IT-25", "ES-MD")


@dataclass(frozen=True, slots=True)
class Client:
    """Where one request came from, as a hit keeps it."""

    user_agent: str
    prefix: str
    address_hash: int
    place: str
    network: int


class World:
    """Programs and networks, drawn once: 400 programs and 3,000 prefixes of providers, both as uneven as Zipf's law."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._agents = [
            f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
            f"Chrome/{140 - n % 60}.0.{6000 + n}.{n % 200} Safari/537.36"
            for n in range(400)
        ]
        self._prefixes = [
            f"{chance.randrange(11, 200)}.{chance.randrange(256)}.{chance.randrange(256)}.0/24"
            if n % 3
            else f"2001:{chance.randrange(0x200, 0x5000):x}:{chance.randrange(1, 0x10000):x}::/48"
            for n in range(3000)
        ]
        self._places = {
            prefix: (chance.choice(PLACES), chance.choice((3320, 3209, 12322, 7922, 6805, 5089)))
            for prefix in self._prefixes
        }
        self._zipf = [1 / (n + 1) for n in range(3000)]
        self._agent = {client.name: client.user_agent for client in CLIENTS}

    def person(self) -> Client:
        """Somebody's own program, at home or on the way: an address of its own in a provider's prefix."""
        (prefix,) = self._chance.choices(self._prefixes, self._zipf)
        (agent,) = self._chance.choices(self._agents, self._zipf[:400])
        return Client(agent, prefix, self._chance.getrandbits(64), *self._places[prefix])

    def apple(self) -> Client:
        """Apple's prefetcher: another address of its egress each time."""
        prefix = f"104.28.{self._chance.randrange(256)}.0/24"
        return Client(self._agent["apple-prefetch"], prefix, self._chance.getrandbits(64), "US-CA", 13335)

    def gmail(self) -> Client:
        """Gmail's proxy: some two hundred addresses for everybody."""
        at = self._chance.randrange(200)
        return Client(self._agent["gmail-proxy"], f"66.249.{80 + at % 16}.0/24", hash_of(at), "US-CA", 15169)

    def scanner(self) -> Client:
        """A scanner of mail for companies: a few addresses, a browser's name."""
        at = self._chance.randrange(40)
        return Client(
            self._agent["chrome-faced-scanner"], f"64.235.{144 + at % 4}.0/24", hash_of(1000 + at), "US-NY", 15324
        )


def hash_of(number: int) -> int:
    """A hash of 64 bits without structure, the same for the same number."""
    return random.Random(number).getrandbits(64)


def make_hits(
    campaign: int, sendings: Iterable[Sending], at_ms: int, chance: random.Random, world: World
) -> Iterator[Hit]:
    """The hits of one campaign that was sent within the hour after `at_ms`, with a grant from everybody; in no order.

    Shares as in the field tables: half with Apple's prefetch, a quarter behind Gmail, a twentieth behind a scanner that
    asks for everything within minutes, the rest direct. Four in ten people open, 1.8 times on average; one opener in
    eight follows 1.4 links.
    """
    for sending in sendings:
        sent = at_ms + chance.randrange(HOUR_MS)
        hit = partial(_hit, Campaign(campaign), Variant(chance.randrange(2)), sending)
        kind = chance.random()
        if kind < 0.05:
            scanner = world.scanner()
            for link in range(chance.randrange(3, 15)):
                yield hit(
                    sent + 43_000 + chance.expovariate(1 / 20_000), link, scanner, method=chance.choice(("GET", "HEAD"))
                )
        elif kind < 0.5:
            yield hit(sent + chance.expovariate(1 / (3 * HOUR_MS)), 0, world.apple())
        if chance.random() > 0.4:
            continue
        own = world.person()
        while True:
            opened = sent + chance.lognormvariate(0, 1.5) * 4 * HOUR_MS
            if kind >= 0.75:
                yield hit(opened, 0, own, Flag.CONDITIONAL if chance.random() < 0.1 else Flag.NONE)
            elif kind >= 0.5:
                yield hit(opened, 0, world.gmail())
            if chance.random() < 1 / 1.8:
                break
        if chance.random() < 0.125:
            clicking = own if chance.random() < 0.7 else world.person()
            while True:
                yield hit(opened + chance.uniform(5_000, 120_000), 1 + int(chance.expovariate(0.4)) % 20, clicking)
                if chance.random() < 1 / 1.4:
                    break


def _hit(
    campaign: Campaign,
    variant: Variant,
    sending: Sending,
    at_ms: float,
    link: int,
    client: Client,
    flags: Flag = Flag.NONE,
    method: str = "GET",
) -> Hit:
    kind = Kind.LINK if link else Kind.BEACON
    where = (client.prefix, client.address_hash, client.place, client.network, client.user_agent)
    return Hit(int(at_ms), kind, method, campaign, variant, Link(link), sending, *where, flags, Mode.INDIVIDUAL)


def run() -> None:
    """Print a table: bytes a hit for senders of several sizes, and what each column takes in the largest."""
    table = Table("recipients", "hits", "a sending", "files", "bytes a hit", "aim", "hits a CPU second")
    for campaigns, recipients in ((10, 200), (10, 2_000), (10, 20_000)):
        with tempfile.TemporaryDirectory(prefix="overt-bench-") as name:
            layout = Layout(Path(name))
            hits, sendings = asyncio.run(_write(layout, campaigns, recipients))
            began = time.process_time()
            done = compact(layout, frozenset())
            spent = time.process_time() - began
            files = sorted(layout.parquet.glob("hits-*.parquet"))
            each = sum(file.stat().st_size for file in files) / hits
            table.add_row(
                f"{campaigns} x {recipients:,}", f"{hits:,}", f"{hits / sendings:.2f}", str(done.files), f"{each:.1f}",
                f"{AIM:.0f}, {'met' if each <= AIM else 'missed'}", f"{hits / spent:,.0f}",
            )  # fmt: skip
            columns = _columns(files)
    Console().print(table)
    shares = Table("column", "bytes a hit", "encodings", title="the last row's columns")
    for column, (size, encodings) in columns.items():
        shares.add_row(column, f"{size / hits:.2f}", encodings)
    Console().print(shares)


async def _write(layout: Layout, campaigns: int, recipients: int) -> tuple[int, int]:
    """A campaign every other day in one log, as it comes; hits, and sendings that had any."""
    chance = random.Random(1)
    world = World(chance)
    hits: list[Hit] = []
    for campaign in range(campaigns):
        number = chance.getrandbits(32)
        sendings = (Sending(chance.getrandbits(64)) for _ in range(recipients))
        hits += make_hits(number, sendings, NOON_MS + campaign * 48 * HOUR_MS, chance, world)
    await write_log(layout, hits)
    return len(hits), len({hit.sending for hit in hits})


async def write_log(layout: Layout, hits: list[Hit]) -> None:
    """The hits as the collector writes them, in order of time."""
    hits.sort(key=lambda hit: hit.at_ms)
    log = SegmentLog(layout.segments)
    for at in range(0, len(hits), 20_000):
        await asyncio.gather(*(log.append(hit) for hit in hits[at : at + 20_000]))
    await log.close()


def _columns(files: list[Path]) -> dict[str, tuple[int, str]]:
    found: dict[str, tuple[int, str]] = {}
    for file in files:
        metadata = pq.ParquetFile(file).metadata
        for group in range(metadata.num_row_groups):
            for index in range(metadata.num_columns):
                column = metadata.row_group(group).column(index)
                size, _ = found.get(column.path_in_schema, (0, ""))
                kept = size + column.total_compressed_size
                found[column.path_in_schema] = kept, ", ".join(sorted(set(column.encodings)))
    return found


if __name__ == "__main__":
    run()
