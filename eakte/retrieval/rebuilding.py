"""How does the search index come back when it was lost? From the rows and texts alone."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from uuid import UUID

from sqlalchemy import func, select

from eakte.access.actions import Action
from eakte.access.check import require
from eakte.config import Settings
from eakte.model.document import Document
from eakte.retrieval.indexing import entry_of, lost_from_index
from eakte.retrieval.schema import SCHEMA
from eakte.unit_of_work import UnitOfWork
from search import Index, IndexBroken, open_index, swap_index

BATCH = 200
Begin = Callable[[], AbstractContextManager[UnitOfWork]]
Report = Callable[[int, int], None]


def needs_rebuilding(begin: Begin, index: Index) -> bool:
    """Say whether the index is broken, or empty although there is something to find.

    It is opened anew for that: what is open already may not show what became of it on the disk.
    """
    index.close()
    try:
        if index.count() > 0:
            return False
    except IndexBroken:
        return True
    with begin() as work:
        require(work, Action.MAINTAIN)
        return lost_from_index(work.session)


def rebuild(begin: Begin, settings: Settings, index: Index, *, report: Report | None = None) -> int:
    """Write a new index beside the old one and put it in its place; return how many entries.

    Searching goes on with the old one until then. What changes meanwhile is written again by its
    own job afterwards.
    """
    beside = settings.index_folder.with_name(settings.index_folder.name + ".new")
    with begin() as work:
        require(work, Action.MAINTAIN)
        total = work.session.scalar(select(func.count(Document.id))) or 0
    shutil.rmtree(beside, ignore_errors=True)
    count = _write_beside(begin, settings, beside, total=total, report=report)
    index.close()
    swap_index(settings.index_folder, beside)
    return count


def _write_beside(
    begin: Begin, settings: Settings, beside: Path, *, total: int, report: Report | None
) -> int:
    count = 0
    fresh = open_index(beside, SCHEMA, engine=settings.search_engine)
    try:
        with fresh.writer() as writer:
            writer.clear()
            for batch in _batches(begin):
                with begin() as work:
                    for document_id in batch:
                        entry = entry_of(work.session, work.store, document_id)
                        if entry is not None:
                            writer.put(entry)
                            count += 1
                if report is not None:
                    report(count, total)
    finally:
        fresh.close()
    return count


def _batches(begin: Begin) -> Iterator[list[UUID]]:
    last = 0
    while True:
        with begin() as work:
            rows = work.session.execute(
                select(Document.receipt_number, Document.id)
                .where(Document.receipt_number > last)
                .order_by(Document.receipt_number)
                .limit(BATCH)
            ).all()
        if not rows:
            return
        last = rows[-1][0]
        yield [document_id for _, document_id in rows]
