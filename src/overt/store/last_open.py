"""The one date that `hygiene` keeps of a recipient: the day of the last open, which replaces the one before.

No time, no message, no history. Works inside the caller's transaction; who may be kept is the caller's to say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, delete, func, insert, select, update

from overt.measure import Mode, RecipientNumber
from overt.store.person import name_people
from overt.store.schema import from_ms
from overt.store.schema import last_open as table
from overt.store.schema import recipient as people
from overt.store.schema import sending as sending_table

_EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class Quiet:
    """A recipient whose last open was long ago: `last` is None where there was none in `messages` since `since`."""

    address: str
    last: date | None
    since: date
    messages: int


def keep_days(connection: Connection, days: Mapping[RecipientNumber, int]) -> None:
    """Put each recipient's day (since 1970) in the place of an earlier one. Doing it again changes nothing."""
    for recipient, day in days.items():
        mine = table.c.recipient == int(recipient)
        before = connection.execute(select(table.c.day).where(mine)).scalar()
        if before is not None and before < day:
            connection.execute(update(table).where(mine).values(day=day))
        elif before is None and connection.execute(select(people).where(people.c.number == int(recipient))).first():
            connection.execute(insert(table).values(recipient=int(recipient), day=day))


def forget_day(connection: Connection, recipient: RecipientNumber) -> None:
    """Nothing stays of when this recipient opened."""
    connection.execute(delete(table).where(table.c.recipient == int(recipient)))


def read_day(connection: Connection, recipient: RecipientNumber) -> date | None:
    """The day of the last open, if one is kept."""
    day = connection.execute(select(table.c.day).where(table.c.recipient == int(recipient))).scalar()
    return None if day is None else date.fromordinal(_EPOCH + day)


def find_quiet(connection: Connection, before: date) -> tuple[Quiet, ...]:
    """Everybody who was first sent a message in `hygiene` before that day and has not opened since; quietest first."""
    sent = (
        select(
            sending_table.c.recipient,
            table.c.day,
            func.min(sending_table.c.at).label("since"),
            func.count().label("messages"),
        )
        .join(table, table.c.recipient == sending_table.c.recipient, isouter=True)
        .where(sending_table.c.opens == int(Mode.HYGIENE), sending_table.c.delivered.is_not(None))
        .group_by(sending_table.c.recipient, table.c.day)
    )
    rows = connection.execute(sent).all()
    names = name_people(connection, {row.recipient for row in rows})
    found = (
        Quiet(
            names[row.recipient],
            None if row.day is None else date.fromordinal(_EPOCH + row.day),
            from_ms(row.since).date(),
            row.messages,
        )
        for row in rows
        if row.recipient in names
    )
    quiet = (one for one in found if one.since < before and (one.last is None or one.last < before))
    return tuple(sorted(quiet, key=lambda one: (one.last or date.min, one.address)))
