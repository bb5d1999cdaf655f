"""How is a dossier opened in an emergency, who is told, and who looks at it afterwards?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import joinedload

from eakte import audit
from eakte.access.actions import Action
from eakte.access.check import may, require
from eakte.access.rights.notices import Told, tell
from eakte.access.rights.people import colleagues, unfounded
from eakte.db import folded
from eakte.errors import NotFound, RuleBroken, SamePerson, Sentence
from eakte.model.dossier import Dossier
from eakte.model.right import Grant, GrantKind
from eakte.model.user import Role, User
from eakte.unit_of_work import UnitOfWork

SHORTEST = 15
SHORTEST_VERDICT = 10
REVIEWED_SHOWN = 20


def break_glass(work: UnitOfWork, reference: str, *, reason: str) -> Grant | None:
    """Open the dossier with exactly this reference to the actor, to read, for some minutes.

    Returns None when there is no such dossier or it is about staff, which nothing opens
    (§ 35 Abs. 1 Satz 3 SGB I): both look the same, and both are in the log.

    Raises:
        NotAllowed: this is not the actor's work, or they have not proved who they are just now.
        RuleBroken: the reason is none, nobody could be told, or the dossier is open to them anyway.
    """
    require(work, Action.BREAK_GLASS)
    reasons = unfounded(reason, shortest=SHORTEST)
    told = _watchers(work)
    if not told:
        reasons.append(
            Sentence("Es gibt niemanden, der davon erfahren könnte; darum geht es nicht.")
        )
    if reasons:
        raise RuleBroken("Die Akte kann nicht im Notfall geöffnet werden.", reasons=reasons)
    dossier = work.session.scalar(
        select(Dossier).where(Dossier.reference_folded == folded(reference))
    )
    if dossier is None or dossier.staff:
        audit.note(work, "glass.missed", kind="dossier", subject=None, reason=reason.strip())
        return None
    if may(work.actor, Action.SEE_DOSSIER, dossier):
        raise RuleBroken("Diese Akte steht Ihnen schon offen.")
    now = work.clock.now()
    grant = Grant(
        kind=GrantKind.BREAK_GLASS,
        dossier_id=dossier.id,
        user_id=work.actor.id,
        reason=reason.strip(),
        given_by_id=work.actor.id,
        given_at=now,
        ends_at=now + timedelta(minutes=work.settings.glass_minutes),
    )
    work.session.add(grant)
    work.session.flush()
    tell(work, told, Told.GLASS_BROKEN, grant.id)
    audit.note(
        work,
        "glass.broken",
        kind="dossier",
        subject=dossier.id,
        reason=reason.strip(),
        minutes=work.settings.glass_minutes,
        told=len(told),
    )
    return grant


def own_glass(work: UnitOfWork) -> Sequence[Grant]:
    """List the dossiers the actor has opened in an emergency and that are still open."""
    require(work, Action.MANAGE_OWN_ACCOUNT)
    return work.session.scalars(
        select(Grant)
        .join(Dossier, Dossier.id == Grant.dossier_id)
        .options(joinedload(Grant.dossier))
        .where(*still_open(work))
        .order_by(Grant.ends_at, Grant.id)
    ).all()


def still_open(work: UnitOfWork) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions on grants, joined to dossiers, under which the actor's glass holds."""
    require(work, Action.MANAGE_OWN_ACCOUNT)
    return (
        Grant.kind == GrantKind.BREAK_GLASS,
        Grant.user_id == work.actor.id,
        Grant.withdrawn_at.is_(None),
        Grant.ends_at > work.clock.now(),
        ~Dossier.staff,
    )


def end_glass(work: UnitOfWork, grant_id: UUID) -> None:
    """Close a dossier again before its time: by who opened it, or who watches over it.

    Raises:
        NotFound: there is none that the actor could close.
    """
    require(work, Action.MANAGE_OWN_ACCOUNT)
    grant = work.session.get(Grant, grant_id)
    own = grant is not None and grant.user_id == work.actor.id
    if (
        grant is None
        or grant.kind is not GrantKind.BREAK_GLASS
        or grant.withdrawn_at is not None
        or not (own or may(work.actor, Action.REVIEW_GLASS))
    ):
        raise NotFound("Diesen Notfallzugriff gibt es nicht mehr.")
    grant.withdrawn_at = work.clock.now()
    work.session.flush()
    audit.note(work, "glass.ended", kind="dossier", subject=grant.dossier_id)


def to_review(work: UnitOfWork) -> Sequence[Grant]:
    """List every emergency nobody has looked at yet, the oldest first, however long ago."""
    require(work, Action.REVIEW_GLASS)
    return work.session.scalars(
        select(Grant)
        .options(joinedload(Grant.dossier), joinedload(Grant.user))
        .where(Grant.kind == GrantKind.BREAK_GLASS, Grant.reviewed_at.is_(None))
        .order_by(Grant.given_at, Grant.id)
    ).all()


def reviewed(work: UnitOfWork) -> Sequence[Grant]:
    """List the emergencies last looked at, with what was found."""
    require(work, Action.REVIEW_GLASS)
    return work.session.scalars(
        select(Grant)
        .options(joinedload(Grant.dossier), joinedload(Grant.user))
        .where(Grant.kind == GrantKind.BREAK_GLASS, Grant.reviewed_at.is_not(None))
        .order_by(Grant.reviewed_at.desc(), Grant.id)
        .limit(REVIEWED_SHOWN)
    ).all()


def review_glass(work: UnitOfWork, grant_id: UUID, *, verdict: str) -> None:
    """Write down what looking at an emergency has shown.

    Raises:
        NotFound: there is none to look at.
        SamePerson: it was the actor's own.
        RuleBroken: the verdict says nothing.
    """
    require(work, Action.REVIEW_GLASS)
    grant = work.session.get(Grant, grant_id)
    if grant is None or grant.kind is not GrantKind.BREAK_GLASS or grant.reviewed_at is not None:
        raise NotFound("Diesen Notfallzugriff gibt es nicht, oder er ist schon geprüft.")
    if grant.user_id == work.actor.id:
        raise SamePerson("Den eigenen Notfallzugriff prüft eine andere Person.")
    reasons = unfounded(verdict, shortest=SHORTEST_VERDICT)
    if reasons:
        raise RuleBroken("Das Ergebnis der Prüfung fehlt.", reasons=reasons)
    grant.reviewed_at = work.clock.now()
    grant.reviewed_by_id = work.actor.id
    grant.review = verdict.strip()
    work.session.flush()
    audit.note(
        work, "glass.reviewed", kind="dossier", subject=grant.dossier_id, verdict=verdict.strip()
    )


def _watchers(work: UnitOfWork) -> list[User]:
    """Who is told: the data protection, and where there is none, who keeps the records."""
    for role in (Role.DATA_PROTECTION, Role.RECORDS_MANAGER):
        found = [one for one in colleagues(work, (role,)) if one.id != work.actor.id]
        if found:
            return found
    return []
