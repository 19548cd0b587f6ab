"""The day of the last open of recipients in `hygiene`."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nobody was measured so before."""
    op.create_table(
        "last_open",
        sa.Column("recipient", sa.BigInteger, sa.ForeignKey("recipient.number"), primary_key=True),
        sa.Column("day", sa.Integer, nullable=False),
    )


def downgrade() -> None:
    """There is no way back but a backup."""
    raise NotImplementedError("restore a backup instead")
