"""Who acts: a person, a device that delivers, or the system itself?"""

from __future__ import annotations

from dataclasses import dataclass
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
    """What kind of work a person does; on which dossiers, the departments say."""

    CLERK = "clerk"
    SCANNING = "scanning"
    RECORDS_MANAGER = "records_manager"
    ADMINISTRATOR = "administrator"


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
class Actor:
    """Who acts in a unit of work, with the rights as they stand at its beginning."""

    id: UUID
    kind: UserKind
    name: str
    roles: frozenset[Role]
    departments: frozenset[UUID]

    def has(self, role: Role) -> bool:
        """Say whether the actor does this kind of work."""
        return role in self.roles


SYSTEM = Actor(SYSTEM_ID, UserKind.SYSTEM, "e-Akte", frozenset(), frozenset())
