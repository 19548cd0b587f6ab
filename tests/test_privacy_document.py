"""PRIVACY.md names every field that is kept, and no other."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest

from overt.measure import Count, Hit
from overt.store.parquet import COLUMNS
from overt.store.schema import metadata
from overt.store.vault import people

PAGE = (Path(__file__).resolve().parent.parent / "PRIVACY.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `(\w+)` \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
MIGRATION_STATE = {"alembic_version"}  # the schema's own version; nothing of anybody
TABLES = {name: table for name, table in {**metadata.tables, **people.tables}.items() if name not in MIGRATION_STATE}


def rows_under(heading: str) -> list[str]:
    """The first cells of the table under a heading, whatever its level; each row says what, why and how long."""
    match = re.search(rf"^#+ {re.escape(heading)}[^\n]*\n(.*?)(?=^#|\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert match, f"PRIVACY.md has no section {heading}"
    return [row[1] for row in ROW.finditer(match[1])]


@pytest.mark.parametrize(("heading", "kept"), [("Counters", Count), ("Hits", Hit)])
def test_every_field_of_what_is_measured_is_named(heading: str, kept: type[Count | Hit]) -> None:
    assert rows_under(heading) == [field.name for field in dataclasses.fields(kept)]


@pytest.mark.parametrize("table", sorted(TABLES))
def test_every_column_of_the_database_is_named(table: str) -> None:
    assert rows_under(f"`{table}`") == [column.name for column in TABLES[table].columns]


def test_no_table_is_named_that_is_not_there() -> None:
    assert set(re.findall(r"^### `(\w+)`", PAGE, re.MULTILINE)) == set(TABLES)


def test_a_parquet_file_has_the_fields_of_a_hit_and_the_two_columns_that_are_named() -> None:
    fields = {field.name for field in dataclasses.fields(Hit)}
    assert {name for name, _, _ in COLUMNS} == fields - {"at_ms"} | {"seen_at", "recipient"}
    assert "`seen_at`" in PAGE
