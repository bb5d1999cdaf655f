"""How does a document arrive in parts, so that a cut line costs nothing? (tus 1.0.0)

The offset is the size on disk: what is not there was not received. A part is written under a lock
and forced to disk before it is acknowledged; the document is taken in with its last byte. Whoever
asks again afterwards gets the same receipt.
"""

from __future__ import annotations

import base64
import binascii
import fcntl
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC
from email.utils import format_datetime
from http import HTTPStatus
from pathlib import Path
from typing import cast
from uuid import UUID

from flask import Blueprint, Response, jsonify, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import Locked

from eakte.errors import BadInput, PartUnavailable, RuleBroken
from eakte.intake.batches import BatchReceipt, batch_receipt, deliver_batch, known_batch
from eakte.intake.delivering import Declared, deliver
from eakte.intake.quotas import refuse_over_quota
from eakte.intake.receiving import Receipt, receipt_of
from eakte.intake.uploads import begin_upload, drop_upload, finish_upload, own_upload, part_path
from eakte.model.delivery import Upload
from eakte.model.document import Source
from eakte.retrieval.batches import batch_by_id
from eakte.retrieval.listing import sent_document
from eakte.unit_of_work import UnitOfWork
from eakte.web.errors import Fault, respond
from eakte.web.per_request import (
    begin,
    own_work,
    takes_bytes,
    the_app,
    the_office,
    upload_folder,
)
from eakte.web.scanned import KEY, SAID_OF_BATCH, scanned_of, signed_receipt

Named = Callable[[UnitOfWork, Receipt | BatchReceipt], None]

pages = Blueprint("uploads", __name__)

TUS = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,termination,expiration,checksum"
ALGORITHMS = {"sha1": hashlib.sha1, "sha256": hashlib.sha256}
PART = "application/offset+octet-stream"
CHUNK = 1024 * 1024
# Room that must stay free beside an upload, so that the rows can still be written.
RESERVE = 64 * 1024 * 1024
CHECKSUM_MISMATCH = 460
# A stack has more to be said of it than a document: what its scanner was set to.
LONGEST_METADATA, LONGEST_OF_A_STACK = 4000, 8000


@dataclass(frozen=True)
class Metadata:
    """What the sender says about an upload; ``scanned`` only of a stack."""

    name: str
    sha256: str | None
    department: str | None
    scanned: dict[str, str] | None


@pages.after_request
def _speak_tus(response: Response) -> Response:
    response.headers["Tus-Resumable"] = TUS
    return response


@pages.route("/hochladen", methods=["OPTIONS"], provide_automatic_options=False)
def describe() -> ResponseReturnValue:
    """Say what this server can do."""
    response = Response(status=HTTPStatus.NO_CONTENT)
    response.headers["Tus-Version"] = TUS
    response.headers["Tus-Extension"] = EXTENSIONS
    response.headers["Tus-Max-Size"] = str(the_office().settings.max_upload_bytes)
    response.headers["Tus-Checksum-Algorithm"] = ",".join(ALGORITHMS)
    return response


@pages.post("/hochladen")
@takes_bytes
def create() -> ResponseReturnValue:
    """Announce an upload; its first bytes may come along."""
    size = _number("Upload-Length")
    told = _metadata(request.headers.get("Upload-Metadata", ""))
    with own_work() as work:
        upload = begin_upload(
            work,
            told.name,
            size=size,
            sha256=told.sha256,
            department=told.department,
            scanned=told.scanned,
        )
        if told.scanned is not None:
            scanned = scanned_of(told.scanned, name=told.name, size=size)
            known = known_batch(work, scanned.key, sha256=scanned.sha256)
            if known is not None:
                finish_upload(work, upload.id, receipt=batch_receipt(work, known, repeated=True))
            else:
                refuse_over_quota(work, size)
        if not upload.arrived:
            _refuse_without_room(size)
    if request.content_type == PART and not upload.arrived:
        response = _append(upload.id, 0)
    else:
        response = Response()
        _describe(response, upload, upload.size if upload.arrived else 0)
    response.status_code = HTTPStatus.CREATED
    response.headers["Location"] = url_for("uploads.part", upload_id=upload.id)
    return response


@pages.route("/hochladen/<uuid:upload_id>", methods=["HEAD", "PATCH", "DELETE"])
@takes_bytes
def part(upload_id: UUID) -> ResponseReturnValue:
    """Tell how far an upload is, take its next bytes, or give it up."""
    if request.method == "PATCH":
        if request.content_type != PART:
            return _refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Der Inhalt hat den falschen Typ.")
        return _append(upload_id, _number("Upload-Offset"))
    if request.method == "DELETE":
        return _give_up(upload_id)
    return _ask(upload_id)


def _ask(upload_id: UUID) -> Response:
    with _locked(upload_id) as (path, upload):
        response = Response(status=HTTPStatus.OK)
        offset = upload.size if upload.arrived else path.stat().st_size
        if offset == upload.size:
            # All bytes are here, but the store may have been away when the last one came.
            _receipt_headers(response, _finish(upload, path))
        _describe(response, upload, offset)
        return response


def _append(upload_id: UUID, offset: int) -> Response:
    with _locked(upload_id) as (path, upload):
        there = upload.size if upload.arrived else path.stat().st_size
        if offset != there:
            return _refused(HTTPStatus.CONFLICT, "Die Übertragung steht an einer anderen Stelle.")
        if not upload.arrived:
            fault = _write(path, offset=offset, most=upload.size)
            if fault is not None:
                return fault
            there = path.stat().st_size
        if there < upload.size:
            response = Response(status=HTTPStatus.NO_CONTENT)
        else:
            receipt = _finish(upload, path)
            response = jsonify(
                signed_receipt(receipt) if isinstance(receipt, BatchReceipt) else receipt.as_dict()
            )
            _receipt_headers(response, receipt)
        _describe(response, upload, there)
        return response


def _write(path: Path, *, offset: int, most: int) -> Response | None:
    """Append the body; what arrived stays, whatever ends it, unless its checksum is wrong."""
    declared = request.headers.get("Upload-Checksum", "")
    name, _, wanted = declared.partition(" ")
    if declared and name not in ALGORITHMS:
        return _refused(HTTPStatus.BAD_REQUEST, "Diese Art von Prüfsumme ist nicht bekannt.")
    seen = ALGORITHMS[name]() if declared else None
    if (request.content_length or 0) > most - offset:
        return _refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "Es kommt mehr als angekündigt.")
    left = most - offset
    whole = False
    with path.open("r+b") as target:
        target.seek(offset)
        try:
            while chunk := request.stream.read(min(CHUNK, left + 1)):
                if len(chunk) > left:
                    break
                target.write(chunk)
                left -= len(chunk)
                if seen is not None:
                    seen.update(chunk)
            else:
                whole = True
        finally:
            if seen is not None and (not whole or _base64(seen.digest()) != wanted):
                target.truncate(offset)
            target.flush()
            try:
                os.fsync(target.fileno())
            except OSError:
                # It can still be read, but is perhaps on no disk, and no second try would say so.
                with suppress(OSError):
                    target.truncate(offset)
                raise
    if not whole:
        return _refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "Es kommt mehr als angekündigt.")
    if seen is not None and _base64(seen.digest()) != wanted:
        return _refused(CHECKSUM_MISMATCH, "Die Prüfsumme dieses Teils stimmt nicht.")
    return None


def _finish(upload: Upload, path: Path) -> Receipt | BatchReceipt:
    """Take the whole document or stack in, or return the receipt it got before."""
    if upload.arrived:
        path.unlink(missing_ok=True)
        with own_work(writing=False) as work:
            if upload.batch_id is not None:
                return batch_receipt(work, batch_by_id(work, upload.batch_id), repeated=True)
            sent = sent_document(work, cast(UUID, upload.document_id))
            return receipt_of(work, sent, repeated=True)

    def named(work: UnitOfWork, receipt: Receipt | BatchReceipt) -> None:
        finish_upload(work, upload.id, receipt=receipt)

    try:
        receipt = _take_in(upload, path, named)
    except (BadInput, RuleBroken):
        # The sender keeps the document; here nothing stays of it.
        with own_work() as work:
            drop_upload(work, upload.id)
        path.unlink(missing_ok=True)
        raise
    path.unlink(missing_ok=True)
    return receipt


def _take_in(upload: Upload, path: Path, named: Named) -> Receipt | BatchReceipt:
    if upload.scanned is not None:
        scanned = scanned_of(upload.scanned, name=upload.name, size=upload.size)
        return deliver_batch(begin, path, scanned=scanned, look=the_app().look, then=named)
    declared = Declared(
        name=upload.name,
        source=Source.UPLOAD,
        department=str(upload.department_id) if upload.department_id else None,
        sha256=upload.sha256,
        size=upload.size,
        # A repeat after an answer that was lost finds the receipt under this key.
        key=f"upload:{upload.id}",
    )
    return deliver(begin, path, declared=declared, look=the_app().look, then=named)


def _give_up(upload_id: UUID) -> Response:
    with _locked(upload_id) as (path, upload):
        if upload.arrived:
            return _refused(HTTPStatus.CONFLICT, "Das Dokument ist schon eingegangen.")
        with own_work() as work:
            drop_upload(work, upload_id)
        path.unlink(missing_ok=True)
    return Response(status=HTTPStatus.NO_CONTENT)


@contextmanager
def _locked(upload_id: UUID) -> Iterator[tuple[Path, Upload]]:
    """Hold an upload alone, in every thread and process, with its row as it is under the lock."""
    with own_work(writing=False) as work:
        own_upload(work, upload_id)
    upload_folder()
    path = part_path(the_office().settings, upload_id)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Locked from error
        with own_work(writing=False) as work:
            upload = own_upload(work, upload_id)
        yield path, upload
    finally:
        os.close(handle)


def _describe(response: Response, upload: Upload, offset: int) -> None:
    response.headers["Upload-Offset"] = str(offset)
    response.headers["Upload-Length"] = str(upload.size)
    response.headers["Upload-Expires"] = format_datetime(upload.ends_at.astimezone(UTC), True)
    response.headers["Cache-Control"] = "no-store"


def _receipt_headers(response: Response, receipt: Receipt | BatchReceipt) -> None:
    if isinstance(receipt, BatchReceipt):
        response.headers["X-Batch"] = str(receipt.batch_id)
    else:
        response.headers["X-Document"] = str(receipt.document_id)
    response.headers["Receipt-Number"] = str(receipt.number)


def _refuse_without_room(size: int) -> None:
    if shutil.disk_usage(upload_folder()).free < size + RESERVE:
        raise PartUnavailable("Auf dem Server ist kein Platz mehr für dieses Dokument.")


def _refused(status: int, message: str) -> Response:
    code = HTTPStatus.BAD_REQUEST if status == CHECKSUM_MISMATCH else status
    response = respond(Fault(code, "upload", message))
    response.status_code = status
    return response


def _number(header: str) -> int:
    typed = request.headers.get(header, "")
    if not typed.isdecimal() or len(typed) > 15:
        raise BadInput("Die Angabe %(header)s fehlt oder ist keine Zahl.", header=header)
    return int(typed)


def _metadata(header: str) -> Metadata:
    told: dict[str, str] = {}
    too_long = BadInput("Die Angaben zur Übertragung sind zu lang.")
    if len(header) > LONGEST_OF_A_STACK:
        raise too_long
    for pair in header.split(","):
        key, _, value = pair.strip().partition(" ")
        try:
            told[key] = base64.b64decode(value, validate=True).decode("utf-8").replace("\0", "")
        except (binascii.Error, UnicodeDecodeError) as error:
            raise BadInput("Die Angaben zur Übertragung sind nicht lesbar.") from error
    if not told.get(KEY) and len(header) > LONGEST_METADATA:
        raise too_long
    said = {name: value for name, value in told.items() if name in SAID_OF_BATCH}
    return Metadata(
        name=told.get("filename", "Dokument"),
        sha256=told.get("sha256") or None,
        department=told.get("department") or None,
        scanned=said | {KEY: told[KEY]} if told.get(KEY) else None,
    )


def _base64(digest: bytes) -> str:
    return base64.b64encode(digest).decode("ascii")
