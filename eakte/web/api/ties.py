"""Under which other numbers is a dossier known, and with which others is it linked?"""

from __future__ import annotations

from uuid import UUID

from apiflask import APIBlueprint, EmptySchema

from eakte.errors import BadInput
from eakte.filing.revising import add_alias, link_dossiers, remove_alias, unlink_dossiers
from eakte.retrieval.browsing import aliases_of, links_of
from eakte.retrieval.listing import dossier_by_id, dossier_by_reference
from eakte.web.api.documents import LOCKED
from eakte.web.api.schemas_dossiers import (
    AliasesOut,
    AliasIn,
    AliasOut,
    LinkIn,
    LinkOut,
    LinksOut,
    alias_out,
    link_out,
)
from eakte.web.per_request import current_work

ties = APIBlueprint(
    "api_ties", __name__, url_prefix="/api/v1/dossiers/<uuid:dossier_id>", tag="Akten"
)


@ties.get("/aliases")
@ties.output(AliasesOut)
@ties.doc(summary="Geschäftszeichen anderer Programme", security=LOCKED)
def aliases(dossier_id: UUID) -> AliasesOut:
    """List the numbers under which other programs know a dossier."""
    work = current_work()
    found = aliases_of(work, dossier_by_id(work, dossier_id))
    return AliasesOut(aliases=[alias_out(alias) for alias in found])


@ties.post("/aliases")
@ties.input(AliasIn, arg_name="wanted")
@ties.output(AliasOut, status_code=201)
@ties.doc(summary="Ein Geschäftszeichen vermerken", security=LOCKED)
def name_alias(dossier_id: UUID, wanted: AliasIn) -> AliasOut:
    """Note the number under which another program knows a dossier."""
    work = current_work()
    dossier = dossier_by_id(work, dossier_id)
    return alias_out(add_alias(work, dossier, system=wanted.system, value=wanted.value))


@ties.delete("/aliases/<uuid:alias_id>")
@ties.output(EmptySchema, status_code=204)
@ties.doc(summary="Ein Geschäftszeichen streichen", security=LOCKED)
def forget_alias(dossier_id: UUID, alias_id: UUID) -> tuple[str, int]:
    """Forget a number of another program."""
    work = current_work()
    remove_alias(work, dossier_by_id(work, dossier_id), alias_id)
    return "", 204


@ties.get("/links")
@ties.output(LinksOut)
@ties.doc(summary="Verweise auf andere Akten", security=LOCKED)
def links(dossier_id: UUID) -> LinksOut:
    """List the dossiers with which one is linked, of those the actor may see."""
    work = current_work()
    found = links_of(work, dossier_by_id(work, dossier_id))
    return LinksOut(links=[link_out(linked) for linked in found])


@ties.post("/links")
@ties.input(LinkIn, arg_name="wanted")
@ties.output(LinkOut, status_code=201)
@ties.doc(summary="Zwei Akten miteinander verknüpfen", security=LOCKED)
def link(dossier_id: UUID, wanted: LinkIn) -> LinkOut:
    """Let two dossiers name each other; the other one is named by id or by reference."""
    work = current_work()
    dossier = dossier_by_id(work, dossier_id)
    if wanted.dossier_id is not None:
        other = dossier_by_id(work, wanted.dossier_id)
    elif wanted.reference:
        other = dossier_by_reference(work, wanted.reference)
    else:
        raise BadInput("Es fehlt, welche Akte gemeint ist: dossier_id oder reference.")
    link_dossiers(work, dossier, other, reason=wanted.reason)
    found = links_of(work, dossier)
    return link_out(next(linked for linked in found if linked.dossier.id == other.id))


@ties.delete("/links/<uuid:link_id>")
@ties.output(EmptySchema, status_code=204)
@ties.doc(summary="Einen Verweis aufheben", security=LOCKED)
def unlink(dossier_id: UUID, link_id: UUID) -> tuple[str, int]:
    """Take a link away from both of its dossiers."""
    work = current_work()
    unlink_dossiers(work, dossier_by_id(work, dossier_id), link_id)
    return "", 204
