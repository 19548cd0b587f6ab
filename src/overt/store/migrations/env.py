"""What Alembic runs: the migrations beside, over the connection it was given. Nobody else imports it."""

from __future__ import annotations

from alembic import context

from overt.store.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
