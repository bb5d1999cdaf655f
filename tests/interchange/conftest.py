"""A dossier to be sent, of pages that can be told apart, and the standards as published."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid5

import pikepdf
import pytest
from fpdf import FPDF
from pikepdf import pdfa

from eakte.fonts import PLAIN, fonts
from eakte.interchange.package import (
    Address,
    Dispatch,
    DocumentClass,
    Link,
    LinkKind,
    Organisation,
    Part,
    PartKind,
    Party,
    Person,
    Product,
    Role,
    Scan,
    SelectedDocument,
    SelectedDossier,
    Withheld,
)
from eakte.interchange.xjustiz.names import MESSAGE_NAME
from eakte.interchange.xjustiz.writing_package import (
    Standards,
    WrittenPackage,
    write_court_package,
)
from eakte.interchange.xjustiz.writing_versions import VERSIONS

PAGES = 1_000
TODAY = date(2026, 11, 22)
TITLES = (
    "Antrag auf Feststellung",
    "Befundbericht Dr. Ärztin / Praxis „Süd“ – Anlage",
    "Müller, Łukasz: \u202eTodesanzeige\u202c",
    "x" * 300,
    "Bescheid über den GdB",
)
KINDS = (
    ("Antrag", DocumentClass.APPLICATION),
    ("Befundbericht", DocumentClass.EXPERT_OPINION),
    ("Schriftwechsel", DocumentClass.LETTER),
    ("Aktenvermerk", DocumentClass.NOTE),
    ("Feststellungsbescheid", DocumentClass.DECISION),
)
HOUSE = UUID("6f6a3c1e-6c6f-4b6e-9d43-0c2d2c9f7a11")


@pytest.fixture(scope="session")
def leaves(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A PDF/A with a thousand pages, each of which names itself."""
    pdf = FPDF(format="A4")
    pdf.add_font("s", "", str(fonts() / PLAIN))
    pdf.set_font("s", "", 12)
    for number in range(1, PAGES + 1):
        pdf.add_page()
        pdf.text(30, 60, f"Inhalt-{number:04}-Ende")
    path = tmp_path_factory.mktemp("leaves") / "leaves.pdf"
    with pikepdf.open(io.BytesIO(bytes(pdf.output()))) as made:
        del made.Root["/OpenAction"]
        pdfa.prepare(made, "2b")
        made.save(path, **pdfa.resolve_save_kwargs("2b"))
    return path


Cut = Callable[[Sequence[int]], list[Path]]


@pytest.fixture(scope="session")
def cut(leaves: Path, tmp_path_factory: pytest.TempPathFactory) -> Cut:
    """Cuts documents with so many pages from the front of the thousand."""

    def documents(lengths: Sequence[int]) -> list[Path]:
        folder = tmp_path_factory.mktemp("cut")
        paths, at = [], 0
        with pikepdf.open(leaves) as whole:
            for number, length in enumerate(lengths):
                with pikepdf.Pdf.new() as one:
                    one.pages.extend(whole.pages[at : at + length])
                    pdfa.prepare(one, "2b")
                    paths.append(folder / f"{number:04}.pdf")
                    one.save(paths[-1], **pdfa.resolve_save_kwargs("2b"))
                at += length
        return paths

    return documents


def selected(path: Path, number: int, *, pages: int) -> SelectedDocument:
    """One document with everything that can be told of it, every fifth an attachment."""
    kind, document_class = KINDS[number % len(KINDS)]
    day = date(2024, 1, 1) + timedelta(number)
    return SelectedDocument(
        id=uuid5(HOUSE, f"document {number}"),
        title=f"{TITLES[number % len(TITLES)]} {number}",
        kind=kind,
        document_class=document_class,
        pages=pages,
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        content=path,
        written_on=day,
        received_on=day + timedelta(2),
        filed_on=day + timedelta(3),
        sender="Praxis Dr. Süß & Partner",
        recipient="Landratsamt Musterkreis",
        foreign_reference="FV 12/24",
        links=(Link(LinkKind.ATTACHMENT, uuid5(HOUSE, f"document {number - 1}")),)
        if number % 5 == 4
        else (),
        scan=Scan(day + timedelta(2), number % 2 == 0) if number % 3 == 0 else None,
        inspection_allowed=number % 7 != 6,
    )


def withheld(document: SelectedDocument) -> SelectedDocument:
    """The same document, kept back."""
    return replace(document, content=None, withheld=Withheld("Angaben über Dritte.", "§ 25 Abs. 3"))


def in_parts(documents: Sequence[SelectedDocument]) -> SelectedDossier:
    """A main dossier with two cases, and a volume of annexes."""
    third = max(1, len(documents) // 3)
    return SelectedDossier(
        id=uuid5(HOUSE, "dossier"),
        reference="SBR 12/2026",
        title="Müller, Łukasz – Schwerbehindertenrecht",
        parts=(
            Part(
                uuid5(HOUSE, "main"),
                "Hauptakte",
                PartKind.MAIN,
                parts=(
                    Part(
                        uuid5(HOUSE, "case 1"),
                        "Erstantrag",
                        PartKind.CASE,
                        tuple(documents[:third]),
                    ),
                    Part(
                        uuid5(HOUSE, "case 2"),
                        "Widerspruch",
                        PartKind.CASE,
                        tuple(documents[third : 2 * third]),
                        reference="W 7/26",
                    ),
                ),
            ),
            Part(
                uuid5(HOUSE, "annexes"),
                "Anlagen",
                PartKind.ANNEXES,
                tuple(documents[2 * third :]),
                inspection_allowed=False,
            ),
        ),
    )


@pytest.fixture(scope="session")
def dossier(cut: Cut) -> SelectedDossier:
    """Fifteen documents with fifty pages in all; the seventh and the last are withheld."""
    lengths = [1, 2, 3, 4, 5] * 3
    documents = [
        selected(path, number, pages=length)
        for number, (path, length) in enumerate(zip(cut(lengths), lengths, strict=True))
    ]
    documents[6], documents[14] = withheld(documents[6]), withheld(documents[14])
    return in_parts(documents)


@pytest.fixture(scope="session")
def dispatch() -> Dispatch:
    """A sending to the social court of Munich, on demand, with everybody who can take part."""
    office = Organisation(
        "Landratsamt Musterkreis", Address("Am Markt", "1", "84028", "Musterstadt")
    )
    return Dispatch(
        id=uuid5(HOUSE, "dispatch"),
        made_at=datetime(2026, 11, 22, 9, 30, tzinfo=UTC),
        made_by="Sabine Muster",
        office=office,
        court="D6260",
        product=Product("e-Akte", "Projekt e-Akte", "0.1.0"),
        court_reference="S 12 SB 34/26",
        short_title="Müller ./. Landkreis Musterkreis",
        about="Feststellung des Grades der Behinderung",
        parties=(
            Party(
                Role.CLAIMANT,
                Person("Müller", "Łukasz", born_on=date(1970, 2, 3), address=Address("Weg", "2a")),
            ),
            Party(Role.DEFENDANT, office, reference="SBR 12/2026"),
            Party(Role.REPRESENTATIVE, Organisation("Kanzlei Recht & Fair"), represents=0),
            Party(Role.REPRESENTATIVE, Person("Klug", "Petra"), reference="1/26", represents=0),
            Party(Role.AUTHORISED, Organisation("Sozialverband"), represents=0),
            Party(Role.GUARDIAN, Person("Sorge", "Änne"), represents=0),
            Party(Role.STATUTORY, Person("Müller", "Jan"), represents=0),
        ),
        legal_ground="§ 104 SGG",
    )


@pytest.fixture(scope="session")
def standards(shared: Path) -> Standards:
    """Lists and schemas as their publishers gave them out."""
    return Standards.from_folder(shared / "schemas" / "xjustiz")


@pytest.fixture(scope="session", params=list(VERSIONS))
def package(
    request: pytest.FixtureRequest,
    dossier: SelectedDossier,
    dispatch: Dispatch,
    standards: Standards,
    tmp_path_factory: pytest.TempPathFactory,
) -> WrittenPackage:
    target = tmp_path_factory.mktemp("court") / "package"
    return write_court_package(
        dispatch, dossier, target, standards=standards, day=TODAY, version=request.param
    )


def message_of(package: WrittenPackage, part: int = 1) -> Path:
    return package.messages[part - 1].folder / MESSAGE_NAME
