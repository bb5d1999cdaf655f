"""What stands in the file plan, and how does something new come into it?"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import literal, or_, select
from sqlalchemy.orm import aliased, joinedload

from eakte import audit
from eakte.access.actions import Action
from eakte.access.check import require
from eakte.errors import BadInput, NotFound, NotUnique, RuleBroken, Sentence
from eakte.filing.plan_rules import EntryFields, counted, entry_faults
from eakte.filing.references import Numbered, confusions
from eakte.model.department import Department
from eakte.model.file_plan import ALWAYS, Access, PlanEntry
from eakte.model.retention_rule import RetentionRule
from eakte.unit_of_work import UnitOfWork

# A plan is never so deep; what is wrongly its own parent must not be followed for ever.
DEEPEST = 20


def plan(work: UnitOfWork, *, on: date | None = None) -> Sequence[PlanEntry]:
    """Return the entries that hold on a day, today without one, as people count (2 before 10)."""
    require(work, Action.SEE_PLAN)
    day = on or work.clock.today()
    entries = work.session.scalars(
        select(PlanEntry)
        .options(joinedload(PlanEntry.department), joinedload(PlanEntry.retention_rule))
        .where(
            PlanEntry.valid_from <= day,
            or_(PlanEntry.valid_until.is_(None), PlanEntry.valid_until >= day),
        )
    ).all()
    return sorted(entries, key=lambda entry: counted(entry.number))


def coming_plan(work: UnitOfWork) -> Sequence[PlanEntry]:
    """Return the newest entry of every number that holds today or will: the plan to work on."""
    require(work, Action.SEE_PLAN)
    newest: dict[str, PlanEntry] = {}
    for entry in work.session.scalars(
        select(PlanEntry)
        .options(joinedload(PlanEntry.department), joinedload(PlanEntry.retention_rule))
        .where(
            or_(PlanEntry.valid_until.is_(None), PlanEntry.valid_until >= work.clock.today()),
        )
        .order_by(PlanEntry.valid_from)
    ):
        newest[entry.number] = entry
    return sorted(newest.values(), key=lambda entry: counted(entry.number))


def plan_entry(work: UnitOfWork, number: str) -> PlanEntry:
    """Return the entry that holds today under this number, else the newest that ever did.

    Raises:
        NotFound: the number was never given.
    """
    require(work, Action.SEE_PLAN)
    rows = plan_history(work, number)
    today = work.clock.today()
    entry = next((row for row in rows if row.holds_on(today)), rows[0] if rows else None)
    if entry is None:
        raise NotFound("Im Aktenplan gibt es „%(number)s“ nicht.", number=number)
    return entry


def plan_entry_by_id(work: UnitOfWork, entry_id: UUID) -> PlanEntry:
    """Return one entry, of today or of earlier.

    Raises:
        NotFound: there is none.
    """
    require(work, Action.SEE_PLAN)
    entry = work.session.get(
        PlanEntry,
        entry_id,
        options=[joinedload(PlanEntry.department), joinedload(PlanEntry.retention_rule)],
    )
    if entry is None:
        raise NotFound("Diesen Eintrag gibt es im Aktenplan nicht.")
    return entry


def plan_history(work: UnitOfWork, number: str) -> Sequence[PlanEntry]:
    """List every entry that ever stood under a number, the newest first."""
    require(work, Action.SEE_PLAN)
    return work.session.scalars(
        select(PlanEntry)
        .options(joinedload(PlanEntry.department), joinedload(PlanEntry.retention_rule))
        .where(PlanEntry.number == number.strip())
        .order_by(PlanEntry.valid_from.desc())
    ).all()


def plan_history_of(work: UnitOfWork, entry_id: UUID) -> Sequence[PlanEntry]:
    """List every entry that ever stood under the number of this one, the newest first.

    Raises:
        NotFound: there is no such entry.
    """
    require(work, Action.SEE_PLAN)
    this = aliased(PlanEntry)
    rows = work.session.scalars(
        select(PlanEntry)
        .join(this, this.number == PlanEntry.number)
        .options(joinedload(PlanEntry.department), joinedload(PlanEntry.retention_rule))
        .where(this.id == entry_id)
        .order_by(PlanEntry.valid_from.desc())
    ).all()
    if not rows:
        raise NotFound("Diesen Eintrag gibt es im Aktenplan nicht.")
    return rows


def plan_path(work: UnitOfWork, entry_id: UUID) -> Sequence[PlanEntry]:
    """Return the entries from the root of the plan down to this one."""
    require(work, Action.SEE_LISTS)
    above = (
        select(PlanEntry.id, PlanEntry.parent_id, literal(0).label("height"))
        .where(PlanEntry.id == entry_id)
        .cte(recursive=True)
    )
    parent = aliased(PlanEntry)
    above = above.union_all(
        select(parent.id, parent.parent_id, above.c.height + 1).where(
            parent.id == above.c.parent_id, above.c.height < DEEPEST
        )
    )
    return work.session.scalars(
        select(PlanEntry).join(above, above.c.id == PlanEntry.id).order_by(above.c.height.desc())
    ).all()


def add_plan_entry(
    work: UnitOfWork,
    number: str,
    *,
    title: str,
    department: Department | None = None,
    reference_prefix: str = "",
    takes_dossiers: bool = False,
    reference_pattern: str = "",
    rule: RetentionRule | None = None,
    access: Access = Access.UNIT,
    one_a_person: bool = False,
    parent: PlanEntry | None = None,
    valid_from: date | None = None,
    valid_until: date | None = None,
) -> PlanEntry:
    """Add an entry; without ``parent`` it stands below its number's longest leading part.

    Raises:
        BadInput: one thing is wrong with it.
        RuleBroken: several are; it names every one.
        NotUnique: the number is taken.
    """
    require(work, Action.EDIT_PLAN)
    fields = EntryFields(
        number=number.strip(),
        title=title.strip(),
        unit=department.key if department else "",
        takes_dossiers=takes_dossiers,
        prefix=reference_prefix.strip(),
        pattern=reference_pattern.strip(),
        rule=rule.key if rule else "",
        access=access,
        one_a_person=one_a_person,
        valid_from=valid_from,
        valid_until=valid_until,
    )
    refuse_faults([sentence for _, sentence in entry_faults(fields)])
    begins = _first_day(work, fields)
    refuse_faults(confused_with(work, fields))
    above = parent or _above(work, fields.number)
    entry = PlanEntry(
        number=fields.number,
        title=fields.title,
        parent_id=above.id if above else None,
        department_id=department.id if department else None,
        reference_prefix=fields.prefix,
        reference_pattern=fields.pattern,
        takes_dossiers=takes_dossiers,
        retention_rule_id=rule.id if rule else None,
        default_access=access,
        one_a_person=one_a_person,
        valid_from=begins,
        valid_until=valid_until,
    )
    work.session.add(entry)
    work.session.flush()
    audit.note(work, "plan.added", kind="plan-entry", subject=entry.id, number=fields.number)
    return entry


def refuse_faults(sentences: Sequence[str]) -> None:
    """Raise when there is something wrong with an entry: one sentence, or all as reasons."""
    if len(sentences) == 1:
        raise BadInput(sentences[0])
    if sentences:
        raise RuleBroken("Der Eintrag ist so nicht möglich.", reasons=sentences)


def confused_with(work: UnitOfWork, fields: EntryFields) -> list[str]:
    """Name the entries, also ended ones, whose references could one day be those of this one."""
    require(work, Action.SEE_PLAN)
    if not fields.takes_dossiers:
        return []
    mine = Numbered(fields.number, fields.prefix, fields.pattern)
    return [
        Sentence(
            "Das Muster könnte dasselbe Aktenzeichen ergeben wie das des Eintrags „%(plan)s“.",
            plan=other.plan,
        )
        for pair in confusions([*numbered_ever(work), mine])
        for other in pair
        if mine in pair and other != mine
    ]


def numbered_ever(work: UnitOfWork) -> Sequence[Numbered]:
    """List how references look below every entry that ever kept dossiers."""
    require(work, Action.SEE_PLAN)
    rows = work.session.execute(
        select(PlanEntry.number, PlanEntry.reference_prefix, PlanEntry.reference_pattern)
        .where(PlanEntry.takes_dossiers)
        .distinct()
    )
    return [Numbered(number, prefix, pattern) for number, prefix, pattern in rows]


def numbers_ever(work: UnitOfWork) -> dict[UUID, str]:
    """Return the number of every entry that ever stood in the plan."""
    require(work, Action.SEE_PLAN)
    rows = work.session.execute(select(PlanEntry.id, PlanEntry.number))
    return {entry_id: number for entry_id, number in rows}


def stamp_of(entry: PlanEntry) -> str:
    """Return a mark that differs when anything in the entry does: a form gives it back."""
    said = (
        *(entry.id, entry.number, entry.title, entry.parent_id, entry.department_id),
        *(entry.takes_dossiers, entry.reference_prefix, entry.reference_pattern),
        *(entry.retention_rule_id, entry.default_access, entry.one_a_person),
        *(entry.valid_from, entry.valid_until),
    )
    return hashlib.sha256(repr([str(one) for one in said]).encode()).hexdigest()[:16]


def _first_day(work: UnitOfWork, fields: EntryFields) -> date:
    """From when a new entry holds; a number that holds already cannot be given again."""
    earlier = plan_history(work, fields.number)
    if not earlier:
        return fields.valid_from or ALWAYS
    begins = fields.valid_from or work.clock.today()
    last = earlier[0].valid_until
    if last is None or last >= begins or earlier[0].valid_from >= begins:
        raise NotUnique("Die Nummer „%(number)s“ gibt es im Aktenplan schon.", number=fields.number)
    return begins


def _above(work: UnitOfWork, number: str) -> PlanEntry | None:
    parts = number.split(".")
    leading = [".".join(parts[:length]) for length in range(len(parts) - 1, 0, -1)]
    if not leading:
        return None
    found = {
        entry.number: entry
        for entry in work.session.scalars(
            select(PlanEntry).where(PlanEntry.number.in_(leading)).order_by(PlanEntry.valid_from)
        )
        if entry.valid_until is None or entry.valid_until >= work.clock.today()
    }
    return next((found[name] for name in leading if name in found), None)
