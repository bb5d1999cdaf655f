"""What stands in a list, part by part, of what the actor may see at this moment?"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select, tuple_
from sqlalchemy.orm import contains_eager, joinedload

from eakte.access.actions import Action
from eakte.access.check import require, visible
from eakte.model.audit_entry import AuditEntry
from eakte.model.case import Case, Deadline, DeadlineState
from eakte.model.document import Direction, Document
from eakte.model.dossier import Dossier, DossierState, Medium
from eakte.model.prepared import ListKind
from eakte.retrieval.listing import asked_of_dossiers, totals_of
from eakte.retrieval.prepared import mail_lines
from eakte.retrieval.register import Asked
from eakte.unit_of_work import UnitOfWork

# So many lines are read at once: few enough that eighty thousand need no more memory than these.
PART = 500
ID_BYTES = 16
IDS_AT_ONCE = 2000

HEADINGS = {
    ListKind.DOSSIERS: (
        *("Aktenzeichen", "Name", "Geburtsdatum", "Betreff", "Sachgebiet", "zuständig", "Medium"),
        *("Zustand", "angelegt am", "Vorgänge", "Schreiben", "Seiten", "letzter Eingang"),
    ),
    ListKind.DEADLINES: (
        *("Ende", "Frist", "Grundlage", "Beginn", "überschritten", "Aktenzeichen", "Name"),
        *("Vorgang", "Sachgebiet", "zuständig"),
    ),
    ListKind.REGISTER: mail_lines.HEADINGS,
}
MEDIA = {Medium.ELECTRONIC: "elektronisch", Medium.HYBRID: "hybrid", Medium.PAPER: "Papier"}
STATES = {
    DossierState.OPEN: "offen",
    DossierState.CLOSED: "geschlossen",
    DossierState.CANCELLED: "storniert",
    DossierState.ERASED: "vernichtet",
}
# What one has to be allowed besides, to get a list of this kind at all.
GRANTS = {
    ListKind.DOSSIERS: Action.SEE_LISTS,
    ListKind.DEADLINES: Action.SEE_DEADLINES,
    ListKind.REGISTER: Action.SEE_INBOX,
}
# Of what the log speaks when somebody may be shut out of it.
SHUTTING = ("dossier", "case", "document")
# Of which rows the ids of a list are, and what makes them visible.
ABOUT: dict[ListKind, tuple[type[Dossier] | type[Case] | type[Document], Action]] = {
    ListKind.DOSSIERS: (Dossier, Action.SEE_DOSSIER),
    ListKind.DEADLINES: (Case, Action.SEE_CASE),
    ListKind.REGISTER: (Document, Action.SEE_DOCUMENT),
}


@dataclass(frozen=True)
class Filter:
    """Which dossiers are wanted, or which rows of the register; of deadlines all that run."""

    words: str = ""
    plan_entry_id: UUID | None = None
    state: DossierState | None = None
    number: str = ""
    first: date | None = None
    last: date | None = None
    direction: Direction | None = None

    @property
    def register(self) -> Asked:
        """The rows of the register that are wanted."""
        return Asked(self.words, self.number, self.first, self.last, self.direction)

    def told(self, plan_entry: str) -> dict[str, Any]:
        """Return plain JSON values, with the words for the entry of the plan."""
        return {
            "words": self.words,
            "plan_entry_id": str(self.plan_entry_id) if self.plan_entry_id else None,
            "plan_entry": plan_entry,
            "state": self.state.value if self.state else None,
            "number": self.number,
            "first": self.first.isoformat() if self.first else None,
            "last": self.last.isoformat() if self.last else None,
            "direction": self.direction.value if self.direction else None,
        }

    @classmethod
    def from_told(cls, told: dict[str, Any]) -> Filter:
        """Return the filter that was kept as plain values."""
        entry, state = told.get("plan_entry_id"), told.get("state")
        days = [told.get(name) for name in ("first", "last")]
        first, last = (date.fromisoformat(day) if day else None for day in days)
        direction = told.get("direction")
        return cls(
            told.get("words", ""),
            UUID(entry) if entry else None,
            DossierState(state) if state else None,
            told.get("number", ""),
            first,
            last,
            Direction(direction) if direction else None,
        )


@dataclass(frozen=True)
class Lines:
    """Some lines, what they are about, and the place after which the next ones stand."""

    cells: list[tuple[str, ...]]
    about: list[UUID]
    after: tuple[Any, ...] | None


def count_lines(work: UnitOfWork, kind: ListKind, wanted: Filter) -> int:
    """Count the lines there would be at this moment."""
    require(work, GRANTS[kind])
    ids: Select[UUID]
    if kind is ListKind.REGISTER:
        rows = mail_lines.asked_register(work, wanted.register)
        ids = rows.with_only_columns(Document.id, maintain_column_froms=True)
    elif kind is ListKind.DOSSIERS:
        ids = _dossiers(work, wanted).with_only_columns(Dossier.id, maintain_column_froms=True)
    else:
        ids = _deadlines(work).with_only_columns(Deadline.id, maintain_column_froms=True)
    return work.session.scalar(select(func.count()).select_from(ids.subquery())) or 0


def lines_after(
    work: UnitOfWork, kind: ListKind, wanted: Filter, *, after: tuple[Any, ...] | None
) -> Lines:
    """Return the lines after a place, the first ones for None."""
    require(work, GRANTS[kind])
    if kind is ListKind.DOSSIERS:
        return _dossier_lines(work, wanted, after)
    if kind is ListKind.REGISTER:
        return Lines(*mail_lines.register_lines(work, wanted.register, after=after, most=PART))
    return _deadline_lines(work, after)


def length_of_log(work: UnitOfWork, kind: ListKind) -> int:
    """Return how far the log is, from which on `still_visible` has to look."""
    require(work, GRANTS[kind])
    return work.session.scalar(select(func.max(AuditEntry.sequence))) or 0


def still_visible(work: UnitOfWork, kind: ListKind, about: bytes, *, seen: int) -> bool:
    """Say whether the actor still sees all that a list is about and saw when the log ended there.

    Whatever shuts a dossier or a case is in the log, so only those are asked about of which it
    speaks since. What depends on the person alone is in the fingerprint of their rights.
    """
    require(work, GRANTS[kind])
    since = (
        select(AuditEntry.subject_id)
        .where(AuditEntry.sequence > seen, AuditEntry.subject_kind.in_(SHUTTING))
        .distinct()
    )
    touched = {one for one in work.session.scalars(since) if one is not None}
    if not touched:
        return True
    homes = select(Case.id, Case.dossier_id)
    if kind is ListKind.REGISTER:
        inside = select(Document.id)
        for owner in (Document.dossier_id, Document.case_id):
            touched |= {one for (one,) in _in_parts(work, inside, owner, touched)}
    elif kind is ListKind.DOSSIERS:
        pairs = _in_parts(work, homes, Case.id, touched)
        touched |= {dossier for _, dossier in pairs}
    else:
        pairs = _in_parts(work, homes, Case.dossier_id, touched)
        touched |= {case for case, _ in pairs}
    listed = {
        UUID(bytes=about[start : start + ID_BYTES]) for start in range(0, len(about), ID_BYTES)
    }
    asked = touched & listed
    table, action = ABOUT[kind]
    found = select(table.id).where(visible(work.actor, action, table))
    return {one for (one,) in _in_parts(work, found, table.id, asked)} == asked


def _in_parts(
    work: UnitOfWork, query: Select[*tuple[Any, ...]], column: Any, ids: Collection[UUID]
) -> list[Any]:
    """Return what a question finds for these ids, asked for so many at once as databases take."""
    found: list[Any] = []
    some = sorted(ids)
    for start in range(0, len(some), IDS_AT_ONCE):
        part = some[start : start + IDS_AT_ONCE]
        found += work.session.execute(query.where(column.in_(part))).all()
    return found


def packed(ids: Sequence[UUID]) -> bytes:
    """Return ids as a list keeps them, every one once."""
    return b"".join(one.bytes for one in dict.fromkeys(ids))


def _dossiers(work: UnitOfWork, wanted: Filter) -> Select[Dossier]:
    asked = asked_of_dossiers(wanted.words, plan_entry_id=wanted.plan_entry_id, state=wanted.state)
    return select(Dossier).where(*asked, visible(work.actor, Action.SEE_DOSSIER, Dossier))


def _dossier_lines(work: UnitOfWork, wanted: Filter, after: tuple[Any, ...] | None) -> Lines:
    place = (Dossier.person_folded, Dossier.reference_folded, Dossier.id)
    query = (
        _dossiers(work, wanted)
        .options(joinedload(Dossier.department), joinedload(Dossier.clerk))
        .order_by(*place)
        .limit(PART)
    )
    if after is not None:
        query = query.where(tuple_(*place) > tuple_(*after))
    found = work.session.scalars(query).all()
    totals = totals_of(work, found)
    cells: list[tuple[str, ...]] = []
    for one in found:
        total = totals[one.id]
        cells.append(
            (
                *(one.reference, one.person_name, _day(one.birth_date), one.subject),
                *(one.department.name, one.clerk.name if one.clerk else "", MEDIA[one.medium]),
                *(STATES[one.state], _day(one.opened_on), str(total.cases)),
                *(str(total.documents), str(total.pages), _day(total.last)),
            )
        )
    last = found[-1] if len(found) == PART else None
    return Lines(
        cells,
        [one.id for one in found],
        (last.person_folded, last.reference_folded, last.id) if last else None,
    )


def _deadlines(work: UnitOfWork) -> Select[Deadline]:
    return (
        select(Deadline)
        .join(Case, Case.id == Deadline.case_id)
        .join(Dossier, Dossier.id == Case.dossier_id)
        .where(Deadline.state == DeadlineState.RUNNING, visible(work.actor, Action.SEE_CASE, Case))
    )


def _deadline_lines(work: UnitOfWork, after: tuple[Any, ...] | None) -> Lines:
    place = (Deadline.ends_on, Deadline.id)
    home = contains_eager(Deadline.case).contains_eager(Case.dossier)
    query = (
        _deadlines(work)
        .options(home, home.joinedload(Dossier.department), home.joinedload(Dossier.clerk))
        .order_by(*place)
        .limit(PART)
    )
    if after is not None:
        query = query.where(tuple_(*place) > tuple_(*after))
    found = work.session.scalars(query).all()
    today = work.clock.today()
    cells: list[tuple[str, ...]] = []
    for one in found:
        dossier = one.case.dossier
        cells.append(
            (
                *(_day(one.ends_on), one.title, one.basis, _day(one.begins_on)),
                *("ja" if one.ends_on < today else "nein", dossier.reference),
                *(dossier.person_name, f"{one.case.number}. {one.case.procedure}"),
                *(dossier.department.name, dossier.clerk.name if dossier.clerk else ""),
            )
        )
    last = found[-1] if len(found) == PART else None
    return Lines(cells, [one.case_id for one in found], (last.ends_on, last.id) if last else None)


def _day(day: date | None) -> str:
    return f"{day:%d.%m.%Y}" if day else ""
