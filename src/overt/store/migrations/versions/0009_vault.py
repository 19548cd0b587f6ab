"""Whatever names a recipient is sealed under that recipient's own key, which lies in the vault."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

from overt.store.vault import Vault, vault_of

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

SEALED = ("message_id", "grant", "failure")


def upgrade() -> None:
    """Give everybody a key, and replace what was readable; what was deleted is overwritten on disk."""
    connection = op.get_bind()
    vault = vault_of(connection)
    _seal_addresses(connection, vault)
    _seal_sendings(connection, vault)
    _seal_events(connection, vault)
    op.execute("ALTER TABLE erasure RENAME COLUMN logged TO forgotten")
    op.execute("UPDATE erasure SET forgotten = 0")
    for recipient, purpose, at in connection.execute(sa.text(_WITHDRAWN)).all():
        vault.note_withdrawal(recipient, purpose, at)
    for hash_, at, way in connection.execute(sa.text("SELECT hash, at, way FROM suppression")).all():
        vault.note_leaver(hash_, at, way)


# The last word of each recipient on each purpose, where it is a withdrawal.
_WITHDRAWN = """
SELECT recipient, purpose, at FROM consent
WHERE decision = 'withdrawal' AND id IN (SELECT max(id) FROM consent GROUP BY recipient, purpose)
"""


def _seal_addresses(connection: sa.Connection, vault: Vault) -> None:
    for recipient, address, lookup in connection.execute(sa.text("SELECT recipient, address, lookup FROM address")):
        if not vault.knows(recipient):
            vault.admit(recipient, lookup, address)
    op.drop_table("address")


def _seal_sendings(connection: sa.Connection, vault: Vault) -> None:
    for name in SEALED:
        op.execute(f'ALTER TABLE sending RENAME COLUMN "{name}" TO old_{name}')
        op.add_column("sending", sa.Column(name, sa.LargeBinary))
    found = sa.text("SELECT number, recipient, old_message_id, old_grant, old_failure FROM sending")
    for number, recipient, *texts in connection.execute(found).all():
        sealed = vault.seal(recipient, *texts)
        connection.execute(
            sa.text('UPDATE sending SET message_id = :a, "grant" = :b, failure = :c WHERE number = :n'),
            {"a": sealed[0], "b": sealed[1], "c": sealed[2], "n": number},
        )
    for name in SEALED:
        op.execute(f"ALTER TABLE sending DROP COLUMN old_{name}")


def _seal_events(connection: sa.Connection, vault: Vault) -> None:
    op.add_column("event", sa.Column("sealed", sa.LargeBinary))
    found = sa.text(
        "SELECT event.id, recipient, about, event.message_id FROM event JOIN sending ON sending = sending.number"
    )
    for number, recipient, about, message_id in connection.execute(found).all():
        (sealed,) = vault.seal(recipient, json.dumps([about, message_id]))
        written = sa.text("UPDATE event SET about = '', message_id = '', sealed = :sealed WHERE id = :id")
        connection.execute(written, {"sealed": sealed, "id": number})


def downgrade() -> None:
    """There is no way back but a backup."""
    raise NotImplementedError("restore a backup instead")
