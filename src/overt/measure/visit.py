"""Hits of one sending, read and put together: what one program asked for again at once is one visit.

A mail program that redraws a message, or a browser that goes back, asks twice for the same thing. Asking again within
five minutes of the last time, by the same program from the same place, is the same display or the same click. The hits
stay as they are; only the count of visits is smaller.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from overt.measure.classify import read_hit, see_again
from overt.measure.clues import FALSE_PREFETCHES
from overt.measure.hit import Hit
from overt.measure.reading import Actor, Reading

# Practice of one public project, second-hand; an own measurement is not to be had without following people.
SAME_VISIT_MS = 5 * 60 * 1000

PEOPLE = frozenset({Actor.HUMAN, Actor.PROXY})


@dataclass(slots=True)
class Visit:
    """The first hit of a visit, its reading, when the last hit came, and how many there were."""

    hit: Hit
    reading: Reading
    last_ms: int
    hits: int = 1

    @property
    def by_person(self) -> bool:
        return self.reading.actor in PEOPLE

    @property
    def may_hide_open(self) -> bool:
        """Whether a person may have displayed the message, though this hit does not show it."""
        if self.reading.actor is Actor.PREFETCH:
            return self.reading.clue not in FALSE_PREFETCHES
        return self.reading.actor is Actor.UNKNOWN


def read_visits(hits: Iterable[Hit]) -> tuple[Visit, ...]:
    """Every hit read by today's rules and merged into visits, in the order of their first hits."""
    visits: list[Visit] = []
    open_visits: dict[tuple[object, ...], Visit] = {}
    for hit in sorted(hits, key=lambda hit: hit.at_ms):
        reading = read_hit(see_again(hit))
        same = (hit.sending, hit.kind, hit.link, hit.user_agent, hit.prefix, hit.address_hash, reading.actor)
        visit = open_visits.get(same)
        if visit is not None and hit.at_ms - visit.last_ms <= SAME_VISIT_MS:
            visit.last_ms = hit.at_ms
            visit.hits += 1
        else:
            visit = open_visits[same] = Visit(hit, reading, hit.at_ms)
            visits.append(visit)
    return tuple(visits)
