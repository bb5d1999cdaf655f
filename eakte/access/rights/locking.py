"""How is a dossier shut to everybody who is not named, and by which two is it opened again?"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import select

from eakte import audit, jobs
from eakte.access.acting import actor_of
from eakte.access.actions import Action
from eakte.access.check import may, require
from eakte.access.rights.granting import STAFF_MATTERS, TAKERS, grants_of
from eakte.access.rights.notices import Told, tell
from eakte.access.rights.people import (
    LONGEST_RIGHT,
    colleagues,
    end_of,
    roles_of,
    unfit,
    unfounded,
)
from eakte.errors import NotFound, RuleBroken, SamePerson, Sentence
from eakte.model.dossier import Dossier
from eakte.model.right import Grant, GrantKind, LiftRequest, Mark
from eakte.model.user import Role, User
from eakte.unit_of_work import UnitOfWork

IN_CHARGE = (Role.CLERK, Role.LEAD)
# The job that brings the index into line with how a dossier stands.
INDEX_DOSSIER = "index-dossier"


def lock_dossier(
    work: UnitOfWork,
    dossier: Dossier,
    *,
    mark: Mark,
    reason: str,
    clerk: User | None,
    keep: Collection[User] = (),
) -> None:
    """Shut a dossier to everybody but the clerk in charge and the people to ``keep``.

    Every other right given by name is withdrawn. Those who keep it have it for the longest time
    a right lasts; the clerk in charge has it for as long as they are in charge, and can give it to
    others, so a locked dossier is never lost.

    Raises:
        RuleBroken: naming every reason against it.
    """
    require(work, Action.LOCK_DOSSIER, dossier)
    kept = [person for person in keep if clerk is None or person.id != clerk.id]
    reasons = [*unfounded(reason), *_unfit_to_keep(dossier, mark, clerk, kept)]
    if reasons:
        raise RuleBroken("Die Akte kann so nicht gesperrt werden.", reasons=reasons)
    assert clerk is not None  # noqa: S101  # the reasons name its absence
    _keep_only(work, dossier, kept, reason)
    dossier.clerk_id = clerk.id
    dossier.lock_reason = reason.strip()
    if mark is Mark.STAFF:
        dossier.staff = True
    else:
        dossier.locked = True
    work.session.flush()
    audit.note(
        work,
        "dossier.locked",
        kind="dossier",
        subject=dossier.id,
        mark=mark.value,
        reason=reason.strip(),
        clerk=str(clerk.id),
        kept=sorted(str(person.id) for person in kept),
    )
    jobs.enqueue(work, INDEX_DOSSIER, dossier.id)


def open_request(work: UnitOfWork, dossier: Dossier) -> Sequence[LiftRequest]:
    """List what was asked for and is not decided."""
    require(work, Action.SEE_ACCESS, dossier)
    return work.session.scalars(
        select(LiftRequest)
        .where(LiftRequest.dossier_id == dossier.id, LiftRequest.decided_at.is_(None))
        .order_by(LiftRequest.asked_at, LiftRequest.id)
    ).all()


def ask_to_lift(work: UnitOfWork, dossier: Dossier, *, mark: Mark, reason: str) -> LiftRequest:
    """Ask that a lock be lifted; somebody else decides, and is told.

    Raises:
        RuleBroken: naming every reason against it.
    """
    require(work, Action.SEE_ACCESS, dossier)
    reasons = unfounded(reason)
    if not _marked(dossier, mark):
        reasons.append(Sentence("Diese Sperre besteht nicht."))
    if any(request.mark is mark for request in open_request(work, dossier)):
        reasons.append(Sentence("Das ist schon beantragt und noch nicht entschieden."))
    deciders = _deciders(work, dossier)
    if not deciders:
        reasons.append(
            Sentence(
                "Niemand sonst könnte entscheiden; geben Sie zuerst einer Leitung Zugang zur Akte."
            )
        )
    if reasons:
        raise RuleBroken("Die Aufhebung kann nicht beantragt werden.", reasons=reasons)
    request = LiftRequest(
        dossier_id=dossier.id,
        mark=mark,
        reason=reason.strip(),
        asked_by_id=work.actor.id,
        asked_at=work.clock.now(),
    )
    work.session.add(request)
    work.session.flush()
    tell(work, deciders, Told.LIFT_ASKED, request.id)
    audit.note(
        work,
        "lift.asked",
        kind="dossier",
        subject=dossier.id,
        mark=mark.value,
        reason=reason.strip(),
    )
    return request


def decide_lift(work: UnitOfWork, dossier: Dossier, request_id: UUID, *, lift: bool) -> None:
    """Lift a lock, or leave it, as somebody else has asked.

    Raises:
        NotFound: nothing is to be decided.
        SamePerson: the actor has asked for it themselves.
    """
    require(work, Action.LOCK_DOSSIER, dossier)
    request = work.session.get(LiftRequest, request_id)
    if request is None or request.dossier_id != dossier.id or request.decided_at is not None:
        raise NotFound("Darüber ist nichts mehr zu entscheiden.")
    if request.asked_by_id == work.actor.id:
        raise SamePerson("Über den eigenen Antrag entscheidet eine andere Person.")
    request.decided_by_id = work.actor.id
    request.decided_at = work.clock.now()
    request.lifted = lift
    if lift and request.mark is Mark.STAFF:
        dossier.staff = False
    elif lift:
        dossier.locked = False
    if not dossier.locked and not dossier.staff:
        dossier.lock_reason = ""
    work.session.flush()
    audit.note(
        work,
        "lift.decided",
        kind="dossier",
        subject=dossier.id,
        mark=request.mark.value,
        lifted=lift,
        asked_by=str(request.asked_by_id),
    )
    jobs.enqueue(work, INDEX_DOSSIER, dossier.id)


def _marked(dossier: Dossier, mark: Mark) -> bool:
    return dossier.staff if mark is Mark.STAFF else dossier.locked


def _unfit_to_keep(
    dossier: Dossier, mark: Mark, clerk: User | None, kept: Sequence[User]
) -> list[str]:
    reasons: list[str] = []
    if _marked(dossier, mark):
        reasons.append(Sentence("Diese Sperre besteht schon."))
    if clerk is None:
        reasons.append(
            Sentence("Es muss jemand zuständig bleiben, sonst kommt niemand mehr an die Akte.")
        )
    elif unfit(clerk, IN_CHARGE):
        reasons.append(
            Sentence("Wer zuständig bleiben soll, bearbeitet keine Akten oder ist nicht aktiv.")
        )
    if any(unfit(person, TAKERS) for person in kept):
        reasons.append(
            Sentence("Eine der Personen hat keine Rolle, in der sie mit der Akte arbeiten könnte.")
        )
    about_staff = mark is Mark.STAFF or dossier.staff
    everybody = [*kept, *([clerk] if clerk else [])]
    if about_staff and any(Role.PERSONNEL in roles_of(person) for person in everybody):
        reasons.append(STAFF_MATTERS)
    return reasons


def _keep_only(work: UnitOfWork, dossier: Dossier, kept: Sequence[User], reason: str) -> None:
    now = work.clock.now()
    wanted = {person.id for person in kept}
    for grant in grants_of(work, dossier):
        if grant.user_id in wanted:
            wanted.discard(grant.user_id)
        else:
            grant.withdrawn_at = now
    work.session.add_all(
        Grant(
            kind=GrantKind.GRANTED,
            dossier_id=dossier.id,
            user_id=person_id,
            reason=reason.strip(),
            given_by_id=work.actor.id,
            given_at=now,
            ends_at=end_of(work.clock.today() + LONGEST_RIGHT),
        )
        for person_id in wanted
    )


def _deciders(work: UnitOfWork, dossier: Dossier) -> list[User]:
    return [
        person
        for person in colleagues(work, (Role.LEAD, Role.RECORDS_MANAGER))
        if person.id != work.actor.id
        and may(actor_of(work.session, person, work.clock), Action.LOCK_DOSSIER, dossier)
    ]
