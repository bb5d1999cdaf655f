"""How does a person who knows the password make an encrypted document readable for the unit?

The password lives as long as the request: it goes to the shut-in child through its pipe and is
neither kept nor logged. What stays is a copy without encryption beside the untouched original; from
it text, reading copy and previews are made as of any other document.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from uuid import UUID

from sqlalchemy import delete, select

from eakte import audit, jobs
from eakte.access import attempts
from eakte.access.actions import Action
from eakte.access.check import require
from eakte.errors import (
    BadInput,
    EakteError,
    NotFound,
    RuleBroken,
    TooMuchAtOnce,
    machine_faults_named,
)
from eakte.model.clearance import Clearance
from eakte.model.content import keep_content
from eakte.model.document import (
    Document,
    ProcessingState,
    Rendition,
    RenditionKind,
    Version,
)
from eakte.model.findings import Unlocked
from eakte.processing.scratch import Scratch
from eakte.processing.verifying import keep_own_signatures
from eakte.unit_of_work import UnitOfWork
from storage import Digest, Store

LONGEST_PASSWORD = 200
ENCRYPTED = "encrypted"
TOOLS = "pikepdf"

Begin = Callable[[], AbstractContextManager[UnitOfWork]]
# Writes the readable copy of a path into a folder, with this password.
Unlock = Callable[[Path, Path, str], Unlocked]


class WrongPassword(BadInput):
    """The document does not open with this password."""

    code = "wrong-password"


def unlock_document(
    begin: Begin, document_id: UUID, *, password: str, unlock: Unlock, desk: Path
) -> None:
    """Open an encrypted document with its password and have it processed like any other.

    ``desk`` is where the bytes may lie meanwhile; nothing of them is left there.

    Raises:
        NotFound, NotAllowed: as for every document.
        RuleBroken: the document is not waiting for a password.
        WrongPassword: it does not open with this one; the tries are counted.
        TooMuchAtOnce: too many wrong ones, for some minutes.
        PartUnavailable: sandbox, store or database is out of reach.
    """
    with begin() as work:
        require(work, Action.UNLOCK_DOCUMENT, _existing(work, document_id))
        sha256 = _awaiting_password(work, document_id).sha256
        _count_try(work, document_id)
        store = work.store
    if not 0 < len(password) <= LONGEST_PASSWORD:
        raise WrongPassword("Bitte geben Sie das Kennwort des Dokuments ein.")
    with _folder(desk) as folder:
        source = folder / "original"
        store.copy_to(Digest(sha256), source)
        made = unlock(source, folder, password)
        kept = _kept(store, made.path) if made.path is not None else None
    if kept is None:
        raise _refusal(begin, document_id, made)
    with begin() as work:
        document = _existing(work, document_id)
        require(work, Action.UNLOCK_DOCUMENT, document)
        version = _awaiting_password(work, document_id)
        if version.sha256 != sha256:
            raise RuleBroken("Inzwischen ist eine andere Fassung gekommen.")
        attempts.forget_tries(work.session, work.settings, thing=_thing(document_id))
        keep_own_signatures(work, document, version, found=made.signatures)
        _name(work, document, version, kept)


def _name(work: UnitOfWork, document: Document, version: Version, kept: tuple[str, int]) -> None:
    sha256, size = kept
    now = work.clock.now()
    keep_content(work.session, sha256, size=size, at=now)
    work.session.execute(
        delete(Rendition).where(
            Rendition.version_id == version.id, Rendition.kind == RenditionKind.UNLOCKED
        )
    )
    work.session.add(
        Rendition(
            version_id=version.id,
            kind=RenditionKind.UNLOCKED,
            sha256=sha256,
            media_type="application/pdf",
            tools=TOOLS,
            created_at=now,
        )
    )
    document.processing = ProcessingState.WAITING
    document.problem_code = document.problem = None
    # No scanner has seen what was inside.
    again = bool(work.settings.virus_scanner)
    if again:
        version.clearance = Clearance.HELD
    work.session.flush()
    audit.note(
        work,
        "document.unlocked",
        kind="document",
        subject=document.id,
        version=version.number,
        sha256=sha256,
    )
    jobs.revive(work, "scan" if again else "process", document.id)


@contextmanager
def _folder(desk: Path) -> Iterator[Path]:
    """Open an empty folder; what a killed program left in one goes when the next one is made."""
    with machine_faults_named():
        scratch = Scratch.made_in(desk)
        try:
            yield scratch.new_folder()
        finally:
            scratch.remove()


def _refusal(begin: Begin, document_id: UUID, made: Unlocked) -> EakteError:
    with begin() as work:
        code = made.problem.code if made.problem else "crashed"
        audit.note(
            work, "document.not-unlocked", kind="document", subject=document_id, problem=code
        )
    if made.problem is None or code == "wrong-password":
        return WrongPassword(
            "Mit diesem Kennwort lässt sich das Dokument nicht öffnen.",
            next_step="Bitte prüfen Sie Groß- und Kleinschreibung; nach mehreren Fehlversuchen "
            "ist das Öffnen für einige Minuten gesperrt.",
        )
    return RuleBroken(made.problem.message)


def _existing(work: UnitOfWork, document_id: UUID) -> Document:
    document = work.session.get(Document, document_id)
    if document is None:
        raise NotFound("Das gibt es nicht, oder Sie haben keinen Zugang dazu.")
    return document


def _awaiting_password(work: UnitOfWork, document_id: UUID) -> Version:
    document, version = work.session.execute(
        select(Document, Version)
        .join(Version, Version.document_id == Document.id)
        .where(Document.id == document_id, Version.number == Document.current_version)
    ).one()
    if document.problem_code != ENCRYPTED or version.closed:
        raise RuleBroken("Das Dokument wartet auf kein Kennwort.")
    return version


def _count_try(work: UnitOfWork, document_id: UUID) -> None:
    thing = _thing(document_id)
    session, clock, settings = work.session, work.clock, work.settings
    if attempts.tries(session, clock, settings, thing=thing) >= settings.login_attempts:
        raise TooMuchAtOnce(
            "Es gab zu viele falsche Kennwörter; das Öffnen ist für einige Minuten gesperrt."
        )
    attempts.note_try(session, clock, settings, thing=thing)


def _thing(document_id: UUID) -> str:
    return f"unlock:{document_id}"


def _kept(store: Store, path: Path) -> tuple[str, int]:
    with path.open("rb") as stream:
        stored = store.put(stream)
    return str(stored.digest), stored.size
