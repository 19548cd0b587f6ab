"""From one request to its answer and to what is kept of it: the collector without its sockets.

Decides by the token's mode what may be left of a request: nothing, a count, or a hit. An answer never depends on that,
and a fault in keeping is never a fault in answering. In `shared` no address and no User-Agent goes any further than
this module. Time, permission and place are arguments.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import Protocol

from overt.clock import Clock
from overt.measure import Campaign, Count, Flag, Hit, Kind, Link, Mode, Seen, Sending, Token, Variant, read_hit
from overt.measure.hit import hour_of
from overt.serve.client import TrustedProxies, format_prefix, hash_address, parse_address
from overt.serve.permission import Permission
from overt.store import CommitState
from overt.wire.beacon import Answer, Asked, Front, Request, read_flags

_LOG = logging.getLogger(__name__)

# Longer ones are cut: RFC 9110 10.1.5 asks for short ones, and the store cuts there too.
LONGEST_USER_AGENT = 512

# The most that may be left of one request, by the mode that its token was signed with. `hygiene` keeps one date per
# recipient and nothing else, for which there is no place yet: nothing is kept.
LEFT: dict[Mode, type[Hit | Count] | None] = {
    Mode.OFF: None,
    Mode.SHARED: Count,
    Mode.POOLED: Count,
    Mode.HYGIENE: None,
    Mode.INDIVIDUAL: Hit,
}


_NOBODY = Token(Kind.BEACON, Mode.INDIVIDUAL, Campaign(0), Variant(0), Link(0), Sending(0))
_NOTHING = Token(Kind.BEACON, Mode.SHARED, Campaign(0), Variant(0))


class HitLog(Protocol):
    """Where hits become durable; `touch` keeps nothing and takes as long."""

    def put(self, hit: Hit, /) -> asyncio.Future[None]: ...

    def touch(self, hit: Hit, /) -> asyncio.Future[None]: ...

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


def nowhere(address: IPv4Address | IPv6Address) -> Place:
    """No place is looked up."""
    del address
    return Place()


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


class Edge:
    """The collector's decisions for one sender, on one event loop."""

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
    ) -> None:
        self.front = front
        self.proxies = proxies
        self.tally = Tally()
        self._hits = hits
        self._counts = counts
        self._permission = permission
        self._clock = clock
        self._address_key = address_key
        self._locate = locate

    def is_well(self) -> bool:
        """Whether both logs are being written."""
        return not self._hits.state.trouble and not self._counts.state.trouble

    def take(self, request: Request, peer: str, *, peer_trusted: bool) -> tuple[Answer, asyncio.Future[None] | None]:
        """The answer, and what to wait for (a little) before it goes out."""
        answer, asked = self.front.answer(request, well=self.is_well)
        if asked is None:
            return answer, None
        try:
            return answer, self._keep(request, asked, peer, peer_trusted)
        except Exception:  # noqa: BLE001 whatever it is, the answer does not depend on it
            self.tally.faults += 1
            _LOG.exception("a request could not be recorded")
            return answer, None

    def _keep(self, request: Request, asked: Asked, peer: str, peer_trusted: bool) -> asyncio.Future[None] | None:
        is_beacon = asked.kind is asked.kind.BEACON
        if is_beacon:
            self.tally.beacons += 1
        else:
            self.tally.links += 1
        flags = read_flags(request.fields)
        token = asked.token
        if token is None:
            self.tally.unsigned += 1
            if not is_beacon:
                return None  # its answer was different already
        seen = self._see(request, asked, flags, peer, peer_trusted)
        if token is None:
            return self._pass(asked, seen)
        left = LEFT[token.mode]
        if left is Hit and flags.private:
            left = Count
        if left is Count:
            self.tally.counts += 1
            return self._counts.put(self._count(token, seen))
        if left is Hit and token.sending is not None and self._permission.may_keep(token.sending):
            self.tally.hits += 1
            return self._hits.put(self._hit(token, seen))
        self.tally.withheld += 1
        return self._pass(asked, seen)

    def _pass(self, asked: Asked, seen: Seen) -> asyncio.Future[None]:
        """Keep nothing, and take as long as for a token of this kind that is kept."""
        if asked.claims_person and not seen.flags.private:
            return self._hits.touch(self._hit(_NOBODY, seen))
        return self._counts.touch(self._count(_NOTHING, seen))

    def _see(self, request: Request, asked: Asked, flags: Flag, peer: str, peer_trusted: bool) -> Seen:
        address = self.proxies.client(peer, request.values(self.proxies.field)) if peer_trusted else peer
        user_agent = b" ".join(request.values(b"user-agent"))[:LONGEST_USER_AGENT].decode("utf-8", "replace")
        return Seen(asked.kind, request.method.decode("ascii"), address, user_agent, flags)

    def _count(self, token: Token, seen: Seen) -> Count:
        reading = read_hit(seen)
        return Count(
            campaign=token.campaign,
            variant=token.variant,
            kind=token.kind,
            link=token.link,
            client=reading.client.value,
            actor=reading.actor.value,
            ruleset=reading.ruleset,
            hour=hour_of(self._now_ms()),
        )

    def _hit(self, token: Token, seen: Seen) -> Hit:
        assert token.sending is not None
        address = parse_address(seen.address)
        place = self._locate(address) if address is not None else Place()
        return Hit(
            at_ms=self._now_ms(),
            kind=token.kind,
            method=seen.method,
            campaign=token.campaign,
            variant=token.variant,
            link=token.link,
            sending=token.sending,
            prefix=format_prefix(address),
            address_hash=hash_address(address, self._address_key),
            place=place.name,
            network=place.network,
            user_agent=seen.user_agent,
            flags=seen.flags,
            mode=token.mode,
        )

    def _now_ms(self) -> int:
        return int(self._clock.now().timestamp() * 1000)
