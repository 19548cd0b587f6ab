"""Mail that is ours to deliver: in the database before it is accepted, out of it after it was handed on.

A row a recipient; the same bytes are stored once. What failed for good stays until somebody decides. Knows no SMTP: it
is told when to try again and what counts as failed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Engine, Row, delete, func, insert, select, update

from overt.clock import Clock, SystemClock
from overt.errors import Malformed, Refused
from overt.measure import RecipientNumber, Sending
from overt.store.person import look_up
from overt.store.schema import content, from_ms, reading, to_ms, writing
from overt.store.schema import queue as queue_table
from overt.store.schema import sending as sending_table
from overt.store.sent import settle

MOST_SWEPT = 1000  # in one transaction: others want to write too


class State(StrEnum):
    """Waiting for the next attempt, or given up."""

    WAITING = "waiting"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Envelope:
    """From where to whom (RFC 5321 section 2.3.1). An empty `sender` is the null path; `utf8` asks for RFC 6531.

    `ret`, `envid`, `notify` and `orcpt` are what RFC 3461 calls so, as the client wrote them, empty where it did not.
    `list_mail`: whoever leaves while it waits does not get it.
    """

    sender: str
    recipient: str
    utf8: bool = False
    sending: Sending | None = None
    ret: str = ""
    envid: str = ""
    notify: str = ""
    orcpt: str = ""
    list_mail: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """A message to the envelope sender about one of the queue: put in with what it tells, or not at all."""

    envelope: Envelope
    raw: bytes


@dataclass(frozen=True, slots=True)
class Queued:
    """One message to one recipient in the queue; `digest` names its bytes."""

    id: int
    envelope: Envelope
    digest: bytes
    at: datetime
    due: datetime
    attempts: int = 0
    state: State = State.WAITING
    reason: str = ""
    warned: bool = False


class Queue:
    """The queue in `engine`'s database. Each method is a transaction, or a part of one that `writing` began."""

    def __init__(self, engine: Engine, clock: Clock | None = None) -> None:
        self.engine = engine
        self._clock = clock or SystemClock()

    def put(self, envelope: Envelope, raw: bytes) -> int:
        """Take one message for one recipient, due at once; durable when this returns (or the transaction around it)."""
        digest = hashlib.sha256(raw).digest()
        now = to_ms(self._clock.now())
        with writing(self.engine) as connection:
            if connection.execute(select(content.c.digest).where(content.c.digest == digest)).first() is None:
                connection.execute(insert(content).values(digest=digest, raw=raw))
            row = {
                "digest": digest,
                "sender": envelope.sender,
                "recipient": envelope.recipient,
                "utf8": int(envelope.utf8),
                "sending": envelope.sending,
                "at": now,
                "due": now,
                "attempts": 0,
                "state": State.WAITING.value,
                "reason": "",
                "ret": envelope.ret,
                "envid": envelope.envid,
                "notify": envelope.notify,
                "orcpt": envelope.orcpt,
                "list_mail": int(envelope.list_mail),
            }
            placed = connection.execute(insert(queue_table).values(row)).inserted_primary_key
        assert placed is not None
        return int(placed[0])

    def due(self, now: datetime, most: int = 100, *, without: Collection[int] = ()) -> tuple[Queued, ...]:
        """Messages whose time has come, longest due first, less those `without`. Reading them takes nothing away."""
        mine = (queue_table.c.state == State.WAITING.value) & (queue_table.c.due <= to_ms(now))
        rows = (
            select(queue_table)
            .where(mine, queue_table.c.id.not_in(list(without)))
            .order_by(queue_table.c.due, queue_table.c.id)
        )
        with reading(self.engine) as connection:
            return tuple(_queued(row) for row in connection.execute(rows.limit(most)))

    def next_due(self) -> datetime | None:
        """When the earliest waiting message is due; None where none waits."""
        earliest = select(func.min(queue_table.c.due)).where(queue_table.c.state == State.WAITING.value)
        with reading(self.engine) as connection:
            found = connection.execute(earliest).scalar()
        return None if found is None else from_ms(found)

    def raw(self, queued: Queued) -> bytes:
        """The message's bytes; raises `Refused` where it was delivered, suppressed or dropped meanwhile."""
        mine = select(content.c.raw).join(queue_table, queue_table.c.digest == content.c.digest)
        with reading(self.engine) as connection:
            found = connection.execute(mine.where(queue_table.c.id == queued.id)).scalar()
        if found is None:
            raise Refused(f"message {queued.id} is no longer in the queue")
        return bytes(found)

    def done(self, queued: Queued, at: datetime | None = None, *, told: Told | None = None) -> None:
        """It was handed on: its sending is delivered, its row and bytes are gone."""
        with writing(self.engine) as connection:
            if queued.envelope.sending is not None:
                delivered = to_ms(at or self._clock.now())
                settle(connection, queued.envelope.sending, delivered=delivered, failed=None, reason="")
            _remove(connection, queued)
            self._tell(told)

    def defer(
        self, queued: Queued, until: datetime, reason: str, *, tried: bool = True, told: Told | None = None
    ) -> None:
        """Try again at `until`. `tried`: the next hop was asked about this very message. `told`: that it is late."""
        row: dict[str, Any] = {
            "due": to_ms(until), "reason": reason, "attempts": queue_table.c.attempts + int(tried)
        }  # fmt: skip
        if told is not None:
            row["warned"] = 1
        with writing(self.engine) as connection:
            connection.execute(update(queue_table).where(queue_table.c.id == queued.id).values(row))
            self._tell(told)

    def hold(self, domain: str, until: datetime, reason: str) -> int:
        """Let everything that waits for this domain wait until then at least; how many that were."""
        escaped = domain.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        mine = (
            (queue_table.c.state == State.WAITING.value)
            & (queue_table.c.due < to_ms(until))
            & func.lower(queue_table.c.recipient).like(f"%@{escaped}", escape="\\")
        )
        with writing(self.engine) as connection:
            held = connection.execute(update(queue_table).where(mine).values(due=to_ms(until), reason=reason))
            return held.rowcount

    def fail(self, queued: Queued, reason: str, at: datetime | None = None, *, told: Told | None = None) -> None:
        """Given up for good: recorded on its sending; the message stays a while, and is not due any more."""
        failed = to_ms(at or self._clock.now())
        row = {
            "state": State.FAILED.value, "reason": reason, "due": failed, "attempts": queue_table.c.attempts + 1
        }  # fmt: skip
        with writing(self.engine) as connection:
            if queued.envelope.sending is not None:
                settle(connection, queued.envelope.sending, delivered=None, failed=failed, reason=reason)
            changed = connection.execute(update(queue_table).where(queue_table.c.id == queued.id).values(row))
            if changed.rowcount:
                self._tell(told)

    def retry(self, queued: Queued) -> None:
        """Begin again: due now, with all the time it had at first."""
        now = to_ms(self._clock.now())
        row = {"state": State.WAITING.value, "at": now, "due": now, "attempts": 0, "warned": 0}
        with writing(self.engine) as connection:
            if queued.envelope.sending is not None:
                settle(connection, queued.envelope.sending, delivered=None, failed=None, reason="")
            connection.execute(update(queue_table).where(queue_table.c.id == queued.id).values(row))

    def drop(self, queued: Queued, reason: str = "dropped by hand") -> None:
        """Forget it without delivering it; that is recorded on its sending."""
        with writing(self.engine) as connection:
            if queued.envelope.sending is not None and queued.state is State.WAITING:
                failed = to_ms(self._clock.now())
                settle(connection, queued.envelope.sending, delivered=None, failed=failed, reason=reason)
            _remove(connection, queued)

    def sweep(self, before: datetime) -> int:
        """Forget what was given up before then; how many that were."""
        old = (queue_table.c.state == State.FAILED.value) & (queue_table.c.due < to_ms(before))
        with writing(self.engine) as connection:
            gone = [_queued(row) for row in connection.execute(select(queue_table).where(old).limit(MOST_SWEPT))]
            for queued in gone:
                _remove(connection, queued)
        return len(gone)

    def find(self, number: int) -> Queued:
        """The message of that number; raises `Refused`."""
        with reading(self.engine) as connection:
            row = connection.execute(select(queue_table).where(queue_table.c.id == number)).first()
        if row is None:
            raise Refused(f"there is no message {number} in the queue")
        return _queued(row)

    def count(self) -> dict[State, int]:
        """How many there are of each state."""
        rows = select(queue_table.c.state, func.count()).group_by(queue_table.c.state)
        with reading(self.engine) as connection:
            found = {row[0]: int(row[1]) for row in connection.execute(rows)}
        return {state: found.get(state.value, 0) for state in State}

    def all(self, state: State | None = None, *, most: int | None = None, after: int = 0) -> tuple[Queued, ...]:
        """What is in the queue, or of one state, oldest first: `most` of them with numbers above `after`."""
        rows = select(queue_table).where(queue_table.c.id > after).order_by(queue_table.c.id).limit(most)
        with reading(self.engine) as connection:
            found = connection.execute(rows if state is None else rows.where(queue_table.c.state == state.value))
            return tuple(_queued(row) for row in found)

    def _tell(self, told: Told | None) -> None:
        if told is not None:
            self.put(told.envelope, told.raw)


def drop_list_mail(connection: Connection, person: RecipientNumber, at: int, reason: str) -> int:
    """Take waiting list mail to one person out of the queue; that is recorded on its sendings. How many there were.

    Works inside the caller's transaction.
    """
    sent = select(sending_table.c.number).where(sending_table.c.recipient == int(person))
    waiting = (queue_table.c.state == State.WAITING.value) & (queue_table.c.list_mail == 1)
    rows = connection.execute(select(queue_table).where(waiting, queue_table.c.sending.in_(sent)))
    gone = [_queued(row) for row in rows]
    for queued in gone:
        assert queued.envelope.sending is not None
        settle(connection, queued.envelope.sending, delivered=None, failed=at, reason=reason)
        _remove(connection, queued)
    return len(gone)


def drop_person(connection: Connection, person: RecipientNumber, lookup: str) -> int:
    """Take everything to one person out of the queue, whatever its state; how many there were.

    `lookup` is the address as `look_up` spells it, for messages without a sending. Works inside the caller's
    transaction.
    """
    sent = select(sending_table.c.number).where(sending_table.c.recipient == int(person))
    mine = queue_table.c.sending.in_(sent)
    gone = [_queued(row) for row in connection.execute(select(queue_table).where(mine))]
    strays = connection.execute(select(queue_table).where(queue_table.c.sending.is_(None)))
    gone += [queued for row in strays if _is_to((queued := _queued(row)).envelope.recipient, lookup)]
    for queued in gone:
        _remove(connection, queued)
    return len(gone)


def _is_to(recipient: str, lookup: str) -> bool:
    try:
        return look_up(recipient) == lookup
    except Malformed:
        return False


def _remove(connection: Connection, queued: Queued) -> None:
    connection.execute(delete(queue_table).where(queue_table.c.id == queued.id))
    others = select(queue_table.c.id).where(queue_table.c.digest == queued.digest).limit(1)
    if connection.execute(others).first() is None:
        connection.execute(delete(content).where(content.c.digest == queued.digest))


def _queued(row: Row[Any]) -> Queued:
    sending = None if row.sending is None else Sending(row.sending)
    return Queued(
        id=row.id,
        envelope=Envelope(
            sender=row.sender,
            recipient=row.recipient,
            utf8=bool(row.utf8),
            sending=sending,
            ret=row.ret,
            envid=row.envid,
            notify=row.notify,
            orcpt=row.orcpt,
            list_mail=bool(row.list_mail),
        ),
        digest=bytes(row.digest),
        at=from_ms(row.at),
        due=from_ms(row.due),
        attempts=row.attempts,
        state=State(row.state),
        reason=row.reason,
        warned=bool(row.warned),
    )
