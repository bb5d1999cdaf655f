"""Which documents are attachments of another one (Anlagen)?"""

from __future__ import annotations

from sqlalchemy import select

from eakte import audit, jobs
from eakte.access.actions import Action
from eakte.access.check import require
from eakte.errors import RuleBroken, Sentence
from eakte.filing.revising import refuse_if_filed_away
from eakte.model.document import Document, ProcessingState
from eakte.unit_of_work import UnitOfWork


def attach(work: UnitOfWork, document: Document, *, to: Document) -> None:
    """Make a document an attachment of another one; both lie in the same inbox or case.

    Raises:
        RuleBroken: naming every reason against it.
    """
    require(work, Action.DESCRIBE_DOCUMENT, document)
    require(work, Action.DESCRIBE_DOCUMENT, to)
    refuse_if_filed_away(to)
    reasons = _reasons_against(work, document, to)
    if reasons:
        raise RuleBroken("Das Schreiben kann keine Anlage werden.", reasons=reasons)
    document.parent_id = to.id
    work.session.flush()
    audit.note(work, "document.attached", kind="document", subject=document.id, parent=str(to.id))
    jobs.enqueue(work, "index", document.id)
    if document.problem_code == "signature-alone":
        # Now there may be what it is about.
        document.processing = ProcessingState.WAITING
        work.session.flush()
        jobs.revive(work, "process", document.id)


def detach(work: UnitOfWork, document: Document) -> None:
    """Let an attachment be a document of its own again.

    Raises:
        RuleBroken: it is no attachment.
    """
    require(work, Action.DESCRIBE_DOCUMENT, document)
    refuse_if_filed_away(document)
    if document.parent_id is None:
        raise RuleBroken("Das Schreiben ist keine Anlage.")
    parent, document.parent_id = document.parent_id, None
    work.session.flush()
    audit.note(work, "document.detached", kind="document", subject=document.id, parent=str(parent))
    jobs.enqueue(work, "index", document.id)


def _reasons_against(work: UnitOfWork, document: Document, to: Document) -> list[str]:
    reasons: list[str] = []
    if document.id == to.id:
        return [Sentence("Ein Schreiben kann nicht seine eigene Anlage sein.")]
    if document.parent_id is not None:
        reasons.append(Sentence("Es ist schon eine Anlage."))
    if to.parent_id is not None:
        reasons.append(Sentence("Das andere Schreiben ist selbst eine Anlage."))
    if document.case_id != to.case_id or document.department_id != to.department_id:
        reasons.append(Sentence("Die beiden liegen nicht im selben Vorgang oder Posteingang."))
    own = select(Document.id).where(Document.parent_id == document.id).limit(1)
    if work.session.scalar(own) is not None:
        reasons.append(Sentence("Es hat selbst Anlagen."))
    return reasons
