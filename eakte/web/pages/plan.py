"""In which order does the office keep its dossiers, and how is that order changed?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from eakte.access.accounts import departments
from eakte.access.actions import Action
from eakte.access.check import may, require
from eakte.errors import BadInput, BadTable, ContentTooLarge, NotUnique, RuleBroken
from eakte.filing.plan import (
    add_plan_entry,
    coming_plan,
    numbers_ever,
    plan,
    plan_entry_by_id,
    plan_history_of,
    plan_path,
    stamp_of,
)
from eakte.filing.plan_changing import change_plan_entry, end_plan_entry, fields_of
from eakte.filing.plan_csv import export_plan, preview_plan
from eakte.filing.plan_importing import import_plan
from eakte.filing.plan_rules import EntryFields
from eakte.filing.references import USUAL, rest_of
from eakte.filing.retention_rules import RuleShown, retention_rules, rules_in_plan
from eakte.model.department import Department
from eakte.model.file_plan import Access, PlanEntry
from eakte.retrieval.listing import dossiers_by_entry
from eakte.unit_of_work import UnitOfWork
from eakte.web.errors import in_words, said
from eakte.web.forms import day, text
from eakte.web.per_request import current_work, reads, spooled_path

pages = Blueprint("plan", __name__)

# What is previewed travels back in the form that agrees to it.
LONGEST_UPLOAD = 400_000


@dataclass
class Node:
    """An entry with what stands below it."""

    entry: PlanEntry
    dossiers: int
    children: list[Node] = field(default_factory=list)


@pages.get("/aktenplan")
def show() -> ResponseReturnValue:
    """Show the plan as a tree."""
    work = current_work()
    # Dossiers stay below the entry they were opened under; people look for them by its number.
    numbers = numbers_ever(work)
    counted: Counter[str] = Counter()
    for entry_id, dossiers in dossiers_by_entry(work).items():
        counted[numbers[entry_id]] += dossiers
    ordered = [Node(entry, counted[entry.number]) for entry in plan(work)]
    nodes = {node.entry.id: node for node in ordered}
    roots: list[Node] = []
    for node in ordered:
        above = nodes.get(node.entry.parent_id) if node.entry.parent_id else None
        (above.children if above else roots).append(node)
    return render_template(
        "plan.html",
        tree=roots,
        rules=rules_in_plan(work),
        may_edit=may(work.actor, Action.EDIT_PLAN),
    )


@pages.get("/aktenplan/tabelle")
def table() -> ResponseReturnValue:
    """Hand out the plan as a table."""
    answer = Response(export_plan(current_work()), mimetype="text/csv")
    answer.headers["Content-Disposition"] = 'attachment; filename="aktenplan.csv"'
    return answer


@pages.route("/aktenplan/eintrag/neu", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """Add an entry."""
    work = current_work()
    require(work, Action.EDIT_PLAN)
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            with work.session.begin_nested():
                entry = _added(work)
            flash(_("Der Eintrag „%(name)s“ ist angelegt.", name=entry.number), "success")
            return redirect(url_for("plan.entry", entry_id=entry.id), 303)
        except (BadInput, RuleBroken, NotUnique) as fault:
            errors[""] = _sentences(fault)
    page = render_template(
        "plan_new.html",
        form=request.form.to_dict(),
        errors=errors,
        usual=USUAL,
        **_offered(work, retention_rules(work)),
    )
    return page, 422 if errors else 200


@pages.route("/aktenplan/eintrag/<uuid:entry_id>", methods=["GET", "POST"])
def entry(entry_id: UUID) -> ResponseReturnValue:
    """Show one entry with its history; a change makes another entry of the same number follow."""
    work = current_work()
    history = plan_history_of(work, entry_id)
    shown = next(row for row in history if row.id == entry_id)
    errors: dict[str, str] = {}
    if request.method == "POST":
        require(work, Action.EDIT_PLAN)
        try:
            with work.session.begin_nested():
                follower = change_plan_entry(
                    work, shown, wanted=_wanted(shown.number), stamp=request.form.get("stamp", "")
                )
            flash(_("Der Eintrag „%(name)s“ ist geändert.", name=shown.number), "success")
            return redirect(url_for("plan.entry", entry_id=follower.id), 303)
        except (BadInput, RuleBroken) as fault:
            errors[""] = _sentences(fault)
    counted = dossiers_by_entry(work)
    rules = retention_rules(work)
    path = plan_path(work, shown.id)
    may_edit = may(work.actor, Action.EDIT_PLAN) and shown.id == history[0].id
    page = render_template(
        "plan_entry.html",
        entry=shown,
        rule=rules_in_plan(work, rules).get(shown.id),
        path=path,
        history=[(row, counted.get(row.id, 0)) for row in history],
        holds=shown.holds_on(work.clock.today()),
        may_edit=may_edit,
        form=request.form.to_dict() if errors else _form_of(fields_of(work, shown)),
        stamp=stamp_of(shown),
        errors=errors,
        example=_example(shown, work.clock.today()),
        usual=USUAL,
        **(_offered(work, rules) if may_edit else {}),
    )
    return page, 422 if errors else 200


def _example(entry: PlanEntry, today: date) -> str:
    pattern, prefix = entry.reference_pattern or USUAL, entry.reference_prefix or ""
    rest = rest_of(pattern, plan=entry.number, prefix=prefix, year=today.year, letter="M")
    return rest.reference(12)


@pages.post("/aktenplan/eintrag/<uuid:entry_id>/ende")
def end(entry_id: UUID) -> ResponseReturnValue:
    """Let an entry end; its dossiers stay."""
    work = current_work()
    ended = plan_entry_by_id(work, entry_id)
    end_plan_entry(work, ended, last_day=day(request.form, "last_day"))
    flash(_("Der Eintrag „%(name)s“ endet.", name=ended.number), "success")
    return redirect(url_for("plan.show"), 303)


@pages.route("/aktenplan/einlesen", methods=["GET", "POST"])
@reads
def upload() -> ResponseReturnValue:
    """Show what a table would do to the plan, or every fault it has; nothing is done yet."""
    work = current_work()
    require(work, Action.EDIT_PLAN)
    if request.method == "GET":
        return render_template("plan_upload.html", preview=None, content="", error="")
    sent = request.files.get("table")
    content = spooled_path(sent.stream).read_bytes() if sent else b""
    if not content:
        missing = _("Bitte wählen Sie eine Tabelle aus.")
        return render_template("plan_upload.html", preview=None, content="", error=missing), 422
    if len(content) > LONGEST_UPLOAD:
        raise ContentTooLarge(
            "Die Tabelle ist zu groß für den Browser.",
            next_step="Bitte lassen Sie sie mit dem Befehl „eakte plan import“ einlesen.",
        )
    preview = preview_plan(work, content)
    page = render_template("plan_upload.html", preview=preview, content=_as_text(content), error="")
    return page, 422 if preview.faults else 200


@pages.post("/aktenplan/uebernehmen")
def take() -> ResponseReturnValue:
    """Take the table that was previewed as the plan, if the plan is still the same."""
    work = current_work()
    content = request.form.get("content", "").encode("utf-8")
    import_plan(work, content, state=text("state", most=64))
    flash(_("Der Aktenplan ist übernommen."), "success")
    return redirect(url_for("plan.show"), 303)


def _added(work: UnitOfWork) -> PlanEntry:
    wanted = _wanted(text("number", most=40))
    known = {unit.key: unit for unit in departments(work.session)}
    rules = {one.rule.key: one.rule for one in retention_rules(work)}
    above = {row.number: row for row in coming_plan(work)}
    if wanted.parent and wanted.parent not in above:
        raise BadInput("Der übergeordnete Eintrag „%(number)s“ fehlt.", number=wanted.parent)
    return add_plan_entry(
        work,
        wanted.number,
        title=wanted.title,
        department=known.get(wanted.unit),
        reference_prefix=wanted.prefix,
        takes_dossiers=wanted.takes_dossiers,
        reference_pattern=wanted.pattern,
        rule=rules.get(wanted.rule),
        access=wanted.access,
        one_a_person=wanted.one_a_person,
        parent=above.get(wanted.parent),
        valid_from=day(request.form, "valid_from"),
        valid_until=wanted.valid_until,
    )


def _wanted(number: str) -> EntryFields:
    access = text("access", most=20)
    return EntryFields(
        number=number,
        title=text("title", most=300),
        parent=text("parent", most=40),
        unit=text("unit", most=40),
        takes_dossiers=bool(request.form.get("takes_dossiers")),
        prefix=text("prefix", most=40),
        pattern=text("pattern", most=200),
        rule=text("rule", most=40),
        access=Access(access) if access in set(Access) else Access.UNIT,
        one_a_person=bool(request.form.get("one_a_person")),
        valid_until=day(request.form, "valid_until"),
    )


def _form_of(fields: EntryFields) -> dict[str, str]:
    return {
        "title": fields.title,
        "parent": fields.parent,
        "unit": fields.unit,
        "takes_dossiers": "1" if fields.takes_dossiers else "",
        "prefix": fields.prefix,
        "pattern": fields.pattern,
        "rule": fields.rule,
        "access": fields.access.value,
        "one_a_person": "1" if fields.one_a_person else "",
        "valid_until": fields.valid_until.isoformat() if fields.valid_until else "",
    }


def _offered(work: UnitOfWork, rules: Sequence[RuleShown]) -> dict[str, list[tuple[str, str]]]:
    units: list[Department] = list(departments(work.session))
    return {
        "units": [(unit.key, unit.name) for unit in units],
        "rules": [(one.rule.key, one.rule.title) for one in rules],
        "parents": [(row.number, f"{row.number} {row.title}") for row in coming_plan(work)],
    }


def _sentences(fault: BadInput | RuleBroken) -> str:
    if isinstance(fault, RuleBroken | BadTable):
        return " ".join(in_words(reason) for reason in fault.reasons)
    return said(fault)


def _as_text(content: bytes) -> str:
    """The table as the form carries it back; what it was read as is what is shown."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")
