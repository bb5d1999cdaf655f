"""How does a selected dossier become files: stamped copies, papers about them, one bound PDF?

Everything is written into a folder that nobody sees yet. What stands against the package is
collected and told together; then nothing is left of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

import pikepdf
from pikepdf import AccessMode, ObjectStreamMode, StreamDecodeLevel, pdfa

from eakte.errors import Sentence
from eakte.interchange.baring import bare, bare_page
from eakte.interchange.binding import Binding, NotOneDocument, binding, front_of
from eakte.interchange.looking import against, has_text, own_colours
from eakte.interchange.merging import FLAVOUR, Front, Leaves, digest_of
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
    Place,
    statement_of_completeness,
    table_of_contents,
    withdrawal_sheets,
)
from eakte.interchange.stamp_face import stamp_face
from eakte.interchange.stamping import Stamp, inherited

Named = Callable[[int, str, UUID], str]
REFUSED = "Die Akte kann so nicht übersandt werden."
# What is mapped counts as memory, all of it: larger documents are read as they are needed.
MOST_MAPPED = 32 * 1024**2


@dataclass(frozen=True)
class Assembled:
    """What lies in the folder: the documents in order, the papers, the bound whole.

    ``places`` are where the documents stand in the table of contents. ``whole`` is None where
    none was wanted or none can be made; a hint then says why. ``whole_sha256`` is its digest.
    """

    bound: tuple[Bound, ...]
    contents: Path
    places: tuple[Place, ...]
    statement: Path
    whole: Path | None
    hints: tuple[Sentence, ...]
    whole_sha256: str = ""


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
    lets the PDF/A checker read every stamped copy whose source it has not approved before: a stamp
    adds nothing that PDF/A forbids. ``told`` hears how many documents are done.

    Raises:
        PackageRefused: with every reason; what was written is worth nothing.
        OSError: the disk is full or broken.
    """
    documents = list(dossier.documents())
    faults = list(_before_reading(dossier, documents))
    if faults:
        raise PackageRefused(REFUSED, reasons=faults)
    sheets = {one.id: folder / f"sheet-{one.id}.pdf" for one in documents if one.withheld}
    withdrawal_sheets(dossier, [(one, sheets[one.id]) for one in documents if one.id in sheets])
    copying = [
        _Copying(
            document,
            number,
            folios,
            sheets.get(document.id) or document.content or folder,
            folder / named(number, "Fehlblatt" if document.withheld else document.title, file_id),
        )
        for number, (document, folios, file_id) in enumerate(
            zip(documents, folios_of(documents), (one.file_id for one in documents), strict=True), 1
        )
    ]
    contents, statement, whole = (
        folder / name for name in ("contents.pdf", "statement.pdf", "whole.pdf")
    )
    with ExitStack() as open_:
        # What binds the whole reads the sources while the single copies are written.
        leaves = [Leaves(str(one.source), one.folios.first, one.pages) for one in copying]
        begun = open_.enter_context(binding(leaves, whole)) if with_whole else None
        listed = [one.bound() for one in copying]
        places = table_of_contents(dossier, listed, target=contents)
        front = front_of(dossier, listed, contents=contents, places=places)
        begun = begun if begun is not None and _told(begun, front) else None
        copied = _copied(copying, validate=validate, told=told)
        faults = [fault for one in copied for fault in one.faults]
        if faults:
            raise PackageRefused(REFUSED, reasons=faults)
        hints = [hint for one in copied for hint in one.hints]
        bound = [
            one.bound(done.sha256, done.size) for one, done in zip(copying, copied, strict=True)
        ]
        statement_of_completeness(dossier, dispatch, bound, target=statement)
        # One profile of colours holds for a whole PDF: other ones may not suit it.
        foreign = any(one.own_colours for one in copied)
        unread = validate and any(not one.approved and not one.withheld for one in documents)
        digest = _stands(begun, validate=foreign or unread) if begun is not None else ""
    for sheet in sheets.values():
        sheet.unlink()
    if with_whole and not digest:
        whole.unlink(missing_ok=True)
        hints.append(Sentence("Ein Gesamt-PDF ist nicht dabei: Diese Dokumente passen in keines."))
    return Assembled(
        tuple(bound),
        contents,
        tuple(places),
        statement,
        whole if digest else None,
        tuple(hints),
        digest,
    )


def _told(begun: Binding, front: Front) -> bool:
    try:
        begun.tell(front)
    except NotOneDocument:
        return False
    return True


def _stands(begun: Binding, *, validate: bool) -> str:
    """Wait for the whole; returns its digest, or nothing where there can be none."""
    try:
        return begun.wait(validate=validate)
    except NotOneDocument:
        return ""


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
class _Copying:
    """A document that is to be copied with its folios: from where, to where."""

    document: SelectedDocument
    number: int
    folios: FolioRange
    source: Path
    target: Path

    @property
    def pages(self) -> int:
        """How many pages it has to have."""
        return self.folios.last - self.folios.first + 1

    def bound(self, sha256: str = "", size: int = 0) -> Bound:
        """The document in its place, as it is listed and, once it is written, as it leaves."""
        return Bound(self.document, self.number, self.folios, self.target, sha256, size)


@dataclass(frozen=True)
class _Copied:
    faults: tuple[Sentence, ...] = ()
    hints: tuple[Sentence, ...] = ()
    own_colours: bool = False
    sha256: str = ""
    size: int = 0


def _copied(
    copying: Sequence[_Copying], *, validate: bool, told: Callable[[int], None]
) -> list[_Copied]:
    """Write the stamped copies one after the other; returns what stands against each."""
    found: list[tuple[_Copied, Future[tuple[str, str]]]] = []
    # Digests are worked out beside the writing: they need a processor, but not this program's lock.
    digesting = ThreadPoolExecutor(1, "digests")
    try:
        for one in copying:
            copied = _copy(one, validate=validate)
            found.append((copied, digesting.submit(_digests, one, whole=not copied.faults)))
            told(one.number)
        return [
            _digested(one, copied, digests.result())
            for one, (copied, digests) in zip(copying, found, strict=True)
        ]
    finally:
        digesting.shutdown(cancel_futures=True)


def _digests(one: _Copying, *, whole: bool) -> tuple[str, str]:
    """What was copied, and what was written if something was."""
    return digest_of(one.source), digest_of(one.target) if whole else ""


def _digested(one: _Copying, copied: _Copied, digests: tuple[str, str]) -> _Copied:
    before, after = digests
    document = one.document
    if not document.withheld and before != document.sha256:
        told = "„%(title)s“ hat sich seit der Auswahl geändert."
        return _Copied((Sentence(told, title=document.title),))
    return replace(copied, sha256=after, size=one.target.stat().st_size) if after else copied


def _copy(one: _Copying, *, validate: bool) -> _Copied:
    """Write the stamped copy of one document; returns what stands against it."""
    title = one.document.title

    def refused(template: str) -> _Copied:
        return _Copied((Sentence(template, title=title),))

    large = one.source.stat().st_size > MOST_MAPPED
    how = AccessMode.stream if large else AccessMode.default
    try:
        with pikepdf.open(one.source, access_mode=how) as pdf:
            faults = list(against(pdf, title))
            if len(pdf.pages) != one.pages:
                faults.append(
                    Sentence(
                        "„%(title)s“ hat %(found)s statt %(said)s Seiten.",
                        title=title,
                        found=len(pdf.pages),
                        said=one.pages,
                    )
                )
            if faults:
                return _Copied(tuple(faults))
            searchable, colours = has_text(pdf), own_colours(pdf)
            marking = Stamp(pdf, stamp_face())
            bare(pdf)
            for number, page in enumerate(pdf.pages):
                bare_page(page.obj, inherited(page.obj, "/Resources"))
                marking.put_on(page, one.folios.first + number)
            with one.target.open("wb") as stream:
                # What is there stays as it was written: nothing is unpacked and packed again.
                pdf.save(
                    stream,
                    fix_metadata_version=False,
                    stream_decode_level=StreamDecodeLevel.none,
                    compress_streams=False,
                    object_stream_mode=ObjectStreamMode.disable,
                )
    except pikepdf.PasswordError:
        return refused("„%(title)s“ ist verschlüsselt.")
    except (pikepdf.PdfError, ValueError, TypeError, KeyError):
        return refused("„%(title)s“ ist als PDF nicht lesbar.")
    unread = validate and not one.document.approved
    if unread and not pdfa.validate_written(one.target, FLAVOUR).passed:
        return refused("„%(title)s“ ist kein gültiges PDF/A.")
    hint = Sentence("„%(title)s“ ist nicht durchsuchbar.", title=title)
    return _Copied(hints=() if searchable else (hint,), own_colours=colours)
