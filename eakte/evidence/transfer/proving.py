"""Does every transfer note still say what was signed, and does what it speaks of still exist?"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager
from typing import Any
from uuid import UUID

from sqlalchemy import select

from eakte.access.actions import Action
from eakte.access.check import require
from eakte.errors import BadInput
from eakte.model.batch import Batch
from eakte.model.document import Document, Rendition, RenditionKind, Version
from eakte.model.paper import Destruction
from eakte.model.scan_check import CheckState, ScanCheck
from eakte.signed import note_faults, read_note
from eakte.unit_of_work import UnitOfWork
from storage import Digest, ObjectCorrupt, ObjectMissing, Store

Begin = Callable[[], AbstractContextManager[UnitOfWork]]
AT_ONCE = 200


def faults_of_notes(begin: Begin, *, trusted: Collection[str]) -> list[str]:
    """Read every transfer note and every record of destruction and name what does not hold.

    A note must be signed by one of these keys and name the very bytes that the rows name: whoever
    puts other bytes in the place of a scan, or another note beside it, is found.
    """
    with begin() as work:
        require(work, Action.MAINTAIN)
        checks = list(work.session.scalars(select(ScanCheck.id).order_by(ScanCheck.id)))
        records = list(work.session.scalars(select(Destruction.id).order_by(Destruction.id)))
    faults: list[str] = []
    for some in _in_turns(checks):
        with begin() as work:
            for batch_id in some:
                faults += _of_stack(work, batch_id, trusted)
    for some in _in_turns(records):
        with begin() as work:
            for record in some:
                faults += _of_record(work, record, trusted)
    return faults


def _in_turns(ids: list[UUID]) -> Iterator[list[UUID]]:
    return (ids[first : first + AT_ONCE] for first in range(0, len(ids), AT_ONCE))


def _of_stack(work: UnitOfWork, batch_id: UUID, trusted: Collection[str]) -> list[str]:
    check = work.session.get_one(ScanCheck, batch_id)
    batch = work.session.get_one(Batch, batch_id)
    if check.note_sha256 is None:
        return []
    name = f"Transfervermerk des Stapels {batch.number:06d}"
    faults = []
    if check.state is not CheckState.RELEASED:
        faults.append(f"{name}: Der Stapel ist nicht freigegeben.")
    told, wrong = _read(work.store, check.note_sha256, trusted)
    faults += [f"{name}: {fault}" for fault in wrong]
    if told is not None and (
        told.get("about") != "stack" or told.get("stack", {}).get("sha256") != batch.sha256
    ):
        faults.append(f"{name}: Er gilt einem anderen Stapel.")
    named = {one.get("sha256") for one in told.get("documents", [])} if told else set()
    rows = work.session.execute(
        select(Document.receipt_number, Document.id, Version.sha256, Rendition.sha256)
        .join(Version, (Version.document_id == Document.id) & (Version.number == 1))
        .outerjoin(
            Rendition,
            (Rendition.version_id == Version.id) & (Rendition.kind == RenditionKind.TRANSFER_NOTE),
        )
        .where(Document.batch_id == batch_id)
    ).all()
    for number, document_id, sha256, note in rows:
        if told is not None and sha256 not in named:
            faults.append(f"{name}: Dokument Nr. {number} steht nicht darin.")
        faults += _of_document(work.store, trusted, (number, document_id, sha256, note))
    return faults


def _of_document(
    store: Store, trusted: Collection[str], row: tuple[int, UUID, str, str | None]
) -> list[str]:
    number, document_id, sha256, note = row
    name = f"Transfervermerk des Dokuments Nr. {number}"
    if note is None:
        return [f"{name} fehlt."]
    told, wrong = _read(store, note, trusted)
    faults = [f"{name}: {fault}" for fault in wrong]
    about = (told or {}).get("document", {})
    if told is not None and (about.get("sha256"), about.get("document_id")) != (
        sha256,
        str(document_id),
    ):
        faults.append(f"{name}: Er gilt einem anderen Dokument.")
    return faults


def _of_record(work: UnitOfWork, record: UUID, trusted: Collection[str]) -> list[str]:
    destruction = work.session.get_one(Destruction, record)
    if destruction.record_sha256 is None:
        return []
    name = f"Nachweis der Vernichtung Nr. {destruction.number}"
    told, wrong = _read(work.store, destruction.record_sha256, trusted)
    faults = [f"{name}: {fault}" for fault in wrong]
    if told is not None and told.get("number") != destruction.number:
        faults.append(f"{name}: Er gilt einer anderen Vernichtung.")
    return faults


def _read(
    store: Store, sha256: str, trusted: Collection[str]
) -> tuple[dict[str, Any] | None, list[str]]:
    """What a kept proof says, and what is wrong with it."""
    try:
        with store.open(Digest(sha256)) as stream:
            told = read_note(stream.read())
    except (ObjectMissing, ObjectCorrupt):
        return None, ["Er fehlt im Speicher oder ist verändert."]
    except BadInput as error:
        return None, [error.message]
    return told, note_faults(told, trusted)
