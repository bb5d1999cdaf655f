"""Where does the text of a document say that it belongs? For programs that file."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from apiflask import APIBlueprint
from pydantic import Field

from eakte.filing.proposing.proposals import Proposal, proposals_of, proposed_title
from eakte.filing.proposing.weighing import Confidence
from eakte.model.document import Document
from eakte.retrieval.listing import document_by_id
from eakte.web.api.documents import LOCKED
from eakte.web.api.schemas import Model
from eakte.web.per_request import current_work

proposals = APIBlueprint("api_proposals", __name__, url_prefix="/api/v1", tag="Dokumente")


class ClueOut(Model):
    """What was read, and where."""

    kind: Literal["own", "foreign", "court", "birth", "name", "type"]
    value: str
    page: int
    quote: str = Field(description="die Worte, höchstens 80 Zeichen")


class ProposalOut(Model):
    """A dossier into which the document could go; nothing is filed by it."""

    id: UUID
    dossier_id: UUID
    dossier_reference: str
    case_id: UUID | None = Field(description="der offene Vorgang, in den es passt")
    confidence: Confidence
    ambiguous: bool = Field(description="andere Akten passen ähnlich gut")
    document_type: str
    title: str
    clues: list[ClueOut]


class ProposalsOut(Model):
    """The proposals, the likeliest first."""

    proposals: list[ProposalOut]


@proposals.get("/documents/<uuid:document_id>/proposals")
@proposals.output(ProposalsOut)
@proposals.doc(summary="Wohin das Dokument gehören könnte, und warum", security=LOCKED)
def show(document_id: UUID) -> ProposalsOut:
    """Say where a waiting document could go, among the dossiers that the caller sees.

    Wer einem Vorschlag folgt, nennt ihn beim Ablegen als `proposal_id`.
    """
    work = current_work()
    document = document_by_id(work, document_id)
    found = proposals_of(work, document)
    return ProposalsOut(proposals=[_proposal_out(one, document) for one in found])


def _proposal_out(proposal: Proposal, document: Document) -> ProposalOut:
    why = proposal.why
    return ProposalOut(
        id=proposal.id,
        dossier_id=proposal.dossier.id,
        dossier_reference=proposal.dossier.reference,
        case_id=proposal.case.id if proposal.case else None,
        confidence=why.confidence,
        ambiguous=why.ambiguous,
        document_type=proposal.document_type,
        title=proposed_title(proposal, document),
        clues=_clues_out(proposal),
    )


def _clues_out(proposal: Proposal) -> list[ClueOut]:
    why, kind = proposal.why, proposal.kind
    told = []
    if why.reference is not None:
        one = why.reference
        told.append(ClueOut(kind=one.kind.value, value=one.value, page=one.page, quote=one.quote))
    if why.birth is not None:
        day = why.birth.day.isoformat()
        told.append(ClueOut(kind="birth", value=day, page=why.birth.page, quote=why.birth.quote))
    if why.name is not None:
        words = " ".join(why.name.words)
        told.append(ClueOut(kind="name", value=words, page=why.name.page, quote=why.name.quote))
    if kind is not None and proposal.document_type:
        told.append(
            ClueOut(kind="type", value=proposal.document_type, page=kind.page, quote=kind.quote)
        )
    return told
