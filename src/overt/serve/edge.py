"""From one request to its answer and to what is kept of it: the collector without its sockets.

Decides by the token's mode what may be left of a request: nothing, a count, or a hit. An answer never depends on that,
and a fault in keeping is never a fault in answering. In `shared` no address and no User-Agent goes any further than
this module. Time, permission and place are arguments.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Protocol

from overt.clock import Clock
from overt.measure import (
    Campaign,
    Claims,
    Count,
    Flag,
    Hit,
    Kind,
    Link,
    Mode,
    Seen,
    Sending,
    Variant,
    network_of,
    read_hit,
    recipient_of,
)
from overt.measure.classify import is_by_person, may_hide_open
from overt.measure.hit import DAY_MS, METHODS, hour_of, mark_pool
from overt.serve.client import Peer, TrustedProxies, keyed_hash, pack_prefix
from overt.serve.permission import Permission
from overt.store import CommitState, Row
from overt.wire.beacon import BEACON, Answer, Front
from overt.wire.beacon import claims_person as claims_a_person
from overt.wire.request import Glance, Request, read_flags, read_user_agent

_LOG = logging.getLogger(__name__)

# Counters that one hour's requests add to, kept at hand: some hundred programs times campaigns and links under way.
MOST_COUNTERS = 8192

# The most that may be left of one request, by the mode that its token was signed with. In `hygiene` it is a hit that
# says a day and a recipient, and is nothing but a date from the next compaction on.
LEFT: dict[Mode, type[Hit | Count] | None] = {
    Mode.OFF: None,
    Mode.SHARED: Count,
    Mode.POOLED: Count,
    Mode.HYGIENE: Hit,
    Mode.INDIVIDUAL: Hit,
}


_NOBODY = Claims(Mode.INDIVIDUAL, 0, 0, 0, 0)
_NOTHING = Claims(Mode.SHARED, 0, 0, 0, None)
_NO_FLAGS = Flag.NONE
_BEACON = Kind.BEACON
_POOLED = Mode.POOLED
_HYGIENE = Mode.HYGIENE
_GET = METHODS.index("GET")


class HitLog(Protocol):
    """Where hits become durable; `touch` keeps nothing and takes as long."""

    def put(self, row: Row, /) -> asyncio.Future[None]: ...

    def touch(self, row: Row, /) -> asyncio.Future[None]: ...

    @property
    def state(self) -> CommitState: ...


class Counters(Protocol):
    """Where counts become durable."""

    def put(self, count: Count, /) -> asyncio.Future[None]: ...

    def touch(self, count: Count, /) -> asyncio.Future[None]: ...

    @property
    def state(self) -> CommitState: ...


@dataclass(frozen=True, slots=True)
class Place:
    """What is known of an address beside its prefix: a country or region, and a network's number."""

    name: str = ""
    network: int = 0


Locate = Callable[[IPv4Address | IPv6Address], Place]


_NOWHERE = Place()


def nowhere(address: IPv4Address | IPv6Address) -> Place:
    """No place is looked up."""
    del address
    return _NOWHERE


@dataclass(slots=True)
class Tally:
    """What this worker did since it started, for operators: numbers only."""

    beacons: int = 0
    links: int = 0
    unsigned: int = 0  # beacons and links whose token did not verify
    hits: int = 0
    counts: int = 0
    withheld: int = 0  # individual, but withdrawn or permission not known
    faults: int = 0  # keeping failed by a mistake in the program


def _text_of(address: bytes) -> str:
    return str(ip_address(address)) if address else ""


class Edge:
    """The collector's decisions for one sender, on one event loop.

    `ticks` is a number that changes whenever the clock is worth reading again.
    """

    def __init__(
        self,
        front: Front,
        hits: HitLog,
        counts: Counters,
        *,
        permission: Permission,
        clock: Clock,
        address_key: bytes,
        proxies: TrustedProxies,
        locate: Locate = nowhere,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self.front = front
        self.proxies = proxies
        self.tally = Tally()
        self._hits = hits
        self._counts = counts
        self._permission = permission
        self._clock = clock
        self._hash = keyed_hash(address_key)
        self._locate = locate
        self._ticks = ticks
        self._tick = -1.0
        self._ms = 0
        self._counters: dict[tuple[object, ...], Count] = {}
        self._hour = 0

    @property
    def waiting(self) -> int:
        """What was taken and is not durable yet."""
        return self._hits.state.waiting + self._counts.state.waiting

    @property
    def dropped(self) -> int:
        """What was lost, because more waited for the disk than memory is set aside for."""
        return self._hits.state.dropped + self._counts.state.dropped

    def is_well(self) -> bool:
        """Whether both logs are being written."""
        return not self._hits.state.trouble and not self._counts.state.trouble

    def glance(self, glance: Glance, peer: Peer) -> tuple[Answer, asyncio.Future[None] | None]:
        """`take` of a usual request."""
        kind, text, query, user_agent, flags, forwarded = glance
        if kind is _BEACON:
            answer, claims = BEACON, self.front.read_beacon(text)
        else:
            answer, claims = self.front.follow(text, query)
        try:
            address = self.proxies.packed_client(peer, (forwarded,)) if forwarded else peer.packed
            return answer, self._keep(kind, claims, claims_a_person(text), _GET, address, user_agent, flags)
        except Exception:  # noqa: BLE001 whatever it is, the answer does not depend on it
            self._fault()
            return answer, None

    def take(self, request: Request, peer: Peer) -> tuple[Answer, asyncio.Future[None] | None]:
        """The answer, and what to wait for (a little) before it goes out."""
        answer, asked = self.front.answer(request, well=self.is_well)
        if asked is None:
            return answer, None
        try:
            address = self.proxies.packed_client(peer, request.values(self.proxies.field))
            method = METHODS.index(request.method.decode("ascii"))
            user_agent = read_user_agent(request.values(b"user-agent"))
            flags = read_flags(request.fields)
            kept = self._keep(asked.kind, asked.claims, asked.claims_person, method, address, user_agent, flags)
        except Exception:  # noqa: BLE001 as above
            self._fault()
            return answer, None
        return answer, kept

    def _fault(self) -> None:
        self.tally.faults += 1
        _LOG.exception("a request could not be recorded")

    def _keep(
        self,
        kind: Kind,
        claims: Claims | None,
        claims_person: bool,
        method: int,
        address: bytes,
        user_agent: str,
        flags: Flag,
    ) -> asyncio.Future[None] | None:
        """What is kept of a request is on its way to the disk; where nothing is, as much time goes by."""
        tally = self.tally
        if kind is _BEACON:
            tally.beacons += 1
        else:
            tally.links += 1
        private = flags is not _NO_FLAGS and flags.private
        if claims is None:
            tally.unsigned += 1
            if kind is not _BEACON:
                return None  # its answer was different already
        else:
            left = LEFT[claims.mode]
            if left is Hit and private:
                left = Count
            if left is Count:
                tally.counts += 1
                if claims.mode is _POOLED and kind is _BEACON:
                    return self._keep_pooled(claims, method, address, user_agent, flags)
                return self._counts.put(self._count(kind, claims, method, address, user_agent, flags))
            if claims.mode is _HYGIENE and left is Hit:
                return self._keep_date(claims, method, address, user_agent, flags)
            if left is Hit and claims.sending is not None and self._permission.may_keep(Sending(claims.sending)):
                tally.hits += 1
                return self._hits.put(self._row(kind, claims, method, address, user_agent, flags))
            tally.withheld += 1
        if claims_person and not private:
            return self._hits.touch(self._row(kind, _NOBODY, method, address, user_agent, flags))
        return self._counts.touch(self._count(kind, _NOTHING, method, address, user_agent, flags))

    def _keep_date(
        self, claims: Claims, method: int, address: bytes, user_agent: str, flags: Flag
    ) -> asyncio.Future[None]:
        """The day on which a person opened, and nothing else; of whatever a machine asked for, nothing."""
        assert claims.sending is not None
        sending = Sending(claims.sending)
        reading = read_hit(Seen(_BEACON, METHODS[method], _text_of(address), user_agent, flags))
        nobody = Claims(_HYGIENE, 0, 0, 0, recipient_of(sending) << 32)
        row = self._row(_BEACON, nobody, _GET, b"", "", _NO_FLAGS)
        row = (row[0] - row[0] % DAY_MS, row[1], 0, *row[3:])
        if is_by_person(reading) and self._permission.may_keep_date(sending):
            self.tally.hits += 1
            return self._hits.put(row)
        self.tally.withheld += 1
        return self._hits.touch(row)

    def _keep_pooled(
        self, claims: Claims, method: int, address: bytes, user_agent: str, flags: Flag
    ) -> asyncio.Future[None]:
        """A count that names no pool, and a mark on the pool that says neither how often nor by what."""
        count = self._count(_BEACON, claims._replace(link=0), method, address, user_agent, flags)
        kept = self._counts.put(count)
        reading = read_hit(Seen(_BEACON, METHODS[method], _text_of(address), user_agent, flags))
        if flags.private or not (is_by_person(reading) or may_hide_open(reading)):
            return kept
        pool = Link(claims.link)
        mark = mark_pool(
            count.campaign, pool, by_person=is_by_person(reading), ruleset=reading.ruleset, hour=count.hour
        )
        return self._counts.put(mark)

    def _count(self, kind: Kind, claims: Claims, method: int, address: bytes, user_agent: str, flags: Flag) -> Count:
        """The counter that a request adds to; the same object for all that are read alike in the same hour."""
        hour = hour_of(self._now_ms())
        if hour != self._hour or len(self._counters) >= MOST_COUNTERS:
            self._counters.clear()
            self._hour = hour
        key = (kind, claims.campaign, claims.variant, claims.link, method, network_of(address), user_agent, flags)
        found = self._counters.get(key)
        if found is None:
            reading = read_hit(Seen(kind, METHODS[method], _text_of(address), user_agent, flags))
            found = self._counters[key] = Count(
                campaign=Campaign(claims.campaign),
                variant=Variant(claims.variant),
                kind=kind,
                link=Link(claims.link),
                client=reading.client.value,
                actor=reading.actor.value,
                ruleset=reading.ruleset,
                hour=hour,
            )
        return found

    def _row(self, kind: Kind, claims: Claims, method: int, address: bytes, user_agent: str, flags: Flag) -> Row:
        mode, campaign, variant, link, sending = claims
        assert sending is not None
        place = _NOWHERE if self._locate is nowhere or not address else self._locate(ip_address(address))
        return (
            self._now_ms(),
            sending,
            self._hash(address),
            campaign,
            user_agent,
            place.name,
            place.network,
            link,
            flags,
            variant,
            kind,
            mode,
            method,
            pack_prefix(address),
        )

    def _now_ms(self) -> int:
        """Milliseconds since the epoch; the clock is read once for all requests of one turn of the loop."""
        tick = self._ticks()
        if tick != self._tick:
            self._tick = tick
            # A clock that is set to before the epoch must not keep a hit from being written.
            self._ms = max(0, int(self._clock.now().timestamp() * 1000))
        return self._ms
