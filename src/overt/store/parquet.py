"""Hits as columns: the schema of the Parquet files, and hits to a table.

One row a hit, sorted by campaign, sending and time, zstd. Names and types are a promise to other programs; columns are
added at the end, never changed. pyarrow is loaded when a function is called: what carries traffic never does.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from overt.measure.hit import Hit
from overt.measure.token import recipient_of

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
    pq.write_table(sorted_table, path, compression="zstd", version="2.6")


def read_table(path: Any, columns: Sequence[str] | None = None) -> Any:
    """The file's table, or some columns of it, with words as words whatever the file's dictionaries."""
    import pyarrow.parquet as pq

    return pq.read_table(path, columns=list(columns) if columns else None)
