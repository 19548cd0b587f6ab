"""Answers of the API, kept for whoever asks twice."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing could be changed by the API before."""
    op.create_table(
        "answer",
        sa.Column("mark", sa.LargeBinary, primary_key=True),
        sa.Column(
            "api_key",
            sa.BigInteger().with_variant(sa.Integer, "sqlite"),
            sa.ForeignKey("api_key.id"),
            nullable=False,
            index=True,
        ),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False, index=True),
    )


def downgrade() -> None:
    """There is no way back but a backup."""
    raise NotImplementedError("restore a backup instead")
