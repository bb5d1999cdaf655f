"""Which of the unit's own words is meant by what somebody typed?"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from eakte.access.actions import Action
from eakte.access.check import require
from eakte.db import folded
from eakte.model.catalogue import DocumentType, Procedure
from eakte.unit_of_work import UnitOfWork


def procedure_key(work: UnitOfWork, department_id: UUID, typed: str) -> str:
    """Return the key of the unit's procedure with this title or key, empty when it has none."""
    require(work, Action.SEE_PLAN)
    rows = work.session.scalars(select(Procedure).where(Procedure.department_id == department_id))
    meant = folded(typed)
    return next((row.key for row in rows if meant in {row.key, folded(row.title)}), "")


def document_type(work: UnitOfWork, department_id: UUID, typed: str) -> DocumentType | None:
    """Return the unit's kind of document with this title or key, None when it has none."""
    require(work, Action.SEE_PLAN)
    rows = work.session.scalars(
        select(DocumentType).where(DocumentType.department_id == department_id)
    )
    meant = folded(typed)
    return next((row for row in rows if meant in {row.key, folded(row.title)}), None)
