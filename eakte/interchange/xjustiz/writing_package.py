"""How does a dossier become a package for a court: messages, documents, papers, one folder each?

Law and limits: BehAktÜbV §§ 2, 3; ERVV §§ 2, 3; ERVB 2025. Either a whole package that holds to
schema and rules stands in the target, or nothing does.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from uuid import UUID, uuid5

from eakte.errors import Sentence
from eakte.interchange.assembling import Assembled, assemble, with_links_inside
from eakte.interchange.binding import link_to_files
from eakte.interchange.merging import digest_of
from eakte.interchange.package import (
    Bound,
    Dispatch,
    DocumentClass,
    PackageRefused,
    SelectedDossier,
)
from eakte.interchange.papers import cover_sheet
from eakte.interchange.xjustiz import codes
from eakte.interchange.xjustiz.codes import CodeLists
from eakte.interchange.xjustiz.names import MESSAGE_NAME, allowed, file_name
from eakte.interchange.xjustiz.rules import ERVB_2025, Limits, Sent, examine
from eakte.interchange.xjustiz.writing import Enclosure, Share, Writer, message_id
from eakte.interchange.xjustiz.writing_schema import Schemas
from eakte.interchange.xjustiz.writing_shares import REFUSED, Planned, share_out
from eakte.interchange.xjustiz.writing_versions import VERSIONS, writer_on

MANIFEST = "MANIFEST.sha256"
UNFINISHED = ".unfertig"


@dataclass(frozen=True)
class Standards:
    """What the publishers gave out, as far as the office has it."""

    lists: CodeLists
    schemas: Schemas

    @classmethod
    def from_folder(cls, folder: Path | None) -> Standards:
        """Read ``<folder>/codelists`` and ``<folder>/<version>/xsd``; None means nothing is there.

        Raises:
            BadInput: a file among the lists is no list.
        """
        return cls(CodeLists(folder / "codelists" if folder else None), Schemas(folder))


@dataclass(frozen=True)
class WrittenMessage:
    """One message in its own flat folder, as it is handed to the mailbox program."""

    folder: Path
    id: UUID
    part: int
    parts: int
    files: int
    size: int


@dataclass(frozen=True)
class WrittenPackage:
    """A whole package; ``sha256`` is that of its manifest, which names every file."""

    folder: Path
    version: str
    messages: tuple[WrittenMessage, ...]
    bound: tuple[Bound, ...]
    whole: Path | None
    hints: tuple[Sentence, ...]
    sha256: str


def write_court_package(
    dispatch: Dispatch,
    dossier: SelectedDossier,
    target: Path,
    *,
    standards: Standards,
    day: date,
    version: str | None = None,
    limits: Limits | None = ERVB_2025,
    with_whole: bool = True,
    validate: bool = True,
    told: Callable[[int], None] = lambda done: None,
) -> WrittenPackage:
    """Write a package into ``target``, which must not be there yet.

    Each message has a folder ``teil-<n>`` of its own. The version is the one valid on ``day``
    unless another is named. Without ``limits`` everything goes into one message, for a physical
    carrier (ERVV § 3). Nothing is forced to disk: storing it is the caller's next step.

    Raises:
        PackageRefused: with every reason; nothing was left behind.
        RuleBroken: no version is valid on that day.
        FileExistsError: the target is there already.
        OSError: the disk is full or broken; nothing was left behind.
    """
    writer = VERSIONS[version](standards.lists) if version else writer_on(day, standards.lists)
    if target.exists():
        raise FileExistsError(target)
    dossier = with_links_inside(dossier)
    faults = list(_before(dispatch, dossier, standards.lists))
    if faults:
        raise PackageRefused(REFUSED, reasons=faults)
    staging = Path(
        tempfile.mkdtemp(prefix=f".{target.name}-", suffix=UNFINISHED, dir=target.parent)
    )
    try:
        staging.chmod(0o755)
        assembled = assemble(
            dossier,
            dispatch,
            folder=staging,
            named=file_name,
            with_whole=with_whole,
            validate=validate,
            told=told,
        )
        planned, hints = share_out(assembled, limits)
        messages = _write_messages(
            planned,
            dispatch,
            dossier=dossier,
            assembled=assembled,
            staging=staging,
            writer=writer,
        )
        hints += _examined(messages, staging, standards, writer, limits=limits)
        whole = _put_away(assembled, staging)
        known = {one.path.name: one.sha256 for one in assembled.bound}
        if whole is not None and assembled.whole_sha256:
            known[whole.name] = assembled.whole_sha256
        digest = _write_manifest(staging, known)
        staging.rename(target)
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        raise
    return WrittenPackage(
        folder=target,
        version=writer.version,
        messages=tuple(replace(one, folder=target / one.folder.name) for one in messages),
        bound=tuple(
            replace(bound, path=target / f"teil-{part}" / bound.path.name)
            for part, one in enumerate(planned, 1)
            for bound in one.bound
        ),
        whole=target / whole if whole else None,
        hints=(*assembled.hints, *hints),
        sha256=digest,
    )


def sweep_unfinished(folder: Path) -> int:
    """Remove what packages left in a folder whose process was killed; returns how many.

    Only for a folder into which nobody writes at the moment.
    """
    unfinished = [one for one in folder.iterdir() if one.name.endswith(UNFINISHED)]
    for one in unfinished:
        shutil.rmtree(one)
    return len(unfinished)


def zip_message(message: WrittenMessage, target: Path) -> None:
    """Write one message as a flat ZIP; the same folder always becomes the same bytes.

    Raises:
        OSError: the disk is full or broken.
    """
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED, allowZip64=True) as packed:
        for path in sorted(message.folder.iterdir()):
            entry = zipfile.ZipInfo(path.name, (1980, 1, 1, 0, 0, 0))
            entry.external_attr = 0o644 << 16
            entry.file_size = path.stat().st_size
            with path.open("rb") as source, packed.open(entry, "w") as output:
                shutil.copyfileobj(source, output, 1024 * 1024)


def _before(dispatch: Dispatch, dossier: SelectedDossier, lists: CodeLists) -> Iterator[Sentence]:
    checked = lists.check(codes.COURTS, dispatch.court)
    if checked.fault:
        yield checked.fault
    field_of_law = lists.check(codes.FIELDS_OF_LAW, dispatch.field_of_law)
    if field_of_law.fault:
        yield field_of_law.fault
    if not allowed(dossier.reference):
        yield Sentence("Die Akte hat kein Aktenzeichen, das sich übermitteln lässt.")
    if not allowed(dispatch.office.name, "D"):
        yield Sentence("Der Name der Behörde fehlt.")
    for number, party in enumerate(dispatch.parties, 1):
        if party.represents is not None and not 0 <= party.represents < len(dispatch.parties):
            yield Sentence("Beteiligte(r) %(number)s vertritt niemanden.", number=number)


def _write_messages(
    planned: Sequence[Planned],
    dispatch: Dispatch,
    *,
    dossier: SelectedDossier,
    assembled: Assembled,
    staging: Path,
    writer: Writer,
) -> list[WrittenMessage]:
    court = writer.lists.meaning(codes.COURTS, dispatch.court)
    here = {one.document.id for one in planned[0].bound}
    link_to_files(
        assembled.contents,
        [place for place in assembled.places if place.document.document.id in here],
    )
    messages = []
    for part, plan in enumerate(planned, 1):
        folder = staging / f"teil-{part}"
        folder.mkdir()
        bare = Share(part, len(planned), plan.bound)
        cover = staging / f"cover-{part}.pdf"
        cover_sheet(
            dossier,
            dispatch,
            court=court,
            documents=len(assembled.bound),
            folios=assembled.bound[-1].folios.last,
            told=bare.told,
            target=cover,
        )
        identity = message_id(dispatch, bare)
        enclosures = [
            _enclose(identity, ("Deckblatt", cover, DocumentClass.LETTER), folder, digest_of(cover))
        ]
        enclosures += [
            _enclose(
                dispatch.id,
                paper,
                folder,
                assembled.whole_sha256 if paper[1] == assembled.whole else digest_of(paper[1]),
            )
            for paper in plan.papers
        ]
        for one in plan.bound:
            one.path.rename(folder / one.path.name)
        share = replace(bare, enclosures=tuple(enclosures))
        (folder / MESSAGE_NAME).write_bytes(writer.write(dispatch, dossier, share))
        sizes = [path.stat().st_size for path in folder.iterdir()]
        messages.append(
            WrittenMessage(folder, identity, part, len(planned), len(sizes), sum(sizes))
        )
    return messages


def _enclose(
    within: UUID, paper: tuple[str, Path, DocumentClass], folder: Path, digest: str
) -> Enclosure:
    title, path, document_class = paper
    identity = uuid5(within, title)
    name = file_name(0, title, uuid5(identity, digest))
    path.rename(folder / name)
    return Enclosure(identity, title, document_class, name, covering=title == "Deckblatt")


def _examined(
    messages: Sequence[WrittenMessage],
    staging: Path,
    standards: Standards,
    writer: Writer,
    *,
    limits: Limits | None,
) -> list[Sentence]:
    """Ask schema and rules about what was written; returns what only has to be said."""
    sent = [
        Sent(
            (one.folder / MESSAGE_NAME).read_bytes(),
            {
                path.name: path.stat().st_size
                for path in one.folder.iterdir()
                if path.name != MESSAGE_NAME
            },
        )
        for one in messages
    ]
    verdict = examine(sent, standards.lists, limits=limits)
    faults, hints = list(verdict.faults), list(verdict.hints)
    for one in sent:
        against = standards.schemas.faults(one.message, writer.version)
        if against is None:
            hints.append(
                Sentence(
                    "Das amtliche Schema von XJustiz %(version)s fehlt; die Nachricht wurde nicht "
                    "dagegen geprüft.",
                    version=writer.version,
                )
            )
        else:
            faults += against
            if standards.schemas.names_itself(writer.version) != writer.version:
                hints.append(
                    Sentence(
                        "Das Schema von XJustiz %(version)s ist eine Vorabfassung, die sich selbst "
                        "%(itself)s nennt; davon abgesehen wurde dagegen geprüft.",
                        version=writer.version,
                        itself=standards.schemas.names_itself(writer.version),
                    )
                )
    if faults:
        raise PackageRefused(REFUSED, reasons=tuple(dict.fromkeys(faults)))
    return list(dict.fromkeys(hints))


def _put_away(assembled: Assembled, staging: Path) -> Path | None:
    """Where the bound whole lies, beside the messages if it went into none of them."""
    if assembled.whole is None:
        return None
    if assembled.whole.exists():
        beside = staging / "Gesamtakte.pdf"
        assembled.whole.rename(beside)
        return beside.relative_to(staging)
    found = next(iter(sorted(staging.glob("teil-*/0000_Gesamtakte_*.pdf"))), None)
    return found.relative_to(staging) if found else None


def _write_manifest(staging: Path, known: Mapping[str, str]) -> str:
    """Name every file with its digest, as sha256sum does; returns the digest of that."""
    lines = []
    for path in sorted(one for one in staging.rglob("*") if one.is_file()):
        digest = known.get(path.name) or digest_of(path)
        lines.append(f"{digest}  {path.relative_to(staging).as_posix()}\n")
    written = "".join(lines).encode()
    (staging / MANIFEST).write_bytes(written)
    return hashlib.sha256(written).hexdigest()
