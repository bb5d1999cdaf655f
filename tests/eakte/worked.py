"""The processing of one document as a worker does it, without the worker."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from sqlalchemy import text

from eakte.bootstrap import Office
from eakte.model.document import Document
from eakte.processing import pipeline
from eakte.processing.sandbox import Sandbox


def run(office: Office, sandbox: Sandbox, document_id: UUID, folder: Path) -> Document:
    """Process a document and forget what is promised then; return it as it is afterwards."""
    with office.as_system() as work:
        task = pipeline.begin(work, document_id)
    assert task is not None
    folder.mkdir(parents=True)
    made = pipeline.make(
        office.store, sandbox, task, folder=folder, progress=lambda step, done, of: None
    )
    with office.as_system() as work:
        pipeline.finish(work, task, made)
        work.session.execute(text("DELETE FROM job"))
        return work.session.get_one(Document, document_id)
