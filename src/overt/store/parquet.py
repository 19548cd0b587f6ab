"""Hits as columns: the schema of the Parquet files, and hits to a table.

One row a hit, sorted by campaign, sending and time, zstd. Names and types are a promise to other programs; columns are
added at the end, never changed. How they are encoded is no promise. pyarrow is loaded when a function is called: what
carries traffic never does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from overt.measure.hit import Hit
from overt.measure.token import recipient_of
from overt.store.week import Week, week_of

# name, Arrow type, how it is had from a hit. `recipient` is the upper half of `sending`, for withdrawals.
COLUMNS = (
    ("seen_at", "timestamp", lambda hit: hit.at_ms),
    ("kind", "word", lambda hit: hit.kind.name.lower()),
    ("method", "word", lambda hit: hit.method),
    ("campaign", "uint32", lambda hit: hit.campaign),
    ("variant", "uint8", lambda hit: hit.variant),
    ("link", "uint16", lambda hit: hit.link),
    ("sending", "uint64", lambda hit: hit.sending),
    ("recipient", "uint32", lambda hit: recipient_of(hit.sending)),
    ("prefix", "word", lambda hit: hit.prefix),
    ("address_hash", "uint64", lambda hit: hit.address_hash),
    ("place", "word", lambda hit: hit.place),
    ("network", "uint32", lambda hit: hit.network),
    ("user_agent", "word", lambda hit: hit.user_agent),
    ("flags", "uint16", lambda hit: int(hit.flags)),
    ("mode", "word", lambda hit: hit.mode.word),
)
ORDER = ("campaign", "sending", "seen_at")

# docs/decisions/0025: sorted numbers as differences; numbers that hardly repeat plainly, for a dictionary of them is as
# long as they are; words and small numbers by dictionary. Level 9 takes a third more time than 3 and saves 2 %.
DIFFERENCES = ("sending", "recipient")
PLAIN = ("seen_at", "address_hash")
LEVEL = 9


def schema() -> Any:
    """The Arrow schema of every file."""
    import pyarrow as pa

    types = {"timestamp": pa.timestamp("ms", tz="UTC"), "word": pa.dictionary(pa.int32(), pa.string())}
    return pa.schema([(name, types.get(kind) or getattr(pa, kind)()) for name, kind, _ in COLUMNS])


def make_table(hits: Iterable[Hit]) -> Any:
    """The hits as an Arrow table, in their order."""
    import pyarrow as pa

    rows = list(hits)
    whole = schema()
    return pa.table(
        [pa.array([get(hit) for hit in rows], type=whole.field(name).type) for name, _, get in COLUMNS], schema=whole
    )


def write_table(table: Any, path: Any) -> None:
    """Write `table`, sorted, to `path`; not yet synced."""
    import pyarrow.parquet as pq

    sorted_table = table.sort_by([(name, "ascending") for name in ORDER])
    pq.write_table(
        sorted_table,
        path,
        compression="zstd",
        compression_level=LEVEL,
        version="2.6",
        store_schema=False,  # pyarrow's own copy of the schema: half of what a small file needs beside its rows
        use_dictionary=[name for name, _, _ in COLUMNS if name not in DIFFERENCES + PLAIN],
        column_encoding={**dict.fromkeys(DIFFERENCES, "DELTA_BINARY_PACKED"), **dict.fromkeys(PLAIN, "PLAIN")},
    )


def split_weeks(table: Any) -> Iterator[tuple[Week, Any]]:
    """The rows of each week that occurs, the oldest week first."""
    import pyarrow as pa
    import pyarrow.compute as pc

    weeks = pa.array([week_of(at_ms) for at_ms in table["seen_at"].cast(pa.int64()).to_pylist()], pa.int64())
    for week in sorted(weeks.unique().to_pylist()):
        yield Week(week), table.filter(pc.equal(weeks, week))


def read_table(path: Any, columns: Sequence[str] | None = None) -> Any:
    """The file's table, or some columns of it, with words as words whatever the file's dictionaries."""
    import pyarrow.parquet as pq

    words = [name for name, kind, _ in COLUMNS if kind == "word"]
    return pq.read_table(path, columns=list(columns) if columns else None, read_dictionary=words)
