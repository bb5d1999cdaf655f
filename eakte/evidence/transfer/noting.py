"""What does the transfer note of a scan say, and does it still say what was signed?

BSI TR-03138 (TR-RESISCAN): who made the scan product, with what and in which surroundings, what was
out of the ordinary, when, and what the check gave; bound to the scan and protected with it. The
note names the digests of what came in and of what was made of it, and the house signs it whole.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from eakte import audit
from eakte.access.actions import Action
from eakte.access.check import require
from eakte.clock import OFFICE_ZONE
from eakte.evidence.signing import Signer
from eakte.evidence.transfer.checking import CheckSeen, check_of
from eakte.evidence.transfer.note_pdf import note_pdf
from eakte.model.batch import Batch, BatchPage, Fate
from eakte.model.content import keep_content
from eakte.model.document import Document, Rendition, RenditionKind, Version
from eakte.model.legibility import CheckRules, anomalies_of
from eakte.model.scan_check import CheckState, ScanRequest
from eakte.model.user import User
from eakte.signed import NOTE_FORM
from eakte.unit_of_work import UnitOfWork

# The job that writes the notes of a stack once it is released.
WRITE_NOTE = "transfer-note"
JSON_TYPE, PDF_TYPE = "application/json", "application/pdf"
SAID = (
    "Dies ist ein Scanprodukt. Es gibt die Vorlage aus Papier wieder; wie es entstanden ist und "
    "was die Prüfung ergeben hat, steht in diesem Transfervermerk (BSI TR-03138)."
)


@dataclass(frozen=True)
class _Made:
    """A document that was made of a stack, with what is kept of it."""

    document: Document
    version_id: UUID
    sha256: str
    media_type: str
    reading_copy: str | None
    tools: str


def write_notes(work: UnitOfWork, batch_id: UUID) -> None:
    """Write, sign and keep the note of a released stack and one for each of its documents.

    What was written before stays as it was signed.

    Raises:
        StorageError, PartUnavailable: the store or the key is out of reach; nothing was written.
    """
    require(work, Action.MAINTAIN)
    batch = work.session.get(Batch, batch_id)
    seen = check_of(work, batch) if batch is not None else None
    if batch is None or seen is None or seen.check.state is not CheckState.RELEASED:
        return
    if seen.check.note_sha256 is not None:
        return
    made = _documents_of(work, batch)
    pages = work.session.scalars(
        select(BatchPage).where(BatchPage.batch_id == batch.id).order_by(BatchPage.page)
    ).all()
    signer = Signer(work.settings.audit_key)
    common = _of_the_stack(work, batch, seen, made)
    parts = {one.document.id: number for number, one in enumerate(made, start=1)}
    for one in made:
        own = [page for page in pages if page.document_id == one.document.id]
        told = common | {
            "about": "document",
            "document": _told_of_document(one)
            | {"document_id": str(one.document.id), "number": one.document.receipt_number},
            "pages": _told_of_pages(own, seen, parts),
        }
        _keep_beside(work, one, signer.sign_proof(told, form=NOTE_FORM))
    told = common | {
        "about": "stack",
        "balance": _balance(batch, pages),
        "documents": [_told_of_document(one) | {"part": parts[one.document.id]} for one in made],
        "pages": _told_of_pages(pages, seen, parts),
    }
    signed = signer.sign_proof(told, form=NOTE_FORM)
    check = seen.check
    check.note_sha256 = _keep(work, signed)
    check.note_pdf_sha256 = _keep(work, note_pdf(signed))
    check.noted_at = work.clock.now()
    work.session.flush()
    audit.note(
        work,
        "batch.note-written",
        kind="batch",
        subject=batch.id,
        sha256=check.note_sha256,
        documents=len(made),
    )


def _of_the_stack(
    work: UnitOfWork, batch: Batch, seen: CheckSeen, made: Sequence[_Made]
) -> dict[str, Any]:
    """What holds for the stack and all that was made of it."""
    check, rules = seen.check, seen.check.by
    sender = work.session.get_one(User, batch.sender_id)
    return {
        "office": work.settings.office_name,
        "said": SAID,
        "stack": {
            "batch_id": str(batch.id),
            "number": batch.number,
            "name": batch.name,
            "sha256": batch.sha256,
            "size": batch.size,
            "media_type": batch.media_type,
            "pages": batch.pages,
        },
        "scanned": {
            "operator": batch.operator or sender.name,
            "station": sender.name,
            "device": batch.device,
            "settings": dict(batch.settings),
            "order": batch.order.value,
            "sender_number": batch.sender_number,
            "received_on": batch.received_on.isoformat(),
            "received_at": _written(batch.received_at),
            "programs": sorted({one.tools for one in made if one.tools}),
        },
        "check": {
            "full": rules.share == 100,
            "share": rules.share,
            "rules": rules.kept(),
            "pages": len(seen.pages),
            "of": batch.pages,
            "good": len(seen.pages) - len(seen.bad),
            "bad": seen.bad,
            "begun_at": _written(check.begun_at),
            "by": sorted({one.check.by.name for one in seen.pages if one.check.by}),
            "released_by": check.decided_by.name if check.decided_by else "",
            "released_at": _written(check.decided_at),
            "remark": check.remark,
            "again": [_told_of_request(one) for one in seen.requests],
        },
    }


def _told_of_request(request: ScanRequest) -> dict[str, Any]:
    answer = request.answer
    return {
        "number": request.number,
        "pages": request.pages,
        "reason": request.reason,
        "answer": None if answer is None else {"number": answer.number, "sha256": answer.sha256},
    }


def _told_of_document(one: _Made) -> dict[str, Any]:
    return {
        "sha256": one.sha256,
        "media_type": one.media_type,
        "reading_copy": one.reading_copy,
        "count": one.document.page_count,
    }


def _told_of_pages(
    pages: Sequence[BatchPage], seen: CheckSeen, parts: dict[UUID, int]
) -> list[dict[str, Any]]:
    checked = {one.check.page: one.check for one in seen.pages}
    rules: CheckRules = seen.check.by
    told = []
    for page in pages:
        look = checked.get(page.page)
        told.append(
            {
                "page": page.page,
                "fate": page.fate.value,
                "part": parts.get(page.document_id) if page.document_id else None,
                "place": page.place,
                "dpi": page.dpi,
                "skew": page.skew,
                "dark": page.dark,
                "unsure": page.unsure,
                "anomalies": [str(one) for one in anomalies_of(page, rules)],
                "checked": None
                if look is None or look.verdict is None
                else {
                    "verdict": look.verdict.value,
                    "reason": look.reason,
                    "turn": look.turn,
                    "by": look.by.name if look.by else "",
                    "at": _written(look.at),
                },
            }
        )
    return told


def _balance(batch: Batch, pages: Sequence[BatchPage]) -> dict[str, int]:
    counted = {fate: sum(page.fate is fate for page in pages) for fate in Fate}
    return {
        "delivered": batch.pages or 0,
        "filed": counted[Fate.FILED],
        "separators": counted[Fate.SEPARATOR],
        "blanks": counted[Fate.BLANK],
        "aside": counted[Fate.ASIDE],
    }


def _documents_of(work: UnitOfWork, batch: Batch) -> list[_Made]:
    """The documents of a stack in the order of their pages, as they came out of it."""
    rows = work.session.execute(
        select(Document, Version, Rendition)
        .join(Version, (Version.document_id == Document.id) & (Version.number == 1))
        .outerjoin(
            Rendition,
            (Rendition.version_id == Version.id)
            & (Rendition.kind == RenditionKind.READING_COPY)
            & (Rendition.page == 0),
        )
        .where(Document.batch_id == batch.id)
        .order_by(Document.receipt_number)
    )
    return [
        _Made(
            document,
            version.id,
            version.sha256,
            version.media_type,
            copy.sha256 if copy is not None else None,
            copy.tools if copy is not None else "",
        )
        for document, version, copy in rows
    ]


def _keep_beside(work: UnitOfWork, one: _Made, signed: bytes) -> None:
    work.session.add(
        Rendition(
            version_id=one.version_id,
            kind=RenditionKind.TRANSFER_NOTE,
            page=0,
            sha256=_keep(work, signed),
            media_type=JSON_TYPE,
            tools="",
            created_at=work.clock.now(),
        )
    )


def _keep(work: UnitOfWork, content: bytes) -> str:
    stored = work.store.put(io.BytesIO(content))
    keep_content(work.session, str(stored.digest), size=stored.size, at=work.clock.now())
    return str(stored.digest)


def _written(at: datetime | None) -> str:
    return "" if at is None else at.astimezone(OFFICE_ZONE).isoformat(timespec="seconds")
