"""Whether the envelope sender hears of what became of a message, as RFC 3461 section 5.2 lays down.

Nobody answers the null path (RFC 5321 section 6.1), so there are no reports on reports. Writes nothing itself.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from overt.store import Envelope, Queued, Told
from overt.wire.report import Action, Report, format_report

LATE = timedelta(
    hours=4
)  # until a sender hears of a delay; RFC 5321 section 4.5.4.1 leaves it open, Sendmail's default


def _identity() -> str:
    return secrets.token_hex(12)


@dataclass(frozen=True, slots=True)
class Notices:
    """Makes reports in the name of `hostname` about messages for the next hop `remote`."""

    hostname: str
    remote: str = ""
    identity: Callable[[], str] = _identity

    def make(
        self, action: Action, queued: Queued, raw: bytes, reason: str, now: datetime, *, until: datetime | None = None
    ) -> Told | None:
        """The report, where one is wanted."""
        envelope = queued.envelope
        if not envelope.sender or not wants(action, envelope, queued.warned):
            return None
        report = Report(
            action=action,
            sender=envelope.sender,
            recipient=envelope.recipient,
            reason=reason,
            arrived=queued.at,
            now=now,
            hostname=self.hostname,
            remote=self.remote,
            envid=envelope.envid,
            orcpt=envelope.orcpt,
            # Without RET the choice is ours (RFC 3461 section 4.3): a header is enough to know the message by.
            full=envelope.ret == "FULL" and action is Action.FAILED,
            utf8=envelope.utf8,
            until=until,
        )
        wide = envelope.utf8 or not envelope.sender.isascii()
        return Told(Envelope("", envelope.sender, wide), format_report(report, raw, identity=self.identity()))


def wants(action: Action, envelope: Envelope, warned: bool = False) -> bool:
    """RFC 3461 section 4.1: failures and delays unless something else was asked for; success only where it was."""
    asked = {word.strip() for word in envelope.notify.upper().split(",") if word.strip()}
    if action is Action.FAILED:
        return not asked or "FAILURE" in asked
    if action is Action.DELAYED:
        # Newsletters need no word about every full mailbox: a delay is told where it was asked for.
        return "DELAY" in asked and not warned
    return "SUCCESS" in asked
