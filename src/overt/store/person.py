"""The tie between addresses and numbers. Works inside the caller's transaction; knows no consent and no mail.

One person is one row however the address is spelled: letters of either case, a domain in its own script or in ASCII.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

from sqlalchemy import Column, Connection, insert, select

from overt.errors import Malformed, Unavailable
from overt.measure import Keyring, RecipientNumber, derive_recipient
from overt.store.schema import address as address_table
from overt.store.schema import recipient as recipient_table

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
    found = select(address_table.c.recipient).where(address_table.c.lookup == look_up(address))
    number = connection.execute(found).scalar()
    return None if number is None else RecipientNumber(number)


def name_person(connection: Connection, number: RecipientNumber) -> str | None:
    """The address of the one with that number, if there is one."""
    found = select(address_table.c.address).where(address_table.c.recipient == int(number))
    address = connection.execute(found).scalar()
    return None if address is None else str(address)


def add_person(connection: Connection, address: str, random: Callable[[int], bytes], at: int) -> RecipientNumber:
    """Number somebody new."""
    number = unused(connection, recipient_table.c.number, random)
    connection.execute(insert(recipient_table).values(number=number, at=at))
    row = {"recipient": number, "address": address.strip(), "lookup": look_up(address)}
    connection.execute(insert(address_table).values(row))
    return RecipientNumber(number)


def unused(connection: Connection, column: Column[int], random: Callable[[int], bytes], upper: int = 0) -> int:
    """A number nobody has in `column`: 32 bits from chance under the bits of `upper`, never 0."""
    for _ in range(ATTEMPTS):
        drawn = int.from_bytes(random(4))
        number = upper << 32 | drawn
        if drawn and connection.execute(select(column).where(column == number)).first() is None:
            return number
    raise Unavailable("chance gives the same numbers over and over")


def derived_numbers(
    connection: Connection, people: frozenset[RecipientNumber], keyring: Keyring
) -> frozenset[RecipientNumber]:
    """The numbers that mail instrumented without a ledger has for `people`, under every key."""
    rows = connection.execute(select(address_table.c.recipient, address_table.c.address, address_table.c.lookup))
    return frozenset(
        derive_recipient(key, spelling)
        for number, address, lookup in rows
        if number in people
        for key in keyring.keys.values()
        for spelling in {address, lookup}
    )
