"""What was kept of the documents that leave: every version, and what was made of each?

For an authority that takes a dossier on. Pictures for the screen are made anew from the rest and
stay here.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from eakte.access.actions import Action
from eakte.access.check import require
from eakte.casework.sending.selecting import Candidate
from eakte.errors import Sentence
from eakte.interchange.format import Kept
from eakte.model.clearance import CLOSED
from eakte.model.content import Content
from eakte.model.document import Document, Rendition, RenditionKind, Version
from eakte.model.dossier import Dossier
from eakte.model.sending import Decision, Sending, SentDocument
from eakte.unit_of_work import UnitOfWork

ORIGINAL = "original"


def against_versions(
    work: UnitOfWork, dossier: Dossier, sent: Sequence[Candidate]
) -> list[Sentence]:
    """Return why not every version can go: an earlier one is shut up because of a virus."""
    require(work, Action.SEE_SENDINGS, dossier)
    shut = set(
        work.session.scalars(
            select(Version.document_id)
            .join(Document, Document.id == Version.document_id)
            .where(
                Document.dossier_id == dossier.id,
                Version.number < Document.current_version,
                Version.clearance.in_(CLOSED),
            )
        )
    )
    return [
        Sentence(
            "„%(title)s“: Die Virenprüfung hat eine frühere Fassung nicht freigegeben.",
            title=one.title,
        )
        for one in sent
        if one.key in shut
    ]


def kept_of(work: UnitOfWork, sending: Sending) -> dict[UUID, tuple[Kept, ...]]:
    """Return, by document, everything that was kept of it, in the order of its versions.

    Nothing of a document of which something else goes than the reading copy of its version: what
    was taken out of that one must not leave beside it.
    """
    require(work, Action.SEE_SENDINGS, sending.dossier)
    going = (
        SentDocument.sending_id == sending.id,
        SentDocument.decision == Decision.SEND,
        SentDocument.sha256.in_(
            select(Rendition.sha256)
            .join(Version, Version.id == Rendition.version_id)
            .where(
                Version.document_id == SentDocument.document_id,
                Version.number == SentDocument.version,
                Rendition.kind == RenditionKind.READING_COPY,
            )
        ),
    )
    found: dict[UUID, list[Kept]] = {}
    originals = work.session.execute(
        select(Version, Content.size)
        .join(SentDocument, SentDocument.document_id == Version.document_id)
        .join(Content, Content.sha256 == Version.sha256)
        .where(*going, Version.number <= SentDocument.version, Version.clearance.not_in(CLOSED))
        .order_by(Version.number)
    )
    for version, size in originals:
        found.setdefault(version.document_id, []).append(
            Kept(
                id=version.id,
                version=version.number,
                what=ORIGINAL,
                page=0,
                name=version.name,
                media_type=version.media_type,
                sha256=version.sha256,
                size=size,
                made_at=version.created_at,
            )
        )
    made = work.session.execute(
        select(Rendition, Version.document_id, Version.number, Content.size)
        .join(Version, Version.id == Rendition.version_id)
        .join(SentDocument, SentDocument.document_id == Version.document_id)
        .join(Content, Content.sha256 == Rendition.sha256)
        .where(
            *going,
            Version.number <= SentDocument.version,
            Version.clearance.not_in(CLOSED),
            Rendition.kind != RenditionKind.PREVIEW,
        )
    )
    for rendition, document_id, number, size in made:
        found.setdefault(document_id, []).append(
            Kept(
                id=rendition.id,
                version=number,
                what=rendition.kind.value,
                page=rendition.page,
                name="",
                media_type=rendition.media_type,
                sha256=rendition.sha256,
                size=size,
                made_at=rendition.created_at,
            )
        )
    return {
        key: tuple(sorted(kept, key=lambda one: (one.version, one.what != ORIGINAL, one.what)))
        for key, kept in found.items()
    }
