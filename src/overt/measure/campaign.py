"""What is known of a campaign before anybody asked for anything: which messages went to whom, and their links.

Filled from the ledger, or from a manifest where mail was instrumented without one. Knows no hit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from overt.measure.mode import Mode
from overt.measure.token import Campaign, Link, Sending, Variant


class Outcome(StrEnum):
    """How far a message came. What the next hop accepted counts as delivered; a later bounce is not seen yet.

    `UNKNOWN`: instrumented and handed to somebody else's mail system, which does not tell us.
    """

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"
    UNKNOWN = "unknown"


# Nothing is known against the arrival of these.
ARRIVED = frozenset({Outcome.DELIVERED, Outcome.UNKNOWN})


@dataclass(frozen=True, slots=True)
class Sent:
    """One message to one recipient. `recipient` is the address, "" where nobody told; `at` likewise.

    `withdrawn`: the recipient took the grant back; nothing individual is told of the sending any more.
    """

    sending: Sending
    recipient: str
    variant: Variant
    opens: Mode
    links: Mode
    at: datetime | None = None
    outcome: Outcome = Outcome.DELIVERED
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class PoolFacts:
    """Pools of `size` recipients each, whose copies carry the beacon with probability `carried`.

    `full` are the numbers of those that were filled. A pool that was not filled tells too much of too few, and is none.
    """

    size: int
    carried: float
    full: frozenset[int]


@dataclass(frozen=True, slots=True)
class CampaignFacts:
    """A campaign's name, its sendings, the destination of each link number, and its pools where it has any."""

    campaign: Campaign
    name: str
    sent: tuple[Sent, ...] = ()
    links: Mapping[Link, str] = field(default_factory=dict)
    pools: PoolFacts | None = None
