"""What a virus scanner said of arriving content, and what the check of its signatures showed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from eakte.model.columns import Json

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("document_version", "batch"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(
                sa.Column("clearance", sa.String(40), server_default="not-asked", nullable=False)
            )
            batch_op.add_column(sa.Column("find", sa.String(200), nullable=True))
    op.add_column("document_version", sa.Column("signatures", Json, nullable=True))
