"""Which bytes do the rows name that go with a dossier, and whose are they?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from eakte.access.actions import Action
from eakte.access.check import require
from eakte.model.batch import Batch
from eakte.model.columns import Among
from eakte.model.content import Content
from eakte.model.court_message import CourtReply
from eakte.model.document import Document, Rendition, Version
from eakte.model.offer import OfferMessage
from eakte.model.redaction import Redaction
from eakte.model.scan_check import PageCheck, ScanCheck
from eakte.model.sending import SentFile
from eakte.retention.absence.belongings import Belongings
from eakte.unit_of_work import UnitOfWork

Named = tuple[UUID, str, str]


def of_documents(work: UnitOfWork, own: Belongings) -> dict[UUID, list[tuple[str, str]]]:
    """Return of each document the kinds and digests of all that was kept of it."""
    require(work, Action.MAINTAIN)
    found: dict[UUID, list[tuple[str, str]]] = {one: [] for one in own.documents}
    for document, kind, sha256 in _of_documents(work.session, own):
        found[document].append((kind, sha256))
    return found


def _of_documents(session: Session, own: Belongings) -> Iterator[Named]:
    versions = session.execute(
        select(Version.document_id, Version.number, Version.sha256)
        .where(Among(Version.document_id, own.documents))
        .order_by(Version.number)
    )
    for document, number, sha256 in versions:
        yield document, f"version-{number}", sha256
    renditions = session.execute(
        select(Version.document_id, Rendition.kind, Rendition.sha256)
        .join(Version, Version.id == Rendition.version_id)
        .where(Among(Version.document_id, own.documents))
        .order_by(Rendition.kind, Rendition.page)
    )
    for document, kind, sha256 in renditions:
        yield document, kind.value, sha256
    redactions = session.execute(
        select(Redaction.document_id, Redaction.sha256).where(
            Among(Redaction.document_id, own.documents), Redaction.sha256.is_not(None)
        )
    )
    for document, copy in redactions:
        yield document, "redaction", copy or ""
    replies = session.execute(
        select(CourtReply.document_id, CourtReply.sha256).where(
            Among(CourtReply.document_id, own.documents)
        )
    )
    for document, sha256 in replies:
        yield document, "court-reply", sha256


def of_the_rest(work: UnitOfWork, own: Belongings, *, last_of: set[UUID]) -> set[str]:
    """Return the digests of packages, stacks, pictures and notes that go with the dossier.

    ``last_of`` are the stacks of which no other document is left: their notes go as well.
    """
    require(work, Action.MAINTAIN)
    asked = (
        select(SentFile.sha256).where(Among(SentFile.sending_id, own.sendings)),
        select(Batch.sha256).where(Among(Batch.id, own.batches)),
        select(PageCheck.picture_sha256).where(Among(PageCheck.batch_id, own.batches)),
        select(ScanCheck.note_sha256).where(Among(ScanCheck.id, last_of)),
        select(ScanCheck.note_pdf_sha256).where(Among(ScanCheck.id, last_of)),
        select(OfferMessage.sha256).where(Among(OfferMessage.offer_id, own.offers)),
    )
    return {sha256 for one in asked for sha256 in work.session.scalars(one) if sha256 is not None}


def last_of(work: UnitOfWork, own: Belongings) -> set[UUID]:
    """Return the stacks of which nothing is left but what is destroyed now."""
    require(work, Action.MAINTAIN)
    others = work.session.scalars(
        select(Document.batch_id)
        .where(Among(Document.batch_id, own.batches), ~Among(Document.id, own.documents))
        .distinct()
    )
    return set(own.batches) - {one for one in others if one is not None}


def sizes(work: UnitOfWork, digests: set[str]) -> dict[str, int]:
    """Return the size of each of these contents."""
    require(work, Action.MAINTAIN)
    found: dict[str, int] = {}
    asked = sorted(digests)
    for first in range(0, len(asked), 500):
        some = asked[first : first + 500]
        rows: Any = work.session.execute(
            select(Content.sha256, Content.size).where(Content.sha256.in_(some))
        )
        found |= {sha256: size for sha256, size in rows}
    return found
