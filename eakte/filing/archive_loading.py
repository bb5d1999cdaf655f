"""How do the archives of a unit, and what they want, come from its tables into the house?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from eakte.access.actions import Action
from eakte.access.check import require
from eakte.errors import RuleBroken
from eakte.filing.archives_csv import SaidArchive
from eakte.model.archive import Archive, kept_rule
from eakte.model.department import Department
from eakte.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class TakenOver:
    """How many archives are new, say something else, or are out of use."""

    new: int = 0
    changed: int = 0
    gone: int = 0


def load_archives(work: UnitOfWork, unit: Department, said: Sequence[SaidArchive]) -> TakenOver:
    """Take the archives of a unit over; offers that run go on with the words of their day.

    Raises:
        RuleBroken: another unit has an archive under the same key; keys name folders.
    """
    require(work, Action.LOAD_OFFICE)
    rows = {one.key: one for one in work.session.scalars(select(Archive))}
    new = changed = gone = 0
    for one in said:
        wanted = _wanted(one)
        row = rows.get(one.key)
        if row is None:
            now = work.clock.now()
            work.session.add(Archive(department_id=unit.id, key=one.key, loaded_at=now, **wanted))
            new += 1
            continue
        if row.department_id != unit.id:
            raise RuleBroken(
                "Den Schlüssel „%(key)s“ hat schon ein Archiv eines anderen Sachgebiets.",
                key=one.key,
            )
        differs = {name: value for name, value in wanted.items() if getattr(row, name) != value}
        if differs:
            for name, value in differs.items():
                setattr(row, name, value)
            row.loaded_at = work.clock.now()
            changed += 1
    named = {one.key for one in said}
    for row in rows.values():
        if row.department_id == unit.id and row.key not in named and row.in_use:
            row.in_use = False
            gone += 1
    work.session.flush()
    return TakenOver(new, changed, gone)


def _wanted(said: SaidArchive) -> dict[str, Any]:
    return {
        "name": said.name,
        "code": said.code,
        "prefix": said.prefix,
        "office_code": said.office_code,
        "office_prefix": said.office_prefix,
        "version": said.version,
        "steps": said.steps,
        "per_message": said.per_message,
        "originals": said.originals,
        "answer_days": said.answer_days,
        "in_use": True,
        "catalogue": [kept_rule(rule) for rule in said.catalogue],
    }
