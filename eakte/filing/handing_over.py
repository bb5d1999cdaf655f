"""How does what waits to be filed get to the unit to which it belongs, and back again?"""

from __future__ import annotations

from sqlalchemy import select

from eakte import audit, jobs
from eakte.access.actions import Action
from eakte.access.check import require
from eakte.errors import BadInput, CheckedOut, RuleBroken
from eakte.filing.arranging import forget_clues, waiting_for
from eakte.filing.clarifying import drop_with
from eakte.filing.placing import attachments_of
from eakte.model.batch import Batch
from eakte.model.department import Department
from eakte.model.document import Document, DocumentState
from eakte.model.hand_over import HandOver
from eakte.unit_of_work import UnitOfWork

LONGEST_NOTE = 500


def hand_over(work: UnitOfWork, document: Document, *, to: Department, note: str) -> None:
    """Give a document that waits to be filed to another unit, with its attachments and a note.

    Rights change with the same commit: the unit that gives it sees no more of it than that it came
    in and where it went. The other unit can hand it back in the same way.

    Raises:
        BadInput: there is no note, or it is the unit where it lies already.
        RuleBroken: it does not wait in the inbox, belongs to another document, or is being worked
            on.
    """
    require(work, Action.HAND_OVER, document)
    note = _note(note)
    if document.department_id == to.id:
        raise BadInput("Das Schreiben liegt schon im Posteingang „%(unit)s“.", unit=to.name)
    if document.state is not DocumentState.INBOX:
        raise RuleBroken("Nur was im Posteingang liegt, kann abgegeben werden.")
    if document.parent_id is not None:
        raise RuleBroken("Das Schreiben ist eine Anlage; es geht mit seinem Hauptschreiben mit.")
    if document.checked_out_by_id is not None:
        raise CheckedOut("Das Schreiben ist ausgeliehen.")
    if waiting_for(work, document) is not None:
        raise RuleBroken("Die Seiten des Schreibens werden gerade geordnet.")
    for one in (document, *attachments_of(work, document)):
        _give(work, one, to=to, note=note)


def hand_over_batch(work: UnitOfWork, batch: Batch, *, to: Department, note: str) -> None:
    """Give a whole stack to another unit, with every document that was taken out of it.

    Raises:
        BadInput: there is no note, or it is the unit where it lies already.
        RuleBroken: some of it is filed, or is being worked on.
    """
    require(work, Action.HAND_OVER, batch)
    note = _note(note)
    if batch.department_id == to.id:
        raise BadInput("Der Stapel liegt schon bei „%(unit)s“.", unit=to.name)
    taken = work.session.scalars(
        select(Document).where(Document.batch_id == batch.id).order_by(Document.receipt_number)
    ).all()
    if any(
        one.state is DocumentState.FILED or one.department_id != batch.department_id
        for one in taken
    ):
        raise RuleBroken(
            "Ein Teil des Stapels ist schon abgelegt oder abgegeben.",
            next_step="Bitte geben Sie die übrigen Schreiben einzeln ab.",
        )
    if any(one.checked_out_by_id is not None for one in taken):
        raise CheckedOut("Ein Schreiben des Stapels ist ausgeliehen.")
    if any(waiting_for(work, one) is not None for one in taken):
        raise RuleBroken("Die Seiten eines Schreibens werden gerade geordnet.")
    giver = work.session.get_one(Department, batch.department_id)
    for one in taken:
        _give(work, one, to=to, note=note)
    batch.department_id = to.id
    work.session.flush()
    work.session.refresh(batch, ["department"])
    audit.note(
        work,
        "batch.handed-over",
        kind="batch",
        subject=batch.id,
        before=giver.name,
        after=to.name,
        documents=[str(one.id) for one in taken],
    )


def _note(typed: str) -> str:
    note = typed.strip()
    if not note:
        raise BadInput("Bitte schreiben Sie dazu, warum das Schreiben dorthin gehört.")
    if len(note) > LONGEST_NOTE:
        raise BadInput("Eine Angabe ist zu lang: höchstens %(most)s Zeichen.", most=LONGEST_NOTE)
    return note


def _give(work: UnitOfWork, document: Document, *, to: Department, note: str) -> None:
    giver = document.department
    drop_with(work, document, answer=f"Abgegeben an {to.name}.")
    work.session.add(
        HandOver(
            document_id=document.id,
            from_id=giver.id,
            to_id=to.id,
            note=note,
            pages=document.page_count,
            at=work.clock.now(),
            by_id=work.actor.id,
            by_name=work.actor.name,
        )
    )
    audit.note(
        work,
        "document.handed-over",
        kind="document",
        subject=document.id,
        before=giver.name,
        after=to.name,
    )
    document.department_id = to.id
    work.session.flush()
    work.session.refresh(document, ["department"])
    # What was recognised by the rules of the one is recognised anew by those of the other.
    forget_clues(work, document)
    jobs.enqueue(work, "index", document.id)
    jobs.enqueue(work, "propose", document.id)
