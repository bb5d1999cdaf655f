"""How does the whole dossier become one PDF/A-2b, with bookmarks and links that lead to its pages?

Pages are taken over as they are; what leads from the table of contents and the bookmarks to them is
laid on afterwards, so that time grows with the pages and memory hardly does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from uuid import UUID

import pikepdf
from pikepdf import AccessMode, Array, Dictionary, Name, Object, OutlineItem, Pdf, pdfa

from eakte.interchange.package import Bound, Part, SelectedDossier
from eakte.interchange.papers import Place, save

PRINTED = 4
MOST_AT_ONCE, A_BATCH = 400, 100


class NotOneDocument(Exception):
    """These documents cannot stand in one valid PDF/A together; each of them still can alone."""


def bind(
    dossier: SelectedDossier,
    bound: Sequence[Bound],
    *,
    contents: Path,
    places: Sequence[Place],
    target: Path,
    scratch: Path,
    validate: bool = True,
) -> None:
    """Write the table of contents and all documents behind one another.

    ``validate`` may be False where every document was checked before it was stored and none brings
    a colour profile of its own: the checker then does not read all pages once more.

    Raises:
        NotOneDocument: the result would be no valid PDF/A-2b.
    """
    merged = scratch / "merged.pdf"
    _merge([contents, *(one.path for one in bound)], merged, scratch=scratch)
    # A mapped source would count as memory, all of it.
    with pikepdf.open(merged, access_mode=AccessMode.stream) as whole:
        pages = [page.obj for page in whole.pages]
        before = len(pages) - bound[-1].folios.last
        for page in pages[before:]:
            _without_lost_links(page)
        firsts = {one.document.id: pages[before + one.folios.first - 1] for one in bound}
        for place in places:
            target_page = firsts[place.document.document.id]
            _annotate(whole, pages[place.page], place, to=Array([target_page, Name.Fit]))
        _bookmark(whole, dossier, bound, firsts, contents=pages[0])
        _label(whole, dossier)
        try:
            save(whole, target, validate=validate)
        except pdfa.PdfaError as error:
            raise NotOneDocument(str(error)) from error
    merged.unlink()


def _merge(sources: Sequence[Path], target: Path, *, scratch: Path) -> None:
    """Put documents behind one another, not all at once: each that is open takes its memory.

    In C++, because page by page the time would grow with the square of the pages.
    """
    if len(sources) > MOST_AT_ONCE:
        parts = []
        for at in range(0, len(sources), A_BATCH):
            parts.append(scratch / f"merged-{at:06}.pdf")
            _merge(sources[at : at + A_BATCH], parts[-1], scratch=scratch)
        _merge(parts, target, scratch=scratch)
        for part in parts:
            part.unlink()
        return
    paths = [str(path.absolute()) for path in sources]
    pikepdf.Job(["qpdf", "--empty", "--pages", *paths, "--", str(target.absolute())]).run()


def link_to_files(contents: Path, places: Sequence[Place], *, validate: bool = True) -> None:
    """Let the rows of a table of contents lead to the documents that lie beside it."""
    linked = contents.with_name(f"linked-{contents.name}")
    with pikepdf.open(contents) as pdf:
        for place in places:
            _annotate(
                pdf,
                pdf.pages[place.page].obj,
                place,
                action=Dictionary(
                    Type=Name.Action,
                    S=Name.GoToR,
                    F=pikepdf.String(place.document.path.name),
                    D=Array([0, Name.Fit]),
                ),
            )
        save(pdf, linked, validate=validate)
    linked.replace(contents)


def _without_lost_links(page: Object) -> None:
    """Take away what leads nowhere: names of places and the structure are not taken over."""
    notes = page.get("/Annots")
    if notes is not None:
        kept = [note for note in notes if not _leads_to_a_name(note)]
        if kept:
            page["/Annots"] = Array(kept)
        else:
            del page["/Annots"]
    if "/StructParents" in page:
        del page["/StructParents"]


def _leads_to_a_name(note: Object) -> bool:
    if note.get("/Subtype") != Name.Link:
        return False
    action = note.get("/A")
    inner = action is not None and action.get("/S") == Name.GoTo
    to = action.get("/D") if action is not None and inner else note.get("/Dest")
    return to is not None and not isinstance(to, Array)


def _annotate(
    pdf: Pdf,
    page: Object,
    place: Place,
    *,
    action: Dictionary | None = None,
    to: Array | None = None,
) -> None:
    note = pdf.make_indirect(
        Dictionary(
            Type=Name.Annot,
            Subtype=Name.Link,
            Rect=Array(list(place.box)),
            Border=Array([0, 0, 0]),
            F=PRINTED,
        )
    )
    if action is not None:
        note["/A"] = action
    if to is not None:
        note["/Dest"] = to
    if "/Annots" not in page:
        page["/Annots"] = Array()
    page["/Annots"].append(note)


def _bookmark(
    whole: Pdf,
    dossier: SelectedDossier,
    bound: Sequence[Bound],
    firsts: Mapping[UUID, Object],
    *,
    contents: Object,
) -> None:
    by_id = {one.document.id: one for one in bound}
    with whole.open_outline() as outline:
        outline.root.append(OutlineItem("Inhaltsverzeichnis", Array([contents, Name.Fit])))
        outline.root.extend(_marks(dossier.parts, by_id, firsts))


def _marks(
    parts: Sequence[Part], by_id: Mapping[UUID, Bound], firsts: Mapping[UUID, Object]
) -> Iterator[OutlineItem]:
    for part in parts:
        below = list(_marks(part.parts, by_id, firsts))
        for document in part.documents:
            one = by_id[document.id]
            below.append(
                OutlineItem(
                    f"{one.number} {one.title} (Bl. {one.folios})",
                    Array([firsts[document.id], Name.Fit]),
                )
            )
        if below:
            heading = OutlineItem(part.title, below[0].destination)
            heading.children.extend(below)
            yield heading


def _label(whole: Pdf, dossier: SelectedDossier) -> None:
    with whole.open_metadata(set_pikepdf_as_editor=False) as told:
        told["dc:title"] = f"Akte {dossier.reference}"
    whole.Root.Lang = pikepdf.String("de-DE")
    whole.Root.PageMode = Name.UseOutlines
