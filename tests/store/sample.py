"""Hits and counts made up for tests of the store."""

from __future__ import annotations

import asyncio
from typing import Protocol

from overt.measure.hit import Count, Hit
from overt.measure.token import Campaign, Kind, Link, Sending, Variant
from overt.store.commit import CommitState

NOON_MS = 1_795_521_600_000  # 2026-11-24T12:00:00Z


def make_hit(serial: int = 1, at_ms: int = NOON_MS, user_agent: str = "curl/8.14.1") -> Hit:
    return Hit(
        at_ms=at_ms,
        kind=Kind.LINK,
        method="GET",
        campaign=Campaign(7),
        variant=Variant(1),
        link=Link(3),
        sending=Sending(42 << 32 | serial),
        prefix="192.0.2.0/24",
        address_hash=99,
        place="DE-BY",
        network=64_500,
        user_agent=user_agent,
    )


def make_count(campaign: int = 7, hour: int = 498_756, number: int = 1) -> Count:
    return Count(Campaign(campaign), Variant(0), Kind.BEACON, Link(0), "browser", "human", 1, hour, number)


class Log(Protocol):
    @property
    def state(self) -> CommitState: ...


async def settle(log: Log) -> None:
    """Return when nothing waits for the disk any more."""
    async with asyncio.timeout(10):
        while log.state.waiting:  # noqa: ASYNC110 a log tells nobody that it is idle
            await asyncio.sleep(0.005)
