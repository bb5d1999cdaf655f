"""Two indexes: what waits, in every unit; the list of dossiers with all that rights ask of them."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_document_state_number", "document", ["state", "receipt_number"])
    op.drop_index("ix_dossier_person_folded", table_name="dossier")
    op.create_index(
        "ix_dossier_list",
        "dossier",
        [
            *("person_folded", "reference_folded", "department_id", "access", "letter"),
            *("clerk_id", "locked", "staff", "state", "plan_entry_id", "id"),
        ],
    )
