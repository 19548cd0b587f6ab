"""What people read with: their systems and kinds of device, of those whose own program asked.

A proxy hides them and a machine's say nothing, so both are left out. Which words of a User-Agent mean which system is
another's knowledge and comes as an argument; who asked is decided before and without it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from overt.measure.reading import Actor, Reading
from overt.measure.token import Kind, Sending
from overt.measure.visit import Visit


class Device(StrEnum):
    """A kind of device. iPads that ask for pages as computers do are `computer`: nobody can tell."""

    COMPUTER = "computer"
    PHONE = "phone"
    TABLET = "tablet"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Described:
    """What a User-Agent says of program and system; "" where it says nothing."""

    program: str = ""
    system: str = ""
    device: Device = Device.UNKNOWN


Describe = Callable[[str], Described]


@dataclass(frozen=True, slots=True)
class DeviceLine:
    """One system on one kind of device: sendings with a visit of a person from it, its visits, and its clicks."""

    system: str
    device: Device
    people: int
    beacons: int
    clicks: int


UNKNOWN: Final = Described(system="unknown")
_ARTICLES: Final = ("a ", "an ")  # how our own tables name a program of which they know the kind alone


def count_devices(visits: Sequence[Visit], describe: Describe | None) -> tuple[DeviceLine, ...]:
    """The mix, the most people first; empty where nobody can describe a User-Agent."""
    if describe is None:
        return ()
    people: dict[tuple[str, Device], set[Sending]] = {}
    asked: dict[Kind, Counter[tuple[str, Device]]] = {kind: Counter() for kind in Kind}
    for visit in visits:
        if visit.reading.actor is Actor.HUMAN:
            found = describe(visit.hit.user_agent)
            key = found.system or UNKNOWN.system, found.device
            people.setdefault(key, set()).add(visit.hit.sending)
            asked[visit.hit.kind][key] += 1
    lines = (
        DeviceLine(*key, len(sendings), asked[Kind.BEACON][key], asked[Kind.LINK][key])
        for key, sendings in people.items()
    )
    return tuple(sorted(lines, key=lambda line: (-line.people, line.system, line.device)))


def name_program(reading: Reading, user_agent: str, describe: Describe | None) -> str:
    """The program by our own tables; where they name none of a person or of nobody known, by the description."""
    generic = not reading.program or reading.program.startswith(_ARTICLES)
    if describe is None or not generic or reading.actor not in (Actor.HUMAN, Actor.UNKNOWN):
        return reading.program
    return describe(user_agent).program or reading.program
