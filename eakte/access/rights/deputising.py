"""Who stands in for whom, from which day to which?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from eakte import audit
from eakte.access.actions import Action
from eakte.access.check import require
from eakte.access.rights.people import colleagues, out_of_time, roles_of, unfit
from eakte.errors import NotAllowed, NotFound, RuleBroken, Sentence
from eakte.model.right import Deputy
from eakte.model.user import Membership, Role, User, UserKind
from eakte.unit_of_work import UnitOfWork

# Work that somebody else may go on with.
SHAREABLE = (Role.CLERK, Role.LEAD, Role.MEDICAL, Role.RECORDS_MANAGER)


def own_people(work: UnitOfWork) -> Sequence[User]:
    """List for whom the actor may name a deputy: themselves and, leading, those of their units."""
    require(work, Action.NAME_DEPUTY)
    answered_for = _answers_for(work)
    return [one for one in colleagues(work, SHAREABLE) if one.id in answered_for]


def deputies(work: UnitOfWork) -> Sequence[Deputy]:
    """List the deputies of today and later that concern the actor or the people they lead."""
    require(work, Action.NAME_DEPUTY)
    return work.session.scalars(
        select(Deputy)
        .options(joinedload(Deputy.absent), joinedload(Deputy.deputy))
        .where(
            or_(Deputy.absent_id.in_(_answers_for(work)), Deputy.deputy_id == work.actor.id),
            Deputy.withdrawn_at.is_(None),
            Deputy.last_day >= work.clock.today(),
        )
        .order_by(Deputy.first_day, Deputy.id)
    ).all()


def name_deputy(
    work: UnitOfWork, absent: User, deputy: User, *, first_day: date, last_day: date
) -> Deputy:
    """Let somebody stand in for somebody else, from the first day to the last one inclusive.

    The deputy acts under their own name, only in the kinds of work both do, and hands nothing on.

    Raises:
        NotAllowed: the actor neither is the absent person nor leads a unit of theirs.
        RuleBroken: naming every reason against it.
    """
    require(work, Action.NAME_DEPUTY)
    if work.actor.kind is not UserKind.SYSTEM and absent.id not in _answers_for(work):
        raise NotAllowed("Für diese Person können Sie keine Vertretung benennen.")
    shared = roles_of(absent) & roles_of(deputy) & frozenset(SHAREABLE)
    reasons = out_of_time(work.clock.today(), last_day)
    if deputy.id == absent.id:
        reasons.append(Sentence("Niemand vertritt sich selbst."))
    elif deputy.id == work.actor.id:
        reasons.append(Sentence("Sich selbst kann niemand zur Vertretung benennen."))
    reasons += unfit(deputy, SHAREABLE)
    if not shared:
        reasons.append(Sentence("Die beiden haben keine gemeinsame Rolle."))
    if last_day < first_day:
        reasons.append(Sentence("Der letzte Tag liegt vor dem ersten."))
    if _named_already(work, absent, deputy, first_day, last_day):
        reasons.append(Sentence("Diese Vertretung ist für einen Teil der Zeit schon benannt."))
    if reasons:
        raise RuleBroken("Die Vertretung kann nicht benannt werden.", reasons=reasons)
    named = Deputy(
        absent_id=absent.id,
        deputy_id=deputy.id,
        first_day=first_day,
        last_day=last_day,
        named_by_id=work.actor.id,
    )
    work.session.add(named)
    work.session.flush()
    audit.note(
        work,
        "deputy.named",
        kind="user",
        subject=absent.id,
        deputy=str(deputy.id),
        first_day=first_day.isoformat(),
        last_day=last_day.isoformat(),
    )
    return named


def end_deputy(work: UnitOfWork, deputy_id: UUID) -> None:
    """End a deputising at once: by the absent person, the deputy, or who leads them.

    Raises:
        NotFound: there is none that the actor could end.
    """
    require(work, Action.NAME_DEPUTY)
    named = work.session.get(Deputy, deputy_id)
    if (
        named is None
        or named.withdrawn_at is not None
        or (named.deputy_id != work.actor.id and named.absent_id not in _answers_for(work))
    ):
        raise NotFound("Diese Vertretung gibt es nicht mehr.")
    named.withdrawn_at = work.clock.now()
    work.session.flush()
    audit.note(
        work,
        "deputy.ended",
        kind="user",
        subject=named.absent_id,
        deputy=str(named.deputy_id),
    )


def _answers_for(work: UnitOfWork) -> set[UUID]:
    """The actor and, where they lead a unit themselves, the people in it."""
    people = {work.actor.id}
    if work.actor.has(Role.LEAD) and work.actor.own.departments:
        members = select(Membership.user_id).where(
            Membership.department_id.in_(work.actor.own.departments)
        )
        people |= set(work.session.scalars(members))
    return people


def _named_already(
    work: UnitOfWork, absent: User, deputy: User, first_day: date, last_day: date
) -> bool:
    found = select(Deputy.id).where(
        Deputy.absent_id == absent.id,
        Deputy.deputy_id == deputy.id,
        Deputy.withdrawn_at.is_(None),
        Deputy.first_day <= last_day,
        Deputy.last_day >= first_day,
    )
    return work.session.scalar(found.limit(1)) is not None
