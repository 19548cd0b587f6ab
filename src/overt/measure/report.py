"""From rows to what a report says: pure values, for a terminal, JSON, CSV or a page alike.

Halves that never mix: `shared` and `pooled` from counters, `individual` from hits. Machines stand apart from people.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from overt.measure.anchor import Anchored
from overt.measure.campaign import CampaignFacts, Outcome
from overt.measure.clues import Egress
from overt.measure.device import Describe
from overt.measure.group import History
from overt.measure.hit import Count, Hit
from overt.measure.individual import Individual, report_individual
from overt.measure.mode import Mode
from overt.measure.pooled import Pooled, report_pooled
from overt.measure.shared import Shared, report_shared


@dataclass(frozen=True, slots=True)
class CampaignReport:
    """One campaign. `delivered` is what the next hop accepted; `opens` and `links` count messages by mode.

    `unknown` are messages instrumented without the relay: whether they were delivered is not ours to know. `estimate`
    is of the open rate, `unestimated` why there is none; both are added by whoever can compute them.
    """

    campaign: int
    name: str
    sent: int
    delivered: int
    waiting: int
    failed: int
    unknown: int
    first_sent: datetime | None
    last_sent: datetime | None
    opens: Mapping[Mode, int]
    links: Mapping[Mode, int]
    shared: Shared | None
    individual: Individual | None
    pooled: Pooled | None = None
    estimate: Anchored | None = None
    unestimated: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """What was known at `made_at`, read by `ruleset`, and by the list `egress` of Apple's addresses ("" without)."""

    made_at: datetime
    ruleset: int
    campaigns: tuple[CampaignReport, ...] = field(default=())
    egress: str = ""


def report_campaign(
    facts: CampaignFacts,
    hits: Iterable[Hit],
    counts: Iterable[Count],
    history: History | None = None,
    egress: Egress | None = None,
    describe: Describe | None = None,
) -> CampaignReport:
    """The report of one campaign from its own rows; rows of other campaigns are left out.

    `history` is what was seen of recipients in all campaigns: it decides who can be compared with whom. `egress` is
    Apple's list where there is one, `describe` knows the systems behind User-Agents.
    """
    own_hits = [hit for hit in hits if hit.campaign == facts.campaign and hit.mode is Mode.INDIVIDUAL]
    own_counts = [count for count in counts if count.campaign == facts.campaign]
    outcomes = Counter(sent.outcome for sent in facts.sent)
    moments = [sent.at for sent in facts.sent if sent.at is not None]
    individual = own_hits or any(Mode.INDIVIDUAL in (sent.opens, sent.links) for sent in facts.sent)
    shared = own_counts or any(
        sent.opens in (Mode.SHARED, Mode.POOLED) or sent.links is Mode.SHARED for sent in facts.sent
    )
    return CampaignReport(
        campaign=facts.campaign,
        name=facts.name,
        sent=len(facts.sent),
        delivered=outcomes[Outcome.DELIVERED],
        waiting=outcomes[Outcome.WAITING],
        failed=outcomes[Outcome.FAILED],
        unknown=outcomes[Outcome.UNKNOWN],
        first_sent=min(moments, default=None),
        last_sent=max(moments, default=None),
        opens=dict(Counter(sent.opens for sent in facts.sent)),
        links=dict(Counter(sent.links for sent in facts.sent)),
        shared=report_shared(facts, own_counts) if shared else None,
        individual=report_individual(facts, own_hits, history, egress, describe) if individual else None,
        pooled=report_pooled(facts, own_counts),
    )
