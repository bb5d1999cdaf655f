"""Messages from courts say of themselves whom they are from, about which case, what they ask."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from eakte.db import Instant
from eakte.model.columns import Json

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "court_message",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=100), nullable=False),
        sa.Column("version", sa.String(length=20), nullable=False),
        sa.Column("sender", sa.String(length=300), nullable=False),
        sa.Column("sender_code", sa.String(length=40), nullable=False),
        sa.Column("theirs", Json, nullable=False),
        sa.Column("ours", Json, nullable=False),
        sa.Column("message_id", sa.String(length=300), nullable=False),
        sa.Column("answers", sa.String(length=300), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("created_at", Instant(), nullable=True),
        sa.Column("missing", Json, nullable=False),
        sa.Column("confirmation_wanted", sa.Boolean(), nullable=False),
        sa.Column("confirmed_on", sa.Date(), nullable=True),
        sa.Column("confirmed_by_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["document.id"],
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["confirmed_by_id"],
            ["user_account.id"],
        ),
        sa.PrimaryKeyConstraint("document_id"),
    )
