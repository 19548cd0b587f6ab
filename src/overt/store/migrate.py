"""Brings a database to the schema of this version, at first start and after an upgrade.

Alembic and its migrations are loaded only where something has to be done, for commands start often.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

HEAD = "0011"  # the newest migration; a test compares it with the folder
FOLDER = Path(__file__).parent / "migrations"


def migrate(engine: Engine) -> None:
    """Run what is missing, all of it or nothing; a second process waits for the first."""
    with engine.connect() as connection:
        if _version(connection) == HEAD:
            return
    from alembic import command
    from alembic.config import Config

    configuration = Config()
    configuration.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    with engine.begin() as connection:
        configuration.attributes["connection"] = connection
        command.upgrade(configuration, "head")


def _version(connection: Connection) -> str:
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or ""
