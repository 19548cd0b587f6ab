"""Migrations: run once, all or nothing, and they make what the tables say."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, inspect, text

from overt.measure import RecipientNumber, Sending
from overt.store import Ledger, open_database
from overt.store.migrate import FOLDER, HEAD
from overt.store.schema import metadata


def test_the_migrations_make_the_tables_of_the_schema(engine: Engine) -> None:
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_the_newest_migration_is_the_one_that_is_looked_for() -> None:
    configuration = Config()
    configuration.set_main_option("script_location", str(FOLDER))
    assert ScriptDirectory.from_config(configuration).get_heads() == [HEAD]


def test_a_database_that_is_up_to_date_is_opened_without_alembic(tmp_path: Path) -> None:
    open_database(tmp_path / "overt.db").dispose()
    code = (
        "import sys; from pathlib import Path; from overt.store import open_database; "
        f"open_database(Path({str(tmp_path / 'overt.db')!r})).dispose(); print('alembic' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert ran.stdout.strip() == "False"


def test_processes_that_start_at_once_make_one_schema(tmp_path: Path) -> None:
    path = str(tmp_path / "new" / "overt.db")
    code = f"from pathlib import Path; from overt.store import open_database; open_database(Path({path!r})).dispose()"
    started = [subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE) for _ in range(3)]
    assert [(process.communicate(timeout=60)[1], process.returncode) for process in started] == [(b"", 0)] * 3
    engine = open_database(tmp_path / "new" / "overt.db")
    assert set(metadata.tables) < set(inspect(engine).get_table_names())
    engine.dispose()


BEFORE_THE_VAULT = """
INSERT INTO recipient (number, at) VALUES (7, 1000), (8, 1000);
INSERT INTO address (recipient, address, lookup) VALUES (7, 'Robin@quixwort.example', 'robin@quixwort.example');
INSERT INTO campaign (number, name, at) VALUES (1, 'spring', 1000);
INSERT INTO sending (number, recipient, campaign, variant, message_id, opens, links, "grant", because, at, failure)
VALUES (30064771073, 7, 1, 0, '<1@quixwort.example>', 1, 1, 'ticket 5', '', 1000, '550 no robin@quixwort.example');
INSERT INTO event (at, kind, about, message_id, sending)
VALUES (2000, 'bounced', '550 robin', '<1@quixwort.example>', 30064771073), (3000, 'note', 'nobody''s', '', NULL);
INSERT INTO consent (at, recipient, purpose, decision, way, wording, reference, language, actor, previous, hash)
VALUES (4000, 8, 'opens', 'withdrawal', 'page', '', '', '', '', x'00', x'01');
INSERT INTO erasure (recipient, at, logged) VALUES (8, 5000, 1);
INSERT INTO suppression (hash, at, way) VALUES (x'0102', 6000, 'page')
"""


def test_what_was_readable_is_sealed_and_can_be_read_with_the_vault(tmp_path: Path) -> None:
    path = tmp_path / "overt.db"
    plain = create_engine(f"sqlite:///{path}")
    configuration = Config()
    configuration.set_main_option("script_location", str(FOLDER))
    with plain.begin() as connection:
        configuration.attributes["connection"] = connection
        command.upgrade(configuration, "0008")
        for statement in BEFORE_THE_VAULT.split(";\n"):
            connection.execute(text(statement))
    plain.dispose()
    assert b"quixwort" in path.read_bytes()

    engine = open_database(path)
    ledger = Ledger(engine)
    assert ledger.address_of(RecipientNumber(7)) == "Robin@quixwort.example"
    assert ledger.find_recipient("robin@quixwort.example") == 7
    assert ledger.find_sending("<1@quixwort.example>", "robin@quixwort.example") == Sending(30064771073)
    assert {(event.kind, event.about, event.message_id) for event in ledger.events()} == {
        ("bounced", "550 robin", "<1@quixwort.example>"),
        ("note", "nobody's", ""),
    }
    with engine.connect() as connection:
        later = connection.get_execution_options()["overt_vault"].later()
    assert later.withdrawn == ((8, "opens", 4000),)
    assert later.left == ((b"\x01\x02", 6000, "page"),)
    engine.dispose()
    for left in tmp_path.iterdir():
        assert b"quixwort" not in left.read_bytes().lower(), left.name
