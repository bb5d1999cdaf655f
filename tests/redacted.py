"""A redacted copy that was made already, without the time it takes to make one."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

from eakte.model.content import keep_content
from eakte.model.document import Document
from eakte.model.redaction import Ground, Redaction, RedactionMark, RedactionState
from eakte.processing.redaction_words import Place
from eakte.unit_of_work import UnitOfWork
from tests.sent import one_sent


def nothing_found(path: Path, phrase: str, pages: Sequence[int]) -> tuple[Place, ...]:
    """Stand in for the search of words in a document."""
    return ()


def left_in_copies(work: UnitOfWork, document_id: UUID) -> dict[str, UUID]:
    """Let a document have gone to a court and have been redacted; return the names in addresses."""
    sending, _ = one_sent(work, document_id)
    return {"sending_id": sending, "redaction_id": one_redacted(work, document_id)}


def one_redacted(work: UnitOfWork, document_id: UUID) -> UUID:
    """Let a document have a mark, a copy that was proved and one that was not; return the first."""
    document = work.session.get_one(Document, document_id)
    now = work.clock.now()
    stored = work.store.put(io.BytesIO(b"%PDF-1.7 redacted"))
    keep_content(work.session, str(stored.digest), size=stored.size, at=now)
    by = {"made_by_id": document.received_by_id, "made_by": "Sabine Sacher", "made_at": now}
    sides = {"left": 60.0, "top": 80.0, "right": 200.0, "bottom": 96.0}
    work.session.add(
        RedactionMark(
            document_id=document.id,
            version=document.current_version,
            page=1,
            ground=Ground.THIRD_PARTY,
            note="Nachbarschaft",
            **sides,
            **by,
        )
    )
    asked = {
        "document_id": document.id,
        "version": document.current_version,
        "source_sha256": str(stored.digest),
        "marks": [[1, *sides.values(), Ground.THIRD_PARTY.value, "Nachbarschaft"]],
        "asked_by_id": document.received_by_id,
        "asked_by": "Sabine Sacher",
        "asked_at": now,
        "ended_at": now,
    }
    made = Redaction(
        state=RedactionState.READY, sha256=str(stored.digest), pages=1, pictures=[1], **asked
    )
    refused = Redaction(
        state=RedactionState.REFUSED,
        findings=[["text-left", 1]],
        problem="Die Prüfung hat die geschwärzte Fassung nicht bestanden.",
        **asked,
    )
    work.session.add_all([made, refused])
    work.session.flush()
    return made.id
