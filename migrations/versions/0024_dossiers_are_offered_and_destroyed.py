"""Dossiers are offered to archives and destroyed by two persons; what is proved of both stays."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from eakte.db import Instant
from eakte.model.columns import Json

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _offers()
    _erasures()


def _offers() -> None:
    op.create_table(
        "offer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("department_id", sa.Uuid(), nullable=False),
        sa.Column("archive", sa.String(40), nullable=False),
        sa.Column("archive_name", sa.String(200), nullable=False),
        sa.Column("version", sa.String(10), nullable=False),
        sa.Column("steps", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("note", sa.String(500), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("made_by_id", sa.Uuid(), nullable=False),
        sa.Column("made_by", sa.String(200), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("proceeding", Json, nullable=False),
        sa.Column("edits", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"]),
        sa.ForeignKeyConstraint(["made_by_id"], ["user_account.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("number"),
    )
    op.create_index("ix_offer_state", "offer", ["state", "number"])
    op.create_table(
        "offered_dossier",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("offer_id", sa.Uuid(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(60), nullable=False),
        sa.Column("says", sa.String(40), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("verdict", sa.String(1), nullable=False),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"]),
        sa.ForeignKeyConstraint(["offer_id"], ["offer.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("offer_id", "dossier_id"),
    )
    op.create_index(
        "ix_offered_dossier_running",
        "offered_dossier",
        ["dossier_id"],
        unique=True,
        postgresql_where=sa.text("says <> 'called-off'"),
        sqlite_where=sa.text("says <> 'called-off'"),
    )
    op.create_table(
        "offer_message",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("offer_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(4), nullable=False),
        sa.Column("ours", sa.Boolean(), nullable=False),
        sa.Column("name", sa.String(300), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("faults", Json, nullable=False),
        sa.Column("handed_over_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["offer_id"], ["offer.id"]),
        sa.ForeignKeyConstraint(["sha256"], ["content.sha256"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_offer_message_offer_id_at", "offer_message", ["offer_id", "at"])
    op.create_index("ix_offer_message_sha256", "offer_message", ["sha256"])


def _erasures() -> None:
    op.create_table(
        "erasure",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("department_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("note", sa.String(500), nullable=False),
        sa.Column("proposed_at", Instant(), nullable=False),
        sa.Column("proposed_by_id", sa.Uuid(), nullable=False),
        sa.Column("proposed_by", sa.String(200), nullable=False),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.Column("decided_by", sa.String(200), nullable=False),
        sa.Column("decision_reason", sa.String(500), nullable=False),
        sa.Column("not_before", Instant(), nullable=True),
        sa.Column("finished_at", Instant(), nullable=True),
        sa.Column("edits", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["decided_by_id"], ["user_account.id"]),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"]),
        sa.ForeignKeyConstraint(["proposed_by_id"], ["user_account.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("number"),
    )
    op.create_index("ix_erasure_state_not_before", "erasure", ["state", "not_before"])
    op.create_table(
        "erased_dossier",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("erasure_id", sa.Uuid(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("spared_reason", sa.String(500), nullable=False),
        sa.Column("reference", sa.String(60), nullable=False),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("plan_number", sa.String(40), nullable=False),
        sa.Column("rule_title", sa.String(200), nullable=False),
        sa.Column("basis", sa.String(300), nullable=False),
        sa.Column("explained", sa.Text(), nullable=False),
        sa.Column("archive", sa.Text(), nullable=False),
        sa.Column("kept_until", sa.Date(), nullable=True),
        sa.Column("documents", sa.Integer(), nullable=False),
        sa.Column("begun_at", Instant(), nullable=True),
        sa.Column("erased_at", Instant(), nullable=True),
        sa.Column("log_sequence", sa.BigInteger(), nullable=True),
        sa.Column("proof_sha256", sa.String(64), nullable=True),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"]),
        sa.ForeignKeyConstraint(["erasure_id"], ["erasure.id"]),
        sa.ForeignKeyConstraint(["proof_sha256"], ["content.sha256"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("erasure_id", "dossier_id"),
    )
    op.create_index("ix_erased_dossier_proof_sha256", "erased_dossier", ["proof_sha256"])
    op.create_index(
        "ix_erased_dossier_running",
        "erased_dossier",
        ["dossier_id"],
        unique=True,
        postgresql_where=sa.text("state <> 'spared'"),
        sqlite_where=sa.text("state <> 'spared'"),
    )
    op.create_index("ix_erased_dossier_state", "erased_dossier", ["state", "erasure_id"])
    op.create_table(
        "erased_document",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("erased_dossier_id", sa.Uuid(), nullable=False),
        sa.Column("receipt_number", sa.Integer(), nullable=False),
        sa.Column("register_year", sa.Integer(), nullable=True),
        sa.Column("register_number", sa.Integer(), nullable=True),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("contents", Json, nullable=False),
        sa.ForeignKeyConstraint(["erased_dossier_id"], ["erased_dossier.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("receipt_number"),
    )
    op.create_index(
        "ix_erased_document_erased_dossier_id", "erased_document", ["erased_dossier_id"]
    )
    op.create_table(
        "erased_content",
        sa.Column("erased_dossier_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("removed_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["erased_dossier_id"], ["erased_dossier.id"]),
        sa.PrimaryKeyConstraint("erased_dossier_id", "sha256"),
    )
    op.create_index(
        "ix_erased_content_waiting",
        "erased_content",
        ["sha256"],
        postgresql_where=sa.text("removed_at IS NULL"),
        sqlite_where=sa.text("removed_at IS NULL"),
    )
