"""Rows of what was sent: sendings, link numbers and events. Works inside the caller's transaction; decides nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select

from overt.measure import Campaign, Link, Mode, Outcome, RecipientNumber, Sending, Sent, Variant
from overt.measure.token import recipient_of
from overt.store.person import name_people
from overt.store.schema import campaign as campaign_table
from overt.store.schema import from_ms
from overt.store.schema import link as link_table
from overt.store.schema import note as event_table
from overt.store.schema import sending as sending_table
from overt.store.vault import MOST_ASKED, vault_of

ASKED = "permission-asked"
MOST_LINKS = 0xFFFF  # a token has 16 bits for the number; links beyond work, and share the number 0


@dataclass(frozen=True, slots=True)
class Event:
    """Something an operator should hear of; `kind` is a kebab-case word, `about` a sentence without addresses."""

    at: datetime
    kind: str
    about: str
    message_id: str = ""
    sending: Sending | None = None


@dataclass(frozen=True, slots=True)
class SentTo:
    """One message to one recipient, as that recipient may see it."""

    sending: Sending
    campaign: str
    at: datetime
    opens: Mode
    links: Mode
    because: str


def number_links(connection: Connection, campaign: Campaign, destinations: Iterable[str]) -> dict[str, Link]:
    """The number of each destination in this campaign, given out now where it is new."""
    wanted = {_digest(destination): destination for destination in destinations}
    mine = link_table.c.campaign == int(campaign)
    rows = select(link_table.c.digest, link_table.c.number).where(mine, link_table.c.digest.in_(list(wanted)))
    known: dict[bytes, int] = {row.digest: row.number for row in connection.execute(rows)}
    new = [digest for digest in wanted if digest not in known]
    if new:
        last = connection.execute(select(func.max(link_table.c.number)).where(mine)).scalar() or 0
        given = dict(zip(new, range(last + 1, MOST_LINKS + 1), strict=False))
        if given:
            table = [
                {"campaign": int(campaign), "number": number, "destination": wanted[digest], "digest": digest}
                for digest, number in given.items()
            ]
            connection.execute(insert(link_table), table)
        known |= given
    return {destination: Link(known.get(digest, 0)) for digest, destination in wanted.items()}


def read_links(connection: Connection, campaign: Campaign) -> Mapping[Link, str]:
    """The destination of each link number."""
    rows = select(link_table.c.number, link_table.c.destination).where(link_table.c.campaign == int(campaign))
    return {Link(number): destination for number, destination in connection.execute(rows)}


def read_sent(
    connection: Connection,
    campaign: Campaign,
    withdrawn: Collection[RecipientNumber],
    only: Collection[Sending] | None = None,
) -> tuple[Sent, ...]:
    """Every message of the campaign, oldest first; with `only` these are enough."""
    wanted = (
        select(sending_table)
        .where(sending_table.c.campaign == int(campaign))
        .order_by(sending_table.c.at, sending_table.c.number)
    )
    if only is not None and len(only) <= MOST_ASKED:
        wanted = wanted.where(sending_table.c.number.in_([int(number) for number in only]))
    rows = connection.execute(wanted).all()
    names = name_people(connection, {row.recipient for row in rows})
    return tuple(
        Sent(
            sending=Sending(row.number),
            recipient=names.get(row.recipient, ""),
            variant=Variant(row.variant),
            opens=Mode(row.opens),
            links=Mode(row.links),
            at=from_ms(row.at),
            outcome=_outcome(row.delivered, row.failed),
            withdrawn=row.recipient in withdrawn,
        )
        for row in rows
    )


def read_reached(connection: Connection) -> Mapping[RecipientNumber, int]:
    """When each recipient was first sent an individual beacon that was delivered, in milliseconds."""
    arrived = sending_table.c.delivered.is_not(None) & sending_table.c.failed.is_(None)
    rows = (
        select(sending_table.c.recipient, func.min(sending_table.c.at))
        .where(arrived, sending_table.c.opens == int(Mode.INDIVIDUAL))
        .group_by(sending_table.c.recipient)
    )
    return {RecipientNumber(number): at for number, at in connection.execute(rows)}


def read_sent_to(connection: Connection, recipient: RecipientNumber) -> tuple[SentTo, ...]:
    """Every message to one recipient, newest first."""
    rows = (
        select(sending_table, campaign_table.c.name)
        .join(campaign_table, campaign_table.c.number == sending_table.c.campaign)
        .where(sending_table.c.recipient == int(recipient))
        .order_by(sending_table.c.at.desc(), sending_table.c.number)
    )
    return tuple(
        SentTo(Sending(row.number), row.name, from_ms(row.at), Mode(row.opens), Mode(row.links), row.because)
        for row in connection.execute(rows)
    )


def settle(connection: Connection, sending: Sending, *, delivered: int | None, failed: int | None, reason: str) -> None:
    """How it ended: the moment it was delivered, or failed for good, and why."""
    (sealed,) = vault_of(connection).seal(recipient_of(sending), reason)
    row = {"delivered": delivered, "failed": failed, "failure": sealed}
    connection.execute(sending_table.update().where(sending_table.c.number == int(sending)).values(row))


def read_message_id(connection: Connection, sending: Sending) -> str:
    """The Message-ID it was sent with; empty where there is none, or it is forgotten."""
    mine = sending_table.c.number == int(sending)
    row = connection.execute(select(sending_table.c.recipient, sending_table.c.message_id).where(mine)).first()
    return "" if row is None else vault_of(connection).unseal([(row.recipient, row.message_id)])[0]


def find_sent(connection: Connection, recipient: RecipientNumber, message_id: str) -> Sending | None:
    """The last sending of this Message-ID to this recipient."""
    mine = sending_table.c.recipient == int(recipient)
    found = select(sending_table.c.number, sending_table.c.message_id).where(mine).order_by(sending_table.c.at.desc())
    rows = connection.execute(found).all()
    ids = vault_of(connection).unseal((recipient, row.message_id) for row in rows)
    return next((Sending(row.number) for row, known in zip(rows, ids, strict=True) if known == message_id), None)


def add_event(
    connection: Connection, at: int, kind: str, about: str, message_id: str = "", sending: Sending | None = None
) -> None:
    """Note something; of one sending so that nobody can read it once its recipient was erased."""
    row: dict[str, Any] = {"at": at, "kind": kind, "about": about, "message_id": message_id, "sending": sending}
    if sending is not None:
        (sealed,) = vault_of(connection).seal(recipient_of(sending), json.dumps([about, message_id]))
        row |= {"about": "", "message_id": "", "sealed": sealed}
    connection.execute(insert(event_table).values(row))


def note_asking(connection: Connection, recipient: RecipientNumber, now: int, since: int) -> bool:
    """Note that a recipient is asked for permission, unless that was done after `since`; both in milliseconds."""
    about = f"recipient {recipient}"
    mine = (event_table.c.kind == ASKED) & (event_table.c.about == about) & (event_table.c.at > since)
    if connection.execute(select(event_table.c.id).where(mine).limit(1)).first() is not None:
        return False
    add_event(connection, now, ASKED, about)
    return True


def has_event(connection: Connection, kind: str, sending: Sending) -> bool:
    """Whether there is an event of that kind about a sending."""
    mine = (event_table.c.kind == kind) & (event_table.c.sending == int(sending))
    return connection.execute(select(event_table.c.id).where(mine).limit(1)).first() is not None


def read_events(connection: Connection, most: int) -> tuple[Event, ...]:
    """The newest first."""
    rows = connection.execute(select(event_table).order_by(event_table.c.id.desc()).limit(most)).all()
    words = vault_of(connection).unseal((recipient_of(row.sending or Sending(0)), row.sealed) for row in rows)
    found = []
    for row, text in zip(rows, words, strict=True):
        about, message_id = json.loads(text) if text else (row.about, row.message_id)
        found.append(Event(from_ms(row.at), row.kind, about, message_id, row.sending))
    return tuple(found)


def _outcome(delivered: int | None, failed: int | None) -> Outcome:
    if failed is not None:
        return Outcome.FAILED
    return Outcome.WAITING if delivered is None else Outcome.DELIVERED


def _digest(destination: str) -> bytes:
    return hashlib.blake2b(destination.encode("utf-8", "surrogatepass"), digest_size=16).digest()
