"""Dossiers are counted below every entry of the plan without being read."""

from __future__ import annotations

from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_dossier_counted",
        "dossier",
        [
            *("plan_entry_id", "department_id", "access", "locked", "staff", "letter", "clerk_id"),
            *("procedures", "state", "id"),
        ],
    )
