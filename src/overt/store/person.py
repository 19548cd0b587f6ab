"""The tie between addresses and numbers. Works inside the caller's transaction; knows no consent and no mail.

Names lie in the vault, a database of its own: what is done there stands even where the caller's transaction fails.

One person is one row however the address is spelled: letters of either case, a domain in its own script or in ASCII.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection

from sqlalchemy import Column, Connection, insert, select

from overt.errors import Malformed, Unavailable
from overt.measure import Keyring, RecipientNumber, derive_recipient
from overt.store.schema import erasure, recipient
from overt.store.vault import vault_of

LONGEST_ADDRESS = 320  # RFC 5321 section 4.5.3.1: 64 and 255 octets and the sign between them
ATTEMPTS = 100  # one number in a thousand is taken when a campaign has four million; a hundred in a row never are


def look_up(address: str) -> str:
    """The one spelling by which an address is found; raises `Malformed` for what is none."""
    text = unicodedata.normalize("NFC", address.strip()).lower()
    local, _, domain = text.rpartition("@")
    if not local or not domain or len(text) > LONGEST_ADDRESS or not text.isprintable():
        raise Malformed("this is no address; it needs a form like recipient@example.org")
    try:
        domain = domain.encode("idna").decode("ascii")
    except UnicodeError:
        pass  # no domain of the internet: an address literal, or a name nobody can write in ASCII
    return f"{local}@{domain}"


def find_person(connection: Connection, address: str) -> RecipientNumber | None:
    """The number of the one with that address, if there is one."""
    number = vault_of(connection).find(look_up(address))
    return RecipientNumber(number) if number is not None and _is_here(connection, number) else None


def name_person(connection: Connection, number: RecipientNumber) -> str | None:
    """The address of the one with that number, if there is one."""
    return name_people(connection, [number]).get(number)


def name_people(
    connection: Connection, numbers: Collection[RecipientNumber] | None = None
) -> dict[RecipientNumber, str]:
    """The addresses behind these numbers, or of everybody, as far as they are known."""
    gone = frozenset(connection.scalars(select(erasure.c.recipient).where(erasure.c.forgotten == 0)))
    names = vault_of(connection).names(numbers)
    return {RecipientNumber(number): name for number, name in names.items() if number not in gone}


def add_person(connection: Connection, address: str, random: Callable[[int], bytes], at: int) -> RecipientNumber:
    """Number somebody new, whose address `find_person` does not know."""
    lookup, vault = look_up(address), vault_of(connection)
    number = vault.find(lookup)
    if number is not None:
        gone = connection.execute(select(erasure.c.at).where(erasure.c.recipient == number)).scalar()
        if gone is not None:  # erased a moment ago, and only the key is left
            vault.forget(number, gone)
            number = None
    if number is None:
        number = unused(connection, recipient.c.number, random, taken=vault.knows)
        vault.admit(number, lookup, address.strip())
    # Else the vault knows them from a transaction that failed, or from after the backup that was restored.
    add_number(connection, number, at)
    return RecipientNumber(number)


def add_number(connection: Connection, number: int, at: int) -> None:
    """Somebody has this number, whoever it is; nothing where that is known."""
    if connection.execute(select(recipient.c.number).where(recipient.c.number == number)).first() is None:
        connection.execute(insert(recipient).values(number=number, at=at))


def _is_here(connection: Connection, number: int) -> bool:
    """The vault learns of somebody first and forgets them last."""
    mine = select(recipient.c.number).outerjoin(erasure).where(recipient.c.number == number)
    return connection.execute(mine.where(erasure.c.recipient.is_(None))).first() is not None


def unused(
    connection: Connection,
    column: Column[int],
    random: Callable[[int], bytes],
    upper: int = 0,
    taken: Callable[[int], bool] = lambda _: False,
) -> int:
    """A number nobody has in `column`: 32 bits from chance under the bits of `upper`, never 0."""
    for _ in range(ATTEMPTS):
        drawn = int.from_bytes(random(4))
        number = upper << 32 | drawn
        free = drawn and connection.execute(select(column).where(column == number)).first() is None
        if free and not taken(number):
            return number
    raise Unavailable("chance gives the same numbers over and over")


def derived_numbers(
    connection: Connection, people: frozenset[RecipientNumber], keyring: Keyring
) -> frozenset[RecipientNumber]:
    """The numbers that mail instrumented without a ledger has for `people`, under every key."""
    return frozenset(
        derive_recipient(key, spelling)
        for address in name_people(connection, people).values()
        for key in keyring.keys.values()
        for spelling in {address, look_up(address)}
    )
