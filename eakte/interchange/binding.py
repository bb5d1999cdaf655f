"""How does the whole dossier become one PDF/A-2b, with bookmarks and links that lead to its pages?

Pages are taken over as they are, a few hundred documents at a time, so that neither open files nor
memory grow with the dossier.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from uuid import UUID

import pikepdf
from pikepdf import Array, Dictionary, Name, OutlineItem, Pdf, pdfa

from eakte.interchange.package import Bound, Part, SelectedDossier
from eakte.interchange.papers import Place, save

OPEN_AT_ONCE = 200
PRINTED = 4


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

    ``validate`` may be False where every document was checked before it was stored: the checker
    then does not read all pages once more, unless documents bring colour profiles of their own.

    Raises:
        NotOneDocument: the result would be no valid PDF/A-2b.
    """
    batches = [bound[at : at + OPEN_AT_ONCE] for at in range(0, len(bound), OPEN_AT_ONCE)]
    with ExitStack() as opened:
        whole = opened.enter_context(Pdf.new())
        whole.pages.extend(opened.enter_context(pikepdf.open(contents)).pages)
        before, own_colours = len(whole.pages), False
        for number, batch in enumerate(batches):
            if len(batches) == 1:
                own_colours = _append(whole, batch, opened)
                continue
            part = scratch / f"binding-{number:05}.pdf"
            with ExitStack() as in_batch:
                some = in_batch.enter_context(Pdf.new())
                own_colours = _append(some, batch, in_batch) or own_colours
                some.save(part)
            whole.pages.extend(opened.enter_context(pikepdf.open(part)).pages)
        firsts = {one.document.id: before + one.folios.first - 1 for one in bound}
        _link(whole, places, firsts)
        _bookmark(whole, dossier, bound, firsts)
        _label(whole, dossier)
        _save(whole, target, validate=validate or own_colours)
    for number in range(len(batches)):
        (scratch / f"binding-{number:05}.pdf").unlink(missing_ok=True)


def link_to_files(contents: Path, places: Sequence[Place], *, validate: bool = True) -> None:
    """Let the rows of a table of contents lead to the documents that lie beside it."""
    linked = contents.with_name(f"linked-{contents.name}")
    with pikepdf.open(contents) as pdf:
        for place in places:
            _annotate(
                pdf,
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


def _append(whole: Pdf, bound: Sequence[Bound], opened: ExitStack) -> bool:
    """Append documents; returns whether one of them brings another colour profile than RGB."""
    own_colours = False
    for one in bound:
        source = opened.enter_context(pikepdf.open(one.path))
        for intent in source.Root.get("/OutputIntents", Array()):
            profile = intent.get("/DestOutputProfile")
            own_colours = own_colours or profile is None or int(profile.get("/N", 0)) != 3
        for page in source.pages:
            _without_inner_links(page)
        whole.pages.extend(source.pages)
    return own_colours


def _without_inner_links(page: pikepdf.Page) -> None:
    """A link inside a document would lead to a page that no longer is where it was."""
    notes = page.obj.get("/Annots")
    if notes is not None:
        kept = [note for note in notes if not _is_inner_link(note)]
        if kept:
            page.obj["/Annots"] = Array(kept)
        else:
            del page.obj["/Annots"]
    if "/StructParents" in page.obj:
        del page.obj["/StructParents"]


def _is_inner_link(note: pikepdf.Object) -> bool:
    if note.get("/Subtype") != Name.Link:
        return False
    action = note.get("/A")
    return "/Dest" in note or (action is not None and action.get("/S") == Name.GoTo)


def _link(whole: Pdf, places: Sequence[Place], firsts: Mapping[UUID, int]) -> None:
    for place in places:
        page = whole.pages[firsts[place.document.document.id]]
        _annotate(whole, place, to=Array([page.obj, Name.Fit]))


def _annotate(
    pdf: Pdf, place: Place, action: Dictionary | None = None, to: Array | None = None
) -> None:
    page = pdf.pages[place.page]
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
    if "/Annots" not in page.obj:
        page.obj["/Annots"] = Array()
    page.obj["/Annots"].append(note)


def _bookmark(
    whole: Pdf, dossier: SelectedDossier, bound: Sequence[Bound], firsts: Mapping[UUID, int]
) -> None:
    by_id = {one.document.id: one for one in bound}
    with whole.open_outline() as outline:
        outline.root.append(OutlineItem("Inhaltsverzeichnis", 0))
        outline.root.extend(_items(dossier.parts, by_id, firsts))


def _items(
    parts: Sequence[Part], by_id: Mapping[UUID, Bound], firsts: Mapping[UUID, int]
) -> Iterator[OutlineItem]:
    for part in parts:
        below = list(_items(part.parts, by_id, firsts))
        for document in part.documents:
            one = by_id[document.id]
            below.append(
                OutlineItem(f"{one.number} {one.title} (Bl. {one.folios})", firsts[document.id])
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


def _save(whole: Pdf, target: Path, *, validate: bool) -> None:
    try:
        save(whole, target, validate=validate)
    except pdfa.PdfaError as error:
        raise NotOneDocument(str(error)) from error
