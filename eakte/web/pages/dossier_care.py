"""How is a dossier kept in order: its cover, its other numbers, its links, its history?"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from eakte.access.actions import Action
from eakte.access.check import cancelled, may, require
from eakte.errors import BadInput, NotFound, RuleBroken
from eakte.filing.clerks import clerks
from eakte.filing.revising import (
    Revision,
    add_alias,
    cancel_dossier,
    link_dossiers,
    remove_alias,
    restore_dossier,
    revise_dossier,
    unlink_dossiers,
)
from eakte.model.dossier import Dossier, Medium
from eakte.retrieval.browsing import aliases_of, history_of, links_of
from eakte.retrieval.listing import dossier_by_id, dossier_by_reference
from eakte.unit_of_work import UnitOfWork
from eakte.web.acts import shown_history
from eakte.web.errors import said
from eakte.web.forms import days_of, identifier, refuse_stale, text
from eakte.web.per_request import current_work

pages = Blueprint("care", __name__, url_prefix="/akte/<uuid:dossier_id>")

DAYS = ("birth_date", "death_date", "term_from", "term_until")


@pages.route("/bearbeiten", methods=["GET", "POST"])
def edit(dossier_id: UUID) -> ResponseReturnValue:
    """Change what stands on the cover."""
    work = current_work()
    dossier = dossier_by_id(work, dossier_id)
    require(work, Action.EDIT_DOSSIER, dossier)
    if request.method == "GET":
        return _form(work, dossier, _cover(dossier), {})
    refuse_stale(dossier.edits)
    typed: dict[str, Any] = request.form.to_dict()
    days, errors = days_of(request.form, DAYS)
    if errors:
        return _form(work, dossier, typed, errors), 422
    medium = typed.get("medium", "")
    known = medium in {one.value for one in Medium}
    revision = Revision(
        subject=text("subject"),
        person_name=text("person_name"),
        birth_date=days["birth_date"],
        death_date=days["death_date"],
        address=text("address"),
        medium=Medium(medium) if known else dossier.medium,
        paper_location=text("paper_location"),
        term_from=days["term_from"],
        term_until=days["term_until"],
        keywords=tuple(text("keywords", most=2000).split(",")),
        clerk_id=identifier(typed.get("clerk", "")),
    )
    try:
        with work.session.begin_nested():
            revise_dossier(work, dossier, revision)
    except BadInput as fault:
        return _form(work, dossier, typed, {"": said(fault)}), 422
    flash(_("Die Angaben zur Akte sind gespeichert."), "success")
    return redirect(url_for("dossiers.show", dossier_id=dossier.id), 303)


@pages.get("/verlauf")
def history(dossier_id: UUID) -> ResponseReturnValue:
    """Show what was done with the dossier."""
    work = current_work()
    dossier = dossier_by_id(work, dossier_id)
    return render_template(
        "history.html",
        dossier=dossier,
        title=_("Verlauf der Akte %(reference)s", reference=dossier.reference),
        back=[(dossier.reference, url_for("dossiers.show", dossier_id=dossier.id))],
        events=shown_history(work, history_of(work, dossier)),
    )


@pages.get("/verweise")
def links(dossier_id: UUID) -> ResponseReturnValue:
    """Show the other numbers of the dossier and what it is linked with."""
    work = current_work()
    return _links(work, dossier_by_id(work, dossier_id))


@pages.post("/verweise")
def link(dossier_id: UUID) -> ResponseReturnValue:
    """Link the dossier with the one whose reference was typed."""
    work = current_work()
    dossier = dossier_by_id(work, dossier_id)
    require(work, Action.EDIT_DOSSIER, dossier)
    try:
        other = dossier_by_reference(work, text("reference", most=100))
        link_dossiers(work, dossier, other, reason=text("reason"))
    except (BadInput, NotFound, RuleBroken) as fault:
        field = "reference" if isinstance(fault, NotFound) else "reason"
        return _links(work, dossier, errors={field: said(fault)}), 422
    flash(_("Die Akten sind verknüpft."), "success")
    return redirect(url_for("care.links", dossier_id=dossier.id), 303)


@pages.post("/verweise/<uuid:link_id>/loesen")
def unlink(dossier_id: UUID, link_id: UUID) -> ResponseReturnValue:
    """Take a link away."""
    work = current_work()
    dossier = dossier_by_id(work, dossier_id)
    unlink_dossiers(work, dossier, link_id)
    flash(_("Der Verweis ist gelöst."), "success")
    return redirect(url_for("care.links", dossier_id=dossier.id), 303)


@pages.post("/geschaeftszeichen")
def alias(dossier_id: UUID) -> ResponseReturnValue:
    """Note the number of another program."""
    work = current_work()
    dossier = dossier_by_id(work, dossier_id)
    try:
        add_alias(work, dossier, system=text("system", most=60), value=text("value", most=100))
    except (BadInput, RuleBroken) as fault:
        return _links(work, dossier, errors={"value": said(fault)}), 422
    flash(_("Das Geschäftszeichen ist eingetragen."), "success")
    return redirect(url_for("care.links", dossier_id=dossier.id), 303)


@pages.post("/geschaeftszeichen/<uuid:alias_id>/entfernen")
def unalias(dossier_id: UUID, alias_id: UUID) -> ResponseReturnValue:
    """Forget a number of another program."""
    work = current_work()
    dossier = dossier_by_id(work, dossier_id)
    remove_alias(work, dossier, alias_id)
    flash(_("Das Geschäftszeichen ist entfernt."), "success")
    return redirect(url_for("care.links", dossier_id=dossier.id), 303)


@pages.post("/stornieren")
def cancel(dossier_id: UUID) -> ResponseReturnValue:
    """Cancel a dossier that was opened by mistake."""
    work = current_work()
    dossier = dossier_by_id(work, dossier_id)
    refuse_stale(dossier.edits)
    cancel_dossier(work, dossier, reason=text("reason"))
    flash(_("Die Akte %(name)s ist storniert.", name=dossier.reference), "success")
    return redirect(url_for("dossiers.show", dossier_id=dossier.id), 303)


@pages.post("/wiederherstellen")
def restore(dossier_id: UUID) -> ResponseReturnValue:
    """Take the cancellation of the dossier back."""
    work = current_work()
    dossier = dossier_by_id(work, dossier_id)
    refuse_stale(dossier.edits)
    restore_dossier(work, dossier)
    flash(_("Die Stornierung ist aufgehoben."), "success")
    return redirect(url_for("dossiers.show", dossier_id=dossier.id), 303)


def _cover(dossier: Dossier) -> dict[str, Any]:
    days = {name: getattr(dossier, name) for name in DAYS}
    return {
        "subject": dossier.subject,
        "person_name": dossier.person_name,
        "address": dossier.address,
        "medium": dossier.medium.value,
        "paper_location": dossier.paper_location,
        "keywords": ", ".join(dossier.keywords),
        "clerk": str(dossier.clerk_id or ""),
        **{name: value.isoformat() if value else "" for name, value in days.items()},
    }


def _form(work: UnitOfWork, dossier: Dossier, form: dict[str, Any], errors: dict[str, str]) -> str:
    return render_template(
        "dossier_edit.html",
        dossier=dossier,
        form=form,
        errors=errors,
        people=[(str(one_id), name) for one_id, name in _in_charge(work, dossier).items()],
        may_cancel=may(work.actor, Action.EDIT_DOSSIER, dossier),
    )


def _in_charge(work: UnitOfWork, dossier: Dossier) -> dict[UUID, str]:
    """Who can be in charge, and who is: a lock may have left that to somebody elsewhere."""
    people = {one.id: one.name for one in clerks(work, {dossier.department_id})}
    return people | ({dossier.clerk.id: dossier.clerk.name} if dossier.clerk else {})


def _links(work: UnitOfWork, dossier: Dossier, *, errors: dict[str, str] | None = None) -> str:
    return render_template(
        "dossier_links.html",
        dossier=dossier,
        aliases=aliases_of(work, dossier),
        links=links_of(work, dossier),
        may_edit=cancelled(dossier) is None and may(work.actor, Action.EDIT_DOSSIER, dossier),
        form=request.form.to_dict() if errors else {},
        errors=errors or {},
    )
