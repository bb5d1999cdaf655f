"""An index that finds what waits, in every unit, without walking through what is filed."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_document_state_number", "document", ["state", "receipt_number"])
