"""To whom is a dossier opened by name, why, and until when?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from eakte import audit
from eakte.access.actions import Action
from eakte.access.check import require
from eakte.access.rights.people import end_of, out_of_time, roles_of, unfit, unfounded
from eakte.errors import NotFound, RuleBroken, Sentence
from eakte.model.dossier import Dossier
from eakte.model.right import Grant, GrantKind
from eakte.model.user import Role, User
from eakte.unit_of_work import UnitOfWork

# Whose work a dossier given by name is of use for; doctors and experts take part in a case.
TAKERS = (Role.CLERK, Role.LEAD, Role.AUDITOR, Role.RECORDS_MANAGER)
STAFF_MATTERS = Sentence(
    "Wer in Personalsachen mitentscheidet, darf diese Akte nicht sehen (§ 35 SGB I)."
)


def grants_of(work: UnitOfWork, dossier: Dossier) -> Sequence[Grant]:
    """List to whom the dossier is opened by name at this moment, without broken glass."""
    require(work, Action.SEE_ACCESS, dossier)
    return work.session.scalars(
        select(Grant)
        .join(User, User.id == Grant.user_id)
        .options(joinedload(Grant.user))
        .where(
            Grant.dossier_id == dossier.id,
            Grant.kind == GrantKind.GRANTED,
            Grant.withdrawn_at.is_(None),
            Grant.ends_at > work.clock.now(),
        )
        .order_by(User.name, Grant.id)
    ).all()


def give_access(
    work: UnitOfWork, dossier: Dossier, person: User, *, reason: str, until: date
) -> Grant:
    """Open a dossier to a person by name, up to and including the day ``until``.

    Raises:
        RuleBroken: naming every reason against it.
    """
    require(work, Action.GIVE_ACCESS, dossier)
    reasons: list[str] = [
        *unfit(person, TAKERS),
        *unfounded(reason),
        *out_of_time(work.clock.today(), until),
    ]
    if person.id == work.actor.id:
        reasons.append(Sentence("Sich selbst kann niemand Zugang geben."))
    if dossier.staff and Role.PERSONNEL in roles_of(person):
        reasons.append(STAFF_MATTERS)
    if any(grant.user_id == person.id for grant in grants_of(work, dossier)):
        reasons.append(Sentence("Die Person hat diesen Zugang schon."))
    if reasons:
        raise RuleBroken("Der Zugang kann nicht gegeben werden.", reasons=reasons)
    grant = Grant(
        kind=GrantKind.GRANTED,
        dossier_id=dossier.id,
        user_id=person.id,
        reason=reason.strip(),
        given_by_id=work.actor.id,
        given_at=work.clock.now(),
        ends_at=end_of(until),
    )
    work.session.add(grant)
    work.session.flush()
    audit.note(
        work,
        "access.given",
        kind="dossier",
        subject=dossier.id,
        person=str(person.id),
        until=until.isoformat(),
        reason=reason.strip(),
    )
    return grant


def withdraw_access(work: UnitOfWork, dossier: Dossier, grant_id: UUID) -> None:
    """Take a dossier away again; it is closed to the person from the next request on.

    Raises:
        NotFound: there is no such grant that still holds.
    """
    require(work, Action.GIVE_ACCESS, dossier, although_cancelled=True)
    grant = work.session.get(Grant, grant_id)
    if (
        grant is None
        or grant.dossier_id != dossier.id
        or grant.kind is not GrantKind.GRANTED
        or grant.withdrawn_at is not None
    ):
        raise NotFound("Diesen Zugang gibt es nicht mehr.")
    grant.withdrawn_at = work.clock.now()
    work.session.flush()
    audit.note(
        work, "access.withdrawn", kind="dossier", subject=dossier.id, person=str(grant.user_id)
    )
