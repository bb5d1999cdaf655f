"""A dossier with so many documents as nobody files in a test, made of one of them."""

from __future__ import annotations

from uuid import UUID, uuid4

from sqlalchemy import func, insert, inspect, select

from eakte.model.document import Document, Rendition, RenditionKind, Version
from eakte.unit_of_work import UnitOfWork


def crowd(work: UnitOfWork, document_id: UUID, most: int) -> list[UUID]:
    """Let a filed document lie in its case so many times more; returns the ids of the others."""
    session = work.session
    document = session.get_one(Document, document_id)
    version = session.scalars(select(Version).where(Version.document_id == document_id)).one()
    copy = session.scalars(
        select(Rendition).where(
            Rendition.version_id == version.id, Rendition.kind == RenditionKind.READING_COPY
        )
    ).one()
    last = session.scalar(select(func.max(Document.receipt_number))) or 0
    place = session.scalar(
        select(func.max(Document.position)).where(Document.case_id == document.case_id)
    )
    made: dict[type, list[dict[str, object]]] = {Document: [], Version: [], Rendition: []}
    for number in range(1, most + 1):
        ids = {one: uuid4() for one in made}
        made[Document].append(
            _values(document)
            | {
                "id": ids[Document],
                "title": f"{document.title} {number}",
                "receipt_number": last + number,
                "register_year": None,
                "register_number": None,
                "position": (place or 0) + number,
            }
        )
        made[Version].append(_values(version) | {"id": ids[Version], "document_id": ids[Document]})
        made[Rendition].append(_values(copy) | {"id": ids[Rendition], "version_id": ids[Version]})
    for table, rows in made.items():
        session.execute(insert(table), rows)
    return [UUID(str(one["id"])) for one in made[Document]]


def _values(row: object) -> dict[str, object]:
    return {one.key: getattr(row, one.key) for one in inspect(type(row)).column_attrs}
