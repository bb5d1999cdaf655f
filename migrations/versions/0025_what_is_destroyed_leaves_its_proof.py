"""What says that its bytes were destroyed keeps their digest; what the log is told goes with it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from eakte.db import Instant
from eakte.model.columns import Json

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("content", "batch", "offer_message"):
        with op.batch_alter_table(table) as changed:
            changed.add_column(sa.Column("erased_at", Instant(), nullable=True))
    with op.batch_alter_table("withdrawal_sheet") as changed:
        changed.alter_column("document_id", existing_type=sa.Uuid(), nullable=True)
    with op.batch_alter_table("erased_document") as changed:
        changed.add_column(
            sa.Column("described", Json, nullable=False, server_default=sa.text("'{}'"))
        )
    with op.batch_alter_table("erased_dossier") as changed:
        changed.add_column(sa.Column("proof_pdf_sha256", sa.String(64), nullable=True))
        changed.add_column(sa.Column("exported_at", Instant(), nullable=True))
        changed.add_column(
            sa.Column("leftovers", Json, nullable=False, server_default=sa.text("'{}'"))
        )
        changed.create_foreign_key(
            "fk_erased_dossier_proof_pdf_sha256_content",
            "content",
            ["proof_pdf_sha256"],
            ["sha256"],
        )
        changed.create_index("ix_erased_dossier_proof_pdf_sha256", ["proof_pdf_sha256"])
    op.create_table(
        "log_words",
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("salt", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("sequence", "name"),
    )
