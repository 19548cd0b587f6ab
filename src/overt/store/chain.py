"""The entries of the consent ledger, each holding the hash of the one before it.

Whoever changes, drops or moves an entry breaks the chain from there on; only entries cut off at the end leave no trace,
unless the last hash was noted elsewhere. Works inside the caller's transaction; what may be entered is not its matter.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select

from overt.errors import Malformed
from overt.measure import Grant, Purpose, RecipientNumber, Withdrawal
from overt.store.schema import consent, from_ms, to_ms
from overt.store.vault import vault_of

FIRST = bytes(32)  # what stands before the first entry
_WORDS = ("purpose", "decision", "way", "wording", "reference", "language", "actor")

Entry = Grant | Withdrawal
_KINDS: dict[str, type[Grant | Withdrawal]] = {"grant": Grant, "withdrawal": Withdrawal}
# Written once, for a list of thousands asks them for every entry.
_HEAD = select(consent.c.hash).order_by(consent.c.id.desc()).limit(1)
_MINE = (consent.c.recipient == bindparam("who")) & (consent.c.purpose == bindparam("what"))
_LATEST = select(consent).where(_MINE).order_by(consent.c.id.desc()).limit(1)


@dataclass(frozen=True, slots=True)
class Chain:
    """How many entries were read, the last good hash, and the id of the first that does not fit, 0 where all do.

    `noted`: whether the hash that was noted elsewhere is one of them; without it entries were cut off at the end.
    """

    entries: int
    head: bytes
    broken: int
    noted: bool = True


def add_entry(connection: Connection, entry: Entry) -> None:
    """Put `entry` at the end; its moment is kept in milliseconds."""
    last = connection.execute(_HEAD).scalar()
    row: dict[str, Any] = {
        "at": to_ms(entry.at),
        "recipient": int(entry.recipient),
        "purpose": entry.purpose.value,
        "decision": "grant" if isinstance(entry, Grant) else "withdrawal",
        "way": entry.way,
        "wording": entry.wording,
        "reference": entry.reference,
        "language": entry.language,
        "actor": entry.actor,
        "previous": FIRST if last is None else last,
    }
    if isinstance(entry, Withdrawal):
        vault_of(connection).note_withdrawal(int(entry.recipient), entry.purpose.value, to_ms(entry.at))
    connection.execute(insert(consent).values(**row, hash=_hash(row)))


def latest_entry(connection: Connection, recipient: RecipientNumber, purpose: Purpose) -> Entry | None:
    """What stands for one recipient and purpose, or nothing."""
    row = connection.execute(_LATEST, {"who": int(recipient), "what": purpose.value}).mappings().first()
    return None if row is None else _entry(dict(row))


def entries_of(connection: Connection, recipient: RecipientNumber) -> tuple[Entry, ...]:
    """Everything that was ever entered about one recipient, oldest first."""
    rows = select(consent).where(consent.c.recipient == int(recipient)).order_by(consent.c.id)
    return tuple(_entry(dict(row)) for row in connection.execute(rows).mappings())


def withdrawn(connection: Connection, purposes: Iterable[Purpose]) -> frozenset[RecipientNumber]:
    """Recipients of whom the last word on any of `purposes` is a withdrawal."""
    last = (
        select(func.max(consent.c.id))
        .where(consent.c.purpose.in_([purpose.value for purpose in purposes]))
        .group_by(consent.c.recipient, consent.c.purpose)
    )
    found = select(consent.c.recipient).where(consent.c.id.in_(last), consent.c.decision == "withdrawal")
    return frozenset(RecipientNumber(number) for number in connection.scalars(found))


def newest(connection: Connection) -> int:
    """A number that grows with every entry."""
    return connection.execute(select(func.max(consent.c.id))).scalar() or 0


def check_chain(connection: Connection, noted: bytes = FIRST) -> Chain:
    """Compute every hash again, and look for the one that was noted elsewhere."""
    head, count, found = FIRST, 0, noted == FIRST
    for row in connection.execute(select(consent).order_by(consent.c.id)).mappings():
        fields = dict(row)
        count += 1
        if fields["previous"] != head or fields["hash"] != _hash(fields):
            return Chain(count, head, fields["id"], found)
        head = fields["hash"]
        found = found or head == noted
    return Chain(count, head, 0, found)


def prove_entries(connection: Connection, recipient: RecipientNumber) -> tuple[Mapping[str, Any], ...]:
    """One recipient's entries with everything that their hashes cover, hashes as hexadecimal digits, oldest first."""
    rows = select(consent).where(consent.c.recipient == int(recipient)).order_by(consent.c.id)
    return tuple(
        {name: value.hex() if isinstance(value, bytes) else value for name, value in row.items()}
        for row in connection.execute(rows).mappings()
    )


def check_proof(rows: Iterable[Mapping[str, Any]]) -> int:
    """The id of the first entry of a proof whose hash is not that of its fields, 0 where all are.

    Raises `Malformed` for what is no proof.
    """
    for row in rows:
        try:
            fields = {**row, "previous": bytes.fromhex(row["previous"])}
            good = _hash(fields) == bytes.fromhex(row["hash"])
            number = int(row["id"])
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise Malformed("this is no proof of consent: an entry lacks a field") from error
        if not good:
            return number
    return 0


def _hash(row: Mapping[str, Any]) -> bytes:
    """BLAKE2b (RFC 7693) over the hash before and every field with its length, so that none runs into the next."""
    state = hashlib.blake2b(row["previous"], digest_size=32, person=b"overt consent")
    for value in (row["at"], row["recipient"], *(row[name] for name in _WORDS)):
        raw = str(value).encode()
        state.update(len(raw).to_bytes(4) + raw)
    return state.digest()


def _entry(fields: Mapping[str, Any]) -> Entry:
    return _KINDS[fields["decision"]](
        at=from_ms(fields["at"]),
        recipient=RecipientNumber(fields["recipient"]),
        purpose=Purpose(fields["purpose"]),
        way=fields["way"],
        reference=fields["reference"],
        wording=fields["wording"],
        language=fields["language"],
        actor=fields["actor"],
    )
