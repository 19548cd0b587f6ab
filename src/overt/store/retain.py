"""What the ledger forgets with time: words about old messages. Their numbers stay, for counts and reports need them.

Some rows a transaction, so that mail and permissions never wait long.
"""

from __future__ import annotations

from sqlalchemy import Engine, delete, or_, select, update

from overt.store.schema import empty_log, writing
from overt.store.schema import note as event_table
from overt.store.schema import sending as sending_table

MOST_AT_ONCE = 1000  # some milliseconds of writing


def forget_words(engine: Engine, oldest_ms: int) -> int:
    """Blank ids, references and servers' words of messages from before `oldest_ms`, and delete events; how many."""
    said = (sending_table.c.message_id, sending_table.c.grant, sending_table.c.failure)
    old = select(sending_table.c.number).where(
        sending_table.c.at < oldest_ms, or_(*(column.is_not(None) for column in said))
    )
    past = select(event_table.c.id).where(event_table.c.at < oldest_ms)
    forgotten = 0
    while True:
        with writing(engine) as connection:
            sendings = connection.scalars(old.limit(MOST_AT_ONCE)).all()
            events = connection.scalars(past.limit(MOST_AT_ONCE)).all()
            mine = sending_table.c.number.in_(sendings)
            connection.execute(update(sending_table).where(mine).values({column.name: None for column in said}))
            connection.execute(delete(event_table).where(event_table.c.id.in_(events)))
        if not sendings and not events:
            break
        forgotten += len(sendings) + len(events)
    if forgotten:
        empty_log(engine)
    return forgotten
