"""What is hard to send: very many documents, one that is damaged, strange pages, a full disk."""

from __future__ import annotations

import errno
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pikepdf
import pypdfium2
import pytest
from lxml import etree
from pikepdf import Dictionary, pdfa

from eakte.interchange.assembling import assemble
from eakte.interchange.binding import FEW_PAGES
from eakte.interchange.package import Dispatch, PackageRefused, SelectedDossier
from eakte.interchange.sheets import Sheets
from eakte.interchange.xjustiz.names import name_faults
from eakte.interchange.xjustiz.rules import ERVB_2025
from eakte.interchange.xjustiz.writing_package import Standards, write_court_package
from tests.interchange.conftest import TODAY, Cut, in_parts, message_of, selected
from tests.interchange.test_court_package import documents_in_order, texts
from tests.interchange.test_court_refusals import spoilt

MANY = 1_500


def test_one_thousand_five_hundred_documents_become_messages_within_the_limits(
    cut: Cut, dispatch: Dispatch, standards: Standards, tmp_path: Path, shared: Path
) -> None:
    (path,) = cut([1])
    documents = [replace(selected(path, number, pages=1), approved=True) for number in range(MANY)]
    dossier = in_parts(documents)
    package = write_court_package(
        dispatch, dossier, tmp_path / "package", standards=standards, day=TODAY
    )
    (main,) = (shared / "schemas" / "xjustiz" / package.version / "xsd").glob(
        "xjustiz_0005_nachrichten_*.xsd"
    )
    schema = etree.XMLSchema(etree.parse(main))
    joined = []
    for message in package.messages:
        names = [one.name for one in message.folder.iterdir()]
        assert len(names) <= ERVB_2025.files and message.size <= ERVB_2025.size
        assert [fault for name in names for fault in name_faults(name)] == []
        root = etree.parse(message_of(package, message.part)).getroot()
        assert schema.validate(root), schema.error_log
        for inside in root.findall(
            "./{*}schriftgutobjekte/{*}akte/{*}xjustiz.fachspezifischeDaten/{*}inhalt"
        ):
            joined += [
                one.findtext("./{*}identifikation/{*}id") for one in documents_in_order(inside)
            ]
    assert len(package.messages) > 1 and joined == [str(one.id) for one in documents]
    assert package.whole is not None and len(texts(package.whole)) > MANY


def test_one_damaged_document_among_two_hundred_is_named_and_nothing_is_left(
    cut: Cut, dispatch: Dispatch, standards: Standards, tmp_path: Path
) -> None:
    paths = cut([2] * 200)
    damaged = tmp_path / "damaged.pdf"
    whole = paths[117].read_bytes()
    damaged.write_bytes(whole[: len(whole) // 2])
    paths[117] = damaged
    documents = [
        replace(selected(path, number, pages=2), title=f"Dokument {number}", approved=True)
        for number, path in enumerate(paths)
    ]
    (tmp_path / "out").mkdir()
    assert 2 * len(documents) > FEW_PAGES  # so a program of its own stumbles over it as well
    with pytest.raises(PackageRefused) as caught:
        write_court_package(
            dispatch, in_parts(documents), tmp_path / "out" / "p", standards=standards, day=TODAY
        )
    assert caught.value.reasons == ("„Dokument 117“ ist als PDF nicht lesbar.",)
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize("pages", [1, FEW_PAGES + 1])
@pytest.mark.parametrize("full", ["0001.pdf", "contents.pdf", "statement.pdf", "whole.pdf"])
def test_a_disk_that_is_full_at_any_file_is_told_as_such(
    cut: Cut, dispatch: Dispatch, tmp_path: Path, full: str, pages: int
) -> None:
    (path,) = cut([pages])
    folder = tmp_path / "staging"
    folder.mkdir()
    (folder / full).symlink_to("/dev/full")

    def named(number: int, title: str, identity: UUID) -> str:
        return f"{number:04}.pdf"

    document = replace(selected(path, 0, pages=pages), approved=True)
    with pytest.raises(OSError, match="space") as caught:
        assemble(in_parts([document]), dispatch, folder=folder, named=named)
    assert caught.value.errno == errno.ENOSPC


def inheriting(pdf: pikepdf.Pdf) -> None:
    """Let all pages have their resources and their turn from the node above them."""
    node = pdf.Root.Pages
    node.Resources = pdf.make_indirect(pdf.pages[0].obj.Resources)
    node.Rotate = 90
    for page in pdf.pages:
        del page.obj.Resources


def test_what_a_page_only_inherits_is_still_shown_under_its_number(
    cut: Cut, dispatch: Dispatch, standards: Standards, tmp_path: Path
) -> None:
    (source,) = cut([3])
    path = spoilt(source, tmp_path / "inheriting.pdf", inheriting)
    documents = [selected(path, 0, pages=3)]
    package = write_court_package(
        dispatch, in_parts(documents), tmp_path / "package", standards=standards, day=TODAY
    )
    assert package.whole is not None
    for found in (package.bound[0].path, package.whole):
        said = [text for text in texts(found) if "Inhalt-" in text]
        assert [f"Bl. {number}" in text for number, text in enumerate(said, 1)] == [True] * 3
        with pikepdf.open(found) as pdf:
            page = pdf.pages[-1]
            fonts = page.obj.get("/Resources", Dictionary()).get("/Font", Dictionary())
            assert sum(str(one.BaseFont).startswith("/EAKTEB") for one in fonts.values()) == 1
        with pypdfium2.PdfDocument(found) as seen:
            assert seen[len(seen) - 1].get_width() > seen[len(seen) - 1].get_height()


ODD = (
    "漢字 Müller",
    "\u202eTodesanzeige\u202c / שלום",
    "😀 𝔐𝔲𝔰𝔱𝔢𝔯 \u0000\ufffe\ud7ff",
    "e\u0301 Ωμέγα Привет \u00ad\u2011\u00a0 ﬁ",
    "x" * 300,
    "".join(chr(code) for code in range(0x20, 0x600)),
)


@pytest.mark.parametrize("title", ODD)
def test_papers_are_valid_whatever_the_documents_are_called(
    cut: Cut, dispatch: Dispatch, tmp_path: Path, title: str
) -> None:
    sheet = Sheets(title)
    sheet.add_page()
    sheet.labelled(title, title)
    for line in (sheet.cut(title, 60, size=8), *sheet.folded(title, 60, size=8)):
        assert sheet.width(line, size=8) <= 60
        sheet.print(line, x=14, y=200, size=8, bold=True)
    sheet.finish(tmp_path / "paper.pdf")
    report = pdfa.validate_written(tmp_path / "paper.pdf", "2b")
    assert report.passed, report


def test_an_empty_dossier_goes_nowhere(
    dispatch: Dispatch, dossier: SelectedDossier, standards: Standards, tmp_path: Path
) -> None:
    with pytest.raises(PackageRefused) as caught:
        write_court_package(
            dispatch, replace(dossier, parts=()), tmp_path / "p", standards=standards, day=TODAY
        )
    assert caught.value.reasons == ("Es ist kein Dokument ausgewählt.",)
    assert list(tmp_path.iterdir()) == []
