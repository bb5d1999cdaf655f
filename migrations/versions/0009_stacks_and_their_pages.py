"""Stacks from scanning stations, and the fate of each of their pages."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from eakte.db import Instant
from eakte.model.batch import BatchState, Fate
from eakte.model.columns import Json, named
from eakte.model.findings import Order

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "batch",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sender_id", sa.Uuid(), nullable=False),
        sa.Column("department_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("sender_number", sa.Integer(), nullable=True),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(300), nullable=False),
        sa.Column("media_type", sa.String(120), nullable=False),
        sa.Column("operator", sa.String(200), nullable=False),
        sa.Column("device", sa.String(200), nullable=False),
        sa.Column("settings", Json, nullable=False),
        sa.Column("order", named(Order), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("received_at", Instant(), nullable=False),
        sa.Column("state", named(BatchState), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("edits", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["sender_id"], ["user_account.id"]),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"]),
        sa.ForeignKeyConstraint(["sha256"], ["content.sha256"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("number"),
        sa.UniqueConstraint("sender_id", "key"),
    )
    op.create_index("ix_batch_sender_number", "batch", ["sender_id", "sender_number"])
    op.create_index("ix_batch_department_number", "batch", ["department_id", "number"])
    op.create_index("ix_batch_sha256", "batch", ["sha256"])
    with op.batch_alter_table("document") as document:
        document.add_column(sa.Column("batch_id", sa.Uuid(), nullable=True))
        document.create_foreign_key("fk_document_batch_id_batch", "batch", ["batch_id"], ["id"])
        document.create_index("ix_document_batch_id", ["batch_id"])
    op.create_table(
        "batch_page",
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("fate", named(Fate), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=True),
        sa.Column("place", sa.Integer(), nullable=True),
        sa.Column("codes", Json, nullable=False),
        sa.Column("dpi", sa.Integer(), nullable=True),
        sa.Column("skew", sa.Float(), nullable=False),
        sa.Column("remark", sa.String(300), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"]),
        sa.PrimaryKeyConstraint("batch_id", "page"),
    )
    op.create_index("ix_batch_page_document_id", "batch_page", ["document_id"])
    op.create_table(
        "cover_sheet",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("document_type", sa.String(100), nullable=False),
        sa.Column("printed_by_id", sa.Uuid(), nullable=False),
        sa.Column("printed_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["dossier_case.id"]),
        sa.ForeignKeyConstraint(["printed_by_id"], ["user_account.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_cover_sheet_case_id", "cover_sheet", ["case_id"])
