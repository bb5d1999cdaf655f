"""How does a program read and write down hints and objections? (§ 76 SGB X)"""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from apiflask import APIBlueprint
from pydantic import Field

from eakte.casework.sending.objections import note_objection, objections_of
from eakte.model.objection import ObjectionNote, ObjectionStand
from eakte.retrieval.listing import case_by_id, document_by_id, dossier_by_id
from eakte.web.api.documents import LOCKED
from eakte.web.api.schemas import Model, SomeText
from eakte.web.per_request import current_work

objections = APIBlueprint("api_objections", __name__, url_prefix="/api/v1", tag="Übersendungen")


class ObjectionIn(Model):
    """Was vermerkt werden soll."""

    stand: ObjectionStand = Field(description="hingewiesen, oder widersprochen")
    on: date
    reason: SomeText = Field(max_length=500, description="wie hingewiesen oder widersprochen wurde")


class ObjectionOut(Model):
    """Ein Vermerk zum Widerspruchsrecht."""

    id: UUID
    case_id: UUID
    document_id: UUID | None = Field(description="leer: für den ganzen Vorgang")
    stand: ObjectionStand
    on: date
    reason: str
    made_by: str
    made_at: datetime


class ObjectionsOut(Model):
    """Alle Vermerke einer Akte, der neueste zuerst."""

    objections: list[ObjectionOut]


@objections.get("/dossiers/<uuid:dossier_id>/objections")
@objections.output(ObjectionsOut)
@objections.doc(
    summary="Hinweise und Widersprüche nach § 76 SGB X", security=LOCKED, responses=[403]
)
def index(dossier_id: UUID) -> ObjectionsOut:
    """List what was written down in a dossier."""
    work = current_work()
    found = objections_of(work, dossier_by_id(work, dossier_id))
    return ObjectionsOut(objections=[_out(one) for one in found])


@objections.post("/cases/<uuid:case_id>/objections")
@objections.input(ObjectionIn, arg_name="wanted")
@objections.output(ObjectionOut, status_code=201)
@objections.doc(
    summary="Einen Hinweis oder Widerspruch für einen Vorgang vermerken", security=LOCKED
)
def of_case(case_id: UUID, wanted: ObjectionIn) -> ObjectionOut:
    """Write down a hint or an objection for everything in a case."""
    work = current_work()
    made = note_objection(work, case_by_id(work, case_id), **wanted.model_dump())
    return _out(made)


@objections.post("/documents/<uuid:document_id>/objections")
@objections.input(ObjectionIn, arg_name="wanted")
@objections.output(ObjectionOut, status_code=201)
@objections.doc(
    summary="Einen Hinweis oder Widerspruch für ein Schreiben vermerken", security=LOCKED
)
def of_document(document_id: UUID, wanted: ObjectionIn) -> ObjectionOut:
    """Write down a hint or an objection for one document."""
    work = current_work()
    made = note_objection(work, document_by_id(work, document_id), **wanted.model_dump())
    return _out(made)


def _out(made: ObjectionNote) -> ObjectionOut:
    return ObjectionOut.model_validate(
        {name: getattr(made, name) for name in ObjectionOut.model_fields}
    )
