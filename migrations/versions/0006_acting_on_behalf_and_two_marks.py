"""A job knows on whose behalf it is done, a request which mark to lift; letters sort by code."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

LETTERS = (("dossier", "letter"), ("duty", "first_letter"), ("duty", "last_letter"))


def upgrade() -> None:
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.add_column(sa.Column("actor_id", sa.Uuid(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_job_actor_id_user_account"),
            "user_account",
            ["actor_id"],
            ["id"],
            ondelete="CASCADE",
        )
    with op.batch_alter_table("lift_request", schema=None) as batch_op:
        batch_op.add_column(sa.Column("mark", sa.String(40), server_default="lock", nullable=False))
    if op.get_bind().dialect.name == "postgresql":
        # A range of letters must mean the same here as in the program, whatever the server's
        # language sorts by.
        for table, column in LETTERS:
            op.execute(f'ALTER TABLE {table} ALTER COLUMN {column} TYPE varchar(1) COLLATE "C"')
