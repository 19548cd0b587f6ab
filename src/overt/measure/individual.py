"""The half of a report that rests on hits: opens between bounds and clicks, of sendings whose recipients granted it.

A prefetch is missing knowledge, neither an open nor none, so it stands in the upper bound only. Withdrawn recipients
are in no number here.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from overt.measure.bounds import Partition
from overt.measure.campaign import ARRIVED, CampaignFacts, Sent
from overt.measure.clues import Egress
from overt.measure.delay import Delay, measure_delay
from overt.measure.device import Describe, DeviceLine, count_devices, name_program
from overt.measure.following import Following, count_following
from overt.measure.group import History, Split, split
from overt.measure.hit import Hit, hour_of
from overt.measure.line import Actors, ClientLine, LinkLine, TimeLine, count_actors, list_times
from overt.measure.mode import Mode
from overt.measure.person import Line, list_recipients, place_of
from overt.measure.rate import Bounds, bound_rate
from overt.measure.reading import Actor
from overt.measure.sendtime import Batch, count_batches
from overt.measure.token import Kind, Link, Sending, Variant
from overt.measure.visit import Visit, read_visits


@dataclass(frozen=True, slots=True)
class Opens:
    """The delivered sendings with an individual beacon, each in exactly one set, the most telling first.

    At `least` human, proxy and clicked were opened, at `most` those with prefetch and unknown too. Whoever reads with
    pictures off is in `machine` or `none`, so even more may have been. `bounds` is None where it is not known of how
    many: nothing was sent, or some sendings are asked for that nobody listed.
    """

    of: int
    human: int  # a person's own program asked for the beacon
    proxy: int  # a mailbox provider's proxy asked for it, for a person
    clicked: int  # no such hit, but a person followed a link
    prefetch: int  # fetched ahead; displayed or not
    unknown: int  # asked for by a program that no rule knows
    machine: int  # machines only
    none: int  # nothing
    displays: int  # visits of people: how often
    bounds: Bounds | None

    @property
    def least(self) -> int:
        return self.human + self.proxy + self.clicked

    @property
    def most(self) -> int:
        return self.least + self.prefetch + self.unknown

    @property
    def partition(self) -> Partition:
        """As `overt.measure.bounds` counts: opened for certain, perhaps, and nothing seen of a person."""
        return Partition(self.least, self.prefetch + self.unknown, self.machine + self.none)


@dataclass(frozen=True, slots=True)
class Clicks:
    """The delivered sendings with individual links; at least `people` were followed by a person, at most `possible`."""

    of: int
    people: int
    possible: int
    clicks: Actors
    bounds: Bounds | None  # None as for opens


@dataclass(frozen=True, slots=True)
class Individual:
    """What sendings tell, where their recipients granted it. `outside`: sendings that are asked for but not listed."""

    opens: Opens
    clicks: Clicks
    links: tuple[LinkLine, ...]
    clients: tuple[ClientLine, ...]
    devices: tuple[DeviceLine, ...]
    times: tuple[TimeLine, ...]
    places: Mapping[str, int]
    variants: Mapping[Variant, tuple[Opens, Clicks]]
    recipients: tuple[Line, ...]
    outside: int
    withdrawn: int
    split: Split
    following: Following  # of sendings with both beacon and links
    to_open: Delay
    to_click: Delay
    batches: tuple[Batch, ...]  # of sendings with links


def report_individual(
    facts: CampaignFacts,
    hits: Sequence[Hit],
    history: History | None = None,
    egress: Egress | None = None,
    describe: Describe | None = None,
) -> Individual:
    """Hits into opens and clicks per sending. A sending that was asked for was delivered, whatever the ledger says."""
    gone = {sent.sending for sent in facts.sent if sent.withdrawn}
    visits = read_visits((hit for hit in hits if hit.sending not in gone), facts.sent, egress)
    asked = {visit.hit.sending for visit in visits}
    standing = [sent for sent in facts.sent if sent.sending not in gone]
    sent = [one for one in standing if one.outcome in ARRIVED or one.sending in asked]
    outside = frozenset(asked - {one.sending for one in sent})
    people = [visit for visit in visits if visit.by_person]
    opened = [visit for visit in people if visit.hit.kind is Kind.BEACON]
    clicked = [visit for visit in people if visit.hit.kind is Kind.LINK]
    first = min((one.at for one in facts.sent if one.at), default=None)
    both = {one.sending for one in sent if one.opens is one.links is Mode.INDIVIDUAL}
    return Individual(
        opens=_opens(sent, visits, outside),
        clicks=_clicks(sent, visits, outside),
        links=_individual_links(facts, visits),
        clients=_individual_clients(visits, describe),
        devices=count_devices(visits, describe),
        times=list_times(_visit_hours(opened), _visit_hours(clicked), 0),
        places=dict(Counter(place for visit in people if (place := place_of(visit))).most_common()),
        variants={
            variant: (_opens(part, visits, frozenset()), _clicks(part, visits, frozenset()))
            for variant in sorted({one.variant for one in sent})
            for part in ([one for one in sent if one.variant == variant],)
        },
        recipients=list_recipients(facts, visits),
        outside=len(outside),
        withdrawn=len(gone),
        split=split(
            both,
            {visit.hit.sending for visit in opened},
            {visit.hit.sending for visit in clicked},
            history or History(),
            round(first.timestamp() * 1000) if first else 0,
        ),
        following=count_following(both, visits),
        to_open=measure_delay([one for one in sent if one.opens is Mode.INDIVIDUAL], visits, Kind.BEACON),
        to_click=measure_delay([one for one in sent if one.links is Mode.INDIVIDUAL], visits, Kind.LINK),
        batches=count_batches([one for one in sent if one.links is Mode.INDIVIDUAL], visits),
    )


def _opens(sent: Sequence[Sent], visits: Sequence[Visit], outside: frozenset[Sending]) -> Opens:
    of = {one.sending for one in sent if one.opens is Mode.INDIVIDUAL} | outside
    followed = ({one.sending for one in sent if one.links is Mode.INDIVIDUAL} | outside) & of
    beacons = [visit for visit in visits if visit.hit.kind is Kind.BEACON and visit.hit.sending in of]
    clicks = [visit for visit in visits if visit.hit.kind is Kind.LINK and visit.hit.sending in followed]
    steps: tuple[tuple[Sequence[Visit], Callable[[Visit], bool]], ...] = (
        (beacons, lambda visit: visit.reading.actor is Actor.HUMAN),
        (beacons, lambda visit: visit.reading.actor is Actor.PROXY),
        (clicks, lambda visit: visit.by_person),
        (beacons, lambda visit: visit.may_hide_open and visit.reading.actor is Actor.PREFETCH),
        (beacons, lambda visit: visit.may_hide_open),
        (beacons, lambda _visit: True),
    )
    placed: set[Sending] = set()
    sizes: list[int] = []
    for among, belongs in steps:
        members = {visit.hit.sending for visit in among if belongs(visit)} - placed
        placed |= members
        sizes.append(len(members))
    human, proxy, clicked, prefetch, unknown, machine = sizes
    least = human + proxy + clicked
    return Opens(
        of=len(of),
        human=human,
        proxy=proxy,
        clicked=clicked,
        prefetch=prefetch,
        unknown=unknown,
        machine=machine,
        none=len(of) - len(placed),
        displays=sum(visit.by_person for visit in beacons),
        bounds=bound_rate(least, least + prefetch + unknown, len(of)) if of and not outside else None,
    )


def _clicks(sent: Sequence[Sent], visits: Sequence[Visit], outside: frozenset[Sending]) -> Clicks:
    of = {one.sending for one in sent if one.links is Mode.INDIVIDUAL} | outside
    clicks = [visit for visit in visits if visit.hit.kind is Kind.LINK and visit.hit.sending in of]
    people = {visit.hit.sending for visit in clicks if visit.by_person}
    possible = people | {visit.hit.sending for visit in clicks if visit.reading.actor is Actor.UNKNOWN}
    bounds = bound_rate(len(people), len(possible), len(of)) if of and not outside else None
    return Clicks(len(of), len(people), len(possible), _visit_actors(clicks), bounds)


def _individual_links(facts: CampaignFacts, visits: Sequence[Visit]) -> tuple[LinkLine, ...]:
    by_link: dict[Link, list[Visit]] = defaultdict(list)
    for visit in visits:
        if visit.hit.kind is Kind.LINK:
            by_link[visit.hit.link].append(visit)
    return tuple(
        LinkLine(
            link,
            facts.links.get(link, ""),
            _visit_actors(by_link[link]),
            len({visit.hit.sending for visit in by_link[link] if visit.by_person}),
        )
        for link in sorted({*facts.links, *by_link})
    )


def _individual_clients(visits: Sequence[Visit], describe: Describe | None) -> tuple[ClientLine, ...]:
    beacons, clicks = Counter[tuple[str, str, str]](), Counter[tuple[str, str, str]]()
    for visit in visits:
        program = name_program(visit.reading, visit.hit.user_agent, describe)
        key = (visit.reading.client.value, program, visit.reading.actor.value)
        (clicks if visit.hit.kind is Kind.LINK else beacons)[key] += 1
    keys = sorted({*beacons, *clicks}, key=lambda key: (-(beacons[key] + clicks[key]), key))
    return tuple(ClientLine(*key, beacons[key], clicks[key]) for key in keys)


def _visit_hours(visits: Iterable[Visit]) -> Counter[int]:
    return Counter(hour_of(visit.hit.at_ms) for visit in visits)


def _visit_actors(visits: Iterable[Visit]) -> Actors:
    return count_actors(Counter(visit.reading.actor.value for visit in visits))
