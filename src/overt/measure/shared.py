"""The half of a report that rests on counters: loads and clicks of a message that was the same for everybody.

Loads are never called opens and no rate is made of them: a mailbox provider may ask once for many people, and Apple
asks for nobody. Each request was read once, at the edge, and forgotten, so `rulesets` may be several.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from overt.measure.campaign import ARRIVED, CampaignFacts
from overt.measure.few import FEWEST, hide_few
from overt.measure.hit import Count
from overt.measure.line import Actors, ClientLine, LinkLine, TimeLine, count_actors, list_times
from overt.measure.mode import Mode
from overt.measure.reading import Actor
from overt.measure.token import Kind, Variant


@dataclass(frozen=True, slots=True)
class Shared:
    """What counters tell. `opens_of` and `links_of`: delivered messages with a shared beacon, with shared links."""

    opens_of: int
    links_of: int
    clicks: Actors
    loads: Actors
    links: tuple[LinkLine, ...]
    clients: tuple[ClientLine, ...]
    times: tuple[TimeLine, ...]
    variants: Mapping[Variant, tuple[Actors, Actors]]  # clicks, loads
    rulesets: tuple[int, ...]

    @property
    def few(self) -> bool:
        return 0 < self.clicks.total < FEWEST or 0 < self.loads.total < FEWEST


def report_shared(facts: CampaignFacts, counts: Sequence[Count]) -> Shared:
    """Counters into loads and clicks. Totals of campaign and link are whole; smaller cells may be None."""
    delivered = [sent for sent in facts.sent if sent.outcome in ARRIVED]
    counts = [count for count in counts if not count.is_mark]
    clicks = [count for count in counts if count.kind is Kind.LINK]
    loads = [count for count in counts if count.kind is Kind.BEACON]
    numbers = sorted({*facts.links, *(count.link for count in clicks)})
    return Shared(
        opens_of=sum(sent.opens in (Mode.SHARED, Mode.POOLED) for sent in delivered),
        links_of=sum(sent.links is Mode.SHARED for sent in delivered),
        clicks=_count_actors(clicks),
        loads=_count_actors(loads),
        links=tuple(
            LinkLine(link, facts.links.get(link, ""), _count_actors([count for count in clicks if count.link == link]))
            for link in numbers
        ),
        clients=_shared_clients(loads, clicks),
        times=list_times(_hours_of(loads), _hours_of(clicks), FEWEST),
        variants={
            variant: (
                _count_actors([count for count in clicks if count.variant == variant]),
                _count_actors([count for count in loads if count.variant == variant]),
            )
            for variant in sorted({count.variant for count in counts} | {sent.variant for sent in facts.sent})
        },
        rulesets=tuple(sorted({count.ruleset for count in counts})),
    )


def _shared_clients(loads: Sequence[Count], clicks: Sequence[Count]) -> tuple[ClientLine, ...]:
    sums: tuple[Counter[tuple[str, str]], Counter[tuple[str, str]]] = (Counter(), Counter())
    for counter, counts in zip(sums, (loads, clicks), strict=True):
        for count in counts:
            counter[count.client, count.actor] += count.number
    keys = sorted({*sums[0], *sums[1]}, key=lambda key: (-(sums[0][key] + sums[1][key]), key))
    cells = [hide_few([counter[key] for key in keys]) for counter in sums]
    return tuple(
        ClientLine(client, "", actor, load, click) for (client, actor), load, click in zip(keys, *cells, strict=True)
    )


def _hours_of(counts: Iterable[Count]) -> Counter[int]:
    hours: Counter[int] = Counter()
    for count in counts:
        if count.actor != Actor.MACHINE:
            hours[count.hour] += count.number
    return hours


def _count_actors(counts: Iterable[Count]) -> Actors:
    numbers: Counter[str] = Counter()
    for count in counts:
        numbers[count.actor] += count.number
    return count_actors(numbers)
