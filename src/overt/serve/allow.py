"""What one copy may tell: the strictest of the account, the message's own fields and the ledger.

Unknown permission allows `shared` and a withdrawal nothing; a mode that points at the recipient comes with the grant it
rests on (law 5), and whatever was asked for and not given comes with the reason. Knows no message.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from overt.measure import Disclosure, Grant, Mode, Permission, Purpose, Withdrawal, decide_mode
from overt.serve.wish import CAMPAIGN, Wish


@dataclass(frozen=True, slots=True)
class Account:
    """What a sender decided for all mail: `opens` and `links` are the most that may be told.

    `own_addresses` are the sender's own, whose copies go out untouched. `pages_url` is where recipients' pages are
    reached; with `leave` each message gets fields to unsubscribe by that has none of its own.
    """

    base_url: str
    opens: Mode = Mode.INDIVIDUAL
    links: Mode = Mode.INDIVIDUAL
    campaign_field: str = CAMPAIGN
    text_links: bool = False
    app_links: bool = False
    exclude: tuple[str, ...] = ()
    own_addresses: tuple[str, ...] = ()
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
        modes.append(mode)
        if mode is Mode.INDIVIDUAL and permission.grant not in grants:
            grants.append(permission.grant)
        if mode < min(most, asked):
            reasons.append(f"{purpose.value}: {_why(permission)}")
    return Allowed(modes[0], modes[1], "; ".join(grants), "; ".join(reasons))


def _why(permission: Permission) -> str:
    if isinstance(permission.latest, Grant):
        return "the mode asked for is not built yet"
    return "permission was withdrawn" if isinstance(permission.latest, Withdrawal) else "no grant is recorded"
