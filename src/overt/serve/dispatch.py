"""From one message for many recipients to a copy for each in the queue: the relay without its sockets.

The strictest of account, header field and ledger decides what each copy may tell. Mail comes first: where anything
about instrumenting fails the message goes out as it came, and that is recorded. Only a database that cannot be written
stops it, and then nothing was accepted.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random, SystemRandom

from overt.clock import Clock, SystemClock
from overt.errors import OvertError, Refused, Unavailable
from overt.measure import (
    Campaign,
    Keyring,
    Link,
    Mode,
    Named,
    Plan,
    Prepared,
    RecipientNumber,
    Sending,
    copy_is_senders_own,
    is_list_mail,
    leave_url,
    mint_leave,
    prepare,
    reason_to_leave_alone,
    say_how_to_leave,
)
from overt.message import Message, apply_edits, parse
from overt.serve.allow import Account, Allowed, decide
from overt.serve.wish import Wish, read_wish, remove_fields
from overt.store import UNSUBSCRIBED, Envelope, Ledger, Queue, SuppressionList, savepoint, writing
from overt.store.deck import Deck, make_deck
from overt.wire.report import OWN_ENVELOPE_ID

__all__ = ["Account", "Dispatch", "Submission"]

_LOG = logging.getLogger(__name__)

LONGEST_LINE = 998  # RFC 5322 section 2.1.1, without the line end
LONGEST_MESSAGE_ID = 998  # a line of a header


@dataclass(frozen=True, slots=True)
class To:
    """One RCPT with what it asked for (RFC 3461 section 4)."""

    address: str
    notify: str = ""
    orcpt: str = ""


@dataclass(frozen=True, slots=True)
class Submission:
    """One SMTP transaction: an empty `sender` is the null path, `utf8` says that it asked for RFC 6531.

    `to` holds what RCPT commands asked for beside the address; `ret` and `envid` are of MAIL.
    """

    sender: str
    recipients: tuple[str, ...]
    raw: bytes = field(repr=False)
    utf8: bool = False
    ret: str = ""
    envid: str = ""
    to: tuple[To, ...] = ()

    def envelope(
        self, address: str, sending: Sending | None = None, *, envid: str = "", list_mail: bool = False
    ) -> Envelope:
        """The envelope of the copy for one recipient; `envid` where the client gave none."""
        asked = next((each for each in self.to if each.address == address), To(address))
        return Envelope(
            sender=self.sender,
            recipient=address,
            utf8=self.utf8,
            sending=sending,
            ret=self.ret,
            envid=self.envid or envid,
            notify=asked.notify,
            orcpt=asked.orcpt,
            list_mail=list_mail,
        )


class Dispatch:
    """Makes copies for one account. Every call blocks; use it from one thread at a time."""

    def __init__(
        self,
        ledger: Ledger,
        queue: Queue,
        keyring: Keyring,
        account: Account,
        clock: Clock | None = None,
        *,
        chance: Random | None = None,
    ) -> None:
        self.account = account
        self._ledger = ledger
        self._queue = queue
        self._keyring = keyring
        self._clock = clock or SystemClock()
        self._chance = chance or SystemRandom()
        self._suppressed = SuppressionList(ledger.engine, keyring, self._clock)

    def accept(self, submissions: Sequence[Submission]) -> None:
        """Put copies for all recipients of all of them into the queue, durable when this returns.

        Raises `Unavailable` where the database cannot be written; then none of them was accepted.
        """
        with writing(self._ledger.engine):
            for submission in submissions:
                try:
                    with savepoint(self._ledger.engine):
                        self._accept(submission)
                except Unavailable:
                    raise
                except Exception as error:  # noqa: BLE001 mail first, whatever it is
                    self._pass_on(submission, error)

    def _accept(self, submission: Submission) -> None:
        came = parse(submission.raw)
        wish = read_wish(came, campaign_field=self.account.campaign_field)
        raw = apply_edits(submission.raw, remove_fields(came))
        campaign = self._ledger.campaign(wish.campaign)
        deck, named = self._deck(campaign, wish.size), Named(submission.recipients)
        batch = _Batch(parse(raw), wish, submission, campaign, deck, named)
        for sentence in wish.unread:
            self._ledger.record_event("field-not-read", sentence, message_id=batch.message_id)
        untouched = self._reason(batch)
        batch.leave = not untouched and (self.account.leave if wish.leave is None else wish.leave)
        batch.list_mail = batch.leave or is_list_mail(batch.message)
        for address in dict.fromkeys(submission.recipients):
            if self._is_own(batch, address):
                self._put(batch, address, raw, None)
                batch.deck = batch.deck.pass_by()
                continue
            try:
                with savepoint(self._ledger.engine):
                    self._copy(batch, address, untouched)
            except Unavailable:
                raise
            except Exception as error:  # noqa: BLE001 mail first, whatever it is
                self._give_up(batch, address, error)
                batch.deck = batch.deck.pass_by()
        self._ledger.write_deck(batch.deck)

    def _deck(self, campaign: Campaign, declared: int) -> Deck:
        """The campaign's pools, planned at its first message."""
        made = make_deck(campaign, declared, self.account.pool_size, self.account.expected_rate)
        deck, new = self._ledger.open_deck(made)
        if new and declared and deck.because:
            self._ledger.record_event("no-pools", deck.because)
        return deck

    def _reason(self, batch: _Batch) -> str:
        """Why nobody's copy is instrumented, or an empty string."""
        if not batch.submission.sender:
            return "a report of a mail system, from the null path"  # RFC 5321 section 4.5.5
        return reason_to_leave_alone(batch.message)

    def _copy(self, batch: _Batch, address: str, untouched: str) -> None:
        recipient = self._ledger.recipient(address)
        if batch.list_mail and self._suppressed.holds(address):
            self._ledger.record_failure(self._number(batch, recipient, Allowed(because=UNSUBSCRIBED)), UNSUBSCRIBED)
            batch.deck = batch.deck.pass_by()
            return
        allowed = Allowed(because=untouched) if untouched else decide(self._ledger, self.account, batch.wish, address)
        if 0 < batch.deck.declared < self.account.fewest:
            allowed = _spare_few(allowed, self.account.fewest)
        deck, pool = batch.deck.draw(self._chance) if allowed.opens is Mode.POOLED else (batch.deck.pass_by(), None)
        if allowed.opens is Mode.POOLED and pool is None:
            allowed = replace(allowed, opens=Mode.SHARED)
        form = None
        if max(allowed.opens, allowed.links) > Mode.OFF:
            form = self._form(batch, allowed, recipient)
            if form.silent:
                why = "; ".join(form.prepared.skipped) or "nothing in it to measure"
                form, allowed = None, Allowed(because=why)
        sending = self._number(batch, recipient, allowed)
        if form is not None and pool == 0:  # which copies of a pool carry the beacon is recorded nowhere
            form = self._form(batch, replace(allowed, opens=Mode.OFF), recipient)
        if form is None or form.silent:
            raw = batch.message.raw
        else:
            prepared = form.prepared
            raw = form.shared or batch.bounded(prepared.render(self._keyring, sending, form.numbers, pool=pool or 0))
        self._put(batch, address, self._with_leave(batch, recipient, raw), sending)
        batch.deck = deck

    def _with_leave(self, batch: _Batch, recipient: RecipientNumber, raw: bytes) -> bytes:
        """`raw` with this recipient's fields to unsubscribe by, where they are wanted."""
        if not batch.leave:
            return raw
        url = leave_url(self.account.pages_url, mint_leave(self._keyring, recipient, batch.campaign))
        # The copy begins as the message does, so the place is the same in both.
        return apply_edits(raw, say_how_to_leave(batch.message, url))

    def _number(self, batch: _Batch, recipient: RecipientNumber, allowed: Allowed) -> Sending:
        return self._ledger.new_sending(
            batch.campaign,
            recipient,
            variant=batch.wish.variant,
            message_id=batch.message_id,
            opens=allowed.opens,
            links=allowed.links,
            grant=allowed.grant,
            because=allowed.because,
            at=self._clock.now(),
        )

    def _form(self, batch: _Batch, allowed: Allowed, recipient: RecipientNumber) -> _Form:
        """The message in these modes, made once for all recipients who have them."""
        key = (allowed.opens, allowed.links)
        if key not in batch.forms:
            account = self.account
            # A form is nobody's: the sending is a stand-in, and each copy's own comes when it is rendered.
            stand_in = Sending(recipient << 32) if allowed.grant else None
            plan = Plan(
                base_url=account.base_url,
                campaign=batch.campaign,
                variant=batch.wish.variant,
                opens=allowed.opens,
                links=allowed.links,
                sending=stand_in,
                grant=allowed.grant,
                text_links=account.text_links,
                exclude=account.exclude,
                app_links=account.app_links,
                named=batch.named,
                disclosure=account.disclosure,
            )
            prepared = prepare(batch.message, plan)
            named = {each for each in prepared.destinations if batch.named.is_in(each)}
            others = [each for each in prepared.destinations if each not in named]
            # Numbers are the campaign's and stay when a person is erased: what names a person gets none of its own.
            numbers = {**dict.fromkeys(named, Link(0)), **self._ledger.number_links(batch.campaign, others)}
            rendered = prepared.render(self._keyring, stand_in, numbers, pool=1)
            silent = rendered == batch.message.raw
            alike = stand_in is None and allowed.opens is not Mode.POOLED and not silent
            shared = batch.bounded(rendered) if alike else b""
            batch.forms[key] = _Form(prepared, numbers, shared, silent)
        return batch.forms[key]

    def _is_own(self, batch: _Batch, address: str) -> bool:
        own = (batch.submission.sender, *self.account.own_addresses)
        return address.lower() in (item.lower() for item in own) or copy_is_senders_own(batch.message, address)

    def _put(self, batch: _Batch, address: str, raw: bytes, sending: Sending | None) -> None:
        # A report that comes back names it, whatever became of the address on the way (RFC 3461 section 4.4).
        envid = "" if sending is None else f"{OWN_ENVELOPE_ID}{sending:016x}"
        self._queue.put(batch.submission.envelope(address, sending, envid=envid, list_mail=batch.list_mail), raw)

    def _give_up(self, batch: _Batch, address: str, error: Exception) -> None:
        """One copy goes out untouched because its instrumenting failed."""
        batch.forms.clear()  # what was numbered for them may have been undone
        about = _say(error)
        sending = None
        try:
            with savepoint(self._ledger.engine):
                recipient = self._ledger.recipient(address)
                sending = self._number(batch, recipient, Allowed(because=f"instrumenting failed: {about}"))
        except OvertError as second:
            if isinstance(second, Unavailable):
                raise
        self._ledger.record_event("instrumenting-failed", about, message_id=batch.message_id, sending=sending)
        self._put(batch, address, batch.message.raw, sending)

    def _pass_on(self, submission: Submission, error: Exception) -> None:
        """Nothing could be made of the whole message: it goes out as it came, less the fields for us if we can."""
        raw = submission.raw
        try:
            raw = apply_edits(raw, remove_fields(parse(raw)))
        except Exception:  # noqa: BLE001 mail first, whatever it is
            _LOG.exception("the fields of a message could not be removed")
        self._ledger.record_event("instrumenting-failed", _say(error))
        for address in dict.fromkeys(submission.recipients):
            self._queue.put(submission.envelope(address), raw)


@dataclass(frozen=True, slots=True)
class _Form:
    """The message in one pair of modes; `shared` are its bytes where all get the same, `silent`: nothing is put in."""

    prepared: Prepared
    numbers: Mapping[str, Link]
    shared: bytes
    silent: bool


@dataclass(slots=True)
class _Batch:
    """One message on its way to its recipients, with what was found out for some and holds for others."""

    message: Message
    wish: Wish
    submission: Submission
    campaign: Campaign
    deck: Deck
    named: Named
    forms: dict[tuple[Mode, Mode], _Form] = field(default_factory=dict)
    leave: bool = False  # whether fields to unsubscribe by are put in
    list_mail: bool = False  # whether those who left do not get it
    message_id: str = ""
    longest_line: int = 0

    def __post_init__(self) -> None:
        found = self.message.field("message-id")
        self.message_id = found.text[:LONGEST_MESSAGE_ID] if found else ""
        self.longest_line = _longest_line(self.message.raw)

    def bounded(self, rendered: bytes) -> bytes:
        """`rendered`, unless it has a line too long for mail where the message had none."""
        if _longest_line(rendered) > LONGEST_LINE >= self.longest_line:
            raise Refused("a line would become longer than mail allows")
        return rendered


def _spare_few(allowed: Allowed, fewest: int) -> Allowed:
    """A campaign to so few people that its counts would not be shown measures nobody who did not grant it."""
    opens, links = (Mode.OFF if mode < Mode.HYGIENE else mode for mode in (allowed.opens, allowed.links))
    if (opens, links) == (allowed.opens, allowed.links):
        return allowed
    return replace(allowed, opens=opens, links=links, because=f"a campaign to fewer than {fewest} people")


def _say(error: Exception) -> str:
    """What is recorded of a fault: our own sentences, and of others only what kind it was, for they may quote mail."""
    if isinstance(error, OvertError):
        return str(error)
    _LOG.error("instrumenting failed", exc_info=error)
    return f"a fault in the program ({type(error).__name__})"


def _longest_line(raw: bytes) -> int:
    return max(map(len, raw.split(b"\r\n")))
