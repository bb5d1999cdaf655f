"""Who holds up the end of a dossier, until whoever looks at it again lets go?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from eakte import audit
from eakte.access.actions import Action
from eakte.access.check import may, refuse_if_cancelled, require, visible
from eakte.db import Page, paged
from eakte.errors import BadInput, NotFound, RuleBroken
from eakte.model.case import Case
from eakte.model.columns import Among
from eakte.model.dossier import Dossier, DossierState
from eakte.model.hold import (
    HeldDossier,
    HoldKind,
    HoldScope,
    RetentionHold,
    holds_on,
)
from eakte.unit_of_work import UnitOfWork

PER_PAGE = 50
LONGEST = 500
# More at once is a case for another rule, not for a hold.
MOST_AT_ONCE = 20_000
FARTHEST = timedelta(days=30 * 366)


@dataclass(frozen=True)
class HoldSaid:
    """What a person says of a hold."""

    kind: HoldKind
    reason: str
    review_on: date


@dataclass(frozen=True)
class HoldShown:
    """A hold with how many dossiers of those the reader sees it stands on."""

    hold: RetentionHold
    dossiers: int
    one: Dossier | None


def hold_dossier(work: UnitOfWork, dossier: Dossier, said: HoldSaid) -> RetentionHold:
    """Set a hold on one dossier.

    Raises:
        BadInput: without a reason, or a day of review that cannot be.
    """
    require(work, Action.SET_HOLD, dossier)
    return _set(work, said, [dossier], scope=HoldScope.DOSSIER, about=dossier.reference)


def hold_case(work: UnitOfWork, case: Case, said: HoldSaid) -> RetentionHold:
    """Set a hold because of a case; what lies in a dossier ends with it, so all of it is held."""
    require(work, Action.SET_HOLD, case.dossier)
    about = f"{case.dossier.reference}, {case.number}. {case.procedure}"
    return _set(work, said, [case.dossier], scope=HoldScope.CASE, about=about, case=case)


def hold_person(work: UnitOfWork, dossier: Dossier, said: HoldSaid) -> RetentionHold:
    """Set a hold on the person of a dossier: on all of theirs in the unit, also on later ones.

    Raises:
        BadInput: the dossier is about nobody.
    """
    require(work, Action.SET_HOLD, dossier)
    if not dossier.person_folded:
        raise BadInput("Die Akte ist keiner Person zugeordnet.")
    theirs = work.session.scalars(
        select(Dossier).where(
            Dossier.department_id == dossier.department_id,
            Dossier.person_folded == dossier.person_folded,
            _same_day(dossier.birth_date),
        )
    ).all()
    return _set(
        work,
        said,
        theirs,
        scope=HoldScope.PERSON,
        about=dossier.person_name,
        person=dossier,
    )


def hold_many(
    work: UnitOfWork, asked: Sequence[ColumnElement[bool]], said: HoldSaid, *, about: str
) -> RetentionHold:
    """Set a hold on every dossier that a search finds now and the actor may hold.

    Raises:
        BadInput: nothing is found, or too much.
    """
    require(work, Action.SEE_LISTS)
    found = (
        select(Dossier)
        .where(*asked, visible(work.actor, Action.SET_HOLD, Dossier))
        .order_by(Dossier.id)
        .limit(MOST_AT_ONCE + 1)
    )
    dossiers = work.session.scalars(found).all()
    if not dossiers:
        raise BadInput("Zu dieser Suche gibt es keine Akte, die Sie sperren dürfen.")
    if len(dossiers) > MOST_AT_ONCE:
        raise BadInput(
            "Das sind mehr als %(most)s Akten; bitte suchen Sie genauer.", most=MOST_AT_ONCE
        )
    return _set(work, said, dossiers, scope=HoldScope.SEARCH, about=about)


def end_hold(work: UnitOfWork, hold: RetentionHold, *, reason: str) -> None:
    """End a hold; what it stood on may go as soon as nothing else stands against it.

    Raises:
        NotAllowed: it stands on a dossier of which the actor may not end holds.
        RuleBroken: it has ended already.
        BadInput: no reason was given.
    """
    require(work, Action.SEE_RETENTION)
    for dossier in _dossiers(work, hold):
        require(work, Action.END_HOLD, dossier)
    if hold.ended_at is not None:
        raise RuleBroken("Die Sperre ist schon beendet.")
    if not reason.strip() or len(reason.strip()) > LONGEST:
        raise BadInput("Bitte geben Sie an, warum die Sperre endet.", field="reason")
    hold.ended_at, hold.ended_by = work.clock.now(), work.actor.name
    hold.end_reason = reason.strip()
    work.session.flush()
    _note(work, "hold.ended", hold, reason=hold.end_reason)


def review_hold(work: UnitOfWork, hold: RetentionHold, *, review_on: date) -> None:
    """Say when a hold is to be looked at again: it is still needed."""
    require(work, Action.SEE_RETENTION)
    for dossier in _dossiers(work, hold):
        require(work, Action.SET_HOLD, dossier)
    if hold.ended_at is not None:
        raise RuleBroken("Die Sperre ist schon beendet.")
    _refuse_day(work, review_on)
    hold.review_on = review_on
    work.session.flush()
    _note(work, "hold.reviewed", hold, day=review_on.isoformat())


def hold_by_id(work: UnitOfWork, hold_id: UUID) -> RetentionHold:
    """Return a hold on at least one dossier that the actor may see.

    Raises:
        NotFound: there is none for them.
    """
    require(work, Action.SEE_RETENTION)
    hold = work.session.scalar(
        select(RetentionHold).where(RetentionHold.id == hold_id, _seen(work))
    )
    if hold is None:
        raise NotFound("Das gibt es nicht, oder Sie haben keinen Zugang dazu.")
    return hold


def holds_of(work: UnitOfWork, dossier: Dossier) -> Sequence[RetentionHold]:
    """List what stands against the end of a dossier, the oldest first.

    Whoever only reads in it, from outside or for an audit, learns that something does and not why:
    to them nothing is listed.
    """
    require(work, Action.SEE_DOSSIER, dossier)
    if not may(work.actor, Action.SET_HOLD, dossier):
        return []
    return holds_on(work.session, dossier.id)


def holds(
    work: UnitOfWork,
    *,
    due_for_review: bool = False,
    ended: bool = False,
    page: int = 1,
    per_page: int = PER_PAGE,
) -> Page[HoldShown]:
    """List holds on dossiers the actor may see, the next day of review first."""
    require(work, Action.SEE_RETENTION)
    asked = select(RetentionHold).where(_seen(work))
    if ended:
        asked = asked.where(RetentionHold.ended_at.is_not(None)).order_by(
            RetentionHold.ended_at.desc(), RetentionHold.id
        )
    else:
        asked = asked.where(RetentionHold.ended_at.is_(None)).order_by(
            RetentionHold.review_on, RetentionHold.id
        )
    if due_for_review:
        asked = asked.where(RetentionHold.review_on <= work.clock.today())
    found = paged(work.session, asked, page=page, per_page=per_page)
    counted = _counted(work, [one.id for one in found.rows])
    return Page(
        [HoldShown(one, *counted.get(one.id, (0, None))) for one in found.rows],
        found.total,
        found.page,
        found.pages,
    )


def each_hold(work: UnitOfWork) -> Sequence[RetentionHold]:
    """Return every hold the actor may know of, for a table; that it went out is noted."""
    require(work, Action.SEE_RETENTION)
    audit.note(work, "retention.exported", kind="retention", subject=None, what="holds")
    return work.session.scalars(
        select(RetentionHold)
        .where(_seen(work))
        .order_by(RetentionHold.ended_at.is_not(None), RetentionHold.review_on, RetentionHold.id)
    ).all()


def endable(work: UnitOfWork, listed: Sequence[RetentionHold]) -> frozenset[UUID]:
    """Return which of these holds the actor may end: on all dossiers of theirs that they see."""
    require(work, Action.SEE_RETENTION)
    ids = [one.id for one in listed if one.ended_at is None]
    allowed = visible(work.actor, Action.END_HOLD, Dossier)
    kept = work.session.scalars(
        select(HeldDossier.hold_id)
        .join(Dossier, Dossier.id == HeldDossier.dossier_id)
        .where(
            Among(HeldDossier.hold_id, ids),
            visible(work.actor, Action.SEE_DOSSIER, Dossier),
            ~allowed,
        )
    )
    return frozenset(ids) - frozenset(kept)


def _set(
    work: UnitOfWork,
    said: HoldSaid,
    dossiers: Sequence[Dossier],
    *,
    scope: HoldScope,
    about: str,
    case: Case | None = None,
    person: Dossier | None = None,
) -> RetentionHold:
    reason = said.reason.strip()
    if not reason or len(reason) > LONGEST:
        raise BadInput("Bitte geben Sie an, warum gesperrt wird.", field="reason")
    _refuse_day(work, said.review_on)
    ids = sorted({dossier.id for dossier in dossiers})
    # Whoever destroys holds the same rows: either they see this hold, or this waits for them.
    locked = work.session.scalars(
        select(Dossier)
        .where(Among(Dossier.id, ids))
        .order_by(Dossier.id)
        .with_for_update(of=Dossier)
        .execution_options(populate_existing=True)
    ).all()
    ids = [one.id for one in locked if one.state is not DossierState.ERASED]
    if not ids:
        # Destroyed while this waited: nobody shall believe that it is held.
        refuse_if_cancelled(locked[0])
    hold = RetentionHold(
        kind=said.kind,
        scope=scope,
        about=about[:300],
        reason=reason,
        department_id=person.department_id if person else None,
        case_id=case.id if case else None,
        person_folded=person.person_folded if person else "",
        birth_date=person.birth_date if person else None,
        review_on=said.review_on,
        set_at=work.clock.now(),
        set_by_id=work.actor.id,
        set_by=work.actor.name,
    )
    work.session.add(hold)
    work.session.flush()
    work.session.add_all(HeldDossier(hold_id=hold.id, dossier_id=one) for one in ids)
    work.session.flush()
    _note(work, "hold.set", hold, scope=scope.value, dossiers=len(ids), reason=reason)
    if len(ids) == 1 and scope is not HoldScope.SEARCH:
        audit.note(
            work, "dossier.held", kind="dossier", subject=ids[0], hold=str(hold.id), reason=reason
        )
    return hold


def _refuse_day(work: UnitOfWork, review_on: date) -> None:
    today = work.clock.today()
    if not today <= review_on <= today + FARTHEST:
        raise BadInput("Der Tag der Überprüfung muss heute oder später liegen.", field="review_on")


def _same_day(birth: date | None) -> ColumnElement[bool]:
    if birth is None:
        return Dossier.id.is_not(None)
    return or_(Dossier.birth_date.is_(None), Dossier.birth_date == birth)


def _seen(work: UnitOfWork) -> ColumnElement[bool]:
    """The condition on holds that were set on at least one dossier the actor may see."""
    return exists().where(
        HeldDossier.hold_id == RetentionHold.id,
        Dossier.id == HeldDossier.dossier_id,
        visible(work.actor, Action.SEE_DOSSIER, Dossier),
    )


def _dossiers(work: UnitOfWork, hold: RetentionHold) -> Sequence[Dossier]:
    """Those it was set on that the actor sees: what is hidden from them decides nothing."""
    return work.session.scalars(
        select(Dossier)
        .join(HeldDossier, HeldDossier.dossier_id == Dossier.id)
        .where(HeldDossier.hold_id == hold.id, visible(work.actor, Action.SEE_DOSSIER, Dossier))
        .order_by(Dossier.reference_folded)
    ).all()


def _counted(work: UnitOfWork, ids: Sequence[UUID]) -> dict[UUID, tuple[int, Dossier | None]]:
    rows = work.session.execute(
        select(HeldDossier.hold_id, func.count(), func.min(Dossier.reference_folded))
        .join(Dossier, Dossier.id == HeldDossier.dossier_id)
        .where(
            and_(Among(HeldDossier.hold_id, ids), visible(work.actor, Action.SEE_DOSSIER, Dossier))
        )
        .group_by(HeldDossier.hold_id)
    ).all()
    single = {first: hold for hold, count, first in rows if count == 1}
    known = {
        dossier.reference_folded: dossier
        for dossier in work.session.scalars(
            select(Dossier).where(Dossier.reference_folded.in_(single))
        )
    }
    return {hold: (count, known.get(first) if count == 1 else None) for hold, count, first in rows}


def _note(work: UnitOfWork, act: str, hold: RetentionHold, **told: object) -> None:
    audit.note(
        work,
        act,
        kind="hold",
        subject=hold.id,
        hold_kind=hold.kind.value,
        **told,
    )
