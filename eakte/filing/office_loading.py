"""How does a department move in, or move with the times, from the files that it edits?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from eakte import audit, jobs
from eakte.access.actions import Action
from eakte.access.check import require
from eakte.errors import BadTable
from eakte.filing.archive_loading import load_archives
from eakte.filing.office_files import OfficeFiles, SaidDeadline, read_office
from eakte.filing.office_people import faults_of_people, take_on
from eakte.filing.plan_csv import PlanPreview, check_plan, known_to, plan_state, preview_of
from eakte.filing.plan_importing import take_over
from eakte.filing.retention_rules import (
    retention_rules,
    says_another,
    set_retention_rule,
)
from eakte.model.catalogue import DeadlineRule, DocumentType, Procedure
from eakte.model.department import Department
from eakte.model.document import Document, DocumentState
from eakte.model.proposal import RecognitionRules
from eakte.model.right import FIRST_LETTER, LAST_LETTER, Duty
from eakte.model.scan_check import ScanRules
from eakte.unit_of_work import UnitOfWork

LOCKED = "Neue Konten sind gesperrt, bis die Administration ihnen ein Kennwort gibt und sie öffnet."


class _OnlyATrial(Exception):
    """Everything was written to see whether it can be; now it is undone."""


@dataclass
class OfficeReport:
    """What loading a department did, or would do, as lines that a person reads."""

    key: str
    name: str
    lines: list[str] = field(default_factory=list)
    remarks: Sequence[str] = ()

    def tell(self, what: str, *, new: int = 0, changed: int = 0, gone: int = 0) -> None:
        """Note one kind of thing."""
        if new or changed or gone:
            self.lines.append(f"{what}: {new} neu, {changed} geändert, {gone} außer Gebrauch")

    @property
    def does_anything(self) -> bool:
        """Say whether anything is another afterwards."""
        return bool(self.lines)


def load_office(
    work: UnitOfWork, contents: Mapping[str, bytes], *, dry_run: bool = False
) -> OfficeReport:
    """Load a department from its files; what is there already and says the same stays untouched.

    Nothing is deleted: procedures and kinds of documents that the files lack are out of use,
    deadlines and plan entries end. A retention period on which the office has decided is never
    made undecided again, and shares of work that people set up by hand stay.

    Raises:
        BadTable: naming every fault of all files with its line; then nothing was changed.
        NotAllowed: the files share out work or change accounts, and the actor may not.
    """
    require(work, Action.LOAD_OFFICE)
    office = read_office(contents)
    preview = _plan_preview(work, office)
    faults = sorted({*office.faults, *preview.faults, *faults_of_people(work, office)})
    if faults:
        raise BadTable(
            "Das Sachgebiet kann so nicht geladen werden.",
            reasons=[str(fault) for fault in faults],
        )
    report = OfficeReport(office.key, office.name, remarks=office.remarks)
    try:
        with work.session.begin_nested():
            _write(work, office, preview, report)
            if dry_run:
                raise _OnlyATrial
    except _OnlyATrial:
        return report
    return report


def _write(
    work: UnitOfWork,
    office: OfficeFiles,
    preview: PlanPreview,
    report: OfficeReport,
) -> None:
    unit = _department(work, office, report)
    _retention(work, office, report)
    _procedures(work, office, unit, report)
    _types(work, office, unit, report)
    _deadlines(work, office, unit, report)
    take_over(work, preview)
    report.tell(
        "Aktenplan",
        new=len(preview.new),
        changed=len(preview.changed),
        gone=len(preview.ended),
    )
    people = take_on(work, office, unit)
    report.tell("Konten", new=people.new, changed=people.changed)
    if people.new:
        report.remarks = (*report.remarks, LOCKED)
    _duties(work, office, unit, people.ids, report)
    _recognition(work, office, unit, report)
    _scanning(work, office, unit, report)
    if office.archives is not None:
        archives = load_archives(work, unit, office.archives)
        report.tell("Archive", new=archives.new, changed=archives.changed, gone=archives.gone)
    if report.does_anything:
        audit.note(
            work, "office.loaded", kind="department", subject=unit.id, lines=list(report.lines)
        )


def _plan_preview(work: UnitOfWork, office: OfficeFiles) -> PlanPreview:
    known = known_to(work, unit=office.key)
    known = replace(
        known,
        units=known.units | {office.key},
        rules=known.rules | {said.key for said in office.retention},
    )
    wanted = check_plan(office.plan, known)
    if not office.plan.headings and not office.plan.faults:
        # No table at all says nothing of the plan; an empty one would end it.
        return PlanPreview((), (), (), 0, (), (), "")
    return preview_of(office.plan, wanted, known, state=plan_state(work))


def _department(work: UnitOfWork, office: OfficeFiles, report: OfficeReport) -> Department:
    unit = work.session.scalar(select(Department).where(Department.key == office.key))
    if unit is None:
        unit = Department(key=office.key, name=office.name)
        work.session.add(unit)
        work.session.flush()
        audit.note(work, "department.created", kind="department", subject=unit.id, key=unit.key)
        report.tell("Sachgebiet", new=1)
    elif unit.name != office.name:
        unit.name = office.name
        report.tell("Sachgebiet", changed=1)
    return unit


def _retention(work: UnitOfWork, office: OfficeFiles, report: OfficeReport) -> None:
    """Take the rules over; what runs by them keeps the later of its ends."""
    known = {one.rule.key: one for one in retention_rules(work)}
    new = changed = 0
    for said in office.retention:
        shown = known.get(said.key)
        if shown is not None and shown.says.decided and not said.rule.decided:
            continue
        if shown is None:
            new += 1
        elif says_another(said, shown):
            changed += 1
        else:
            continue
        set_retention_rule(work, said)
    report.tell("Aufbewahrung", new=new, changed=changed)


def _procedures(
    work: UnitOfWork, office: OfficeFiles, unit: Department, report: OfficeReport
) -> None:
    rows = {
        row.key: row
        for row in work.session.scalars(select(Procedure).where(Procedure.department_id == unit.id))
    }
    wanted: dict[str, dict[str, object]] = {
        said.key: {"title": said.title, "basis": said.basis, "place": place, "in_use": True}
        for place, said in enumerate(office.procedures, 1)
    }
    new = [key for key in wanted if key not in rows]
    changed = [key for key, values in wanted.items() if key in rows and _set(rows[key], values)]
    work.session.add_all(Procedure(department_id=unit.id, key=key, **wanted[key]) for key in new)
    report.tell("Verfahren", new=len(new), changed=len(changed), gone=_out_of_use(rows, wanted))


def _types(work: UnitOfWork, office: OfficeFiles, unit: Department, report: OfficeReport) -> None:
    rows = {
        row.key: row
        for row in work.session.scalars(
            select(DocumentType).where(DocumentType.department_id == unit.id)
        )
    }
    wanted: dict[str, dict[str, object]] = {
        said.key: {
            "title": said.title,
            "direction": said.direction,
            "from_doctor": said.from_doctor,
            "place": place,
            "in_use": True,
        }
        for place, said in enumerate(office.types, 1)
    }
    new = [key for key in wanted if key not in rows]
    changed = [key for key, values in wanted.items() if key in rows and _set(rows[key], values)]
    work.session.add_all(DocumentType(department_id=unit.id, key=key, **wanted[key]) for key in new)
    report.tell("Dokumenttypen", new=len(new), changed=len(changed), gone=_out_of_use(rows, wanted))


def _deadlines(
    work: UnitOfWork, office: OfficeFiles, unit: Department, report: OfficeReport
) -> None:
    today = work.clock.today()
    rows = {
        (row.key, row.valid_from): row
        for row in work.session.scalars(
            select(DeadlineRule).where(DeadlineRule.department_id == unit.id)
        )
    }
    wanted = {(said.key, said.valid_from): _rule_fields(said) for said in office.deadlines}
    new = [name for name in wanted if name not in rows]
    changed = [name for name, values in wanted.items() if name in rows and _set(rows[name], values)]
    gone = 0
    for name, row in rows.items():
        if name not in wanted and (row.valid_until is None or row.valid_until >= today):
            row.valid_until = today - timedelta(days=1)
            gone += 1
    work.session.add_all(
        DeadlineRule(department_id=unit.id, key=key, valid_from=begins, **wanted[key, begins])
        for key, begins in new
    )
    work.session.flush()
    report.tell("Fristen", new=len(new), changed=len(changed), gone=gone)


def _duties(
    work: UnitOfWork,
    office: OfficeFiles,
    unit: Department,
    accounts: Mapping[str, UUID],
    report: OfficeReport,
) -> None:
    today = work.clock.today()
    present = {
        (row.user_id, row.first_letter, row.last_letter, row.procedure_key)
        for row in work.session.scalars(select(Duty).where(Duty.department_id == unit.id))
        if row.valid_until is None or row.valid_until >= today
    }
    wanted = {
        (
            accounts[said.login],
            said.first_letter or FIRST_LETTER,
            said.last_letter or LAST_LETTER,
            said.procedure,
        )
        for said in office.duties
    }
    added = sorted(wanted - present, key=str)
    if not added:
        return
    require(work, Action.SHARE_WORK)
    for user_id, first, last, procedure in added:
        duty = Duty(
            user_id=user_id,
            department_id=unit.id,
            first_letter=first,
            last_letter=last,
            procedure_key=procedure,
            valid_from=today,
        )
        work.session.add(duty)
        work.session.flush()
        audit.note(
            work,
            "duty.added",
            kind="user",
            subject=user_id,
            department=unit.key,
            letters=[first, last if last != LAST_LETTER else ""],
            procedure=procedure,
        )
    report.tell("Zuständigkeiten", new=len(added))


def _recognition(
    work: UnitOfWork, office: OfficeFiles, unit: Department, report: OfficeReport
) -> None:
    """Take the rules over; by new ones, and by a new plan, what waits is read once more."""
    row = work.session.get(RecognitionRules, unit.id)
    if office.recognition is not None and (row is None or row.table != office.recognition):
        now = work.clock.now()
        if row is None:
            rules = RecognitionRules(department_id=unit.id, table=office.recognition, loaded_at=now)
            work.session.add(rules)
        else:
            row.table, row.loaded_at = office.recognition, now
        report.tell("Regeln der Erkennung", new=int(row is None), changed=int(row is not None))
    if report.does_anything:
        waiting = select(Document.id).where(
            Document.department_id == unit.id, Document.state == DocumentState.INBOX
        )
        for document_id in work.session.scalars(waiting).all():
            jobs.enqueue(work, "propose", document_id)


def _scanning(
    work: UnitOfWork, office: OfficeFiles, unit: Department, report: OfficeReport
) -> None:
    """Take over how scans are checked; checks that have begun go on by the rules of then."""
    if office.scanning is None:
        return
    wanted = office.scanning.paper_rule
    if wanted and wanted not in {one.rule.key for one in retention_rules(work)}:
        missing = f"Die Aufbewahrungsregel „{wanted}“ des Papiers gibt es noch nicht; es bleibt."
        report.remarks = (*report.remarks, missing)
    row = work.session.get(ScanRules, unit.id)
    said, now = office.scanning.kept(), work.clock.now()
    if row is None:
        work.session.add(ScanRules(department_id=unit.id, said=said, loaded_at=now))
    elif row.said != said:
        row.said, row.loaded_at = said, now
    else:
        return
    report.tell("Regeln des Scannens", new=int(row is None), changed=int(row is not None))


def _rule_fields(said: SaidDeadline) -> dict[str, object]:
    return {
        "title": said.title,
        "basis": said.basis,
        "start": said.start,
        "amount": said.amount,
        "unit": said.unit,
        "fiction_days": said.fiction_days,
        "fiction_basis": said.fiction_basis,
        "counting_basis": said.counting_basis,
        "procedures": list(said.procedures),
        "valid_until": said.valid_until,
    }


def _set(row: Procedure | DocumentType | DeadlineRule, values: Mapping[str, object]) -> bool:
    """Write what differs, and say whether anything did."""
    differs = {name: value for name, value in values.items() if getattr(row, name) != value}
    for name, value in differs.items():
        setattr(row, name, value)
    return bool(differs)


def _out_of_use(
    rows: Mapping[str, Procedure] | Mapping[str, DocumentType], wanted: Mapping[str, object]
) -> int:
    gone = [row for key, row in rows.items() if key not in wanted and row.in_use]
    for row in gone:
        row.in_use = False
    return len(gone)
