"""In which form do programs send and receive dossiers and cases?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from eakte.db import Page
from eakte.filing.opening import Opening
from eakte.filing.revising import LONGEST_KEYWORD, MOST_KEYWORDS, Revision
from eakte.model.case import Case, CaseState
from eakte.model.document import WithdrawalSheet
from eakte.model.dossier import Dossier, DossierAlias, DossierState, Medium
from eakte.model.file_plan import Access
from eakte.retrieval.browsing import Linked
from eakte.web.api.schemas import Edits, EditsOut, Id, Model, PageNumber, SomeText, Text, left_out

# As long as the number of another program may be, by which a dossier is known as well.
Reference = Annotated[Text, Field(max_length=100, examples=["SBR 12/2026"])]
Keyword = Annotated[SomeText, Field(max_length=LONGEST_KEYWORD)]


class DossierRow(Model):
    """A dossier with everything that is said of it."""

    id: UUID
    reference: str
    subject: str
    person_name: str
    birth_date: date | None
    death_date: date | None
    address: str
    medium: Medium
    paper_location: str
    term_from: date | None
    term_until: date | None
    keywords: list[str]
    clerk_id: UUID | None
    access: Access
    locked: bool = Field(description="mit Sperrvermerk")
    staff: bool = Field(description="Personalakte (§ 35 Abs. 1 Satz 3 SGB I)")
    state: DossierState
    cancel_reason: str | None
    department_id: UUID
    plan_entry_id: UUID
    plan_number: str
    opened_on: date
    closed_on: date | None
    edits: EditsOut


class CaseRow(Model):
    """A case with the number of documents and pages in it, of what one may see."""

    id: UUID
    dossier_id: UUID
    number: int
    procedure: str
    procedure_key: str
    subject: str
    state: CaseState
    opened_on: date
    closed_on: date | None
    cancel_reason: str | None
    documents: int
    pages: int
    edits: EditsOut


class SheetOut(Model):
    """What stands at the place of a document that was taken out (Fehlblatt)."""

    id: UUID
    position: int
    document_id: UUID
    title: str
    pages: int | None
    reason: str
    taken_out_at: datetime
    taken_out_by: str
    returned_at: datetime | None


class CaseOut(CaseRow):
    """A case with its dossier's reference and the sheets of what was taken out."""

    dossier_reference: str
    sheets: list[SheetOut]


class CasesOut(Model):
    """The cases of a dossier, in their order."""

    cases: list[CaseRow]


class DossierOut(DossierRow):
    """A dossier with its cases; what lies in them is asked for page by page."""

    cases: list[CaseRow]


class DossiersOut(Model):
    """One page of dossiers."""

    total: int
    page: int
    pages: int
    dossiers: list[DossierRow]


class DossierPatch(Model):
    """What is to stand in a dossier; a field that is left out stays, null empties it."""

    edits: Edits
    subject: Annotated[SomeText, Field(max_length=300)] = left_out()
    person_name: Annotated[Text, Field(max_length=200)] | None = left_out()
    birth_date: date | None = left_out()
    death_date: date | None = left_out()
    address: Annotated[Text, Field(max_length=300)] | None = left_out()
    medium: Medium = left_out()
    paper_location: Annotated[Text, Field(max_length=200)] | None = left_out()
    term_from: date | None = left_out()
    term_until: date | None = left_out()
    keywords: Annotated[list[Keyword], Field(max_length=MOST_KEYWORDS)] = left_out()
    clerk_id: Id | None = left_out()

    def revision(self) -> Revision:
        """Return what was said, nothing of the rest."""
        said = self.model_dump(exclude_unset=True, exclude={"edits"})
        if "keywords" in said:
            said["keywords"] = tuple(said["keywords"])
        return Revision(**said)


class DossiersAsked(Model):
    """Which dossiers: every word must occur in reference or name."""

    words: Text = Field(default="", max_length=300, examples=["muster 12/2026"])
    state: DossierState | None = None
    plan_entry_id: Id | None = None
    page: PageNumber = 1


class AliasIn(Model):
    """Under which number another program knows the dossier."""

    system: SomeText = Field(max_length=60, examples=["Fachverfahren"])
    value: SomeText = Field(max_length=100, examples=["SB-4711"])


class DossierIn(Model):
    """What a dossier is opened with."""

    plan_number: SomeText = Field(max_length=40, examples=["5.2.1"])
    subject: SomeText = Field(max_length=300, examples=["Feststellung nach dem SGB IX"])
    person_name: Text = Field(default="", max_length=200, examples=["Muster, Erika"])
    birth_date: date | None = Field(default=None, examples=["1957-03-12"])
    death_date: date | None = None
    address: Text = Field(default="", max_length=300)
    medium: Medium = Medium.ELECTRONIC
    paper_location: Text = Field(default="", max_length=200)
    term_from: date | None = None
    term_until: date | None = None
    keywords: list[Keyword] = Field(default_factory=list, max_length=MOST_KEYWORDS)
    clerk_id: Id | None = Field(
        default=None, description="null: wer nach der Verteilung zuständig ist"
    )
    aliases: list[AliasIn] = Field(default_factory=list, max_length=20)
    locked: bool = Field(default=False, description="mit Sperrvermerk; dann mit lock_reason")
    lock_reason: Text = Field(default="", max_length=500)
    staff: bool = Field(default=False, description="Personalakte (§ 35 Abs. 1 Satz 3 SGB I)")
    although_known: bool = Field(
        default=False, description="auch wenn die Person hier schon eine Akte hat"
    )

    def opening(self) -> Opening:
        """Return what was said beyond subject and person."""
        own = {one.name for one in fields(Opening)} - {"aliases"}
        aliases = tuple((one.system, one.value) for one in self.aliases)
        return Opening(**self.model_dump(include=own), aliases=aliases)


class AliasOut(Model):
    """The number under which another program knows the dossier."""

    id: UUID
    system: str
    value: str


class AliasesOut(Model):
    """The numbers under which other programs know the dossier."""

    aliases: list[AliasOut]


class LinkIn(Model):
    """Another dossier, by its id or its reference, and what the two have to do with each other."""

    dossier_id: Id | None = None
    reference: Reference | None = None
    reason: SomeText = Field(max_length=300, examples=["Akte des Ehegatten"])


class LinkOut(Model):
    """Another dossier with which one is linked."""

    id: UUID
    dossier_id: UUID
    reference: str
    subject: str
    reason: str
    made_at: datetime


class LinksOut(Model):
    """The dossiers with which one is linked, of those one may see."""

    links: list[LinkOut]


class CaseIn(Model):
    """What a case is opened with."""

    procedure: SomeText = Field(max_length=100, examples=["Widerspruchsverfahren"])
    subject: Text = Field(default="", max_length=300)


class CasePatch(Model):
    """What a case is to be called; a field that is left out stays what it is."""

    edits: Edits
    procedure: Annotated[SomeText, Field(max_length=100)] = left_out()
    subject: Annotated[Text, Field(max_length=300)] = left_out()


def dossier_fields(dossier: Dossier) -> dict[str, object]:
    """Return the fields of a dossier as programs read them."""
    own = (name for name in DossierRow.model_fields if name != "plan_number")
    return {name: getattr(dossier, name) for name in own} | {
        "plan_number": dossier.plan_entry.number
    }


def dossier_row(dossier: Dossier) -> DossierRow:
    """Return a dossier as it stands in a list."""
    return DossierRow.model_validate(dossier_fields(dossier))


def dossiers_out(found: Page[Dossier]) -> DossiersOut:
    """Return one page of dossiers as programs read it."""
    return DossiersOut(
        total=found.total,
        page=found.page,
        pages=found.pages,
        dossiers=[dossier_row(dossier) for dossier in found.rows],
    )


def case_fields(case: Case, counts: Mapping[UUID, tuple[int, int]]) -> dict[str, object]:
    """Return the fields of a case as programs read them."""
    documents, pages = counts.get(case.id, (0, 0))
    counted = {"documents": documents, "pages": pages}
    own = (name for name in CaseRow.model_fields if name not in counted)
    return {name: getattr(case, name) for name in own} | counted


def case_row(case: Case, counts: Mapping[UUID, tuple[int, int]]) -> CaseRow:
    """Return a case as it stands in its dossier."""
    return CaseRow.model_validate(case_fields(case, counts))


def sheet_out(sheet: WithdrawalSheet) -> SheetOut:
    """Return a withdrawal sheet as programs read it."""
    return SheetOut(**{name: getattr(sheet, name) for name in SheetOut.model_fields})


def alias_out(alias: DossierAlias) -> AliasOut:
    """Return a number of another program."""
    return AliasOut(id=alias.id, system=alias.system, value=alias.value)


def link_out(linked: Linked) -> LinkOut:
    """Return a link as seen from its other end."""
    return LinkOut(
        id=linked.link.id,
        dossier_id=linked.dossier.id,
        reference=linked.dossier.reference,
        subject=linked.dossier.subject,
        reason=linked.link.reason,
        made_at=linked.link.made_at,
    )
