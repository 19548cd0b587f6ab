"""Facts of the collector as values: a hit, a count, and what one request showed.

A `Hit` exists only where a recorded grant allows it. A `Seen` lives as long as its request: in `shared` and `pooled` it
is read once and only a `Count` is left of it. Nothing here knows a full address of a recipient's network, a URL, or who
somebody is.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntFlag
from functools import lru_cache
from ipaddress import ip_network

from overt.errors import Malformed
from overt.measure.mode import Mode
from overt.measure.token import Campaign, Kind, Link, Sending, Variant

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
METHODS = ("GET", "HEAD")


class Flag(IntFlag):
    """What a request said about itself, beside its method."""

    NONE = 0
    PREFETCH = 1  # Sec-Purpose, Purpose, X-Purpose or X-Moz name a prefetch, prerender or preview
    GPC = 2  # Sec-GPC: 1
    DNT = 4  # DNT: 1
    CONDITIONAL = 8  # If-None-Match or If-Modified-Since: it was fetched before

    @property
    def private(self) -> bool:
        """Whether the request asked not to be followed; such a hit is reduced to a shared count."""
        return bool(self & (Flag.GPC | Flag.DNT))


@dataclass(frozen=True, slots=True)
class Seen:
    """What the edge knows of one request while it is answered; never stored.

    `address` is the client's IP address as text, or "" where a trusted proxy would not say.
    """

    kind: Kind
    method: str
    address: str
    user_agent: str
    flags: Flag = Flag.NONE


@dataclass(frozen=True, slots=True)
class Hit:
    """One request for a beacon or link of an individual sending, as it is kept.

    `at_ms` is milliseconds since the epoch, UTC. `prefix` is the /24 or /48 of the client as text ("" unknown) and
    `address_hash` a keyed 64-bit hash that tells two clients of one prefix apart. `place` is coarse (a country or
    region, "" unknown), `network` the number of the autonomous system (0 unknown). `link` is 0 for a beacon.
    """

    at_ms: int
    kind: Kind
    method: str
    campaign: Campaign
    variant: Variant
    link: Link
    sending: Sending
    prefix: str = ""
    address_hash: int = 0
    place: str = ""
    network: int = 0
    user_agent: str = ""
    flags: Flag = Flag.NONE
    mode: Mode = Mode.INDIVIDUAL

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise Malformed("a hit is a GET or a HEAD")
        if not 0 <= self.at_ms < 1 << 63:
            raise Malformed("a hit cannot be older than the epoch")
        if not _is_coarse(self.prefix):
            raise Malformed("a hit keeps the /24 or /48 of an address, nothing finer")
        if not (0 <= self.address_hash < 1 << 64 and 0 <= self.network < 1 << 32):
            raise Malformed("an address hash has 64 bits, a network's number 32")


@dataclass(frozen=True, slots=True)
class Count:
    """How many requests of one kind there were in one hour; all that is left of them in `shared` and `pooled`.

    `hour` is hours since the epoch, UTC: the finest time there is. `client` and `actor` are the words of a reading,
    `ruleset` the version of the rules that read it. A beacon's count with a `link` is a pool's mark: see `mark_pool`.
    """

    campaign: Campaign
    variant: Variant
    kind: Kind
    link: Link
    client: str
    actor: str
    ruleset: int
    hour: int
    number: int = 1

    def __post_init__(self) -> None:
        if not (self.hour >= 0 and self.ruleset >= 0 and self.number >= 0):
            raise Malformed("hour, ruleset and number of a count are not negative")
        if len(self.client) > 20 or len(self.actor) > 12:
            raise Malformed("class and actor of a count are words of a reading: at most 20 and 12 letters")

    @property
    def is_mark(self) -> bool:
        """Whether it says of one pool that it was hit. It is never more than 1."""
        return self.kind is Kind.BEACON and self.link != 0


WEEK_HOURS = 7 * 24


def mark_pool(campaign: Campaign, pool: Link, *, by_person: bool, ruleset: int, hour: int) -> Count:
    """All that is kept of a pool's hits: that there was one, for a person or ahead of one, in which week; how often, by
    what and when on which day is counted for all pools together.
    """
    actor = "person" if by_person else "ahead"
    return Count(campaign, Variant(0), Kind.BEACON, pool, "", actor, ruleset, hour - hour % WEEK_HOURS)


@lru_cache(maxsize=4096)
def _is_coarse(prefix: str) -> bool:
    if not prefix:
        return True
    try:
        network = ip_network(prefix)
    except ValueError:
        return False
    return network.prefixlen == (24 if network.version == 4 else 48)


def hour_of(at_ms: int) -> int:
    """The hour a moment lies in, as counted by `Count.hour`."""
    return at_ms // HOUR_MS
