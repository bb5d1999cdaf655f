"""What does a PDF tell that nobody sees on its pages, and how does a copy leave without it?

Who wrote it with which program, when, under which former title; small pictures of pages as they
once were; what programs keep for themselves. It belongs to no decision that anybody made about the
document (Art. 5 Abs. 1 Buchst. c DSGVO).
"""

from __future__ import annotations

from pikepdf import Name, Pdf, Stream

# PDF/A says of itself which part it keeps to, and nothing else has to be said (ISO 19005-2, 6.6.4).
_SAID = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
    '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">'
    "<pdfaid:part>{part}</pdfaid:part><pdfaid:conformance>{level}</pdfaid:conformance>"
    "</rdf:Description></rdf:RDF></x:xmpmeta>\n"
    '<?xpacket end="w"?>'
)
_OF_PAGES = (Name.PieceInfo, Name.Thumb, Name.Metadata, Name.LastModified)


def without_hidden(pdf: Pdf) -> None:
    """Take out of an open PDF/A what its pages do not show; it says which PDF/A it is, as before.

    Notes on pages stay: they belong to what came in.
    """
    told = pdf.open_metadata()
    part, level = told.get("pdfaid:part", "2"), told.get("pdfaid:conformance", "B")
    pdf.Root.Metadata = Stream(
        pdf,
        _SAID.format(part=part, level=level).encode(),
        Type=Name.Metadata,
        Subtype=Name.XML,
    )
    if "/Info" in pdf.trailer:
        del pdf.trailer["/Info"]
    if "/PieceInfo" in pdf.Root:
        del pdf.Root["/PieceInfo"]
    for page in pdf.pages:
        for name in _OF_PAGES:
            if name in page.obj:
                del page.obj[name]
