"""What a yearly report counts of the log is found by its day; paper follows a rule, and waits."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from eakte.db import Instant

revision = "0028"
down_revision = "0027"
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
    with op.batch_alter_table("scan_check") as changed:
        changed.add_column(sa.Column("edition_id", sa.Uuid(), nullable=True))
        changed.create_foreign_key(
            "fk_scan_check_edition_id_retention_edition",
            "retention_edition",
            ["edition_id"],
            ["id"],
        )
    with op.batch_alter_table("destruction") as changed:
        changed.add_column(sa.Column("not_before", Instant(), nullable=True))
