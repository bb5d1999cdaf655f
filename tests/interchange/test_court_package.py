"""A dossier goes to court: what the official schema, two public viewers and the pages say of it."""

from __future__ import annotations

import hashlib
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import uuid4

import pikepdf
import pypdfium2
import pytest
from lxml import etree
from pikepdf import pdfa

from eakte.errors import RuleBroken
from eakte.interchange.package import Dispatch, SelectedDossier
from eakte.interchange.xjustiz.codes import CodeLists
from eakte.interchange.xjustiz.names import name_faults
from eakte.interchange.xjustiz.writing_package import (
    MANIFEST,
    Standards,
    WrittenPackage,
    write_court_package,
    zip_message,
)
from eakte.interchange.xjustiz.writing_versions import writer_on
from tests.interchange.conftest import TODAY, Cut, in_parts, message_of, selected

XJ = "{http://www.xjustiz.de}"


def test_the_message_holds_to_the_official_schema_of_its_version(
    package: WrittenPackage, shared: Path
) -> None:
    folder = shared / "schemas" / "xjustiz" / package.version / "xsd"
    (main,) = folder.glob("xjustiz_0005_nachrichten_*.xsd")
    message = etree.parse(message_of(package))
    head = message.find(f"{XJ}nachrichtenkopf")
    assert head is not None and head.get("xjustizVersion") == package.version
    if package.version == "3.7.0":  # the schema was published ahead, with the number of 3.6.2
        head.set("xjustizVersion", "3.6.2")
    schema = etree.XMLSchema(etree.parse(main))
    assert schema.validate(message), schema.error_log


def test_what_could_not_be_checked_is_said(package: WrittenPackage) -> None:
    fixed = {
        "Die Codeliste GDS.Bestandteiltyp 2.5 fehlt; geprüft wurde gegen 2.4.",
        "Die Codeliste GDS.Teilaktentyp 2.3 fehlt; geprüft wurde gegen 2.2.",
    }
    ahead = (
        "Das Schema von XJustiz 3.7.0 ist eine Vorabfassung, die sich selbst 3.6.2 nennt; davon "
        "abgesehen wurde dagegen geprüft."
    )
    expected = {"3.5.1": set(), "3.6.2": fixed, "3.7.0": fixed | {ahead}}
    assert set(package.hints) == expected[package.version]


def test_every_pdf_is_a_valid_pdf_a(package: WrittenPackage) -> None:
    pdfs = sorted(package.folder.rglob("*.pdf"))
    assert len(pdfs) == 15 + 4  # cover, contents, statement, whole
    for path in pdfs:
        report = pdfa.validate_written(path, "2b")
        assert report.passed, (path.name, report)


def test_names_are_allowed_and_the_folder_is_flat(package: WrittenPackage) -> None:
    (message,) = package.messages
    names = [path.name for path in message.folder.iterdir()]
    assert all(path.is_file() for path in message.folder.iterdir())
    assert [fault for name in names for fault in name_faults(name)] == []
    assert len({name.casefold() for name in names}) == len(names) == message.files
    assert message.size == sum(path.stat().st_size for path in message.folder.iterdir())


def texts(path: Path) -> list[str]:
    with pypdfium2.PdfDocument(path) as pdf:
        return [page.get_textpage().get_text_bounded() for page in pdf]


def rows_of(contents: Path) -> list[tuple[str, str]]:
    """What stands in the first and the last column of each linked row."""
    rows = []
    with pikepdf.open(contents) as pdf, pypdfium2.PdfDocument(contents) as seen:
        for number, page in enumerate(pdf.pages):
            words = seen[number].get_textpage()
            for note in page.obj.get("/Annots", ()):
                left, bottom, right, top = (float(corner) for corner in note["/Rect"])
                rows.append(
                    (
                        words.get_text_bounded(left, bottom, left + 24, top).strip(),
                        words.get_text_bounded(right - 48, bottom, right, top).strip(),
                    )
                )
    return rows


def told_folios(title: str) -> tuple[int, int]:
    found = re.search(r"\(Bl\. (\d+)(?:-(\d+))?\)$", title)
    assert found, title
    return int(found[1]), int(found[2] or found[1])


def documents_in_order(container: etree._Element) -> Iterator[etree._Element]:
    """As a court sorts them: by the numbers alone."""
    things = [
        one for one in container if one.tag in (f"{XJ}akte", f"{XJ}teilakte", f"{XJ}dokument")
    ]
    number = f"{XJ}identifikation/{XJ}nummerImUebergeordnetenContainer"
    for one in sorted(things, key=lambda thing: int(thing.findtext(number, ""))):
        if one.tag == f"{XJ}dokument":
            yield one
        else:
            inside = one.find(f"{XJ}xjustiz.fachspezifischeDaten/{XJ}inhalt")
            assert inside is not None
            yield from documents_in_order(inside)


def test_pages_contents_and_message_name_the_same_folios(package: WrittenPackage) -> None:
    root = etree.parse(message_of(package)).getroot()
    (dossier,) = root.iter(f"{XJ}akte")
    inside = dossier.find(f"{XJ}xjustiz.fachspezifischeDaten/{XJ}inhalt")
    assert inside is not None
    (contents,) = package.messages[0].folder.glob("0000_Inhaltsverzeichnis_*.pdf")
    listed = rows_of(contents)
    last = 0
    in_message = list(documents_in_order(inside))
    assert len(in_message) == len(package.bound) == 15
    for bound, document in zip(package.bound, in_message, strict=True):
        name = document.findtext(f".//{XJ}dateiname", "")
        first, end = told_folios(document.findtext(f".//{XJ}anzeigename", ""))
        assert name == bound.path.name and first == last + 1
        assert (first, end) == (bound.folios.first, bound.folios.last)
        printed = [re.findall(r"Bl\. (\d+)", text) for text in texts(bound.path)]
        assert printed == [[str(folio)] for folio in range(first, end + 1)]
        assert listed.pop(0) == (str(bound.number), str(bound.folios))
        last = end
    assert listed == []
    ends = [package.bound[place].folios.last for place in (9, 4, 9, 14)]
    assert [one.text for one in root.iter(f"{XJ}letztePaginierungProTeilakte")] == [
        str(end) for end in ends
    ]


def leads(whole: Path) -> tuple[list[int], list[tuple[int, int]]]:
    """To which pages the links lead, and the bookmarks of documents by the folio they name."""
    with pikepdf.open(whole) as pdf:
        numbers = {page.obj.objgen: place for place, page in enumerate(pdf.pages)}
        links = [
            numbers[note["/Dest"][0].objgen]
            for page in pdf.pages
            for note in page.obj.get("/Annots", ())
        ]
        marks = []
        with pdf.open_outline() as outline:
            heads = list(outline.root)
            while heads:
                one = heads.pop(0)
                heads[:0] = list(one.children)
                if told := re.match(r"\d+ .*\(Bl\. (\d+)", one.title):
                    destination = one.destination
                    assert destination is not None and not isinstance(destination, int)
                    marks.append((int(told[1]), numbers[destination[0].objgen]))
    return links, marks


def test_the_bound_whole_leads_to_every_document(package: WrittenPackage) -> None:
    assert package.whole is not None
    links, marks = leads(package.whole)
    pages = texts(package.whole)
    folios = [re.findall(r"Bl\. (\d+)", text) for text in pages]
    first = folios.index(["1"])
    assert folios[first:] == [[str(number)] for number in range(1, len(pages) - first + 1)]
    expected = [first + one.folios.first - 1 for one in package.bound]
    assert links == expected
    assert marks == [
        (one.folios.first, page) for one, page in zip(package.bound, expected, strict=True)
    ]


def test_rows_of_the_contents_lead_to_the_documents_beside_it(package: WrittenPackage) -> None:
    (contents,) = package.messages[0].folder.glob("0000_Inhaltsverzeichnis_*.pdf")
    with pikepdf.open(contents) as pdf:
        names = [str(note["/A"]["/F"]) for page in pdf.pages for note in page.obj["/Annots"]]
    assert names == [one.path.name for one in package.bound]


def test_the_original_stays_as_it_was(package: WrittenPackage) -> None:
    for one in package.bound:
        if one.document.content is not None:
            assert (
                hashlib.sha256(one.document.content.read_bytes()).hexdigest() == one.document.sha256
            )


def test_the_proof_names_every_document_with_its_digest(package: WrittenPackage) -> None:
    (statement,) = package.messages[0].folder.glob("0000_Vollst*.pdf")
    said = "".join("".join(texts(statement)).split())
    for one in package.bound:
        assert hashlib.sha256(one.path.read_bytes()).hexdigest() == one.sha256
        assert one.sha256 in said
    manifest = package.folder / MANIFEST
    assert hashlib.sha256(manifest.read_bytes()).hexdigest() == package.sha256
    listed = dict(
        reversed(line.split("  ", 1)) for line in manifest.read_text("utf-8").splitlines()
    )
    found = {
        path.relative_to(package.folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in package.folder.rglob("*")
        if path.is_file() and path != manifest
    }
    assert listed == found


def test_of_a_withheld_document_nothing_but_the_reason_leaves(package: WrittenPackage) -> None:
    hidden = [one for one in package.bound if one.document.withheld]
    assert len(hidden) == 2
    for one in hidden:
        (sheet,) = texts(one.path)
        assert "Fehlblatt" in sheet and "Angaben über Dritte." in sheet
    # The seventh document holds the pages 17 and 18 of the thousand.
    everything = "\n".join(
        text for path in package.folder.rglob("*.pdf") for text in texts(path)
    ) + message_of(package).read_text("utf-8")
    assert "Inhalt-0016-Ende" in everything
    assert "Inhalt-0017-Ende" not in everything and "Inhalt-0018-Ende" not in everything
    assert f"{hidden[0].document.title}" not in everything


def test_sending_again_keeps_the_identity_of_what_did_not_change(
    dossier: SelectedDossier,
    dispatch: Dispatch,
    standards: Standards,
    tmp_path: Path,
    cut: Cut,
) -> None:
    def names(what: SelectedDossier, sending: Dispatch, where: str) -> list[str]:
        package = write_court_package(
            sending,
            what,
            tmp_path / where,
            standards=standards,
            day=TODAY,
            with_whole=False,
            validate=False,
        )
        return [one.path.name[-40:] for one in package.bound]

    before = names(dossier, dispatch, "first")
    documents = list(dossier.documents())
    (other,) = cut([9])
    documents[2] = replace(selected(other, 2, pages=9), id=documents[2].id)
    later = replace(dispatch, id=uuid4(), made_at=datetime(2026, 12, 1, tzinfo=UTC))
    after = names(in_parts(documents), later, "second")
    assert [place for place in range(15) if before[place] != after[place]] == [2]


def test_a_thousand_pages_bear_the_number_that_contents_message_and_bookmarks_tell(
    cut: Cut, dispatch: Dispatch, standards: Standards, tmp_path: Path
) -> None:
    lengths = [5, 1, 4] * 100
    documents = [
        replace(selected(path, number, pages=length), approved=True)
        for number, (path, length) in enumerate(zip(cut(lengths), lengths, strict=True))
    ]
    package = write_court_package(
        dispatch, in_parts(documents), tmp_path / "package", standards=standards, day=TODAY
    )
    assert package.whole is not None
    pages = texts(package.whole)
    before = len(pages) - 1_000
    found = [
        (int(re.findall(r"Inhalt-(\d{4})-Ende", text)[0]), re.findall(r"Bl\. (\d+)", text))
        for text in pages[before:]
    ]
    assert found == [(number, [str(number)]) for number in range(1, 1001)]
    singles = [
        printed
        for one in package.bound
        for text in texts(one.path)
        for printed in re.findall(r"Bl\. (\d+)", text)
    ]
    assert singles == [str(number) for number in range(1, 1001)]
    ranges = [(one.folios.first, one.folios.last) for one in package.bound]
    (contents,) = package.messages[0].folder.glob("0000_Inhaltsverzeichnis_*.pdf")
    assert rows_of(contents) == [(str(one.number), str(one.folios)) for one in package.bound]
    told = [
        told_folios(document.findtext(f".//{XJ}anzeigename", ""))
        for inside in etree.parse(message_of(package)).findall(
            f".//{XJ}akte/{XJ}xjustiz.fachspezifischeDaten/{XJ}inhalt"
        )
        for document in documents_in_order(inside)
    ]
    assert told == ranges
    links, marks = leads(package.whole)
    assert links == [before + first - 1 for first, _ in ranges]
    assert marks == [(first, before + first - 1) for first, _ in ranges]


def test_the_same_message_always_becomes_the_same_zip(
    package: WrittenPackage, tmp_path: Path
) -> None:
    zip_message(package.messages[0], tmp_path / "one.zip")
    zip_message(package.messages[0], tmp_path / "two.zip")
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "one.zip") as packed:
        assert packed.testzip() is None
        assert sorted(packed.namelist()) == sorted(
            path.name for path in package.messages[0].folder.iterdir()
        )


@pytest.mark.parametrize(
    ("day", "version"),
    [
        (date(2025, 4, 30), "3.5.1"),
        (date(2026, 4, 29), "3.5.1"),
        (date(2026, 4, 30), "3.6.2"),
        (date(2027, 4, 29), "3.6.2"),
        (date(2027, 4, 30), "3.7.0"),
        (date(2031, 1, 1), "3.7.0"),
    ],
)
def test_the_version_is_the_one_valid_on_the_day(day: date, version: str) -> None:
    assert writer_on(day, CodeLists(None)).version == version


def test_before_the_first_version_nothing_can_be_written() -> None:
    with pytest.raises(RuleBroken, match="29.04.2025"):
        writer_on(date(2025, 4, 29), CodeLists(None))
