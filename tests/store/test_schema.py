"""The database as it is opened: durable, private, and one transaction at a time."""

from __future__ import annotations

import sqlite3
import stat
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert, select, text

from overt.errors import Unavailable
from overt.store import open_database, reading, savepoint, writing
from overt.store.schema import campaign, from_ms, to_ms


def names(engine: Engine) -> set[str]:
    with reading(engine) as connection:
        return set(connection.scalars(select(campaign.c.name)))


def add(engine: Engine, number: int) -> None:
    with writing(engine) as connection:
        connection.execute(insert(campaign).values(number=number, name=str(number), at=0))


@pytest.mark.parametrize(
    ("pragma", "value"), [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("secure_delete", 1)]
)
def test_commits_are_durable_and_what_is_deleted_is_overwritten(engine: Engine, pragma: str, value: object) -> None:
    with engine.connect() as connection:
        assert connection.execute(text(f"PRAGMA {pragma}")).scalar() == value


def test_nobody_else_may_read_the_file(engine: Engine, tmp_path: Path) -> None:
    add(engine, 1)
    for path in tmp_path.glob("overt.db*"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_an_exception_undoes_the_whole_transaction(engine: Engine) -> None:
    def half() -> None:
        with writing(engine):
            add(engine, 1)
            add(engine, 2)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        half()
    assert names(engine) == set()


def test_an_exception_that_leaves_a_savepoint_undoes_that_part_alone(engine: Engine) -> None:
    def half() -> None:
        with savepoint(engine):
            add(engine, 2)
            raise RuntimeError

    with writing(engine):
        add(engine, 1)
        with pytest.raises(RuntimeError):
            half()
        add(engine, 3)
    assert names(engine) == {"1", "3"}


def test_a_reader_inside_the_transaction_sees_it_and_one_outside_does_not(engine: Engine) -> None:
    outside: list[set[str]] = []
    with writing(engine):
        add(engine, 1)
        assert names(engine) == {"1"}
        thread = threading.Thread(target=lambda: outside.append(names(engine)))
        thread.start()
        thread.join()
    assert outside == [set()]


def test_threads_that_write_at_once_all_succeed(engine: Engine) -> None:
    threads = [threading.Thread(target=add, args=(engine, number)) for number in range(1, 21)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(names(engine)) == 20


def test_a_database_that_another_process_holds_is_unavailable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("overt.store.schema.BUSY_SECONDS", 0.05)
    engine = open_database(tmp_path / "overt.db")
    other = sqlite3.connect(tmp_path / "overt.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable, match="locked"):
        add(engine, 1)
    other.execute("ROLLBACK")
    add(engine, 1)
    assert names(engine) == {"1"}


def test_a_file_that_is_no_database_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "overt.db").write_bytes(b"this is a letter, not a database" * 100)
    with pytest.raises(Unavailable, match="not a database"):
        open_database(tmp_path / "overt.db")


def test_moments_are_milliseconds_since_the_epoch() -> None:
    # date -u -d 2026-11-02T08:00:00Z +%s
    moment = datetime(2026, 11, 2, 8, 0, 0, 123_456, tzinfo=UTC)
    assert to_ms(moment) == 1_793_606_400_123
    assert from_ms(1_793_606_400_123) == moment.replace(microsecond=123_000)
