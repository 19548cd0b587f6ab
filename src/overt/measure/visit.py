"""Hits of one sending, read and put together: what one program asked for again at once is one visit.

A mail program that redraws a message, or a browser that goes back, asks twice for the same thing. Asking again within
five minutes of the last time, by the same program from the same place, is the same display or the same click. The hits
stay as they are; only the count of visits is smaller.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from overt.measure.campaign import Sent
from overt.measure.classify import is_by_person, may_hide_open, read_hit, see_again
from overt.measure.clues import Egress
from overt.measure.hit import Hit
from overt.measure.reading import Reading
from overt.measure.window import Observation, read_hits

# Practice of one public project, second-hand; an own measurement is not to be had without following people.
SAME_VISIT_MS = 5 * 60 * 1000

_OWN = frozenset({"127.0.0.0/24", "::/48"})  # RFC 1122 section 3.2.1.3, RFC 4291 section 2.5.3


@dataclass(slots=True)
class Visit:
    """The first hit of a visit, its reading, when the last hit came, and how many there were."""

    hit: Hit
    reading: Reading
    last_ms: int
    hits: int = 1

    @property
    def by_person(self) -> bool:
        return is_by_person(self.reading)

    @property
    def may_hide_open(self) -> bool:
        """Whether a person may have displayed the message, though this hit does not show it."""
        return may_hide_open(self.reading)


def read_visits(hits: Iterable[Hit], sent: Iterable[Sent] = (), egress: Egress | None = None) -> tuple[Visit, ...]:
    """Every hit read by today's rules, with both looks, and merged into visits, in the order of their first hits.

    `sent`, as far as it is known, tells the second look when messages went out and to which domains. `egress` is
    Apple's list where there is one.
    """
    visits: list[Visit] = []
    open_visits: dict[tuple[object, ...], Visit] = {}
    known = {one.sending: one for one in sent}
    ordered = sorted(hits, key=lambda hit: hit.at_ms)
    hasty = iter(read_hits([_observe(hit, known.get(hit.sending)) for hit in ordered if not _is_own(hit)], egress))
    for hit in ordered:
        reading = read_hit(see_again(hit), egress) if _is_own(hit) else next(hasty)
        same = (hit.sending, hit.kind, hit.link, hit.user_agent, hit.prefix, hit.address_hash, reading.actor)
        visit = open_visits.get(same)
        if visit is not None and hit.at_ms - visit.last_ms <= SAME_VISIT_MS:
            visit.last_ms = hit.at_ms
            visit.hits += 1
        else:
            visit = open_visits[same] = Visit(hit, reading, hit.at_ms)
            visits.append(visit)
    return tuple(visits)


def _is_own(hit: Hit) -> bool:
    """Whether it came from this machine, where somebody tries overt out: no gateway scans there, haste is theirs."""
    return hit.prefix in _OWN


def _observe(hit: Hit, sent: Sent | None) -> Observation:
    return Observation(
        at=hit.at_ms / 1000,
        seen=see_again(hit),
        host=str(hit.address_hash or ""),
        message=str(hit.campaign),
        recipient=(sent.recipient if sent else "") or str(hit.sending),
        link=str(hit.link or ""),
        sent_at=sent.at.timestamp() if sent and sent.at else None,
    )
