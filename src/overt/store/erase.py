"""Erasing a recipient: whatever names the person goes, and the tie between number and person with it.

One transaction does it, or nothing of it. What stays names nobody: random numbers, grants and withdrawals as proof,
counts, and the keyed hash that keeps list mail from going there again. Hits go at the next compaction, as of everybody
who withdrew. A log beside the database, which no backup holds, tells a restored one who was erased since.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, delete, insert, select, update

from overt.clock import Clock, SystemClock
from overt.errors import Malformed, Refused
from overt.measure import Keyring, Purpose, RecipientNumber, Withdrawal
from overt.store.chain import add_entry, latest_entry
from overt.store.disk import reporting
from overt.store.last_open import forget_day
from overt.store.person import derived_numbers, find_person, look_up, name_person
from overt.store.queue import drop_person
from overt.store.schema import address as address_table
from overt.store.schema import empty_log, from_ms, reading, to_ms, writing
from overt.store.schema import erasure as erasure_table
from overt.store.schema import note as event_table
from overt.store.schema import recipient as people
from overt.store.schema import sending as sending_table
from overt.store.suppression import SuppressionList

ERASED = "erased"
LONGEST_LOG = 64 * 1024 * 1024  # bytes: over a million erasures


@dataclass(frozen=True, slots=True)
class Receipt:
    """What an erasure did. `recipient` is the number that names nobody any more; `messages` were sent to it."""

    recipient: RecipientNumber
    at: datetime
    messages: int
    stopped: int


class Eraser:
    """Erases in `engine`'s database; `log` is the file beside it."""

    def __init__(self, engine: Engine, keyring: Keyring, log: Path, clock: Clock | None = None) -> None:
        self._engine = engine
        self._keyring = keyring
        self._log = log
        self._clock = clock or SystemClock()
        self._leavers = SuppressionList(engine, keyring, self._clock)

    def erase(self, address: str) -> Receipt:
        """Erase the person with that address; in force when this returns. `Refused` for an address never heard of."""
        with writing(self._engine) as connection:
            number = find_person(connection, address)
            if number is None:
                raise Refused("nothing is recorded about that address")
            receipt = self._erase(connection, number, look_up(address), self._clock.now())
        self.finish()
        empty_log(self._engine)
        return receipt

    def replay(self, erased: Iterable[tuple[RecipientNumber, datetime]]) -> int:
        """Erase again those of a log who are named in a restored database; how many that were."""
        done = 0
        for number, at in erased:
            with writing(self._engine) as connection:
                address = name_person(connection, number)
                if address is not None:
                    self._erase(connection, number, look_up(address), at)
                    done += 1
        self.finish()
        empty_log(self._engine)
        return done

    def finish(self) -> None:
        """Write to the log what a crash kept from it; to be called at every start."""
        missing = select(erasure_table).where(erasure_table.c.logged == 0)
        with reading(self._engine) as connection:
            rows = connection.execute(missing).all()
        if not rows:
            return
        lines = "".join(json.dumps({"recipient": row.recipient, "at": row.at}) + "\n" for row in rows)
        with reporting("write", self._log):
            handle = os.open(self._log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(lines.encode("ascii"))
                file.flush()
                os.fsync(file.fileno())
        numbers = [row.recipient for row in rows]
        with writing(self._engine) as connection:
            done = update(erasure_table).where(erasure_table.c.recipient.in_(numbers)).values(logged=1)
            connection.execute(done)

    def _erase(self, connection: Connection, number: RecipientNumber, lookup: str, at: datetime) -> Receipt:
        at = from_ms(to_ms(at))
        for other in self._all_numbers(connection, number, at):
            for purpose in Purpose:
                if not isinstance(latest_entry(connection, other, purpose), Withdrawal):
                    add_entry(connection, Withdrawal(at, other, purpose, ERASED, "", "", "", ""))
        self._leavers.add(lookup, way=ERASED)
        stopped = drop_person(connection, number, lookup)
        mine = sending_table.c.recipient == int(number)
        numbers = select(sending_table.c.number).where(mine)
        connection.execute(
            update(event_table).where(event_table.c.sending.in_(numbers)).values(about="", message_id="")
        )
        # A message's id, the reference of a grant and a server's words may all name the person.
        blank = update(sending_table).where(mine).values(message_id="", grant="", failure="")
        messages = connection.execute(blank).rowcount
        forget_day(connection, number)
        connection.execute(delete(address_table).where(address_table.c.recipient == int(number)))
        row = {"recipient": int(number), "at": to_ms(at), "logged": 0}
        connection.execute(insert(erasure_table).values(row))
        return Receipt(number, at, messages, stopped)

    def _all_numbers(self, connection: Connection, number: RecipientNumber, at: datetime) -> list[RecipientNumber]:
        """The number, and those that mail instrumented without a ledger has for the same address."""
        derived = derived_numbers(connection, frozenset({number}), self._keyring)
        for other in derived:
            if connection.execute(select(people).where(people.c.number == int(other))).first() is None:
                connection.execute(insert(people).values(number=int(other), at=to_ms(at)))
        return [number, *sorted(derived - {number})]


def read_erased(path: Path) -> tuple[tuple[RecipientNumber, datetime], ...]:
    """Who a log says was erased, and when. Raises `Malformed` for what is none."""
    try:
        if path.stat().st_size > LONGEST_LOG:
            raise Malformed(f"{path} is larger than any log of erasures")
        rows = [json.loads(line) for line in path.read_text("ascii").splitlines() if line.strip()]
        return tuple((RecipientNumber(int(row["recipient"])), from_ms(int(row["at"]))) for row in rows)
    except (OSError, ValueError, KeyError, TypeError, RecursionError, OverflowError) as error:
        raise Malformed(f"{path} is no log of erasures: {type(error).__name__}") from error
