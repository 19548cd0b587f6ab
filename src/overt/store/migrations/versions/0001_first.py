"""The first schema: recipients, consent, campaigns, links, sendings, events and the queue.

Written out in full, for a migration stays as it is when the tables of `schema` go on. Consent entries can be added and
never be changed: the database itself refuses.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_ROW = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make everything."""
    op.create_table(
        "recipient",
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "address",
        sa.Column("recipient", sa.BigInteger, sa.ForeignKey("recipient.number"), primary_key=True),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("lookup", sa.Text, nullable=False, unique=True),
    )
    op.create_table(
        "consent",
        sa.Column("id", _ROW, primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("recipient", sa.BigInteger, sa.ForeignKey("recipient.number"), nullable=False),
        *(
            sa.Column(name, sa.Text, nullable=False)
            for name in ("purpose", "decision", "way", "wording", "reference", "language", "actor")
        ),
        sa.Column("previous", sa.LargeBinary, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False, unique=True),
        sqlite_autoincrement=True,
    )
    op.create_index("consent_of_recipient", "consent", ["recipient", "purpose", "id"])
    op.create_table(
        "campaign",
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("name", sa.Text, nullable=False, unique=True),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "link",
        sa.Column("campaign", sa.BigInteger, sa.ForeignKey("campaign.number"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("destination", sa.Text, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("campaign", "digest"),
    )
    op.create_table(
        "sending",
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("recipient", sa.BigInteger, sa.ForeignKey("recipient.number"), nullable=False, index=True),
        sa.Column("campaign", sa.BigInteger, sa.ForeignKey("campaign.number"), nullable=False, index=True),
        sa.Column("variant", sa.SmallInteger, nullable=False),
        sa.Column("message_id", sa.Text, nullable=False),
        sa.Column("opens", sa.SmallInteger, nullable=False),
        sa.Column("links", sa.SmallInteger, nullable=False),
        sa.Column("grant", sa.Text, nullable=False),
        sa.Column("because", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("delivered", sa.BigInteger),
        sa.Column("failed", sa.BigInteger),
        sa.Column("failure", sa.Text, nullable=False),
    )
    op.create_table(
        "event",
        sa.Column("id", _ROW, primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("about", sa.Text, nullable=False),
        sa.Column("message_id", sa.Text, nullable=False),
        sa.Column("sending", sa.BigInteger),
    )
    op.create_table(
        "content",
        sa.Column("digest", sa.LargeBinary, primary_key=True),
        sa.Column("raw", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "queue",
        sa.Column("id", _ROW, primary_key=True),
        sa.Column("digest", sa.LargeBinary, sa.ForeignKey("content.digest"), nullable=False, index=True),
        sa.Column("sender", sa.Text, nullable=False),
        sa.Column("recipient", sa.Text, nullable=False),
        sa.Column("utf8", sa.SmallInteger, nullable=False),
        sa.Column("sending", sa.BigInteger),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("due", sa.BigInteger, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("queue_due", "queue", ["state", "due"])
    if op.get_bind().dialect.name == "sqlite":
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER consent_no_{change.lower()} BEFORE {change} ON consent "
                "BEGIN SELECT RAISE(ABORT, 'consent entries are only ever added'); END"
            )


def downgrade() -> None:
    """There is no way back but a backup: an older schema would lose what was recorded since."""
    raise NotImplementedError("restore a backup instead")
