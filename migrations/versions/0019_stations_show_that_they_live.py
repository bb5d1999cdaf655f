"""When a scanning station was last heard, and what it says it waits for."""

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
