"""Is a document that is odd, broken or hostile kept, named in German, and harmless?"""

from __future__ import annotations

import io
import struct
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Pdf, pdfa
from PIL import Image

from eakte.model.findings import Outcome
from eakte.processing.limits import Limits
from eakte.processing.sandbox import Sandbox
from tests.processing import papers
from tests.processing.conftest import Process

Writer = Callable[[Path], None]


def codes(outcome: Outcome) -> list[str]:
    """The problems, after checking that each has a sentence for people."""
    for problem in outcome.problems:
        assert problem.message.endswith(".")
        assert len(problem.message) > 40
    return [problem.code for problem in outcome.problems]


def new_pdf(text: str = "") -> Pdf:
    pdf = Pdf.new()
    page = pdf.add_blank_page(page_size=(300, 300))
    if text:
        page.contents_add(f"% {text}".encode())
    return pdf


def raw_pdf(*parts: bytes) -> bytes:
    """A PDF of these objects, numbered from 1, with a right cross-reference table."""
    content = b"%PDF-1.7\n"
    places = []
    for number, part in enumerate(parts, start=1):
        places.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    start = len(content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(parts) + 1
    content += b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table)
    content += b"trailer << /Root 1 0 R /Size %d >>\n" % size
    return content + b"startxref\n%d\n%%%%EOF" % start


def billion_pages(path: Path) -> None:
    """Claims 10^9 pages, has one."""
    path.write_bytes(
        raw_pdf(
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Count 1000000000 /Kids [3 0 R] >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 300] >>",
        )
    )


def pages_of_pages(path: Path) -> None:
    """Every level of the page tree names the one below ten times: 10^9 pages in a few bytes."""
    kids = [
        b"<< /Type /Pages /Count 1000000000 /Kids [%s] >>" % (b"%d 0 R " % (number + 1) * 10)
        for number in range(2, 11)
    ]
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 300] >>"
    path.write_bytes(raw_pdf(b"<< /Type /Catalog /Pages 2 0 R >>", *kids, page))


def deep_page_tree(path: Path) -> None:
    kids = [
        b"<< /Type /Pages /Count 1 /Kids [%d 0 R] >>" % (number + 1) for number in range(2, 20_000)
    ]
    page = b"<< /Type /Page /MediaBox [0 0 300 300] >>"
    path.write_bytes(raw_pdf(b"<< /Type /Catalog /Pages 2 0 R >>", *kids, page))


def circular_page_tree(path: Path) -> None:
    path.write_bytes(
        raw_pdf(
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Count 2 /Kids [2 0 R 2 0 R] >>",
        )
    )


def circular_xref(path: Path) -> None:
    table = b"xref\n0 1\n0000000000 65535 f \ntrailer << /Size 1 /Prev 9 /Root 1 0 R >>\n"
    path.write_bytes(b"%PDF-1.7\n" + table + b"startxref\n9\n%%EOF")


def deep_array(path: Path) -> None:
    path.write_bytes(
        raw_pdf(b"<< /Type /Catalog /Pages " + b"[" * 200_000 + b"]" * 200_000 + b" >>")
    )


def content_bomb(path: Path) -> None:
    """A page whose content unpacks to two gigabytes."""
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(b"0 0 m " * 1_000_000) for _ in range(350)) + packer.flush()
    path.write_bytes(
        raw_pdf(
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 300] /Contents 4 0 R >>",
            b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(packed), packed),
        )
    )


def picture_bomb(path: Path) -> None:
    """A page with a picture that claims 100 gigapixels."""
    pdf = new_pdf()
    image = pikepdf.Stream(pdf, b"\0" * 100)
    for key, value in {
        "/Type": Name.XObject,
        "/Subtype": Name.Image,
        "/Width": 400_000,
        "/Height": 250_000,
        "/BitsPerComponent": 1,
        "/ColorSpace": Name.DeviceGray,
    }.items():
        image[key] = value
    page = pdf.pages[0]
    page.obj["/Resources"] = Dictionary(XObject=Dictionary(Im0=pdf.make_indirect(image)))
    page.contents_add(b"q 300 0 0 300 0 0 cm /Im0 Do Q")
    pdf.save(path)


def gigapixel_tiff(path: Path) -> None:
    """A TIFF header that claims 65,000 by 65,000 pixels."""
    entries = [(256, 4, 1, 65_000), (257, 4, 1, 65_000), (258, 3, 1, 8), (259, 3, 1, 1)]
    entries += [(262, 3, 1, 1), (273, 4, 1, 8), (277, 3, 1, 1), (278, 4, 1, 65_000), (279, 4, 1, 1)]
    packed = b"".join(struct.pack("<HHII", *entry) for entry in entries)
    path.write_bytes(b"II*\0\x08\0\0\0" + struct.pack("<H", len(entries)) + packed + bytes(4))


def png_bomb(path: Path) -> None:
    """A PNG of 60,000 by 60,000 pixels in a few kilobytes."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        whole = kind + content
        return struct.pack(">I", len(content)) + whole + struct.pack(">I", zlib.crc32(whole))

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 0, 0, 0, 0)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(bytes(10_000_000), 9))
        + chunk(b"IEND", b"")
    )


def circular_tiff(path: Path) -> None:
    """A TIFF whose list of pages leads back to its first page."""
    stream = io.BytesIO()
    Image.new("L", (64, 64), 255).save(stream, "TIFF")
    content = bytearray(stream.getvalue())
    (start,) = struct.unpack_from("<I", content, 4)
    (count,) = struct.unpack_from("<H", content, start)
    struct.pack_into("<I", content, start + 2 + count * 12, start)
    path.write_bytes(bytes(content))


def half_a_pdf(path: Path) -> None:
    papers.written_pdf(path, "Ein Brief")
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])


def random_bytes_after_header(path: Path) -> None:
    path.write_bytes(b"%PDF-1.7\n" + bytes((n * 7919) % 251 for n in range(50_000)))


@pytest.mark.parametrize(
    ("write", "expected"),
    [
        (billion_pages, {None}),
        (pages_of_pages, {"damaged", "too-many-pages", "memory", "crashed", None}),
        (deep_page_tree, {"damaged", "crashed", "too-many-pages", None}),
        (circular_page_tree, {"damaged", "empty-page-tree"}),
        (circular_xref, {"damaged"}),
        (deep_array, {"damaged", "crashed"}),
        (content_bomb, {"damaged", "memory", "crashed", "page-unreadable", "no-reading-copy"}),
        (picture_bomb, {"too-large-image"}),
        (gigapixel_tiff, {"too-large-image"}),
        (png_bomb, {"too-large-image"}),
        (circular_tiff, {"too-many-pages", None}),
        (half_a_pdf, {"damaged", "repaired", "empty-page-tree", "pages-as-pictures"}),
        (random_bytes_after_header, {"damaged"}),
    ],
)
def test_a_hostile_document_is_named_and_nothing_else_happens(
    process: Process, sandbox: Sandbox, tmp_path: Path, write: Writer, expected: set[str | None]
) -> None:
    path = tmp_path / "eingang"
    write(path)
    started = time.monotonic()
    sandbox.look(path, name="brief.pdf")
    assert time.monotonic() - started < 15
    outcome = process(path)
    assert set(codes(outcome) or [None]) <= expected
    assert time.monotonic() - started < 60
    if outcome.searchable_pdf:
        assert pdfa.validate_written(outcome.searchable_pdf, "2b").passed
    assert len(outcome.previews) in (0, len(outcome.pages))


def test_an_encrypted_pdf_is_kept_without_products(process: Process, tmp_path: Path) -> None:
    pdf = new_pdf()
    pdf.save(tmp_path / "a.pdf", encryption=pikepdf.Encryption(user="geheim", owner="geheim"))
    outcome = process(tmp_path / "a.pdf")
    assert codes(outcome) == ["encrypted"]
    assert "encrypted" in outcome.flags
    assert outcome.searchable_pdf is None
    assert outcome.pages == outcome.previews == ()
    assert outcome.look.problem is not None
    assert "Kennwort" in outcome.look.problem.message


def test_a_pdf_that_only_forbids_printing_is_read(process: Process, tmp_path: Path) -> None:
    papers.written_pdf(tmp_path / "a.pdf", "Lesbar")
    with pikepdf.open(tmp_path / "a.pdf") as pdf:
        pdf.save(tmp_path / "b.pdf", encryption=pikepdf.Encryption(user="", owner="geheim"))
    outcome = process(tmp_path / "b.pdf")
    assert outcome.pages[0].text == "Lesbar"
    assert outcome.searchable_pdf is not None
    assert "encrypted" in outcome.flags


def test_a_signed_pdf_gets_a_reading_copy_and_a_word_about_it(
    process: Process, tmp_path: Path
) -> None:
    papers.written_pdf(tmp_path / "a.pdf", "Vertrag")
    with pikepdf.open(tmp_path / "a.pdf") as pdf:
        signature = Dictionary(
            Type=Name.Sig,
            Filter=Name("/Adobe.PPKLite"),
            ByteRange=Array([0, 1, 2, 3]),
            Contents=pikepdf.String(b"\x30\x00"),
        )
        field = pdf.make_indirect(
            Dictionary(
                Type=Name.Annot,
                Subtype=Name.Widget,
                FT=Name.Sig,
                T=pikepdf.String("s"),
                V=pdf.make_indirect(signature),
                Rect=Array([0, 0, 0, 0]),
                F=132,
            )
        )
        pdf.Root.AcroForm = Dictionary(Fields=Array([field]), SigFlags=3)
        pdf.pages[0].Annots = Array([field])
        pdf.save(tmp_path / "b.pdf")
    outcome = process(tmp_path / "b.pdf")
    assert codes(outcome) == ["signed"]
    assert outcome.flags == {"signed"}
    assert outcome.pages[0].text == "Vertrag"
    assert outcome.searchable_pdf is not None
    with pikepdf.open(outcome.searchable_pdf) as copy:
        assert "/AcroForm" not in copy.Root


def test_program_code_and_attachments_stay_out_of_the_reading_copy(
    process: Process, tmp_path: Path
) -> None:
    papers.written_pdf(tmp_path / "a.pdf", "Harmlos")
    with pikepdf.open(tmp_path / "a.pdf") as pdf:
        script = Dictionary(S=Name.JavaScript, JS=pikepdf.String("app.alert('MARKE')"))
        pdf.Root.OpenAction = pdf.make_indirect(script)
        pdf.pages[0].AA = Dictionary(O=script)
        pdf.attachments["virus.exe"] = pikepdf.AttachedFileSpec(pdf, b"MARKE", filename="virus.exe")
        link = Dictionary(
            Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 9, 9]), A=script, F=4
        )
        pdf.pages[0].Annots = Array([pdf.make_indirect(link)])
        pdf.save(tmp_path / "b.pdf")
    outcome = process(tmp_path / "b.pdf")
    assert outcome.flags == {"javascript", "attachments"}
    assert codes(outcome) == ["active-content"]
    assert outcome.searchable_pdf is not None
    with pikepdf.open(outcome.searchable_pdf) as copy:
        assert len(copy.attachments) == 0
        for part in copy.objects:
            whole = part.stream_dict if isinstance(part, pikepdf.Stream) else part
            assert b"JavaScript" not in whole.unparse(resolved=True)
            assert b"MARKE" not in whole.unparse(resolved=True)


def test_form_values_are_seen_in_the_reading_copy(process: Process, shared: Path) -> None:
    outcome = process(shared / "samples/odd/with-form.pdf")
    assert outcome.flags == {"form"}
    assert "form" in codes(outcome)
    assert outcome.searchable_pdf is not None


def test_a_picture_that_breaks_off_is_shown_as_far_as_it_goes(
    process: Process, letter: papers.Drawn, tmp_path: Path
) -> None:
    stream = io.BytesIO()
    letter.picture.save(stream, "JPEG", dpi=(300, 300))
    path = tmp_path / "a.jpg"
    path.write_bytes(stream.getvalue()[: len(stream.getvalue()) // 2])
    outcome = process(path)
    assert codes(outcome) == ["cut-off"]
    assert "Merkzeichen" in outcome.pages[0].text
    assert outcome.searchable_pdf is not None


def test_too_many_pages_are_not_begun(scratch: Path, tmp_path: Path) -> None:
    pdf = Pdf.new()
    for _ in range(6):
        pdf.add_blank_page()
    pdf.save(tmp_path / "a.pdf")
    with Sandbox(Limits(scratch=scratch, max_pages=5), warm=False) as strict:
        look = strict.look(tmp_path / "a.pdf", name="a.pdf")
    assert look.problem is not None
    assert look.problem.code == "too-many-pages"
    assert not look.refused


@pytest.mark.parametrize("name", ["../" * 100 + "etc/passwd", "\u202egnp.exe", "a" * 300, ""])
def test_the_name_of_a_document_leads_nowhere(
    process: Process, note: Image.Image, tmp_path: Path, name: str
) -> None:
    path = tmp_path / "eingang"
    note.save(path, "PNG")
    outcome = process(path, name=name)
    assert outcome.searchable_pdf is not None
    assert {entry.name for entry in (tmp_path / "products").iterdir()} == {
        "searchable.pdf",
        "preview-00001.webp",
    }


def test_every_odd_sample_is_kept_with_its_reason(process: Process, shared: Path) -> None:
    wanted = {
        "signed.pdf": {"signed"},
        "acroform.pdf": {"form", "pages-as-pictures"},
        "encrypted.pdf": {"encrypted"},
        "invalid.pdf": {"damaged"},
        "livecycle.pdf": {"dynamic-form"},
        "no_contents.pdf": set(),
        "invalid_pdf.pdf": set(),
    }
    found = {name: set(codes(process(shared / "samples/odd" / name))) for name in wanted}
    assert found == wanted
