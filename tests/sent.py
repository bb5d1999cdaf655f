"""A package for a court that was written already, without the time it takes to write one."""

from __future__ import annotations

import io
from uuid import UUID

from eakte.model.content import keep_content
from eakte.model.document import Document
from eakte.model.sending import (
    Decision,
    FileKind,
    Sending,
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
