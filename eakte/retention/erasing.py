"""How is an approved dossier destroyed: everything asked again, then all its rows at once?

Three jobs, one after the other, each of which may be cut off at any moment and begin anew:
`letting_go.ERASE` lets the rows go in one transaction, so that a dossier is whole or not there at
all; `absence.bytes.REMOVE_ERASED` takes words out of the index, bytes out of the store and copies
out of folders; the proof is written when nothing is left (`eakte.evidence.erasure`).
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from eakte import audit, jobs
from eakte.access.actions import Action
from eakte.access.check import require
from eakte.errors import Sentence
from eakte.model.clock_standing import Waits
from eakte.model.columns import Among
from eakte.model.delivery import Upload
from eakte.model.document import Document
from eakte.model.dossier import Dossier
from eakte.model.erasure import (
    ErasedContent,
    ErasedDocument,
    ErasedDossier,
    ErasedState,
    ErasureState,
)
from eakte.model.hold import holds_on
from eakte.model.naming import named_among
from eakte.model.retention_rule import RuleEdition
from eakte.retention.absence import digests
from eakte.retention.absence.belongings import Belongings, belongings_of, entangled
from eakte.retention.absence.bytes import REMOVE_ERASED
from eakte.retention.absence.rows import delete_rows
from eakte.retention.absence.stubs import empty_offers, empty_stacks, leave_stub, let_lists_go
from eakte.retention.proposing import spare
from eakte.retention.standing import may_go
from eakte.unit_of_work import UnitOfWork


def erase_dossier(work: UnitOfWork, erased_id: UUID) -> None:
    """Begin to destroy one dossier of an approved destruction, if nothing stands against it.

    The job `letting_go.ERASE`; again after it was cut off, it finds the dossier whole, or goes on.
    """
    require(work, Action.MAINTAIN)
    erased = work.session.get(ErasedDossier, erased_id)
    if erased is None:
        return
    if erased.state is ErasedState.WAITING:
        begin_erasing(work, erased)
    if erased.state is ErasedState.ERASING:
        jobs.enqueue(work, REMOVE_ERASED, erased.id)


def begin_erasing(work: UnitOfWork, erased: ErasedDossier) -> bool:
    """Let every row go that says something of a dossier, in the transaction that is open.

    All is asked anew, with the dossier's row locked: whoever sets a hold locks the same row, so
    either the hold is seen here, or it is set on what is gone and says so. True: it is gone, and
    words and bytes have to follow. False: nothing was changed, but that a dossier against which
    something stands is spared with every reason, unless it only has to wait.

    Sources: § 84 Abs. 2 SGB X, Art. 17 DSGVO; `tables` says what becomes of each table.
    """
    require(work, Action.MAINTAIN)
    session = work.session
    dossier = session.get_one(Dossier, erased.dossier_id, with_for_update=True)
    session.refresh(dossier)
    session.refresh(erased, with_for_update=True)
    erasure = erased.erasure
    session.refresh(erasure)
    due = erasure.not_before is not None and erasure.not_before <= work.clock.now()
    if erased.state is not ErasedState.WAITING or erasure.state is not ErasureState.APPROVED:
        return False
    if not due:
        return False
    own = belongings_of(work, dossier.id)
    reasons = [*_two_persons(erased), *may_go(work, dossier)]
    if not reasons:
        reasons = entangled(work, own)
        # Rows of others were locked meanwhile: what came to lie here since is seen now.
        own = belongings_of(work, dossier.id)
    if not reasons and holds_on(session, dossier.id):
        reasons = [Sentence("Es besteht eine Aussonderungssperre.")]
    if reasons:
        if not all(isinstance(one, Waits) for one in reasons):
            spare(work, erased, " ".join(reasons))
        return False
    destroy_rows(work, erased, dossier, own, act="dossier.erased")
    return True


def destroy_rows(
    work: UnitOfWork, erased: ErasedDossier, dossier: Dossier, own: Belongings, *, act: str
) -> None:
    """Let the rows go, write down what they were, and promise the rest; asks nothing any more.

    For `begin_erasing`, and for what came back with a backup after it had been destroyed.
    """
    require(work, Action.MAINTAIN)
    session, now = work.session, work.clock.now()
    edition = session.get(RuleEdition, dossier.edition_id) if dossier.edition_id else None
    keeps = edition is not None and edition.keeps_metadata
    title = dossier.subject if keeps or work.settings.stub_titles else ""
    last = digests.last_of(work, own)
    by_document = digests.of_documents(work, own)
    candidates = {sha256 for kept in by_document.values() for _, sha256 in kept}
    candidates |= digests.of_the_rest(work, own, last_of=last)
    listed = _documents(session, own, erased, described=keeps)
    leftovers = {
        "sendings": sorted(str(one) for one in own.sendings),
        "uploads": sorted(str(one) for one in _uploads(session, own)),
    }
    let_lists_go(work, own)
    delete_rows(work, own)
    empty_stacks(work, own, last_of=last)
    leftovers["packages"] = empty_offers(work, own)
    gone = candidates - named_among(session, candidates)
    size = digests.sizes(work, candidates)
    for one in listed:
        one.contents = [
            {"kind": kind, "sha256": sha256, "size": size.get(sha256), "gone": sha256 in gone}
            for kind, sha256 in by_document[one.id]
        ]
    session.add_all(listed)
    session.add_all(
        ErasedContent(erased_dossier_id=erased.id, sha256=sha256) for sha256 in sorted(gone)
    )
    leave_stub(work, dossier, subject=title)
    erased.state, erased.begun_at, erased.title = ErasedState.ERASING, now, title
    erased.documents, erased.leftovers = len(listed), leftovers
    entry = audit.note(
        work,
        act,
        kind="dossier",
        subject=dossier.id,
        erasure=erased.erasure.number,
        documents=len(listed),
        contents=len(gone),
        asked_by=str(erased.erasure.proposed_by_id),
        approved_by=str(erased.erasure.decided_by_id),
    )
    erased.log_sequence = entry.sequence
    session.flush()
    for document_id in sorted(own.documents):
        jobs.enqueue(work, "index", document_id)


def _two_persons(erased: ErasedDossier) -> list[Sentence]:
    """Whoever proposed is never who approved, whatever was written into the rows."""
    one, other = erased.erasure.proposed_by_id, erased.erasure.decided_by_id
    if other is None or one == other:
        return [Sentence("Vorschlag und Freigabe stammen nicht von zwei Personen.")]
    return []


def _documents(
    session: Session, own: Belongings, erased: ErasedDossier, *, described: bool
) -> list[ErasedDocument]:
    """One row for each document that goes, in the order in which they came."""
    rows = session.scalars(
        select(Document).where(Among(Document.id, own.documents)).order_by(Document.receipt_number)
    ).all()
    return [
        ErasedDocument(
            id=one.id,
            erased_dossier_id=erased.id,
            receipt_number=one.receipt_number,
            register_year=one.register_year,
            register_number=one.register_number,
            pages=one.page_count,
            described=_described(one) if described else {},
        )
        for one in rows
    ]


def _described(document: Document) -> dict[str, Any]:
    """What stays of a document where the rule keeps that (arkivforskrifta, Norway)."""
    return {
        "title": document.title,
        "document_type": document.document_type,
        "direction": document.direction.value,
        "sender": document.sender,
        "recipient": document.recipient,
        "letter_date": document.letter_date.isoformat() if document.letter_date else None,
        "received_on": document.received_on.isoformat(),
        "case": document.case.number if document.case else None,
        "position": document.position,
        "state": document.state.value,
    }


def _uploads(session: Session, own: Belongings) -> list[UUID]:
    of_documents = select(Upload.id).where(Among(Upload.document_id, own.documents))
    of_stacks = select(Upload.id).where(Among(Upload.batch_id, own.batches))
    return [*session.scalars(of_documents), *session.scalars(of_stacks)]
