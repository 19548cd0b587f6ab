"""The chain of consent entries: whoever touches it breaks it, and the database itself refuses."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from overt.measure import Purpose
from overt.store import Ledger
from overt.store.chain import FIRST


@pytest.fixture
def ledger(engine: Engine) -> Ledger:
    made = Ledger(engine)
    for number in range(5):
        made.grant(f"r{number}@example.org", Purpose.OPENS, way="form", reference=f"form-{number}")
    made.withdraw("r2@example.org", way="letter")
    return made


@contextmanager
def tampering(path: Path) -> Iterator[sqlite3.Connection]:
    """Somebody with the file in hands, who is not stopped by triggers."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("DROP TRIGGER consent_no_update")
        connection.execute("DROP TRIGGER consent_no_delete")
        yield connection


def test_an_untouched_chain_is_whole(ledger: Ledger) -> None:
    chain = ledger.check_consent()
    assert (chain.entries, chain.broken) == (8, 0)  # five grants, and a withdrawal of each of three purposes
    assert len(chain.head) == 32


def test_an_empty_chain_is_whole(engine: Engine) -> None:
    chain = Ledger(engine).check_consent()
    assert (chain.entries, chain.head, chain.broken) == (0, FIRST, 0)


@pytest.mark.parametrize("statement", ["UPDATE consent SET way = 'x'", "DELETE FROM consent"])
def test_the_database_refuses_to_change_or_remove_an_entry(ledger: Ledger, tmp_path: Path, statement: str) -> None:
    with (
        closing(sqlite3.connect(tmp_path / "overt.db")) as connection,
        pytest.raises(sqlite3.IntegrityError, match="only ever added"),
    ):
        connection.execute(statement)


@pytest.mark.parametrize("column", ["at", "recipient", "purpose", "decision", "way", "wording", "reference", "actor"])
def test_a_changed_entry_is_named(ledger: Ledger, tmp_path: Path, column: str) -> None:
    value = "7" if column in ("at", "recipient") else "grant" if column == "decision" else "other"
    with tampering(tmp_path / "overt.db") as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute(f"UPDATE consent SET {column} = ? WHERE id = 7", (value,))
    assert ledger.check_consent().broken == 7


def test_a_dropped_entry_breaks_the_one_after_it(ledger: Ledger, tmp_path: Path) -> None:
    with tampering(tmp_path / "overt.db") as connection:
        connection.execute("DELETE FROM consent WHERE id = 3")
    assert ledger.check_consent().broken == 4


def test_entries_in_another_order_break_the_first_that_moved(ledger: Ledger, tmp_path: Path) -> None:
    with tampering(tmp_path / "overt.db") as connection:
        for old, new in ((2, 99), (4, 2), (99, 4)):
            connection.execute("UPDATE consent SET id = ? WHERE id = ?", (new, old))
    assert ledger.check_consent().broken == 2


_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(way=_TEXT, reference=_TEXT, wording=_TEXT, actor=_TEXT)
def test_every_entry_reads_back_as_it_was_entered(
    engine: Engine, way: str, reference: str, wording: str, actor: str
) -> None:
    ledger = Ledger(engine)
    entry = ledger.grant(
        "a@example.org", Purpose.LINKS, way=f"w{way}", reference=reference, wording=wording, actor=actor
    )
    assert ledger.consent_of("a@example.org")[-1] == entry
    assert ledger.permission("a@example.org", Purpose.LINKS).latest == entry
    assert ledger.check_consent().broken == 0
