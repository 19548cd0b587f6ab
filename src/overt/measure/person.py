"""One recipient's line in a report: when, where and how often, and by which reading each time.

Only what an individual grant covers ever comes here. An open is a visit of a person (or of a proxy for one); what a
prefetch or a machine did is counted beside it, never in it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from overt.measure.campaign import CampaignFacts, Outcome, Sent
from overt.measure.mode import Mode
from overt.measure.reading import Actor, Reading
from overt.measure.token import Kind, Link, Sending
from overt.measure.visit import Visit


@dataclass(frozen=True, slots=True)
class Event:
    """One visit: when it began, what was asked for, how many hits it had, and its reading."""

    at: datetime
    kind: Kind
    link: Link
    destination: str
    hits: int
    place: str
    reading: Reading


@dataclass(frozen=True, slots=True)
class Line:
    """What became of one sending. `recipient` is "" where only the number is known. Times are of people's visits."""

    recipient: str
    sending: Sending
    sent_at: datetime | None
    outcome: Outcome | None
    opens: int
    clicks: int
    prefetched: int
    machines: int
    unknown: int
    first_open: datetime | None
    last_open: datetime | None
    first_click: datetime | None
    last_click: datetime | None
    links: Mapping[str, int]
    places: tuple[str, ...]
    programs: tuple[str, ...]
    events: tuple[Event, ...]

    @property
    def verdict(self) -> str:
        """The strongest thing that can be said."""
        if self.clicks:
            return "clicked"
        if self.opens:
            return "opened"
        if self.prefetched or self.unknown:
            return "perhaps opened"
        return "machines only" if self.machines else "nothing seen"


def place_of(visit: Visit) -> str:
    """Where a person was; empty where that is not known, as behind a proxy, whose place says nothing of theirs."""
    return visit.hit.place if visit.reading.actor is Actor.HUMAN else ""


def list_recipients(facts: CampaignFacts, visits: Sequence[Visit]) -> tuple[Line, ...]:
    """A line for each individual sending that stands, then for each that was asked for without being listed."""
    by_sending: dict[Sending, list[Visit]] = defaultdict(list)
    for visit in visits:
        by_sending[visit.hit.sending].append(visit)
    listed = [sent for sent in facts.sent if Mode.INDIVIDUAL in (sent.opens, sent.links) and not sent.withdrawn]
    known = {sent.sending for sent in listed}
    lines = [_line(facts, sent, sent.sending, by_sending.get(sent.sending, ())) for sent in listed]
    lines += [_line(facts, None, sending, by_sending[sending]) for sending in by_sending if sending not in known]
    return tuple(sorted(lines, key=lambda line: (-line.clicks, -line.opens, line.recipient, line.sending)))


def _line(facts: CampaignFacts, sent: Sent | None, sending: Sending, visits: Sequence[Visit]) -> Line:
    people = [visit for visit in visits if visit.by_person]
    opens = [_moment(visit) for visit in people if visit.hit.kind is Kind.BEACON]
    clicks = [_moment(visit) for visit in people if visit.hit.kind is Kind.LINK]
    actors = Counter(visit.reading.actor for visit in visits)
    hiding = sum(visit.may_hide_open for visit in visits if visit.reading.actor is Actor.PREFETCH)
    return Line(
        recipient=sent.recipient if sent else "",
        sending=sending,
        sent_at=sent.at if sent else None,
        outcome=sent.outcome if sent else None,
        opens=len(opens),
        clicks=len(clicks),
        prefetched=hiding,
        machines=actors[Actor.MACHINE] + actors[Actor.PREFETCH] - hiding,
        unknown=actors[Actor.UNKNOWN],
        first_open=min(opens, default=None),
        last_open=max(opens, default=None),
        first_click=min(clicks, default=None),
        last_click=max(clicks, default=None),
        links=Counter(_destination(facts, visit) for visit in people if visit.hit.kind is Kind.LINK),
        places=_distinct(place_of(visit) for visit in people),
        programs=_distinct(visit.reading.program for visit in people),
        events=tuple(
            Event(
                at=_moment(visit),
                kind=visit.hit.kind,
                link=visit.hit.link,
                destination=_destination(facts, visit) if visit.hit.kind is Kind.LINK else "",
                hits=visit.hits,
                place=place_of(visit),
                reading=visit.reading,
            )
            for visit in visits
        ),
    )


def _destination(facts: CampaignFacts, visit: Visit) -> str:
    return facts.links.get(visit.hit.link, f"link {visit.hit.link}")


def _distinct(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for word in words if word))


def _moment(visit: Visit) -> datetime:
    return datetime.fromtimestamp(visit.hit.at_ms / 1000, UTC)
