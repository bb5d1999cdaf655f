"""How does a program read the file plan, change it and exchange it as a table?"""

from __future__ import annotations

from datetime import date
from uuid import UUID

from apiflask import APIBlueprint
from flask import Response, request
from pydantic import Field

from eakte.access.accounts import departments
from eakte.access.actions import Action
from eakte.access.check import require
from eakte.errors import BadInput
from eakte.filing.plan import add_plan_entry, coming_plan, plan, plan_entry_by_id, stamp_of
from eakte.filing.plan_changing import change_plan_entry, fields_of
from eakte.filing.plan_csv import PlanPreview, export_plan, preview_plan
from eakte.filing.plan_importing import import_plan
from eakte.filing.plan_rules import EntryFields
from eakte.filing.retention_rules import RuleShown, retention_rules, rules_in_plan
from eakte.filing.tables import LONGEST_TABLE
from eakte.model.file_plan import ALWAYS, Access, PlanEntry
from eakte.unit_of_work import UnitOfWork
from eakte.web.api.documents import LOCKED
from eakte.web.api.schemas import Model, SomeText, Text
from eakte.web.per_request import current_work

plan_api = APIBlueprint("api_plan", __name__, url_prefix="/api/v1/plan", tag="Aktenplan")


class EntryOut(Model):
    """An entry of the plan."""

    id: UUID
    number: str
    title: str
    parent_id: UUID | None
    department: str = Field(description="key of the unit, empty without one")
    takes_dossiers: bool
    reference_prefix: str
    reference_pattern: str
    retention_rule: str = Field(description="key of the rule, empty without one")
    retention_in_force: str = Field(
        description="key of the rule that holds: its own, or that of the entry above; else empty"
    )
    retention_decided: bool = Field(description="whether somebody has decided how long")
    default_access: Access
    one_a_person: bool
    valid_from: date | None = Field(description="null: since ever")
    valid_until: date | None
    stamp: str = Field(description="send it back with a change; 409 when somebody was faster")


class PlanOut(Model):
    """The entries that hold today, as people count them; parent_id makes them a tree."""

    entries: list[EntryOut]


class EntryFieldsIn(Model):
    """What an entry says; units, rules and parents by key or number."""

    title: SomeText = Field(max_length=200)
    parent: Text = Field(default="", max_length=40)
    department: Text = Field(default="", max_length=40)
    takes_dossiers: bool = False
    reference_prefix: Text = Field(default="", max_length=20)
    reference_pattern: Text = Field(default="", max_length=80)
    retention_rule: Text = Field(default="", max_length=40)
    default_access: Access = Access.UNIT
    one_a_person: bool = False
    valid_until: date | None = None


class EntryIn(EntryFieldsIn):
    """A new entry."""

    number: SomeText = Field(max_length=40)
    valid_from: date | None = None


class EntryChangeIn(Model):
    """A change; what is not named stays."""

    stamp: Text = Field(max_length=16)
    title: SomeText | None = Field(default=None, max_length=200)
    parent: Text | None = Field(default=None, max_length=40)
    department: Text | None = Field(default=None, max_length=40)
    takes_dossiers: bool | None = None
    reference_prefix: Text | None = Field(default=None, max_length=20)
    reference_pattern: Text | None = Field(default=None, max_length=80)
    retention_rule: Text | None = Field(default=None, max_length=40)
    default_access: Access | None = None
    one_a_person: bool | None = None


class PreviewOut(Model):
    """What a table changes, or would change."""

    new: list[str]
    changed: list[str]
    ended: list[str]
    unchanged: int
    faults: list[str]
    remarks: list[str]


class ImportIn(Model):
    """Whether the table is only to be looked at."""

    dry_run: bool = False


FIELD_OF = {
    "department": "unit",
    "reference_prefix": "prefix",
    "reference_pattern": "pattern",
    "retention_rule": "rule",
    "default_access": "access",
}


@plan_api.get("")
@plan_api.output(PlanOut)
@plan_api.doc(summary="Der Aktenplan von heute", security=LOCKED, responses=[401, 403])
def index() -> PlanOut:
    """List the entries that hold today."""
    work = current_work()
    rules = rules_in_plan(work)
    return PlanOut(entries=[_told_of(entry, rules.get(entry.id)) for entry in plan(work)])


@plan_api.get("/<uuid:entry_id>")
@plan_api.output(EntryOut)
@plan_api.doc(summary="Ein Eintrag", security=LOCKED, responses=[401, 404])
def show(entry_id: UUID) -> EntryOut:
    """Show one entry, of today or of earlier."""
    work = current_work()
    return _out(work, plan_entry_by_id(work, entry_id))


@plan_api.post("")
@plan_api.input(EntryIn, arg_name="wanted")
@plan_api.output(EntryOut, status_code=201)
@plan_api.doc(summary="Einen Eintrag anlegen", security=LOCKED, responses=[401, 403, 409])
def add(wanted: EntryIn) -> EntryOut:
    """Add an entry."""
    work = current_work()
    require(work, Action.EDIT_PLAN)
    units = {unit.key: unit for unit in departments(work.session)}
    rules = {one.rule.key: one.rule for one in retention_rules(work)}
    above = {entry.number: entry for entry in coming_plan(work)}
    for typed, known in (
        (wanted.department, units),
        (wanted.retention_rule, rules),
        (wanted.parent, above),
    ):
        if typed and typed not in known:
            raise BadInput("„%(key)s“ gibt es nicht.", key=typed)
    entry = add_plan_entry(
        work,
        wanted.number,
        title=wanted.title,
        department=units.get(wanted.department),
        reference_prefix=wanted.reference_prefix,
        takes_dossiers=wanted.takes_dossiers,
        reference_pattern=wanted.reference_pattern,
        rule=rules.get(wanted.retention_rule),
        access=wanted.default_access,
        one_a_person=wanted.one_a_person,
        parent=above.get(wanted.parent),
        valid_from=wanted.valid_from,
        valid_until=wanted.valid_until,
    )
    return _out(work, _fresh(work, entry))


@plan_api.patch("/<uuid:entry_id>")
@plan_api.input(EntryChangeIn, arg_name="wanted")
@plan_api.output(EntryOut)
@plan_api.doc(summary="Einen Eintrag ändern", security=LOCKED, responses=[401, 403, 404, 409])
def change(entry_id: UUID, wanted: EntryChangeIn) -> EntryOut:
    """Let an entry of the same number follow from today on; old dossiers stay where they are."""
    work = current_work()
    entry = plan_entry_by_id(work, entry_id)
    said = wanted.model_dump(exclude={"stamp"}, exclude_none=True)
    before = fields_of(work, entry)
    fields = EntryFields(
        **(before.__dict__ | {FIELD_OF.get(name, name): value for name, value in said.items()})
    )
    follower = change_plan_entry(work, entry, wanted=fields, stamp=wanted.stamp)
    return _out(work, _fresh(work, follower))


@plan_api.get("/table")
@plan_api.doc(summary="Der Aktenplan als Tabelle", security=LOCKED, responses=[401, 403])
def table() -> Response:
    """Hand out the plan as a table (CSV)."""
    answer = Response(export_plan(current_work()), mimetype="text/csv")
    answer.headers["Content-Disposition"] = 'attachment; filename="aktenplan.csv"'
    return answer


@plan_api.put("/table")
@plan_api.input(ImportIn, location="query", arg_name="asked")
@plan_api.output(PreviewOut)
@plan_api.doc(summary="Eine Tabelle als Aktenplan", security=LOCKED, responses=[401, 403, 413, 422])
def take(asked: ImportIn) -> PreviewOut:
    """Take a table as the plan, all of it or nothing; with `dry_run` only say what would change.

    Send the table as the body. Every fault is named with its line, in `reasons`.
    """
    work = current_work()
    content = request.get_data(cache=False)
    if len(content) > LONGEST_TABLE:
        raise BadInput("Die Tabelle ist zu groß.")
    done = preview_plan(work, content) if asked.dry_run else import_plan(work, content)
    return _told(done)


def _told(preview: PlanPreview) -> PreviewOut:
    return PreviewOut(
        new=[fields.number for fields in preview.new],
        changed=[line.fields.number for line in preview.changed],
        ended=[fields.number for fields in preview.ended],
        unchanged=preview.unchanged,
        faults=[str(fault) for fault in preview.faults],
        remarks=list(preview.remarks),
    )


def _fresh(work: UnitOfWork, entry: PlanEntry) -> PlanEntry:
    work.session.refresh(entry)
    return entry


def _out(work: UnitOfWork, entry: PlanEntry) -> EntryOut:
    return _told_of(entry, rules_in_plan(work).get(entry.id))


def _told_of(entry: PlanEntry, in_force: RuleShown | None) -> EntryOut:
    rule = entry.retention_rule
    return EntryOut(
        id=entry.id,
        number=entry.number,
        title=entry.title,
        parent_id=entry.parent_id,
        department=entry.department.key if entry.department else "",
        takes_dossiers=entry.takes_dossiers,
        reference_prefix=entry.reference_prefix,
        reference_pattern=entry.reference_pattern,
        retention_rule=rule.key if rule else "",
        retention_in_force=in_force.rule.key if in_force else "",
        retention_decided=in_force is not None and in_force.says.decided,
        default_access=entry.default_access,
        one_a_person=entry.one_a_person,
        valid_from=entry.valid_from if entry.valid_from != ALWAYS else None,
        valid_until=entry.valid_until,
        stamp=stamp_of(entry),
    )
