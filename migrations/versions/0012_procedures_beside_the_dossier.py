"""A dossier repeats the procedures of its cases, so that rights need not look for them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

COLUMNS = [
    *("person_folded", "reference_folded", "department_id", "access", "letter"),
    *("clerk_id", "locked", "staff", "state", "plan_entry_id"),
]


def upgrade() -> None:
    op.add_column("dossier", sa.Column("procedures", sa.Text(), nullable=False, server_default="|"))
    joined = "string_agg" if op.get_bind().dialect.name == "postgresql" else "group_concat"
    op.execute(
        f"""
        UPDATE dossier SET procedures = (
            SELECT '|' || {joined}(keys.procedure_key, '|') || '|' FROM (
                SELECT DISTINCT procedure_key FROM dossier_case
                WHERE dossier_case.dossier_id = dossier.id AND procedure_key <> ''
            ) AS keys
        )
        WHERE EXISTS (
            SELECT 1 FROM dossier_case
            WHERE dossier_case.dossier_id = dossier.id AND procedure_key <> ''
        )
        """  # noqa: S608  # one of two names of this file
    )
    op.drop_index("ix_dossier_list", table_name="dossier")
    op.create_index("ix_dossier_list", "dossier", [*COLUMNS, "procedures", "id"])
