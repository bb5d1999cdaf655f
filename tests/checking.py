"""A stack that is ready to be checked, without any recognition: rows as the worker leaves them."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from eakte.bootstrap import Office
from eakte.evidence.transfer.checking import begin_check, check_of, judge_page
from eakte.evidence.transfer.noting import write_notes
from eakte.evidence.transfer.releasing import release_batch
from eakte.model.batch import Batch, BatchPage, BatchState, Fate
from eakte.model.content import keep_content
from eakte.model.document import Document, ProcessingState, Rendition, RenditionKind, Version
from eakte.model.legibility import CheckRules
from eakte.model.paper import DestroyedPaper, Destruction, Paper
from eakte.model.scan_check import PageCheck, ScanCheck, ScanRequest, ScanRules, Verdict
from eakte.model.user import Actor
from eakte.unit_of_work import UnitOfWork
from tests.builders import Staff, bring, bring_stack

A_PICTURE = b"RIFF a picture of a page"
FINE: dict[str, Any] = {"dpi": 300, "dark": 0.05, "unsure": 0.02, "text_source": "ocr"}


def let_rule(office: Office, staff: Staff, **rules: object) -> None:
    """Let the unit check by these rules; what is not said is strict."""
    with office.as_system() as work:
        row = work.session.get(ScanRules, staff.unit.id)
        if row is None:
            row = ScanRules(department_id=staff.unit.id, said={}, loaded_at=work.clock.now())
            work.session.add(row)
        row.said = dict(rules)


def ready_stack(
    office: Office,
    staff: Staff,
    folder: Path,
    *,
    pages: int = 4,
    key: str = "stack-1",
    odd: Mapping[int, Mapping[str, Any]] | None = None,
    sender: Actor | None = None,
    content: bytes | None = None,
) -> UUID:
    """Deliver a stack and take it apart: one document, its last page empty.

    ``odd`` says of pages, from 1, what was measured differently.
    """
    by = sender or staff.clerk
    content = content or f"%PDF stack {key}".encode()
    batch_id = bring_stack(office, by, folder / key, content=content, key=key)
    letter = bring(office, by, folder / key, content=content + b" letter", name=f"{key}.pdf")
    with office.as_system() as work:
        batch = work.session.get_one(Batch, batch_id)
        batch.state, batch.pages = BatchState.READY, pages
        document = work.session.get_one(Document, letter.document_id)
        document.batch_id, document.processing = batch_id, ProcessingState.READY
        document.page_count = pages - 1
        for number in range(1, pages + 1):
            blank = number == pages
            measured = {"dpi": 300} if blank else FINE
            work.session.add(
                BatchPage(
                    batch_id=batch_id,
                    page=number,
                    fate=Fate.BLANK if blank else Fate.FILED,
                    document_id=document.id,
                    place=None if blank else number,
                    **{**measured, **(odd or {}).get(number, {})},
                )
            )
        version = work.session.scalars(
            select(Version).where(Version.document_id == document.id)
        ).one()
        work.session.add(
            Rendition(
                version_id=version.id,
                kind=RenditionKind.READING_COPY,
                sha256=_kept(office, work.session, b"%PDF reading copy of " + key.encode()),
                media_type="application/pdf",
                tools="tesseract 5",
                created_at=work.clock.now(),
            )
        )
    return batch_id


def pictured(office: Office, batch_id: UUID) -> None:
    """Give every chosen page its picture, as the worker does."""
    with office.as_system() as work:
        sha256 = _kept(office, work.session, A_PICTURE)
        work.session.execute(
            update(PageCheck)
            .where(PageCheck.batch_id == batch_id)
            .values(picture_sha256=sha256)
            .execution_options(synchronize_session=False)
        )


def begun(office: Office, checker: Actor, batch_id: UUID) -> list[int]:
    """Begin the check of a stack and return which pages were chosen."""
    with office.begin(checker) as work:
        begin_check(work, work.session.get_one(Batch, batch_id))
    pictured(office, batch_id)
    with office.begin(checker) as work:
        seen = check_of(work, work.session.get_one(Batch, batch_id))
        assert seen is not None
        return [one.check.page for one in seen.pages]


def judged(
    office: Office, checker: Actor, batch_id: UUID, bad: Mapping[int, str] | None = None
) -> None:
    """Look at every chosen page; ``bad`` says which are, and why."""
    with office.begin(checker) as work:
        batch = work.session.get_one(Batch, batch_id)
        seen = check_of(work, batch)
        assert seen is not None
        for one in seen.pages:
            why = (bad or {}).get(one.check.page, "")
            verdict = Verdict.BAD if why else Verdict.GOOD
            judge_page(work, batch, one.check.page, verdict=verdict, reason=why)


def released(office: Office, checker: Actor, batch_id: UUID, *, noted: bool = True) -> None:
    """Release a stack, and let the worker write its note."""
    with office.begin(checker) as work:
        release_batch(work, work.session.get_one(Batch, batch_id), remark="Stichprobe gut")
    if noted:
        with office.as_system() as work:
            write_notes(work, batch_id)


def whole_way(office: Office, staff: Staff, folder: Path, *, key: str = "stack-1") -> UUID:
    """Bring a stack from the scanner to its transfer note."""
    batch_id = ready_stack(office, staff, folder, key=key)
    begun(office, staff.scanning, batch_id)
    judged(office, staff.scanning, batch_id)
    released(office, staff.scanning, batch_id)
    return batch_id


def _kept(office: Office, session: Any, content: bytes) -> str:
    stored = office.store.put(io.BytesIO(content))
    assert str(stored.digest) == hashlib.sha256(content).hexdigest()
    keep_content(session, str(stored.digest), size=stored.size, at=office.clock.now())
    return str(stored.digest)


def half_checked(work: UnitOfWork, batch_id: UUID, picture: bytes = A_PICTURE) -> UUID:
    """Let a stack be under check, and its paper be proposed for destruction, all by the system.

    What no office does at once, so that every page has something to show; returns the destruction.
    """
    session, now, by = work.session, work.clock.now(), work.actor.id
    stored = work.store.put(io.BytesIO(picture))
    keep_content(session, str(stored.digest), size=stored.size, at=now)
    if session.get(BatchPage, (batch_id, 1)) is None:
        session.add(BatchPage(batch_id=batch_id, page=1, fate=Fate.FILED, **{**FINE, "dpi": 200}))
    session.add(ScanCheck(id=batch_id, rules=CheckRules().kept(), begun_by_id=by, begun_at=now))
    destruction = Destruction(
        number=1, manner="Aktenvernichter P-4", proposed_by_id=by, proposed_at=now
    )
    session.add(destruction)
    session.flush()
    session.add_all(
        [
            PageCheck(batch_id=batch_id, page=1, picture_sha256=str(stored.digest)),
            Paper(id=batch_id, box="K-12", destruction_id=destruction.id),
            DestroyedPaper(destruction_id=destruction.id, batch_id=batch_id),
            ScanRequest(
                number=1,
                batch_id=batch_id,
                pages=[1],
                reason="Seite 1 unscharf",
                asked_by_id=by,
                asked_at=now,
            ),
        ]
    )
    session.flush()
    return destruction.id
