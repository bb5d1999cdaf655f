"""What belongs to a dossier, and what of it hangs together with others that stay?

Decided here, and by nobody else:

* **Cancelled documents.** Those of the dossier go with it; those that were cancelled because their
  pages lie in its documents by now, and messages or letters that were cancelled in the inbox while
  an attachment of theirs lies in it, go too: they show the same pages and belong to nobody else.
* **Stacks.** The bytes of a delivered stack show pages of several dossiers. Each document made of
  it has bytes of its own, so the stack's bytes, the pictures of its pages and what was written
  about them go with the first dossier that is destroyed. That a page has existed, its place and
  every digest stay until the last one goes. While a hold stands on another dossier with pages of
  the stack, or a page of it waits to be filed, this dossier is spared.
* **Messages.** The original of a message holds its attachments. It is a record of the dossier it
  was filed in, and stays with that until its own period is over, also when an attachment was filed
  elsewhere and is destroyed first: what another record contains is that record's. Only where the
  message still waits to be filed is the dossier spared; and a message does not go while a hold
  stands on a dossier in which an attachment of it lies.
* **Packages for an archive** hold several dossiers. They go with the first of these, so a dossier
  waits until the archive has spoken of all that was offered with it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, CompoundSelect, Select, and_, or_, select, union
from sqlalchemy.orm import Session, aliased

from eakte.access.actions import Action
from eakte.access.check import require
from eakte.errors import Sentence
from eakte.model.arrangement import Arrangement, VersionPage
from eakte.model.batch import Batch, BatchPage, BatchState
from eakte.model.case import Case
from eakte.model.clock_standing import Waits
from eakte.model.columns import Among
from eakte.model.document import Document, DocumentState, Version
from eakte.model.dossier import Dossier
from eakte.model.hold import HeldDossier, held_among
from eakte.model.message import Enclosed
from eakte.model.offer import ArchiveSays, OfferedDossier
from eakte.model.redaction import Redaction
from eakte.model.representative import Representative
from eakte.model.right import Grant, LiftRequest
from eakte.model.sending import Sending
from eakte.unit_of_work import UnitOfWork

# No letter was ever cut and put together anew so often.
DEEPEST = 50


@dataclass(frozen=True)
class Belongings:
    """The ids of what is destroyed with a dossier; ``batches`` only lose what lay in it."""

    dossier: UUID
    cases: frozenset[UUID]
    documents: frozenset[UUID]
    versions: frozenset[UUID]
    batches: frozenset[UUID]
    sendings: frozenset[UUID]
    offers: frozenset[UUID]
    holds: frozenset[UUID]
    others: frozenset[UUID]

    @property
    def subjects(self) -> frozenset[UUID]:
        """Everything that a job, a notice, a change or an entry of the log can be about."""
        mine = {self.dossier}
        return frozenset(
            mine
            | self.cases
            | self.documents
            | self.versions
            | self.sendings
            | self.holds
            | self.others
        )


def belongings_of(work: UnitOfWork, dossier_id: UUID) -> Belongings:
    """Find everything that is destroyed with a dossier; changes nothing."""
    require(work, Action.MAINTAIN)
    session = work.session

    def ids(query: Select[UUID]) -> frozenset[UUID]:
        return frozenset(session.scalars(query))

    documents = _documents(session, dossier_id)
    batches: CompoundSelect[UUID | None] = union(
        select(Document.batch_id).where(
            Among(Document.id, documents), Document.batch_id.is_not(None)
        ),
        select(BatchPage.batch_id).where(_page_in(documents)),
    )
    others = union(
        select(Arrangement.id).where(Among(Arrangement.document_id, documents)),
        select(Redaction.id).where(Among(Redaction.document_id, documents)),
        select(Grant.id).where(Grant.dossier_id == dossier_id),
        select(LiftRequest.id).where(LiftRequest.dossier_id == dossier_id),
        select(Representative.id).where(Representative.dossier_id == dossier_id),
    )
    offers = select(OfferedDossier.offer_id).where(OfferedDossier.dossier_id == dossier_id)
    return Belongings(
        dossier=dossier_id,
        cases=ids(select(Case.id).where(Case.dossier_id == dossier_id)),
        documents=frozenset(documents),
        versions=ids(select(Version.id).where(Among(Version.document_id, documents))),
        batches=frozenset(one for one in session.scalars(batches) if one is not None),
        sendings=ids(select(Sending.id).where(Sending.dossier_id == dossier_id)),
        offers=ids(offers),
        holds=ids(select(HeldDossier.hold_id).where(HeldDossier.dossier_id == dossier_id)),
        others=frozenset(session.scalars(others)),
    )


def entangled(work: UnitOfWork, own: Belongings) -> list[Sentence]:
    """Return every reason for which what hangs together with others keeps the dossier whole.

    The rows of the other dossiers are locked before holds on them are asked for, all in one order,
    as `eakte.retention.holds` does.
    """
    require(work, Action.MAINTAIN)
    session = work.session
    reasons = [*_waiting_stacks(session, own), *_waiting_messages(session, own)]
    near = _neighbours(session, own)
    homes = {home for _, home, _ in near if home is not None} - {own.dossier}
    if homes:
        session.execute(
            select(Dossier.id)
            .where(Among(Dossier.id, homes))
            .order_by(Dossier.id)
            .with_for_update()
        ).all()
    standing = held_among(session, homes)
    reasons += [
        Sentence(
            "In der gesperrten Akte %(reference)s liegen Seiten aus demselben Eingang.",
            reference=reference,
        )
        for reference in session.scalars(
            select(Dossier.reference)
            .where(Among(Dossier.id, standing))
            .order_by(Dossier.reference_folded)
        )
    ]
    reasons += [
        Sentence(
            "Das Dokument Nr. %(number)s aus demselben Eingang ist noch nicht abgelegt.",
            number=number,
        )
        for number, home, state in near
        if home is None and state is DocumentState.INBOX
    ]
    pending = session.scalar(
        select(OfferedDossier.id)
        .where(
            Among(OfferedDossier.offer_id, own.offers), OfferedDossier.says == ArchiveSays.PENDING
        )
        .limit(1)
    )
    if pending is not None:
        reasons.append(
            Waits("Das Archiv hat noch nicht über alles entschieden, was mit ihr angeboten ist.")
        )
    return reasons


def _documents(session: Session, dossier_id: UUID) -> set[UUID]:
    found = set(session.scalars(select(Document.id).where(Document.dossier_id == dossier_id)))
    fresh = found
    for _ in range(DEEPEST):
        fresh = set(session.scalars(_left_over(fresh))) - found
        if not fresh:
            break
        found |= fresh
    return found


def _left_over(documents: Collection[UUID]) -> Select[UUID]:
    """Cancelled documents of no dossier that show what these documents show."""
    source, made = aliased(Version), aliased(Version)
    sources = (
        select(source.document_id)
        .join(VersionPage, VersionPage.source_id == source.id)
        .join(made, made.id == VersionPage.version_id)
        .where(Among(made.document_id, documents))
    )
    messages = select(Enclosed.message_id).where(Among(Enclosed.document_id, documents))
    inner = select(Enclosed.document_id).where(Among(Enclosed.message_id, documents))
    return select(Document.id).where(
        Document.dossier_id.is_(None),
        Document.state == DocumentState.CANCELLED,
        or_(
            Document.id.in_(sources),
            Document.id.in_(messages),
            Document.id.in_(inner),
            Among(Document.parent_id, documents),
        ),
    )


def _page_in(documents: Collection[UUID]) -> ColumnElement[bool]:
    return or_(
        Among(BatchPage.document_id, documents), Among(BatchPage.first_document_id, documents)
    )


def _neighbours(session: Session, own: Belongings) -> list[tuple[int, UUID | None, DocumentState]]:
    """Other documents out of what is destroyed with it: number, dossier and where each lies."""
    of_stack = select(Document.id).where(Among(Document.batch_id, own.batches))
    of_page = select(BatchPage.document_id).where(
        Among(BatchPage.batch_id, own.batches), BatchPage.document_id.is_not(None)
    )
    made = aliased(Version)
    of_pages = (
        select(made.document_id)
        .join(VersionPage, VersionPage.version_id == made.id)
        .where(Among(VersionPage.source_id, own.versions))
    )
    of_message = select(Enclosed.document_id).where(Among(Enclosed.message_id, own.documents))
    near: CompoundSelect[UUID | None] = union(of_stack, of_page, of_pages, of_message)
    return [
        (number, home, state)
        for one, number, home, state in session.execute(
            select(Document.id, Document.receipt_number, Document.dossier_id, Document.state)
            .where(Document.id.in_(near))
            .order_by(Document.receipt_number)
        )
        if one not in own.documents
    ]


def _waiting_stacks(session: Session, own: Belongings) -> Iterator[Sentence]:
    for number in session.scalars(
        select(Batch.number)
        .where(
            Among(Batch.id, own.batches),
            Batch.state.in_((BatchState.WAITING, BatchState.RUNNING)),
        )
        .order_by(Batch.number)
    ):
        yield Sentence("Der Stapel %(number)s wird noch getrennt.", number=f"{number:06d}")


def _waiting_messages(session: Session, own: Belongings) -> Iterator[Sentence]:
    waiting = (
        select(Document.receipt_number)
        .join(Enclosed, Enclosed.message_id == Document.id)
        .where(
            and_(Among(Enclosed.document_id, own.documents), Document.state == DocumentState.INBOX)
        )
        .distinct()
        .order_by(Document.receipt_number)
    )
    for number in session.scalars(waiting):
        yield Sentence(
            "Die Nachricht Nr. %(number)s, mit der etwas davon kam, ist noch nicht abgelegt.",
            number=number,
        )
