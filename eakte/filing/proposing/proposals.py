"""Where could a waiting document go? The clues of its text, asked of the rows the person sees.

Nothing of a dossier is kept with a document, so nothing can grow old and nothing can tell: whether
a reference leads anywhere, and whether another dossier fits as well, is decided for each person
among the dossiers that this person sees, when they look. What they do not see does not exist.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import Select, String, Uuid, case, cast, literal, null, select, text, union_all
from sqlalchemy.orm import joinedload

from eakte import audit
from eakte.access.actions import Action
from eakte.access.check import may, require, visible
from eakte.db import folded
from eakte.errors import NotFound
from eakte.filing.describing import Description
from eakte.filing.placing import place_document
from eakte.filing.proposing.clues import Clues, Told, TypeClue, clues_kept
from eakte.filing.proposing.making import KIND
from eakte.filing.proposing.weighing import Candidate, Confidence, Weighed, weighed
from eakte.filing.saying import UNSAID
from eakte.model.case import Case, CaseState
from eakte.model.catalogue import DocumentType
from eakte.model.document import Document, DocumentState
from eakte.model.dossier import Dossier, DossierAlias, DossierState
from eakte.model.job import Job, JobState
from eakte.model.proposal import Recognised
from eakte.unit_of_work import UnitOfWork

MOST = 5
# Of so many dossiers that clues lead to, the best are chosen.
MOST_LOOKED_AT = 40


@dataclass(frozen=True)
class Proposal:
    """A dossier into which a document could go, and why.

    ``case`` is the open case of it that fits best, None where the actor can file into none;
    ``document_type`` is empty where nothing speaks for one.
    """

    id: UUID
    dossier: Dossier
    case: Case | None
    document_type: str
    why: Weighed
    kind: TypeClue | None
    rules: str


@dataclass(frozen=True)
class Hint:
    """What the list of the inbox says of a document."""

    reference: str
    confidence: Confidence


@dataclass(frozen=True)
class _Found:
    """A dossier, the reference by which it was found, and the case that this one belongs to."""

    dossier: Dossier
    value: str
    case_id: UUID | None


def proposals_of(work: UnitOfWork, document: Document) -> list[Proposal]:
    """Return where a waiting document could go, the likeliest first; at most five.

    Whoever may not read the document is told nothing, and nobody is told of a dossier that they do
    not see. An attachment is filed with its main document and has none of its own.
    """
    require(work, Action.SEE_DOCUMENT, document)
    if document.state is not DocumentState.INBOX or document.parent_id is not None:
        return []
    if not may(work.actor, Action.READ_CONTENT, document):
        return []
    row = work.session.execute(
        select(Recognised, DocumentType.title)
        .outerjoin(
            DocumentType,
            (DocumentType.department_id == document.department_id)
            & DocumentType.in_use
            & (DocumentType.key == Recognised.clues["kind"]["key"].as_string()),
        )
        .where(
            Recognised.document_id == document.id, Recognised.version == document.current_version
        )
    ).first()
    if row is None:
        return []
    recognised, title = row
    clues = clues_kept(recognised.clues)
    found = _found(work, [clues], names=True)
    ranked = weighed(clues, _candidates(found))[:MOST]
    if not ranked:
        return []
    dossiers = {one.dossier.id: one.dossier for one in found}
    cases = _cases(work, [one.id for one in ranked])
    named = {one.dossier.id: one.case_id for one in found if one.case_id is not None}
    proposals = []
    for one in ranked:
        fits = _fitting(cases.get(one.id, ()), clues, named.get(one.id))
        proposals.append(
            Proposal(
                uuid5(document.id, str(fits.id if fits else one.id)),
                dossiers[one.id],
                fits,
                title or "",
                one,
                clues.kind,
                recognised.rules,
            )
        )
    return proposals


def hints_of(
    work: UnitOfWork, recognised: Iterable[tuple[Document, Mapping[str, Any] | None]]
) -> dict[UUID, Hint]:
    """Return for waiting documents, with their clues, the dossier that each likely belongs to.

    What is only possible, and what is ambiguous, is no hint.
    """
    require(work, Action.SEE_INBOX)
    kept = {
        document.id: clues_kept(clues)
        for document, clues in recognised
        if clues is not None
        and document.parent_id is None
        and may(work.actor, Action.PLACE_DOCUMENT, document)
    }
    found = _found(work, kept.values(), names=False)
    candidates = _candidates(found)
    references = {one.dossier.id: one.dossier.reference for one in found}
    hints = {}
    for document_id, clues in kept.items():
        best = next(iter(weighed(clues, candidates)), None)
        if best is not None and best.confidence is not Confidence.POSSIBLE:
            hints[document_id] = Hint(references[best.id], best.confidence)
    return hints


def still_read(work: UnitOfWork, document: Document) -> bool:
    """Say whether a waiting document is still being read, so that proposals may yet come."""
    require(work, Action.SEE_DOCUMENT, document)
    if document.state is not DocumentState.INBOX:
        return False
    waiting = select(Job.id).where(
        Job.kind == KIND, Job.subject_id == document.id, Job.state != JobState.DEAD
    )
    return work.session.scalar(waiting.limit(1)) is not None


def proposal_by_id(work: UnitOfWork, document: Document, proposal_id: UUID) -> Proposal:
    """Return a proposal for a document.

    Raises:
        NotFound: there is no such proposal, or it holds no more.
    """
    require(work, Action.SEE_DOCUMENT, document)
    for one in proposals_of(work, document):
        if one.id == proposal_id:
            return one
    raise NotFound("Diesen Vorschlag gibt es nicht, oder er gilt nicht mehr.")


def accept_proposal(
    work: UnitOfWork,
    document: Document,
    proposal: Proposal,
    *,
    case: Case,
    description: Description,
) -> None:
    """File a document as a person decided who began from a proposal.

    What they changed of it is written down, by the names of the fields.

    Raises:
        RuleBroken: naming every reason against filing it there.
    """
    require(work, Action.PLACE_DOCUMENT, document)
    changed = []
    if proposal.case is None or case.id != proposal.case.id:
        changed.append("case")
    if description.document_type not in (UNSAID, proposal.document_type):
        changed.append("document_type")
    if description.title not in (UNSAID, proposed_title(proposal, document)):
        changed.append("title")
    place_document(work, document, case=case, description=description)
    audit.note(
        work,
        "proposal.accepted",
        kind="document",
        subject=document.id,
        case=str(case.id),
        confidence=proposal.why.confidence.value,
        ambiguous=proposal.why.ambiguous,
        rules=proposal.rules,
        changed=changed,
    )


def completed(proposal: Proposal, document: Document, said: Description) -> Description:
    """Return what is said of a document, and what a proposal says where nothing was said."""
    return replace(
        said,
        title=proposed_title(proposal, document) if said.title is UNSAID else said.title,
        document_type=(
            proposal.document_type or document.document_type
            if said.document_type is UNSAID
            else said.document_type
        ),
    )


def proposed_title(proposal: Proposal, document: Document) -> str:
    """Return the title that a document would get."""
    return proposal.document_type or document.title


def _found(work: UnitOfWork, all_clues: Iterable[Clues], *, names: bool) -> list[_Found]:
    """Every dossier the actor sees to which a clue leads, asked in one question."""
    told: dict[Told, set[str]] = defaultdict(set)
    births, filed = set(), set()
    for clues in all_clues:
        for reference in clues.references:
            told[reference.kind].add(reference.value)
        births |= {birth.day for birth in clues.births}
        filed |= {one for name in clues.names for one in name.filed}
    nothing, nowhere = literal("").label("value"), cast(null(), Uuid()).label("case_id")
    ways: list[Select[Any, Any, Any]] = []
    if told[Told.OWN]:
        ways.append(
            select(
                Dossier.id.label("dossier_id"),
                cast(Dossier.reference, String).label("value"),
                nowhere,
            ).where(Dossier.reference.in_(told[Told.OWN]))
        )
    other = told[Told.FOREIGN] | told[Told.COURT]
    if other:
        ways.append(
            select(DossierAlias.dossier_id, DossierAlias.value, nowhere).where(
                DossierAlias.value_folded.in_({folded(one) for one in other})
            )
        )
        ways.append(
            select(
                cast(Document.dossier_id, Uuid()), Document.foreign_reference, Document.case_id
            ).where(
                # So that the small index over those that have one can be used.
                text("document.foreign_reference <> ''"),
                Document.foreign_reference.in_(other),
                Document.dossier_id.is_not(None),
                visible(work.actor, Action.SEE_DOCUMENT, Document),
            )
        )
    if births:
        ways.append(select(Dossier.id, nothing, nowhere).where(Dossier.birth_date.in_(births)))
    if names and filed:
        ways.append(select(Dossier.id, nothing, nowhere).where(Dossier.person_folded.in_(filed)))
    if not ways:
        return []
    ways_to = union_all(*ways).subquery() if len(ways) > 1 else ways[0].subquery()
    columns = list(ways_to.c)
    query = (
        select(Dossier, columns[1], columns[2])
        .join(ways_to, columns[0] == Dossier.id)
        .where(
            Dossier.state.not_in((DossierState.CANCELLED, DossierState.ERASED)),
            visible(work.actor, Action.SEE_DOSSIER, Dossier),
        )
        # What was found by a reference comes before those that only share a name.
        .order_by(case((columns[1] != "", 0), (Dossier.birth_date.in_(births), 1), else_=2))
        .order_by(Dossier.reference_folded)
    )
    if names:
        query = query.limit(MOST_LOOKED_AT)
    return [_Found(*row) for row in work.session.execute(query)]


def _candidates(found: Sequence[_Found]) -> list[Candidate]:
    values: dict[UUID, set[str]] = defaultdict(set)
    for one in found:
        values[one.dossier.id].add(folded(one.value))
    dossiers: Mapping[UUID, Dossier] = {one.dossier.id: one.dossier for one in found}
    return [
        Candidate(
            dossier.id, dossier.person_folded, dossier.birth_date, frozenset(values[dossier.id])
        )
        for dossier in dossiers.values()
    ]


def _cases(work: UnitOfWork, dossiers: Collection[UUID]) -> dict[UUID, list[Case]]:
    """The cases into which the actor may file, by their dossier, the newest first."""
    cases: dict[UUID, list[Case]] = defaultdict(list)
    for one in work.session.scalars(
        select(Case)
        .join(Dossier, Dossier.id == Case.dossier_id)
        .options(joinedload(Case.dossier))
        .where(
            Case.dossier_id.in_(dossiers),
            Case.state == CaseState.OPEN,
            Dossier.state == DossierState.OPEN,
            visible(work.actor, Action.SEE_CASE, Case),
        )
        .order_by(Case.number.desc())
    ):
        cases[one.dossier_id].append(one)
    return cases


def _fitting(cases: Sequence[Case], clues: Clues, named: UUID | None) -> Case | None:
    """The case that a foreign reference names, else one of that procedure, else the newest."""
    courts = [folded(one.value) for one in clues.references if one.kind is Told.COURT]
    procedures = clues.kind.procedures if clues.kind else ()
    for fits in (
        lambda one: one.id == named,
        lambda one: any(court in folded(one.subject) for court in courts),
        lambda one: one.procedure_key in procedures,
    ):
        found = next((one for one in cases if fits(one)), None)
        if found is not None:
            return found
    return cases[0] if cases else None
