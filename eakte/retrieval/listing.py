"""What lies where? Lists of dossiers, cases and documents, filtered by right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, not_, or_, select, union_all
from sqlalchemy.orm import aliased, joinedload

from eakte.access.actions import Action
from eakte.access.check import require, split_by_name, visible, visible_within
from eakte.db import Page, folded, paged_by_id
from eakte.errors import NotFound
from eakte.model.audit_entry import AuditEntry
from eakte.model.case import Case
from eakte.model.catalogue import DocumentType, Procedure
from eakte.model.columns import Among
from eakte.model.document import Document, Version
from eakte.model.dossier import Dossier, DossierAlias, DossierState
from eakte.model.file_plan import PlanEntry
from eakte.model.user import Actor
from eakte.unit_of_work import UnitOfWork

PER_PAGE = 50
# The log has no index by person, on purpose; so only its latest entries are looked at.
LOOK_BACK = 5000


@dataclass(frozen=True)
class Totals:
    """What lies in a dossier; ``last`` is the day on which something last came in."""

    cases: int
    documents: int
    pages: int
    last: date | None


def dossiers(
    work: UnitOfWork,
    typed: str = "",
    *,
    plan_entry_id: UUID | None = None,
    state: DossierState | None = None,
    page: int = 1,
    per_page: int = PER_PAGE,
) -> Page[Dossier]:
    """List dossiers by reference; each typed word must occur in reference, person or subject."""
    require(work, Action.SEE_LISTS)
    order = (Dossier.person_folded, Dossier.reference_folded)
    asked = asked_of_dossiers(typed, plan_entry_id=plan_entry_id, state=state)
    # Rights last: they cost more to ask than a word.
    query = (
        select(Dossier.id)
        .order_by(*order)
        .where(*asked, visible(work.actor, Action.SEE_DOSSIER, Dossier))
    )
    by_place, *by_name = _parts_seen(work.actor)
    counted = [
        select(Dossier.id).where(*asked, by_place).order_by(*order),
        *(select(Dossier.id).where(*asked, part) for part in by_name),
    ]
    listed = (
        select(Dossier)
        .options(joinedload(Dossier.plan_entry), joinedload(Dossier.department))
        .order_by(*order)
    )
    return paged_by_id(work.session, query, listed, page=page, per_page=per_page, counted=counted)


def asked_of_dossiers(
    typed: str, *, plan_entry_id: UUID | None, state: DossierState | None
) -> list[ColumnElement[bool]]:
    """Return the filter of a list of dossiers as conditions; rights are none of them."""
    asked: list[ColumnElement[bool]] = []
    if plan_entry_id is not None:
        # An entry that was changed is followed by another of the same number.
        number = select(PlanEntry.number).where(PlanEntry.id == plan_entry_id).scalar_subquery()
        same = select(PlanEntry.id).where(PlanEntry.number == number)
        asked.append(Dossier.plan_entry_id.in_(same))
    if state is not None:
        asked.append(Dossier.state == state)
    else:
        # Of what was destroyed there is only the proof; whoever looks for that asks for it.
        asked.append(Dossier.state != DossierState.ERASED)
    for word in folded(typed).split():
        plain = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        asked.append(
            or_(
                Dossier.reference_folded.like(f"%{plain}%", escape="\\"),
                Dossier.person_folded.like(f"%{plain}%", escape="\\"),
            )
        )
    return asked


def _parts_seen(actor: Actor) -> list[ColumnElement[bool]]:
    """Conditions on dossiers, of which each that the actor may see meets exactly one."""
    alone, named = split_by_name(actor)
    by_place = visible(alone, Action.SEE_DOSSIER, Dossier)
    parts = [by_place]
    if named:
        seen = visible(actor, Action.SEE_DOSSIER, Dossier)
        parts.append(and_(Among(Dossier.id, named), seen, not_(by_place)))
    return parts


def totals_of(work: UnitOfWork, listed: Sequence[Dossier]) -> dict[UUID, Totals]:
    """Count what lies in each of these dossiers, of what the actor may see."""
    require(work, Action.SEE_LISTS)
    cases: dict[UUID, int] = {
        dossier_id: number
        for dossier_id, number in work.session.execute(
            select(Case.dossier_id, func.count())
            .where(visible_within(work.actor, Action.SEE_CASE, Case, listed))
            .group_by(Case.dossier_id)
        )
    }
    totals = {one.id: Totals(cases.get(one.id, 0), 0, 0, None) for one in listed}
    for dossier_id, documents, pages, last in work.session.execute(
        select(
            Document.dossier_id,
            func.count(),
            func.coalesce(func.sum(Document.page_count), 0),
            func.max(Document.received_on),
        )
        .where(visible_within(work.actor, Action.SEE_DOCUMENT, Document, listed))
        .group_by(Document.dossier_id)
    ):
        if dossier_id is not None:
            total = totals[dossier_id]
            totals[dossier_id] = Totals(total.cases, documents, int(pages or 0), last)
    return totals


def dossiers_by_entry(work: UnitOfWork) -> dict[UUID, int]:
    """Count the dossiers the actor may see below each entry of the plan."""
    require(work, Action.SEE_LISTS)
    found = union_all(
        *(
            select(Dossier.plan_entry_id, func.count()).where(part).group_by(Dossier.plan_entry_id)
            for part in _parts_seen(work.actor)
        )
    )
    counted: dict[UUID, int] = {}
    for entry_id, number in work.session.execute(found):
        counted[entry_id] = counted.get(entry_id, 0) + number
    return counted


def recent_dossiers(work: UnitOfWork, *, most: int) -> Sequence[Dossier]:
    """List the dossiers the actor last worked on, the latest first."""
    require(work, Action.SEE_LISTS)
    newest = select(func.max(aliased(AuditEntry).sequence)).scalar_subquery()
    entries = work.session.scalars(
        select(AuditEntry)
        .where(
            AuditEntry.sequence > newest - LOOK_BACK,
            AuditEntry.actor_id == work.actor.id,
            AuditEntry.act.in_(("dossier.opened", "case.opened", "document.filed")),
        )
        .order_by(AuditEntry.sequence.desc())
        .limit(10 * most)
    )
    ids: dict[UUID, None] = {}
    for entry in entries:
        named = entry.details.get("dossier") or entry.subject_id
        ids.setdefault(UUID(str(named)))
    found = {
        dossier.id: dossier
        for dossier in work.session.scalars(
            select(Dossier).where(
                Dossier.id.in_(ids), visible(work.actor, Action.SEE_DOSSIER, Dossier)
            )
        )
    }
    # Cut only now: what was hidden since must not leave a gap.
    return [found[one] for one in ids if one in found][:most]


def dossier_by_id(work: UnitOfWork, dossier_id: UUID) -> Dossier:
    """Return a dossier the actor may see."""
    dossier = work.session.get(
        Dossier,
        dossier_id,
        options=[
            joinedload(Dossier.plan_entry),
            joinedload(Dossier.department),
            joinedload(Dossier.clerk),
        ],
    )
    if dossier is None:
        raise NotFound("Das gibt es nicht, oder Sie haben keinen Zugang dazu.")
    require(work, Action.SEE_DOSSIER, dossier)
    return dossier


def dossier_by_reference(work: UnitOfWork, reference: str) -> Dossier:
    """Return the dossier with this reference or, where none has it, this number elsewhere.

    Only what the actor may see counts, so that nobody learns of what is hidden from them.

    Raises:
        NotFound: there is none for the actor, or the number belongs to several of theirs.
    """
    require(work, Action.SEE_PLAN)
    typed = folded(reference)
    seen = select(Dossier).where(visible(work.actor, Action.SEE_DOSSIER, Dossier))
    own = work.session.scalar(seen.where(Dossier.reference_folded == typed))
    if own is not None:
        return own
    elsewhere = select(DossierAlias.dossier_id).where(DossierAlias.value_folded == typed)
    found = work.session.scalars(seen.where(Dossier.id.in_(elsewhere)).limit(2)).all()
    if len(found) > 1:
        raise NotFound(
            "Das Geschäftszeichen „%(reference)s“ gehört zu mehreren Akten.",
            reference=reference,
            next_step="Bitte nennen Sie das eigene Aktenzeichen der Akte.",
        )
    if not found:
        raise NotFound("Die Akte „%(reference)s“ gibt es nicht.", reference=reference)
    return found[0]


def case_by_id(work: UnitOfWork, case_id: UUID) -> Case:
    """Return a case the actor may see."""
    case = work.session.get(Case, case_id, options=[joinedload(Case.dossier)])
    if case is None:
        raise NotFound("Das gibt es nicht, oder Sie haben keinen Zugang dazu.")
    require(work, Action.SEE_CASE, case)
    return case


def document_by_id(work: UnitOfWork, document_id: UUID) -> Document:
    """Return a document the actor may see."""
    document = work.session.get(
        Document,
        document_id,
        options=[
            joinedload(Document.case).joinedload(Case.dossier),
            joinedload(Document.department),
            joinedload(Document.holder),
        ],
    )
    if document is None:
        raise NotFound("Das gibt es nicht, oder Sie haben keinen Zugang dazu.")
    require(work, Action.SEE_DOCUMENT, document)
    return document


def document_by_number(work: UnitOfWork, number: int) -> Document:
    """Return the document with this number, which the actor may see."""
    require(work, Action.SEE_PLAN)
    document = work.session.scalar(
        select(Document).where(
            Document.receipt_number == number, visible(work.actor, Action.SEE_DOCUMENT, Document)
        )
    )
    if document is None:
        raise NotFound("Ein Schreiben mit dieser Nummer gibt es nicht.")
    return document


def sent_document(work: UnitOfWork, document_id: UUID) -> Document:
    """Return a document whose receipt the actor may see, even when it was filed since."""
    document = work.session.get(Document, document_id)
    if document is None:
        raise NotFound("Das gibt es nicht, oder Sie haben keinen Zugang dazu.")
    require(work, Action.SEE_RECEIPT, document)
    return document


def cases_of(work: UnitOfWork, dossier: Dossier) -> Sequence[Case]:
    """List the cases of a dossier that the actor may see, in their order."""
    require(work, Action.SEE_DOSSIER, dossier)
    return work.session.scalars(
        select(Case)
        .options(joinedload(Case.dossier))
        .where(visible_within(work.actor, Action.SEE_CASE, Case, [dossier]))
        .order_by(Case.number)
    ).all()


def document_types(work: UnitOfWork, *, department_id: UUID | None = None) -> Sequence[str]:
    """Return the kinds of documents of a unit, or of all units of the actor, in their order."""
    require(work, Action.SEE_LISTS)
    units = [department_id] if department_id else work.actor.departments
    rows = work.session.scalars(
        select(DocumentType.title)
        .where(DocumentType.department_id.in_(units), DocumentType.in_use)
        .order_by(DocumentType.place, DocumentType.title)
    )
    return list(dict.fromkeys(rows))


def procedures(work: UnitOfWork, *, department_id: UUID | None = None) -> Sequence[str]:
    """Return the procedures of a unit, or of all units of the actor, in their order."""
    require(work, Action.SEE_LISTS)
    units = [department_id] if department_id else work.actor.departments
    rows = work.session.scalars(
        select(Procedure.title)
        .where(Procedure.department_id.in_(units), Procedure.in_use)
        .order_by(Procedure.place, Procedure.title)
    )
    return list(dict.fromkeys(rows))


def versions_of(work: UnitOfWork, document: Document) -> Sequence[Version]:
    """List the versions of a document, the newest first."""
    require(work, Action.SEE_DOCUMENT, document)
    return work.session.scalars(
        select(Version)
        .options(joinedload(Version.content))
        .where(Version.document_id == document.id)
        .order_by(Version.number.desc())
    ).all()
