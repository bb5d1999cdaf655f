"""How surely was each page of a stack recognised? Noted where the stack's other findings stand."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import bindparam, update

from eakte.access.actions import Action
from eakte.access.check import require
from eakte.model.batch import BatchPage
from eakte.model.findings import PageText
from eakte.unit_of_work import UnitOfWork


def note_legibility(work: UnitOfWork, document_id: UUID, pages: Sequence[PageText]) -> None:
    """Note for the pages of a stack of which this document was made how they were read.

    A document that came in by another way has no such pages, and nothing is noted.
    """
    require(work, Action.MAINTAIN)
    if not pages:
        return
    # Below the mapped rows: many pages are one statement there.
    work.session.connection().execute(
        update(BatchPage)
        .where(BatchPage.document_id == document_id, BatchPage.place == bindparam("at_place"))
        .values(unsure=bindparam("so_unsure"), text_source=bindparam("from_source")),
        [
            {
                "at_place": page.number,
                "so_unsure": page.unsure,
                "from_source": page.source.value,
            }
            for page in pages
        ],
    )
