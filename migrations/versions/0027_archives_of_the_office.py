"""The office says with which archives it deals; what is exchanged with them is told in full."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from eakte.db import Instant
from eakte.model.columns import Json

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "archive",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("department_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(40), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("code", sa.String(60), nullable=False),
        sa.Column("prefix", sa.String(20), nullable=False),
        sa.Column("office_code", sa.String(60), nullable=False),
        sa.Column("office_prefix", sa.String(20), nullable=False),
        sa.Column("version", sa.String(10), nullable=False),
        sa.Column("steps", sa.Integer(), nullable=False),
        sa.Column("per_message", sa.Integer(), nullable=False),
        sa.Column("originals", sa.Boolean(), nullable=False),
        sa.Column("answer_days", sa.Integer(), nullable=False),
        sa.Column("in_use", sa.Boolean(), nullable=False),
        sa.Column("catalogue", Json, nullable=False),
        sa.Column("loaded_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    with op.batch_alter_table("offer") as offer:
        offer.add_column(sa.Column("answer_by", sa.Date(), nullable=True))
        offer.add_column(sa.Column("stopped", Json, nullable=False, server_default=sa.text("'[]'")))
        offer.add_column(sa.Column("transfer_asked_at", Instant(), nullable=True))
        offer.add_column(
            sa.Column("transfer_asked_by", sa.String(200), nullable=False, server_default="")
        )
        offer.add_column(
            sa.Column("ended_reason", sa.String(500), nullable=False, server_default="")
        )
    with op.batch_alter_table("offer_message") as message:
        message.add_column(sa.Column("archive", sa.String(40), nullable=False, server_default=""))
        message.add_column(sa.Column("number", sa.Integer(), nullable=False, server_default="1"))
        message.add_column(sa.Column("total", sa.Integer(), nullable=False, server_default="1"))
        message.add_column(sa.Column("size", sa.BigInteger(), nullable=False, server_default="0"))
        message.add_column(
            sa.Column("checked", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        message.add_column(sa.Column("said_by", sa.String(200), nullable=False, server_default=""))
        message.add_column(sa.Column("notes", Json, nullable=False, server_default=sa.text("'[]'")))
