"""Webhooks, and the hits on their way to them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

ROW = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Nobody was told before."""
    op.create_table(
        "webhook",
        sa.Column("id", ROW, primary_key=True),
        sa.Column("name", sa.Text, nullable=False, unique=True),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("kinds", sa.Text, nullable=False),
        sa.Column("private", sa.SmallInteger, nullable=False),
        sa.Column("secret", sa.Text, nullable=False),
        sa.Column("old_secret", sa.Text, nullable=False),
        sa.Column("old_until", sa.BigInteger, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("told", sa.BigInteger, nullable=False),
        sa.Column("stopped", sa.Text, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "webhook_event",
        sa.Column("id", ROW, primary_key=True),
        sa.Column("webhook", ROW, sa.ForeignKey("webhook.id"), nullable=False),
        sa.Column("mark", sa.LargeBinary, nullable=False),
        sa.Column("recipient", sa.BigInteger, sa.ForeignKey("recipient.number"), nullable=False, index=True),
        sa.Column("hit", sa.LargeBinary),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("due", sa.BigInteger, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("said", sa.Text, nullable=False),
        sa.UniqueConstraint("webhook", "mark"),
        sa.Index("webhook_event_due", "webhook", "state", "due"),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    """There is no way back but a backup."""
    raise NotImplementedError("restore a backup instead")
