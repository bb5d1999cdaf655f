"""How do the pages that were chosen for a check come to be seen?

The same five beats as every other job with a sandbox.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy import select, update

from eakte import audit
from eakte.access.actions import Action
from eakte.access.check import require
from eakte.model.batch import Batch
from eakte.model.content import keep_content
from eakte.model.scan_check import PageCheck
from eakte.processing.orders import ShowProgress
from eakte.processing.sandbox import Sandbox
from eakte.unit_of_work import UnitOfWork
from storage import Digest, Store, Stored

KIND = "picture"


@dataclass(frozen=True)
class Task:
    """The pages of a stack that are to be drawn."""

    batch_id: UUID
    sha256: str
    name: str
    pages: tuple[int, ...]


def begin(work: UnitOfWork, batch_id: UUID) -> Task | None:
    """Say which pages have no picture yet; None when all have, or the stack is gone."""
    require(work, Action.MAINTAIN)
    batch = work.session.get(Batch, batch_id)
    pages = work.session.scalars(
        select(PageCheck.page)
        .where(
            PageCheck.batch_id == batch_id,
            PageCheck.picture_sha256.is_(None),
            ~PageCheck.no_picture,
        )
        .order_by(PageCheck.page)
    ).all()
    if batch is None or not pages:
        return None
    return Task(batch.id, batch.sha256, batch.name, tuple(pages))


def make(
    store: Store, sandbox: Sandbox, task: Task, *, folder: Path, progress: ShowProgress
) -> Mapping[int, Stored]:
    """Draw the pages in the sandbox and put the pictures into the store.

    ``folder`` is empty and belongs to this run alone.
    """
    source, drawn = folder / "original", folder / "drawn"
    drawn.mkdir()
    store.copy_to(Digest(task.sha256), source)
    pictures = sandbox.draw(
        source, name=task.name, folder=drawn, pages=task.pages, progress=progress
    )
    stored = {}
    for page, path in pictures.items():
        with path.open("rb") as stream:
            stored[page] = store.put(stream)
    return stored


def finish(work: UnitOfWork, task: Task, made: Mapping[int, Stored]) -> None:
    """Name the pictures; a page of which there can be none says so."""
    require(work, Action.MAINTAIN)
    now = work.clock.now()
    for page in task.pages:
        stored = made.get(page)
        if stored is not None:
            keep_content(work.session, str(stored.digest), size=stored.size, at=now)
        work.session.execute(
            update(PageCheck)
            .where(PageCheck.batch_id == task.batch_id, PageCheck.page == page)
            .values(
                picture_sha256=str(stored.digest) if stored else None, no_picture=stored is None
            )
            .execution_options(synchronize_session=False)
        )
    audit.note(
        work,
        "batch.pictured",
        kind="batch",
        subject=task.batch_id,
        pages=len(made),
        missing=[page for page in task.pages if page not in made],
    )


def give_up(work: UnitOfWork, batch_id: UUID, *, error: Exception) -> None:
    """Show the pages without pictures as such: they are looked at on paper and in the original."""
    require(work, Action.MAINTAIN)
    work.session.execute(
        update(PageCheck)
        .where(PageCheck.batch_id == batch_id, PageCheck.picture_sha256.is_(None))
        .values(no_picture=True)
        .execution_options(synchronize_session=False)
    )
    audit.note(
        work,
        "batch.not-pictured",
        kind="batch",
        subject=batch_id,
        problem=getattr(error, "code", type(error).__name__),
    )


def wait_again(work: UnitOfWork, batch_id: UUID) -> None:
    """A page without a picture shows by itself that it waits; nothing is to be set back."""
    require(work, Action.MAINTAIN)
