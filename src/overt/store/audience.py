"""Saved segments: a name and a rule each. Who fulfils a rule is nowhere kept."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, Row, delete, select
from sqlalchemy.dialects.sqlite import insert

from overt.clock import Clock, SystemClock
from overt.errors import Malformed
from overt.measure.audience import Rule, read_rule, write_rule
from overt.store.schema import audience as audience_table
from overt.store.schema import from_ms, reading, to_ms, writing

LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class Audience:
    """A segment as it was saved."""

    name: str
    rule: Rule
    at: datetime


class Audiences:
    """The segments in `engine`'s database. Each method is a transaction."""

    def __init__(self, engine: Engine, clock: Clock | None = None) -> None:
        self._engine = engine
        self._clock = clock or SystemClock()

    def save(self, name: str, rule: Rule) -> None:
        """Under that name, in place of an older one. Raises `Malformed` for what is no name."""
        if not name or len(name) > LONGEST_NAME or not name.isprintable() or name != name.strip() or "/" in name:
            raise Malformed(f"a segment's name has up to {LONGEST_NAME} printable characters and no slash")
        row = {"rule": json.dumps(write_rule(rule)), "at": to_ms(self._clock.now())}
        placed = insert(audience_table).values(name=name, **row)
        with writing(self._engine) as connection:
            connection.execute(placed.on_conflict_do_update(index_elements=["name"], set_=row))

    def remove(self, name: str) -> bool:
        """Whether there was one."""
        with writing(self._engine) as connection:
            return bool(connection.execute(delete(audience_table).where(audience_table.c.name == name)).rowcount)

    def all(self) -> tuple[Audience, ...]:
        """By name."""
        with reading(self._engine) as connection:
            rows = connection.execute(select(audience_table).order_by(audience_table.c.name)).all()
        return tuple(_audience(row) for row in rows)

    def find(self, name: str) -> Audience | None:
        with reading(self._engine) as connection:
            row = connection.execute(select(audience_table).where(audience_table.c.name == name)).first()
        return None if row is None else _audience(row)

    def need(self, name: str) -> Audience:
        """The segment of that name; raises `Malformed` where there is none."""
        found = self.find(name)
        if found is None:
            raise Malformed(f'there is no segment "{name}". See: overt segment list')
        return found


def _audience(row: Row[tuple[str, str, int]]) -> Audience:
    return Audience(row.name, read_rule(json.loads(row.rule)), from_ms(row.at))
