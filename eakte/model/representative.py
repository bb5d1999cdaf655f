"""Who acts for the person a dossier is about, as what, and from when until when? (§ 13 SGB X)"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, ForeignKey, Index, String, and_, case, or_
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eakte.db import Base
from eakte.errors import Sentence
from eakte.model.columns import named
from eakte.model.dossier import Dossier


class RepresentativeRole(StrEnum):
    """As what somebody acts: mandated (§ 13 SGB X), appointed (§ 1814 BGB), or by law."""

    LAWYER = "lawyer"
    AUTHORISED = "authorised"
    GUARDIAN = "guardian"
    STATUTORY = "statutory"


ROLE_WORDS = {
    RepresentativeRole.LAWYER: Sentence("Rechtsanwältin oder Rechtsanwalt"),
    RepresentativeRole.AUTHORISED: Sentence("bevollmächtigte Person oder Verband"),
    RepresentativeRole.GUARDIAN: Sentence("rechtliche Betreuung"),
    RepresentativeRole.STATUTORY: Sentence("gesetzliche Vertretung (Eltern, Vormund)"),
}


class Representative(Base):
    """Somebody who acts for the person concerned.

    ``name`` is written as that of the person, "Klug, Petra", or as an ``organisation`` calls
    itself. ``reference`` is their own, ``mandate`` says by what they act. The days are the first
    and the last one; without them the mandate has no beginning or no end that is known.
    """

    __tablename__ = "representative"
    __table_args__ = (Index("ix_representative_name_folded", "name_folded", "dossier_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    dossier_id: Mapped[UUID] = mapped_column(ForeignKey("dossier.id"), index=True)
    role: Mapped[RepresentativeRole] = mapped_column(named(RepresentativeRole))
    organisation: Mapped[bool] = mapped_column(default=False)
    name: Mapped[str] = mapped_column(String(200))
    name_folded: Mapped[str] = mapped_column(String(200))
    address: Mapped[str] = mapped_column(String(400), default="")
    reference: Mapped[str] = mapped_column(String(100), default="")
    mandate: Mapped[str] = mapped_column(String(200), default="")
    valid_from: Mapped[date | None] = mapped_column()
    valid_until: Mapped[date | None] = mapped_column()
    edits: Mapped[int] = mapped_column()

    dossier: Mapped[Dossier] = relationship()

    __mapper_args__ = {"version_id_col": edits}

    def acts_on(self, day: date) -> bool:
        """Say whether the mandate holds on a day."""
        begun = self.valid_from is None or self.valid_from <= day
        return begun and (self.valid_until is None or day <= self.valid_until)

    @property
    def called(self) -> str:
        """The name as it stands on an envelope."""
        family, comma, given = self.name.partition(",")
        if self.organisation or not comma:
            return self.name
        return f"{given.strip()} {family.strip()}".strip()


def acting_on(day: date) -> ColumnElement[bool]:
    """Return the condition that a mandate holds on a day."""
    return and_(
        or_(Representative.valid_from.is_(None), Representative.valid_from <= day),
        or_(Representative.valid_until.is_(None), Representative.valid_until >= day),
    )


def in_order() -> tuple[Any, ...]:
    """Return the order in which representatives are named: first whom letters go to.

    An authority has to turn to whoever was mandated for the proceedings (§ 13 Abs. 3 SGB X), even
    where there is somebody by appointment or by law: they gave the mandate.
    """
    rank = {role: number for number, role in enumerate(RepresentativeRole)}
    return (
        case(rank, value=Representative.role),
        Representative.valid_from.is_not(None),
        Representative.valid_from.desc(),
        Representative.name_folded,
        Representative.id,
    )
