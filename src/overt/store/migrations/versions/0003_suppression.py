"""Who left, as keyed hashes; and which messages of the queue are list mail, which they get no more."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Rows of the queue that are there go out as they would have."""
    op.create_table(
        "suppression",
        sa.Column("hash", sa.LargeBinary, primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("way", sa.Text, nullable=False),
    )
    op.add_column("queue", sa.Column("list_mail", sa.SmallInteger, nullable=False, server_default="0"))


def downgrade() -> None:
    """There is no way back but a backup: an older schema would write to people who left."""
    raise NotImplementedError("restore a backup instead")
