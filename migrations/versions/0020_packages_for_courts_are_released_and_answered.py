"""A package for a court is released by two, laid into an outbox and answered; objections are kept.

What the courts answered before is in the log and in the messages themselves.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from eakte.db import Instant
from eakte.model.columns import Json

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def _said(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=False, server_default="")


def upgrade() -> None:
    with op.batch_alter_table("sending", schema=None) as table:
        table.add_column(sa.Column("carrier", sa.Boolean(), nullable=False, server_default="0"))
        for name in ("released", "outbox_asked"):
            table.add_column(sa.Column(f"{name}_at", Instant(), nullable=True))
            table.add_column(sa.Column(f"{name}_by_id", sa.Uuid(), nullable=True))
            table.add_column(_said(f"{name}_by", 200))
            table.create_foreign_key(
                f"fk_sending_{name}_by_id_user_account", "user_account", [f"{name}_by_id"], ["id"]
            )
        table.add_column(_said("outbox_fault", 500))
        for name in ("handed_over_at", "received_at", "faulty_at"):
            table.add_column(sa.Column(name, Instant(), nullable=True))
    op.add_column("sent_file", sa.Column("answer", sa.String(40), nullable=True))
    op.add_column("sent_file", sa.Column("answered_at", Instant(), nullable=True))
    op.create_index("ix_sent_file_message_id", "sent_file", ["message_id"])
    op.add_column(
        "court_message", sa.Column("faults", Json, nullable=False, server_default=sa.text("'[]'"))
    )
    op.create_table(
        "objection_note",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=True),
        sa.Column("stand", sa.String(40), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("made_by_id", sa.Uuid(), nullable=False),
        sa.Column("made_by", sa.String(200), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["dossier_case.id"]),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"]),
        sa.ForeignKeyConstraint(["made_by_id"], ["user_account.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_objection_note_case_id", "objection_note", ["case_id"])
    op.create_index("ix_objection_note_document_id", "objection_note", ["document_id"])
