"""Scans are checked and released, paper lies in boxes and is destroyed by two."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from eakte.db import Instant
from eakte.model.columns import Json

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("batch_page") as page:
        page.add_column(sa.Column("dark", sa.Float(), nullable=True))
        page.add_column(sa.Column("traces", sa.Boolean(), nullable=False, server_default="0"))
        page.add_column(sa.Column("readable", sa.Boolean(), nullable=False, server_default="1"))
        page.add_column(sa.Column("unsure", sa.Float(), nullable=True))
        page.add_column(sa.Column("text_source", sa.String(20), nullable=False, server_default=""))
    # The defaults were for the pages that are there; from now on the program says it.
    with op.batch_alter_table("batch_page") as page:
        for name in ("traces", "readable"):
            page.alter_column(name, existing_type=sa.Boolean(), server_default=None)
        page.alter_column("text_source", existing_type=sa.String(20), server_default=None)
    op.create_table(
        "scan_rules",
        sa.Column("department_id", sa.Uuid(), nullable=False),
        sa.Column("said", Json, nullable=False),
        sa.Column("loaded_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("department_id"),
    )
    op.create_table(
        "scan_check",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("rules", Json, nullable=False),
        sa.Column("begun_by_id", sa.Uuid(), nullable=False),
        sa.Column("begun_at", Instant(), nullable=False),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.Column("remark", sa.String(500), nullable=False),
        sa.Column("keep_until", sa.Date(), nullable=True),
        sa.Column("note_sha256", sa.String(64), nullable=True),
        sa.Column("note_pdf_sha256", sa.String(64), nullable=True),
        sa.Column("noted_at", Instant(), nullable=True),
        sa.Column("edits", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["batch.id"]),
        sa.ForeignKeyConstraint(["begun_by_id"], ["user_account.id"]),
        sa.ForeignKeyConstraint(["decided_by_id"], ["user_account.id"]),
        sa.ForeignKeyConstraint(["note_sha256"], ["content.sha256"]),
        sa.ForeignKeyConstraint(["note_pdf_sha256"], ["content.sha256"]),
        sa.PrimaryKeyConstraint("id"),
    )
    for name in ("decided_at", "keep_until", "note_sha256", "note_pdf_sha256"):
        op.create_index(f"ix_scan_check_{name}", "scan_check", [name])
    op.create_table(
        "page_check",
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("by_chance", sa.Boolean(), nullable=False),
        sa.Column("picture_sha256", sa.String(64), nullable=True),
        sa.Column("no_picture", sa.Boolean(), nullable=False),
        sa.Column("verdict", sa.String(40), nullable=True),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["batch_id"], ["scan_check.id"]),
        sa.ForeignKeyConstraint(["picture_sha256"], ["content.sha256"]),
        sa.ForeignKeyConstraint(["by_id"], ["user_account.id"]),
        sa.PrimaryKeyConstraint("batch_id", "page"),
    )
    op.create_index("ix_page_check_picture_sha256", "page_check", ["picture_sha256"])
    op.create_table(
        "scan_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("pages", Json, nullable=False),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("asked_by_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("answer_id", sa.Uuid(), nullable=True),
        sa.Column("answered_at", Instant(), nullable=True),
        sa.Column("edits", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"]),
        sa.ForeignKeyConstraint(["asked_by_id"], ["user_account.id"]),
        sa.ForeignKeyConstraint(["answer_id"], ["batch.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("number"),
    )
    for name in ("batch_id", "answer_id"):
        op.create_index(f"ix_scan_request_{name}", "scan_request", [name])
    op.create_table(
        "destruction",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("manner", sa.String(300), nullable=False),
        sa.Column("proposed_by_id", sa.Uuid(), nullable=False),
        sa.Column("proposed_at", Instant(), nullable=False),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("record_sha256", sa.String(64), nullable=True),
        sa.Column("edits", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["proposed_by_id"], ["user_account.id"]),
        sa.ForeignKeyConstraint(["decided_by_id"], ["user_account.id"]),
        sa.ForeignKeyConstraint(["record_sha256"], ["content.sha256"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("number"),
    )
    op.create_index("ix_destruction_record_sha256", "destruction", ["record_sha256"])
    op.create_table(
        "paper",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("box", sa.String(60), nullable=False),
        sa.Column("keep", sa.Boolean(), nullable=False),
        sa.Column("keep_reason", sa.String(300), nullable=False),
        sa.Column("not_before", sa.Date(), nullable=True),
        sa.Column("destruction_id", sa.Uuid(), nullable=True),
        sa.Column("edits", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["batch.id"]),
        sa.ForeignKeyConstraint(["destruction_id"], ["destruction.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    for name in ("box", "destruction_id"):
        op.create_index(f"ix_paper_{name}", "paper", [name])
    op.create_table(
        "destroyed_paper",
        sa.Column("destruction_id", sa.Uuid(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["destruction_id"], ["destruction.id"]),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"]),
        sa.PrimaryKeyConstraint("destruction_id", "batch_id"),
    )
    op.create_index("ix_destroyed_paper_batch_id", "destroyed_paper", ["batch_id"])
