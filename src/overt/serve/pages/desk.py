"""What a recipient may see and change, on ledger, suppression list and queue. Every call blocks.

Who holds a ticket of `measure.ticket` may do what it is for; nobody learns here whether an address is known. Knows no
HTTP and no page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid

from overt.clock import Clock, SystemClock
from overt.errors import Malformed
from overt.measure import (
    Grant,
    Hit,
    Keyring,
    Language,
    Mode,
    Purpose,
    RecipientNumber,
    mint_visit,
    verify_leave,
    verify_visit,
    visit_url,
)
from overt.message import parse_address
from overt.serve.pages.words import read_words
from overt.store import Entry, Envelope, Eraser, Ledger, Queue, SentTo, SuppressionList

CHOICES = (Purpose.OPENS, Purpose.LINKS, Purpose.HYGIENE)
OWN_PAGE = "own page"
ONE_MAIL = timedelta(minutes=10)  # between two mails to one address: nobody's mailbox is filled through us
MOST_REMEMBERED = 10_000  # people whom a mail went to lately; the oldest make room
READABLE = Callable[[RecipientNumber], Sequence[Hit]]


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends, as recipients know them. `address` is what mails of the pages come from, empty: none are sent."""

    name: str
    contact: str
    address: str
    base_url: str
    opens: Mode = Mode.INDIVIDUAL
    links: Mode = Mode.INDIVIDUAL
    language: Language = Language.ENGLISH


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


class Desk:
    """One sender's desk. `read_hits` gives the kept hits of one recipient."""

    def __init__(
        self,
        ledger: Ledger,
        queue: Queue,
        leavers: SuppressionList,
        keyring: Keyring,
        sender: Sender,
        *,
        read_hits: READABLE,
        eraser: Eraser,
        clock: Clock | None = None,
    ) -> None:
        self.sender = sender
        self._ledger = ledger
        self._queue = queue
        self._leavers = leavers
        self._keyring = keyring
        self._read_hits = read_hits
        self._eraser = eraser
        self._clock = clock or SystemClock()
        self._asked: dict[RecipientNumber, datetime] = {}

    def can_leave(self, ticket: str) -> bool:
        """Whether the ticket is one to unsubscribe by. Changes nothing."""
        return verify_leave(self._keyring, ticket) is not None

    def leave(self, ticket: str, *, way: str) -> bool:
        """No more list mail to the ticket's recipient, in force when this returns; False for no ticket of ours."""
        found = verify_leave(self._keyring, ticket)
        if found is not None:
            self._leavers.add_recipient(found.recipient, way=way)
        return found is not None

    def ask(self, text: str, language: Language) -> None:
        """Send the link to the page to this address, if anything is recorded about it. Says nothing of whether."""
        try:
            address = str(parse_address(text))
            recipient = self._ledger.find_recipient(address)
        except Malformed:
            return
        now = self._clock.now()
        if recipient is None or not self.sender.address or now - self._asked.get(recipient, now - ONE_MAIL) < ONE_MAIL:
            return
        self._asked.pop(recipient, None)
        self._asked[recipient] = now
        if len(self._asked) > MOST_REMEMBERED:
            del self._asked[next(iter(self._asked))]
        known = self._ledger.address_of(recipient) or address  # to the mailbox on record, however it was spelled here
        url = visit_url(self.sender.base_url, mint_visit(self._keyring, recipient, now))
        envelope = Envelope(self.sender.address, known, utf8=not known.isascii(), notify="NEVER")
        self._queue.put(envelope, self._mail(known, url, language, now))

    def look(self, ticket: str) -> Known | None:
        """Everything about the ticket's recipient, or None where the ticket is none or no longer good."""
        recipient = verify_visit(self._keyring, ticket, self._clock.now())
        address = None if recipient is None else self._ledger.address_of(recipient)
        if recipient is None or address is None:
            return None
        return Known(
            address=address,
            granted={each: self._granted(address, each) for each in CHOICES},
            entries=self._ledger.consent_of(address),
            unsubscribed=self._leavers.holds(address),
            messages=self._ledger.sent_to(recipient),
            hits=tuple(self._read_hits(recipient)),
            last_open=self._ledger.last_open(recipient),
        )

    def choose(self, ticket: str, allowed: Mapping[Purpose, bool], *, language: Language) -> bool:
        """Record what the recipient allows from now on, where that differs from what stands."""
        address = self._address(ticket)
        if address is None:
            return False
        wording = f"page-{read_words(language).version}"
        for purpose in CHOICES:
            wanted = allowed.get(purpose, False)
            if wanted is self._granted(address, purpose):
                continue
            enter = self._ledger.grant if wanted else self._ledger.withdraw
            enter(address, purpose, way=OWN_PAGE, wording=wording, language=language.value, actor="recipient")
        return True

    def leave_by_page(self, ticket: str) -> bool:
        """As `leave`, by the ticket to the page."""
        address = self._address(ticket)
        if address is not None:
            self._leavers.add(address, way=OWN_PAGE)
        return address is not None

    def erase(self, ticket: str) -> bool:
        """Erase the ticket's recipient, for good."""
        address = self._address(ticket)
        if address is not None:
            self._eraser.erase(address)
        return address is not None

    def _address(self, ticket: str) -> str | None:
        recipient = verify_visit(self._keyring, ticket, self._clock.now())
        return None if recipient is None else self._ledger.address_of(recipient)

    def _granted(self, address: str, purpose: Purpose) -> bool:
        return isinstance(self._ledger.permission(address, purpose).latest, Grant)

    def _mail(self, address: str, url: str, language: Language, now: datetime) -> bytes:
        words, sender = read_words(language), self.sender
        name = sender.name or sender.address
        mail = EmailMessage()
        mail["From"] = sender.address
        mail["To"] = address
        mail["Subject"] = words.say("mail_visit.subject", sender=name)
        mail["Date"] = format_datetime(now)
        mail["Message-ID"] = make_msgid(domain=sender.address.rpartition("@")[2])
        mail["Auto-Submitted"] = "auto-generated"  # RFC 3834 section 5
        mail["Content-Language"] = language.value
        mail.set_content(words.say("mail_visit.text", sender=name, url=url), cte="quoted-printable")
        return mail.as_bytes(policy=SMTP.clone(utf8=not address.isascii()))


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
