"""What one copy may tell: the strictest of the account, the message's own fields and the ledger.

Unknown permission allows `pooled` and a withdrawal nothing; a mode that points at the recipient comes with the grant it
rests on (law 5), and whatever was asked for and not given comes with the reason. Knows no message.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from overt.measure import FEWEST, Disclosure, Grant, Mode, Permission, Purpose, Withdrawal, decide_mode
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
    modes: list[Mode] = []
    grants: list[str] = []
    reasons: list[str] = []
    for purpose, most, asked in (
        (Purpose.OPENS, account.opens, wish.opens),
        (Purpose.LINKS, account.links, wish.links),
    ):
        permission = consent.permission(address, purpose)
        mode = decide_mode(most, Mode.INDIVIDUAL, permission, asked)
        if purpose is Purpose.LINKS and mode is Mode.POOLED:  # only beacons have pools
            mode = Mode.SHARED
        modes.append(mode)
        if mode is Mode.INDIVIDUAL and permission.grant not in grants:
            grants.append(permission.grant)
        if mode < min(most, asked):
            reasons.append(f"{purpose.value}: {_why(permission, purpose)}")
    return Allowed(modes[0], modes[1], "; ".join(grants), "; ".join(reasons))


def _why(permission: Permission, purpose: Purpose) -> str:
    if isinstance(permission.latest, Grant):
        return "that mode is not built yet" if purpose is Purpose.OPENS else "links have no such mode"
    return "permission was withdrawn" if isinstance(permission.latest, Withdrawal) else "no grant is recorded"
