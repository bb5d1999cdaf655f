"""A package for a court that was written already, without the time it takes to write one."""

from __future__ import annotations

import io
from uuid import UUID

from eakte import audit
from eakte.model.content import keep_content
from eakte.model.document import Document
from eakte.model.sending import (
    Decision,
    FileKind,
    RecipientRole,
    Sending,
    SendingKind,
    SendingState,
    SentDocument,
    SentFile,
)
from eakte.unit_of_work import UnitOfWork


def one_sent(work: UnitOfWork, document_id: UUID) -> tuple[UUID, UUID]:
    """Let a filed document have gone to a court; return the ids of the package and of its file."""
    document = work.session.get_one(Document, document_id)
    assert document.dossier_id is not None and document.case_id is not None
    now = work.clock.now()
    stored = work.store.put(io.BytesIO(b"PK package"))
    keep_content(work.session, str(stored.digest), size=stored.size, at=now)
    sending = Sending(
        dossier_id=document.dossier_id,
        asked_by_id=document.received_by_id,
        asked_by="Sabine Sacher",
        asked_at=now,
        court="D6260",
        court_name="Sozialgericht München",
        court_reference="S 12 SB 34/26",
        opens_proceedings=False,
        occasion="sending",
        legal_ground="§ 104 SGG",
        short_title="Muster ./. Landkreis",
        about="Feststellung",
        access_reason="",
        state=SendingState.READY,
        whole=False,
        hints=["„Antrag“ ist nicht durchsuchbar."],
        version="3.6.2",
        sha256="ab" * 32,
        documents=1,
        pages=1,
        written_at=now,
    )
    work.session.add(sending)
    work.session.flush()
    work.session.add(
        SentDocument(
            sending_id=sending.id,
            place=1,
            case_id=document.case_id,
            document_id=document.id,
            title=document.title,
            decision=Decision.WITHHOLD,
            reason="Angaben über Dritte",
            version=document.current_version,
            sha256="",
            pages=1,
            first_folio=1,
            last_folio=1,
        )
    )
    kept = SentFile(
        sending_id=sending.id,
        kind=FileKind.MESSAGE,
        part=1,
        name="Akte.zip",
        sha256=str(stored.digest),
        size=stored.size,
        files=5,
    )
    work.session.add(kept)
    work.session.flush()
    return sending.id, kept.id


def one_inspected(work: UnitOfWork, document_id: UUID) -> None:
    """Let a lawyer have been given inspection of a filed document, which was fetched twice."""
    document, now = work.session.get_one(Document, document_id), work.clock.now()
    assert document.dossier_id is not None and document.case_id is not None
    seen = Sending(
        kind=SendingKind.INSPECTION,
        recipient="Rechtsanwältin Rita Recht",
        recipient_address="Marktplatz 1\n80331 München",
        recipient_role=RecipientRole.LAWYER,
        mandate="Vollmacht vom 3. März 2026",
        dossier_id=document.dossier_id,
        asked_by_id=document.received_by_id,
        asked_by="Sabine Sacher",
        asked_at=now,
        court="",
        court_name="",
        court_reference="",
        opens_proceedings=False,
        occasion="inspection",
        legal_ground="§ 25 SGB X",
        short_title="",
        about="Widerspruch",
        access_reason="",
        state=SendingState.READY,
        whole=True,
        version="1",
        sha256="cd" * 32,
        documents=1,
        pages=1,
        written_at=now,
    )
    work.session.add(seen)
    work.session.flush()
    work.session.add(
        SentDocument(
            sending_id=seen.id,
            place=1,
            case_id=document.case_id,
            document_id=document.id,
            title=document.title,
            decision=Decision.SEND,
            reason="",
            version=document.current_version,
            sha256="",
            pages=1,
            first_folio=1,
            last_folio=1,
        )
    )
    work.session.flush()
    for _ in range(2):
        audit.note(
            work,
            seen.logged("read"),
            kind="dossier",
            subject=seen.dossier_id,
            sending=str(seen.id),
            recipient=seen.recipient,
        )
