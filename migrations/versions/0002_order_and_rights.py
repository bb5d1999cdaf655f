"""Rights beyond the unit, more fields, a unit's own words, and a history of changes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject_kind", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("field", sa.String(length=60), nullable=False),
        sa.Column("old", sa.Text(), nullable=True),
        sa.Column("new", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("actor_name", sa.String(length=200), nullable=False),
        sa.Column("act", sa.String(length=60), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change")),
    )
    with op.batch_alter_table("change", schema=None) as batch_op:
        batch_op.create_index("ix_change_subject", ["subject_id", "sequence"], unique=False)

    op.create_table(
        "retention_rule",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("years", sa.Integer(), nullable=True),
        sa.Column("basis", sa.String(length=300), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention_rule")),
        sa.UniqueConstraint("key", name=op.f("uq_retention_rule_key")),
    )
    op.create_table(
        "deadline_rule",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("department_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("basis", sa.String(length=200), nullable=False),
        sa.Column("start", sa.String(40), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(40), nullable=False),
        sa.Column("fiction_days", sa.Integer(), nullable=False),
        sa.Column("fiction_basis", sa.String(length=200), nullable=False),
        sa.Column(
            "procedures",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["department.id"],
            name=op.f("fk_deadline_rule_department_id_department"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deadline_rule")),
        sa.UniqueConstraint(
            "department_id",
            "key",
            "valid_from",
            name=op.f("uq_deadline_rule_department_id_key_valid_from"),
        ),
    )
    op.create_table(
        "deputy",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("absent_id", sa.Uuid(), nullable=False),
        sa.Column("deputy_id", sa.Uuid(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("named_by_id", sa.Uuid(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["absent_id"],
            ["user_account.id"],
            name=op.f("fk_deputy_absent_id_user_account"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["deputy_id"],
            ["user_account.id"],
            name=op.f("fk_deputy_deputy_id_user_account"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["named_by_id"], ["user_account.id"], name=op.f("fk_deputy_named_by_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deputy")),
    )
    with op.batch_alter_table("deputy", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_deputy_absent_id"), ["absent_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_deputy_deputy_id"), ["deputy_id"], unique=False)

    op.create_table(
        "document_type",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("department_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("direction", sa.String(40), nullable=False),
        sa.Column("from_doctor", sa.Boolean(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("in_use", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["department_id"],
            ["department.id"],
            name=op.f("fk_document_type_department_id_department"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_type")),
        sa.UniqueConstraint(
            "department_id", "key", name=op.f("uq_document_type_department_id_key")
        ),
    )
    op.create_table(
        "duty",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("department_id", sa.Uuid(), nullable=False),
        sa.Column("first_letter", sa.String(length=1), nullable=False),
        sa.Column("last_letter", sa.String(length=1), nullable=False),
        sa.Column("procedure_key", sa.String(length=60), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["department_id"], ["department.id"], name=op.f("fk_duty_department_id_department")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user_account.id"],
            name=op.f("fk_duty_user_id_user_account"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty")),
    )
    with op.batch_alter_table("duty", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_duty_user_id"), ["user_id"], unique=False)

    op.create_table(
        "notice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user_account.id"],
            name=op.f("fk_notice_user_id_user_account"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
    )
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.create_index("ix_notice_user_seen", ["user_id", "seen_at"], unique=False)

    op.create_table(
        "procedure",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("department_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("basis", sa.String(length=200), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("in_use", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["department_id"], ["department.id"], name=op.f("fk_procedure_department_id_department")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_procedure")),
        sa.UniqueConstraint("department_id", "key", name=op.f("uq_procedure_department_id_key")),
    )
    op.create_table(
        "dossier_alias",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("system", sa.String(length=60), nullable=False),
        sa.Column("value", sa.String(length=100), nullable=False),
        sa.Column("value_folded", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(
            ["dossier_id"], ["dossier.id"], name=op.f("fk_dossier_alias_dossier_id_dossier")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dossier_alias")),
        sa.UniqueConstraint(
            "system", "value_folded", name=op.f("uq_dossier_alias_system_value_folded")
        ),
    )
    with op.batch_alter_table("dossier_alias", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_dossier_alias_dossier_id"), ["dossier_id"], unique=False
        )
        batch_op.create_index("ix_dossier_alias_value_folded", ["value_folded"], unique=False)

    op.create_table(
        "dossier_grant",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("given_by_id", sa.Uuid(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reviewed_by_id", sa.Uuid(), nullable=True),
        sa.Column("review", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["dossier_id"], ["dossier.id"], name=op.f("fk_dossier_grant_dossier_id_dossier")
        ),
        sa.ForeignKeyConstraint(
            ["given_by_id"],
            ["user_account.id"],
            name=op.f("fk_dossier_grant_given_by_id_user_account"),
        ),
        sa.ForeignKeyConstraint(
            ["reviewed_by_id"],
            ["user_account.id"],
            name=op.f("fk_dossier_grant_reviewed_by_id_user_account"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user_account.id"],
            name=op.f("fk_dossier_grant_user_id_user_account"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dossier_grant")),
    )
    with op.batch_alter_table("dossier_grant", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_dossier_grant_dossier_id"), ["dossier_id"], unique=False
        )
        batch_op.create_index("ix_dossier_grant_user_ends", ["user_id", "ends_at"], unique=False)

    op.create_table(
        "dossier_link",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("from_id", sa.Uuid(), nullable=False),
        sa.Column("to_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["from_id"], ["dossier.id"], name=op.f("fk_dossier_link_from_id_dossier")
        ),
        sa.ForeignKeyConstraint(
            ["made_by_id"],
            ["user_account.id"],
            name=op.f("fk_dossier_link_made_by_id_user_account"),
        ),
        sa.ForeignKeyConstraint(
            ["to_id"], ["dossier.id"], name=op.f("fk_dossier_link_to_id_dossier")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dossier_link")),
        sa.UniqueConstraint("from_id", "to_id", name=op.f("uq_dossier_link_from_id_to_id")),
    )
    with op.batch_alter_table("dossier_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_dossier_link_to_id"), ["to_id"], unique=False)

    op.create_table(
        "lift_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("asked_by_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(
            ["asked_by_id"],
            ["user_account.id"],
            name=op.f("fk_lift_request_asked_by_id_user_account"),
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"],
            ["user_account.id"],
            name=op.f("fk_lift_request_decided_by_id_user_account"),
        ),
        sa.ForeignKeyConstraint(
            ["dossier_id"], ["dossier.id"], name=op.f("fk_lift_request_dossier_id_dossier")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lift_request")),
    )
    with op.batch_alter_table("lift_request", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_lift_request_dossier_id"), ["dossier_id"], unique=False
        )

    op.create_table(
        "deadline",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("basis", sa.String(length=400), nullable=False),
        sa.Column("event_on", sa.Date(), nullable=False),
        sa.Column("begins_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("computation", sa.String(length=500), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.Uuid(), nullable=False),
        sa.Column("edits", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["dossier_case.id"], name=op.f("fk_deadline_case_id_dossier_case")
        ),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["user_account.id"], name=op.f("fk_deadline_made_by_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deadline")),
    )
    with op.batch_alter_table("deadline", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_deadline_case_id"), ["case_id"], unique=False)
        batch_op.create_index("ix_deadline_state_ends_on", ["state", "ends_on"], unique=False)

    op.create_table(
        "participation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("given_by_id", sa.Uuid(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"], ["dossier_case.id"], name=op.f("fk_participation_case_id_dossier_case")
        ),
        sa.ForeignKeyConstraint(
            ["given_by_id"],
            ["user_account.id"],
            name=op.f("fk_participation_given_by_id_user_account"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user_account.id"],
            name=op.f("fk_participation_user_id_user_account"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participation")),
    )
    with op.batch_alter_table("participation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_participation_case_id"), ["case_id"], unique=False)
        batch_op.create_index("ix_participation_user_ends", ["user_id", "ends_at"], unique=False)

    op.create_table(
        "withdrawal_sheet",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("taken_out_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_out_by_id", sa.Uuid(), nullable=False),
        sa.Column("taken_out_by", sa.String(length=200), nullable=False),
        sa.Column("returned_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"], ["dossier_case.id"], name=op.f("fk_withdrawal_sheet_case_id_dossier_case")
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_withdrawal_sheet_document_id_document")
        ),
        sa.ForeignKeyConstraint(
            ["taken_out_by_id"],
            ["user_account.id"],
            name=op.f("fk_withdrawal_sheet_taken_out_by_id_user_account"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_withdrawal_sheet")),
    )
    with op.batch_alter_table("withdrawal_sheet", schema=None) as batch_op:
        batch_op.create_index(
            "ix_withdrawal_sheet_case_position", ["case_id", "position"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_withdrawal_sheet_document_id"), ["document_id"], unique=False
        )

    with op.batch_alter_table("document", schema=None) as batch_op:
        batch_op.add_column(sa.Column("dossier_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("parent_id", sa.Uuid(), nullable=True))
        batch_op.add_column(
            sa.Column("writing", sa.String(40), nullable=False, server_default="final")
        )
        batch_op.add_column(
            sa.Column("sender", sa.String(length=200), nullable=False, server_default="")
        )
        batch_op.add_column(
            sa.Column("recipient", sa.String(length=200), nullable=False, server_default="")
        )
        batch_op.add_column(
            sa.Column("foreign_reference", sa.String(length=100), nullable=False, server_default="")
        )
        batch_op.add_column(
            sa.Column("inspection_allowed", sa.Boolean(), nullable=False, server_default=sa.true())
        )
        batch_op.add_column(
            sa.Column("from_doctor", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.add_column(
            sa.Column("disputed", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.add_column(
            sa.Column("disputed_note", sa.String(length=500), nullable=False, server_default="")
        )
        batch_op.add_column(sa.Column("checked_out_by_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("checked_out_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(
            "ix_document_dossier_received", ["dossier_id", "received_on"], unique=False
        )
        batch_op.create_index("ix_document_parent_id", ["parent_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_document_parent_id_document"), "document", ["parent_id"], ["id"]
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_document_checked_out_by_id_user_account"),
            "user_account",
            ["checked_out_by_id"],
            ["id"],
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_document_dossier_id_dossier"), "dossier", ["dossier_id"], ["id"]
        )

    with op.batch_alter_table("document_version", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("remark", sa.String(length=300), nullable=False, server_default="")
        )

    with op.batch_alter_table("dossier", schema=None) as batch_op:
        batch_op.add_column(sa.Column("clerk_id", sa.Uuid(), nullable=True))
        batch_op.add_column(
            sa.Column("letter", sa.String(length=1), nullable=False, server_default="")
        )
        batch_op.add_column(sa.Column("death_date", sa.Date(), nullable=True))
        batch_op.add_column(
            sa.Column("address", sa.String(length=300), nullable=False, server_default="")
        )
        batch_op.add_column(
            sa.Column("medium", sa.String(40), nullable=False, server_default="electronic")
        )
        batch_op.add_column(
            sa.Column("paper_location", sa.String(length=200), nullable=False, server_default="")
        )
        batch_op.add_column(sa.Column("term_from", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("term_until", sa.Date(), nullable=True))
        batch_op.add_column(
            sa.Column(
                "keywords",
                sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
                nullable=False,
                server_default="[]",
            )
        )
        batch_op.add_column(
            sa.Column("access", sa.String(40), nullable=False, server_default="unit")
        )
        batch_op.add_column(
            sa.Column("locked", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.add_column(
            sa.Column("lock_reason", sa.String(length=500), nullable=False, server_default="")
        )
        batch_op.add_column(
            sa.Column("staff", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.add_column(sa.Column("cancel_reason", sa.String(length=500), nullable=True))
        batch_op.drop_index(batch_op.f("ix_dossier_person_folded"))
        batch_op.create_index(
            "ix_dossier_person_folded", ["person_folded", "reference_folded"], unique=False
        )
        batch_op.create_index("ix_dossier_clerk_id", ["clerk_id"], unique=False)
        batch_op.create_index(
            "ix_dossier_department_letter", ["department_id", "letter"], unique=False
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_dossier_clerk_id_user_account"), "user_account", ["clerk_id"], ["id"]
        )

    with op.batch_alter_table("dossier_case", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("procedure_key", sa.String(length=60), nullable=False, server_default="")
        )
        batch_op.add_column(sa.Column("cancel_reason", sa.String(length=500), nullable=True))
        batch_op.create_index(
            "ix_dossier_case_procedure_key", ["procedure_key", "dossier_id"], unique=False
        )

    with op.batch_alter_table("plan_entry", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("reference_pattern", sa.String(length=80), nullable=False, server_default="")
        )
        batch_op.add_column(sa.Column("retention_rule_id", sa.Uuid(), nullable=True))
        batch_op.add_column(
            sa.Column("default_access", sa.String(40), nullable=False, server_default="unit")
        )
        batch_op.add_column(
            sa.Column("one_a_person", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.add_column(
            sa.Column("valid_from", sa.Date(), nullable=False, server_default="1900-01-01")
        )
        batch_op.add_column(sa.Column("valid_until", sa.Date(), nullable=True))
        batch_op.drop_constraint(batch_op.f("uq_plan_entry_number"), type_="unique")
        batch_op.create_index("ix_plan_entry_parent_id", ["parent_id"], unique=False)
        batch_op.create_unique_constraint(
            batch_op.f("uq_plan_entry_number_valid_from"), ["number", "valid_from"]
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_plan_entry_retention_rule_id_retention_rule"),
            "retention_rule",
            ["retention_rule_id"],
            ["id"],
        )

    op.execute(
        "UPDATE document SET dossier_id = (SELECT dossier_case.dossier_id FROM dossier_case"
        " WHERE dossier_case.id = document.case_id) WHERE case_id IS NOT NULL"
    )
    op.execute("UPDATE dossier SET letter = substr(person_folded, 1, 1)")
    op.execute(
        "UPDATE plan_entry SET reference_pattern = reference_prefix || ' {number}/{year}'"
        " WHERE takes_dossiers"
    )
