"""By which two persons is it decided that dossiers are destroyed, and who stops it again?

One proposes, another one approves and proves again who they are, a waiting time passes. Any time
before a dossier goes it can be spared; what stands against it by then spares it by itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload

from eakte import audit
from eakte.access.actions import Action
from eakte.access.check import may, require
from eakte.clock import OFFICE_ZONE
from eakte.errors import BadInput, NotAllowed, NotFound, RuleBroken, SamePerson, Sentence
from eakte.model.clock_standing import Waits
from eakte.model.columns import Among
from eakte.model.counter import hold, next_number
from eakte.model.document import Document
from eakte.model.dossier import Dossier
from eakte.model.erasure import ErasedDossier, ErasedState, Erasure, ErasureState
from eakte.model.keeping import period_kept
from eakte.model.offer import archive_says
from eakte.model.right import Deputy
from eakte.model.user import UserKind
from eakte.retention.clock_guard import refuse_doubtful_clock
from eakte.retention.standing import against
from eakte.unit_of_work import UnitOfWork

SCOPE = "erasure"
LONGEST_TEXT = 500
# More than a person can answer for with one signature.
MOST_AT_ONCE = 1000
MOST_REASONS = 50


class LeftOut(NamedTuple):
    """A dossier that was not proposed, and why."""

    dossier: Dossier
    reasons: list[Sentence]


@dataclass(frozen=True)
class Proposed:
    """What came of a proposal: a destruction for each unit, and what was left out."""

    erasures: Sequence[Erasure]
    dossiers: int
    left_out: Sequence[LeftOut]


def propose_erasure(
    work: UnitOfWork, dossiers: Sequence[Dossier], *, note: str, leave_out: bool = False
) -> Proposed:
    """Propose that dossiers be destroyed; those of each unit make one destruction.

    ``leave_out``: what something stands against is left out, and told; else it stops all of it.

    Raises:
        BadInput: nothing or too much was chosen, or the note is too long.
        ClockDoubtful: the clock was moved, and nobody has confirmed it yet.
        RuleBroken: naming every reason against it, with the dossier.
    """
    require(work, Action.SEE_RETENTION)
    for dossier in dossiers:
        require(work, Action.PROPOSE_ERASURE, dossier)
    if not 1 <= len(dossiers) <= MOST_AT_ONCE:
        raise BadInput(
            "Bitte wählen Sie mindestens eine und höchstens %(most)s Akten.", most=MOST_AT_ONCE
        )
    if len(note.strip()) > LONGEST_TEXT:
        raise BadInput("Die Bemerkung ist zu lang.", field="note")
    refuse_doubtful_clock(work)
    locked = _locked(work, [one.id for one in dossiers])
    reasons = against(work, locked)
    for one, already in _proposed_already(work, [one.id for one in locked]).items():
        reasons[one].append(already)
    left_out = [LeftOut(one, reasons[one.id]) for one in locked if reasons[one.id]]
    free = [one for one in locked if not reasons[one.id]]
    if left_out and not (leave_out and free):
        raise RuleBroken("Nicht alles davon darf vernichtet werden.", reasons=_told(left_out))
    made = [
        _propose_of_unit(work, unit, [one for one in free if one.department_id == unit], note)
        for unit in dict.fromkeys(one.department_id for one in free)
    ]
    return Proposed(made, len(free), left_out)


def approve_erasure(work: UnitOfWork, erasure: Erasure, *, reason: str = "") -> None:
    """Approve as the second person that the dossiers are destroyed once the waiting time is over.

    What was locked since, so that the actor does not see it any more, is spared by it.

    Raises:
        NotFound: the actor sees none of the dossiers.
        NeedsConfirmation: the person has to prove again who they are.
        SamePerson: whoever proposed it, or stands in for them, cannot approve; nor the other way.
        ClockDoubtful: the clock was moved, and nobody has confirmed it yet.
        RuleBroken: it is decided already, or something stands against a dossier by now.
    """
    require(work, Action.SEE_RETENTION)
    everything = _waiting(work, erasure)
    waiting = {
        key: one for key, one in everything.items() if may(work.actor, Action.SEE_DOSSIER, one)
    }
    if everything and not waiting:
        raise NotFound("Das gibt es nicht, oder Sie haben keinen Zugang dazu.")
    for dossier in waiting.values():
        require(work, Action.APPROVE_ERASURE, dossier)
    if work.actor.kind is not UserKind.PERSON:
        raise NotAllowed("Über eine Vernichtung entscheiden Menschen.")
    if erasure.state is not ErasureState.PROPOSED or not waiting:
        raise RuleBroken("Über diese Vernichtung ist schon entschieden.")
    if erasure.proposed_by_id == work.actor.id:
        raise SamePerson("Über den eigenen Vorschlag entscheidet eine andere Person.")
    if _stand_in(work, erasure):
        raise SamePerson(
            "Wer die vorschlagende Person vertritt, entscheidet nicht über ihren Vorschlag."
        )
    if len(reason.strip()) > LONGEST_TEXT:
        raise BadInput("Die Bemerkung ist zu lang.", field="reason")
    refuse_doubtful_clock(work)
    found = against(work, _locked(work, list(waiting)))
    stops = [
        LeftOut(one, lasting)
        for one in waiting.values()
        if (lasting := [said for said in found[one.id] if not isinstance(said, Waits)])
    ]
    if stops:
        raise RuleBroken(
            "Nicht alles davon darf vernichtet werden.",
            reasons=_told(stops),
            next_step="Bitte nehmen Sie diese Akten aus oder lehnen Sie ab.",
        )
    hidden = everything.keys() - waiting.keys()
    for row in _rows(work, erasure):
        if row.dossier_id in hidden:
            spare(work, row, Sentence("Auf der Akte liegt ein Sperrvermerk."), unseen=True)
    now = work.clock.now()
    erasure.state = ErasureState.APPROVED
    erasure.decided_at, erasure.decided_by_id = now, work.actor.id
    erasure.decided_by, erasure.decision_reason = work.actor.name, reason.strip()
    erasure.not_before = now + timedelta(days=work.settings.erasure_waiting_days)
    work.session.flush()
    _note(
        work,
        "erasure.approved",
        erasure,
        dossiers=len(waiting),
        reason=erasure.decision_reason,
        not_before=erasure.not_before.isoformat(timespec="seconds"),
    )


def refuse_erasure(work: UnitOfWork, erasure: Erasure, *, reason: str) -> None:
    """Refuse a proposal, or stop what was approved: whatever has not gone yet stays whole.

    The proposer may take their own proposal back.

    Raises:
        RuleBroken: nothing of it waits any more.
        BadInput: no reason was given.
    """
    require(work, Action.SEE_RETENTION)
    waiting = _waiting(work, erasure)
    for dossier in waiting.values():
        require(work, Action.SPARE_DOSSIER, dossier)
    if not waiting or erasure.state not in (ErasureState.PROPOSED, ErasureState.APPROVED):
        raise RuleBroken("Von dieser Vernichtung wartet nichts mehr.")
    told = _needed(reason)
    _locked(work, list(waiting))
    rows = _rows(work, erasure)
    for row in rows:
        row.state, row.spared_reason = ErasedState.SPARED, told
    if erasure.state is ErasureState.PROPOSED:
        erasure.state = ErasureState.REFUSED
        erasure.decided_at, erasure.decided_by_id = work.clock.now(), work.actor.id
        erasure.decided_by, erasure.decision_reason = work.actor.name, told
        act = "erasure.refused"
    else:
        act = "erasure.stopped"
    work.session.flush()
    settle(work, erasure)
    _note(work, act, erasure, dossiers=len(rows), reason=told)


def spare_dossier(work: UnitOfWork, erased: ErasedDossier, *, reason: str) -> None:
    """Take one dossier out of a destruction before it goes; it stays whole.

    Raises:
        RuleBroken: it has gone, goes just now, or was spared before.
        BadInput: no reason was given.
    """
    require(work, Action.SPARE_DOSSIER, erased.dossier)
    told = _needed(reason)
    # Whoever destroys holds the same row: either they see that it is spared, or this comes late.
    _locked(work, [erased.dossier_id])
    work.session.refresh(erased)
    if erased.state is not ErasedState.WAITING:
        raise RuleBroken("Diese Akte wartet nicht mehr auf ihre Vernichtung.")
    spare(work, erased, told)


def spare(work: UnitOfWork, erased: ErasedDossier, reason: str, *, unseen: bool = False) -> None:
    """Write down that a dossier is spared, and by what; whoever calls holds the dossier's row.

    ``unseen``: the actor does not see it, and spares it by approving of the others.
    """
    require(work, Action.SEE_LISTS)
    if not unseen:
        require(work, Action.SPARE_DOSSIER, erased.dossier)
    erased.state, erased.spared_reason = ErasedState.SPARED, reason[:LONGEST_TEXT]
    work.session.flush()
    settle(work, erased.erasure)
    audit.note(
        work,
        "dossier.spared",
        kind="dossier",
        subject=erased.dossier_id,
        number=erased.erasure.number,
        reason=erased.spared_reason,
    )


def settle(work: UnitOfWork, erasure: Erasure) -> None:
    """End a destruction of which nothing waits or goes any more."""
    require(work, Action.SEE_LISTS)
    left = work.session.scalar(
        select(func.count()).where(
            ErasedDossier.erasure_id == erasure.id,
            ErasedDossier.state.in_((ErasedState.WAITING, ErasedState.ERASING)),
        )
    )
    if left or erasure.state not in (ErasureState.PROPOSED, ErasureState.APPROVED):
        return
    erasure.state, erasure.finished_at = ErasureState.FINISHED, work.clock.now()
    work.session.flush()


def _needed(reason: str) -> str:
    told = reason.strip()
    if not told or len(told) > LONGEST_TEXT:
        raise BadInput("Bitte geben Sie an, warum die Akten bleiben.", field="reason")
    return told


def _locked(work: UnitOfWork, ids: Sequence[UUID]) -> list[Dossier]:
    """Hold the rows of these dossiers and see them as they are, in one order for everybody."""
    return list(
        work.session.scalars(
            select(Dossier)
            .where(Among(Dossier.id, ids))
            .order_by(Dossier.id)
            .with_for_update(of=Dossier)
            .execution_options(populate_existing=True)
        )
    )


def _proposed_already(work: UnitOfWork, ids: Sequence[UUID]) -> dict[UUID, Sentence]:
    rows = work.session.execute(
        select(ErasedDossier.dossier_id, Erasure.number)
        .join(Erasure, Erasure.id == ErasedDossier.erasure_id)
        .where(Among(ErasedDossier.dossier_id, ids), ErasedDossier.state != ErasedState.SPARED)
    )
    return {
        one: Sentence("Die Akte liegt schon in der Vernichtung Nr. %(number)s.", number=number)
        for one, number in rows
    }


def _told(found: Sequence[LeftOut]) -> list[str]:
    reasons: list[str] = [
        Sentence("Akte %(reference)s: %(reason)s", reference=one.dossier.reference, reason=reason)
        for one in found
        for reason in one.reasons
    ]
    if len(reasons) > MOST_REASONS:
        more = len(reasons) - MOST_REASONS
        reasons[MOST_REASONS:] = [Sentence("Und %(more)s weitere Gründe.", more=more)]
    return reasons


def _propose_of_unit(
    work: UnitOfWork, unit: UUID, dossiers: Sequence[Dossier], note: str
) -> Erasure:
    hold(work.session, SCOPE)
    erasure = Erasure(
        number=next_number(work.session, SCOPE),
        department_id=unit,
        note=note.strip(),
        proposed_at=work.clock.now(),
        proposed_by_id=work.actor.id,
        proposed_by=work.actor.name,
    )
    work.session.add(erasure)
    work.session.flush()
    ids = [one.id for one in dossiers]
    words = archive_says(work.session, ids)
    documents = _counted(work, ids)
    for dossier in dossiers:
        kept = period_kept(work.session, dossier)
        word = words.get(dossier.id)
        work.session.add(
            ErasedDossier(
                erasure_id=erasure.id,
                dossier_id=dossier.id,
                reference=dossier.reference,
                plan_number=dossier.plan_entry.number,
                rule_title=kept.title,
                basis=kept.period.basis,
                explained=str(kept.period.sentence),
                archive=word.sentence if word else "",
                kept_until=kept.period.last_day,
                edition_id=dossier.edition_id,
                closed_on=dossier.closed_on,
                documents=documents.get(dossier.id, 0),
            )
        )
    work.session.flush()
    _note(work, "erasure.proposed", erasure, dossiers=len(ids), note=erasure.note)
    return erasure


def _counted(work: UnitOfWork, ids: Sequence[UUID]) -> Mapping[UUID, int]:
    rows = work.session.execute(
        select(Document.dossier_id, func.count())
        .where(Among(Document.dossier_id, ids))
        .group_by(Document.dossier_id)
    )
    return {one: count for one, count in rows if one is not None}


def _rows(work: UnitOfWork, erasure: Erasure) -> Sequence[ErasedDossier]:
    return work.session.scalars(
        select(ErasedDossier)
        .where(ErasedDossier.erasure_id == erasure.id, ErasedDossier.state == ErasedState.WAITING)
        .execution_options(populate_existing=True)
    ).all()


def _waiting(work: UnitOfWork, erasure: Erasure) -> dict[UUID, Dossier]:
    found = work.session.scalars(
        select(Dossier)
        .options(joinedload(Dossier.plan_entry))
        .join(ErasedDossier, ErasedDossier.dossier_id == Dossier.id)
        .where(ErasedDossier.erasure_id == erasure.id, ErasedDossier.state == ErasedState.WAITING)
        .order_by(Dossier.reference_folded)
    )
    return {one.id: one for one in found}


def _stand_in(work: UnitOfWork, erasure: Erasure) -> bool:
    """Say whether actor and proposer stood in for one another at any time since the proposal."""
    pair = (work.actor.id, erasure.proposed_by_id)
    since: date = erasure.proposed_at.astimezone(OFFICE_ZONE).date()
    found = select(Deputy.id).where(
        Deputy.deputy_id.in_(pair),
        Deputy.absent_id.in_(pair),
        Deputy.deputy_id != Deputy.absent_id,
        Deputy.first_day <= work.clock.today(),
        Deputy.last_day >= since,
        or_(Deputy.withdrawn_at.is_(None), Deputy.withdrawn_at >= erasure.proposed_at),
    )
    return work.session.scalar(found.limit(1)) is not None


def _note(work: UnitOfWork, act: str, erasure: Erasure, **told: object) -> None:
    audit.note(work, act, kind="erasure", subject=erasure.id, number=erasure.number, **told)
