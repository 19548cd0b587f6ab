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
from overt.errors import Refused
from overt.measure import Sending
from overt.store.schema import content, from_ms, reading, to_ms, writing
from overt.store.schema import queue as queue_table
from overt.store.sent import settle


class State(StrEnum):
    """Waiting for the next attempt, or given up."""

    WAITING = "waiting"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Envelope:
    """From where to whom (RFC 5321 section 2.3.1). An empty `sender` is the null path; `utf8` asks for RFC 6531."""

    sender: str
    recipient: str
    utf8: bool = False
    sending: Sending | None = None


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
        """The message's bytes; raises `Refused` where it was delivered or dropped meanwhile."""
        with reading(self.engine) as connection:
            found = connection.execute(select(content.c.raw).where(content.c.digest == queued.digest)).scalar()
        if found is None:
            raise Refused(f"message {queued.id} is no longer in the queue")
        return bytes(found)

    def done(self, queued: Queued, at: datetime | None = None) -> None:
        """It was handed on: its sending is delivered, its row and bytes are gone."""
        with writing(self.engine) as connection:
            if queued.envelope.sending is not None:
                delivered = to_ms(at or self._clock.now())
                settle(connection, queued.envelope.sending, delivered=delivered, failed=None, reason="")
            _remove(connection, queued)

    def defer(self, queued: Queued, until: datetime, reason: str, *, tried: bool = True) -> None:
        """Try again at `until`. `tried`: the next hop was asked about this very message."""
        row = {"due": to_ms(until), "reason": reason, "attempts": queue_table.c.attempts + int(tried)}
        with writing(self.engine) as connection:
            connection.execute(update(queue_table).where(queue_table.c.id == queued.id).values(row))

    def fail(self, queued: Queued, reason: str, at: datetime | None = None) -> None:
        """Given up for good: recorded on its sending; the message stays in the queue, and is not due any more."""
        row = {"state": State.FAILED.value, "reason": reason, "attempts": queue_table.c.attempts + 1}
        with writing(self.engine) as connection:
            if queued.envelope.sending is not None:
                failed = to_ms(at or self._clock.now())
                settle(connection, queued.envelope.sending, delivered=None, failed=failed, reason=reason)
            connection.execute(update(queue_table).where(queue_table.c.id == queued.id).values(row))

    def drop(self, queued: Queued) -> None:
        """Forget it without delivering it."""
        with writing(self.engine) as connection:
            _remove(connection, queued)

    def all(self, state: State | None = None) -> tuple[Queued, ...]:
        """Everything in the queue, or all of one state, oldest first."""
        rows = select(queue_table).order_by(queue_table.c.id)
        with reading(self.engine) as connection:
            found = connection.execute(rows if state is None else rows.where(queue_table.c.state == state.value))
            return tuple(_queued(row) for row in found)


def _remove(connection: Connection, queued: Queued) -> None:
    connection.execute(delete(queue_table).where(queue_table.c.id == queued.id))
    others = select(queue_table.c.id).where(queue_table.c.digest == queued.digest).limit(1)
    if connection.execute(others).first() is None:
        connection.execute(delete(content).where(content.c.digest == queued.digest))


def _queued(row: Row[Any]) -> Queued:
    sending = None if row.sending is None else Sending(row.sending)
    return Queued(
        id=row.id,
        envelope=Envelope(row.sender, row.recipient, bool(row.utf8), sending),
        digest=bytes(row.digest),
        at=from_ms(row.at),
        due=from_ms(row.due),
        attempts=row.attempts,
        state=State(row.state),
        reason=row.reason,
    )
