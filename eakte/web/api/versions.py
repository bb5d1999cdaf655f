"""Which versions does a document have, and how does a program put another one on top?"""

from __future__ import annotations

from uuid import UUID

from apiflask import APIBlueprint
from flask import Response

from eakte.access.actions import Action
from eakte.access.check import may
from eakte.filing.writing import give_back, refuse_another_version
from eakte.intake.delivering import Declared
from eakte.intake.versions import deliver_version
from eakte.model.document import Document, Source
from eakte.retrieval.listing import document_by_id, versions_of
from eakte.retrieval.reading import read_version
from eakte.unit_of_work import UnitOfWork
from eakte.web.api.documents import LOCKED
from eakte.web.api.schemas import refuse_stale
from eakte.web.api.schemas_documents import VersionOut, VersionsOut, version_out
from eakte.web.arriving import arriving
from eakte.web.per_request import begin, current_work, takes_bytes, the_app, writes
from eakte.web.streaming import send

versions = APIBlueprint(
    "api_versions", __name__, url_prefix="/api/v1/documents/<uuid:document_id>", tag="Fassungen"
)


SAID_OF_VERSION = ("edits", "give_back", "remark", "sha256", "size")


@versions.get("/versions")
@versions.output(VersionsOut)
@versions.doc(summary="Die Fassungen eines Dokuments", security=LOCKED)
def index(document_id: UUID) -> VersionsOut:
    """List the versions of a document, the newest first."""
    work = current_work()
    document = document_by_id(work, document_id)
    reads = may(work.actor, Action.READ_CONTENT, document)
    found = versions_of(work, document)
    return VersionsOut(versions=[version_out(version, reads=reads) for version in found])


@versions.post("/versions")
@versions.output(VersionOut, status_code=201)
@versions.doc(summary="Eine neue Fassung einliefern", security=LOCKED)
@takes_bytes
def add(document_id: UUID) -> VersionOut:
    """Put another version on top of a draft; the earlier ones stay as they are.

    Die Bytes kommen wie beim Einliefern. Mit `give_back=true` ist das Schreiben danach
    zurückgegeben, in derselben Transaktion.
    """
    with arriving(SAID_OF_VERSION) as came:
        declared = Declared(
            name=came.name,
            source=Source.API,
            sha256=came.sha256(),
            size=came.number("size"),
        )
        remark = came.word("remark", most=300) or ""
        wanted = came.number("edits")

        def check(work: UnitOfWork, document: Document) -> None:
            refuse_stale(document.edits, wanted=wanted)
            refuse_another_version(work, document)

        number = deliver_version(
            begin,
            came.path,
            document_id=document_id,
            declared=declared,
            look=the_app().look,
            check=check,
            remark=remark,
            then=_returned if came.says("give_back") else None,
        )
    with begin() as work:
        document = document_by_id(work, document_id)
        reads = may(work.actor, Action.READ_CONTENT, document)
        found = versions_of(work, document)
        added = next(version for version in found if version.number == number)
        return version_out(added, reads=reads)


@versions.get("/versions/<int:number>")
@versions.doc(summary="Die Bytes einer Fassung", security=LOCKED, responses=[403])
@writes
def read(document_id: UUID, number: int) -> Response:
    """Hand out the bytes of a version; the reading is logged before they leave."""
    work = current_work()
    reading = read_version(work, document_by_id(work, document_id), number=number)
    return send(reading, inline=False)


def _returned(work: UnitOfWork, document: Document) -> None:
    if document.checked_out_by_id is not None:
        give_back(work, document)
