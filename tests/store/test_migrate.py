"""Migrations: run once, all or nothing, and they make what the tables say."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect

from overt.store import open_database
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
        "import sys; from overt.store import open_database; "
        f"open_database({str(tmp_path / 'overt.db')!r}).dispose(); print('alembic' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert ran.stdout.strip() == "False"


def test_processes_that_start_at_once_make_one_schema(tmp_path: Path) -> None:
    code = f"from overt.store import open_database; open_database({str(tmp_path / 'new' / 'overt.db')!r}).dispose()"
    started = [subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE) for _ in range(3)]
    assert [(process.communicate(timeout=60)[1], process.returncode) for process in started] == [(b"", 0)] * 3
    engine = open_database(tmp_path / "new" / "overt.db")
    assert set(metadata.tables) < set(inspect(engine).get_table_names())
    engine.dispose()
