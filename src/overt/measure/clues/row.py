"""The shape of a clue: rows of data, each with an id, a source and a reason, and the evidence they give.

Knows how one row is matched; which family is asked first is decided in `overt.measure.clues`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Protocol

from overt.measure.hit import Seen
from overt.measure.reading import Actor, Certainty, Client
from overt.measure.token import Kind

# A browser's User-Agent has about 120 characters, the longest known of a mail program (Outlook with its .NET list)
# about 400. What a stranger adds beyond this is not read.
USER_AGENT_READ = 512
# Few programs make most hits. A stranger who invents names pushes out 8,192 answers of at most 4 MB, and no more.
REMEMBERED = 8192


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What one clue says of a hit. `actor` None: the clue names the program, and leaves the actor to others.

    Made once and given out again and again, so one is equal only to itself.
    """

    clue: str
    actor: Actor | None
    client: Client
    program: str
    reason: str
    certainty: Certainty


class Clue(Protocol):
    """A question put to one hit; None when it has nothing to say. Anybody may add one to `CLUES`."""

    def __call__(self, seen: Seen) -> Evidence | None: ...


@dataclass(frozen=True, slots=True)
class Row:
    """A User-Agent signature. `pattern` is a regular expression searched for, or the whole text where `exact`.

    `opens` and `links` are the actor of a beacon's and of a link's hit: a proxy that fetches a picture for a person
    does not follow links for anybody.
    """

    id: str
    program: str
    client: Client
    pattern: str
    opens: Actor
    links: Actor
    certainty: Certainty
    source: str
    reason: str
    exact: bool = False

    def evidence(self, kind: Kind) -> Evidence:
        actor = self.links if kind is Kind.LINK else self.opens
        return Evidence(self.id, actor, self.client, self.program, self.reason, self.certainty)


class Signatures:
    """Rows compiled once; the first row that matches speaks. Exact rows are asked before patterns."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = tuple(rows)
        self._exact = {row.pattern: row for row in rows if row.exact}
        self._patterns = tuple((re.compile(row.pattern), row) for row in rows if not row.exact)
        self._evidence = {(row.id, kind): row.evidence(kind) for row in rows for kind in Kind}
        self._search = lru_cache(REMEMBERED)(self._search_once)

    def find(self, user_agent: str) -> Row | None:
        row = self._exact.get(user_agent)
        return row if row is not None else self._search(user_agent[:USER_AGENT_READ])

    def _search_once(self, text: str) -> Row | None:
        return next((row for pattern, row in self._patterns if pattern.search(text)), None)

    def __call__(self, seen: Seen) -> Evidence | None:
        row = self.find(seen.user_agent)
        return self._evidence[row.id, seen.kind] if row is not None else None


def named(rows: Iterable[tuple[str, str, str]], like: Row) -> tuple[Row, ...]:
    """Rows that differ only in id, program and pattern from one that is written out."""
    return tuple(replace(like, id=id_, program=program, pattern=pattern) for id_, program, pattern in rows)
