"""How do the rows go that say something of a dossier, all in the one transaction that is open?

In the order in which one names the other. What each table loses is said in `tables`.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import CursorResult, Delete, Update, delete, exists, or_, select, update

from eakte.access.actions import Action
from eakte.access.check import require
from eakte.db import Base
from eakte.model.arrangement import Arrangement, VersionPage
from eakte.model.audit_entry import AuditEntry
from eakte.model.batch import BatchPage, CoverSheet, Fate
from eakte.model.case import Case, Deadline
from eakte.model.change import Change
from eakte.model.clarification import Clarification
from eakte.model.columns import Among
from eakte.model.court_message import CourtMessage, CourtReply
from eakte.model.delivery import Delivery, Upload
from eakte.model.document import Document, Rendition, Version, WithdrawalSheet
from eakte.model.dossier import DossierAlias, DossierLink
from eakte.model.hand_over import HandOver
from eakte.model.hold import HeldDossier, RetentionHold
from eakte.model.job import Job
from eakte.model.log_inspection import LogInspection
from eakte.model.log_words import LogWords
from eakte.model.message import Enclosed, Message
from eakte.model.objection import ObjectionNote
from eakte.model.proposal import Recognised
from eakte.model.redaction import Redaction, RedactionMark
from eakte.model.right import Grant, LiftRequest, Notice, Participation
from eakte.model.sending import Sending, SentDocument, SentFile
from eakte.retention.absence.belongings import Belongings
from eakte.unit_of_work import UnitOfWork

GONE = "(vernichtet)"
Statement = Delete | Update


def delete_rows(work: UnitOfWork, own: Belongings) -> int:
    """Delete or empty every row that belongs to a dossier but its own; returns how many."""
    require(work, Action.MAINTAIN)
    session, touched = work.session, 0
    for statement in _statements(own):
        result = session.execute(statement.execution_options(synchronize_session=False))
        touched += result.rowcount if isinstance(result, CursorResult) else 0
    # What was read before must not be taken for what is left.
    session.expire_all()
    return touched


def _statements(own: Belongings) -> Iterator[Statement]:
    yield from _of_documents(own)
    yield from _sent(own)
    yield from _placed(own)
    yield from _bytes_named(own)
    yield from _of_cases(own)
    yield from _of_dossier(own)
    yield from _said(own)


def _of_documents(own: Belongings) -> Iterator[Statement]:
    documents = own.documents
    about: tuple[type[Base], ...] = (
        *(RedactionMark, Redaction, CourtReply, CourtMessage, Message, Recognised),
        *(Clarification, HandOver, Delivery, Upload, Arrangement),
    )
    for table in about:
        yield delete(table).where(Among(table.__table__.c.document_id, documents))
    yield delete(Enclosed).where(
        or_(Among(Enclosed.document_id, documents), Among(Enclosed.message_id, documents))
    )
    yield delete(Upload).where(Among(Upload.batch_id, own.batches))


def _sent(own: Belongings) -> Iterator[Statement]:
    yield delete(SentFile).where(Among(SentFile.sending_id, own.sendings))
    yield delete(SentDocument).where(Among(SentDocument.sending_id, own.sendings))
    yield delete(Sending).where(Among(Sending.id, own.sendings))
    # What went out while it lay in another dossier is in the books of that one.
    yield (
        update(SentDocument)
        .where(Among(SentDocument.document_id, own.documents))
        .values(document_id=None)
    )


def _placed(own: Belongings) -> Iterator[Statement]:
    yield delete(ObjectionNote).where(
        or_(
            Among(ObjectionNote.case_id, own.cases),
            Among(ObjectionNote.document_id, own.documents),
        )
    )
    yield delete(WithdrawalSheet).where(Among(WithdrawalSheet.case_id, own.cases))
    yield (
        update(WithdrawalSheet)
        .where(Among(WithdrawalSheet.document_id, own.documents))
        .values(document_id=None, title=GONE)
    )
    yield (
        update(BatchPage)
        .where(Among(BatchPage.document_id, own.documents))
        .values(fate=Fate.ERASED, document_id=None, place=None, codes=[], remark="", text_source="")
    )
    yield (
        update(BatchPage)
        .where(Among(BatchPage.first_document_id, own.documents))
        .values(first_document_id=None, first_place=None)
    )


def _bytes_named(own: Belongings) -> Iterator[Statement]:
    yield delete(VersionPage).where(
        or_(Among(VersionPage.version_id, own.versions), Among(VersionPage.source_id, own.versions))
    )
    yield delete(Rendition).where(Among(Rendition.version_id, own.versions))
    yield delete(Version).where(Among(Version.id, own.versions))
    for column in (Document.parent_id, Document.duplicate_of_id):
        yield (
            update(Document)
            .where(Among(column, own.documents), ~Among(Document.id, own.documents))
            .values({column.key: None})
        )
    yield delete(Document).where(Among(Document.id, own.documents))


def _of_cases(own: Belongings) -> Iterator[Statement]:
    for table in (Deadline, Participation, CoverSheet):
        yield delete(table).where(Among(table.__table__.c.case_id, own.cases))
    yield (
        update(RetentionHold).where(Among(RetentionHold.case_id, own.cases)).values(case_id=None)
    )
    yield delete(Case).where(Among(Case.id, own.cases))


def _of_dossier(own: Belongings) -> Iterator[Statement]:
    mine = own.dossier
    yield delete(Grant).where(Grant.dossier_id == mine)
    yield delete(LiftRequest).where(LiftRequest.dossier_id == mine)
    yield delete(DossierAlias).where(DossierAlias.dossier_id == mine)
    yield delete(DossierLink).where(or_(DossierLink.from_id == mine, DossierLink.to_id == mine))
    yield delete(HeldDossier).where(HeldDossier.dossier_id == mine)
    # What was said of a hold that stood on this dossier alone was about it.
    yield delete(RetentionHold).where(
        Among(RetentionHold.id, own.holds),
        RetentionHold.ended_at.is_not(None),
        ~exists().where(HeldDossier.hold_id == RetentionHold.id),
    )


def _said(own: Belongings) -> Iterator[Statement]:
    about = own.subjects
    yield delete(Change).where(Among(Change.subject_id, about))
    yield delete(Notice).where(Among(Notice.subject_id, about))
    yield delete(Job).where(Among(Job.subject_id, about))
    yield delete(LogWords).where(
        LogWords.sequence.in_(
            select(AuditEntry.sequence).where(Among(AuditEntry.subject_id, about))
        )
    )
    yield (
        update(LogInspection)
        .where(Among(LogInspection.subject_id, about))
        .values(subject_said=GONE)
    )
