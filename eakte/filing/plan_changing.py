"""How does an entry of the file plan change or end, while old dossiers stay where they are?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import or_, select, update

from eakte import audit, jobs
from eakte.access.actions import Action
from eakte.access.check import require
from eakte.errors import BadInput, ChangedMeanwhile, RuleBroken, Sentence
from eakte.filing.plan import confused_with, refuse_faults, stamp_of
from eakte.filing.plan_rules import EntryFields, entry_faults
from eakte.filing.retention_rules import MOVE_PERIODS
from eakte.model.department import Department
from eakte.model.dossier import Dossier
from eakte.model.file_plan import PlanEntry
from eakte.model.retention_rule import RetentionRule
from eakte.unit_of_work import UnitOfWork

ONE_DAY = timedelta(days=1)


def fields_of(work: UnitOfWork, entry: PlanEntry) -> EntryFields:
    """Return an entry as people write it."""
    require(work, Action.SEE_PLAN)
    above = work.session.get(PlanEntry, entry.parent_id) if entry.parent_id else None
    return written(entry, above.number if above else "")


def written(entry: PlanEntry, parent: str) -> EntryFields:
    """Return an entry whose parent's number is known as people write it."""
    return EntryFields(
        number=entry.number,
        title=entry.title,
        parent=parent,
        unit=entry.department.key if entry.department else "",
        takes_dossiers=entry.takes_dossiers,
        prefix=entry.reference_prefix,
        pattern=entry.reference_pattern,
        rule=entry.retention_rule.key if entry.retention_rule else "",
        access=entry.default_access,
        one_a_person=entry.one_a_person,
        valid_from=entry.valid_from,
        valid_until=entry.valid_until,
    )


def change_plan_entry(
    work: UnitOfWork, entry: PlanEntry, *, wanted: EntryFields, stamp: str | None = None
) -> PlanEntry:
    """Let another entry of the same number follow from today on; return the one that holds then.

    Dossiers stay below the entry they were opened under. An entry that begins today and has none
    is changed where it stands, and so is one of which only the last day changes.

    Raises:
        ChangedMeanwhile: somebody else changed it since ``stamp`` was given out.
        BadInput: one thing is wrong with it.
        RuleBroken: several are, or it cannot be changed any more.
    """
    require(work, Action.EDIT_PLAN)
    today = work.clock.today()
    if stamp and stamp != stamp_of(entry):
        raise ChangedMeanwhile("Jemand anderes hat diesen Eintrag inzwischen geändert.")
    before = fields_of(work, entry)
    wanted = replace(wanted, number=entry.number, valid_from=entry.valid_from)
    if wanted == before:
        return entry
    if entry.valid_until is not None and entry.valid_until < today:
        raise RuleBroken("Der Eintrag gilt nicht mehr und wird nicht mehr geändert.")
    ids = _resolved(work, entry, wanted)
    refuse_faults([sentence for _, sentence in entry_faults(wanted)])
    if (wanted.pattern, wanted.prefix, wanted.takes_dossiers) != (
        before.pattern,
        before.prefix,
        before.takes_dossiers,
    ):
        refuse_faults(confused_with(work, wanted))
    follower = put_in_force(work, entry, wanted, ids, today=today)
    changed = differences(before, wanted)
    audit.note(
        work,
        "plan.changed",
        kind="plan-entry",
        subject=follower.id,
        number=entry.number,
        before={name: old for name, (old, _) in changed.items()},
        after={name: new for name, (_, new) in changed.items()},
        follows=str(entry.id) if follower is not entry else None,
    )
    return follower


def end_plan_entry(work: UnitOfWork, entry: PlanEntry, *, last_day: date | None = None) -> None:
    """Let an entry end; without a day it holds no longer from today on. Dossiers stay.

    Raises:
        BadInput: the day lies before its beginning.
        RuleBroken: entries below it still hold, or it has ended already.
    """
    require(work, Action.EDIT_PLAN)
    today = work.clock.today()
    ends = last_day or today - ONE_DAY
    if entry.valid_until is not None and entry.valid_until < today:
        raise RuleBroken("Der Eintrag gilt schon nicht mehr.")
    if last_day is not None and last_day < entry.valid_from:
        raise BadInput("Die Gültigkeit endet, bevor sie beginnt.")
    below = work.session.scalars(
        select(PlanEntry.number)
        .where(
            PlanEntry.parent_id == entry.id,
            or_(PlanEntry.valid_until.is_(None), PlanEntry.valid_until > ends),
        )
        .order_by(PlanEntry.number)
    ).all()
    if below:
        raise RuleBroken(
            "Der Eintrag kann nicht enden.",
            reasons=[
                Sentence("Darunter gilt noch „%(number)s“.", number=number) for number in below
            ],
        )
    entry.valid_until = ends
    work.session.flush()
    audit.note(
        work,
        "plan.ended",
        kind="plan-entry",
        subject=entry.id,
        number=entry.number,
        last_day=ends.isoformat(),
    )


def differences(before: EntryFields, after: EntryFields) -> dict[str, tuple[str, str]]:
    """Return what differs, as plain text: field -> (old, new)."""
    old, new = asdict(before), asdict(after)
    return {
        name: (_plain(old[name]), _plain(new[name]))
        for name in old
        if name != "valid_from" and old[name] != new[name]
    }


def put_in_force(
    work: UnitOfWork,
    entry: PlanEntry,
    wanted: EntryFields,
    ids: Mapping[str, UUID | None],
    *,
    today: date,
) -> PlanEntry:
    """Write what is wanted, into the entry or as its follower, and return the one that holds.

    ``ids`` are those of unit, rule and parent. The caller has checked the fields and notes the
    change.

    Raises:
        RuleBroken: the entry holds since today and has dossiers, so there is no day between.
    """
    require(work, Action.EDIT_PLAN)
    before = fields_of(work, entry)
    rule_id = ids["rule"]
    if rule_id is not None and rule_id != entry.retention_rule_id:
        # What was closed below an entry without a rule has one from now on.
        jobs.enqueue(work, MOVE_PERIODS, rule_id)
    only_the_end = before == replace(
        wanted, valid_from=entry.valid_from, valid_until=entry.valid_until
    )
    if only_the_end or entry.valid_from >= today:
        if not only_the_end and _has_dossiers(work, entry):
            raise RuleBroken(
                "Der Eintrag gilt erst seit heute und hat schon Akten.",
                next_step="Bitte ändern Sie ihn morgen; dann bleiben diese Akten, wo sie sind.",
            )
        _write(entry, wanted, ids)
        work.session.flush()
        work.session.refresh(entry)
        return entry
    follower = PlanEntry(number=entry.number, valid_from=today)
    _write(follower, wanted, ids)
    work.session.add(follower)
    entry.valid_until = today - ONE_DAY
    work.session.flush()
    work.session.execute(
        update(PlanEntry)
        .where(
            PlanEntry.parent_id == entry.id,
            or_(PlanEntry.valid_until.is_(None), PlanEntry.valid_until >= today),
        )
        .values(parent_id=follower.id)
    )
    return follower


def _write(entry: PlanEntry, wanted: EntryFields, ids: Mapping[str, UUID | None]) -> None:
    entry.title = wanted.title
    entry.parent_id = ids["parent"]
    entry.department_id = ids["unit"]
    entry.takes_dossiers = wanted.takes_dossiers
    entry.reference_prefix = wanted.prefix
    entry.reference_pattern = wanted.pattern
    entry.retention_rule_id = ids["rule"]
    entry.default_access = wanted.access
    entry.one_a_person = wanted.one_a_person
    entry.valid_until = wanted.valid_until


def _has_dossiers(work: UnitOfWork, entry: PlanEntry) -> bool:
    found = select(Dossier.id).where(Dossier.plan_entry_id == entry.id).limit(1)
    return work.session.scalar(found) is not None


def _resolved(work: UnitOfWork, entry: PlanEntry, wanted: EntryFields) -> dict[str, UUID | None]:
    """The ids behind the keys; a parent must hold, and must not stand below the entry."""
    faults: list[str] = []
    unit = work.session.scalar(select(Department.id).where(Department.key == wanted.unit))
    if wanted.unit and unit is None:
        faults.append(Sentence("Das Sachgebiet „%(unit)s“ gibt es nicht.", unit=wanted.unit))
    rule = work.session.scalar(select(RetentionRule.id).where(RetentionRule.key == wanted.rule))
    if wanted.rule and rule is None:
        faults.append(
            Sentence("Die Aufbewahrungsregel „%(rule)s“ gibt es nicht.", rule=wanted.rule)
        )
    parent = work.session.scalar(
        select(PlanEntry).where(
            PlanEntry.number == wanted.parent,
            or_(PlanEntry.valid_until.is_(None), PlanEntry.valid_until >= work.clock.today()),
        )
    )
    if wanted.parent and parent is None:
        faults.append(
            Sentence("Der übergeordnete Eintrag „%(parent)s“ fehlt.", parent=wanted.parent)
        )
    above = parent
    steps = 0
    while above is not None and above.id != entry.id and steps < 100:
        above = work.session.get(PlanEntry, above.parent_id) if above.parent_id else None
        steps += 1
    if above is not None:
        faults.append(
            Sentence("Der Eintrag stünde unter sich selbst („%(parent)s“).", parent=wanted.parent)
        )
    refuse_faults(faults)
    return {"unit": unit, "rule": rule, "parent": parent.id if parent else None}


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "ja" if value else "nein"
    return "" if value is None else str(value)
