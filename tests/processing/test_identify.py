"""Is the type of a document seen from its content, whatever its name says?"""

from __future__ import annotations

import io
import tarfile
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from eakte.model.findings import Kind
from eakte.processing.steps.identify import Identity, identify

MAIL = b"Received: from a by b\r\nFrom: a@example.org\r\nSubject: Gruss\r\n\r\nText\r\n"


def identified(tmp_path: Path, content: bytes, *, name: str = "x") -> Identity:
    path = tmp_path / "content"
    path.write_bytes(content)
    return identify(path, name=name)


def image(form: str) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (8, 8), "white").save(stream, form)
    return stream.getvalue()


def zipped(**entries: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as container:
        for name, content in entries.items():
            container.writestr(name.replace("__", "/"), content)
    return stream.getvalue()


def tarred() -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as container:
        entry = tarfile.TarInfo("a.txt")
        container.addfile(entry, io.BytesIO())
    return stream.getvalue()


@pytest.mark.parametrize("form", ["TIFF", "JPEG", "PNG", "GIF", "BMP", "WEBP"])
def test_pictures_are_known_by_their_content(tmp_path: Path, form: str) -> None:
    found = identified(tmp_path, image(form), name="brief.pdf")
    assert found.kind is Kind.IMAGE
    assert found.media_type == f"image/{form.lower()}"


def test_a_text_renamed_pdf_is_a_text(tmp_path: Path) -> None:
    assert identified(tmp_path, "Größe".encode(), name="a.pdf").kind is Kind.TEXT


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_german_text_is_text_in_every_usual_encoding(tmp_path: Path, encoding: str) -> None:
    content = "Sehr geehrte Frau Müller,\r\nwir bestätigen.\r\n".encode(encoding)
    assert identified(tmp_path, content).kind is Kind.TEXT


def test_a_pdf_with_rubbish_before_its_header_is_a_pdf(tmp_path: Path) -> None:
    assert identified(tmp_path, b"\n\xa0\xa4\x03%PDF-1.5\n...").kind is Kind.PDF


@pytest.mark.parametrize(
    "content",
    [
        zipped(brief=b"x"),
        zipped(mimetype=b"application/x-unfug"),
        tarred(),
        b"Rar!\x1a\x07\x01\x00",
        b"7z\xbc\xaf\x27\x1c" + bytes(20),
        b"\x1f\x8b\x08" + bytes(20),
    ],
)
def test_archives_are_refused(tmp_path: Path, content: bytes) -> None:
    found = identified(tmp_path, content, name="brief.docx")
    assert found.refused
    assert found.code == "archive"


def test_office_documents_are_kept_for_later(tmp_path: Path) -> None:
    word = zipped(**{"[Content_Types].xml": b"<x/>", "word__document.xml": b"<x/>"})
    odt = zipped(mimetype=b"application/vnd.oasis.opendocument.text")
    for content in (word, odt, b"{\\rtf1 Hallo}"):
        found = identified(tmp_path, content)
        assert (found.kind, found.code, found.refused) == (Kind.OFFICE, None, False)


def test_a_mail_is_kept_for_later(tmp_path: Path) -> None:
    found = identified(tmp_path, MAIL)
    assert (found.kind, found.media_type) == (Kind.MAIL, "message/rfc822")


def test_a_letter_that_looks_a_little_like_a_mail_is_text(tmp_path: Path) -> None:
    assert identified(tmp_path, b"Betreff: Antrag\nDatum: heute\n\nText").kind is Kind.TEXT


def test_an_empty_upload_is_refused(tmp_path: Path) -> None:
    found = identified(tmp_path, b"")
    assert (found.code, found.refused) == ("empty", True)


@pytest.mark.parametrize(
    "content", [b"\x7fELF" + bytes(100), bytes(range(256)) * 4, b"<!doctype html><script>"]
)
def test_everything_else_is_kept_and_named_unknown(tmp_path: Path, content: bytes) -> None:
    found = identified(tmp_path, content)
    assert (found.kind, found.code, found.refused) == (Kind.UNKNOWN, "unknown-type", False)


def test_the_collected_samples_are_known(shared: Path) -> None:
    wanted = {
        "mail/html.eml": Kind.MAIL,
        "mail/testmail.msg": Kind.MAIL,
        "mail/broken.eml": Kind.TEXT,
        "office/sample.doc": Kind.OFFICE,
        "office/sample.docx": Kind.OFFICE,
        "office/sample.odt": Kind.OFFICE,
        "scans/simple.heic": Kind.IMAGE,
        "odd/invalid_pdf.pdf": Kind.PDF,
        "xjustiz/Beispiel_synthetisch1.xml": Kind.COURT,
    }
    found = {name: identify(shared / "samples" / name).kind for name in wanted}
    assert found == wanted
