"""Is everything that was ever created still there, or proved to be destroyed?"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import func, select, union_all
from sqlalchemy.orm import Session

from eakte.access.actions import Action
from eakte.access.check import require
from eakte.errors import BadInput
from eakte.evidence.erasure.proving import read_kept
from eakte.model.audit_entry import AuditEntry
from eakte.model.content import Content
from eakte.model.counter import Counter
from eakte.model.document import Document
from eakte.model.dossier import Dossier, DossierState
from eakte.model.erasure import ErasedContent, ErasedDocument, ErasedDossier, ErasedState
from eakte.model.naming import named_among
from eakte.signed import note_faults, read_note
from eakte.unit_of_work import UnitOfWork
from storage import Digest, ObjectCorrupt, ObjectMissing

Begin = Callable[[], AbstractContextManager[UnitOfWork]]
# The scope of the numbers that documents get when they come in.
RECEIPT_SCOPE = "receipt"
AT_ONCE, TOLD = 200, 20


@dataclass
class Created:
    """What was ever created: it lives, or it is proved to be destroyed, or it is missing.

    ``going`` are dossiers whose rows are gone and whose proof is still to be written.
    """

    documents: int = 0
    live_documents: int = 0
    destroyed_documents: int = 0
    dossiers: int = 0
    live_dossiers: int = 0
    destroyed_dossiers: int = 0
    going: int = 0
    faults: list[str] = field(default_factory=list)


def check_created(begin: Begin, *, trusted: Collection[str]) -> Created:
    """Compare the numbers that were given with what lives and with what is proved to be gone.

    Each proof must be signed by one of these keys, name the entry of the log by which the dossier
    went and just the documents that went, and nothing of what it says is gone may be in the store.

    Raises:
        PartUnavailable: a part does not answer.
    """
    found = Created()
    with begin() as work:
        require(work, Action.MAINTAIN)
        _count_documents(work.session, found)
        _count_dossiers(work.session, found)
        erased = list(work.session.scalars(select(ErasedDossier.id).order_by(ErasedDossier.id)))
    for first in range(0, len(erased), AT_ONCE):
        with begin() as work:
            for one in erased[first : first + AT_ONCE]:
                found.faults += _of_proof(work, one, found, trusted)
    return found


def _count_documents(session: Session, found: Created) -> None:
    found.documents = _last(session, RECEIPT_SCOPE)
    found.live_documents = session.scalar(select(func.count(Document.id))) or 0
    found.destroyed_documents = session.scalar(select(func.count(ErasedDocument.id))) or 0
    numbers = union_all(select(Document.receipt_number), select(ErasedDocument.receipt_number))
    expected, named = 1, 0
    for number in session.scalars(numbers.order_by("receipt_number")):
        if number < expected:
            found.faults.append(f"Dokument Nr. {number} gibt es, und doch ist es vernichtet.")
            continue
        named += _tell_missing(found, expected, number, named)
        expected = number + 1
    _tell_missing(found, expected, found.documents + 1, named)


def _tell_missing(found: Created, first: int, end: int, named: int) -> int:
    """Name numbers that were given and are nowhere; of very many only the first."""
    if end <= first:
        return 0
    if named < TOLD:
        which = f"Nr. {first}" if end == first + 1 else f"Nr. {first} bis {end - 1}"
        found.faults.append(f"Dokument {which} fehlt: weder vorhanden noch als vernichtet belegt.")
    return 1


def _count_dossiers(session: Session, found: Created) -> None:
    opened = session.scalars(
        select(AuditEntry.subject_id).where(AuditEntry.act == "dossier.opened")
    ).all()
    found.dossiers = len(opened)
    states = dict(session.execute(select(Dossier.id, Dossier.state)).all())
    found.live_dossiers = sum(state is not DossierState.ERASED for state in states.values())
    missing = [one for one in opened if one not in states]
    found.faults += [
        f"Akte {one} fehlt: angelegt, aber weder vorhanden noch als vernichtet belegt."
        for one in missing[:TOLD]
    ]
    proved = set(
        session.scalars(
            select(ErasedDossier.dossier_id).where(
                ErasedDossier.state.in_((ErasedState.ERASING, ErasedState.ERASED))
            )
        )
    )
    stubs = {one for one, state in states.items() if state is DossierState.ERASED}
    for one in sorted(stubs - proved, key=str)[:TOLD]:
        found.faults.append(f"Akte {one} ist vernichtet, und es gibt keinen Nachweis darüber.")
    for one in sorted(proved - stubs, key=str)[:TOLD]:
        found.faults.append(f"Akte {one} ist laut Nachweis vernichtet, und es gibt sie doch.")


def _of_proof(
    work: UnitOfWork, erased_id: UUID, found: Created, trusted: Collection[str]
) -> Iterator[str]:
    erased = work.session.get_one(ErasedDossier, erased_id)
    if erased.state is ErasedState.ERASING:
        found.going += 1
    if erased.state is not ErasedState.ERASED:
        return
    found.destroyed_dossiers += 1
    name = f"Nachweis der Vernichtung von {erased.reference}"
    if erased.proof_sha256 is None:
        yield f"{name}: Er fehlt."
        return
    try:
        told = read_note(read_kept(work.store, erased.proof_sha256))
    except (ObjectMissing, ObjectCorrupt, BadInput):
        yield f"{name}: Er fehlt im Speicher oder ist verändert."
        return
    for fault in note_faults(told, trusted):
        yield f"{name}: {fault}"
    entry = work.session.get(AuditEntry, erased.log_sequence) if erased.log_sequence else None
    log = {"sequence": erased.log_sequence, "digest": entry.digest if entry else None}
    if told.get("dossier", {}).get("id") != str(erased.dossier_id) or told.get("log") != log:
        yield f"{name}: Er gilt einer anderen Akte oder einem anderen Eintrag des Protokolls."
    documents = work.session.scalars(
        select(ErasedDocument.id).where(ErasedDocument.erased_dossier_id == erased.id)
    )
    if {one["id"] for one in told.get("documents", [])} != {str(one) for one in documents}:
        yield f"{name}: Er nennt andere Dokumente, als vernichtet wurden."
    yield from (f"{name}: {fault}" for fault in _still_there(work, erased))


def _still_there(work: UnitOfWork, erased: ErasedDossier) -> Iterator[str]:
    """Bytes that are said to be gone and are in the store, though nobody has brought them anew."""
    removed = work.session.scalars(
        select(ErasedContent.sha256).where(ErasedContent.erased_dossier_id == erased.id)
    ).all()
    named = named_among(work.session, removed)
    known = set(
        work.session.scalars(
            select(Content.sha256).where(Content.sha256.in_(removed), Content.erased_at.is_(None))
        )
    )
    for sha256 in removed:
        if sha256 not in named | known and work.store.exists(Digest(sha256)):
            yield f"Inhalt {sha256} liegt noch im Speicher."


def _last(session: Session, scope: str) -> int:
    return session.scalar(select(Counter.last).where(Counter.scope == scope)) or 0
