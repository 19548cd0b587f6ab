"""Hits made up, and a log that holds them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence

from overt.measure import Campaign, Count, Hit, Kind, Link, Sending, Variant
from overt.store import CountTable, Layout, SegmentLog


def make_hit(
    recipient: int = 1, *, at_ms: int = 1_700_000_000_123, campaign: int = 7, user_agent: str = "curl/8"
) -> Hit:
    return Hit(
        at_ms,
        Kind.LINK,
        "GET",
        Campaign(campaign),
        Variant(3),
        Link(2),
        Sending(recipient << 32 | 5),
        prefix="2001:db8::/48",
        address_hash=(1 << 64) - 1,
        place="DE",
        network=64500,
        user_agent=user_agent,
    )


def write_segments(layout: Layout, *segments: Sequence[Hit], worker: str = "0") -> None:
    """Each sequence of hits as a closed segment."""

    async def write() -> None:
        for hits in segments:
            log = SegmentLog(layout.segments, worker=worker)
            for hit in hits:
                await log.append(hit)
            await log.close()

    asyncio.run(write())


def write_counts(layout: Layout, counts: Iterable[Count]) -> None:
    async def write() -> None:
        table = CountTable(layout.counts)
        for count in counts:
            await table.add(count)
        await table.close()

    asyncio.run(write())
