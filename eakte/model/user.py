"""Who acts: a person, a device that delivers, or the system itself?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from eakte.db import Base, Instant
from eakte.model.columns import Json, named

SYSTEM_ID = UUID(int=1)


class UserKind(StrEnum):
    """What stands behind an account; there are no group accounts."""

    PERSON = "person"
    STATION = "station"
    SYSTEM = "system"


class Role(StrEnum):
    """What kind of work a person does; on which dossiers, unit, duties and grants say."""

    CLERK = "clerk"
    LEAD = "lead"
    SCANNING = "scanning"
    MEDICAL = "medical"
    EXPERT = "expert"
    AUDITOR = "auditor"
    RECORDS_MANAGER = "records_manager"
    DATA_PROTECTION = "data_protection"
    PERSONNEL = "personnel"
    ADMINISTRATOR = "administrator"


ROLE_TITLES: dict[Role, str] = {
    Role.CLERK: "Sachbearbeitung",
    Role.LEAD: "Leitung eines Sachgebiets",
    Role.SCANNING: "Scanstelle",
    Role.MEDICAL: "Ärztlicher Dienst",
    Role.EXPERT: "Gutachten von außen",
    Role.AUDITOR: "Rechnungsprüfung",
    Role.RECORDS_MANAGER: "Schriftgutverwaltung",
    Role.DATA_PROTECTION: "Datenschutz",
    Role.PERSONNEL: "Personalentscheidung",
    Role.ADMINISTRATOR: "Administration",
}

# Nobody does both (separation of duties): who sees contents runs no machine, who controls the
# log leaves none worth controlling, an outsider is nothing else.
_OF_THE_OFFICE = frozenset(Role) - {Role.EXPERT}
FORBIDDEN_PAIRS: frozenset[frozenset[Role]] = frozenset(
    {
        *(frozenset({Role.ADMINISTRATOR, role}) for role in frozenset(Role) - {Role.ADMINISTRATOR}),
        *(frozenset({Role.EXPERT, role}) for role in _OF_THE_OFFICE),
        *(
            frozenset({Role.DATA_PROTECTION, role})
            for role in (Role.CLERK, Role.LEAD, Role.SCANNING, Role.MEDICAL, Role.RECORDS_MANAGER)
        ),
        *(
            frozenset({Role.AUDITOR, role})
            for role in (Role.CLERK, Role.LEAD, Role.SCANNING, Role.MEDICAL, Role.RECORDS_MANAGER)
        ),
    }
)


class User(Base):
    """An account of one identity."""

    __tablename__ = "user_account"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    kind: Mapped[UserKind] = mapped_column(named(UserKind), default=UserKind.PERSON)
    login: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    roles: Mapped[list[str]] = mapped_column(Json, default=list)
    language: Mapped[str] = mapped_column(String(5), default="de")
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    edits: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": edits}


class Membership(Base):
    """A user works in a department."""

    __tablename__ = "membership"

    user_id: Mapped[UUID] = mapped_column(
        ForeignKey("user_account.id", ondelete="CASCADE"), primary_key=True
    )
    department_id: Mapped[UUID] = mapped_column(
        ForeignKey("department.id", ondelete="CASCADE"), primary_key=True, index=True
    )


@dataclass(frozen=True)
class Share:
    """The part of a unit's work that falls to somebody; an empty procedure means every one."""

    department: UUID
    first_letter: str
    last_letter: str
    procedure: str

    def covers(self, department: UUID, letter: str) -> bool:
        """Say whether a dossier of this unit and letter falls into the share."""
        return department == self.department and self.first_letter <= letter <= self.last_letter


@dataclass(frozen=True)
class Scope:
    """What one person reaches by their place in the office; deputies reach it too.

    ``roles`` are that person's own: a deputy stands in only for the kinds of work both do.
    """

    person: UUID
    name: str
    roles: frozenset[Role] = frozenset()
    departments: frozenset[UUID] = frozenset()
    unit_names: frozenset[str] = frozenset()
    shares: tuple[Share, ...] = ()
    cases: frozenset[tuple[UUID, UUID]] = frozenset()  # (case, its dossier) of participations


@dataclass(frozen=True)
class Actor:
    """Who acts in a unit of work, with the rights as they stand at its beginning.

    ``own`` is what falls to the actor, ``deputising`` what falls to those they stand in for.
    ``granted`` and ``glass`` are dossiers given to the actor by name; the latter only to read.
    """

    id: UUID
    kind: UserKind
    name: str
    roles: frozenset[Role]
    own: Scope
    deputising: tuple[Scope, ...] = ()
    granted: frozenset[UUID] = frozenset()
    glass: frozenset[UUID] = frozenset()
    confirmed: bool = False

    @property
    def departments(self) -> frozenset[UUID]:
        """The units in which the actor works or stands in for somebody."""
        return frozenset(unit for scope in self.scopes for unit in scope.departments)

    @property
    def scopes(self) -> tuple[Scope, ...]:
        """The actor's own scope and those of the people they stand in for."""
        return (self.own, *self.deputising)

    def has(self, role: Role) -> bool:
        """Say whether the actor does this kind of work."""
        return role in self.roles

    def doing(self, role: Role) -> Actor:
        """Return the actor at this kind of work: standing in only for those who do it as well."""
        alike = tuple(scope for scope in self.deputising if role in scope.roles)
        return self if alike == self.deputising else replace(self, deputising=alike)


SYSTEM = Actor(SYSTEM_ID, UserKind.SYSTEM, "e-Akte", frozenset(), Scope(SYSTEM_ID, "e-Akte"))
