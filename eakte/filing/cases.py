"""How is a case put right, closed, opened again or cancelled?"""

from __future__ import annotations

from sqlalchemy import func, or_, select

from eakte import jobs
from eakte.access.actions import Action
from eakte.access.check import refuse_if_cancelled, require
from eakte.errors import BadInput, CaseClosed, RuleBroken, Sentence
from eakte.filing.naming import procedure as listed_procedure
from eakte.filing.revising import refuse_if_closed, running
from eakte.history import change
from eakte.model.case import Case, CaseState
from eakte.model.document import Document, DocumentState, Writing
from eakte.unit_of_work import UnitOfWork


def revise_case(
    work: UnitOfWork, case: Case, *, procedure: str | None = None, subject: str | None = None
) -> None:
    """Change what a case is called; None leaves what is there."""
    require(work, Action.EDIT_CASE, case)
    refuse_if_closed(case.dossier)
    if case.state is not CaseState.OPEN:
        raise CaseClosed("Der Vorgang %(number)s ist geschlossen.", number=case.number)
    wanted: dict[str, object] = {}
    if procedure is not None:
        if not procedure.strip():
            raise BadInput("Bitte geben Sie an, um welches Verfahren es geht.")
        wanted["procedure"] = procedure.strip()[:100]
        unit = case.dossier.department_id
        listed = listed_procedure(work, unit, procedure, out_of_use=True)
        wanted["procedure_key"] = listed.key if listed else ""
    if subject is not None:
        wanted["subject"] = subject.strip()[:300] or case.procedure
    if change(work, case, kind="case", act="case.changed", wanted=wanted) is not None:
        jobs.enqueue(work, "index-dossier", case.dossier_id)


def close_case(work: UnitOfWork, case: Case) -> None:
    """Close a case in which nothing is left to do; the dossier stays open.

    Raises:
        RuleBroken: naming every running deadline, draft and document that is checked out.
    """
    require(work, Action.EDIT_CASE, case)
    if case.state is not CaseState.OPEN:
        raise CaseClosed("Der Vorgang %(number)s ist schon geschlossen.", number=case.number)
    reasons = _unfinished(work, case)
    if reasons:
        raise RuleBroken("Der Vorgang kann noch nicht geschlossen werden.", reasons=reasons)
    wanted = {"state": CaseState.CLOSED, "closed_on": work.clock.today()}
    change(work, case, kind="case", act="case.closed", wanted=wanted)


def reopen_case(work: UnitOfWork, case: Case, *, reason: str) -> None:
    """Open a closed case again."""
    require(work, Action.EDIT_CASE, case)
    refuse_if_closed(case.dossier)
    if case.state is not CaseState.CLOSED:
        raise RuleBroken("Der Vorgang ist nicht geschlossen.")
    if not reason.strip():
        raise BadInput("Bitte geben Sie an, warum der Vorgang wieder geöffnet wird.")
    wanted = {"state": CaseState.OPEN, "closed_on": None}
    change(work, case, kind="case", act="case.reopened", wanted=wanted, reason=reason.strip()[:300])


def cancel_case(work: UnitOfWork, case: Case, *, reason: str) -> None:
    """Cancel a case that was opened by mistake.

    Raises:
        RuleBroken: something lies in it, or a deadline runs.
    """
    require(work, Action.EDIT_CASE, case)
    refuse_if_closed(case.dossier)
    if not reason.strip():
        raise BadInput("Bitte geben Sie an, warum der Vorgang storniert wird.")
    lying = work.session.scalar(
        select(func.count()).select_from(Document).where(Document.case_id == case.id)
    )
    reasons: list[str] = [
        *([Sentence("Im Vorgang liegen noch %(lying)s Schreiben.", lying=lying)] if lying else []),
        *running(work, Case.id == case.id),
    ]
    if reasons:
        raise RuleBroken("Der Vorgang kann nicht storniert werden.", reasons=reasons)
    wanted = {"state": CaseState.CANCELLED, "cancel_reason": reason.strip()[:500]}
    change(work, case, kind="case", act="case.cancelled", wanted=wanted)


def restore_case(work: UnitOfWork, case: Case) -> None:
    """Take a cancellation back: the case stands again as it was, open or closed.

    Raises:
        RuleBroken: it is not cancelled, or its dossier is cancelled or closed by now.
    """
    require(work, Action.EDIT_CASE, case, although_cancelled=True)
    refuse_if_cancelled(case.dossier)
    refuse_if_closed(case.dossier)
    if case.state is not CaseState.CANCELLED:
        raise RuleBroken("Der Vorgang ist nicht storniert.")
    state = CaseState.CLOSED if case.closed_on else CaseState.OPEN
    wanted = {"state": state, "cancel_reason": None}
    change(work, case, kind="case", act="case.restored", wanted=wanted)


def _unfinished(work: UnitOfWork, case: Case) -> list[str]:
    reasons = running(work, Case.id == case.id)
    for title, writing in work.session.execute(
        select(Document.title, Document.writing)
        .where(
            Document.case_id == case.id,
            Document.state == DocumentState.FILED,
            or_(Document.writing == Writing.DRAFT, Document.checked_out_by_id.is_not(None)),
        )
        .order_by(Document.position)
    ):
        reasons.append(
            Sentence("„%(title)s“ ist noch ein Entwurf.", title=title)
            if writing is Writing.DRAFT
            else Sentence("„%(title)s“ ist ausgeliehen.", title=title)
        )
    return reasons
