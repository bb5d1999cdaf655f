"""Scanning stations with their address ranges, and what was said of a stack when it arrived."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from eakte.model.columns import Json

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "station",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("department_id", sa.Uuid(), nullable=False),
        sa.Column("networks", Json, nullable=False),
        sa.Column("quota_mb", sa.Integer(), nullable=False),
        sa.Column("edits", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["user_account.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("batch") as batch:
        batch.add_column(sa.Column("told", Json, nullable=True))
    with op.batch_alter_table("upload") as upload:
        upload.add_column(sa.Column("scanned", Json, nullable=True))
        upload.add_column(sa.Column("batch_id", sa.Uuid(), nullable=True))
        upload.create_foreign_key("fk_upload_batch_id_batch", "batch", ["batch_id"], ["id"])
    op.create_index("ix_batch_sender_received", "batch", ["sender_id", "received_at"])
