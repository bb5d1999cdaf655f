"""Pages that are known again, and orders of pages: asked for, carried out, looked at."""

from __future__ import annotations

import io
from pathlib import Path
from uuid import UUID

import pikepdf
from pikepdf import Pdf
from sqlalchemy import select, update

from eakte import arrangements
from eakte.bootstrap import Office
from eakte.filing.arranging import arrange_pages
from eakte.filing.page_plan import read_plan
from eakte.model.arrangement import Arrangement
from eakte.model.document import Document, DocumentState, ProcessingState, Version
from eakte.model.findings import Kind, Look
from eakte.model.user import Actor
from eakte.processing.sandbox import Sandbox
from storage import Digest
from tests.builders import bring


def numbered(pages: int, *, first: int = 1) -> bytes:
    """A PDF whose page n is as wide as 100 + n points, by which it is known again."""
    with Pdf.new() as made, io.BytesIO() as kept:
        for number in range(first, first + pages):
            made.add_blank_page(page_size=(100 + number, 400))
        made.save(kept)
        return kept.getvalue()


def known(content: bytes) -> list[tuple[int, int]]:
    """The pages of a PDF by their numbers, each with its turn."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        return [
            (round(float(page.mediabox[2])) - 100, int(page.obj.get("/Rotate", 0)) % 360)
            for page in pdf.pages
        ]


def brought(
    office: Office, actor: Actor, folder: Path, content: bytes, *, pages: int, flags: tuple = ()
) -> UUID:
    look = Look("application/pdf", Kind.PDF, pages)
    receipt = bring(office, actor, folder / "in", content=content, look=look)
    with office.as_system() as work:
        work.session.execute(
            update(Document)
            .where(Document.id == receipt.document_id)
            .values(processing=ProcessingState.READY, page_count=pages, flags=list(flags))
        )
    return receipt.document_id


def asked(
    office: Office, actor: Actor, ids: list[UUID], plan: str, *, key: str = "k", **said: bool
) -> UUID:
    with office.begin(actor) as work:
        first, *others = (work.session.get_one(Document, one) for one in ids)
        counts = [one.page_count or 0 for one in (first, *others)]
        parts = read_plan(plan, counts)
        return arrange_pages(work, first, parts, key=key, others=others, **said).id


def done(office: Office, sandbox: Sandbox, arrangement: UUID, folder: Path) -> Arrangement:
    """Carry an order out as the worker does, and let what was made of it be read."""
    work_folder = folder / f"work-{arrangement}"
    work_folder.mkdir()
    with office.as_system() as work:
        task = arrangements.begin(work, arrangement)
        assert task is not None
    made = arrangements.make(
        office.store, sandbox, task, folder=work_folder, progress=lambda *told: None
    )
    with office.as_system() as work:
        arrangements.finish(work, task, made)
    with office.as_system() as work:
        work.session.execute(update(Document).values(processing=ProcessingState.READY))
        return work.session.get_one(Arrangement, arrangement)


def shown(office: Office, document_id: UUID) -> list[tuple[int, int]]:
    with office.as_system() as work:
        document = work.session.get_one(Document, document_id)
        version = work.session.scalars(
            select(Version).where(
                Version.document_id == document_id, Version.number == document.current_version
            )
        ).one()
        with office.store.open(Digest(version.sha256)) as stream:
            return known(stream.read())


def state(office: Office, document_id: UUID) -> tuple[DocumentState, str | None]:
    with office.as_system() as work:
        document = work.session.get_one(Document, document_id)
        return document.state, document.cancel_reason
