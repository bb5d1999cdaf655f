"""What came in and went out, in the order of the register of mail (Postbuch), and where it went?

The register counts through the whole house, from 1 in every year, without a gap and never twice.
Each reader sees the rows of what they see. Of what their own unit has handed over and they see no
more, they see that it came in, when and by which door, and to whom it was given with which note, so
that nothing vanishes; not what it is, for that concerns the other unit alone. A number that is
missing says no more than that the house has other units.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as time_of_day
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, false, or_, select, true, tuple_
from sqlalchemy.orm import joinedload

from eakte.access.actions import Action
from eakte.access.check import may, require, visible
from eakte.clock import OFFICE_ZONE
from eakte.db import Page, paged
from eakte.errors import BadInput
from eakte.model.case import Case
from eakte.model.document import Direction, Document, Source
from eakte.model.hand_over import HandOver
from eakte.retrieval.listing import PER_PAGE
from eakte.unit_of_work import UnitOfWork

MOST_WORDS = 8
MOST_PRINTED = 1000


@dataclass(frozen=True)
class Asked:
    """Which rows are wanted: words in title, sender, recipient or name; a number; days."""

    words: str = ""
    number: str = ""
    first: date | None = None
    last: date | None = None
    direction: Direction | None = None


@dataclass(frozen=True)
class Entry:
    """A row of the register; ``document`` is None for what the reader may not see any more.

    ``given`` is how it was last handed over, as far as that concerns the reader.
    """

    year: int
    number: int
    received_at: datetime
    source: Source
    pages: int | None
    document: Document | None
    given: HandOver | None

    @property
    def name(self) -> str:
        """The number as it is written."""
        return f"{self.year}/{self.number:06d}"


def register(
    work: UnitOfWork, asked: Asked, *, page: int = 1, per_page: int = PER_PAGE
) -> Page[Entry]:
    """List the rows of the register, the latest first.

    Raises:
        BadInput: the number is none.
    """
    require(work, Action.SEE_INBOX)
    query = entries(work, asked).order_by(
        Document.register_year.desc(), Document.register_number.desc()
    )
    found = paged(work.session, query, page=page, per_page=per_page)
    return Page(shown(work, found.rows), found.total, found.page, found.pages)


def entries(work: UnitOfWork, asked: Asked) -> Select[Document]:
    """Return the question for the documents that have a row of the register for the actor."""
    require(work, Action.SEE_INBOX)
    seen = visible(work.actor, Action.SEE_DOCUMENT, Document)
    said = _said(asked)
    # What a row may not show must not be searched either.
    away = false() if asked.words or asked.direction else and_(_gone(work), ~seen)
    return (
        select(Document)
        .options(
            joinedload(Document.department), joinedload(Document.case).joinedload(Case.dossier)
        )
        .where(
            Document.register_number.is_not(None),
            *_when(asked),
            or_(and_(seen, *said), away),
        )
    )


def shown(work: UnitOfWork, documents: Sequence[Document]) -> list[Entry]:
    """Return rows with what the actor may be told in each."""
    require(work, Action.SEE_INBOX)
    given = _given(work, documents)
    rows = []
    for one in documents:
        sees = may(work.actor, Action.SEE_DOCUMENT, one)
        last = given.get(one.id, [])
        own = [each for each in last if each.from_id in work.actor.departments]
        handed = last[-1] if sees and last else own[-1] if own else None
        rows.append(
            Entry(
                one.register_year or 0,
                one.register_number or 0,
                one.received_at,
                one.source,
                one.page_count if sees else handed.pages if handed else None,
                one if sees else None,
                handed,
            )
        )
    return rows


def _given(work: UnitOfWork, documents: Sequence[Document]) -> dict[UUID, list[HandOver]]:
    given: dict[UUID, list[HandOver]] = {}
    rows = work.session.scalars(
        select(HandOver)
        .options(joinedload(HandOver.giver), joinedload(HandOver.taker))
        .where(HandOver.document_id.in_([one.id for one in documents]))
        .order_by(HandOver.at)
    )
    for row in rows:
        given.setdefault(row.document_id, []).append(row)
    return given


def _gone(work: UnitOfWork) -> ColumnElement[bool]:
    if not work.actor.departments:
        return false()
    return exists().where(
        HandOver.document_id == Document.id, HandOver.from_id.in_(work.actor.departments)
    )


def _when(asked: Asked) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if asked.first is not None:
        conditions.append(Document.received_at >= _begins(asked.first))
    if asked.last is not None:
        conditions.append(Document.received_at < _begins(asked.last + timedelta(days=1)))
    if asked.number.strip():
        conditions.append(_numbered(asked.number.strip()))
    return conditions


def _begins(day: date) -> datetime:
    return datetime.combine(day, time_of_day(), OFFICE_ZONE)


def _numbered(typed: str) -> ColumnElement[bool]:
    year, _, number = typed.rpartition("/")
    if not number.strip().isdecimal() or not (year.strip() or "1").isdecimal() or len(typed) > 20:
        raise BadInput("Eine Nummer sieht so aus: 2026/000123 oder 123.")
    if int(number) > 2_147_483_647 or int(year or 1) > 9999:
        raise BadInput("Eine Nummer sieht so aus: 2026/000123 oder 123.")
    if year.strip():
        return tuple_(Document.register_year, Document.register_number) == (int(year), int(number))
    return Document.register_number == int(number)


def _said(asked: Asked) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [true()]
    if asked.direction is not None:
        conditions.append(Document.direction == asked.direction)
    for word in asked.words.split()[:MOST_WORDS]:
        plain = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        # SQLite knows no capital umlauts: "ärzte" must find "Ärzte" there as well.
        ways = {plain, plain.lower(), plain.capitalize(), plain.upper()}
        conditions.append(
            or_(
                *(
                    column.ilike(f"%{way}%", escape="\\")
                    for column in (
                        Document.title,
                        Document.sender,
                        Document.recipient,
                        Document.original_name,
                    )
                    for way in sorted(ways)
                )
            )
        )
    return conditions
