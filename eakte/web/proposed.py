"""By which words is a person told where a document could go, and why?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from flask import request
from flask_babel import format_date
from flask_babel import gettext as _

from eakte.filing.proposing.clues import Told
from eakte.filing.proposing.proposals import Proposal, proposals_of, proposed_title
from eakte.filing.proposing.weighing import Confidence
from eakte.model.case import Case
from eakte.model.document import Document
from eakte.model.dossier import Dossier
from eakte.unit_of_work import UnitOfWork
from eakte.web.forms import identifier

# The address of a page in which a proposal is filled in, and of one that lists them without scripts
TAKEN_OVER, LISTED = "vorschlag", "vorschlaege"


@dataclass(frozen=True)
class Shown:
    """A proposal as the page shows it; ``place`` is what stands in the field for the target."""

    id: UUID
    dossier: Dossier
    case: Case | None
    place: str
    title: str
    document_type: str
    confidence: str
    ambiguous: bool
    reasons: tuple[str, ...]


def confidence_word(confidence: Confidence) -> str:
    """Return how far a proposal can be relied upon, in a word."""
    words: dict[Confidence, str] = {
        Confidence.SURE: _("sicher"),
        Confidence.PROBABLE: _("wahrscheinlich"),
        Confidence.POSSIBLE: _("möglich"),
    }
    return words[confidence]


def shown_proposals(work: UnitOfWork, document: Document) -> list[Shown]:
    """Return the proposals for a document in the words of the page, the likeliest first."""
    return [shown(one, document) for one in proposals_of(work, document)]


def shown(proposal: Proposal, document: Document) -> Shown:
    """Return a proposal in the words of the page."""
    case = proposal.case
    return Shown(
        proposal.id,
        proposal.dossier,
        case,
        f"{proposal.dossier.reference} · {case.procedure}" if case else "",
        proposed_title(proposal, document),
        proposal.document_type,
        confidence_word(proposal.why.confidence),
        proposal.why.ambiguous,
        tuple(reasons(proposal)),
    )


def reasons(proposal: Proposal) -> Sequence[str]:
    """Return what speaks for a proposal, one sentence for each clue."""
    why, told = proposal.why, []
    if why.reference is not None:
        one = why.reference
        values = {"value": one.value, "page": one.page, "quote": one.quote}
        sentences: dict[Told, str] = {
            Told.OWN: _("Aktenzeichen %(value)s auf Seite %(page)s gelesen: „%(quote)s“", **values),
            Told.FOREIGN: _(
                "Fremdes Geschäftszeichen %(value)s auf Seite %(page)s gelesen: „%(quote)s“",
                **values,
            ),
            Told.COURT: _(
                "Gerichtszeichen %(value)s auf Seite %(page)s gelesen: „%(quote)s“", **values
            ),
        }
        if one.stated:
            told.append(
                _("Zeichen %(value)s: Die Nachricht nennt es in einem eigenen Feld.", **values)
            )
        else:
            told.append(sentences[one.kind])
    if why.birth is not None:
        told.append(
            _(
                "Geburtsdatum %(day)s auf Seite %(page)s gelesen: „%(quote)s“",
                day=format_date(why.birth.day, "dd.MM.yyyy"),
                page=why.birth.page,
                quote=why.birth.quote,
            )
        )
    if why.name is not None:
        told.append(
            _(
                "Name auf Seite %(page)s gelesen: „%(quote)s“",
                page=why.name.page,
                quote=why.name.quote,
            )
        )
    if proposal.kind is not None and proposal.document_type:
        told.append(
            _(
                "Dokumentart %(title)s, weil auf Seite %(page)s steht: „%(quote)s“",
                title=proposal.document_type,
                page=proposal.kind.page,
                quote=proposal.kind.quote,
            )
        )
    return told


def taken_over(work: UnitOfWork, document: Document) -> dict[str, str]:
    """Return what a proposal fills into the form when its link was followed without scripts."""
    chosen = identifier(request.args.get(TAKEN_OVER, ""))
    if chosen is None:
        return {}
    for one in shown_proposals(work, document):
        if one.id == chosen and one.case is not None:
            return {
                "proposal": str(one.id),
                "target": str(one.case.id),
                "target_text": one.place,
                "title": one.title,
                "document_type": one.document_type or document.document_type,
            }
    return {}


def proposals_asked_for(work: UnitOfWork, document: Document) -> list[Shown] | None:
    """Return the proposals where the page itself is asked for them; else a part of it asks."""
    return shown_proposals(work, document) if LISTED in request.args else None
