"""Rules in editions say all that a period needs; dossiers repeat their end; holds stand on them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import sqlalchemy as sa
from alembic import op

from eakte.db import Instant
from eakte.model.columns import Json

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

SYSTEM_ID = UUID(int=1)
EVER = date(1900, 1, 1)


def upgrade() -> None:
    edition = op.create_table(
        "retention_edition",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("rule_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("years", sa.Integer(), nullable=True),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column("permanent", sa.Boolean(), nullable=False),
        sa.Column("trigger_kind", sa.String(40), nullable=False),
        sa.Column("event", sa.String(100), nullable=False),
        sa.Column("start_kind", sa.String(40), nullable=False),
        sa.Column("rounding", sa.String(40), nullable=False),
        sa.Column("transfer_years", sa.Integer(), nullable=True),
        sa.Column("disposal", sa.String(40), nullable=True),
        sa.Column("basis", sa.String(300), nullable=False),
        sa.Column("archive", sa.String(200), nullable=False),
        sa.Column("keeps_metadata", sa.Boolean(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("shortens", sa.Boolean(), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("made_by_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["rule_id"], ["retention_rule.id"]),
        sa.ForeignKeyConstraint(["made_by_id"], ["user_account.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("rule_id", "number"),
    )
    _carry_over(edition)
    with op.batch_alter_table("retention_rule") as table:
        table.drop_column("kind")
        table.drop_column("years")
        table.drop_column("basis")
    _of_dossiers()
    _holds()


def _carry_over(edition: sa.Table) -> None:
    """What the office had decided becomes the first edition of its rule, valid since ever."""
    told = sa.table(
        "retention_rule",
        sa.column("id", sa.Uuid()),
        sa.column("kind", sa.String()),
        sa.column("years", sa.Integer()),
        sa.column("basis", sa.String()),
    )
    person = sa.table("user_account", sa.column("id", sa.Uuid()))
    connection = op.get_bind()
    rows = connection.execute(sa.select(told)).all()
    # A house with rules has had somebody, or itself, write them.
    maker = connection.scalar(
        sa.select(person.c.id).order_by(person.c.id != SYSTEM_ID, person.c.id).limit(1)
    )
    for rule_id, kind, years, basis in rows:
        connection.execute(
            sa.insert(edition).values(
                id=uuid4(),
                rule_id=rule_id,
                number=1,
                years=years if kind.startswith("years-") else None,
                months=0,
                permanent=kind == "permanent",
                trigger_kind="closing",
                event="",
                start_kind="day" if kind == "years-from-closing" else "year-end",
                rounding="none",
                transfer_years=None,
                disposal=None,
                basis=basis,
                archive="",
                keeps_metadata=False,
                valid_from=EVER,
                valid_until=None,
                shortens=False,
                made_at=datetime.now(UTC),
                made_by_id=maker,
            )
        )


def _of_dossiers() -> None:
    with op.batch_alter_table("dossier") as table:
        table.add_column(sa.Column("own_rule_id", sa.Uuid(), nullable=True))
        table.add_column(
            sa.Column("own_rule_reason", sa.String(300), nullable=False, server_default="")
        )
        table.add_column(sa.Column("edition_id", sa.Uuid(), nullable=True))
        table.add_column(sa.Column("decided_on", sa.Date(), nullable=True))
        table.add_column(
            sa.Column("period_events", Json, nullable=False, server_default=sa.text("'{}'"))
        )
        table.add_column(sa.Column("newest_on", sa.Date(), nullable=True))
        table.add_column(sa.Column("keeping", sa.String(40), nullable=False, server_default="open"))
        table.add_column(sa.Column("kept_until", sa.Date(), nullable=True))
        table.create_foreign_key(
            "fk_dossier_own_rule_id_retention_rule", "retention_rule", ["own_rule_id"], ["id"]
        )
        table.create_foreign_key(
            "fk_dossier_edition_id_retention_edition", "retention_edition", ["edition_id"], ["id"]
        )
    # Nothing closed had a period yet: it stays until somebody decides how long.
    op.execute("UPDATE dossier SET keeping = 'undecided' WHERE state = 'closed'")
    op.create_index(
        "ix_dossier_kept_until",
        "dossier",
        [
            *("keeping", "kept_until", "reference_folded", "department_id", "locked", "staff"),
            *("plan_entry_id", "edition_id", "id"),
        ],
    )
    op.create_index("ix_dossier_edition_id", "dossier", ["edition_id"])
    with op.batch_alter_table("dossier_case") as table:
        table.add_column(sa.Column("own_rule_id", sa.Uuid(), nullable=True))
        table.add_column(sa.Column("edition_id", sa.Uuid(), nullable=True))
        table.create_foreign_key(
            "fk_dossier_case_own_rule_id_retention_rule", "retention_rule", ["own_rule_id"], ["id"]
        )
        table.create_foreign_key(
            "fk_dossier_case_edition_id_retention_edition",
            "retention_edition",
            ["edition_id"],
            ["id"],
        )
    op.create_index(
        "ix_dossier_case_own_rule_id",
        "dossier_case",
        ["own_rule_id"],
        postgresql_where=sa.text("own_rule_id IS NOT NULL"),
        sqlite_where=sa.text("own_rule_id IS NOT NULL"),
    )


def _holds() -> None:
    op.create_table(
        "retention_hold",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("scope", sa.String(40), nullable=False),
        sa.Column("about", sa.String(300), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("department_id", sa.Uuid(), nullable=True),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("person_folded", sa.String(200), nullable=False),
        sa.Column("birth_date", sa.Date(), nullable=True),
        sa.Column("review_on", sa.Date(), nullable=False),
        sa.Column("set_at", Instant(), nullable=False),
        sa.Column("set_by_id", sa.Uuid(), nullable=False),
        sa.Column("set_by", sa.String(200), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("ended_by", sa.String(200), nullable=False),
        sa.Column("end_reason", sa.String(500), nullable=False),
        sa.Column("edits", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"]),
        sa.ForeignKeyConstraint(["case_id"], ["dossier_case.id"]),
        sa.ForeignKeyConstraint(["set_by_id"], ["user_account.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    standing = sa.text("ended_at IS NULL AND person_folded <> ''")
    op.create_index(
        "ix_retention_hold_person",
        "retention_hold",
        ["person_folded"],
        postgresql_where=standing,
        sqlite_where=standing,
    )
    op.create_index("ix_retention_hold_review_on", "retention_hold", ["review_on"])
    op.create_table(
        "held_dossier",
        sa.Column("hold_id", sa.Uuid(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["hold_id"], ["retention_hold.id"]),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"]),
        sa.PrimaryKeyConstraint("hold_id", "dossier_id"),
    )
    op.create_index("ix_held_dossier_dossier_id", "held_dossier", ["dossier_id"])
