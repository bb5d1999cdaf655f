"""Which of the unit's own words is meant by what somebody typed?"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from eakte.access.actions import Action
from eakte.access.check import require
from eakte.db import folded
from eakte.model.catalogue import DocumentType, Procedure
from eakte.unit_of_work import UnitOfWork


def procedure(
    work: UnitOfWork, department_id: UUID, typed: str, *, out_of_use: bool
) -> Procedure | None:
    """Return the unit's procedure with this title or key, None when it has none.

    Nothing new begins with a procedure that is out of use. What began with one keeps it, and is
    put right to it: ``out_of_use`` counts those as well, after those in use.
    """
    require(work, Action.SEE_PLAN)
    query = select(Procedure).where(Procedure.department_id == department_id)
    if not out_of_use:
        query = query.where(Procedure.in_use)
    rows = work.session.scalars(query.order_by(Procedure.in_use.desc(), Procedure.place))
    meant = folded(typed)
    return next((row for row in rows if meant in {row.key, folded(row.title)}), None)


def document_type(work: UnitOfWork, department_id: UUID, typed: str) -> DocumentType | None:
    """Return the unit's kind of document with this title or key, None when it has none."""
    require(work, Action.SEE_PLAN)
    rows = work.session.scalars(
        select(DocumentType).where(DocumentType.department_id == department_id)
    )
    meant = folded(typed)
    return next((row for row in rows if meant in {row.key, folded(row.title)}), None)
