"""Who among those who granted it reads, and who has gone quiet: every recipient's engagement over all campaigns.

Of clicks every sending with individual links tells. Of opens a sending that was fetched ahead tells nothing either way,
so it is left out, whatever came of it. Imports scipy: processes that carry traffic must not import this module.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from overt.measure.campaign import ARRIVED, CampaignFacts
from overt.measure.clues import Egress
from overt.measure.engagement import HALF_LIFE, Engagement, Exposure, Prior, fade, fit_prior, score
from overt.measure.hit import Hit
from overt.measure.mode import Mode
from overt.measure.people import EngagementRow
from overt.measure.reading import Actor
from overt.measure.token import Kind, Sending
from overt.measure.visit import Visit, read_visits

_DAY: Final = 86_400.0


@dataclass(frozen=True, slots=True)
class Engaged:
    """One recipient: of `sendings` that tell, `events` had one; `last` is when the last began, None without one."""

    recipient: str
    engagement: Engagement
    sendings: int
    events: int
    last: datetime | None


def rank_recipients(
    campaigns: Iterable[CampaignFacts],
    hits: Iterable[Hit],
    now: datetime,
    *,
    kind: Kind = Kind.LINK,
    half_life: float = HALF_LIFE,
    egress: Egress | None = None,
) -> tuple[Prior, tuple[Engaged, ...]]:
    """The list's prior and its recipients, the most engaged first; those of whom too little is known come last.

    `kind` says of what: a link's are clicks, a beacon's opens. `egress` is Apple's list where there is one. Raises
    `Refused` for a list of people too short to learn from.
    """
    by_campaign: dict[int, list[Hit]] = defaultdict(list)
    for hit in hits:
        by_campaign[hit.campaign].append(hit)
    exposures: dict[str, list[Exposure]] = defaultdict(list)
    last: dict[str, datetime] = {}
    for facts in campaigns:
        visits: dict[Sending, list[Visit]] = defaultdict(list)
        for visit in read_visits(by_campaign.get(facts.campaign, ()), facts.sent, egress):
            if visit.hit.kind is kind:
                visits[visit.hit.sending].append(visit)
        for sent in facts.sent:
            mode = sent.links if kind is Kind.LINK else sent.opens
            arrived = sent.outcome in ARRIVED or sent.sending in visits
            if mode is not Mode.INDIVIDUAL or sent.withdrawn or not arrived or not sent.at or not sent.recipient:
                continue
            mine = visits.get(sent.sending, [])
            if kind is Kind.BEACON and any(visit.reading.actor is Actor.PREFETCH for visit in mine):
                continue
            first = min((visit.hit.at_ms for visit in mine if visit.by_person), default=None)
            age = max(0.0, (now - sent.at).total_seconds() / _DAY)
            if first is None:
                exposures[sent.recipient].append(Exposure(age))
                continue
            at = datetime.fromtimestamp(first / 1000, UTC)
            # Clocks of relay and collector may differ: an event is no older than its sending.
            exposures[sent.recipient].append(Exposure(age, min(age, max(0.0, (now - at).total_seconds() / _DAY))))
            last[sent.recipient] = max(at, last.get(sent.recipient, at))
    prior = fit_prior([fade(one, half_life) for one in exposures.values()])
    people = [
        Engaged(
            recipient,
            score(ones, prior, half_life=half_life),
            len(ones),
            sum(one.event_age is not None for one in ones),
            last.get(recipient),
        )
        for recipient, ones in exposures.items()
    ]
    return prior, tuple(sorted(people, key=_order))


def as_row(one: Engaged) -> EngagementRow:
    """One recipient as a row of a table, under `ENGAGEMENT`."""
    found = one.engagement
    score = None if found.score is None else round(found.score, 2)
    rates = (score, round(found.low, 2), round(found.high, 2), found.level)
    return one.recipient, *rates, one.sendings, one.events, one.last


def _order(one: Engaged) -> tuple[bool, float, str]:
    known = one.engagement.score
    return known is None, -(known or 0.0), one.recipient
