"""How is what was decided about a dossier told to the writer of packages: as plain values?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import exists, func, select

from eakte.access.actions import Action
from eakte.access.check import may, require, visible_within
from eakte.casework.sending.asking import ASKING
from eakte.casework.sending.classes import class_of
from eakte.casework.sending.objections import objected_since
from eakte.casework.sending.parties import parties_of
from eakte.casework.sending.recipients import (
    GROUND_OF_MEDIATION,
    GROUNDS_OF_WITHHOLDING,
    ROLES,
)
from eakte.casework.sending.versions import kept_of
from eakte.clock import OFFICE_ZONE
from eakte.errors import NotAllowed, RuleBroken, Sentence
from eakte.interchange.format import Kept, Recipient
from eakte.interchange.package import (
    Dispatch,
    Link,
    LinkKind,
    Occasion,
    Organisation,
    Part,
    PartKind,
    Product,
    Scan,
    SelectedDocument,
    SelectedDossier,
    Withheld,
)
from eakte.model.audit_entry import AuditEntry
from eakte.model.case import Case
from eakte.model.document import (
    Direction,
    Document,
    DocumentState,
    Rendition,
    RenditionKind,
    Version,
    Writing,
)
from eakte.model.dossier import Dossier, Medium
from eakte.model.redaction import Redaction, RedactionState
from eakte.model.sending import Decision, Sending, SendingKind, SentDocument
from eakte.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class Told:
    """What goes: the sending and the dossier as values, and which content each document has.

    ``contents`` are the digests of all that is fetched, by document or by what was kept of one.
    """

    dispatch: Dispatch
    dossier: SelectedDossier
    contents: Mapping[UUID, str]
    recipient: Recipient | None = None
    kept: Mapping[UUID, tuple[Kept, ...]] = field(default_factory=dict)

    def with_paths(self, paths: Mapping[UUID, Path]) -> SelectedDossier:
        """Return the dossier with the places where the contents lie by now."""
        return replace(
            self.dossier,
            parts=tuple(
                replace(
                    part,
                    documents=tuple(
                        replace(one, content=paths.get(one.id)) for one in part.documents
                    ),
                )
                for part in self.dossier.parts
            ),
        )


def tell(work: UnitOfWork, sending: Sending) -> Told:
    """Tell everything that goes, from the rows as they are now.

    Raises:
        NotAllowed: not all of it may be read any more.
        RuleBroken: something is not as it was when it was decided about.
    """
    require(work, Action.SEE_SENDINGS, sending.dossier)
    refuse_changed(work, sending)
    leaving = [row for row in sending.decided if row.decision is not Decision.LEAVE_OUT]
    facts = _facts(work, sending)
    cases = {
        case.id: case
        for case in work.session.scalars(
            select(Case).where(Case.dossier_id == sending.dossier_id).order_by(Case.number)
        )
    }
    parts = []
    for case in cases.values():
        documents = tuple(
            replace(_selected(row, facts), withheld=_withheld(row, sending))
            for row in leaving
            if row.case_id == case.id
        )
        if documents:
            title = f"{case.number}. {case.procedure}"
            parts.append(Part(case.id, title, PartKind.CASE, documents))
    dossier = sending.dossier
    selected = SelectedDossier(
        id=dossier.id,
        reference=dossier.reference,
        title=dossier.person_name or dossier.subject,
        parts=tuple(parts),
        hybrid=dossier.medium is not Medium.ELECTRONIC,
        whole=sending.whole,
    )
    contents = {row.document_id: row.sha256 for row in leaving if row.document_id and row.sha256}
    kept = kept_of(work, sending) if sending.with_versions else {}
    contents |= {one.id: one.sha256 for of in kept.values() for one in of}
    dispatch = _dispatch(work, sending, dossier)
    return Told(dispatch, selected, contents, _recipient(sending), kept)


def refuse_changed(work: UnitOfWork, sending: Sending) -> None:
    """Return if all that goes may be read and is as it was decided about.

    Raises:
        NotAllowed: the actor may not read all of it any more, or not give it away.
        RuleBroken: something lies elsewhere by now, is a draft again, or has another version.
    """
    require(work, Action.SEE_SENDINGS, sending.dossier)
    # Nobody proves again who they are while a package is written: that was done when it was asked.
    if not may(replace(work.actor, confirmed=True), ASKING[sending.kind], sending.dossier):
        raise NotAllowed("Sie dürfen diese Akte nicht mehr aus dem Haus geben.")
    named = (
        SentDocument.sending_id == sending.id,
        SentDocument.decision != Decision.LEAVE_OUT,
        SentDocument.document_id.is_not(None),
    )
    lost = select(SentDocument.title).join(Document, Document.id == SentDocument.document_id)
    moved = (
        (Document.dossier_id != sending.dossier_id)
        | Document.dossier_id.is_(None)
        | (Document.state != DocumentState.FILED)
        | (Document.writing == Writing.DRAFT)
        | ((SentDocument.decision == Decision.SEND) & ~_same_content())
    )
    changed = work.session.scalars(lost.where(*named, moved).order_by(SentDocument.place)).all()
    reasons = [
        Sentence("„%(title)s“ hat sich seit der Auswahl geändert.", title=title)
        for title in changed
    ]
    if sending.kind is not SendingKind.INSPECTION:
        reasons += objected_since(work, sending)
    if reasons:
        raise RuleBroken(
            "Die Akte hat sich geändert, seit über die Übersendung entschieden wurde.",
            reasons=reasons,
        )
    readable = exists().where(
        Document.id == SentDocument.document_id,
        visible_within(work.actor, Action.READ_CONTENT, Document, [sending.dossier]),
    )
    if work.session.scalar(select(SentDocument.id).where(*named, ~readable).limit(1)) is not None:
        raise NotAllowed("Sie dürfen nicht mehr alles lesen, was übersandt werden soll.")


def _same_content() -> Any:
    redacted = exists().where(
        Version.document_id == Document.id,
        Version.number == Document.current_version,
        Version.number == SentDocument.version,
        Redaction.document_id == Document.id,
        Redaction.version == Version.number,
        Redaction.state == RedactionState.READY,
        Redaction.sha256 == SentDocument.sha256,
    )
    plain = exists().where(
        Version.document_id == Document.id,
        Version.number == Document.current_version,
        Version.number == SentDocument.version,
        Rendition.version_id == Version.id,
        Rendition.kind == RenditionKind.READING_COPY,
        Rendition.sha256 == SentDocument.sha256,
    )
    return (SentDocument.redacted & redacted) | (~SentDocument.redacted & plain)


@dataclass(frozen=True)
class _Facts:
    """What is told of a document beside what was decided about it."""

    document: Document
    version: Version
    noted: bool
    filed_on: date | None


def _facts(work: UnitOfWork, sending: Sending) -> dict[UUID, _Facts]:
    """Everything that is told of the documents; the log alone knows when each was filed."""
    filed = (
        select(func.max(AuditEntry.at))
        .where(AuditEntry.subject_id == Document.id, AuditEntry.act == "document.filed")
        .correlate(Document)
        .scalar_subquery()
    )
    note = exists().where(
        Rendition.version_id == Version.id, Rendition.kind == RenditionKind.TRANSFER_NOTE
    )
    found = work.session.execute(
        select(Document, Version, note, filed)
        .join(SentDocument, SentDocument.document_id == Document.id)
        .join(
            Version, (Version.document_id == Document.id) & (Version.number == SentDocument.version)
        )
        .where(SentDocument.sending_id == sending.id)
    )
    return {
        document.id: _Facts(document, version, noted, _day(filed_at) if filed_at else None)
        for document, version, noted, filed_at in found
    }


def _day(at: datetime) -> date:
    """The calendar day in the office."""
    return at.astimezone(OFFICE_ZONE).date()


def _selected(row: SentDocument, facts: Mapping[UUID, _Facts]) -> SelectedDocument:
    if row.document_id is None or row.decision is not Decision.SEND:
        return SelectedDocument(
            id=row.document_id or row.sheet_id or row.id,
            title=row.title,
            kind="",
            document_class=class_of(""),
            pages=max(row.pages, 1),
        )
    told = facts[row.document_id]
    document, parent = told.document, told.document.parent_id
    scan = None
    if document.batch_id is not None:
        scan = Scan(_day(told.version.created_at), replaces_paper=told.noted)
    return SelectedDocument(
        id=document.id,
        title=document.title,
        kind=document.document_type,
        document_class=class_of(document.document_type),
        pages=row.pages,
        sha256=row.sha256,
        written_on=document.letter_date,
        received_on=document.received_on if document.direction is Direction.INCOMING else None,
        filed_on=told.filed_on,
        # Who wrote may be the very name that was blackened.
        sender="" if row.redacted else document.sender,
        recipient="" if row.redacted else document.recipient,
        foreign_reference="" if row.redacted else document.foreign_reference,
        links=(Link(LinkKind.ATTACHMENT, parent),) if parent else (),
        scan=scan,
        inspection_allowed=document.inspection_allowed,
        # No reading copy was ever stored that the checker had not approved.
        approved=True,
    )


def _withheld(row: SentDocument, sending: Sending) -> Withheld | None:
    if row.decision is Decision.SEND:
        return None
    if row.decision is Decision.MEDIATE:
        told = f"Den Inhalt vermittelt eine Ärztin oder ein Arzt: {row.reason}"
        return Withheld(told, GROUND_OF_MEDIATION)
    inspected = sending.kind is SendingKind.INSPECTION and row.document_id is not None
    ground = GROUNDS_OF_WITHHOLDING.get(sending.legal_ground, "") if inspected else ""
    return Withheld(row.reason, ground)


def _recipient(sending: Sending) -> Recipient | None:
    if sending.kind is SendingKind.COURT:
        return None
    role = ROLES[sending.recipient_role] if sending.recipient_role else ""
    return Recipient(sending.recipient, sending.recipient_address, role, sending.mandate)


def _dispatch(work: UnitOfWork, sending: Sending, dossier: Dossier) -> Dispatch:
    office = Organisation(work.settings.office_name)
    return Dispatch(
        id=sending.id,
        made_at=sending.asked_at.astimezone(OFFICE_ZONE),
        made_by=sending.asked_by,
        office=office,
        court=sending.court,
        product=this_product(),
        court_reference=sending.court_reference,
        opens_proceedings=sending.opens_proceedings,
        occasion=Occasion(sending.occasion),
        short_title=sending.short_title,
        about=sending.about,
        parties=parties_of(work, dossier, office, on=_day(sending.asked_at)),
        legal_ground=sending.legal_ground,
    )


def this_product() -> Product:
    """Return how the program names itself in what it writes for others."""
    return Product("e-Akte", "Projekt e-Akte", _version())


def _version() -> str:
    try:
        return version("e-akte")
    except PackageNotFoundError:  # run from its folder, never installed
        return "0"
