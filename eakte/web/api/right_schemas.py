"""In which form do programs give, take and list rights?"""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from eakte.access.rights.reachers import Why
from eakte.model.right import Mark
from eakte.web.api.schemas import Id, Model, Text


class ReacherOut(Model):
    """A person who reaches the dossier, and by which right."""

    person_id: UUID
    name: str
    why: Why
    about: str = Field(description="the letters, the case, or who is stood in for")
    until: datetime | date | None


class GrantOut(Model):
    """A right of one person on one dossier or case."""

    id: UUID
    person_id: UUID
    reason: str
    given_at: datetime
    ends_at: datetime


class ParticipationOut(GrantOut):
    """Somebody takes part in one case."""

    case_id: UUID


class LiftRequestOut(Model):
    """What was asked for and is not decided."""

    id: UUID
    mark: Mark
    reason: str
    asked_by_id: UUID
    asked_at: datetime


class AccessOut(Model):
    """Who reaches a dossier and why, and what shuts it."""

    locked: bool
    staff: bool
    lock_reason: str
    reachers: list[ReacherOut]
    grants: list[GrantOut]
    participations: list[ParticipationOut]
    lift_requests: list[LiftRequestOut]


class RightIn(Model):
    """To whom, why, and up to which day inclusive."""

    person_id: Id
    reason: Text = Field(max_length=500)
    until: date


class LockIn(Model):
    """How a dossier is shut, and who remains."""

    mark: Mark
    reason: Text = Field(max_length=500)
    clerk_id: Id
    keep: list[Id] = Field(default_factory=list, max_length=100)


class LiftIn(Model):
    """Which lock is to be lifted, and why."""

    mark: Mark
    reason: Text = Field(max_length=500)


class LockDecisionIn(Model):
    """Whether the lock is lifted."""

    lift: bool


class DutyIn(Model):
    """A share of the work of a unit; an empty letter or procedure means every one."""

    person_id: Id
    first_letter: Text = Field(default="", max_length=2)
    last_letter: Text = Field(default="", max_length=2)
    procedure: Text = Field(default="", max_length=60)
    valid_from: date
    valid_until: date | None = None


class DutyOut(Model):
    """A share of the work of a unit."""

    id: UUID
    person_id: UUID
    first_letter: str
    last_letter: str
    procedure: str
    valid_from: date
    valid_until: date | None


class DutiesOut(Model):
    """How the work of a unit is shared out today."""

    duties: list[DutyOut]
    uncovered: list[str] = Field(description="letters nobody is responsible for, in runs")
    doubled: list[str] = Field(description="letters several are responsible for, in runs")


class DeputyIn(Model):
    """Who stands in for whom, from which day to which, both inclusive."""

    absent_id: Id
    deputy_id: Id
    first_day: date
    last_day: date


class DeputyOut(DeputyIn):
    """Somebody stands in for somebody else."""

    id: UUID


class DeputiesOut(Model):
    """The deputies that concern the person."""

    deputies: list[DeputyOut]


class GlassIn(Model):
    """Which dossier is to be opened in an emergency, and why."""

    reference: Text = Field(max_length=60)
    reason: Text = Field(max_length=500)


class GlassOut(GrantOut):
    """A dossier that was opened in an emergency."""

    dossier_id: UUID
    withdrawn_at: datetime | None


class GlassesOut(Model):
    """The emergencies nobody has looked at yet."""

    waiting: list[GlassOut]


class VerdictIn(Model):
    """What looking at an emergency has shown."""

    verdict: Text = Field(max_length=500)


class NoticeOut(Model):
    """What the person was told."""

    id: UUID
    kind: str
    subject_id: UUID
    made_at: datetime


class NoticesOut(Model):
    """What the person was told and has not seen yet."""

    notices: list[NoticeOut]
