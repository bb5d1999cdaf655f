"""How is a dossier told in the archives' own language, with or without what it contains?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from uuid import UUID

from sqlalchemy import select

from eakte.access.actions import Action
from eakte.access.check import require
from eakte.errors import Sentence
from eakte.interchange.xdomea.records import Level, Party, Primary, Record, Terms, Version
from eakte.interchange.xdomea.schemas import Schemas
from eakte.model.case import Case, CaseState
from eakte.model.clearance import CLOSED
from eakte.model.columns import Among
from eakte.model.document import (
    Direction,
    Document,
    DocumentState,
    Rendition,
    RenditionKind,
    Writing,
)
from eakte.model.document import Version as Kept
from eakte.model.dossier import Dossier, Medium
from eakte.unit_of_work import UnitOfWork

# Codeliste Medium.
MEDIA = {Medium.ELECTRONIC: "001", Medium.HYBRID: "002", Medium.PAPER: "003"}
PDF_A = "2b"
# An enclosure of an enclosure is told as one of the outermost: archives show no deeper ones.
DEEPEST_ENCLOSURE = 2


@dataclass(frozen=True)
class Told:
    """Dossiers as records, which content each named file has, and what stands against them."""

    records: tuple[Record, ...]
    contents: Mapping[str, str] = field(default_factory=dict)
    against: tuple[Sentence, ...] = ()


@dataclass(frozen=True)
class _Facts:
    """Everything that is told of the documents of some dossiers."""

    documents: Mapping[UUID, Sequence[Document]]
    versions: Mapping[UUID, Kept]
    copies: Mapping[UUID, Rendition]


def xdomea_schemas(work: UnitOfWork) -> Schemas:
    """Return the official schemas as far as the office has them."""
    require(work, Action.SEE_OFFERS)
    folder: Path = (work.settings.schemas or work.settings.folder / "schemas") / "xdomea"
    return Schemas(folder if folder.is_dir() else None)


def tell_dossiers(
    work: UnitOfWork,
    dossiers: Sequence[Dossier],
    terms: Mapping[UUID, Terms],
    *,
    with_contents: bool,
    originals: bool = False,
) -> Told:
    """Tell dossiers with all that is filed in them; what was cancelled is not told.

    Args:
        work: in whose name.
        dossiers: in the order in which they are told.
        terms: what is decided about each of them, by its id.
        with_contents: with the files, a reading copy in PDF/A or the original where there is none.
        originals: the original beside each reading copy that is not the original itself.
    """
    require(work, Action.SEE_OFFERS)
    schemas = xdomea_schemas(work)
    ids = [one.id for one in dossiers]
    cases: dict[UUID, list[Case]] = {}
    for case in work.session.scalars(
        select(Case)
        .where(Among(Case.dossier_id, ids), Case.state != CaseState.CANCELLED)
        .order_by(Case.number)
    ):
        cases.setdefault(case.dossier_id, []).append(case)
    facts = _facts(work, ids, with_contents=with_contents)
    contents: dict[str, str] = {}
    against: list[Sentence] = []
    told = _Telling(schemas, facts, contents, against, with_contents, originals)
    records = tuple(told.dossier(one, cases.get(one.id, ()), terms.get(one.id)) for one in dossiers)
    return Told(records, contents, tuple(against))


def _facts(work: UnitOfWork, ids: Sequence[UUID], *, with_contents: bool) -> _Facts:
    documents: dict[UUID, list[Document]] = {}
    filed = (Among(Document.dossier_id, ids), Document.state == DocumentState.FILED)
    for one in work.session.scalars(
        select(Document).where(*filed).order_by(Document.case_id, Document.position, Document.id)
    ):
        if one.case_id is not None:
            documents.setdefault(one.case_id, []).append(one)
    if not with_contents:
        return _Facts(documents, {}, {})
    versions = {
        one.document_id: one
        for one in work.session.scalars(
            select(Kept)
            .join(Document, Document.id == Kept.document_id)
            .where(*filed, Kept.number == Document.current_version)
        )
    }
    copies = {
        one.version_id: one
        for one in work.session.scalars(
            select(Rendition)
            .join(Kept, Kept.id == Rendition.version_id)
            .join(Document, Document.id == Kept.document_id)
            .where(
                *filed,
                Kept.number == Document.current_version,
                Rendition.kind == RenditionKind.READING_COPY,
            )
        )
    }
    return _Facts(documents, versions, copies)


@dataclass(frozen=True)
class _Telling:
    """Tells one dossier after the other, and collects what their files are."""

    schemas: Schemas
    facts: _Facts
    contents: dict[str, str]
    against: list[Sentence]
    with_contents: bool
    originals: bool

    def dossier(self, of: Dossier, cases: Sequence[Case], terms: Terms | None) -> Record:
        """Tell a dossier with its cases."""
        family, _, given = of.person_name.partition(",")
        person = Party(family_name=family.strip(), given_name=given.strip())
        return Record(
            id=of.id,
            level=Level.DOSSIER,
            title=of.person_name or of.subject,
            reference=of.reference,
            lead=of.department.name,
            medium=MEDIA[of.medium],
            plan_reference=of.plan_entry.number,
            plan_title=of.plan_entry.title,
            terms=terms,
            kind=of.subject,
            begins=of.opened_on,
            ends=of.closed_on,
            closed=True,
            closed_on=of.closed_on,
            parties=(person,) if person.family_name else (),
            parts=tuple(self._case(one, of, terms) for one in cases),
        )

    def _case(self, of: Case, dossier: Dossier, terms: Terms | None) -> Record:
        documents = self.facts.documents.get(of.id, ())
        here = {one.id for one in documents}
        tops = [one for one in documents if one.parent_id not in here]
        return Record(
            id=of.id,
            level=Level.CASE,
            number=of.number,
            title=of.subject or of.procedure,
            reference=f"{dossier.reference}-{of.number}",
            medium=MEDIA[dossier.medium],
            terms=terms,
            kind=of.procedure,
            dossier_title=dossier.person_name or dossier.subject,
            begins=of.opened_on,
            ends=of.closed_on or dossier.closed_on,
            closed=True,
            closed_on=of.closed_on or dossier.closed_on,
            parts=tuple(
                self._document(one, number, documents) for number, one in enumerate(tops, start=1)
            ),
        )

    def _document(
        self, of: Document, number: int, beside: Sequence[Document], depth: int = 0
    ) -> Record:
        parts: list[Record] = []
        if depth < DEEPEST_ENCLOSURE:
            for place, one in enumerate(_enclosed(of, beside, all=depth + 1 >= DEEPEST_ENCLOSURE)):
                parts.append(self._document(one, place + 1, beside, depth + 1))
        incoming = of.direction is Direction.INCOMING
        return Record(
            id=of.id,
            level=Level.DOCUMENT,
            number=number,
            title=of.title,
            medium=MEDIA[Medium.ELECTRONIC],
            kind=of.document_type,
            foreign_reference=of.foreign_reference,
            received_on=of.received_on if incoming else None,
            sent_on=of.letter_date if of.direction is Direction.OUTGOING else None,
            written_on=of.letter_date,
            versions=self._versions(of),
            parts=tuple(parts),
        )

    def _versions(self, of: Document) -> tuple[Version, ...]:
        if not self.with_contents:
            return ()
        kept = self.facts.versions.get(of.id)
        if kept is None or kept.clearance in CLOSED:
            self.against.append(
                Sentence(
                    "„%(title)s“: Die Virenprüfung hat das Dokument nicht freigegeben.",
                    title=of.title,
                )
            )
            return ()
        if of.writing is Writing.DRAFT:
            self.against.append(Sentence("„%(title)s“ ist noch ein Entwurf.", title=of.title))
        copy = self.facts.copies.get(kept.id)
        primaries = []
        if copy is not None:
            primaries.append(self._primary(copy.id, copy.sha256, "pdf", kept, archival=True))
        if copy is None or (self.originals and copy.sha256 != kept.sha256):
            ending = PurePath(kept.name).suffix.lstrip(".").lower()
            primaries.append(self._primary(kept.id, kept.sha256, ending, kept))
        return (Version(str(kept.number), tuple(primaries)),)

    def _primary(
        self, own: UUID, sha256: str, ending: str, of: Kept, *, archival: bool = False
    ) -> Primary:
        plain = "".join(sign for sign in ending if sign.isascii() and sign.isalnum())[:10] or "bin"
        name = f"{own}.{plain}"
        code, called = self.schemas.format_for(plain, archival=archival)
        self.contents[name] = sha256
        return Primary(
            name=name,
            format_code=code,
            format_name=called,
            format_version=PDF_A if archival else "",
            original_name=of.name,
            created_at=of.created_at,
            sha256=sha256,
        )


def _enclosed(of: Document, beside: Sequence[Document], *, all: bool) -> Iterator[Document]:
    """The enclosures of a document, and where nothing goes deeper, those of theirs too."""
    for one in beside:
        if one.parent_id == of.id and one.id != of.id:
            yield one
            if all:
                yield from _enclosed(one, beside, all=True)
