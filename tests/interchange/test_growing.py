"""Is a PDF that was written part by part the same as its parts, whatever stands in them?"""

from __future__ import annotations

import io

import pikepdf
from pikepdf import Array, Name, Pdf, Stream, String

from eakte.interchange.growing import Growing, parted


def part(*texts: str) -> Pdf:
    """A document whose pages inherit their size, and which names things in every way."""
    pdf = Pdf.new()
    shared = pdf.make_indirect(Stream(pdf, b"1 0 R endobj endstream"))
    for text in texts:
        pdf.add_blank_page(page_size=(100, 200))
        page = pdf.pages[-1].obj
        page["/Contents"] = Array([shared, pdf.make_indirect(Stream(pdf, text.encode()))])
        page["/Length"] = pdf.make_indirect(pikepdf.Integer(7))
        page["/Said"] = Array(
            [String("(5 0 R) \\ 6 0 R"), String("ä 7 0 R"), Name("/X0.8"), Name("/a b(9 0 R")]
        )
        page["/Again"] = page
        del page["/MediaBox"]
    pdf.Root.Pages["/MediaBox"] = Array([0, 0, 300, 400])
    pdf.Root.Pages["/Rotate"] = 90
    return pdf


def test_every_page_is_what_it_was_and_places_lead_to_their_pages() -> None:
    target = io.BytesIO()
    whole = Growing(target)
    texts = (("eins", "zwei"), ("drei",), tuple(f"Seite {number}" for number in range(30)))
    pages = [number for one in texts for number in whole.take(part(*one))]
    front = part("Inhalt")
    front.Root["/Leads"] = Array([Array([whole.place_of(one), Name.Fit]) for one in pages])
    whole.finish(front)
    with pikepdf.open(io.BytesIO(target.getvalue())) as read:
        assert read.check_pdf_syntax() == []
        said = [page.obj.Contents[1].read_bytes().decode() for page in read.pages]
        assert said == ["Inhalt", *(text for one in texts for text in one)]
        assert [one[0].objgen for one in read.Root.Leads] == [
            page.obj.objgen for page in read.pages
        ][1:]
        for page in read.pages:
            of = page.obj
            assert of.Contents[0].read_bytes() == b"1 0 R endobj endstream"
            assert [*map(str, of.Said)] == [
                *("(5 0 R) \\ 6 0 R", "ä 7 0 R", "/X0.8", "/a b(9 0 R"),
            ]
            assert (of.Length, of.Rotate, [*map(int, of.MediaBox)]) == (7, 90, [0, 0, 300, 400])
            assert of.Again.objgen == of.objgen
        # What the pages of a part share is there once.
        shared = {page.obj.Contents[0].objgen for page in read.pages}
        assert len(shared) == len(texts) + 1


def test_documents_go_together_as_far_as_they_are_few_and_short() -> None:
    def told(pages: list[int]) -> list[list[int]]:
        return [pages[one] for one in parted(pages, most_parts=3, most_pages=10)]

    assert told([]) == []
    assert told([1, 2, 3, 4]) == [[1, 2, 3], [4]]
    assert told([50, 1, 9, 1, 10]) == [[50], [1, 9], [1], [10]]
