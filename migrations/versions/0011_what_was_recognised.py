"""Rules by which documents are recognised, and what was read in those that wait."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from eakte.db import Instant
from eakte.model.columns import Json

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "recognition_rules",
        sa.Column("department_id", sa.Uuid(), nullable=False),
        sa.Column("rules_table", sa.Text(), nullable=False),
        sa.Column("loaded_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("department_id"),
    )
    op.create_table(
        "recognised",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("rules", sa.String(16), nullable=False),
        sa.Column("clues", Json, nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("document_id"),
    )
    # By which a letter finds its dossier without walking through all of them.
    op.create_index("ix_dossier_birth_date", "dossier", ["birth_date"])
    op.create_index(
        "ix_document_foreign_reference",
        "document",
        ["foreign_reference"],
        postgresql_where=sa.text("foreign_reference <> ''"),
        sqlite_where=sa.text("foreign_reference <> ''"),
    )
