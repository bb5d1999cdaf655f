"""What of a dossier can leave the house, what stands against it, and what must be decided before?

Drafts never go (§ 25 Abs. 1 Satz 2 SGB X). What came from a doctor may go only where the person was
told that they can object and did not (§ 76 Abs. 2 SGB X), which is written down once for all
packages, and who inspects the dossier may have to hear it from a doctor (§ 25 Abs. 2 SGB X); what
is disputed and what is not released goes only if somebody says why.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import aliased

from eakte.access.actions import Action
from eakte.access.check import require, visible_within
from eakte.casework.sending.objections import stands_in
from eakte.errors import Sentence
from eakte.model.case import Case, CaseState
from eakte.model.document import (
    Document,
    DocumentState,
    ProcessingState,
    Rendition,
    RenditionKind,
    Version,
    WithdrawalSheet,
    Writing,
)
from eakte.model.dossier import Dossier
from eakte.model.objection import ObjectionStand
from eakte.model.redaction import Redaction, RedactionState
from eakte.model.scan_check import CheckState, ScanCheck
from eakte.model.sending import SendingKind
from eakte.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class Stop:
    """What somebody has to have thought of before a document goes, and who may let it go then."""

    sentence: Sentence
    action: Action = Action.OVERRIDE_STOP


@dataclass(frozen=True)
class Candidate:
    """One place of the dossier: a document that could go, or the sheet that stands there.

    ``against`` are the reasons why the document itself cannot go, ``stops`` what somebody has to
    have thought of before it does. ``sha256`` is its searchable PDF/A, empty where there is none.
    ``released`` says whether its scan stands for the paper. ``redacted`` is its latest copy that
    was proved to be without what was marked, empty where there is none.
    """

    case: Case
    document: Document | None
    sheet: WithdrawalSheet | None
    version: int
    sha256: str
    pages: int
    released: bool
    against: tuple[Sentence, ...] = ()
    stops: tuple[Stop, ...] = ()
    redacted: str = ""

    @property
    def asks(self) -> tuple[Sentence, ...]:
        """What is asked before it goes, in words."""
        return tuple(one.sentence for one in self.stops)

    @property
    def key(self) -> UUID:
        """The id of the document, or of the sheet."""
        named = self.document or self.sheet
        if named is None:
            raise ValueError("a place holds a document or a sheet")
        return named.id

    @property
    def title(self) -> str:
        """What it is called in the dossier."""
        named = self.document or self.sheet
        return named.title if named is not None else ""

    @property
    def draft(self) -> bool:
        """Whether it is still being written and so stays here, whatever anybody decides."""
        return self.document is not None and self.document.writing is Writing.DRAFT


def candidates(
    work: UnitOfWork, dossier: Dossier, kind: SendingKind = SendingKind.COURT
) -> list[Candidate]:
    """List every place of the dossier that the actor may read, in the order of the file.

    What is cancelled lies in no case any more, and what the actor may not read does not exist.
    """
    require(work, Action.SEE_SENDINGS, dossier)
    made = aliased(Rendition)
    note = exists().where(made.version_id == Version.id, made.kind == RenditionKind.TRANSFER_NOTE)
    without = (
        select(Redaction.sha256)
        .where(
            Redaction.document_id == Document.id,
            Redaction.version == Version.number,
            Redaction.state == RedactionState.READY,
        )
        .order_by(Redaction.asked_at.desc(), Redaction.id)
        .limit(1)
        .correlate(Document, Version)
        .scalar_subquery()
    )
    rows = work.session.execute(
        select(Case, Document, Version, Rendition.sha256, ScanCheck.state, note, without)
        .join(Case, Case.id == Document.case_id)
        .join(
            Version,
            (Version.document_id == Document.id) & (Version.number == Document.current_version),
        )
        .outerjoin(
            Rendition,
            (Rendition.version_id == Version.id)
            & (Rendition.kind == RenditionKind.READING_COPY)
            & (Rendition.page == 0),
        )
        .outerjoin(ScanCheck, ScanCheck.id == Document.batch_id)
        .where(
            visible_within(work.actor, Action.READ_CONTENT, Document, [dossier]),
            Document.dossier_id == dossier.id,
            Document.state == DocumentState.FILED,
            Case.state != CaseState.CANCELLED,
        )
    )
    stands = stands_in(work, dossier)
    found = [
        Candidate(
            case=case,
            document=document,
            sheet=None,
            version=version.number,
            sha256=sha256 or "",
            pages=document.page_count or 0,
            released=released,
            against=tuple(_against(document, version, sha256, check)),
            stops=tuple(_stops(document, check, stands, kind)),
            redacted=redacted or "",
        )
        for case, document, version, sha256, check, released, redacted in rows
    ]
    found += _sheets(work, dossier)
    return sorted(found, key=_place)


def _place(one: Candidate) -> tuple[int, int, bool]:
    named = one.document or one.sheet
    return one.case.number, (named.position if named else 0) or 0, one.sheet is not None


def _sheets(work: UnitOfWork, dossier: Dossier) -> Iterator[Candidate]:
    rows = work.session.execute(
        select(Case, WithdrawalSheet)
        .join(Case, Case.id == WithdrawalSheet.case_id)
        .where(
            visible_within(work.actor, Action.SEE_CASE, Case, [dossier]),
            Case.dossier_id == dossier.id,
            Case.state != CaseState.CANCELLED,
            WithdrawalSheet.returned_at.is_(None),
        )
    )
    for case, sheet in rows:
        yield Candidate(case, None, sheet, 0, "", sheet.pages or 1, False)


def _against(
    document: Document, version: Version, sha256: str | None, check: CheckState | None
) -> Iterator[Sentence]:
    if document.writing is Writing.DRAFT:
        yield Sentence("Es ist noch Entwurf (§ 25 Abs. 1 Satz 2 SGB X).")
    if version.closed:
        yield Sentence("Die Virenprüfung hat es nicht freigegeben.")
    elif document.processing in (ProcessingState.WAITING, ProcessingState.RUNNING):
        yield Sentence("Es wird noch verarbeitet.")
    elif not sha256 or not document.page_count:
        yield Sentence("Es gibt kein PDF davon.")
    if document.batch_id is not None and check is CheckState.OPEN:
        yield Sentence("Die Qualitätsprüfung seines Stapels läuft noch.")
    if document.disputed and not document.disputed_note:
        yield Sentence("Es ist als bestritten vermerkt, aber nicht, was bestritten wird.")


def _stops(
    document: Document,
    check: CheckState | None,
    stands: Mapping[UUID, ObjectionStand],
    kind: SendingKind,
) -> Iterator[Stop]:
    if kind is SendingKind.INSPECTION:
        yield from _stops_of_inspection(document)
    elif document.from_doctor:
        stand = stands.get(document.id) or (document.case_id and stands.get(document.case_id))
        if stand is ObjectionStand.OBJECTED:
            yield Stop(
                Sentence(
                    "Es kommt von ärztlicher Seite, und der Weitergabe wurde widersprochen "
                    "(§ 76 Abs. 2 SGB X)."
                ),
                Action.OVERRIDE_OBJECTION,
            )
        elif stand is None:
            yield Stop(
                Sentence(
                    "Es kommt von ärztlicher Seite: Wurde auf das Recht hingewiesen, der "
                    "Weitergabe zu widersprechen, und hat niemand widersprochen "
                    "(§ 76 Abs. 2 SGB X)?"
                )
            )
    if document.disputed and document.disputed_note:
        yield Stop(Sentence("Bestritten wird (§ 84 SGB X): %(note)s", note=document.disputed_note))
    if document.batch_id is not None and check not in (CheckState.OPEN, CheckState.RELEASED):
        yield Stop(Sentence("Der Stapel, aus dem es kommt, ist noch nicht freigegeben."))
    if document.checked_out_by_id is not None:
        yield Stop(
            Sentence("Es ist zur Bearbeitung ausgeliehen; gesandt wird die Fassung von heute.")
        )


def _stops_of_inspection(document: Document) -> Iterator[Stop]:
    if document.from_doctor:
        yield Stop(
            Sentence(
                "Es enthält Angaben über die Gesundheit: Ist zu befürchten, dass die Einsicht "
                "einen unverhältnismäßigen Nachteil, insbesondere an der Gesundheit, zufügt, soll "
                "eine Ärztin oder ein Arzt den Inhalt vermitteln (§ 25 Abs. 2 SGB X)."
            )
        )
    if not document.inspection_allowed:
        yield Stop(
            Sentence(
                "Es ist als nicht zur Akteneinsicht gekennzeichnet, etwa wegen der Geheimnisse "
                "Dritter (§ 25 Abs. 3 SGB X)."
            )
        )
