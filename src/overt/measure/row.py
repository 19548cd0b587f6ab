"""Rows of what was read of hits, as a dashboard or a program asks for them: people are numbers, times are in UTC."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from overt.measure.person import Event, Line
from overt.measure.token import Campaign, RecipientNumber, recipient_of


@dataclass(frozen=True, slots=True)
class Person:
    """One sending and what became of it; times are of people's visits."""

    campaign: Campaign
    sending: int
    recipient: RecipientNumber
    sent_at: datetime | None
    verdict: str
    opens: int
    clicks: int
    machines: int
    first_open: datetime | None
    last_open: datetime | None
    first_click: datetime | None
    last_click: datetime | None
    programs: str
    places: str


@dataclass(frozen=True, slots=True)
class Visited:
    """One visit with its reading; `hits` requests were put together in it."""

    campaign: Campaign
    sending: int
    recipient: RecipientNumber
    at: datetime
    kind: str
    link: int
    destination: str
    hits: int
    place: str
    actor: str
    client: str
    program: str
    reason: str
    certainty: str


@dataclass(frozen=True, slots=True)
class Hour:
    """So many visits of one kind by one sort of actor in the hour that began at `at`."""

    at: datetime
    kind: str
    actor: str
    visits: int


def person_of(campaign: Campaign, line: Line) -> Person:
    """The row of one sending, without the address."""
    return Person(
        campaign=campaign,
        sending=int(line.sending),
        recipient=recipient_of(line.sending),
        sent_at=line.sent_at,
        verdict=line.verdict,
        opens=line.opens,
        clicks=line.clicks,
        machines=line.machines,
        first_open=line.first_open,
        last_open=line.last_open,
        first_click=line.first_click,
        last_click=line.last_click,
        programs="; ".join(line.programs),
        places="; ".join(line.places),
    )


def visit_of(campaign: Campaign, line: Line, visit: Event) -> Visited:
    """The row of one of its visits."""
    return Visited(
        campaign=campaign,
        sending=int(line.sending),
        recipient=recipient_of(line.sending),
        at=visit.at,
        kind=visit.kind.name.lower(),
        link=int(visit.link),
        destination=visit.destination,
        hits=visit.hits,
        place=visit.place,
        actor=visit.reading.actor.value,
        client=visit.reading.client.value,
        program=visit.reading.program,
        reason=visit.reading.reason,
        certainty=visit.reading.certainty.value,
    )


def hours_of(lines: Iterable[Line]) -> tuple[Hour, ...]:
    """All visits by hour, kind and actor, in order of time."""
    sums = Counter(
        (visit.at.replace(minute=0, second=0, microsecond=0), visit.kind.name.lower(), visit.reading.actor.value)
        for line in lines
        for visit in line.events
    )
    return tuple(Hour(*key, visits) for key, visits in sorted(sums.items()))
