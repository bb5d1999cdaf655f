"""What is a dossier (Akte), how does it come by its reference, and what belongs to it?"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eakte.db import Base, Instant
from eakte.model.columns import Json, named
from eakte.model.department import Department
from eakte.model.file_plan import Access, PlanEntry
from eakte.model.retention_rule import Keeping, RetentionRule
from eakte.model.user import User


class DossierState(StrEnum):
    """Where a dossier stands in its life; of an ERASED one only what proves it is left."""

    OPEN = "open"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    ERASED = "erased"


class Medium(StrEnum):
    """In what form a dossier is kept (xdomea, Codeliste Medium: 001, 002, 003)."""

    ELECTRONIC = "electronic"
    HYBRID = "hybrid"
    PAPER = "paper"


class Dossier(Base):
    """All that is kept of one matter; in the disability-law department, of one person.

    ``letter`` is the first letter of the name by which dossiers are shared out among clerks.
    ``locked`` takes away every right that was not given to a person by name (Sperrvermerk);
    ``staff`` does the same and keeps out everybody with a say in staff matters (§ 35 SGB I).
    ``procedures`` repeats the keys of its cases' procedures, each between bars, so that a list of
    dossiers reads no case; `eakte.model.case` alone writes it, past the counter of edits.

    ``keeping`` and ``kept_until`` (the last day) repeat what its period is; `eakte.model.keeping`
    alone writes them, past the counter of edits. ``edition_id`` is the edition of the rule by which
    the period runs, ``own_rule_id`` a rule that was set for this dossier, ``decided_on`` the day of
    the last decision, ``period_events`` the days of events entered by hand, ``newest_on`` the day
    of its newest letter when it was closed.
    """

    __tablename__ = "dossier"
    __table_args__ = (
        Index("ix_dossier_department_reference", "department_id", "reference_folded"),
        # In the order of the list, with everything that filters and rights ask of a dossier: what
        # a person may not see is passed over without being read.
        Index(
            "ix_dossier_list",
            *("person_folded", "reference_folded", "department_id", "access", "letter"),
            *("clerk_id", "locked", "staff", "state", "plan_entry_id", "procedures", "id"),
        ),
        # To count below every entry of the plan what a person may see, in the order of the entries.
        Index(
            "ix_dossier_counted",
            *("plan_entry_id", "department_id", "access", "locked", "staff", "letter", "clerk_id"),
            *("procedures", "state", "id"),
        ),
        Index("ix_dossier_department_letter", "department_id", "letter"),
        Index("ix_dossier_clerk_id", "clerk_id"),
        Index("ix_dossier_birth_date", "birth_date"),
        # What becomes due, with what rights ask of a dossier.
        Index(
            "ix_dossier_kept_until",
            *("keeping", "kept_until", "reference_folded", "department_id", "locked", "staff"),
            *("plan_entry_id", "edition_id", "id"),
        ),
        Index("ix_dossier_edition_id", "edition_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    reference: Mapped[str] = mapped_column(String(60), unique=True)
    reference_folded: Mapped[str] = mapped_column(String(60))
    plan_entry_id: Mapped[UUID] = mapped_column(ForeignKey("plan_entry.id"), index=True)
    department_id: Mapped[UUID] = mapped_column(ForeignKey("department.id"))
    clerk_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    subject: Mapped[str] = mapped_column(String(300))
    person_name: Mapped[str] = mapped_column(String(200), default="")
    person_folded: Mapped[str] = mapped_column(String(200), default="")
    letter: Mapped[str] = mapped_column(String(1), default="")
    birth_date: Mapped[date | None] = mapped_column()
    death_date: Mapped[date | None] = mapped_column()
    address: Mapped[str] = mapped_column(String(300), default="")
    medium: Mapped[Medium] = mapped_column(named(Medium), default=Medium.ELECTRONIC)
    paper_location: Mapped[str] = mapped_column(String(200), default="")
    term_from: Mapped[date | None] = mapped_column()
    term_until: Mapped[date | None] = mapped_column()
    keywords: Mapped[list[str]] = mapped_column(Json, default=list)
    access: Mapped[Access] = mapped_column(named(Access), default=Access.UNIT)
    locked: Mapped[bool] = mapped_column(default=False)
    lock_reason: Mapped[str] = mapped_column(String(500), default="")
    staff: Mapped[bool] = mapped_column(default=False)
    state: Mapped[DossierState] = mapped_column(named(DossierState), default=DossierState.OPEN)
    opened_on: Mapped[date] = mapped_column()
    closed_on: Mapped[date | None] = mapped_column()
    cancel_reason: Mapped[str | None] = mapped_column(String(500))
    procedures: Mapped[str] = mapped_column(Text, default="|", server_default="|")
    own_rule_id: Mapped[UUID | None] = mapped_column(ForeignKey("retention_rule.id"))
    own_rule_reason: Mapped[str] = mapped_column(String(300), default="", server_default="")
    edition_id: Mapped[UUID | None] = mapped_column(ForeignKey("retention_edition.id"))
    decided_on: Mapped[date | None] = mapped_column()
    period_events: Mapped[dict[str, str]] = mapped_column(
        Json, default=dict, server_default=text("'{}'")
    )
    newest_on: Mapped[date | None] = mapped_column()
    keeping: Mapped[Keeping] = mapped_column(
        named(Keeping), default=Keeping.OPEN, server_default=Keeping.OPEN.value
    )
    kept_until: Mapped[date | None] = mapped_column()
    edits: Mapped[int] = mapped_column()

    plan_entry: Mapped[PlanEntry] = relationship()
    department: Mapped[Department] = relationship()
    clerk: Mapped[User | None] = relationship()
    own_rule: Mapped[RetentionRule | None] = relationship()

    __mapper_args__ = {"version_id_col": edits}


class DossierAlias(Base):
    """Under which number another program knows the dossier (Geschäftszeichen)."""

    __tablename__ = "dossier_alias"
    __table_args__ = (
        UniqueConstraint("system", "value_folded"),
        Index("ix_dossier_alias_value_folded", "value_folded"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    dossier_id: Mapped[UUID] = mapped_column(ForeignKey("dossier.id"), index=True)
    system: Mapped[str] = mapped_column(String(60))
    value: Mapped[str] = mapped_column(String(100))
    value_folded: Mapped[str] = mapped_column(String(100))


class DossierLink(Base):
    """Two dossiers have to do with each other (Verweis); it is shown in both."""

    __tablename__ = "dossier_link"
    __table_args__ = (UniqueConstraint("from_id", "to_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    from_id: Mapped[UUID] = mapped_column(ForeignKey("dossier.id"))
    to_id: Mapped[UUID] = mapped_column(ForeignKey("dossier.id"), index=True)
    reason: Mapped[str] = mapped_column(Text, default="")
    made_at: Mapped[datetime] = mapped_column(Instant)
    made_by_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
