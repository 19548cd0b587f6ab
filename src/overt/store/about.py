"""Everything that is recorded about one recipient: what the recipient's page shows, and what access requests get.

Knows no file and no page; whoever reads says how hits are read, for that loads analytics.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from overt.measure import Grant, Hit, Purpose, RecipientNumber
from overt.store.chain import Entry
from overt.store.ledger import Ledger
from overt.store.sent import SentTo
from overt.store.suppression import SuppressionList

HitReader = Callable[[RecipientNumber], Sequence[Hit]]


@dataclass(frozen=True, slots=True)
class Known:
    """Everything that is recorded about one recipient; `hits` are those kept now, oldest first."""

    address: str
    granted: Mapping[Purpose, bool]
    entries: tuple[Entry, ...]
    unsubscribed: bool
    messages: tuple[SentTo, ...]
    hits: tuple[Hit, ...]
    last_open: date | None = None


def read_known(
    ledger: Ledger, leavers: SuppressionList, read_hits: HitReader, recipient: RecipientNumber, address: str
) -> Known:
    """What is recorded about `recipient`, who has that address; `read_hits` gives the kept hits of one recipient."""
    latest = {purpose: ledger.permission(address, purpose).latest for purpose in Purpose}
    return Known(
        address=address,
        granted={purpose: isinstance(entry, Grant) for purpose, entry in latest.items()},
        entries=ledger.consent_of(address),
        unsubscribed=leavers.holds(address),
        messages=ledger.sent_to(recipient),
        hits=tuple(read_hits(recipient)),
        last_open=ledger.last_open(recipient),
    )


def as_record(known: Known) -> dict[str, object]:
    """Everything as JSON values: what a recipient may carry away (GDPR article 15 and 20)."""
    return {
        "address": known.address,
        "allowed": {purpose.value: granted for purpose, granted in known.granted.items()},
        "unsubscribed": known.unsubscribed,
        "permissions": [
            {
                "at": entry.at.isoformat(),
                "purpose": entry.purpose.value,
                "decision": "grant" if isinstance(entry, Grant) else "withdrawal",
                "way": entry.way,
                "wording": entry.wording,
                "language": entry.language,
                "reference": entry.reference,
                "actor": entry.actor,
            }
            for entry in known.entries
        ],
        "messages": [
            {
                "campaign": sent.campaign,
                "sending": f"{sent.sending:016x}",
                "at": sent.at.isoformat(),
                "opens": sent.opens.word,
                "links": sent.links.word,
                "because": sent.because,
            }
            for sent in known.messages
        ],
        "last_open": known.last_open and known.last_open.isoformat(),
        "hits": [
            {
                "at_ms": hit.at_ms,
                "kind": hit.kind.name.lower(),
                "method": hit.method,
                "sending": f"{hit.sending:016x}",
                "link": hit.link,
                "prefix": hit.prefix,
                "place": hit.place,
                "network": hit.network,
                "user_agent": hit.user_agent,
                "flags": hit.flags.value,
            }
            for hit in known.hits
        ],
    }
