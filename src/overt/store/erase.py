"""Erasing a recipient: whatever names the person goes, and the tie between number and person with it.

One transaction does it, or nothing of it; then the person's key in the vault is destroyed, and with it what backups
hold. What stays names nobody: random numbers, grants and withdrawals as proof, counts, and the keyed hash that keeps
list mail from going there again. Hits go at the next compaction, as of everybody who withdrew.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, insert, select, update

from overt.clock import Clock, SystemClock
from overt.errors import Refused
from overt.measure import Keyring, Purpose, RecipientNumber, Withdrawal
from overt.store.chain import add_entry, latest_entry
from overt.store.last_open import forget_day
from overt.store.person import add_number, derived_numbers, find_person, look_up
from overt.store.queue import drop_person
from overt.store.schema import empty_log, from_ms, reading, to_ms, writing
from overt.store.schema import erasure as erasure_table
from overt.store.schema import note as event_table
from overt.store.schema import sending as sending_table
from overt.store.suppression import SuppressionList, enter_hash
from overt.store.vault import vault_of
from overt.store.webhook import drop_events

ERASED, RESTORED = "erased", "after a backup was restored"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What an erasure did. `recipient` is the number that names nobody any more; `messages` were sent to it."""

    recipient: RecipientNumber
    at: datetime
    messages: int
    stopped: int


@dataclass(frozen=True, slots=True)
class Replayed:
    """How much a restored ledger was told of: people erased, permissions withdrawn, people who left."""

    erased: int
    withdrawn: int
    left: int


class Eraser:
    """Erases in `engine`'s database, and in the vault beside it."""

    def __init__(self, engine: Engine, keyring: Keyring, clock: Clock | None = None) -> None:
        self._engine = engine
        self._keyring = keyring
        self._clock = clock or SystemClock()
        self._leavers = SuppressionList(engine, keyring, self._clock)

    def erase(self, address: str) -> Receipt:
        """Erase the person with that address; in force when this returns. `Refused` for an address never heard of."""
        at = from_ms(to_ms(self._clock.now()))
        with writing(self._engine) as connection:
            number = find_person(connection, address)
            if number is None:
                raise Refused("nothing is recorded about that address")
            # Mail that was instrumented without a ledger knows the same address by other numbers.
            for other in sorted(derived_numbers(connection, frozenset({number}), self._keyring)):
                _say_no(connection, other, at)
            self._leavers.add(address, way=ERASED)
            stopped = drop_person(connection, number, look_up(address))
            messages = _take_out(connection, number, at)
        finish_erasures(self._engine)
        return Receipt(number, at, messages, stopped)


def finish_erasures(engine: Engine) -> None:
    """Destroy the keys of people who are erased, where a crash has left some; to be called at every start."""
    missing = select(erasure_table).where(erasure_table.c.forgotten == 0)
    with reading(engine) as connection:
        rows, vault = connection.execute(missing).all(), vault_of(connection)
    if not rows:
        return
    for row in rows:
        vault.forget(row.recipient, row.at)
    with writing(engine) as connection:
        mine = erasure_table.c.recipient.in_([row.recipient for row in rows])
        connection.execute(update(erasure_table).where(mine).values(forgotten=1))
    empty_log(engine)


def replay(engine: Engine, clock: Clock | None = None) -> Replayed:
    """Tell a ledger that was restored what the vault knows of later: who came, was erased, withdrew and left."""
    now = to_ms((clock or SystemClock()).now())
    with writing(engine) as connection:
        for number in vault_of(connection).numbers():
            add_number(connection, number, now)
        later = vault_of(connection).later()
        done = set(connection.scalars(select(erasure_table.c.recipient)))
        gone = [(number, at) for number, at in later.erased if number not in done]
        for number, at in gone:
            _take_out(connection, RecipientNumber(number), from_ms(at))
        withdrawn = sum(_withdraw_again(connection, *row) for row in later.withdrawn)
        left = sum(enter_hash(connection, *row) for row in later.left)
    finish_erasures(engine)
    return Replayed(len(gone), withdrawn, left)


def _take_out(connection: Connection, number: RecipientNumber, at: datetime) -> int:
    """Whatever names the person, out of the ledger; how many messages there were."""
    _say_no(connection, number, at)
    mine = sending_table.c.recipient == int(number)
    numbers = select(sending_table.c.number).where(mine)
    connection.execute(update(event_table).where(event_table.c.sending.in_(numbers)).values(sealed=None))
    blank = update(sending_table).where(mine).values(message_id=None, grant=None, failure=None)
    messages = connection.execute(blank).rowcount
    drop_events(connection, number)
    forget_day(connection, number)
    connection.execute(insert(erasure_table).values(recipient=int(number), at=to_ms(at), forgotten=0))
    return messages


def _say_no(connection: Connection, number: RecipientNumber, at: datetime) -> None:
    """Withdraw whatever stands, of a number that may be new here."""
    add_number(connection, int(number), to_ms(at))
    for purpose in Purpose:
        if not isinstance(latest_entry(connection, number, purpose), Withdrawal):
            add_entry(connection, Withdrawal(at, number, purpose, ERASED))


def _withdraw_again(connection: Connection, number: int, purpose: str, at: int) -> bool:
    """Enter a withdrawal that is missing; whether it was. A grant of a later moment stands."""
    add_number(connection, number, at)
    last = latest_entry(connection, RecipientNumber(number), Purpose(purpose))
    if isinstance(last, Withdrawal) or (last is not None and to_ms(last.at) > at):
        return False
    add_entry(connection, Withdrawal(from_ms(at), RecipientNumber(number), Purpose(purpose), RESTORED))
    return True
