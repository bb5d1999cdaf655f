"""Who was told that they can object to what a doctor wrote going out, and who did? (§ 76 SGB X)

Written down once, at the document or for a whole case, so that no package asks for it again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select

from eakte import audit
from eakte.access.actions import Action
from eakte.access.check import require, visible_within
from eakte.errors import BadInput, Sentence
from eakte.model.case import Case
from eakte.model.document import Document, DocumentState
from eakte.model.dossier import Dossier
from eakte.model.objection import ObjectionNote, ObjectionStand
from eakte.model.sending import Decision, Sending, SentDocument
from eakte.unit_of_work import UnitOfWork

SHORTEST, LONGEST = 10, 500


def note_objection(
    work: UnitOfWork, thing: Case | Document, *, stand: ObjectionStand, on: date, reason: str
) -> ObjectionNote:
    """Write down that somebody was told and did not object, or that they did.

    Of a document, or of a case for everything in it that has no note of its own. An objection that
    was taken back is written down as told, with the day on which it was.

    Raises:
        BadInput: it is not said how, the day lies ahead, or the document lies in no case.
    """
    require(work, Action.NOTE_OBJECTION, thing)
    case = thing if isinstance(thing, Case) else thing.case
    said = " ".join(reason.split())
    if case is None:
        raise BadInput("Das Schreiben liegt noch in keinem Vorgang.")
    if not SHORTEST <= len(said) <= LONGEST:
        raise BadInput(
            "Bitte geben Sie an, wie hingewiesen oder widersprochen wurde (10 bis 500 Zeichen).",
            field="reason",
        )
    if on > work.clock.today():
        raise BadInput("Der Tag liegt in der Zukunft.", field="on")
    document = thing if isinstance(thing, Document) else None
    made = ObjectionNote(
        case_id=case.id,
        document_id=document.id if document else None,
        stand=stand,
        on=on,
        reason=said,
        made_by_id=work.actor.id,
        made_by=work.actor.name,
        made_at=work.clock.now(),
    )
    work.session.add(made)
    work.session.flush()
    audit.note(
        work,
        "objection.noted",
        kind="document" if document else "case",
        subject=thing.id,
        state=stand.value,
        day=on.isoformat(),
        reason=said,
    )
    return made


def objections_of(work: UnitOfWork, dossier: Dossier) -> Sequence[ObjectionNote]:
    """List what was written down in a dossier of what the actor may see, the latest first."""
    require(work, Action.SEE_SENDINGS, dossier)
    seen = select(Document.id).where(
        Document.dossier_id == dossier.id,
        visible_within(work.actor, Action.SEE_DOCUMENT, Document, [dossier]),
    )
    return work.session.scalars(
        select(ObjectionNote)
        .join(Case, Case.id == ObjectionNote.case_id)
        .where(
            Case.dossier_id == dossier.id,
            visible_within(work.actor, Action.SEE_CASE, Case, [dossier]),
            ObjectionNote.document_id.is_(None) | ObjectionNote.document_id.in_(seen),
        )
        .order_by(ObjectionNote.made_at.desc(), ObjectionNote.id)
    ).all()


def from_doctors(work: UnitOfWork, dossier: Dossier) -> Sequence[Document]:
    """List what came from doctors and lies in a dossier, of what the actor may see."""
    require(work, Action.SEE_SENDINGS, dossier)
    return work.session.scalars(
        select(Document)
        .where(
            Document.dossier_id == dossier.id,
            Document.from_doctor,
            Document.state == DocumentState.FILED,
            visible_within(work.actor, Action.SEE_DOCUMENT, Document, [dossier]),
        )
        .order_by(Document.case_id, Document.position)
    ).all()


def stands_in(work: UnitOfWork, dossier: Dossier) -> Mapping[UUID, ObjectionStand]:
    """Return what was written down last, by the id of the document or of the case."""
    require(work, Action.SEE_SENDINGS, dossier)
    rows = work.session.execute(
        select(ObjectionNote.document_id, ObjectionNote.case_id, ObjectionNote.stand)
        .join(Case, Case.id == ObjectionNote.case_id)
        .where(Case.dossier_id == dossier.id)
        .order_by(ObjectionNote.made_at, ObjectionNote.id)
    )
    return {document_id or case_id: stand for document_id, case_id, stand in rows}


def objected_since(work: UnitOfWork, sending: Sending) -> Iterator[Sentence]:
    """Say of which documents of a package somebody wrote down an objection after the choice."""
    require(work, Action.SEE_SENDINGS, sending.dossier)
    rows = work.session.execute(
        select(SentDocument.title, SentDocument.document_id, SentDocument.case_id)
        .join(Document, Document.id == SentDocument.document_id)
        .where(
            SentDocument.sending_id == sending.id,
            SentDocument.decision == Decision.SEND,
            Document.from_doctor,
        )
        .order_by(SentDocument.place)
    ).all()
    if not rows:
        return
    notes = work.session.scalars(
        select(ObjectionNote)
        .where(ObjectionNote.case_id.in_({case_id for _, _, case_id in rows}))
        .order_by(ObjectionNote.made_at, ObjectionNote.id)
    )
    last = {one.document_id or one.case_id: one for one in notes}
    for title, document_id, case_id in rows:
        note = last.get(document_id or case_id) or last.get(case_id)
        if note is None or note.stand is not ObjectionStand.OBJECTED:
            continue
        if note.made_at > sending.asked_at:
            yield Sentence(
                "„%(title)s“: Seit der Auswahl wurde der Weitergabe widersprochen (§ 76 SGB X).",
                title=title,
            )
