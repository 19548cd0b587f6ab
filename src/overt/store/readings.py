"""What was read of hits, for looking at: a row a sending and a row a visit, in Parquet files, one pair a campaign.

A copy of what reports compute, made anew whenever that changes; backups do not hold it. People are numbers here as in
the hits. A file is replaced whole, so whoever reads while it is written sees the old or the new. Loads pyarrow and
duckdb when called.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TypeVar

from overt.errors import Unavailable
from overt.measure.person import Line
from overt.measure.row import Hour, Person, Visited, person_of, visit_of
from overt.measure.token import Campaign, RecipientNumber
from overt.store.disk import make_folder, reporting

MOST_PAGE: Final = 1000  # rows asked for at once
_NAME: Final = re.compile(r"(?:lines|visits)-(\d+)\.parquet")
_ATTEMPTS: Final = 3  # a file may be replaced between our look at the folder and at it

# Types of the columns by the fields' names: numbers as tokens have them, the rest words.
_NUMBERS: Final = {"campaign": "uint32", "sending": "uint64", "recipient": "uint32", "link": "uint16"} | dict.fromkeys(
    ("opens", "clicks", "machines", "hits"), "uint32"
)
_MOMENTS: Final = frozenset({"sent_at", "first_open", "last_open", "first_click", "last_click", "at"})
Row = TypeVar("Row", Person, Visited)
# By what people may be sorted, and in which way first; the sending's number settles what is equal.
ORDERS: Final = {
    "clicks": "clicks DESC, opens DESC",
    "opens": "opens DESC, clicks DESC",
    "last": "greatest(last_open, last_click) DESC NULLS LAST",
    "sent": "sent_at DESC NULLS LAST",
    "number": "sending",
}


class Readings:
    """The files in `folder`. Withdrawn recipients are left out of every answer, though a file may still have them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, campaign: Campaign, lines: Sequence[Line]) -> None:
        """Replace what there is of the campaign."""
        make_folder(self._folder)
        self._write(f"lines-{campaign}.parquet", Person, [person_of(campaign, line) for line in lines])
        visits = [visit_of(campaign, line, visit) for line in lines for visit in line.events]
        self._write(f"visits-{campaign}.parquet", Visited, visits)

    def has(self, campaign: Campaign) -> bool:
        """Whether the campaign's files are there."""
        return all((self._folder / f"{what}-{campaign}.parquet").exists() for what in ("lines", "visits"))

    def keep(self, campaigns: Collection[Campaign]) -> None:
        """Remove the files of all other campaigns, and what a crash left half written."""
        if not self._folder.exists():
            return
        kept = {int(campaign) for campaign in campaigns}
        for path in self._folder.iterdir():
            named = _NAME.fullmatch(path.name)
            if named is None or int(named[1]) not in kept:
                with reporting("remove", path):
                    path.unlink(missing_ok=True)

    def people(
        self,
        campaign: Campaign,
        *,
        withdrawn: Collection[RecipientNumber] = (),
        only: Collection[RecipientNumber] | None = None,
        verdict: str = "",
        order: str = "clicks",
        after: int = 0,
        offset: int = 0,
        limit: int = 50,
    ) -> tuple[int, tuple[Person, ...]]:
        """How many sendings there are, and some of them; with `only` of these recipients alone, and
        numbers after `after`."""
        where, values = _conditions(withdrawn, only)
        if after:
            where += " AND sending > $after"
            values["after"] = after
        if verdict:
            where += " AND verdict = $verdict"
            values["verdict"] = verdict
        source = f"lines-{campaign}.parquet"
        columns = _columns(Person)
        found = self._query(
            source,
            f"SELECT {columns}, count(*) OVER () FROM rows WHERE {where} ORDER BY {ORDERS[order]}, sending "  # noqa: S608 our own words
            f"LIMIT {min(max(limit, 0), MOST_PAGE)} OFFSET {max(offset, 0)}",
            values,
        )
        total = found[0][-1] if found else 0
        if not found and offset:
            ((total,),) = self._query(source, f"SELECT count(*) FROM rows WHERE {where}", values) or ((0,),)  # noqa: S608
        return total, tuple(_read(Person, row) for row in found)

    def sendings_of(self, recipient: RecipientNumber) -> tuple[Person, ...]:
        """Everything that was sent to one recipient with measuring, the newest first."""
        columns = _columns(Person)
        rows = self._query(
            "lines-*.parquet",
            f"SELECT {columns} FROM rows WHERE recipient = $recipient ORDER BY sent_at DESC NULLS LAST, sending "  # noqa: S608
            f"LIMIT {MOST_PAGE}",
            {"recipient": int(recipient)},
        )
        return tuple(_read(Person, row) for row in rows)

    def visits_of(self, recipient: RecipientNumber) -> tuple[Visited, ...]:
        """The newest visits of one recipient, in all campaigns."""
        columns = _columns(Visited)
        rows = self._query(
            "visits-*.parquet",
            f'SELECT {columns} FROM rows WHERE recipient = $recipient ORDER BY "at" DESC, sending LIMIT {MOST_PAGE}',  # noqa: S608
            {"recipient": int(recipient)},
        )
        return tuple(_read(Visited, row) for row in rows)

    def hours(self, campaign: Campaign, *, withdrawn: Collection[RecipientNumber] = ()) -> tuple[Hour, ...]:
        """Visits by hour, kind and actor, in order of time."""
        where, values = _conditions(withdrawn, None)
        rows = self._query(
            f"visits-{campaign}.parquet",
            "SELECT epoch_ms(date_trunc('hour', \"at\" AT TIME ZONE 'UTC')) AS hour, kind, actor, count(*) "  # noqa: S608
            f"FROM rows WHERE {where} GROUP BY ALL ORDER BY ALL",
            values,
        )
        return tuple(Hour(_moment(at), kind, actor, visits) for at, kind, actor, visits in rows)

    def _write(self, name: str, kind: type[Row], rows: Sequence[Row]) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        def type_of(field: str) -> Any:
            if field in _MOMENTS:
                return pa.timestamp("ms", tz="UTC")
            return getattr(pa, _NUMBERS[field])() if field in _NUMBERS else pa.dictionary(pa.int32(), pa.string())

        table = pa.table(
            {field: pa.array([getattr(row, field) for row in rows], type_of(field)) for field in kind.__slots__}
        )
        waiting = self._folder / f".{name}"
        with reporting("write", waiting):
            # Sorted, so that a look at one recipient skips most of the file.
            pq.write_table(
                table.sort_by([("recipient", "ascending")]), waiting, compression="zstd", row_group_size=65_536
            )
            waiting.chmod(0o600)
            waiting.replace(self._folder / name)

    def _query(self, pattern: str, sql: str, values: dict[str, object]) -> list[tuple[Any, ...]]:
        import duckdb

        for _ in range(_ATTEMPTS):
            files = sorted(self._folder.glob(pattern))
            if not files:
                return []
            listed = ", ".join("'" + str(file).replace("'", "''") + "'" for file in files)
            with duckdb.connect(":memory:", config={"autoinstall_known_extensions": "false", "threads": "2"}) as base:
                try:
                    base.execute(f"CREATE VIEW rows AS SELECT * FROM read_parquet([{listed}])")  # noqa: S608 our own paths
                    return base.execute(sql, values).fetchall()
                except duckdb.Error:  # gone, or not a whole file: nothing else can be wrong with our own questions
                    continue
        raise Unavailable("what was read of the hits is being written over and over; try again")


def _conditions(
    withdrawn: Collection[RecipientNumber], only: Collection[RecipientNumber] | None
) -> tuple[str, dict[str, object]]:
    where, values = "true", dict[str, object]()
    for name, numbers, negation in (("withdrawn", withdrawn or None, "NOT "), ("only", only, "")):
        if numbers is not None:
            where += f" AND recipient {negation}IN (SELECT unnest(${name}::UINTEGER[]))"
            values[name] = [int(number) for number in numbers]
    return where, values


def _columns(kind: type[Person | Visited]) -> str:
    return ", ".join(f'epoch_ms("{name}")' if name in _MOMENTS else f'"{name}"' for name in kind.__slots__)


def _read(kind: type[Row], row: Sequence[Any]) -> Row:
    names = kind.__slots__
    return kind(*(_moment(cell) if name in _MOMENTS else cell for name, cell in zip(names, row, strict=False)))


def _moment(ms: int | None) -> Any:
    return None if ms is None else datetime.fromtimestamp(ms / 1000, UTC)
