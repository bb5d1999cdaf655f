"""What was destroyed and came back with a backup: how does it go again?

A backup is older than what happened since. Its proof lies outside the house, as the heads of the
log do; by it the dossier is known, and goes once more without anybody being asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from eakte import jobs
from eakte.access.actions import Action
from eakte.access.check import require
from eakte.errors import BadInput, RuleBroken, Sentence
from eakte.model.counter import Counter
from eakte.model.document import Document
from eakte.model.dossier import Dossier, DossierState
from eakte.model.erasure import ErasedDossier, ErasedState, Erasure, ErasureState
from eakte.model.user import SYSTEM_ID, User
from eakte.retention.absence.belongings import belongings_of
from eakte.retention.absence.bytes import REMOVE_ERASED
from eakte.retention.erasing import destroy_rows
from eakte.retention.proposing import SCOPE
from eakte.unit_of_work import UnitOfWork


def erase_again(work: UnitOfWork, told: Mapping[str, Any]) -> bool:
    """Destroy a dossier once more that a genuine proof says was destroyed; False where it is.

    Whoever calls has checked the signature. Nothing else is asked: neither periods nor holds, which
    came back as they were before the end.

    Raises:
        BadInput: the proof lacks what is needed.
        RuleBroken: something was filed into the dossier since it came back; a person has to look.
    """
    require(work, Action.MAINTAIN)
    try:
        dossier_id = UUID(told["dossier"]["id"])
        listed = {UUID(one["id"]) for one in told["documents"]}
        said = told["erasure"]
        erasure_id, erased_id = UUID(said["id"]), UUID(said["erased_id"])
    except (KeyError, TypeError, ValueError) as error:
        raise BadInput("Dieser Nachweis sagt nicht, was vernichtet wurde.") from error
    dossier = work.session.get(Dossier, dossier_id, with_for_update=True)
    if dossier is None or dossier.state is DossierState.ERASED:
        return False
    own = belongings_of(work, dossier_id)
    new = own.documents - listed
    if new:
        numbers = work.session.scalars(
            select(Document.receipt_number).where(Document.id.in_(new))
        ).all()
        raise RuleBroken(
            "In der Akte %(reference)s liegt, wovon der Nachweis nichts sagt.",
            reference=dossier.reference,
            reasons=[Sentence("Dokument Nr. %(number)s", number=one) for one in sorted(numbers)],
        )
    erased = _row(work, dossier, told, ids=(erasure_id, erased_id))
    destroy_rows(work, erased, dossier, own, act="dossier.erased-again")
    jobs.enqueue(work, REMOVE_ERASED, erased.id)
    return True


def _row(
    work: UnitOfWork, dossier: Dossier, told: Mapping[str, Any], *, ids: tuple[UUID, UUID]
) -> ErasedDossier:
    """The row of the destruction as it was, made anew where the backup is older than it."""
    erasure_id, erased_id = ids
    erasure = _erasure(work, dossier, told["erasure"], erasure_id)
    for other in work.session.scalars(
        select(ErasedDossier).where(
            ErasedDossier.dossier_id == dossier.id, ErasedDossier.id != erased_id
        )
    ):
        other.state = ErasedState.SPARED
    work.session.flush()
    erased = work.session.get(ErasedDossier, erased_id)
    if erased is None:
        erased = ErasedDossier(id=erased_id, erasure_id=erasure.id, dossier_id=dossier.id)
        work.session.add(erased)
    erased.reference, erased.plan_number = dossier.reference, told["dossier"]["plan_entry"]
    erased.rule_title, erased.basis = told["rule"]["title"], told["rule"]["basis"]
    erased.explained, erased.archive = told["rule"]["explained"], told["archive"]
    until = told["rule"]["kept_until"]
    erased.kept_until = date.fromisoformat(until) if until else None
    erased.edition_id, erased.closed_on = dossier.edition_id, dossier.closed_on
    erased.spared_reason = ""
    work.session.flush()
    return erased


def _erasure(
    work: UnitOfWork, dossier: Dossier, said: Mapping[str, Any], erasure_id: UUID
) -> Erasure:
    erasure = work.session.get(Erasure, erasure_id)
    if erasure is None:
        erasure = Erasure(
            id=erasure_id,
            number=said["number"],
            department_id=dossier.department_id,
            note="",
            proposed_at=datetime.fromisoformat(said["proposed_at"]),
            proposed_by=said["proposed_by"],
            proposed_by_id=_person(work, said["proposed_by_id"]),
        )
        work.session.add(erasure)
        counter = work.session.get(Counter, SCOPE, with_for_update=True)
        if counter is None:
            work.session.add(Counter(scope=SCOPE, last=erasure.number))
        else:
            counter.last = max(counter.last, erasure.number)
    erasure.state = ErasureState.APPROVED
    erasure.decided_at = datetime.fromisoformat(said["approved_at"])
    erasure.decided_by = said["approved_by"]
    erasure.decided_by_id = _person(work, said["approved_by_id"])
    erasure.not_before = datetime.fromisoformat(said["not_before"])
    work.session.flush()
    return erasure


def _person(work: UnitOfWork, written: str) -> UUID:
    """The account of somebody, that of the application where the backup is older than theirs."""
    person = UUID(written)
    return person if work.session.get(User, person) is not None else SYSTEM_ID
