"""Which documents contain these words? They are posted, so that they stand in no address."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from eakte.access import accounts
from eakte.access.actions import Action
from eakte.access.check import require
from eakte.errors import BadInput, BadQueryText
from eakte.model.document import DocumentState
from eakte.retrieval.listing import document_types
from eakte.retrieval.searching import (
    PER_PAGE,
    FoundDocument,
    Narrowing,
    Results,
    Sorting,
)
from eakte.retrieval.searching import search as find
from eakte.unit_of_work import UnitOfWork
from eakte.web.errors import said
from eakte.web.forms import Paging, day, identifier, paging, text, wanted_page
from eakte.web.per_request import current_work

pages = Blueprint("search", __name__)

FIELDS = ("q", "art", "von", "bis", "sachgebiet", "stand", "akte", "sortierung")
SORTINGS = {"treffer": Sorting.BEST, "neu": Sorting.NEWEST, "alt": Sorting.OLDEST}
STATES = {"filed": DocumentState.FILED, "inbox": DocumentState.INBOX}


@dataclass(frozen=True)
class Shown:
    """What a search found, as the page shows it."""

    total: int
    hits: tuple[FoundDocument, ...]
    milliseconds: int | None


@pages.route("/suche", methods=["GET", "POST"])
def page() -> ResponseReturnValue:
    """Show the form and, when words were posted, what was found."""
    work = current_work()
    require(work, Action.SEARCH)
    form = {name: text(name, most=1000) for name in FIELDS}
    found: Shown | None = None
    place: Paging | None = None
    problem: str | None = None
    if request.method == "POST" and any(form[name] for name in FIELDS[:-1]):
        began = time.monotonic()
        try:
            results = find(work, form["q"], page=wanted_page(), narrowing=_narrowing(form))
        except BadInput as fault:
            problem, found = _sentence(fault), Shown(0, (), None)
        else:
            place = _place(results)
            spent = round((time.monotonic() - began) * 1000)
            found = Shown(results.total, results.found, spent)
    shown = found or Shown(0, (), None)
    part = "_hits.html" if "HX-Request" in request.headers else "search.html"
    return render_template(
        part,
        form=form,
        document_types=document_types(work),
        departments=_departments(work),
        found=shown if part == "_hits.html" else found,
        problem=problem,
        page=place,
    )


def _narrowing(form: Mapping[str, str]) -> Narrowing:
    return Narrowing(
        document_type=form["art"],
        reference=form["akte"],
        letter_from=day(form, "von"),
        letter_to=day(form, "bis"),
        department_id=identifier(form["sachgebiet"]),
        state=STATES.get(form["stand"]),
        sorting=SORTINGS.get(form["sortierung"], Sorting.BEST),
    )


def _sentence(fault: BadInput) -> str:
    if isinstance(fault, BadQueryText):
        place = _("Stelle %(number)s", number=fault.position + 1)
        return f"{said(fault)} ({place})"
    return said(fault)


def _place(results: Results) -> Paging:
    return paging(results.page, results.pages, results.total, PER_PAGE, len(results.found))


def _departments(work: UnitOfWork) -> list[tuple[UUID, str]]:
    return [
        (unit.id, unit.name)
        for unit in accounts.departments(work.session)
        if unit.id in work.actor.departments
    ]
