"""Permissions that programs record: each entry by itself, the request as a whole once.

A bad entry is refused with its number and a reason, and the good ones stand. Reasons repeat no word of an entry, for
answers are kept. Knows no HTTP.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Annotated, Any, Final

from litestar.params import Parameter

from overt.errors import Malformed, Refused
from overt.measure import read_statement
from overt.serve.board.frame import Board
from overt.store import ApiKey

MOST_BODY: Final = 1024 * 1024  # bytes: a thousand entries of a thousand
MOST_ENTRIES: Final = 1000  # two seconds of work, in which nobody else writes; who waits gives up after ten
WAY: Final = "API"


@dataclass(frozen=True, slots=True)
class Entries:
    """What is to be recorded, in this order; what an entry has is looked at one by one."""

    entries: Annotated[list[dict[str, Any]], Parameter(min_items=1, max_items=MOST_ENTRIES)]

    def __post_init__(self) -> None:
        if not 1 <= len(self.entries) <= MOST_ENTRIES:
            raise ValueError(f"entries are 1 to {MOST_ENTRIES}")


@dataclass(frozen=True, slots=True)
class Refusal:
    """An entry that was not recorded, counted from 0, and why."""

    entry: int
    detail: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """How many entries were recorded, and which were not."""

    recorded: int
    refused: list[Refusal]


def record_once(board: Board, key: ApiKey, name: str, body: bytes, entries: Sequence[Mapping[str, Any]]) -> Recorded:
    """Record what the request `name` says; its first answer where it came before. `Refused` as `Answers.once` says."""

    def do() -> str:
        return json.dumps(asdict(_record(board, key, entries)))

    told = json.loads(board.answers.once(key.id, name, body, do))
    return Recorded(told["recorded"], [Refusal(**one) for one in told["refused"]])


def _record(board: Board, key: ApiKey, entries: Sequence[Mapping[str, Any]]) -> Recorded:
    usual, refused = {"way": WAY, "actor": f"key {key.name}"}, []
    for number, entry in enumerate(entries):
        try:
            board.ledger.enter(read_statement(entry, usual))
        except (Malformed, Refused) as error:
            refused.append(Refusal(number, str(error)))
    return Recorded(len(entries) - len(refused), refused)
