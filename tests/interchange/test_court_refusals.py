"""What cannot leave, with every reason at once and nothing left; what is too much at once."""

from __future__ import annotations

import hashlib
import os
import random
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from uuid import uuid5

import pikepdf
import pypdfium2
import pytest
from lxml import etree
from pikepdf import Array, Dictionary, Name, pdfa

from eakte.interchange.package import (
    Dispatch,
    DocumentClass,
    Organisation,
    PackageRefused,
    SelectedDocument,
    SelectedDossier,
)
from eakte.interchange.xjustiz.names import MESSAGE_NAME
from eakte.interchange.xjustiz.rules import Limits
from eakte.interchange.xjustiz.writing_package import (
    MANIFEST,
    Standards,
    WrittenPackage,
    sweep_unfinished,
    write_court_package,
)
from tests.interchange.conftest import HOUSE, TODAY, Cut, in_parts, message_of, selected, withheld
from tests.interchange.test_court_package import documents_in_order, texts

SMALL = Limits(files=100, size=20 * 1024**2)
Write = Callable[..., WrittenPackage]


@pytest.fixture
def write(dispatch: Dispatch, standards: Standards, tmp_path: Path) -> Write:
    """Writes a package into a folder that holds nothing else."""
    (tmp_path / "out").mkdir()

    def written(
        dossier: SelectedDossier, sending: Dispatch = dispatch, **how: object
    ) -> WrittenPackage:
        return write_court_package(
            sending,
            dossier,
            tmp_path / "out" / "package",
            **{"standards": standards, "day": TODAY, "validate": False, **how},  # type: ignore[arg-type]  # as each test names them
        )

    return written


def refused(write: Write, dossier: SelectedDossier, *args: object, **how: object) -> list[str]:
    with pytest.raises(PackageRefused) as caught:
        write(dossier, *args, **how)
    return list(caught.value.reasons)


@pytest.fixture
def left(tmp_path: Path) -> Callable[[], list[str]]:
    return lambda: sorted(path.name for path in (tmp_path / "out").iterdir())


def test_without_documents_there_is_no_package(write: Write, left: Callable[[], list[str]]) -> None:
    assert refused(write, in_parts([])) == ["Es ist kein Dokument ausgewählt."]
    assert left() == []


def spoilt(source: Path, target: Path, how: Callable[[pikepdf.Pdf], None]) -> Path:
    with pikepdf.open(source) as pdf:
        how(pdf)
        pdf.save(target)
    return target


def with_script(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=pikepdf.String("app.alert(1)"))


def with_attachment(pdf: pikepdf.Pdf) -> None:
    pdf.attachments["geheim.txt"] = b"MARKE"


def test_every_reason_is_told_at_once_and_nothing_is_left(
    write: Write,
    cut: Cut,
    tmp_path: Path,
    left: Callable[[], list[str]],
    dispatch: Dispatch,
) -> None:
    good = cut([1] * 7)
    encrypted = tmp_path / "encrypted.pdf"
    with pikepdf.open(good[0]) as pdf:
        pdf.save(encrypted, encryption=pikepdf.Encryption(owner="o", user="u"))
    (broken := tmp_path / "broken.pdf").write_bytes(good[1].read_bytes()[:200])
    sources = [
        encrypted,
        broken,
        spoilt(good[2], tmp_path / "script.pdf", with_script),
        spoilt(good[3], tmp_path / "attached.pdf", with_attachment),
        good[4],
        good[5],
        good[6],
    ]
    documents = [
        replace(selected(path, number, pages=1), title=f"Dokument {number}")
        for number, path in enumerate(sources)
    ]
    documents[4] = replace(documents[4], pages=2)
    documents[5] = replace(documents[5], sha256="0" * 64)
    assert refused(write, in_parts(documents)) == [
        "„Dokument 0“ ist verschlüsselt.",
        "„Dokument 1“ ist als PDF nicht lesbar.",
        "„Dokument 2“ enthält ausführbaren Code.",
        "„Dokument 3“ enthält eingebettete Dateien.",
        "„Dokument 4“ hat 1 statt 2 Seiten.",
        "„Dokument 5“ hat sich seit der Auswahl geändert.",
    ]
    documents = [replace(documents[6], content=None)]
    assert refused(write, in_parts(documents)) == ["Zu „Dokument 6“ gibt es kein PDF."]
    assert left() == []


def test_a_court_that_is_not_in_the_list_gets_nothing(
    write: Write, dossier: SelectedDossier, dispatch: Dispatch, left: Callable[[], list[str]]
) -> None:
    nobody = replace(dispatch, court="Z9999", office=Organisation("\u202e"), field_of_law="999")
    assert refused(write, replace(dossier, reference=" \u200b"), nobody) == [
        "„Z9999“ steht nicht in der Codeliste GDS.Gerichte 3.7.",
        "„999“ steht nicht in der Codeliste GDS.Sachgebiet 2.5.",
        "Die Akte hat kein Aktenzeichen, das sich übermitteln lässt.",
        "Der Name der Behörde fehlt.",
    ]
    closed = replace(dispatch, court="B1408")
    (reason,) = refused(write, dossier, closed)
    assert reason.startswith("Das Gericht B1408 gibt es nicht mehr")
    assert left() == []


def test_without_the_official_lists_no_court_can_be_written_to(
    write: Write, dossier: SelectedDossier
) -> None:
    reasons = refused(write, dossier, standards=Standards.from_folder(None))
    assert reasons == ["Die amtliche Codeliste GDS.Gerichte fehlt."]


def test_without_the_schema_it_is_said_that_nothing_was_checked(
    write: Write, dossier: SelectedDossier, shared: Path, tmp_path: Path
) -> None:
    (tmp_path / "codelists").symlink_to(shared / "schemas" / "xjustiz" / "codelists")
    package = write(dossier, standards=Standards.from_folder(tmp_path), with_whole=False)
    assert package.hints[-1] == (
        "Das amtliche Schema von XJustiz 3.6.2 fehlt; die Nachricht wurde nicht dagegen geprüft."
    )


def test_what_is_no_pdf_a_is_refused_when_nobody_checked_it_before(
    write: Write, cut: Cut, tmp_path: Path
) -> None:
    (source,) = cut([1])

    def with_unembedded_font(pdf: pikepdf.Pdf) -> None:
        page = pdf.pages[0]
        font = page.add_resource(
            Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica), Name.Font
        )
        page.contents_add(f"BT {font} 9 Tf 20 20 Td (x) Tj ET".encode())

    path = spoilt(source, tmp_path / "font.pdf", with_unembedded_font)
    document = replace(selected(path, 0, pages=1), title="Fremd")
    assert refused(write, in_parts([document]), validate=True) == [
        "„Fremd“ ist kein gültiges PDF/A."
    ]


def test_a_page_without_text_is_said_but_leaves(write: Write, tmp_path: Path) -> None:
    with pikepdf.Pdf.new() as pdf:
        page = pdf.add_blank_page()
        page.contents_add(b"0 0 10 10 re f")
        pdfa.prepare(pdf, "2b")
        path = tmp_path / "scan.pdf"
        pdf.save(path, **pdfa.resolve_save_kwargs("2b"))
    document = replace(selected(path, 0, pages=1), title="Nur Bild")
    package = write(in_parts([document]))
    assert "„Nur Bild“ ist nicht durchsuchbar." in package.hints


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_the_number_stands_at_the_top_right_however_the_page_is_turned(
    write: Write, cut: Cut, tmp_path: Path, turn: int
) -> None:
    (source,) = cut([1])

    def turned(pdf: pikepdf.Pdf) -> None:
        page = pdf.pages[0].obj
        page.Rotate = turn
        page.MediaBox = Array([-50, -30, 545, 812])
        page.CropBox = Array([-20, 0, 500, 700])

    path = spoilt(source, tmp_path / "turned.pdf", turned)
    package = write(in_parts([selected(path, 0, pages=1)]), with_whole=False)
    with pypdfium2.PdfDocument(package.bound[0].path) as pdf:
        page = pdf[0]
        image = page.render(scale=1, draw_annots=False).to_pil().convert("L")
    width, height = image.size
    assert (width, height) == ((520, 700) if turn in (0, 180) else (700, 520))
    corner = image.crop((width - 60, 0, width, 30))
    dark = [
        (at % 60, at // 60) for at, grey in enumerate(corner.get_flattened_data()) if grey < 128
    ]
    assert dark and min(y for _, y in dark) >= 8 and max(x for x, _ in dark) <= 52
    assert max(y for _, y in dark) < 28


def test_a_folder_that_is_there_is_not_touched(
    write: Write, dossier: SelectedDossier, tmp_path: Path
) -> None:
    (tmp_path / "out" / "package").mkdir()
    (tmp_path / "out" / "package" / "mine").write_text("x")
    with pytest.raises(FileExistsError):
        write(dossier)
    assert [one.name for one in (tmp_path / "out").rglob("*")] == ["package", "mine"]


def test_too_many_documents_become_two_messages_that_join_to_the_whole(
    write: Write, cut: Cut
) -> None:
    (path,) = cut([1])
    documents = [selected(path, number, pages=1) for number in range(150)]
    package = write(in_parts(documents), with_whole=False, limits=SMALL)
    assert [one.part for one in package.messages] == [1, 2]
    assert all(one.files <= SMALL.files and one.size <= SMALL.size for one in package.messages)
    joined = []
    for part in (1, 2):
        root = etree.parse(message_of(package, part)).getroot()
        assert "Teil" in (root.findtext(".//{*}weiteresOrdnungskriteriumBehoerde") or "")
        (inside,) = root.findall(
            "./{*}schriftgutobjekte/{*}akte/{*}xjustiz.fachspezifischeDaten/{*}inhalt"
        )
        joined += [one.findtext("./{*}identifikation/{*}id") for one in documents_in_order(inside)]
        cover = next(package.messages[part - 1].folder.glob("0000_Deckblatt_*"))
        assert f"Teil {part} von 2" in texts(cover)[0]
    assert joined == [str(one.id) for one in in_parts(documents).documents()]
    assert package.messages[0].id != package.messages[1].id


@pytest.fixture(scope="session")
def heavy(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Path]:
    """Makes a PDF with so many MB that nothing can press together."""

    def made(size: int) -> Path:
        path = tmp_path_factory.mktemp("heavy") / f"{size}.pdf"
        with pikepdf.Pdf.new() as pdf:
            page = pdf.add_blank_page()
            noise = pikepdf.Stream(pdf, random.Random(1).randbytes(size * 1024**2))  # noqa: S311  # noise, no secret
            noise.Type, noise.Subtype = Name.XObject, Name.Image
            noise.Width, noise.Height = 1024, size * 1024
            noise.ColorSpace, noise.BitsPerComponent = Name.DeviceGray, 8
            # Declared as a picture that is packed already, so that no writer packs it anew.
            noise.Filter = Name.DCTDecode
            page.add_resource(noise, Name.XObject)
            pdf.save(path)
        return path

    return made


def large(path: Path, number: int) -> SelectedDocument:
    return SelectedDocument(
        id=uuid5(HOUSE, f"large {number}"),
        title=f"Großes {number}",
        kind="Gutachten",
        document_class=DocumentClass.EXPERT_OPINION,
        pages=1,
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        content=path,
    )


def test_what_is_too_much_for_one_message_becomes_several(
    write: Write, heavy: Callable[[int], Path]
) -> None:
    documents = [large(heavy(9), number) for number in range(3)]
    package = write(in_parts(documents), limits=SMALL)
    assert [one.files for one in package.messages] == [6, 3]
    assert all(one.size <= SMALL.size for one in package.messages)
    assert package.whole == package.folder / "Gesamtakte.pdf"
    assert package.hints[3].startswith("Das Gesamt-PDF ist mit 28 MB zu groß für eine Nachricht")


def test_a_document_that_no_message_can_carry_goes_on_a_carrier(
    write: Write, heavy: Callable[[int], Path], left: Callable[[], list[str]]
) -> None:
    huge = in_parts([large(heavy(25), 0)])
    with pytest.raises(PackageRefused) as caught:
        write(huge, with_whole=False, limits=SMALL)
    assert caught.value.reasons == (
        "„Großes 0“ ist mit 26 MB größer, als eine Nachricht sein darf (20 MB).",
    )
    assert caught.value.next_step == (
        "Bitte übersenden Sie die Akte auf einem Datenträger (§ 3 ERVV)."
    )
    assert left() == []
    package = write(huge, with_whole=False, limits=None)
    assert len(package.messages) == 1 and (package.folder / MANIFEST).is_file()
    assert (package.messages[0].folder / MESSAGE_NAME).is_file()


def test_a_full_disk_leaves_nothing(
    write: Write, dossier: SelectedDossier, left: Callable[[], list[str]]
) -> None:
    reached = []

    def full(done: int) -> None:
        reached.append(done)
        if done == 9:
            raise OSError(28, os.strerror(28))

    with pytest.raises(OSError, match="space"):
        write(dossier, told=full)
    assert reached[-1] == 9 and left() == []


@pytest.mark.crash
@pytest.mark.parametrize("moment", [1, 8, 15])
def test_a_killed_process_leaves_no_half_package(
    write: Write, dossier: SelectedDossier, tmp_path: Path, moment: int
) -> None:
    def killed(done: int) -> None:
        if done == moment:
            os.kill(os.getpid(), signal.SIGKILL)

    child = os.fork()
    if child == 0:
        write(dossier, told=killed)
        os._exit(0)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL
    assert not (tmp_path / "out" / "package").exists()
    assert sweep_unfinished(tmp_path / "out") == 1
    assert list((tmp_path / "out").iterdir()) == []
    assert len(write(dossier).bound) == 15


def test_a_whole_dossier_may_be_withheld_but_for_its_places(write: Write, cut: Cut) -> None:
    paths = cut([2, 3])
    documents = [
        withheld(selected(path, number, pages=number + 2)) for number, path in enumerate(paths)
    ]
    package = write(in_parts(documents))
    assert [(one.title, str(one.folios)) for one in package.bound] == [
        ("Fehlblatt", "1"),
        ("Fehlblatt", "2"),
    ]
