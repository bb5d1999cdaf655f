"""How is the work of a unit shared out: which letters, which procedure, by whom, from when on?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from string import ascii_lowercase
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from eakte import audit
from eakte.access.actions import Action
from eakte.access.check import require, works_in
from eakte.access.rights.notices import Told, tell
from eakte.access.rights.people import colleagues, roles_of, unfit
from eakte.db import folded
from eakte.errors import NotFound, RuleBroken, Sentence
from eakte.model.catalogue import Procedure
from eakte.model.department import Department
from eakte.model.right import FIRST_LETTER, LAST_LETTER, Duty
from eakte.model.user import Membership, Role, User, UserKind
from eakte.unit_of_work import UnitOfWork

WORKERS = (Role.CLERK, Role.LEAD)


@dataclass(frozen=True)
class Coverage:
    """What the duties of a day leave open or give twice; each a run of letters like "d–f".

    Only duties for every procedure count: those for one come on top.
    """

    uncovered: tuple[str, ...]
    doubled: tuple[str, ...]


@dataclass(frozen=True)
class UnitWork:
    """A unit with how its work is shared out, who works there, and its procedures in use."""

    unit: Department
    duties: Sequence[Duty]
    people: Sequence[User]
    procedures: Sequence[Procedure]


def led_units(work: UnitOfWork) -> Sequence[Department]:
    """List the units whose work the actor shares out, by name."""
    require(work, Action.SHARE_WORK)
    query = select(Department).order_by(Department.name)
    if work.actor.kind is not UserKind.SYSTEM:
        query = query.where(Department.id.in_(work.actor.doing(Role.LEAD).departments))
    return work.session.scalars(query).all()


def led_work(work: UnitOfWork) -> list[UnitWork]:
    """List the units whose work the actor shares out with all that belongs to it, by name.

    Each question is asked once for all units, however many the actor leads.
    """
    require(work, Action.SHARE_WORK)
    units = led_units(work)
    ids = [unit.id for unit in units]
    duties: dict[UUID, list[Duty]] = {}
    for duty in _held_duties(work, ids):
        duties.setdefault(duty.department_id, []).append(duty)
    people: dict[UUID, list[User]] = {}
    for unit_id, person in work.session.execute(
        select(Membership.department_id, User)
        .join(User, User.id == Membership.user_id)
        .where(Membership.department_id.in_(ids), User.active, User.kind == UserKind.PERSON)
        .order_by(User.name)
    ):
        if not roles_of(person).isdisjoint(WORKERS):
            people.setdefault(unit_id, []).append(person)
    procedures: dict[UUID, list[Procedure]] = {}
    for one in work.session.scalars(
        select(Procedure)
        .where(Procedure.department_id.in_(ids), Procedure.in_use)
        .order_by(Procedure.place, Procedure.title)
    ):
        procedures.setdefault(one.department_id, []).append(one)
    return [
        UnitWork(
            unit, duties.get(unit.id, ()), people.get(unit.id, ()), procedures.get(unit.id, ())
        )
        for unit in units
    ]


def duties_of(work: UnitOfWork, unit: Department) -> Sequence[Duty]:
    """List the duties of a unit that hold today or later, by letter.

    Raises:
        NotFound: the actor does not lead the unit.
    """
    require(work, Action.SHARE_WORK)
    _refuse_foreign(work, unit.id)
    return _held_duties(work, [unit.id])


def coverage(duties: Iterable[Duty], day: date) -> Coverage:
    """Say which letters nobody, and which several people are responsible for on a day."""
    held = [
        duty
        for duty in duties
        if not duty.procedure_key
        and duty.valid_from <= day
        and (duty.valid_until is None or day <= duty.valid_until)
    ]
    responsible = {
        letter: {duty.user_id for duty in held if duty.first_letter <= letter <= duty.last_letter}
        for letter in ascii_lowercase
    }
    return Coverage(
        _runs([letter for letter, people in responsible.items() if not people]),
        _runs([letter for letter, people in responsible.items() if len(people) > 1]),
    )


def share_out(
    work: UnitOfWork,
    unit: Department,
    person: User,
    *,
    letters: tuple[str, str] = ("", ""),
    procedure: str = "",
    valid_from: date,
    valid_until: date | None = None,
) -> Duty:
    """Give a person a share of the unit's work; empty letters mean from the first to the last.

    Whoever gives a share to themselves is not stopped, but the data protection is told.

    Raises:
        NotFound: the actor does not lead the unit.
        RuleBroken: naming every reason against it.
    """
    require(work, Action.SHARE_WORK)
    _refuse_foreign(work, unit.id)
    first, last = (folded(letter) for letter in letters)
    reasons: list[str] = [
        *unfit(person, WORKERS),
        *_standing_against(work, unit, person, (first, last), procedure),
    ]
    if valid_until is not None and valid_until < valid_from:
        reasons.append(Sentence("Der letzte Tag liegt vor dem ersten."))
    if reasons:
        raise RuleBroken("Die Zuständigkeit kann nicht gegeben werden.", reasons=reasons)
    duty = Duty(
        user_id=person.id,
        department_id=unit.id,
        first_letter=first[:1] or FIRST_LETTER,
        last_letter=last[:1] or LAST_LETTER,
        procedure_key=procedure,
        valid_from=valid_from,
        valid_until=valid_until,
    )
    work.session.add(duty)
    work.session.flush()
    _note(work, "duty.given", duty)
    if person.id == work.actor.id:
        watchers = [
            one
            for one in colleagues(work, (Role.DATA_PROTECTION, Role.RECORDS_MANAGER))
            if one.id != person.id
        ]
        tell(work, watchers, Told.OWN_DUTY, person.id)
    return duty


def end_duty(work: UnitOfWork, duty_id: UUID) -> None:
    """End a share of the work at once; one that had not begun is gone.

    Raises:
        NotFound: there is no such share in a unit the actor leads.
    """
    require(work, Action.SHARE_WORK)
    duty = work.session.get(Duty, duty_id)
    if duty is None:
        raise NotFound("Diese Zuständigkeit gibt es nicht mehr.")
    _refuse_foreign(work, duty.department_id)
    _note(work, "duty.ended", duty)
    yesterday = work.clock.today() - timedelta(days=1)
    if duty.valid_from > yesterday:
        work.session.delete(duty)
    else:
        duty.valid_until = yesterday
    work.session.flush()


def _held_duties(work: UnitOfWork, units: Sequence[UUID]) -> Sequence[Duty]:
    return work.session.scalars(
        select(Duty)
        .join(User, User.id == Duty.user_id)
        .options(joinedload(Duty.user))
        .where(
            Duty.department_id.in_(units),
            or_(Duty.valid_until.is_(None), Duty.valid_until >= work.clock.today()),
        )
        .order_by(Duty.first_letter, Duty.last_letter, User.name, Duty.id)
    ).all()


def _refuse_foreign(work: UnitOfWork, unit_id: UUID) -> None:
    if not works_in(work, Action.SHARE_WORK, unit_id):
        raise NotFound("Dieses Sachgebiet gibt es nicht, oder Sie leiten es nicht.")


def _standing_against(
    work: UnitOfWork, unit: Department, person: User, letters: tuple[str, str], procedure: str
) -> list[str]:
    reasons: list[str] = []
    if work.session.get(Membership, (person.id, unit.id)) is None:
        reasons.append(Sentence("Die Person arbeitet nicht in diesem Sachgebiet."))
    first, last = letters
    if any(letter and len(letter) > 1 for letter in letters):
        reasons.append(Sentence("Ein Bereich besteht aus zwei einzelnen Buchstaben."))
    elif first and last and last < first:
        reasons.append(Sentence("Der letzte Buchstabe steht vor dem ersten."))
    known = work.session.scalar(
        select(Procedure.id).where(
            Procedure.department_id == unit.id, Procedure.key == procedure, Procedure.in_use
        )
    )
    if procedure and known is None:
        reasons.append(Sentence("Dieses Verfahren führt das Sachgebiet nicht."))
    return reasons


def _note(work: UnitOfWork, act: str, duty: Duty) -> None:
    audit.note(
        work,
        act,
        kind="department",
        subject=duty.department_id,
        person=str(duty.user_id),
        first=duty.first_letter,
        last="" if duty.last_letter == LAST_LETTER else duty.last_letter,
        procedure=duty.procedure_key,
        valid_from=duty.valid_from.isoformat(),
        valid_until=duty.valid_until.isoformat() if duty.valid_until else None,
    )


def _runs(letters: Sequence[str]) -> tuple[str, ...]:
    runs: list[list[str]] = []
    for letter in letters:
        if runs and ord(letter) == ord(runs[-1][-1]) + 1:
            runs[-1].append(letter)
        else:
            runs.append([letter])
    return tuple(run[0] if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs)
