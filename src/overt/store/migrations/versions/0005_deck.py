"""Places left in the pools of campaigns in `pooled`; who drew which is nowhere."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Campaigns before this had no pools."""
    op.create_table(
        "deck",
        sa.Column("campaign", sa.BigInteger, sa.ForeignKey("campaign.number"), primary_key=True),
        sa.Column("declared", sa.BigInteger, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("carried", sa.Float, nullable=False),
        sa.Column("because", sa.Text, nullable=False),
        sa.Column("seen", sa.BigInteger, nullable=False),
        sa.Column("dealt", sa.BigInteger, nullable=False),
        sa.Column("first", sa.Integer, nullable=False),
        sa.Column("left", sa.Text, nullable=False),
    )


def downgrade() -> None:
    """There is no way back but a backup."""
    raise NotImplementedError("restore a backup instead")
