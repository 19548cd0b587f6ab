"""The part of a report that rests on pools: an open rate of people, without knowing any of them.

A pool that was asked for by a person's program holds somebody who opened. One that was only fetched ahead may, so the
rate lies between what people's hits say and what both say together. Only pools that were filled count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from overt.measure.campaign import ARRIVED, CampaignFacts, PoolFacts
from overt.measure.few import FEWEST
from overt.measure.hit import Count
from overt.measure.mode import Mode
from overt.measure.pool import PooledRate, estimate_pooled


@dataclass(frozen=True, slots=True)
class Pooled:
    """Opens of recipients in pools.

    `of` are delivered messages in pools, `pools` the full ones, of which people's programs hit `hit`, and these or
    programs that fetch ahead `possible`. `least` and `most` are the rates these say, None where fewer than `FEWEST`
    pools were filled or hit: too few to show. `spread` is the standard deviation of `least`, `identified` what it would
    be with a beacon for each recipient.
    """

    of: int
    facts: PoolFacts
    pools: int
    hit: int
    possible: int
    least: PooledRate | None
    most: PooledRate | None
    spread: float | None
    identified: float | None

    @property
    def few(self) -> bool:
        return self.least is None


def report_pooled(facts: CampaignFacts, counts: Sequence[Count]) -> Pooled | None:
    """Marks into a rate between bounds; None where the campaign has no pools."""
    pools = facts.pools
    if pools is None:
        return None
    sent = [one for one in facts.sent if one.opens is Mode.POOLED]
    arrived = sum(one.outcome in ARRIVED for one in sent)
    marks = [count for count in counts if count.is_mark and count.number and count.link in pools.full]
    hit = {mark.link for mark in marks if mark.actor == "person"}
    possible = {mark.link for mark in marks}
    full = len(pools.full)
    if full < FEWEST or len(hit) < FEWEST or not arrived:
        return Pooled(arrived, pools, full, len(hit), len(possible), None, None, None, None)
    # A copy that did not arrive carries a beacon that nobody sees, so fewer carry one than were drawn to.
    carried = pools.carried * arrived / len(sent)
    least, most = (
        estimate_pooled(len(found), full, recipients=full * pools.size, carried=carried) for found in (hit, possible)
    )
    identified = sqrt(least.value * (1 - least.value) / (full * pools.size))
    spread = (least.high - least.low) / (2 * 1.959964)  # Wilson's interval at 95 % carried over
    return Pooled(arrived, pools, full, len(hit), len(possible), least, most, spread, identified)
