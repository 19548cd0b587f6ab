"""A table of people in a file for other programs: CSV, JSON Lines or Parquet, by its name or as asked for.

The file is replaced whole and readable by its owner alone: whoever reads it meanwhile has the old or the new one.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final, Literal

from overt.cli.disk import replace_file
from overt.errors import Refused
from overt.measure.people import KINDS, Row, as_csv, as_lines
from overt.store.disk import reporting

Format = Literal["csv", "jsonl", "parquet"]
SUFFIXES: Final[dict[str, Format]] = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet"}


def save(columns: Sequence[str], rows: Iterable[Row], path: Path | None, wanted: Format | None = None) -> int:
    """Write the table to `path`, or without one to the standard output; returns how many rows there are.

    Raises `Refused` for a name that says no format, and for Parquet without a file.
    """
    kind = choose(path, wanted)
    table = list(rows)
    if path is None:
        sys.stdout.write(_text(columns, table, kind))
    else:
        replace(path, _parquet(columns, table) if kind == "parquet" else _text(columns, table, kind).encode())
    return len(table)


def choose(path: Path | None, wanted: Format | None) -> Format:
    """The format that is asked for, or that the name says; CSV for the standard output."""
    kind = wanted or (SUFFIXES.get(path.suffix.lower()) if path else "csv")
    if kind is None:
        raise Refused(f"{path} does not say its format; end it with {', '.join(SUFFIXES)}, or add --format")
    if kind == "parquet" and path is None:
        raise Refused("Parquet goes into a file; name one with --output")
    return kind


def replace(path: Path, data: bytes) -> None:
    """Put `data` in the place of whatever file `path` is, all at once."""
    path = path.resolve()  # a link goes on leading there
    if path.exists() and not path.is_file():
        raise Refused(f"{path} is no file")
    with reporting("write", path):
        replace_file(path, data)


def _text(columns: Sequence[str], table: Sequence[Row], kind: Format) -> str:
    return as_lines(columns, table) if kind == "jsonl" else as_csv([tuple(columns)]) + as_csv(table)


def _parquet(columns: Sequence[str], table: Sequence[Row]) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    types: dict[str, Any] = {"number": pa.uint64(), "fraction": pa.float64(), "moment": pa.timestamp("ms", tz="UTC")}
    data = {
        name: pa.array([row[index] for row in table], types.get(KINDS.get(name, ""), pa.string()))
        for index, name in enumerate(columns)
    }
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table(data), sink, compression="zstd")
    raw: bytes = sink.getvalue().to_pybytes()
    return raw
