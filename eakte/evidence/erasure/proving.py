"""What is signed of a dossier once nothing of it is left, and where does that lie?

The proof names what went by ids, numbers, digests and sizes, the rule and its basis, both persons,
what the archive said, and the entry of the log; never what stood in it.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from eakte import audit
from eakte.access.actions import Action
from eakte.access.check import require
from eakte.clock import OFFICE_ZONE
from eakte.evidence.erasure.proof_pdf import proof_pdf
from eakte.evidence.heads import Begin
from eakte.evidence.outside import Outside
from eakte.evidence.signing import Signer
from eakte.model.audit_entry import AuditEntry
from eakte.model.content import keep_content
from eakte.model.department import Department
from eakte.model.dossier import Dossier
from eakte.model.erasure import (
    ErasedContent,
    ErasedDocument,
    ErasedDossier,
    ErasedState,
    Erasure,
    ErasureState,
)
from eakte.signed import ERASURE_FORM
from eakte.unit_of_work import UnitOfWork
from storage import Digest, Store

# The job that writes the proof once nothing is left.
PROVE_ERASED = "prove-erased"
SAID = (
    "Diese Akte ist vernichtet. Was sie enthielt, ist weder in der Datenbank noch im Speicher noch "
    "im Suchindex; dieser Nachweis nennt nur Kennungen, Nummern und Prüfsummen."
)


def prove_erased(work: UnitOfWork, erased_id: UUID) -> None:
    """Write, sign and keep the proof of one destroyed dossier; the job `PROVE_ERASED`.

    It may run again after it was cut off: what is proved is not proved twice.

    Raises:
        StorageError, PartUnavailable: the store or the key is out of reach; nothing was written.
    """
    require(work, Action.MAINTAIN)
    erased = work.session.get(ErasedDossier, erased_id, with_for_update=True)
    if erased is None or erased.state is not ErasedState.ERASING:
        return
    left = work.session.scalar(
        select(ErasedContent.sha256)
        .where(ErasedContent.erased_dossier_id == erased.id, ErasedContent.removed_at.is_(None))
        .limit(1)
    )
    if left is not None:
        # Whoever removes promises the proof again when it is done.
        return
    now = work.clock.now()
    told = told_of(work, erased, at=now)
    signed = Signer(work.settings.audit_key).sign_proof(told, form=ERASURE_FORM)
    erased.proof_sha256 = _keep(work, signed)
    erased.proof_pdf_sha256 = _keep(work, proof_pdf(signed))
    erased.state, erased.erased_at, erased.leftovers = ErasedState.ERASED, now, {}
    work.session.flush()
    audit.note(
        work,
        "dossier.erasure-proved",
        kind="dossier",
        subject=erased.dossier_id,
        erasure=erased.erasure.number,
        sha256=erased.proof_sha256,
    )
    _finish(work, erased.erasure)


def told_of(work: UnitOfWork, erased: ErasedDossier, *, at: datetime) -> dict[str, Any]:
    """Return what a proof says, in plain JSON values."""
    require(work, Action.MAINTAIN)
    session, erasure = work.session, erased.erasure
    dossier = session.get_one(Dossier, erased.dossier_id)
    digest = session.scalar(
        select(AuditEntry.digest).where(AuditEntry.sequence == erased.log_sequence)
    )
    removed = session.scalars(
        select(ErasedContent.sha256)
        .where(ErasedContent.erased_dossier_id == erased.id)
        .order_by(ErasedContent.sha256)
    ).all()
    documents = session.scalars(
        select(ErasedDocument)
        .where(ErasedDocument.erased_dossier_id == erased.id)
        .order_by(ErasedDocument.receipt_number)
    ).all()
    return {
        "said": SAID,
        "office": work.settings.office_name,
        "dossier": {
            "id": str(dossier.id),
            "reference": erased.reference,
            "title": erased.title,
            "plan_entry": erased.plan_number,
            "department": session.get_one(Department, dossier.department_id).name,
            "opened_on": dossier.opened_on.isoformat(),
            "closed_on": dossier.closed_on.isoformat() if dossier.closed_on else None,
        },
        "rule": {
            "title": erased.rule_title,
            "basis": erased.basis,
            "explained": erased.explained,
            "kept_until": erased.kept_until.isoformat() if erased.kept_until else None,
        },
        "archive": erased.archive,
        "erasure": {
            "id": str(erasure.id),
            "erased_id": str(erased.id),
            "number": erasure.number,
            "department": str(erasure.department_id),
            "proposed_by": erasure.proposed_by,
            "proposed_by_id": str(erasure.proposed_by_id),
            "proposed_at": _written(erasure.proposed_at),
            "approved_by": erasure.decided_by,
            "approved_by_id": str(erasure.decided_by_id),
            "approved_at": _written(erasure.decided_at),
            "not_before": _written(erasure.not_before),
            "begun_at": _written(erased.begun_at),
            "done_at": _written(at),
        },
        "log": {"sequence": erased.log_sequence, "digest": digest},
        "documents": _told_of_documents(documents, set(removed)),
        "removed": list(removed),
    }


def export_proofs(begin: Begin, outside: Outside) -> int:
    """Bring every proof outside that is not there yet, as heads are; return how many it were.

    By them a house that came back from a backup knows what it has to destroy again.

    Raises:
        PartUnavailable: the place, or the store, is away.
    """
    with begin() as work:
        require(work, Action.MAINTAIN)
        store = work.store
        waiting = work.session.execute(
            select(ErasedDossier.id, ErasedDossier.proof_sha256).where(
                ErasedDossier.proof_sha256.is_not(None), ErasedDossier.exported_at.is_(None)
            )
        ).all()
    for erased_id, sha256 in waiting:
        outside.keep_proof(str(sha256), read_kept(store, str(sha256)))
        with begin() as work:
            work.session.get_one(ErasedDossier, erased_id).exported_at = work.clock.now()
    return len(waiting)


def read_kept(store: Store, sha256: str) -> bytes:
    """Return the bytes of a proof as they were signed."""
    with store.open(Digest(sha256)) as stream:
        return stream.read()


def _told_of_documents(
    documents: Sequence[ErasedDocument], removed: set[str]
) -> list[dict[str, Any]]:
    return [
        {
            "id": str(one.id),
            "receipt_number": one.receipt_number,
            "register": [one.register_year, one.register_number],
            "pages": one.pages,
            "described": dict(one.described),
            "contents": [
                {
                    "kind": content["kind"],
                    "sha256": content["sha256"],
                    "size": content["size"],
                    "destroyed": content["sha256"] in removed,
                }
                for content in one.contents
            ],
        }
        for one in documents
    ]


def _finish(work: UnitOfWork, erasure: Erasure) -> None:
    """End a destruction of which nothing waits or goes any more."""
    left = work.session.scalar(
        select(ErasedDossier.id)
        .where(
            ErasedDossier.erasure_id == erasure.id,
            ErasedDossier.state.in_((ErasedState.WAITING, ErasedState.ERASING)),
        )
        .limit(1)
    )
    if left is None and erasure.state is ErasureState.APPROVED:
        erasure.state, erasure.finished_at = ErasureState.FINISHED, work.clock.now()
        work.session.flush()


def _keep(work: UnitOfWork, content: bytes) -> str:
    stored = work.store.put(io.BytesIO(content))
    keep_content(work.session, str(stored.digest), size=stored.size, at=work.clock.now())
    return str(stored.digest)


def _written(at: datetime | None) -> str:
    return "" if at is None else at.astimezone(OFFICE_ZONE).isoformat(timespec="seconds")
