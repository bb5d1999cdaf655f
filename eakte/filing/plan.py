"""What stands in the file plan?"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from eakte import audit
from eakte.access.actions import Action
from eakte.access.check import require
from eakte.errors import BadInput, NotFound, NotUnique
from eakte.model.department import Department
from eakte.model.file_plan import PlanEntry
from eakte.unit_of_work import UnitOfWork


def plan(work: UnitOfWork) -> Sequence[PlanEntry]:
    """Return every entry of the plan, ordered by number as people count (2 before 10)."""
    require(work, Action.SEE_PLAN)
    entries = work.session.scalars(select(PlanEntry)).all()
    return sorted(entries, key=lambda entry: _counted(entry.number))


def plan_entry(work: UnitOfWork, number: str) -> PlanEntry:
    """Return the entry with this number."""
    require(work, Action.SEE_PLAN)
    entry = work.session.scalar(select(PlanEntry).where(PlanEntry.number == number.strip()))
    if entry is None:
        raise NotFound("Im Aktenplan gibt es „%(number)s“ nicht.", number=number)
    return entry


def plan_path(work: UnitOfWork, entry_id: UUID) -> Sequence[PlanEntry]:
    """Return the entries from the root of the plan down to this one."""
    require(work, Action.SEE_LISTS)
    path: list[PlanEntry] = []
    entry = work.session.get(PlanEntry, entry_id)
    while entry is not None and entry not in path:
        path.insert(0, entry)
        entry = work.session.get(PlanEntry, entry.parent_id) if entry.parent_id else None
    return path


def add_plan_entry(
    work: UnitOfWork,
    number: str,
    *,
    title: str,
    department: Department | None = None,
    reference_prefix: str = "",
    takes_dossiers: bool = False,
) -> PlanEntry:
    """Add an entry; it stands below the entry whose number is its longest leading part.

    Raises:
        BadInput: number or title is empty, or dossiers are to be kept without a unit and a prefix.
        NotUnique: the number is taken.
    """
    require(work, Action.EDIT_PLAN)
    counted, heading = number.strip(), title.strip()
    if not counted or not heading:
        raise BadInput("Nummer und Titel dürfen nicht leer sein.")
    if takes_dossiers and (department is None or not reference_prefix.strip()):
        raise BadInput("Für Akten braucht der Eintrag ein Sachgebiet und ein Kürzel.")
    if work.session.scalar(select(PlanEntry.id).where(PlanEntry.number == counted)) is not None:
        raise NotUnique("Die Nummer „%(number)s“ gibt es im Aktenplan schon.", number=counted)
    parts = counted.split(".")
    above = [".".join(parts[:length]) for length in range(len(parts) - 1, 0, -1)]
    parents = {
        entry.number: entry.id
        for entry in work.session.scalars(select(PlanEntry).where(PlanEntry.number.in_(above)))
    }
    entry = PlanEntry(
        number=counted,
        title=heading,
        parent_id=next((parents[name] for name in above if name in parents), None),
        department_id=department.id if department else None,
        reference_prefix=reference_prefix.strip(),
        takes_dossiers=takes_dossiers,
    )
    work.session.add(entry)
    work.session.flush()
    audit.note(work, "plan.added", kind="plan-entry", subject=entry.id, number=counted)
    return entry


def _counted(number: str) -> tuple[tuple[int, int | str], ...]:
    return tuple((0, int(part)) if part.isdigit() else (1, part) for part in number.split("."))
