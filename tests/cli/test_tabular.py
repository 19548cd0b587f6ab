"""Tables in files: what is written, in which format, and to whom it is readable."""

from __future__ import annotations

import stat
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from overt.cli.tabular import choose, save
from overt.errors import Refused, Unavailable
from overt.measure.people import ENGAGEMENT

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)
ROWS = [("ann@example.org", 12.5, 3.0, 30.0, 0.9, 4, 2, AT), ("=b@example.org", None, 0.0, 40.0, 0.9, 1, 0, None)]


@pytest.mark.parametrize(
    ("name", "first"),
    [("a.csv", b"email,score"), ("a.jsonl", b'{"email"'), ("a.ndjson", b'{"email"'), ("a.PARQUET", b"PAR1")],
)
def test_the_name_says_the_format(tmp_path: Path, name: str, first: bytes) -> None:
    assert save(ENGAGEMENT, ROWS, tmp_path / name) == 2
    assert (tmp_path / name).read_bytes().startswith(first)


def test_parquet_has_types_and_empty_cells(tmp_path: Path) -> None:
    save(ENGAGEMENT, ROWS, tmp_path / "people", "parquet")
    table = pq.read_table(tmp_path / "people")
    assert table.schema.field("last").type == pa.timestamp("ms", tz="UTC")
    assert table.schema.field("sendings").type == pa.uint64()
    assert table.to_pylist()[1] == dict(zip(ENGAGEMENT, ROWS[1], strict=True))  # text as it is: nothing runs it
    assert table.to_pylist()[0]["last"] == AT


def test_no_rows_are_a_table_too(tmp_path: Path) -> None:
    assert save(ENGAGEMENT, [], tmp_path / "a.parquet") == 0
    assert pq.read_table(tmp_path / "a.parquet").column_names == list(ENGAGEMENT)
    save(ENGAGEMENT, [], tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_text().split() == [",".join(ENGAGEMENT)]


def test_a_file_of_people_is_its_owners_and_is_replaced_whole(tmp_path: Path) -> None:
    path, link = tmp_path / "a.csv", tmp_path / "link.csv"
    path.write_text("old")
    path.chmod(0o644)
    link.symlink_to(path)
    with path.open() as reader:
        save(ENGAGEMENT, ROWS, link)
        assert reader.read() == "old"
    assert link.is_symlink()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "ann@example.org" in path.read_text()
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.csv", "link.csv"]


def test_what_cannot_be_written_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="no file"):
        save(ENGAGEMENT, ROWS, tmp_path, "csv")
    with pytest.raises(Unavailable):
        save(ENGAGEMENT, ROWS, tmp_path / "missing" / "a.csv")
    with pytest.raises(Refused, match="does not say its format"):
        choose(tmp_path / "a.xlsx", None)
    with pytest.raises(Refused, match="--output"):
        choose(None, "parquet")
    assert list(tmp_path.iterdir()) == []
