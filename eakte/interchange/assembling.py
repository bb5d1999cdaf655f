"""How does a selected dossier become files: stamped copies, papers about them, one bound PDF?

Everything is written into a folder that nobody sees yet. What stands against the package is
collected and told together; then nothing is left of it.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

import pikepdf
from pikepdf import pdfa

from eakte.errors import Sentence
from eakte.interchange.binding import NotOneDocument, bind
from eakte.interchange.looking import against, has_text, own_colours
from eakte.interchange.package import (
    Bound,
    Dispatch,
    FolioRange,
    PackageRefused,
    Part,
    SelectedDocument,
    SelectedDossier,
    folios_of,
)
from eakte.interchange.papers import (
    FLAVOUR,
    Place,
    statement_of_completeness,
    table_of_contents,
    withdrawal_sheets,
)
from eakte.interchange.stamping import Stamp

Named = Callable[[int, str, UUID], str]


@dataclass(frozen=True)
class Assembled:
    """What lies in the folder: the documents in order, the papers, the bound whole.

    ``places`` are where the documents stand in the table of contents. ``whole`` is None where
    none was wanted or none can be made; a hint then says why.
    """

    bound: tuple[Bound, ...]
    contents: Path
    places: tuple[Place, ...]
    statement: Path
    whole: Path | None
    hints: tuple[Sentence, ...]


def assemble(
    dossier: SelectedDossier,
    dispatch: Dispatch,
    *,
    folder: Path,
    named: Named,
    with_whole: bool = True,
    validate: bool = True,
    told: Callable[[int], None] = lambda done: None,
) -> Assembled:
    """Write all files of a package but its message into an empty folder.

    ``named`` makes the name of a document's file of its number, title and identity. ``validate``
    lets the PDF/A checker read every stamped copy; it may be False only where each content was
    approved before it was stored, because a stamp adds nothing that PDF/A forbids. ``told`` hears
    how many documents are done.

    Raises:
        PackageRefused: with every reason; what was written is worth nothing.
        OSError: the disk is full or broken.
    """
    documents = list(dossier.documents())
    faults = list(_before_reading(dossier, documents))
    if faults:
        raise PackageRefused("Die Akte kann so nicht übersandt werden.", reasons=faults)
    hints: list[Sentence] = []
    ranges = folios_of(documents)
    targets = [
        folder / named(number, "Fehlblatt" if one.withheld else one.title, one.file_id)
        for number, one in enumerate(documents, 1)
    ]
    sheets = {one.id: folder / f"sheet-{one.id}.pdf" for one in documents if one.withheld}
    withdrawal_sheets(dossier, [(one, sheets[one.id]) for one in documents if one.id in sheets])
    bound = []
    validate_whole = validate
    for number, (document, folios, target) in enumerate(
        zip(documents, ranges, targets, strict=True), 1
    ):
        source = sheets.get(document.id) or document.content
        if source is None:
            raise ValueError("a document without content was let through")
        copied = _copy(document, source, target, folios=folios, validate=validate)
        faults += copied.faults
        hints += copied.hints
        validate_whole = validate_whole or copied.own_colours
        if not faults:
            digest, size = _digest(target)
            bound.append(Bound(document, number, folios, target, digest, size))
        told(number)
    for sheet in sheets.values():
        sheet.unlink()
    if faults:
        raise PackageRefused("Die Akte kann so nicht übersandt werden.", reasons=faults)
    contents, statement = folder / "contents.pdf", folder / "statement.pdf"
    places = table_of_contents(dossier, bound, target=contents, validate=validate)
    statement_of_completeness(dossier, dispatch, bound, target=statement, validate=validate)
    whole: Path | None = None
    if with_whole:
        whole = folder / "whole.pdf"
        try:
            bind(
                dossier,
                bound,
                contents=contents,
                places=places,
                target=whole,
                scratch=folder,
                validate=validate_whole,
            )
        except NotOneDocument:
            whole = None
            hints.append(
                Sentence("Ein Gesamt-PDF ist nicht dabei: Diese Dokumente passen in keines.")
            )
    return Assembled(tuple(bound), contents, tuple(places), statement, whole, tuple(hints))


def with_links_inside(dossier: SelectedDossier) -> SelectedDossier:
    """Leave out links that lead outside the selection, and those of what is withheld."""
    selected = {one.id for one in dossier.documents()}

    def cleaned(part: Part) -> Part:
        return replace(
            part,
            parts=tuple(cleaned(one) for one in part.parts),
            documents=tuple(
                replace(
                    one,
                    links=()
                    if one.withheld
                    else tuple(
                        link for link in one.links if link.to in selected and link.to != one.id
                    ),
                )
                for one in part.documents
            ),
        )

    return replace(dossier, parts=tuple(cleaned(part) for part in dossier.parts))


def _before_reading(
    dossier: SelectedDossier, documents: Sequence[SelectedDocument]
) -> Iterator[Sentence]:
    if not documents:
        yield Sentence("Es ist kein Dokument ausgewählt.")
    things = Counter([dossier.id, *_part_ids(dossier.parts), *(one.id for one in documents)])
    for identity, times in things.items():
        if times > 1:
            yield Sentence("Die Kennung %(id)s kommt mehrfach vor.", id=identity)
    for document in documents:
        if document.withheld:
            continue
        if document.content is None or not document.content.is_file():
            yield Sentence("Zu „%(title)s“ gibt es kein PDF.", title=document.title)
        elif document.pages < 1:
            yield Sentence("„%(title)s“ hat keine Seite.", title=document.title)


def _part_ids(parts: Sequence[Part]) -> Iterator[UUID]:
    for part in parts:
        yield part.id
        yield from _part_ids(part.parts)


@dataclass(frozen=True)
class _Copied:
    faults: tuple[Sentence, ...] = ()
    hints: tuple[Sentence, ...] = ()
    own_colours: bool = False


def _copy(
    document: SelectedDocument, source: Path, target: Path, *, folios: FolioRange, validate: bool
) -> _Copied:
    """Write the stamped copy of one document; returns what stands against it."""

    def refused(template: str) -> _Copied:
        return _Copied((Sentence(template, title=document.title),))

    if not document.withheld and _digest(source)[0] != document.sha256:
        return refused("„%(title)s“ hat sich seit der Auswahl geändert.")
    try:
        with pikepdf.open(source) as pdf:
            faults = list(against(pdf, document.title))
            said, pages = folios.last - folios.first + 1, len(pdf.pages)
            if pages != said:
                faults.append(
                    Sentence(
                        "„%(title)s“ hat %(found)s statt %(said)s Seiten.",
                        title=document.title,
                        found=pages,
                        said=said,
                    )
                )
            if faults:
                return _Copied(tuple(faults))
            searchable, colours = has_text(pdf), own_colours(pdf)
            marking = Stamp(pdf)
            for number, page in enumerate(pdf.pages):
                marking.put_on(page, folios.first + number)
            pdf.save(target)
    except pikepdf.PasswordError:
        return refused("„%(title)s“ ist verschlüsselt.")
    except (pikepdf.PdfError, ValueError, TypeError, KeyError):
        return refused("„%(title)s“ ist als PDF nicht lesbar.")
    if validate and not pdfa.validate_written(target, FLAVOUR).passed:
        return refused("„%(title)s“ ist kein gültiges PDF/A.")
    hint = Sentence("„%(title)s“ ist nicht durchsuchbar.", title=document.title)
    return _Copied(hints=() if searchable else (hint,), own_colours=colours)


def _digest(path: Path) -> tuple[str, int]:
    with path.open("rb") as stream:
        read = hashlib.file_digest(stream, "sha256")
        return read.hexdigest(), stream.tell()
