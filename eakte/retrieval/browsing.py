"""What lies in one dossier or case, page by page, and what belongs to it?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import joinedload

from eakte.access.actions import Action
from eakte.access.check import SEEING, require, visible, visible_within
from eakte.db import Page
from eakte.model.audit_entry import AuditEntry
from eakte.model.case import Case
from eakte.model.change import Change
from eakte.model.document import Document, WithdrawalSheet
from eakte.model.dossier import Dossier, DossierAlias, DossierLink
from eakte.model.hold import held
from eakte.model.representative import Representative, acting_on, in_order
from eakte.unit_of_work import UnitOfWork

PER_PAGE = 100
# What was merely read is nobody's business beside the log.
NOT_SHOWN = ("document.read", "document.processed")


@dataclass(frozen=True)
class Linked:
    """Another dossier to which one has a link."""

    link: DossierLink
    dossier: Dossier


@dataclass(frozen=True)
class Happened:
    """One act in the life of a thing with the fields it changed: (field, old, new)."""

    at: datetime
    act: str
    actor_name: str
    in_stead_of: tuple[str, ...]
    fields: tuple[tuple[str, str | None, str | None], ...]


@dataclass(frozen=True)
class Placed:
    """What stands at one place of a case: a document, or the sheet that says where it went."""

    position: int
    document: Document | None
    sheet: WithdrawalSheet | None


@dataclass(frozen=True)
class Lying(Page[Document]):
    """One page of the documents that lie somewhere; ``sides`` counts the pages of all of them."""

    sides: int


def documents_in(
    work: UnitOfWork, dossier: Dossier, *, case: Case | None = None, page: int = 1
) -> Lying:
    """List the documents of a dossier, or of one of its cases, in the order of the file."""
    require(work, Action.SEE_DOSSIER, dossier)
    order = (Case.number, Document.position)
    ids = (
        select(Document.id)
        .join(Case, Case.id == Document.case_id)
        .where(visible_within(work.actor, Action.SEE_DOCUMENT, Document, [dossier]))
        .order_by(*order)
    )
    if case is not None:
        ids = ids.where(Document.case_id == case.id)
    # Counted beside the rows: all of them have to be gathered anyway, to be put in their order; but
    # only their ids are.
    here = (
        ids.add_columns(
            func.count().over().label("total"),
            func.coalesce(func.sum(Document.page_count).over(), 0).label("sides"),
        )
        .limit(PER_PAGE)
        .offset((max(1, page) - 1) * PER_PAGE)
        .subquery()
    )
    found = work.session.execute(
        select(Document, here.c.total, here.c.sides)
        .join(here, here.c.id == Document.id)
        .join(Case, Case.id == Document.case_id)
        .order_by(*order)
    ).all()
    if not found and page > 1:
        # Nothing lies behind the last page, so nothing tells where that is.
        last = documents_in(work, dossier, case=case).pages
        return documents_in(work, dossier, case=case, page=last)
    _, total, sides = found[0] if found else (None, 0, 0)
    return Lying(
        rows=[row[0] for row in found],
        total=total,
        page=max(1, page),
        pages=max(1, -(-total // PER_PAGE)),
        sides=int(sides),
    )


def cases_in(work: UnitOfWork, dossier: Dossier) -> list[tuple[Case, int, int]]:
    """List the cases of a dossier with how many documents and pages lie in each.

    Cases and documents are those that the actor may see, the cases in their order.
    """
    require(work, Action.SEE_DOSSIER, dossier)
    lying = _counted(work, dossier).subquery()
    rows = work.session.execute(
        select(Case, func.coalesce(lying.c.documents, 0), func.coalesce(lying.c.sides, 0))
        .outerjoin(lying, lying.c.case_id == Case.id)
        .where(visible_within(work.actor, Action.SEE_CASE, Case, [dossier]))
        .order_by(Case.number)
    )
    return [(case, documents, int(sides)) for case, documents, sides in rows]


def counts_by_case(work: UnitOfWork, dossier: Dossier) -> dict[UUID, tuple[int, int]]:
    """Return how many documents and pages lie in each case, of what the actor may see."""
    require(work, Action.SEE_DOSSIER, dossier)
    return {
        case_id: (documents, int(pages or 0))
        for case_id, documents, pages in work.session.execute(_counted(work, dossier))
        if case_id is not None
    }


def _counted(work: UnitOfWork, dossier: Dossier) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Document.case_id,
            func.count().label("documents"),
            func.coalesce(func.sum(Document.page_count), 0).label("sides"),
        )
        .where(visible_within(work.actor, Action.SEE_DOCUMENT, Document, [dossier]))
        .group_by(Document.case_id)
    )


def placed_in(
    work: UnitOfWork, dossier: Dossier, found: Page[Document]
) -> dict[UUID, list[Placed]]:
    """Return what stands in each case on one page of a dossier's documents, by place.

    A withdrawal sheet stands behind the document before it, wherever that is.
    """
    require(work, Action.SEE_DOSSIER, dossier)
    rows: dict[UUID, list[Placed]] = {}
    for document in found.rows:
        if document.case_id is not None:
            placed = Placed(document.position or 0, document, None)
            rows.setdefault(document.case_id, []).append(placed)
    here = {(document.case_id, document.position) for document in found.rows}
    for sheet, behind in _sheets(work, dossier):
        if (sheet.case_id, behind) in here if behind is not None else found.page == 1:
            rows.setdefault(sheet.case_id, []).append(Placed(sheet.position, None, sheet))
    for placed_rows in rows.values():
        placed_rows.sort(key=lambda row: row.position)
    return rows


def _sheets(work: UnitOfWork, dossier: Dossier) -> list[tuple[WithdrawalSheet, int | None]]:
    """The withdrawal sheets of a dossier, each with the place behind which it stands.

    That is the last one before it that is taken by a visible document, else the first of the case.
    """
    taken = (
        select(func.max(Document.position))
        .where(
            Document.case_id == WithdrawalSheet.case_id,
            visible_within(work.actor, Action.SEE_DOCUMENT, Document, [dossier]),
        )
        .correlate(WithdrawalSheet)
    )
    before = taken.where(Document.position < WithdrawalSheet.position)
    first = taken.with_only_columns(func.min(Document.position))
    behind = func.coalesce(before.scalar_subquery(), first.scalar_subquery())
    rows = work.session.execute(
        select(WithdrawalSheet, behind)
        .join(Case, Case.id == WithdrawalSheet.case_id)
        .where(visible_within(work.actor, Action.SEE_CASE, Case, [dossier]))
        .order_by(WithdrawalSheet.position)
    )
    return [(sheet, place) for sheet, place in rows]


def sheets_of(work: UnitOfWork, case: Case) -> Sequence[WithdrawalSheet]:
    """List the withdrawal sheets of a case, by place."""
    require(work, Action.SEE_CASE, case)
    return work.session.scalars(
        select(WithdrawalSheet)
        .where(WithdrawalSheet.case_id == case.id)
        .order_by(WithdrawalSheet.position)
    ).all()


def aliases_of(work: UnitOfWork, dossier: Dossier) -> Sequence[DossierAlias]:
    """List the numbers under which other programs know a dossier."""
    require(work, Action.SEE_DOSSIER, dossier)
    return work.session.scalars(
        select(DossierAlias)
        .where(DossierAlias.dossier_id == dossier.id)
        .order_by(DossierAlias.system, DossierAlias.value)
    ).all()


@dataclass(frozen=True)
class Cover:
    """The numbers elsewhere, who acts for the person today, and whether a hold stands on it."""

    aliases: tuple[DossierAlias, ...]
    acting: tuple[Representative, ...]
    held: bool


def cover_of(work: UnitOfWork, dossier: Dossier) -> Cover:
    """Return what stands on a dossier's cover beside its own fields; asked as one."""
    require(work, Action.SEE_DOSSIER, dossier)
    acts = (Representative.dossier_id == Dossier.id) & acting_on(work.clock.today())
    rows = work.session.execute(
        select(DossierAlias, Representative, held().label("held"))
        .select_from(Dossier)
        .outerjoin(DossierAlias, DossierAlias.dossier_id == Dossier.id)
        .outerjoin(Representative, acts)
        .where(Dossier.id == dossier.id)
        .order_by(DossierAlias.system, DossierAlias.value, *in_order())
    ).all()
    return Cover(
        aliases=tuple({alias.id: alias for alias, _, _ in rows if alias is not None}.values()),
        acting=tuple({one.id: one for _, one, _ in rows if one is not None}.values()),
        held=any(stands for _, _, stands in rows),
    )


def links_of(work: UnitOfWork, dossier: Dossier) -> list[Linked]:
    """List the dossiers with which one is linked, of those the actor may see."""
    require(work, Action.SEE_DOSSIER, dossier)
    rows = work.session.execute(
        select(DossierLink, Dossier)
        .join(
            Dossier,
            or_(
                (DossierLink.from_id == dossier.id) & (DossierLink.to_id == Dossier.id),
                (DossierLink.to_id == dossier.id) & (DossierLink.from_id == Dossier.id),
            ),
        )
        .where(visible(work.actor, Action.SEE_DOSSIER, Dossier))
        .order_by(Dossier.reference_folded)
    )
    return [Linked(link, other) for link, other in rows]


def history_of(work: UnitOfWork, thing: Dossier | Case | Document) -> list[Happened]:
    """Return what was done with a thing, the newest first, with old and new values."""
    require(work, SEEING[type(thing)], thing)
    changed: dict[int, list[tuple[str, str | None, str | None]]] = {}
    for one in work.session.scalars(
        select(Change)
        .where(Change.subject_id == thing.id)
        .order_by(Change.sequence.desc(), Change.field)
        .limit(10 * PER_PAGE)
    ):
        changed.setdefault(one.sequence, []).append((one.field, one.old, one.new))
    entries = work.session.scalars(
        select(AuditEntry)
        .where(AuditEntry.subject_id == thing.id, AuditEntry.act.not_in(NOT_SHOWN))
        .order_by(AuditEntry.sequence.desc())
        .limit(PER_PAGE)
    )
    return [
        Happened(
            at=entry.at,
            act=entry.act,
            actor_name=entry.actor_name,
            in_stead_of=tuple(entry.details.get("in_stead_of", ())),
            fields=tuple(changed.get(entry.sequence, ())),
        )
        for entry in entries
    ]


def attachments_in(work: UnitOfWork, documents: Sequence[Document]) -> dict[UUID, list[Document]]:
    """Return the attachments of each of these documents that the actor may see."""
    require(work, Action.SEE_LISTS)
    ids = [document.id for document in documents]
    found: dict[UUID, list[Document]] = {}
    if not ids:
        return found
    for one in work.session.scalars(
        select(Document)
        .options(joinedload(Document.case))
        .where(Document.parent_id.in_(ids), visible(work.actor, Action.SEE_DOCUMENT, Document))
        .order_by(Document.receipt_number)
    ):
        if one.parent_id is not None:
            found.setdefault(one.parent_id, []).append(one)
    return found


def relatives_of(
    work: UnitOfWork, document: Document
) -> tuple[Document | None, Sequence[Document]]:
    """Return of which document this one is an attachment, and its own attachments, if visible."""
    require(work, Action.SEE_LISTS)
    require(work, Action.SEE_DOCUMENT, document)
    related = Document.parent_id == document.id
    if document.parent_id is not None:
        related = or_(related, Document.id == document.parent_id)
    found = work.session.scalars(
        select(Document)
        .where(related, visible(work.actor, Action.SEE_DOCUMENT, Document))
        .order_by(Document.receipt_number)
    ).all()
    parent = next((one for one in found if one.id == document.parent_id), None)
    return parent, [one for one in found if one.parent_id == document.id]
