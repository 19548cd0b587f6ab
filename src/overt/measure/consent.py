"""Who may be measured how far: grants and withdrawals as values, and the rule that the strictest wins.

Permission has three states: granted, withdrawn, and unknown; unknown is not yes. This module keeps nothing: the
ledger in `overt.store` does.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from overt.measure.mode import Mode, strictest
from overt.measure.token import RecipientNumber

UNKNOWN_ALLOWS = Mode.POOLED  # what nobody's permission is needed for; DESIGN, modes


class Purpose(StrEnum):
    """What a grant is for; each is granted and withdrawn by itself."""

    OPENS = "opens"
    LINKS = "links"
    HYGIENE = "hygiene"


@dataclass(frozen=True, slots=True)
class Grant:
    """Somebody said yes: when, to what, in which way, to which wording, and where the proof is (`reference`)."""

    at: datetime
    recipient: RecipientNumber
    purpose: Purpose
    way: str
    reference: str
    wording: str = ""
    language: str = ""
    actor: str = ""


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """Somebody took a grant back, or said no before ever being asked."""

    at: datetime
    recipient: RecipientNumber
    purpose: Purpose
    way: str
    reference: str = ""
    wording: str = ""
    language: str = ""
    actor: str = ""


@dataclass(frozen=True, slots=True)
class Permission:
    """What stands for one recipient and purpose now: the last entry, or nothing."""

    latest: Grant | Withdrawal | None = None

    @property
    def allows(self) -> Mode:
        """The most that may be asked: everything with a grant, what needs none where nothing is known.

        After a withdrawal that is nothing: a shared count could not leave this recipient out.
        """
        if isinstance(self.latest, Withdrawal):
            return Mode.OFF
        return UNKNOWN_ALLOWS if self.latest is None else Mode.INDIVIDUAL

    @property
    def grant(self) -> str:
        """The standing grant's reference; empty without one."""
        return (self.latest.reference or self.latest.way) if isinstance(self.latest, Grant) else ""


def decide_opens(most: Mode, opens: Permission, hygiene: Permission) -> tuple[Mode, Permission]:
    """The mode of a beacon that may tell `most`, and the permission it rests on.

    Whoever granted only hygiene is measured by one date; who granted opens too, unless hygiene was withdrawn.
    """
    mode = strictest(most, opens.allows)
    if mode is Mode.HYGIENE and isinstance(hygiene.latest, Withdrawal):
        return UNKNOWN_ALLOWS, opens
    if mode is UNKNOWN_ALLOWS and most >= Mode.HYGIENE and isinstance(hygiene.latest, Grant):
        return Mode.HYGIENE, hygiene
    return mode, opens


def decide_links(most: Mode, links: Permission) -> Mode:
    """The mode of links that may tell `most`; they have neither pools nor one date."""
    mode = strictest(most, links.allows)
    return Mode.SHARED if mode in (Mode.POOLED, Mode.HYGIENE) else mode
