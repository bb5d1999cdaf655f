"""What a yearly report counts of the log is found by its day."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0026"
branch_labels = None
depends_on = None

REPORTED = sa.text("act IN ('dossier.reopened', 'clock.confirmed')")


def upgrade() -> None:
    op.create_index(
        "ix_audit_entry_reported",
        "audit_entry",
        ["at"],
        postgresql_where=REPORTED,
        sqlite_where=REPORTED,
    )
