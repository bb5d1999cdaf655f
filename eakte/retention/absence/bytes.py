"""How do words leave the index, bytes the store, copies the folders? Any number of times."""

from __future__ import annotations

import shutil
from pathlib import Path
from uuid import UUID

from sqlalchemy import delete, select

from eakte import jobs
from eakte.access.actions import Action
from eakte.access.check import require
from eakte.errors import ChangedMeanwhile, PartUnavailable
from eakte.model.content import Content
from eakte.model.erasure import ErasedContent, ErasedDocument, ErasedDossier, ErasedState
from eakte.model.job import Job
from eakte.model.naming import is_named, spoken_of
from eakte.model.prepared import PreparedList
from eakte.unit_of_work import UnitOfWork
from search import SearchError
from storage import Digest

# The job that removes, and the one that writes the proof once nothing is left.
REMOVE_ERASED, PROVE_ERASED = "remove-erased", "prove-erased"
# So many objects leave the store before what was reached is written down.
IN_ONE_GO = 100


def remove_erased(work: UnitOfWork, erased_id: UUID) -> None:
    """Remove what is left of a dossier whose rows are gone; the job `REMOVE_ERASED`.

    Some objects at a time; it promises itself again until nothing is left, then the proof.

    Raises:
        StorageError: the store is away, or keeps an object locked.
        ChangedMeanwhile: the index is not written yet.
        PartUnavailable: a folder or the index is away.
    """
    require(work, Action.MAINTAIN)
    erased = work.session.get(ErasedDossier, erased_id, with_for_update=True)
    if erased is None or erased.state is not ErasedState.ERASING:
        return
    waiting = work.session.scalars(
        select(ErasedContent)
        .where(ErasedContent.erased_dossier_id == erased.id, ErasedContent.removed_at.is_(None))
        .order_by(ErasedContent.sha256)
        .limit(IN_ONE_GO + 1)
    ).all()
    for one in waiting[:IN_ONE_GO]:
        if _remove(work, one.sha256):
            one.removed_at = work.clock.now()
        else:
            work.session.delete(one)
    work.session.flush()
    if len(waiting) > IN_ONE_GO:
        jobs.enqueue(work, REMOVE_ERASED, erased.id)
        return
    _clear_folders(work, erased)
    done = _no_words_left(work, erased)
    jobs.enqueue(work, PROVE_ERASED if done else REMOVE_ERASED, erased.id)


def _remove(work: UnitOfWork, sha256: str) -> bool:
    """Destroy bytes in all their versions; False when a row has named them since.

    The row of the bytes is held meanwhile: whoever names the same ones at this moment waits. It
    stays, without bytes, while something that proves the past tells the digest.
    """
    session = work.session
    held = session.get(Content, sha256, with_for_update=True)
    if is_named(session, sha256):
        return False
    for other in session.scalars(select(PreparedList).where(PreparedList.sha256 == sha256)):
        other.sha256 = None
    session.flush()
    work.store.delete(Digest(sha256))
    if held is not None and spoken_of(session, [sha256]):
        held.erased_at = held.erased_at or work.clock.now()
    elif held is not None:
        session.execute(delete(Content).where(Content.sha256 == sha256))
    return True


def _clear_folders(work: UnitOfWork, erased: ErasedDossier) -> None:
    """Remove copies that lie in folders: packages in the court's outbox, parts of uploads."""
    left, settings = erased.leftovers, work.settings
    try:
        for upload in left.get("uploads", []):
            (settings.upload_folder / f"{UUID(upload)}.part").unlink(missing_ok=True)
        outbox = settings.court_outbox
        if outbox is not None and outbox.is_dir():
            for sending in left.get("sendings", []):
                for start in ("", "."):
                    for path in outbox.glob(f"{start}*{UUID(sending)}*"):
                        _drop(path)
    except OSError as error:
        raise PartUnavailable(
            "Ein Ordner, in dem noch etwas liegt, ist nicht erreichbar (%(fault)s).",
            fault=error.strerror or type(error).__name__,
        ) from error


def _drop(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _no_words_left(work: UnitOfWork, erased: ErasedDossier) -> bool:
    """Whether the index names none of the documents any more; who is to see to it is promised.

    Raises:
        ChangedMeanwhile: it still does, and is just to be written.
    """
    documents = work.session.scalars(
        select(ErasedDocument.id).where(ErasedDocument.erased_dossier_id == erased.id)
    ).all()
    try:
        left = [one for one in documents if work.index.get(str(one)) is not None]
    except SearchError as error:
        raise PartUnavailable("Der Suchindex ist nicht lesbar.") from error
    promised = set(work.session.scalars(select(Job.subject_id).where(Job.kind == "index")))
    unpromised = [one for one in left if one not in promised]
    for one in unpromised:
        jobs.enqueue(work, "index", one)
    if left and not unpromised:
        raise ChangedMeanwhile("Der Suchindex nennt noch etwas, das vernichtet ist.")
    return not left
