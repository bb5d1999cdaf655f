"""What stands against the end of a dossier, whatever its period says?

A hold always wins. Nothing reads its end from the clock: it stands until a person ends it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, ForeignKey, Index, String, and_, exists, or_, select, text
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from eakte.db import Base, Instant
from eakte.errors import Sentence
from eakte.model.columns import Among, named
from eakte.model.dossier import Dossier


class HoldKind(StrEnum):
    """Why something must not go."""

    COURT = "court"
    APPEAL = "appeal"
    INSPECTION = "inspection"
    AUDIT = "audit"
    PETITION = "petition"
    OTHER = "other"


class HoldScope(StrEnum):
    """On what it was set."""

    DOSSIER = "dossier"
    CASE = "case"
    PERSON = "person"
    SEARCH = "search"


HOLD_WORDS = {
    HoldKind.COURT: Sentence("Gerichtsverfahren"),
    HoldKind.APPEAL: Sentence("Widerspruch oder Klage"),
    HoldKind.INSPECTION: Sentence("Antrag auf Auskunft oder Akteneinsicht"),
    HoldKind.AUDIT: Sentence("Prüfung"),
    HoldKind.PETITION: Sentence("Petition oder Beschwerde"),
    HoldKind.OTHER: Sentence("anderer Anlass"),
}


class RetentionHold(Base):
    """A hold on disposal (Aussonderungssperre); several may lie on one dossier.

    ``about`` says in words on what it was set. One on a person also stands on dossiers of theirs
    that are opened later in the unit: ``person_folded`` and ``birth_date`` are those of the person.
    """

    __tablename__ = "retention_hold"
    __table_args__ = (
        Index(
            "ix_retention_hold_person",
            "person_folded",
            postgresql_where=text("ended_at IS NULL AND person_folded <> ''"),
            sqlite_where=text("ended_at IS NULL AND person_folded <> ''"),
        ),
        Index("ix_retention_hold_review_on", "review_on"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    kind: Mapped[HoldKind] = mapped_column(named(HoldKind))
    scope: Mapped[HoldScope] = mapped_column(named(HoldScope))
    about: Mapped[str] = mapped_column(String(300))
    reason: Mapped[str] = mapped_column(String(500))
    department_id: Mapped[UUID | None] = mapped_column(ForeignKey("department.id"))
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("dossier_case.id"))
    person_folded: Mapped[str] = mapped_column(String(200), default="")
    birth_date: Mapped[date | None] = mapped_column()
    review_on: Mapped[date] = mapped_column()
    set_at: Mapped[datetime] = mapped_column(Instant)
    set_by_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    set_by: Mapped[str] = mapped_column(String(200))
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_by: Mapped[str] = mapped_column(String(200), default="")
    end_reason: Mapped[str] = mapped_column(String(500), default="")
    edits: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": edits}


class HeldDossier(Base):
    """A dossier on which a hold was set."""

    __tablename__ = "held_dossier"

    hold_id: Mapped[UUID] = mapped_column(ForeignKey("retention_hold.id"), primary_key=True)
    dossier_id: Mapped[UUID] = mapped_column(ForeignKey("dossier.id"), primary_key=True, index=True)


# Other names for the table inside a question; they are made once, as in `access.reach`.
BY_NAME, BY_PERSON = aliased(RetentionHold), aliased(RetentionHold)


def stands_on(home: type[Dossier] = Dossier) -> ColumnElement[bool]:
    """Return the condition on holds under which one that has not ended stands on a dossier."""
    of_person = and_(
        RetentionHold.person_folded != "",
        RetentionHold.person_folded == home.person_folded,
        RetentionHold.department_id == home.department_id,
        # Who is known by the name alone might be the same one: in doubt nothing goes.
        or_(
            RetentionHold.birth_date.is_(None),
            home.birth_date.is_(None),
            RetentionHold.birth_date == home.birth_date,
        ),
    )
    named_one = exists().where(
        HeldDossier.hold_id == RetentionHold.id, HeldDossier.dossier_id == home.id
    )
    return and_(RetentionHold.ended_at.is_(None), or_(named_one, of_person))


def held(home: type[Dossier] = Dossier) -> ColumnElement[bool]:
    """Return the condition on dossiers under which any hold stands on them.

    Both ways lead from the dossier to few rows; asked at once, they would lead to every hold.
    """
    one, other = BY_NAME, BY_PERSON
    by_name = exists().where(
        HeldDossier.dossier_id == home.id, one.id == HeldDossier.hold_id, one.ended_at.is_(None)
    )
    by_person = exists().where(
        other.ended_at.is_(None),
        other.person_folded != "",
        other.person_folded == home.person_folded,
        other.department_id == home.department_id,
        or_(
            other.birth_date.is_(None),
            home.birth_date.is_(None),
            other.birth_date == home.birth_date,
        ),
    )
    return or_(by_name, by_person)


def holds_on(session: Session, dossier_id: UUID) -> list[RetentionHold]:
    """Return every hold that stands on a dossier at this moment of the transaction.

    Whoever destroys asks this within the transaction that destroys, after locking the dossier's
    row: `eakte.retention.holds` locks the same row before it sets a hold.
    """
    found = (
        select(RetentionHold)
        .join(Dossier, Dossier.id == dossier_id)
        .where(stands_on())
        .order_by(RetentionHold.set_at, RetentionHold.id)
    )
    return list(session.scalars(found))


def held_among(session: Session, dossiers: Iterable[UUID]) -> set[UUID]:
    """Return which of these dossiers any hold stands on."""
    found = select(Dossier.id).where(Among(Dossier.id, list(dossiers)), held())
    return set(session.scalars(found))
