"""How does the file plan go out as a table and come back, all of it or nothing?"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select

from eakte.access.actions import Action
from eakte.access.check import require
from eakte.filing.plan import coming_plan, numbered_ever
from eakte.filing.plan_changing import differences, written
from eakte.filing.plan_rules import GERMAN, EntryFields, entry_faults, loops
from eakte.filing.references import Numbered, confusions
from eakte.filing.tables import NO, YES, Fault, Line, Table, german_day, read_table, write_table
from eakte.model.department import Department
from eakte.model.file_plan import ALWAYS, Access, PlanEntry
from eakte.model.retention_rule import RetentionRule
from eakte.unit_of_work import UnitOfWork

HEADINGS = tuple(GERMAN.values())
NEEDED = (GERMAN["number"], GERMAN["title"])
ACCESS_WORDS = {"Sachgebiet": Access.UNIT, "zugewiesen": Access.ASSIGNED}
WORD_OF_ACCESS = {access: word for word, access in ACCESS_WORDS.items()}


@dataclass(frozen=True)
class ChangedLine:
    """An entry that a table changes: what it says, and in which words it differs."""

    fields: EntryFields
    differences: Mapping[str, tuple[str, str]]


@dataclass(frozen=True)
class PlanPreview:
    """What a table would do to the plan; nothing of it is done while there are faults.

    ``state`` marks the plan against which it was looked at.
    """

    new: Sequence[EntryFields]
    changed: Sequence[ChangedLine]
    ended: Sequence[EntryFields]
    unchanged: int
    faults: Sequence[Fault]
    remarks: Sequence[str]
    state: str

    @property
    def does_anything(self) -> bool:
        """Say whether the plan would be another one afterwards."""
        return bool(self.new or self.changed or self.ended)


@dataclass(frozen=True)
class Known:
    """What a table may name: the plan as it stands, units and rules by their keys.

    ``past`` are numbers that hold no more; ``unit`` limits a table to one unit.
    """

    entries: Mapping[str, EntryFields]
    units: AbstractSet[str]
    rules: AbstractSet[str]
    ever: Sequence[Numbered]
    past: AbstractSet[str]
    today: date
    unit: str = ""


def export_plan(work: UnitOfWork) -> bytes:
    """Return the plan as a table; read again it changes nothing, written again it is the same."""
    require(work, Action.SEE_PLAN)
    return _table_of(list(_current(work).values()))


def plan_state(work: UnitOfWork) -> str:
    """Return a mark of the plan as it stands, which differs when anything in it does."""
    require(work, Action.SEE_PLAN)
    return hashlib.sha256(export_plan(work)).hexdigest()[:24]


def preview_plan(work: UnitOfWork, content: bytes, *, name: str = "Aktenplan") -> PlanPreview:
    """Say what a table would change, with every fault it has; changes nothing."""
    require(work, Action.EDIT_PLAN)
    known = known_to(work)
    table = read_plan_table(content, name=name)
    wanted = check_plan(table, known)
    return preview_of(table, wanted, known, state=plan_state(work))


def known_to(work: UnitOfWork, *, unit: str = "") -> Known:
    """Return what a table may name at this moment."""
    require(work, Action.SEE_PLAN)
    entries = _current(work)
    return Known(
        entries=entries,
        units=set(work.session.scalars(select(Department.key))),
        rules=set(work.session.scalars(select(RetentionRule.key))),
        ever=numbered_ever(work),
        past=set(work.session.scalars(select(PlanEntry.number).distinct())) - entries.keys(),
        today=work.clock.today(),
        unit=unit,
    )


def read_plan_table(content: bytes, *, name: str) -> Table:
    """Read the table of a plan, without looking at what its lines say."""
    return read_table(name, content, headings=HEADINGS, needed=NEEDED)


def check_plan(table: Table, known: Known) -> list[EntryFields]:
    """Return what the lines say, noting in the table everything that is wrong with them."""
    head = GERMAN["number"]
    table.refuse_doubles(lambda line: line[head], "Die Nummer")
    numbers = {line[head] for line in table.lines}
    wanted: dict[int, EntryFields] = {}
    for line in table.lines:
        fields = _fields(table, line, known, numbers)
        wanted[line.number] = fields
        for _, sentence in entry_faults(fields):
            table.fault(line.number, sentence)
        _check_names(table, line.number, fields, known, numbers)
        _check_days(table, line, fields, known)
    _check_loops(table, wanted)
    _check_confusion(table, wanted, known)
    return [_dated(fields, known) for fields in wanted.values()]


def preview_of(
    table: Table, wanted: Sequence[EntryFields], known: Known, *, state: str
) -> PlanPreview:
    """Compare what a table says with the plan as it stands."""
    new, changed, unchanged = [], [], 0
    numbers = {fields.number for fields in wanted}
    for fields in wanted:
        before = known.entries.get(fields.number)
        if before is None:
            new.append(fields)
        elif known.unit and not before.unit:
            unchanged += 1  # a heading that all units share is not one unit's to change
        elif found := differences(before, fields):
            changed.append(ChangedLine(fields, found))
        else:
            unchanged += 1
    ended = [
        before
        for number, before in known.entries.items()
        if number not in numbers and (not known.unit or before.unit == known.unit)
    ]
    return PlanPreview(
        new, changed, ended, unchanged, sorted(set(table.faults)), table.remarks, state
    )


def _fields(table: Table, line: Line, known: Known, numbers: AbstractSet[str]) -> EntryFields:
    number = line[GERMAN["number"]]
    parent = (
        line[GERMAN["parent"]]
        if table.has(GERMAN["parent"])
        else _leading(number, numbers | known.entries.keys() if known.unit else numbers)
    )
    return EntryFields(
        number=number,
        title=line[GERMAN["title"]],
        parent=parent,
        unit=line[GERMAN["unit"]],
        takes_dossiers=table.yes(line, GERMAN["takes_dossiers"]),
        prefix=line[GERMAN["prefix"]],
        pattern=line[GERMAN["pattern"]],
        rule=line[GERMAN["rule"]],
        access=table.choice(line, GERMAN["access"], ACCESS_WORDS, otherwise=Access.UNIT),
        one_a_person=table.yes(line, GERMAN["one_a_person"]),
        valid_from=table.day(line, GERMAN["valid_from"]),
        valid_until=table.day(line, GERMAN["valid_until"]),
    )


def _check_names(
    table: Table, line: int, fields: EntryFields, known: Known, numbers: AbstractSet[str]
) -> None:
    if fields.unit and fields.unit not in known.units:
        table.fault(line, f"Das Sachgebiet „{fields.unit}“ gibt es nicht.")
    elif known.unit and fields.unit and fields.unit != known.unit:
        table.fault(line, f"Der Eintrag gehört einem anderen Sachgebiet, „{fields.unit}“.")
    if fields.rule and fields.rule not in known.rules:
        table.fault(line, f"Die Aufbewahrungsregel „{fields.rule}“ gibt es nicht.")
    there = numbers | known.entries.keys() if known.unit else numbers
    if fields.parent and fields.parent not in there:
        table.fault(line, f"Der übergeordnete Eintrag „{fields.parent}“ fehlt.")
    before = known.entries.get(fields.number)
    if known.unit and before and before.unit not in ("", known.unit):
        table.fault(
            line, f"Die Nummer „{fields.number}“ gehört schon dem Sachgebiet „{before.unit}“."
        )


def _check_days(table: Table, line: Line, fields: EntryFields, known: Known) -> None:
    before = known.entries.get(fields.number)
    allowed = (None, known.today, before.valid_from if before else None)
    typed = fields.valid_from
    if before is not None and typed not in allowed and typed != ALWAYS:
        table.fault(line.number, "Eine Änderung gilt ab heute; „Gültig ab“ passt nicht dazu.")
    if before is None and fields.number in known.past and typed and typed < known.today:
        table.fault(
            line.number, "Die Nummer gab es schon einmal; sie kann erst ab heute wieder gelten."
        )


def _check_loops(table: Table, wanted: Mapping[int, EntryFields]) -> None:
    lines = {fields.number: line for line, fields in wanted.items()}
    for circle in loops({fields.number: fields.parent for fields in wanted.values()}):
        shown = " → ".join([*circle, circle[0]])
        for number in circle:
            table.fault(lines[number], f"Die Einträge stehen im Kreis untereinander: {shown}.")


def _check_confusion(table: Table, wanted: Mapping[int, EntryFields], known: Known) -> None:
    sound = {
        Numbered(fields.number, fields.prefix, fields.pattern): line
        for line, fields in wanted.items()
        if fields.takes_dossiers and not entry_faults(fields)
    }
    for pair in confusions([*(one for one in known.ever if one not in sound), *sound]):
        for one, other in (pair, pair[::-1]):
            if one in sound:
                table.fault(
                    sound[one],
                    "Das Muster könnte dasselbe Aktenzeichen ergeben wie das des Eintrags "
                    f"„{other.plan}“.",
                )


def _dated(fields: EntryFields, known: Known) -> EntryFields:
    if fields.valid_from is not None or fields.number in known.entries:
        return fields
    return replace(fields, valid_from=known.today if fields.number in known.past else ALWAYS)


def _leading(number: str, numbers: AbstractSet[str]) -> str:
    parts = number.split(".")
    leading = (".".join(parts[:length]) for length in range(len(parts) - 1, 0, -1))
    return next((name for name in leading if name in numbers), "")


def _current(work: UnitOfWork) -> dict[str, EntryFields]:
    entries = coming_plan(work)
    numbers = {entry.id: entry.number for entry in entries}
    return {
        entry.number: written(entry, numbers.get(entry.parent_id, "") if entry.parent_id else "")
        for entry in entries
    }


def _table_of(entries: Sequence[EntryFields]) -> bytes:
    return write_table(HEADINGS, (_cells(fields) for fields in entries))


def _cells(fields: EntryFields) -> list[str]:
    begins = fields.valid_from if fields.valid_from != ALWAYS else None
    return [
        fields.number,
        fields.title,
        fields.parent,
        fields.unit,
        YES if fields.takes_dossiers else NO,
        fields.prefix,
        fields.pattern,
        fields.rule,
        WORD_OF_ACCESS[fields.access],
        YES if fields.one_a_person else NO,
        german_day(begins),
        german_day(fields.valid_until),
    ]
