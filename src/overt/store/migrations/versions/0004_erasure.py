"""Who was erased, by number: so that a restored backup can be told."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nobody was erased before."""
    op.create_table(
        "erasure",
        sa.Column("recipient", sa.BigInteger, sa.ForeignKey("recipient.number"), primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("logged", sa.SmallInteger, nullable=False),
    )


def downgrade() -> None:
    """There is no way back but a backup: an older schema would forget who was erased."""
    raise NotImplementedError("restore a backup instead")
