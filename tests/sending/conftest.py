"""A house with a dossier that can go to a court: its letters are real, searchable PDF/A."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID

import pikepdf
import pytest
from fpdf import FPDF
from pikepdf import pdfa

from eakte import jobs
from eakte.bootstrap import Office
from eakte.casework.sending.asking import Choice, Wanted, ask_for_sending
from eakte.filing.describing import Description
from eakte.filing.opening import open_case
from eakte.filing.placing import place_document
from eakte.fonts import PLAIN, fonts
from eakte.model.case import Case
from eakte.model.content import keep_content
from eakte.model.document import (
    Document,
    ProcessingState,
    Rendition,
    RenditionKind,
    Version,
)
from eakte.model.dossier import Dossier
from eakte.model.sending import Decision, Sending
from eakte.model.user import Actor
from eakte.retrieval.sendings import files_of_sending, read_sending, sending_by_id
from storage import Digest
from tests.builders import Staff, bring, house, now_, opened
from tests.databases import new_database

COURT = "D6260"
LETTERS = (("Antrag", 2), ("Befundbericht", 3), ("Anhörung", 1), ("Feststellungsbescheid", 2))


@cache
def reading_copy(name: str, pages: int) -> bytes:
    """A PDF/A whose every page names its document."""
    pdf = FPDF(format="A4")
    pdf.add_font("s", "", str(fonts() / PLAIN))
    pdf.set_font("s", "", 12)
    for number in range(1, pages + 1):
        pdf.add_page()
        pdf.text(30, 60, f"Kennwort-{name}-{number}-Ende")
    made = BytesIO()
    with pikepdf.open(BytesIO(bytes(pdf.output()))) as opened_:
        del opened_.Root["/OpenAction"]
        pdfa.prepare(opened_, "2b")
        opened_.save(made, **pdfa.resolve_save_kwargs("2b"))
    return made.getvalue()


def give_copy(office: Office, document_id: UUID, name: str, pages: int) -> None:
    """Let a document be read to the end of the processing, with this searchable PDF/A."""
    with office.as_system() as work:
        document = work.session.get_one(Document, document_id)
        version = (
            work.session.query(Version)
            .filter_by(document_id=document_id, number=document.current_version)
            .one()
        )
        stored = work.store.put(BytesIO(reading_copy(name, pages)))
        now = work.clock.now()
        keep_content(work.session, str(stored.digest), size=stored.size, at=now)
        work.session.add(
            Rendition(
                version_id=version.id,
                kind=RenditionKind.READING_COPY,
                page=0,
                sha256=str(stored.digest),
                media_type="application/pdf",
                created_at=now,
            )
        )
        document.page_count, document.processing = pages, ProcessingState.READY
        jobs.forget(work, "process", document_id)


@dataclass
class Desk:
    """The house, its clerk, and the dossier whose letters were filed one after the other."""

    office: Office
    staff: Staff
    folder: Path
    dossier: Dossier
    cases: list[Case]
    letters: list[UUID]

    def file(self, title: str, pages: int, *, case: Case | None = None) -> UUID:
        """Bring a letter, file it and let it be processed."""
        content = f"%PDF {title} {len(self.letters)}".encode()
        receipt = bring(self.office, self.staff.clerk, self.folder / "in", content=content)
        with self.office.begin(now_(self.office, self.staff.clerk)) as work:
            place_document(
                work,
                work.session.get_one(Document, receipt.document_id),
                case=work.session.get_one(Case, (case or self.cases[0]).id),
                description=Description(
                    title=title, document_type=title, received_on=work.clock.today()
                ),
            )
        give_copy(self.office, receipt.document_id, title, pages)
        self.letters.append(receipt.document_id)
        return receipt.document_id

    def change(self, table: type, key: UUID, **values: object) -> None:
        """Change a row behind everybody's back."""
        with self.office.as_system() as work:
            row = work.session.get_one(table, key)
            for name, value in values.items():
                setattr(row, name, value)

    def wanted(self, **said: Any) -> Wanted:
        """What goes if nobody decides otherwise: everything."""
        given: dict[str, Any] = {
            "court_reference": "S 12 SB 34/26",
            "otherwise": Choice(Decision.SEND),
        }
        return replace(Wanted(COURT), **(given | said))

    def ask(self, who: Actor | None = None, **said: Any) -> UUID:
        """Ask for a package as this person, who has just proved again who they are."""
        actor = replace(now_(self.office, who or self.staff.clerk), confirmed=True)
        with self.office.begin(actor) as work:
            dossier = work.session.get_one(Dossier, self.dossier.id)
            return ask_for_sending(work, dossier, self.wanted(**said)).id

    def row(self, sending_id: UUID) -> Sending:
        """Return the row of a sending."""
        with self.office.database.transaction(writes=False) as session:
            return session.get_one(Sending, sending_id)

    def fetched(self, sending_id: UUID, who: Actor | None = None) -> dict[str, bytes]:
        """Return every file of a package as this person gets it."""
        found = {}
        with self.office.begin(now_(self.office, who or self.staff.clerk)) as work:
            sending = sending_by_id(work, sending_id).sending
            for one in files_of_sending(work, sending):
                reading = read_sending(work, sending, one.id)
                with work.store.open(Digest(reading.sha256)) as stream:
                    found[reading.name] = stream.read()
        return found


@pytest.fixture(scope="session")
def schemas(shared: Path) -> Path:
    """The official lists and schemas, as their publishers gave them out."""
    return shared / "schemas"


@contextmanager
def furnished(folder: Path, **given: object) -> Iterator[Desk]:
    """Open a house whose one dossier has four letters."""
    with house(folder, **given) as (office, staff):
        dossier, case = opened(office, staff)
        with office.begin(staff.clerk) as work:
            second = open_case(
                work, work.session.get_one(Dossier, dossier.id), procedure="Widerspruch"
            )
        made = Desk(office, staff, folder, dossier, [case, second], [])
        for title, pages in LETTERS:
            made.file(title, pages)
        yield made


@pytest.fixture
def desk(tmp_path: Path, schemas: Path) -> Iterator[Desk]:
    with furnished(tmp_path, schemas=schemas) as made:
        yield made


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def either_desk(request: pytest.FixtureRequest, tmp_path: Path, schemas: Path) -> Iterator[Desk]:
    """The same house on either database."""
    url = ""
    if request.param == "postgresql":
        url = new_database()
    with furnished(tmp_path, schemas=schemas, database_url=url) as made:
        yield made
