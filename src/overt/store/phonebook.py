"""Searching people by letters of their addresses, which are sealed in the ledger: so they are read once and remembered.

In memory only, of one process. Whoever is gone from the ledger is gone from here at the next search.
"""

from __future__ import annotations

from threading import Lock

from sqlalchemy import Engine

from overt.measure import RecipientNumber
from overt.store.person import look_up, name_people
from overt.store.schema import reading
from overt.store.vault import vault_of


class Phonebook:
    """The people in `engine`'s database. The first search reads them all, about 100,000 a second."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = Lock()
        self._names: dict[RecipientNumber, str] = {}

    def find(self, letters: str, most: int) -> list[RecipientNumber]:
        """Up to `most` recipients whose address has these letters, of either case."""
        wanted = letters.strip().lower()
        with self._lock:
            self._refresh()
            found = (number for number, name in self._names.items() if wanted in name)
            return [number for number, _ in zip(found, range(most), strict=False)]

    def _refresh(self) -> None:
        with reading(self._engine) as connection:
            now = {RecipientNumber(number) for number in vault_of(connection).numbers()}
            for number in self._names.keys() - now:
                del self._names[number]
            new = name_people(connection, now - self._names.keys())
        self._names |= {number: look_up(address) for number, address in new.items()}
