"""What does a PDF tell that nobody sees on its pages, and how does a copy leave without it?

Who wrote it with which program, when, under which former title; small pictures of pages as they
once were; what programs keep for themselves. It belongs to no decision that anybody made about the
document (Art. 5 Abs. 1 Buchst. c DSGVO).
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pikepdf
from pikepdf import Dictionary, Name, Pdf, Stream

from eakte.interchange.package import Part, SelectedDocument, SelectedDossier

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
# Of the whole, of pages, and of pictures and forms on them.
_NOT_SHOWN = (Name.PieceInfo, Name.Thumb, Name.Metadata)


def without_hidden(pdf: Pdf) -> None:
    """Take out of an open PDF/A what its pages do not show; it says which PDF/A it is, as before.

    Notes on pages stay: they belong to what came in.
    """
    told = pdf.open_metadata()
    part, level = told.get("pdfaid:part", "2"), told.get("pdfaid:conformance", "B")
    for thing in pdf.objects:
        if isinstance(thing, Dictionary | Stream):
            for name in _NOT_SHOWN:
                if name in thing:
                    del thing[name]
    pdf.Root.Metadata = Stream(
        pdf,
        _SAID.format(part=part, level=level).encode(),
        Type=Name.Metadata,
        Subtype=Name.XML,
    )
    if "/Info" in pdf.trailer:
        del pdf.trailer["/Info"]


def bared(dossier: SelectedDossier, folder: Path) -> SelectedDossier:
    """Return the dossier with contents that tell nothing hidden; they lie in ``folder``.

    What cannot be read as a PDF, or is not what the house knows it by, is left as it is: whoever
    assembles the package refuses it with the reason.

    Raises:
        OSError: the disk is full or broken.
    """

    def of_part(part: Part) -> Part:
        return replace(
            part,
            parts=tuple(of_part(one) for one in part.parts),
            documents=tuple(_bare(one, folder) for one in part.documents),
        )

    return replace(dossier, parts=tuple(of_part(part) for part in dossier.parts))


def _bare(document: SelectedDocument, folder: Path) -> SelectedDocument:
    if document.withheld or document.content is None or not document.content.is_file():
        return document
    if _digest(document.content) != document.sha256:
        return document
    target = folder / f"{document.id}.pdf"
    try:
        with pikepdf.open(document.content) as pdf:
            if pdf.is_encrypted:
                return document
            without_hidden(pdf)
            pdf.save(target)
    except (pikepdf.PdfError, ValueError, TypeError, KeyError):
        return document
    return replace(document, content=target, sha256=_digest(target))


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
