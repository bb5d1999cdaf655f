"""What is to be destroyed knows the rule and the closing by which it was proposed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("erased_dossier") as table:
        table.add_column(sa.Column("edition_id", sa.Uuid(), nullable=True))
        table.add_column(sa.Column("closed_on", sa.Date(), nullable=True))
        table.create_foreign_key(
            "fk_erased_dossier_edition_id_retention_edition",
            "retention_edition",
            ["edition_id"],
            ["id"],
        )
