"""What the ledger forgets with time: words about old messages. Their numbers stay, for counts and reports need them.

Some rows a transaction, so that mail and permissions never wait long.
"""

from __future__ import annotations

from sqlalchemy import Column, ColumnElement, Delete, Engine, Update, delete, or_, select, update

from overt.store.schema import empty_log, reading, writing
from overt.store.schema import note as event_table
from overt.store.schema import sending as sending_table

MOST_AT_ONCE = 1000  # some milliseconds of writing


def forget_words(engine: Engine, oldest_ms: int) -> int:
    """Blank ids, references and servers' words of messages from before `oldest_ms`, and delete events; how many."""
    said = (sending_table.c.message_id, sending_table.c.grant, sending_table.c.failure)
    some = or_(*(column.is_not(None) for column in said))
    blank = update(sending_table).values({column.name: None for column in said})
    forgotten = _in_parts(engine, sending_table.c.number, (sending_table.c.at < oldest_ms) & some, blank)
    forgotten += _in_parts(engine, event_table.c.id, event_table.c.at < oldest_ms, delete(event_table))
    if forgotten:
        empty_log(engine)
    return forgotten


def _in_parts(engine: Engine, key: Column[int], old: ColumnElement[bool], change: Update | Delete) -> int:
    """Change the old rows, some a transaction, in order of their key: each row is looked at once."""
    changed, last = 0, None
    while True:
        wanted = select(key).where(old).order_by(key).limit(MOST_AT_ONCE)
        with reading(engine) as connection:
            found = connection.scalars(wanted if last is None else wanted.where(key > last)).all()
        if not found:
            return changed
        with writing(engine) as connection:
            connection.execute(change.where(key.in_(found)))
        changed, last = changed + len(found), found[-1]
