"""Who is who: a key of each person's own, in a database of its own that no backup holds.

Whatever names a person elsewhere is sealed under that person's key (AES-256-GCM, NIST SP 800-38D), and the key itself
under the master key; so destroying one row here erases a person from every copy of everything else. A person is found
by a keyed hash of the address. Beside the keys stands what an older copy of the ledger must be told of: erasures,
withdrawals and who left. Knows no address's spelling and no mail.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    LargeBinary,
    MetaData,
    Row,
    Table,
    Text,
    delete,
    inspect,
    select,
)
from sqlalchemy.dialects.sqlite import insert

from overt.errors import Malformed
from overt.store.disk import make_folder, reporting, sync_folder
from overt.store.schema import empty_log, reading, writing

KEY_BYTES = 32
_NONCE_BYTES = 12  # NIST SP 800-38D section 8.2.2; at random, so good for 2^32 uses of a key
MOST_ASKED = 10_000  # numbers in one query: SQLite takes 32,766 values

people = MetaData()

# `lookup` is the keyed hash of the address, `key` the person's key, sealed; `address` is sealed under that key.
person = Table(
    "person",
    people,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("lookup", LargeBinary, nullable=False, unique=True),
    Column("key", LargeBinary, nullable=False),
    Column("address", LargeBinary, nullable=False),
)

# What an older copy of the ledger has to be told. Nobody is named by it.
erased = Table(
    "erased",
    people,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
)
withdrawal = Table(
    "withdrawal",
    people,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("purpose", Text, primary_key=True),
    Column("at", BigInteger, nullable=False),
)
leaver = Table(
    "leaver",
    people,
    Column("hash", LargeBinary, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("way", Text, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Later:
    """All that was erased, withdrawn and left; moments in milliseconds since 1970."""

    erased: tuple[tuple[int, int], ...]
    withdrawn: tuple[tuple[int, str, int], ...]
    left: tuple[tuple[bytes, int, str], ...]


class Vault:
    """The vault in `engine`'s database, opened by `master`. Each method is a transaction, durable when it returns.

    Raises `Malformed` where it was made with another master key.
    """

    def __init__(self, engine: Engine, master: bytes) -> None:
        self.engine = engine
        self._master = AESGCM(master)
        self._lookup = hashlib.blake2b(key=master, digest_size=32, person=b"overt lookup").digest()
        with reading(engine) as connection:
            ready = inspect(connection).has_table(leaver.name)
        if not ready:
            with writing(engine) as connection:  # one process makes them, others wait and find them
                people.create_all(connection)
        with reading(engine) as connection:
            row = connection.execute(select(person).limit(1)).first()
        if row is not None:
            self._unwrap(row.number, row.key)

    def find(self, lookup: str) -> int | None:
        """The number of whoever has that address, in the one spelling that looking up has."""
        with reading(self.engine) as connection:
            found = select(person.c.number).where(person.c.lookup == self._hash(lookup))
            number = connection.execute(found).scalar()
        return None if number is None else int(number)

    def knows(self, number: int) -> bool:
        """Whether somebody has this number, or had it before being erased."""
        with reading(self.engine) as connection:
            return any(
                connection.execute(select(table.c.number).where(table.c.number == number)).first()
                for table in (person, erased)
            )

    def admit(self, number: int, lookup: str, address: str) -> None:
        """A new person, with a key of their own."""
        key = AESGCM.generate_key(8 * KEY_BYTES)
        row = {
            "number": number,
            "lookup": self._hash(lookup),
            "key": _seal(self._master, key, _about(number)),
            "address": _seal(AESGCM(key), _bytes(address), _about(number)),
        }
        with writing(self.engine) as connection:
            connection.execute(insert(person).values(row))

    def numbers(self) -> frozenset[int]:
        """Of everybody who has a name."""
        with reading(self.engine) as connection:
            return frozenset(connection.scalars(select(person.c.number)))

    def names(self, numbers: Collection[int] | None = None) -> dict[int, str]:
        """The addresses of these people, or of all, as far as they have one."""
        return {
            row.number: _open(AESGCM(self._unwrap(row.number, row.key)), row.address, _about(row.number)).decode(
                "utf-8", "surrogatepass"
            )
            for row in self._people(numbers)
        }

    def seal(self, number: int, *texts: str) -> tuple[bytes | None, ...]:
        """Each text under the key of this person; None for an empty one, and of somebody who has no key."""
        if not any(texts):
            return (None,) * len(texts)
        key = next((key for _, key in self._keys([number])), None)
        return tuple(_seal(key, _bytes(text), _about(number)) if key and text else None for text in texts)

    def unseal(self, rows: Iterable[tuple[int, bytes | None]]) -> list[str]:
        """What was sealed, each with whose it is; empty where there was nothing or the key is gone."""
        listed = list(rows)
        keys = dict(self._keys({number for number, sealed in listed if sealed is not None}))
        return [
            ""
            if sealed is None or number not in keys
            else _open(keys[number], sealed, _about(number)).decode("utf-8", "surrogatepass")
            for number, sealed in listed
        ]

    def forget(self, number: int, at: int) -> None:
        """Destroy the key: from now on nobody can read what was sealed under it, in any copy."""
        with writing(self.engine) as connection:
            connection.execute(delete(person).where(person.c.number == number))
            connection.execute(insert(erased).values(number=number, at=at).on_conflict_do_nothing())
        empty_log(self.engine)

    def note_withdrawal(self, number: int, purpose: str, at: int) -> None:
        """Somebody takes a permission back, or never gave it."""
        row = insert(withdrawal).values(number=number, purpose=purpose, at=at)
        with writing(self.engine) as connection:
            connection.execute(row.on_conflict_do_update(index_elements=["number", "purpose"], set_={"at": at}))

    def note_leaver(self, hash_: bytes, at: int, way: str) -> None:
        """Somebody wants no list mail, known by the hash that the ledger has."""
        with writing(self.engine) as connection:
            connection.execute(insert(leaver).values(hash=hash_, at=at, way=way).on_conflict_do_nothing())

    def lift_leaver(self, hash_: bytes) -> None:
        """List mail may go there again."""
        with writing(self.engine) as connection:
            connection.execute(delete(leaver).where(leaver.c.hash == hash_))

    def later(self) -> Later:
        """What an older copy of the ledger has to be told."""
        with reading(self.engine) as connection:
            return Later(
                tuple((row.number, row.at) for row in connection.execute(select(erased))),
                tuple((row.number, row.purpose, row.at) for row in connection.execute(select(withdrawal))),
                tuple((bytes(row.hash), row.at, row.way) for row in connection.execute(select(leaver))),
            )

    def _keys(self, numbers: Collection[int]) -> Iterator[tuple[int, AESGCM]]:
        return ((row.number, AESGCM(self._unwrap(row.number, row.key))) for row in self._people(numbers))

    def _people(self, numbers: Collection[int] | None) -> list[Row[Any]]:
        wanted = select(person)
        if numbers is not None and len(numbers) <= MOST_ASKED:
            wanted = wanted.where(person.c.number.in_([int(number) for number in numbers]))
        with reading(self.engine) as connection:
            return [row for row in connection.execute(wanted) if numbers is None or row.number in numbers]

    def _unwrap(self, number: int, key: bytes) -> bytes:
        try:
            return _open(self._master, key, _about(number))
        except InvalidTag as error:
            raise Malformed(
                "The master key is not the one that people.db was made with. Put back a copy of master.key."
            ) from error

    def _hash(self, lookup: str) -> bytes:
        return hashlib.blake2b(_bytes(lookup), key=self._lookup, digest_size=16).digest()


def vault_of(connection: Connection) -> Vault:
    """The vault of the database that is written or read."""
    vault: Vault = connection.get_execution_options()["overt_vault"]
    return vault


def read_master(path: Path) -> bytes:
    """The master key in `path`, 64 hexadecimal digits; made where there is none. Raises `Malformed`."""
    if not path.exists():
        make_folder(path.parent)
        waiting = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        with reporting("write", path):
            try:
                handle = os.open(waiting, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
                with os.fdopen(handle, "w", encoding="ascii") as file:
                    file.write(secrets.token_hex(KEY_BYTES) + "\n")
                    file.flush()
                    os.fsync(file.fileno())
                try:
                    os.link(waiting, path)  # whole or not at all, and nobody else's place is taken
                except FileExistsError:
                    pass
            finally:
                waiting.unlink(missing_ok=True)
            sync_folder(path.parent)
    with reporting("read", path):
        return parse_master(path.read_bytes().decode("ascii", "replace"))


def parse_master(text: str) -> bytes:
    """A master key as it is written down. Raises `Malformed`."""
    try:
        found = bytes.fromhex(text.strip())
    except ValueError:
        found = b""
    if len(found) != KEY_BYTES:
        raise Malformed(f"a master key has {2 * KEY_BYTES} hexadecimal digits")
    return found


def _about(number: int) -> bytes:
    return number.to_bytes(8)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _seal(key: AESGCM, text: bytes, about: bytes) -> bytes:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + key.encrypt(nonce, text, about)


def _open(key: AESGCM, sealed: bytes, about: bytes) -> bytes:
    return key.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], about)
