"""Which earlier document has the same bytes, of those this person may see?"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from eakte.access.actions import Action
from eakte.access.check import require, visible
from eakte.model.document import Document, Version
from eakte.unit_of_work import UnitOfWork


def earlier_twins(work: UnitOfWork, documents: Sequence[Document]) -> dict[UUID, Document]:
    """Return for each document the first earlier one of its unit that came in with the same bytes.

    Asked anew for every reader: what one may not see must neither be named nor stand before a twin
    that one may see.
    """
    require(work, Action.SEE_LISTS)
    asked = [one.id for one in documents if one.duplicate_of_id is not None]
    if not asked:
        return {}
    later, came = aliased(Document), aliased(Version)
    first = (
        select(later.id, func.min(Document.receipt_number).label("number"))
        .join(came, (came.document_id == later.id) & (came.number == 1))
        .join(Version, (Version.sha256 == came.sha256) & (Version.number == 1))
        .join(Document, Document.id == Version.document_id)
        .where(
            later.id.in_(asked),
            Document.department_id == later.department_id,
            Document.receipt_number < later.receipt_number,
            visible(work.actor, Action.SEE_DOCUMENT, Document),
        )
        .group_by(later.id)
        .subquery()
    )
    found = work.session.execute(
        select(first.c.id, Document).join(Document, Document.receipt_number == first.c.number)
    )
    return {document_id: twin for document_id, twin in found}
