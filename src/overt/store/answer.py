"""What programs were answered, so that a request that is sent twice is done once (draft-ietf-httpapi-idempotency-key).

What is done and the answer are one transaction. Of a request only hashes are kept, and that of its body is keyed by the
name that the program gave it: whoever reads the database and guesses an address cannot test the guess. Knows no HTTP.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Lock
from typing import Final

from sqlalchemy import Connection, Engine, delete, insert, select

from overt.clock import Clock, SystemClock
from overt.errors import Refused
from overt.store.schema import answer as table
from overt.store.schema import reading, to_ms, writing

KEPT: Final = timedelta(days=7)  # longer than any program tries again by itself, and than a weekend without anybody


class Reused(Refused):
    """The name stands for another request."""


class Answers:
    """The answers in `engine`'s database."""

    def __init__(self, engine: Engine, clock: Clock | None = None) -> None:
        self._engine = engine
        self._clock = clock or SystemClock()
        self._doing: set[bytes] = set()
        self._lock = Lock()

    def once(self, key: int, name: str, body: bytes, do: Callable[[], str]) -> str:
        """The answer to what the API key with the number `key` calls `name`: of `do`, or of before.

        Whatever `do` writes to this database is written with the answer or not at all. `Reused` where `name` stands for
        another body, `Refused` while the same is being done. Another process waits instead and gets the answer.
        """
        mark = hashlib.blake2b(name.encode(), salt=key.to_bytes(16), digest_size=32, person=b"overt answer").digest()
        secret = hashlib.blake2b(name.encode(), digest_size=32, person=b"overt body key").digest()
        seen = hashlib.blake2b(body, key=secret, digest_size=32).digest()
        with reading(self._engine) as connection:
            kept = self._find(connection, mark, seen)
        if kept is not None:
            return kept
        with self._hold(mark), writing(self._engine) as connection:
            kept = self._find(connection, mark, seen)
            if kept is not None:
                return kept
            connection.execute(delete(table).where(table.c.at < self._oldest()))
            text = do()
            row = {"mark": mark, "api_key": key, "body": seen, "text": text, "at": to_ms(self._clock.now())}
            connection.execute(insert(table).values(row))
        return text

    def _find(self, connection: Connection, mark: bytes, seen: bytes) -> str | None:
        mine = (table.c.mark == mark) & (table.c.at >= self._oldest())
        row = connection.execute(select(table.c.body, table.c.text).where(mine)).first()
        if row is None:
            return None
        if row.body != seen:
            raise Reused("that name stands for a request with another body")
        return str(row.text)

    def _oldest(self) -> int:
        return to_ms(self._clock.now() - KEPT)

    @contextmanager
    def _hold(self, mark: bytes) -> Iterator[None]:
        with self._lock:
            if mark in self._doing:
                raise Refused("the same request is being done; ask again for its answer")
            self._doing.add(mark)
        try:
            yield
        finally:
            with self._lock:
                self._doing.discard(mark)
