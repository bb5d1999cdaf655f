"""A dossier also goes to somebody who inspects it, and to an authority that takes it on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("sending", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("kind", sa.String(40), server_default="court", nullable=False)
        )
        for name, longest in (("recipient", 200), ("recipient_address", 400), ("mandate", 200)):
            batch_op.add_column(
                sa.Column(name, sa.String(longest), server_default="", nullable=False)
            )
        batch_op.add_column(sa.Column("recipient_role", sa.String(40), nullable=True))
        batch_op.add_column(
            sa.Column("with_versions", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
