"""Hits as columns, read by programs that are not ours."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from overt.store.parquet import COLUMNS, make_table, write_table
from tests.store.made import make_hit


def test_any_parquet_reader_finds_every_field_of_a_hit(tmp_path: Path) -> None:
    write_table(make_table([make_hit()]), tmp_path / "x.parquet")
    (row,) = pq.read_table(tmp_path / "x.parquet").to_pylist()
    assert list(row) == [name for name, _, _ in COLUMNS]
    assert row["seen_at"].isoformat() == "2023-11-14T22:13:20.123000+00:00"
    assert (row["kind"], row["method"], row["mode"]) == ("link", "GET", "individual")
    assert (row["recipient"], row["sending"], row["address_hash"]) == (1, (1 << 32) + 5, (1 << 64) - 1)


def test_duckdb_reads_the_file_by_itself(tmp_path: Path) -> None:
    write_table(make_table([make_hit(), make_hit(2)]), tmp_path / "x.parquet")
    query = f"SELECT count(*), min(place) FROM '{tmp_path / 'x.parquet'}'"
    assert duckdb.connect().execute(query).fetchall() == [(2, "DE")]


def test_rows_are_sorted_by_campaign_sending_and_time_and_compressed_with_zstd(tmp_path: Path) -> None:
    hits = [make_hit(2), make_hit(1, campaign=9), make_hit(1, at_ms=2), make_hit(1, at_ms=1)]
    write_table(make_table(hits), tmp_path / "x.parquet")
    rows = pq.read_table(tmp_path / "x.parquet", columns=["campaign", "recipient", "seen_at"]).to_pylist()
    assert [(row["campaign"], row["recipient"]) for row in rows] == [(7, 1), (7, 1), (7, 2), (9, 1)]
    assert rows[0]["seen_at"] < rows[1]["seen_at"]
    metadata = pq.ParquetFile(tmp_path / "x.parquet").metadata
    assert {metadata.row_group(0).column(index).compression for index in range(metadata.num_columns)} == {"ZSTD"}
