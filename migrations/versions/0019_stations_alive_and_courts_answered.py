"""When a scanning station was last heard; and what was written to acknowledge a court's message."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from eakte.db import Instant

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("station", schema=None) as batch_op:
        batch_op.add_column(sa.Column("seen_at", Instant(), nullable=True))
        batch_op.add_column(sa.Column("turned_away_at", Instant(), nullable=True))
        batch_op.add_column(
            sa.Column("turned_away_from", sa.String(60), server_default="", nullable=False)
        )
        batch_op.add_column(sa.Column("waiting", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("waiting_since", Instant(), nullable=True))
        batch_op.add_column(
            sa.Column("waiting_reason", sa.String(300), server_default="", nullable=False)
        )
    op.create_table(
        "court_reply",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.String(20), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.Column("trouble", sa.String(40), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("written_at", Instant(), nullable=False),
        sa.Column("written_by_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["sha256"], ["content.sha256"]),
        sa.ForeignKeyConstraint(["written_by_id"], ["user_account.id"]),
        sa.PrimaryKeyConstraint("document_id"),
    )
    op.create_index("ix_court_reply_sha256", "court_reply", ["sha256"])
