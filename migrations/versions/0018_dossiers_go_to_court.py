"""A dossier is put together for a court: what was decided, what left, its bytes, the answers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from eakte.db import Instant
from eakte.model.columns import Json

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sending",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("asked_by_id", sa.Uuid(), nullable=False),
        sa.Column("asked_by", sa.String(200), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("court", sa.String(20), nullable=False),
        sa.Column("court_name", sa.String(300), nullable=False),
        sa.Column("court_reference", sa.String(100), nullable=False),
        sa.Column("opens_proceedings", sa.Boolean(), nullable=False),
        sa.Column("occasion", sa.String(40), nullable=False),
        sa.Column("legal_ground", sa.String(200), nullable=False),
        sa.Column("short_title", sa.String(200), nullable=False),
        sa.Column("about", sa.String(300), nullable=False),
        sa.Column("access_reason", sa.String(500), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("reasons", Json, nullable=False),
        sa.Column("hints", Json, nullable=False),
        sa.Column("version", sa.String(20), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("documents", sa.Integer(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("written_at", Instant(), nullable=True),
        sa.Column("handed_over_on", sa.Date(), nullable=True),
        sa.Column("handed_over_by", sa.String(200), nullable=False),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"]),
        sa.ForeignKeyConstraint(["asked_by_id"], ["user_account.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_sending_dossier_id_asked_at", "sending", ["dossier_id", "asked_at"])
    op.create_table(
        "sent_document",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sending_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=True),
        sa.Column("sheet_id", sa.Uuid(), nullable=True),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("decision", sa.String(40), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("first_folio", sa.Integer(), nullable=False),
        sa.Column("last_folio", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("sent_sha256", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["sending_id"], ["sending.id"]),
        sa.ForeignKeyConstraint(["case_id"], ["dossier_case.id"]),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"]),
        sa.ForeignKeyConstraint(["sheet_id"], ["withdrawal_sheet.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("sending_id", "place"),
    )
    op.create_index("ix_sent_document_document_id", "sent_document", ["document_id"])
    op.create_table(
        "sent_file",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sending_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("files", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["sending_id"], ["sending.id"]),
        sa.ForeignKeyConstraint(["sha256"], ["content.sha256"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("sending_id", "kind", "part"),
    )
    op.create_index("ix_sent_file_sha256", "sent_file", ["sha256"])
    op.create_index("ix_court_message_answers", "court_message", ["answers"])
