"""How does a person put the pages of what waits to be filed in order, split and join it?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from eakte.access.actions import Action
from eakte.access.check import may, require
from eakte.errors import BadInput, NotFound, RuleBroken, Signed
from eakte.filing.arranging import arrange_pages, go_back, undo_taking_over
from eakte.filing.page_plan import LETTERS, Parts, as_it_is, read_plan, written_plan
from eakte.model.arrangement import ArrangementKind, ArrangementState
from eakte.model.document import Document, DocumentState
from eakte.model.findings import Flag
from eakte.retrieval.arrangements import ordered
from eakte.retrieval.listing import document_by_id, document_by_number
from eakte.retrieval.reading import editions_of
from eakte.unit_of_work import UnitOfWork
from eakte.web.errors import said
from eakte.web.forms import identifier, refuse_stale, text
from eakte.web.per_request import current_work

pages = Blueprint("arranging", __name__)


@dataclass(frozen=True)
class Source:
    """A document whose pages lie on the desk."""

    letter: str
    document: Document


@dataclass(frozen=True)
class Leaf:
    """A page on the desk, as a former attempt has left it."""

    letter: str
    document_id: UUID
    page: int
    turn: int
    opens: bool
    out: bool


@pages.get("/dokument/<uuid:document_id>/seiten")
def show(document_id: UUID) -> ResponseReturnValue:
    """Show the pages of a document, with those of others that are to be joined to it."""
    work = current_work()
    document = document_by_id(work, document_id)
    require(work, Action.ARRANGE_PAGES, document)
    if document.state is not DocumentState.INBOX:
        raise RuleBroken("Nur was im Posteingang liegt, kann geordnet werden.")
    typed = request.args.get("mit", "")
    errors: dict[str, str] = {}
    try:
        others = _numbered(work, typed)
    except (BadInput, NotFound) as fault:
        errors, others = {"mit": said(fault)}, []
    return _page(work, document, others, errors=errors)


@pages.post("/dokument/<uuid:document_id>/seiten")
def order(document_id: UUID) -> ResponseReturnValue:
    """Promise the order that was sent."""
    work = current_work()
    document = document_by_id(work, document_id)
    others = [document_by_id(work, one) for one in _ids(request.form.get("others", ""))]
    plan = text("plan", most=40_000)
    counts = [one.page_count or 0 for one in (document, *others)]
    try:
        with work.session.begin_nested():
            arrangement = arrange_pages(
                work,
                document,
                read_plan(plan, counts),
                key=text("key", most=100) or uuid4().hex,
                others=others,
                although_signed=bool(request.form.get("although_signed")),
            )
    except (BadInput, Signed) as fault:
        field = "although_signed" if isinstance(fault, Signed) else "plan"
        return _page(work, document, others, errors={field: said(fault)}, plan=plan), 422
    return redirect(url_for("arranging.outcome", arrangement_id=arrangement.id), 303)


@pages.post("/dokument/<uuid:document_id>/fassung-zurueck")
def back(document_id: UUID) -> ResponseReturnValue:
    """Let an earlier version count again."""
    work = current_work()
    document = document_by_id(work, document_id)
    refuse_stale(document.edits)
    number = text("number", most=9)
    version = go_back(work, document, number=int(number) if number.isdecimal() else 0)
    flash(_("Fassung %(number)s gilt wieder.", number=version.remark.split()[-1].strip(".")))
    return redirect(url_for("documents.show", document_id=document.id), 303)


@pages.post("/dokument/<uuid:document_id>/uebernahme-zuruecknehmen")
def undo(document_id: UUID) -> ResponseReturnValue:
    """Take a split or a join back."""
    work = current_work()
    sources = undo_taking_over(work, document_by_id(work, document_id))
    flash(_("Zurückgenommen: Die bisherigen Schreiben liegen wieder im Posteingang."), "success")
    return redirect(url_for("documents.show", document_id=sources[0].id), 303)


@pages.get("/seitenordnung/<uuid:arrangement_id>")
def outcome(arrangement_id: UUID) -> ResponseReturnValue:
    """Show how far an order is and what became of it."""
    seen = _seen(current_work(), arrangement_id)
    arrangement = seen["arrangement"]
    if (arrangement.kind, arrangement.state) == (
        ArrangementKind.REARRANGED,
        ArrangementState.DONE,
    ):
        return redirect(url_for("documents.show", document_id=arrangement.document_id), 303)
    return render_template("arranged.html", **seen)


@pages.get("/seitenordnung/<uuid:arrangement_id>/stand")
def status(arrangement_id: UUID) -> ResponseReturnValue:
    """Show how far an order is; the page asks again until it is done."""
    seen = _seen(current_work(), arrangement_id)
    if seen["arrangement"].state is ArrangementState.DONE:
        return Response(headers={"HX-Refresh": "true"})
    return render_template("_arranged_state.html", **seen)


def _seen(work: UnitOfWork, arrangement_id: UUID) -> dict[str, Any]:
    found = ordered(work, arrangement_id)
    arrangement = found.arrangement
    return {
        "arrangement": arrangement,
        "document": found.document,
        "results": found.results,
        "progress": found.job,
        "may_undo": arrangement.state is ArrangementState.DONE
        and found.document.taken_over_id == arrangement.id
        and may(work.actor, Action.ARRANGE_PAGES, found.document),
    }


def _page(
    work: UnitOfWork,
    document: Document,
    others: Sequence[Document],
    *,
    errors: dict[str, str],
    plan: str = "",
) -> str:
    together = [document, *others]
    counts = [one.page_count or 0 for one in together]
    parts = as_it_is(counts)
    if plan:
        try:
            parts = read_plan(plan, counts)
        except BadInput:
            # What cannot be read is shown as it was typed, and the sheets as they lie.
            parts = as_it_is(counts)
    return render_template(
        "arrange.html",
        document=document,
        sources=[Source(LETTERS[place], one) for place, one in enumerate(together)],
        leaves=_leaves(together, parts, counts),
        plan=plan or written_plan(parts, sources=len(together)),
        others=",".join(str(one.id) for one in others),
        with_numbers=request.args.get("mit", ""),
        key=uuid4().hex,
        signed=any(Flag.SIGNED in one.flags for one in together),
        versions=[one.version for one in editions_of(work, document)[1:]],
        errors=errors,
    )


def _leaves(together: Sequence[Document], parts: Parts, counts: Sequence[int]) -> list[Leaf]:
    leaves = []
    placed = set()
    for number, part in enumerate(parts):
        for place, taken in enumerate(part):
            one = together[taken.source]
            placed.add((taken.source, taken.page))
            leaves.append(
                Leaf(
                    LETTERS[taken.source],
                    one.id,
                    taken.page,
                    taken.turn,
                    opens=number > 0 and place == 0,
                    out=False,
                )
            )
    for source, one in enumerate(together):
        leaves += [
            Leaf(LETTERS[source], one.id, page, 0, opens=False, out=True)
            for page in range(1, counts[source] + 1)
            if (source, page) not in placed
        ]
    return leaves


def _numbered(work: UnitOfWork, typed: str) -> list[Document]:
    numbers = [one for one in typed.replace(",", " ").split() if one]
    if any(not one.isdecimal() or len(one) > 9 for one in numbers):
        raise BadInput("Bitte geben Sie Nummern an, mehrere mit Komma.")
    return [document_by_number(work, int(one)) for one in numbers[: len(LETTERS) - 1]]


def _ids(typed: str) -> list[UUID]:
    found = [identifier(one) for one in typed.split(",") if one]
    return [one for one in found if one is not None]
