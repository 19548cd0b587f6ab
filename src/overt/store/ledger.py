"""The ledger: who is who by which number, what each of them allowed, and what was sent to them.

Gives out the numbers that tokens hold. Consent is only ever added to, and unknown is not yes. Knows no message's bytes
(the queue has them) and no hit.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, insert, select

from overt.clock import Clock, SystemClock
from overt.errors import Malformed, Refused
from overt.measure import (
    Campaign,
    CampaignFacts,
    Grant,
    Keyring,
    Link,
    Mode,
    Permission,
    Purpose,
    RecipientNumber,
    Sending,
    Sent,
    Statement,
    Variant,
    Withdrawal,
)
from overt.store.chain import (
    FIRST,
    Chain,
    Entry,
    add_entry,
    check_chain,
    entries_of,
    latest_entry,
    newest,
    prove_entries,
    withdrawn,
)
from overt.store.deck import Deck, open_deck, read_deck, write_deck
from overt.store.last_open import Quiet, find_quiet, forget_day, keep_days, read_day
from overt.store.person import add_person, derived_numbers, find_person, name_person, unused
from overt.store.schema import campaign as campaign_table
from overt.store.schema import from_ms, reading, savepoint, to_ms, writing
from overt.store.schema import sending as sending_table
from overt.store.sent import (
    Event,
    SentTo,
    add_event,
    find_sent,
    has_event,
    note_asking,
    number_links,
    read_events,
    read_links,
    read_message_id,
    read_reached,
    read_sent,
    read_sent_to,
    settle,
)
from overt.store.vault import vault_of

LONGEST_NAME = 200  # of a campaign; names are shown in tables
# Withdrawing either of them ends the keeping of hits, or of the date.
KEPT_PURPOSES = (Purpose.OPENS, Purpose.LINKS)
DATED_PURPOSES = (Purpose.OPENS, Purpose.HYGIENE)
LATER = "a later entry stands"
AHEAD = timedelta(minutes=1)  # that another machine's clock may be before ours
ONLY = Variant(0)  # of a message that has no variants


class Ledger:
    """The ledger in `engine`'s database. Each method is a transaction, or a part of one that `writing` began.

    `random` gives as many unguessable bytes as asked for. With a `keyring` it also knows the numbers of mail that was
    instrumented without a ledger.
    """

    def __init__(
        self,
        engine: Engine,
        clock: Clock | None = None,
        random: Callable[[int], bytes] = secrets.token_bytes,
        *,
        keyring: Keyring | None = None,
    ) -> None:
        self.engine = engine
        self._clock = clock or SystemClock()
        self._random = random
        self._keyring = keyring
        self._withdrawn: dict[tuple[Purpose, ...], tuple[int, frozenset[RecipientNumber]]] = {}

    def campaign(self, name: str) -> Campaign:
        """The campaign's number; given out now where the name is new."""
        name = " ".join(name.split())
        if not name or len(name) > LONGEST_NAME or not name.isprintable():
            raise Malformed(f"a campaign's name has 1 to {LONGEST_NAME} printable characters")
        with writing(self.engine) as connection:
            number = connection.execute(select(campaign_table.c.number).where(campaign_table.c.name == name)).scalar()
            if number is None:
                number = unused(connection, campaign_table.c.number, self._random)
                row = {"number": number, "name": name, "at": to_ms(self._clock.now())}
                connection.execute(insert(campaign_table).values(row))
        return Campaign(number)

    def campaigns(self) -> Mapping[str, Campaign]:
        """Every campaign by its name, oldest first."""
        rows = select(campaign_table.c.name, campaign_table.c.number).order_by(campaign_table.c.at)
        with reading(self.engine) as connection:
            return {name: Campaign(number) for name, number in connection.execute(rows)}

    def recipient(self, address: str) -> RecipientNumber:
        """The recipient's number; given out now where the address is new."""
        with writing(self.engine) as connection:
            found = find_person(connection, address)
            if found is None:
                found = add_person(connection, address, self._random, to_ms(self._clock.now()))
        return found

    def find_recipient(self, address: str) -> RecipientNumber | None:
        """The recipient's number, or None where the address was never heard of."""
        with reading(self.engine) as connection:
            return find_person(connection, address)

    def address_of(self, recipient: RecipientNumber) -> str | None:
        """The address behind a number, or None where nobody is known by it."""
        with reading(self.engine) as connection:
            return name_person(connection, recipient)

    def sent_to(self, recipient: RecipientNumber) -> tuple[SentTo, ...]:
        """Every message to one recipient, newest first."""
        with reading(self.engine) as connection:
            return read_sent_to(connection, recipient)

    def grant(
        self,
        address: str,
        purpose: Purpose,
        *,
        way: str,
        reference: str = "",
        wording: str = "",
        language: str = "",
        actor: str = "",
        at: datetime | None = None,
    ) -> Grant:
        """Record that the recipient said yes: in which way, to which version of the wording, with the proof where.

        Raises `Refused` for a grant that names neither way nor reference, for nobody could ever show it, and for one
        from before a withdrawal that stands: what comes in late undoes no later no.
        """
        way, reference = way.strip(), reference.strip()
        if not way and not reference:
            raise Refused("a grant needs the way it was given or a reference to its proof")
        with writing(self.engine) as connection:
            entry = Grant(
                at=self._moment(at),
                recipient=self.recipient(address),
                purpose=purpose,
                way=way,
                reference=reference,
                wording=wording,
                language=language,
                actor=actor,
            )
            latest = latest_entry(connection, entry.recipient, purpose)
            if isinstance(latest, Withdrawal) and entry.at < latest.at:
                raise Refused(LATER)
            add_entry(connection, entry)
        return entry

    def withdraw(
        self,
        address: str,
        purpose: Purpose | None = None,
        *,
        way: str = "",
        reference: str = "",
        wording: str = "",
        language: str = "",
        actor: str = "",
        at: datetime | None = None,
    ) -> tuple[Withdrawal, ...]:
        """Record that the recipient says no, to one purpose or to all; in force when this returns.

        Also for an address never heard of: mail to it may have been instrumented without this ledger.
        """
        with writing(self.engine) as connection:
            number, moment = self.recipient(address), self._moment(at)
            entries = tuple(
                Withdrawal(moment, number, each, way, reference, wording, language, actor)
                for each in ((purpose,) if purpose else tuple(Purpose))
            )
            for entry in entries:
                add_entry(connection, entry)
            if any(entry.purpose in DATED_PURPOSES for entry in entries):
                forget_day(connection, number)
        return entries

    def enter(self, statement: Statement) -> None:
        """Record what somebody else's record says, all of it or nothing; `Refused` where it may not be entered.

        What is older than a purpose's latest entry changes nothing there: a grant is refused for it, and a withdrawal
        still counts for the other purposes. A moment ahead of our clock by a little is taken as now.
        """
        now = self._clock.now()
        if statement.at is not None and statement.at > now + AHEAD:
            raise Refused("its moment lies in the future")
        at = None if statement.at is None else self._moment(min(statement.at, now))
        with savepoint(self.engine) as connection:
            number = self.recipient(statement.address)
            latest = {each: latest_entry(connection, number, each) for each in statement.purposes}
            purposes = [each for each, entry in latest.items() if at is None or entry is None or entry.at <= at]
            if not purposes or (statement.granted and len(purposes) < len(latest)):
                raise Refused(LATER)
            record = self.grant if statement.granted else self.withdraw
            for each in purposes:
                record(
                    statement.address,
                    each,
                    way=statement.way,
                    reference=statement.reference,
                    wording=statement.wording,
                    language=statement.language,
                    actor=statement.actor,
                    at=at,
                )

    def permission(self, address: str, purpose: Purpose) -> Permission:
        """What stands for this recipient and purpose now."""
        with reading(self.engine) as connection:
            number = find_person(connection, address)
            return Permission(None if number is None else latest_entry(connection, number, purpose))

    def consent_of(self, address: str) -> tuple[Entry, ...]:
        """Every grant and withdrawal of this recipient, oldest first."""
        with reading(self.engine) as connection:
            number = find_person(connection, address)
            return () if number is None else entries_of(connection, number)

    def check_consent(self, noted: bytes = FIRST) -> Chain:
        """Whether every entry is as it was entered, and where; `noted`: a last hash of before, to see what was cut."""
        with reading(self.engine) as connection:
            return check_chain(connection, noted)

    def prove_consent(self, address: str) -> tuple[Mapping[str, Any], ...]:
        """This recipient's entries with all that their hashes cover, oldest first."""
        with reading(self.engine) as connection:
            number = find_person(connection, address)
            return () if number is None else prove_entries(connection, number)

    def withdrawn_recipients(self) -> frozenset[RecipientNumber]:
        """Everybody of whom no hit may be kept now, by every number that mail knows them by.

        Reads one number where nothing was entered since the last call.
        """
        return self._read_withdrawn(KEPT_PURPOSES)

    def undated_recipients(self) -> frozenset[RecipientNumber]:
        """Everybody of whom no date of the last open may be kept now, likewise."""
        return self._read_withdrawn(DATED_PURPOSES)

    def _read_withdrawn(self, purposes: tuple[Purpose, ...]) -> frozenset[RecipientNumber]:
        with reading(self.engine) as connection:
            last = newest(connection)
            seen, people = self._withdrawn.get(purposes, (-1, frozenset()))
            if last != seen:
                people = withdrawn(connection, purposes)
                if self._keyring and people:
                    people |= derived_numbers(connection, people, self._keyring)
                self._withdrawn[purposes] = last, people
            return people

    def keep_days(self, days: Mapping[RecipientNumber, int]) -> None:
        """Of those who stand by it, the day of the last open (since 1970) in place of an earlier one."""
        with writing(self.engine) as connection:
            gone = withdrawn(connection, DATED_PURPOSES)
            keep_days(connection, {number: day for number, day in days.items() if number not in gone})

    def last_open(self, recipient: RecipientNumber) -> date | None:
        """The day of the last open, where `hygiene` keeps one."""
        with reading(self.engine) as connection:
            return read_day(connection, recipient)

    def quiet(self, before: date) -> tuple[Quiet, ...]:
        """Recipients in `hygiene` who have not opened since that day."""
        with reading(self.engine) as connection:
            return find_quiet(connection, before)

    def new_sending(
        self,
        campaign: Campaign,
        recipient: RecipientNumber,
        *,
        variant: Variant = ONLY,
        message_id: str = "",
        opens: Mode = Mode.OFF,
        links: Mode = Mode.OFF,
        grant: str = "",
        because: str = "",
        at: datetime | None = None,
    ) -> Sending:
        """Number and record one message to one recipient; `because` says why its modes are what they are.

        `grant` is the reference of what a mode that points at the recipient rests on; `Refused` without it (law 5).
        """
        if max(opens, links) >= Mode.HYGIENE and not grant.strip():
            raise Refused(f"mode {max(opens, links).word} needs a recorded grant of this recipient")
        with writing(self.engine) as connection:
            number = unused(connection, sending_table.c.number, self._random, upper=int(recipient))
            id_, rests_on = vault_of(connection).seal(recipient, message_id, grant)
            row = {
                "number": number,
                "recipient": int(recipient),
                "campaign": int(campaign),
                "variant": int(variant),
                "message_id": id_,
                "opens": int(opens),
                "links": int(links),
                "grant": rests_on,
                "because": because,
                "at": to_ms(self._moment(at)),
            }
            connection.execute(insert(sending_table).values(row))
        return Sending(number)

    def record_failure(self, sending: Sending, reason: str) -> None:
        """Record that this message never went out, and why."""
        with writing(self.engine) as connection:
            settle(connection, sending, delivered=None, failed=to_ms(self._clock.now()), reason=reason)

    def number_links(self, campaign: Campaign, destinations: Iterable[str]) -> dict[str, Link]:
        """A number for each destination, the same in all messages of the campaign; 0 when all 65,535 are taken."""
        with writing(self.engine) as connection:
            return number_links(connection, campaign, destinations)

    def sendings(self, campaign: Campaign) -> tuple[Sent, ...]:
        """Every message of the campaign, oldest first."""
        with reading(self.engine) as connection:
            return read_sent(connection, campaign, withdrawn(connection, KEPT_PURPOSES))

    def reached(self) -> Mapping[RecipientNumber, int]:
        """When each recipient was first sent an individual beacon that was delivered, in milliseconds since 1970."""
        with reading(self.engine) as connection:
            return read_reached(connection)

    def has_sending(self, sending: Sending) -> bool:
        """Whether there is such a sending."""
        with reading(self.engine) as connection:
            found = select(sending_table.c.number).where(sending_table.c.number == int(sending))
            return connection.execute(found).first() is not None

    def message_id(self, sending: Sending) -> str:
        """The Message-ID of this sending; empty where there is none, or it is forgotten."""
        with reading(self.engine) as connection:
            return read_message_id(connection, sending)

    def find_sending(self, message_id: str, address: str) -> Sending | None:
        """The last sending of this Message-ID to this address."""
        with reading(self.engine) as connection:
            number = find_person(connection, address)
            return None if number is None else find_sent(connection, number, message_id)

    def reasons(self, most: int) -> Mapping[str, int]:
        """Why the last `most` messages tell no more than they do, and how many it was each time."""
        last = select(sending_table.c.because).order_by(sending_table.c.at.desc()).limit(most)
        with reading(self.engine) as connection:
            return Counter(connection.scalars(last))

    def facts(self, campaign: Campaign, only: Collection[Sending] | None = None) -> CampaignFacts:
        """All that is known of a campaign but its hits; of what was sent, `only` may be enough.

        Raises `Refused` for a number that was not given out here.
        """
        named = select(campaign_table.c.name).where(campaign_table.c.number == int(campaign))
        with reading(self.engine) as connection:
            name = connection.execute(named).scalar()
            if name is None:
                raise Refused(f"there is no campaign {campaign}")
            sent = read_sent(connection, campaign, withdrawn(connection, KEPT_PURPOSES), only)
            deck = read_deck(connection, campaign)
            links = read_links(connection, campaign)
            return CampaignFacts(campaign, name, sent, links, deck.facts if deck else None)

    def open_deck(self, made: Deck) -> tuple[Deck, bool]:
        """The campaign's deck of pools as it stands, or `made` where it has none yet; and whether it is new."""
        with writing(self.engine) as connection:
            return open_deck(connection, made)

    def write_deck(self, deck: Deck) -> None:
        """Overwrite the deck of a campaign."""
        with writing(self.engine) as connection:
            write_deck(connection, deck)

    def record_event(self, kind: str, about: str, *, message_id: str = "", sending: Sending | None = None) -> None:
        """Note something for the operator; `kind` is a kebab-case word."""
        with writing(self.engine) as connection:
            add_event(connection, to_ms(self._clock.now()), kind, about, message_id, sending)

    def note_asking(self, recipient: RecipientNumber, at: datetime, rest: timedelta) -> bool:
        """Note that a recipient is asked for permission; False, and nothing noted, within `rest` of the last time."""
        with writing(self.engine) as connection:
            return note_asking(connection, recipient, to_ms(at), to_ms(at - rest))

    def has_event(self, kind: str, sending: Sending) -> bool:
        """Whether this was noted of a sending before."""
        with reading(self.engine) as connection:
            return has_event(connection, kind, sending)

    def events(self, most: int = 100) -> tuple[Event, ...]:
        """What was noted, newest first."""
        with reading(self.engine) as connection:
            return read_events(connection, most)

    def _moment(self, at: datetime | None) -> datetime:
        """`at` or now, as exactly as it will be read again."""
        return from_ms(to_ms(at or self._clock.now()))
