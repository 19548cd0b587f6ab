"""For delivery reports: the wishes of RFC 3461 in the queue, and whether the sender was told of a delay."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add columns; rows that are there get the values that mean "nothing was asked for"."""
    for name in ("ret", "envid", "notify", "orcpt"):
        op.add_column("queue", sa.Column(name, sa.Text, nullable=False, server_default=""))
    op.add_column("queue", sa.Column("warned", sa.SmallInteger, nullable=False, server_default="0"))


def downgrade() -> None:
    """There is no way back but a backup: an older schema would lose what was recorded since."""
    raise NotImplementedError("restore a backup instead")
