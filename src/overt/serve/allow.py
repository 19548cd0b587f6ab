"""What one copy may tell: the strictest of the account, the message's own fields and the ledger.

Unknown permission allows `pooled` and a withdrawal nothing; a mode that points at the recipient comes with the grant it
rests on (law 5), and whatever was asked for and not given comes with the reason. Knows no message.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from overt.measure import (
    FEWEST,
    Disclosure,
    Grant,
    Mode,
    Permission,
    Purpose,
    Withdrawal,
    decide_links,
    decide_opens,
    strictest,
)
from overt.serve.wish import CAMPAIGN, Wish


@dataclass(frozen=True, slots=True)
class Account:
    """What a sender decided for all mail: `opens` and `links` are the most that may be told.

    `own_addresses` are the sender's own, whose copies go out untouched. `pages_url` is where recipients' pages are
    reached; with `leave` each message gets fields to unsubscribe by that has none of its own. Pools have `pool_size`
    recipients at least, and are planned for an open rate of about `expected_rate`. A campaign declared to have
    fewer than `fewest` recipients measures only those who granted it.
    """

    base_url: str
    opens: Mode = Mode.INDIVIDUAL
    links: Mode = Mode.INDIVIDUAL
    campaign_field: str = CAMPAIGN
    text_links: bool = False
    app_links: bool = False
    exclude: tuple[str, ...] = ()
    own_addresses: tuple[str, ...] = ()
    fewest: int = FEWEST
    pool_size: int = 20
    expected_rate: float = 0.3
    pages_url: str = ""
    leave: bool = False
    disclosure: Disclosure = field(default_factory=Disclosure)


@dataclass(frozen=True, slots=True)
class Allowed:
    """The modes of one copy, the grants' references, and why it is not more; `grant` is empty where none is needed."""

    opens: Mode = Mode.OFF
    links: Mode = Mode.OFF
    grant: str = ""
    because: str = ""


class Consent(Protocol):
    """Where permission is recorded: the ledger."""

    def permission(self, address: str, purpose: Purpose, /) -> Permission: ...


def decide(consent: Consent, account: Account, wish: Wish, address: str) -> Allowed:
    """What the copy to `address` may tell."""
    opens, hygiene, links = (
        consent.permission(address, each) for each in (Purpose.OPENS, Purpose.HYGIENE, Purpose.LINKS)
    )
    most_opens, most_links = strictest(account.opens, wish.opens), strictest(account.links, wish.links)
    opened, rests_on = decide_opens(most_opens, opens, hygiene)
    clicked = decide_links(most_links, links)
    grants = dict.fromkeys(
        permission.grant for mode, permission in ((opened, rests_on), (clicked, links)) if mode.names_sending
    )
    reasons = [
        f"{purpose.value}: {_why(permission)}"
        for purpose, mode, most, permission in (
            (Purpose.OPENS, opened, most_opens, opens),
            (Purpose.LINKS, clicked, most_links, links),
        )
        if mode < most
    ]
    return Allowed(opened, clicked, "; ".join(grants), "; ".join(reasons))


def _why(permission: Permission) -> str:
    if isinstance(permission.latest, Grant):
        return "that mode does not fit"
    return "permission was withdrawn" if isinstance(permission.latest, Withdrawal) else "no grant is recorded"
