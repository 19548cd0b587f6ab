"""What a recipient may see and change, on ledger, suppression list and queue. Every call blocks.

Who holds a ticket of `measure.ticket` may do what it is for; nobody learns here whether an address is known. Knows no
HTTP and no page.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from overt.clock import Clock, SystemClock
from overt.errors import Malformed
from overt.measure import (
    Grant,
    Keyring,
    Language,
    Mode,
    Purpose,
    RecipientNumber,
    Withdrawal,
    confirm_url,
    mint_confirm,
    mint_visit,
    verify_confirm,
    verify_leave,
    verify_visit,
    visit_url,
)
from overt.message import parse_address
from overt.serve.pages.letter import write_letter
from overt.serve.pages.words import read_words
from overt.store import Envelope, Eraser, HitReader, Known, Ledger, Queue, SuppressionList, read_known

CHOICES = tuple(Purpose)
DOUBLE_OPT_IN = "double opt-in"
ONE_ASKING = timedelta(days=1)
OWN_PAGE = "own page"
ONE_MAIL = timedelta(minutes=10)  # between two mails to one address: nobody's mailbox is filled through us
MOST_REMEMBERED = 10_000  # people whom a mail went to lately; the oldest make room


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
        read_hits: HitReader,
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
        self._send("mail_visit", known, url, language, now)

    def invite(self, text: str, purposes: Collection[Purpose], language: Language) -> str:
        """Ask this address by mail to grant `purposes`; why it is not asked, or an empty string.

        Nothing is granted by asking. Nobody is asked who said no, who left, or who was asked within a day.
        """
        address, now = str(parse_address(text)), self._clock.now()
        if not self.sender.address:
            return "the settings name no address to send from (pages.address)"
        standing = [self._ledger.permission(address, purpose).latest for purpose in purposes]
        if all(isinstance(entry, Grant) for entry in standing):
            return "granted already"
        if any(isinstance(entry, Withdrawal) for entry in standing):
            return "said no; only the recipient can change that"
        if self._leavers.holds(address):
            return "left the mailings"
        recipient = self._ledger.recipient(address)
        if not self._ledger.note_asking(recipient, now, ONE_ASKING):
            return "was asked within the last day"
        url = confirm_url(self.sender.base_url, mint_confirm(self._keyring, recipient, purposes, now))
        self._send("mail_confirm", address, url, language, now)
        return ""

    def may_grant(self, ticket: str) -> tuple[Purpose, ...]:
        """What the ticket grants, empty for none of ours or one that is too old. Changes nothing."""
        found = verify_confirm(self._keyring, ticket, self._clock.now())
        return () if found is None or self._ledger.address_of(found.recipient) is None else found.purposes

    def grant(self, ticket: str, *, language: Language) -> bool:
        """Record what the ticket's recipient grants; False for no ticket of ours or one that is too old."""
        found = verify_confirm(self._keyring, ticket, self._clock.now())
        address = None if found is None else self._ledger.address_of(found.recipient)
        if found is None or address is None:
            return False
        wording = f"mail-{read_words(language).version}"
        for purpose in found.purposes:
            if not self._granted(address, purpose):
                self._ledger.grant(
                    address,
                    purpose,
                    way=DOUBLE_OPT_IN,
                    wording=wording,
                    language=language.value,
                    actor="recipient",
                )
        return True

    def look(self, ticket: str) -> Known | None:
        """Everything about the ticket's recipient, or None where the ticket is none or no longer good."""
        recipient = verify_visit(self._keyring, ticket, self._clock.now())
        address = None if recipient is None else self._ledger.address_of(recipient)
        if recipient is None or address is None:
            return None
        return read_known(self._ledger, self._leavers, self._read_hits, recipient, address)

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

    def _send(self, kind: str, address: str, url: str, language: Language, now: datetime) -> None:
        sender = self.sender
        name = sender.name or sender.address
        raw = write_letter(kind, sender.address, name, address, read_words(language), now, url=url)
        self._queue.put(Envelope(sender.address, address, utf8=not address.isascii(), notify="NEVER"), raw)
