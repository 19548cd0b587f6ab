"""Who wants no list mail any more. Kept as keyed hashes of addresses, so that it outlives everything else about them.

In the same transaction what waits for them in the queue is taken out. Knows no URL and no SMTP; which mail is list mail
was decided when it was taken in.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, delete, insert, select

from overt.clock import Clock, SystemClock
from overt.measure import Keyring, RecipientNumber
from overt.store.person import find_person, look_up, name_people, name_person
from overt.store.queue import drop_list_mail
from overt.store.schema import from_ms, reading, to_ms, writing
from overt.store.schema import suppression as table
from overt.store.vault import vault_of

UNSUBSCRIBED = "unsubscribed"


@dataclass(frozen=True, slots=True)
class Suppressed:
    """One who left: since when and in which way. `address` is empty where only the hash is known."""

    address: str
    at: datetime
    way: str


def enter_hash(connection: Connection, hash_: bytes, at: int, way: str) -> bool:
    """Enter a hash of such a list, with its moment in milliseconds; whether it was missing.

    Works inside the caller's transaction.
    """
    if connection.execute(select(table.c.at).where(table.c.hash == hash_)).first() is not None:
        return False
    connection.execute(insert(table).values(hash=hash_, at=at, way=way))
    return True


class SuppressionList:
    """The list in `engine`'s database. Each method is a transaction, or a part of one that `writing` began."""

    def __init__(self, engine: Engine, keyring: Keyring, clock: Clock | None = None) -> None:
        self._engine = engine
        self._clock = clock or SystemClock()
        first = keyring.keys[min(keyring.keys)]  # of the first key, so that a rotation forgets nobody
        self._key = hashlib.blake2b(key=first.secret, digest_size=32, person=b"overt suppress").digest()

    def add(self, address: str, *, way: str) -> int:
        """No list mail to `address` from now on, whatever waits for it; how many waiting messages went.

        Adding it again changes nothing. In force when this returns.
        """
        with writing(self._engine) as connection:
            hash_, at = self._hash(address), to_ms(self._clock.now())
            vault_of(connection).note_leaver(hash_, at, way)
            enter_hash(connection, hash_, at, way)
            person = find_person(connection, address)
            return 0 if person is None else drop_list_mail(connection, person, to_ms(self._clock.now()), UNSUBSCRIBED)

    def add_recipient(self, recipient: RecipientNumber, *, way: str) -> int:
        """`add` for the address behind a number; nothing where nobody is known by it any more."""
        with writing(self._engine) as connection:
            address = name_person(connection, recipient)
            return 0 if address is None else self.add(address, way=way)

    def lift(self, address: str) -> bool:
        """List mail may go there again; whether it had been suppressed."""
        with writing(self._engine) as connection:
            vault_of(connection).lift_leaver(self._hash(address))
            return bool(connection.execute(delete(table).where(table.c.hash == self._hash(address))).rowcount)

    def holds(self, address: str) -> bool:
        """Whether no list mail may go to `address`."""
        with reading(self._engine) as connection:
            found = connection.execute(select(table.c.at).where(table.c.hash == self._hash(address))).first()
        return found is not None

    def all(self) -> tuple[Suppressed, ...]:
        """Everybody who left, longest ago first, with the addresses that are still known."""
        with reading(self._engine) as connection:
            known = {self._hash(address): address for address in name_people(connection).values()}
            rows = connection.execute(select(table).order_by(table.c.at, table.c.hash)).all()
        return tuple(Suppressed(known.get(bytes(row.hash), ""), from_ms(row.at), row.way) for row in rows)

    def _hash(self, address: str) -> bytes:
        return hashlib.blake2b(look_up(address).encode(), key=self._key, digest_size=16).digest()
