"""What stands in the register of mail as a table, part by part?"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Select, tuple_

from eakte.access.actions import Action
from eakte.access.check import require
from eakte.clock import OFFICE_ZONE
from eakte.model.document import Direction, Document, DocumentState, Source
from eakte.retrieval.register import Asked, Entry, entries, shown
from eakte.unit_of_work import UnitOfWork

HEADINGS = (
    *("Nummer", "Tag", "Uhrzeit", "Weg", "Richtung", "Absender", "Empfänger", "Betreff"),
    *("Seiten", "Sachgebiet", "Verbleib", "Abgegeben von", "Abgegeben an", "am", "Notiz"),
)
DIRECTIONS = {
    Direction.INCOMING: "Eingang",
    Direction.OUTGOING: "Ausgang",
    Direction.INTERNAL: "Intern",
}
DOORS = {
    Source.UPLOAD: "Hochgeladen",
    Source.API: "Schnittstelle",
    Source.COMMAND: "Kommandozeile",
    Source.FOLDER: "Überwachter Ordner",
    Source.STATION: "Scanstation",
}


def asked_register(work: UnitOfWork, asked: Asked) -> Select[Document]:
    """Return the question for the documents of the table."""
    require(work, Action.SEE_INBOX)
    return entries(work, asked)


def register_lines(
    work: UnitOfWork, asked: Asked, *, after: tuple[Any, ...] | None, most: int
) -> tuple[list[tuple[str, ...]], list[UUID], tuple[Any, ...] | None]:
    """Return the lines after a place, what of them is to be seen as a whole, and the next place.

    What is not to be seen any more has no content in its line that a lost right would have to take
    back.
    """
    require(work, Action.SEE_INBOX)
    place = (Document.register_year, Document.register_number)
    query = entries(work, asked).order_by(*place).limit(most)
    if after is not None:
        query = query.where(tuple_(*place) > tuple_(*after))
    found = work.session.scalars(query).all()
    rows = shown(work, found)
    last = rows[-1] if len(rows) == most else None
    return (
        [_cells(row) for row in rows],
        [row.document.id for row in rows if row.document is not None],
        (last.year, last.number) if last else None,
    )


def _cells(row: Entry) -> tuple[str, ...]:
    at = row.received_at.astimezone(OFFICE_ZONE)
    document, given = row.document, row.given
    return (
        *(row.name, f"{at:%d.%m.%Y}", f"{at:%H:%M}", DOORS.get(row.source, row.source.value)),
        *(
            (DIRECTIONS[document.direction], document.sender, document.recipient, document.title)
            if document
            else ("", "", "", "")
        ),
        str(row.pages or ""),
        document.department.name if document else "",
        _place(document),
        *(
            (given.giver.name, given.taker.name, f"{given.at:%d.%m.%Y}", given.note)
            if given
            else ("", "", "", "")
        ),
    )


def _place(document: Document | None) -> str:
    if document is None:
        return "abgegeben"
    if document.state is DocumentState.CANCELLED:
        return document.cancel_reason or "storniert"
    if document.case is not None:
        return f"{document.case.dossier.reference}-{document.case.number}"
    return "im Posteingang"
