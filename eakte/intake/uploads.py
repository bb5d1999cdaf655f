"""Which uploads are still on their way, and what becomes of those that never end?"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from sqlalchemy import delete, select

from eakte.access.actions import Action
from eakte.access.check import require
from eakte.config import Settings
from eakte.errors import BadInput, ContentTooLarge, EmptyContent, NotFound
from eakte.intake.batches import BatchReceipt
from eakte.intake.delivering import find_department
from eakte.intake.receiving import Receipt, clean_name
from eakte.model.delivery import Upload
from eakte.unit_of_work import UnitOfWork

SHA256 = re.compile(r"[0-9a-fA-F]{64}")
LIFETIME = timedelta(hours=24)


def part_path(settings: Settings, upload_id: UUID) -> Path:
    """Return where the bytes of an upload wait until it is whole."""
    return settings.upload_folder / f"{upload_id}.part"


def begin_upload(
    work: UnitOfWork,
    name: str,
    *,
    size: int,
    sha256: str | None = None,
    department: str | None = None,
    scanned: Mapping[str, str] | None = None,
) -> Upload:
    """Announce an upload in parts; its name and size are fixed from now on.

    It becomes a stack when it is said how it was ``scanned``, else a document.

    Raises:
        EmptyContent, ContentTooLarge: the announced size is none or too much.
        BadInput: the announced size or digest is none.
    """
    require(work, Action.DELIVER_DOCUMENT if scanned is None else Action.DELIVER_BATCH)
    if size == 0:
        raise EmptyContent(
            "„%(name)s“ ist leer; es wurde nichts gespeichert.",
            name=clean_name(name),
            next_step="Bitte prüfen Sie das Dokument und senden Sie es erneut.",
        )
    if size < 0:
        raise BadInput("Die angekündigte Größe ist keine Größe.")
    if size > work.settings.max_upload_bytes:
        raise ContentTooLarge(
            "„%(name)s“ ist größer als die erlaubten %(limit)s MB; es wurde nichts gespeichert.",
            name=clean_name(name),
            limit=work.settings.max_upload_mb,
            next_step="Bitte teilen Sie das Dokument oder wenden Sie sich an die Administration.",
        )
    if sha256 is not None and not SHA256.fullmatch(sha256):
        raise BadInput("Die angegebene Prüfsumme ist keine SHA-256 in Hexadezimalschreibweise.")
    unit = find_department(work, department)
    now = work.clock.now()
    upload = Upload(
        user_id=work.actor.id,
        department_id=unit.id if unit else None,
        name=clean_name(name),
        size=size,
        sha256=sha256,
        created_at=now,
        ends_at=now + LIFETIME,
        scanned=dict(scanned) if scanned is not None else None,
    )
    work.session.add(upload)
    work.session.flush()
    return upload


def own_upload(work: UnitOfWork, upload_id: UUID) -> Upload:
    """Return an upload of the actor.

    Raises:
        NotFound: there is none, it belongs to somebody else, or its time has run out.
    """
    require(work, Action.DELIVER_BATCH)
    upload = work.session.get(Upload, upload_id)
    gone = upload is None or upload.user_id != work.actor.id
    if upload is None or gone or upload.ends_at < work.clock.now():
        raise NotFound("Diese Übertragung gibt es nicht mehr; bitte beginnen Sie sie neu.")
    return upload


def finish_upload(work: UnitOfWork, upload_id: UUID, *, receipt: Receipt | BatchReceipt) -> None:
    """Name what an upload became, so that a repeat is answered with its receipt."""
    require(work, Action.DELIVER_BATCH)
    upload = own_upload(work, upload_id)
    if isinstance(receipt, BatchReceipt):
        upload.batch_id = receipt.batch_id
    else:
        upload.document_id = receipt.document_id
    work.session.flush()


def drop_upload(work: UnitOfWork, upload_id: UUID) -> None:
    """Forget an upload that the sender gave up or that was refused; the caller removes its part."""
    require(work, Action.DELIVER_BATCH)
    work.session.delete(own_upload(work, upload_id))
    work.session.flush()


def sweep_uploads(work: UnitOfWork) -> int:
    """Forget uploads whose time has run out, with their bytes; return how many.

    Parts without a row are removed too, once they are older than any upload may live.
    """
    require(work, Action.MAINTAIN)
    now = work.clock.now()
    ended = work.session.scalars(select(Upload.id).where(Upload.ends_at < now)).all()
    for upload_id in ended:
        part_path(work.settings, upload_id).unlink(missing_ok=True)
    work.session.execute(delete(Upload).where(Upload.id.in_(ended)))
    oldest = (now - 2 * LIFETIME).timestamp()
    for path in work.settings.upload_folder.iterdir():
        if path.is_file() and path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)
    return len(ended)
