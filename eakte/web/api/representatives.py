"""How does a program read and write down who acts for the person of a dossier? (§ 13 SGB X)"""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from apiflask import APIBlueprint, EmptySchema
from pydantic import Field

from eakte.filing.representing import (
    Representation,
    add_representative,
    remove_representative,
    revise_representative,
)
from eakte.model.representative import Representative, RepresentativeRole
from eakte.retrieval.listing import dossier_by_id
from eakte.retrieval.representatives import representative_by_id, representatives_of
from eakte.web.api.documents import LOCKED
from eakte.web.api.schemas import (
    Edits,
    EditsOut,
    Model,
    SomeText,
    Text,
    left_out,
    refuse_stale,
)
from eakte.web.per_request import current_work

representatives = APIBlueprint(
    "api_representatives",
    __name__,
    url_prefix="/api/v1/dossiers/<uuid:dossier_id>/representatives",
    tag="Akten",
)

NAME = "„Klug, Petra“, oder wie eine Kanzlei oder ein Verband heißt"


class RepresentativeIn(Model):
    """Wer die Person vertritt, als was, ab wann und bis wann."""

    role: RepresentativeRole
    name: SomeText = Field(max_length=200, description=NAME)
    organisation: bool = Field(default=False, description="Kanzlei, Verband oder Behörde")
    address: Text = Field(default="", max_length=400)
    reference: Text = Field(default="", max_length=100, description="deren Zeichen")
    mandate: Text = Field(default="", max_length=200, description="Vollmacht oder Bestellung")
    valid_from: date | None = None
    valid_until: date | None = Field(default=None, description="der letzte Tag")


class RepresentativePatch(Model):
    """Was von jetzt an gilt; was fehlt, bleibt, null leert."""

    edits: Edits
    role: RepresentativeRole = left_out()
    name: Annotated[SomeText, Field(max_length=200)] = left_out()
    organisation: bool = left_out()
    address: Annotated[Text, Field(max_length=400)] | None = left_out()
    reference: Annotated[Text, Field(max_length=100)] | None = left_out()
    mandate: Annotated[Text, Field(max_length=200)] | None = left_out()
    valid_from: date | None = left_out()
    valid_until: date | None = left_out()


class RepresentativeOut(Model):
    """Jemand, der die Person vertritt oder vertrat."""

    id: UUID
    role: RepresentativeRole
    name: str
    organisation: bool
    address: str
    reference: str
    mandate: str
    valid_from: date | None
    valid_until: date | None
    acts: bool = Field(description="heute")
    edits: EditsOut


class RepresentativesOut(Model):
    """Alle Vertretungen einer Akte; zuerst, an wen Schreiben gehen (§ 13 Abs. 3 SGB X)."""

    representatives: list[RepresentativeOut]


@representatives.get("")
@representatives.output(RepresentativesOut)
@representatives.doc(summary="Wer die Person vertritt", security=LOCKED)
def index(dossier_id: UUID) -> RepresentativesOut:
    """List everybody who acts or acted for the person of a dossier."""
    work = current_work()
    found = representatives_of(work, dossier_by_id(work, dossier_id))
    return RepresentativesOut(representatives=[_out(one) for one in found])


@representatives.post("")
@representatives.input(RepresentativeIn, arg_name="wanted")
@representatives.output(RepresentativeOut, status_code=201)
@representatives.doc(summary="Eine Vertretung eintragen", security=LOCKED)
def add(dossier_id: UUID, wanted: RepresentativeIn) -> RepresentativeOut:
    """Enter somebody who acts for the person."""
    work = current_work()
    dossier = dossier_by_id(work, dossier_id)
    return _out(add_representative(work, dossier, Representation(**wanted.model_dump())))


@representatives.patch("/<uuid:representative_id>")
@representatives.input(RepresentativePatch, arg_name="wanted")
@representatives.output(RepresentativeOut)
@representatives.doc(summary="Die Angaben zu einer Vertretung ändern", security=LOCKED)
def revise(
    dossier_id: UUID, representative_id: UUID, wanted: RepresentativePatch
) -> RepresentativeOut:
    """Put right what is said of somebody, or let the mandate end."""
    work = current_work()
    one = representative_by_id(work, dossier_by_id(work, dossier_id), representative_id)
    refuse_stale(one.edits, wanted=wanted.edits)
    said = wanted.model_dump(exclude_unset=True, exclude={"edits"})
    revise_representative(work, one, Representation(**said))
    return _out(one)


@representatives.delete("/<uuid:representative_id>")
@representatives.output(EmptySchema, status_code=204)
@representatives.doc(summary="Eine irrtümlich eingetragene Vertretung entfernen", security=LOCKED)
def remove(dossier_id: UUID, representative_id: UUID) -> tuple[str, int]:
    """Take away somebody who was entered by mistake."""
    work = current_work()
    one = representative_by_id(work, dossier_by_id(work, dossier_id), representative_id)
    remove_representative(work, one)
    return "", 204


def _out(one: Representative) -> RepresentativeOut:
    own = {name: getattr(one, name) for name in RepresentativeOut.model_fields if name != "acts"}
    today = current_work().clock.today()
    return RepresentativeOut.model_validate(own | {"acts": one.acts_on(today)})
