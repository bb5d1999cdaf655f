"""Which bytes does a reader get, and is it written down before they leave?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import takewhile
from pathlib import PurePosixPath
from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.orm import aliased, joinedload

from eakte import audit
from eakte.access.actions import Action
from eakte.access.check import may, require
from eakte.errors import Held, NotFound
from eakte.model.audit_entry import AuditEntry
from eakte.model.clearance import CLOSED, Clearance
from eakte.model.content import Content
from eakte.model.document import Document, Rendition, RenditionKind, Version
from eakte.model.user import User
from eakte.unit_of_work import UnitOfWork

# A viewer fetches a document in many ranges; one entry stands for all of them in this time.
ONE_READING = timedelta(minutes=5)
# So many entries about the document are looked at; where more happened, one reading is noted twice.
LOOK_BACK = 50


@dataclass(frozen=True)
class Reading:
    """What may leave once the transaction with its log entry is committed.

    ``still`` says, in a unit of work of a later moment, whether the rest may go on leaving.
    """

    sha256: str
    size: int
    media_type: str
    name: str
    still: Callable[[UnitOfWork], bool]


@dataclass(frozen=True)
class Edition:
    """A version with the name of who brought it and with what was made from it to be read.

    ``reading`` is the searchable PDF/A; ``previews`` counts the small pictures of its pages;
    ``note`` says whether the transfer note of its scan stands beside it.
    """

    version: Version
    creator: str
    reading: Reading | None
    previews: int
    note: bool = False


def read_original(work: UnitOfWork, document: Document) -> Reading:
    """Return the bytes as they came in.

    Raises:
        Held: no virus scanner has passed them.
    """
    require(work, Action.READ_CONTENT, document)
    version, content = work.session.execute(
        select(Version, Content)
        .join(Content, Content.sha256 == Version.sha256)
        .where(Version.document_id == document.id, Version.number == document.current_version)
    ).one()
    _refuse_closed(version)
    _note(work, document, "original")
    return _version_of(version, content)


def read_version(work: UnitOfWork, document: Document, *, number: int) -> Reading:
    """Return the bytes of one version, the first being 1.

    Raises:
        NotFound: there is no version of this number.
        Held: no virus scanner has passed it.
    """
    require(work, Action.READ_CONTENT, document)
    if not 1 <= number <= document.current_version:
        raise NotFound("Eine Fassung %(number)s gibt es nicht.", number=number)
    version, content = work.session.execute(
        select(Version, Content)
        .join(Content, Content.sha256 == Version.sha256)
        .where(Version.document_id == document.id, Version.number == number)
    ).one()
    _refuse_closed(version)
    _note(work, document, f"version-{number}")
    return _version_of(version, content)


def read_reading_copy(work: UnitOfWork, document: Document) -> Reading:
    """Return the searchable PDF/A made from the current version.

    Raises:
        NotFound: there is none, or none yet.
    """
    require(work, Action.READ_CONTENT, document)
    reading = _rendition(work, document, RenditionKind.READING_COPY, 0)
    _note(work, document, "reading-copy")
    return reading


def read_preview(work: UnitOfWork, document: Document, *, page: int) -> Reading:
    """Return the small picture of a page.

    Raises:
        NotFound: there is none, or none yet.
    """
    require(work, Action.READ_CONTENT, document)
    reading = _rendition(work, document, RenditionKind.PREVIEW, page)
    _note(work, document, "preview")
    return reading


def read_signatures(work: UnitOfWork, document: Document) -> Reading:
    """Return the report of the check of the signatures in or beside the current version.

    Raises:
        NotFound: there are none, or they were not checked yet.
    """
    require(work, Action.READ_CONTENT, document)
    reading = _rendition(work, document, RenditionKind.SIGNATURES, 0)
    _note(work, document, "signatures")
    return reading


def editions_of(work: UnitOfWork, document: Document) -> Sequence[Edition]:
    """List the versions of a document, the newest first, each with what was made from it.

    Whoever may not read the content is told of nothing that was made from it.
    """
    require(work, Action.SEE_DOCUMENT, document)
    reads = may(work.actor, Action.READ_CONTENT, document)
    picture = aliased(Rendition)
    pictures = (
        select(func.count())
        .where(picture.version_id == Version.id, picture.kind == RenditionKind.PREVIEW)
        .correlate(Version)
        .scalar_subquery()
    )
    proof = aliased(Rendition)
    noted = (
        exists()
        .where(proof.version_id == Version.id, proof.kind == RenditionKind.TRANSFER_NOTE)
        .correlate(Version)
    )
    rows = work.session.execute(
        select(Version, User.name, Rendition, Content.size, pictures, noted)
        .options(joinedload(Version.content))
        .outerjoin(User, User.id == Version.created_by_id)
        .outerjoin(
            Rendition,
            (Rendition.version_id == Version.id)
            & (Rendition.kind == RenditionKind.READING_COPY)
            & (Rendition.page == 0),
        )
        .outerjoin(Content, Content.sha256 == Rendition.sha256)
        .where(Version.document_id == document.id)
        .order_by(Version.number.desc())
    )
    return [
        Edition(
            version,
            creator or "",
            _reading_of(document, made, size) if reads and made is not None else None,
            previews if reads else 0,
            note,
        )
        for version, creator, made, size, previews, note in rows
    ]


def _refuse_closed(version: Version) -> None:
    if version.clearance is Clearance.HELD:
        raise Held(
            "Das Dokument ist noch nicht auf Viren geprüft. Bis dahin wird es niemandem "
            "herausgegeben."
        )
    if version.clearance is Clearance.FOUND:
        raise Held(
            "Der Virenscanner hat in diesem Dokument „%(find)s“ gefunden. Es wird niemandem "
            "herausgegeben.",
            find=version.find or "?",
        )


def _version_of(version: Version, content: Content) -> Reading:
    still = _still(version.document_id)
    return Reading(version.sha256, content.size, version.media_type, version.name, still)


def _still(document_id: UUID) -> Callable[[UnitOfWork], bool]:
    def ask(work: UnitOfWork) -> bool:
        document = work.session.get(Document, document_id)
        return document is not None and may(work.actor, Action.READ_CONTENT, document)

    return ask


def _found(
    work: UnitOfWork, document: Document, kind: RenditionKind, page: int
) -> tuple[Rendition, Content] | None:
    row = work.session.execute(
        select(Rendition, Content)
        .join(Version, Version.id == Rendition.version_id)
        .join(Content, Content.sha256 == Rendition.sha256)
        .where(
            Version.document_id == document.id,
            Version.number == document.current_version,
            Version.clearance.not_in(CLOSED),
            Rendition.kind == kind,
            Rendition.page == page,
        )
    ).first()
    return (row[0], row[1]) if row else None


def _rendition(work: UnitOfWork, document: Document, kind: RenditionKind, page: int) -> Reading:
    found = _found(work, document, kind, page)
    if found is None:
        raise NotFound("Diese Fassung gibt es noch nicht oder sie konnte nicht erstellt werden.")
    rendition, content = found
    return _reading_of(document, rendition, content.size)


def _reading_of(document: Document, made: Rendition, size: int) -> Reading:
    stem = PurePosixPath(document.original_name).stem or "Dokument"
    endings = {
        RenditionKind.READING_COPY: ".pdf",
        RenditionKind.SIGNATURES: "-Signaturen.json",
    }
    name = stem + endings.get(made.kind, f"-{made.page}")
    return Reading(made.sha256, size, made.media_type, name, _still(document.id))


def _note(work: UnitOfWork, document: Document, what: str) -> None:
    since = work.clock.now() - ONE_READING
    latest = work.session.scalars(
        select(AuditEntry)
        .where(AuditEntry.subject_id == document.id)
        .order_by(AuditEntry.sequence.desc())
        .limit(LOOK_BACK)
    )
    for entry in takewhile(lambda entry: entry.at > since, latest):
        same = entry.actor_id == work.actor.id and entry.act == "document.read"
        if same and entry.details.get("what") == what:
            return
    audit.note(work, "document.read", kind="document", subject=document.id, what=what)


def renditions_of(work: UnitOfWork, document: Document) -> Sequence[Rendition]:
    """List what was made from the current version: text, reading copy, previews."""
    require(work, Action.SEE_DOCUMENT, document)
    return work.session.scalars(
        select(Rendition)
        .join(Version, Version.id == Rendition.version_id)
        .where(Version.document_id == document.id, Version.number == document.current_version)
        .order_by(Rendition.kind, Rendition.page)
    ).all()
