"""The mail room: a number in the register, arranged pages, units handing over, open questions."""

from __future__ import annotations

from datetime import UTC

import sqlalchemy as sa
from alembic import op

from eakte.clock import OFFICE_ZONE
from eakte.db import Instant
from eakte.model.arrangement import ArrangementKind, ArrangementState
from eakte.model.clarification import ClarificationState
from eakte.model.columns import Json, named

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

DOCUMENT = sa.table(
    "document",
    sa.column("id", sa.Uuid()),
    sa.column("receipt_number", sa.Integer()),
    sa.column("received_at", Instant()),
    sa.column("register_year", sa.Integer()),
    sa.column("register_number", sa.Integer()),
)
COUNTER = sa.table("counter", sa.column("scope", sa.String(80)), sa.column("last", sa.BigInteger()))


def upgrade() -> None:
    with op.batch_alter_table("document") as document:
        document.add_column(sa.Column("register_year", sa.Integer(), nullable=True))
        document.add_column(sa.Column("register_number", sa.Integer(), nullable=True))
        document.add_column(sa.Column("taken_over_id", sa.Uuid(), nullable=True))
    _number_what_came_before()
    op.create_index(
        "ix_document_register", "document", ["register_year", "register_number"], unique=True
    )
    with op.batch_alter_table("batch_page") as page:
        page.add_column(sa.Column("first_document_id", sa.Uuid(), nullable=True))
        page.add_column(sa.Column("first_place", sa.Integer(), nullable=True))
        page.create_foreign_key(
            "fk_batch_page_first_document_id_document", "document", ["first_document_id"], ["id"]
        )
        page.create_index("ix_batch_page_first_document_id", ["first_document_id"])
    op.execute(
        "UPDATE batch_page SET first_document_id = document_id, first_place = place "
        "WHERE place IS NOT NULL"
    )
    op.create_table(
        "arrangement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("kind", named(ArrangementKind), nullable=False),
        sa.Column("state", named(ArrangementState), nullable=False),
        sa.Column("sources", Json, nullable=False),
        sa.Column("parts", Json, nullable=False),
        sa.Column("results", Json, nullable=False),
        sa.Column("remark", sa.String(300), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("asked_by_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["asked_by_id"], ["user_account.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("asked_by_id", "key"),
    )
    op.create_index("ix_arrangement_document_id", "arrangement", ["document_id"])
    op.create_table(
        "version_page",
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["document_version.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["source_id"], ["document_version.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("version_id", "place"),
    )
    op.create_index("ix_version_page_source_id", "version_page", ["source_id"])
    op.create_table(
        "hand_over",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("from_id", sa.Uuid(), nullable=False),
        sa.Column("to_id", sa.Uuid(), nullable=False),
        sa.Column("note", sa.String(500), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("by_name", sa.String(200), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["from_id"], ["department.id"]),
        sa.ForeignKeyConstraint(["to_id"], ["department.id"]),
        sa.ForeignKeyConstraint(["by_id"], ["user_account.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_hand_over_document_id", "hand_over", ["document_id", "at"])
    op.create_index("ix_hand_over_from_id", "hand_over", ["from_id"])
    op.create_table(
        "clarification",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("state", named(ClarificationState), nullable=False),
        sa.Column("question", sa.String(500), nullable=False),
        sa.Column("for_id", sa.Uuid(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("asked_by_id", sa.Uuid(), nullable=False),
        sa.Column("asked_by", sa.String(200), nullable=False),
        sa.Column("answer", sa.String(500), nullable=False),
        sa.Column("answered_at", Instant(), nullable=True),
        sa.Column("answered_by", sa.String(200), nullable=False),
        sa.Column("edits", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["for_id"], ["user_account.id"]),
        sa.ForeignKeyConstraint(["asked_by_id"], ["user_account.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_clarification_document_id", "clarification", ["document_id"])
    op.create_index("ix_clarification_state", "clarification", ["state", "due_on"])
    op.create_table(
        "pace",
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("kind"),
    )


def _number_what_came_before() -> None:
    """Enter what has arrived before there was a register, in the order of arrival."""
    connection = op.get_bind()
    last: dict[int, int] = {}
    rows = connection.execute(
        sa.select(DOCUMENT.c.id, DOCUMENT.c.received_at).order_by(DOCUMENT.c.receipt_number)
    ).all()
    entered = []
    for document_id, received_at in rows:
        year = received_at.astimezone(UTC).astimezone(OFFICE_ZONE).year
        last[year] = last.get(year, 0) + 1
        entered.append({"of": document_id, "in_year": year, "as_number": last[year]})
    if not entered:
        return
    connection.execute(
        sa.update(DOCUMENT)
        .where(DOCUMENT.c.id == sa.bindparam("of"))
        .values(register_year=sa.bindparam("in_year"), register_number=sa.bindparam("as_number")),
        entered,
    )
    connection.execute(
        sa.insert(COUNTER),
        [{"scope": f"register:{year}", "last": number} for year, number in last.items()],
    )
