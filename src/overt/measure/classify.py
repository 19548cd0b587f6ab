"""From a hit to its reading: pure, versioned, and the same for a hit of today and one of years ago.

This is the first look, at each hit by itself. It cannot see bursts, nor a scanner that wears a browser's name, and it
says so by its certainty. It knows neither the time nor the recipient.
"""

from __future__ import annotations

from functools import lru_cache

from overt.measure.clues import CLUES, FALSE_PREFETCHES, NETWORKS, RULESET, Egress, Evidence, Range
from overt.measure.hit import Hit, Seen
from overt.measure.reading import Actor, Certainty, Client, Reading

PEOPLE = frozenset({Actor.HUMAN, Actor.PROXY})

SILENT = Evidence("", Actor.UNKNOWN, Client.UNKNOWN, "", "no clue names this program", Certainty.LOW)


def read_hit(seen: Seen, egress: Egress | None = None) -> Reading:
    """The reading of what the edge saw of one request. `seen.address` may be an address, a prefix, or empty.

    `egress` is Apple's list where there is one: it makes readings surer or less sure, and changes no actor or class.
    """
    spoken = [evidence for clue in CLUES if (evidence := clue(seen)) is not None]
    deciding = next((evidence for evidence in spoken if evidence.actor is not None), SILENT)
    # HEAD says who is not looking, not which program: the class and program come from the next clue that knows them.
    naming = next((evidence for evidence in spoken if evidence.client is not Client.UNKNOWN), deciding)
    if egress is None:
        return _reading(deciding, naming)
    return _reading(egress.weigh(deciding, seen.address), naming, egress.version)


def is_by_person(reading: Reading) -> bool:
    """Whether a person asked, or a proxy for one."""
    return reading.actor in PEOPLE


def may_hide_open(reading: Reading) -> bool:
    """Whether a person may have displayed the message, though the hit does not show it."""
    if reading.actor is Actor.PREFETCH:
        return reading.clue not in FALSE_PREFETCHES
    return reading.actor is Actor.UNKNOWN


def network_of(packed: bytes) -> Range | None:
    """The range of filtering networks that holds an address (4 or 16 bytes; empty where it is not known).

    It is all that a reading takes from an address: two requests that differ in nothing else are read alike.
    """
    return NETWORKS.find_address(packed) if packed else None


def see_again(hit: Hit) -> Seen:
    """What is kept of a hit, in the shape of what the edge saw: to read it anew under today's rules."""
    return Seen(kind=hit.kind, method=hit.method, address=hit.prefix, user_agent=hit.user_agent, flags=hit.flags)


@lru_cache(1024)  # the tables give some hundred pairs
def _reading(deciding: Evidence, naming: Evidence, egress: str = "") -> Reading:
    return Reading(
        actor=deciding.actor or Actor.UNKNOWN,
        client=naming.client,
        program=naming.program,
        reason=deciding.reason,
        certainty=deciding.certainty,
        ruleset=RULESET,
        clue=deciding.clue,
        egress=egress,
    )
