"""How does a table become the plan that holds from today on, in one act?"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from eakte import audit
from eakte.access.actions import Action
from eakte.access.check import require
from eakte.errors import BadTable, ChangedMeanwhile
from eakte.filing.plan import coming_plan
from eakte.filing.plan_changing import put_in_force
from eakte.filing.plan_csv import PlanPreview, preview_plan
from eakte.filing.plan_rules import EntryFields
from eakte.model.department import Department
from eakte.model.file_plan import ALWAYS, PlanEntry
from eakte.model.retention_rule import RetentionRule
from eakte.unit_of_work import UnitOfWork


def import_plan(
    work: UnitOfWork, content: bytes, *, name: str = "Aktenplan", state: str | None = None
) -> PlanPreview:
    """Take a table as the plan: what it lacks ends, what differs is followed by a new entry.

    ``state`` is that of the preview which somebody agreed to.

    Raises:
        BadTable: naming every fault with its line; then nothing was changed.
        ChangedMeanwhile: the plan is no longer the one of the preview.
    """
    require(work, Action.EDIT_PLAN)
    preview = preview_plan(work, content, name=name)
    if preview.faults:
        raise BadTable(
            "Der Aktenplan kann so nicht übernommen werden.",
            reasons=[str(fault) for fault in preview.faults],
        )
    if state is not None and state != preview.state:
        raise ChangedMeanwhile("Der Aktenplan wurde inzwischen geändert.")
    take_over(work, preview)
    return preview


def take_over(work: UnitOfWork, preview: PlanPreview) -> None:
    """Write what a preview without faults announced, parents before what stands below them."""
    require(work, Action.EDIT_PLAN)
    if not preview.does_anything:
        return
    today = work.clock.today()
    units = {unit.key: unit.id for unit in work.session.scalars(select(Department))}
    rules = {rule.key: rule.id for rule in work.session.scalars(select(RetentionRule))}
    rows = {entry.number: entry for entry in coming_plan(work)}
    pending = {line.fields.number: line.fields for line in preview.changed}
    pending |= {fields.number: fields for fields in preview.new}

    def write(number: str) -> None:
        fields = pending.pop(number, None)
        if fields is None:
            return
        if fields.parent:
            write(fields.parent)
        above = rows.get(fields.parent)
        ids: dict[str, UUID | None] = {
            "unit": units.get(fields.unit),
            "rule": rules.get(fields.rule),
            "parent": above.id if above else None,
        }
        present = rows.get(number)
        rows[number] = (
            put_in_force(work, present, fields, ids, today=today)
            if present is not None
            else _added(work, fields, ids)
        )

    for number in list(pending):
        write(number)
    for fields in preview.ended:
        rows[fields.number].valid_until = today - timedelta(days=1)
    work.session.flush()
    audit.note(
        work,
        "plan.imported",
        kind="plan",
        subject=None,
        new=[fields.number for fields in preview.new],
        changed={
            line.fields.number: {name: list(pair) for name, pair in line.differences.items()}
            for line in preview.changed
        },
        ended=[fields.number for fields in preview.ended],
    )


def _added(work: UnitOfWork, fields: EntryFields, ids: dict[str, UUID | None]) -> PlanEntry:
    entry = PlanEntry(
        number=fields.number,
        title=fields.title,
        parent_id=ids["parent"],
        department_id=ids["unit"],
        takes_dossiers=fields.takes_dossiers,
        reference_prefix=fields.prefix,
        reference_pattern=fields.pattern,
        retention_rule_id=ids["rule"],
        default_access=fields.access,
        one_a_person=fields.one_a_person,
        valid_from=fields.valid_from or ALWAYS,
        valid_until=fields.valid_until,
    )
    work.session.add(entry)
    work.session.flush()
    return entry
