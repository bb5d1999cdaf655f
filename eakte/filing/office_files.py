"""What do the files of a department say: unit, plan, procedures, documents, deadlines, people?

They are the tables that an office edits; each fault is told with its file and line.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from eakte.access.accounts import excluded_pairs
from eakte.db import folded
from eakte.errors import NotFound
from eakte.filing import archives_csv, retention_csv, scan_rules_csv
from eakte.filing.plan_csv import read_plan_table
from eakte.filing.proposing import rules
from eakte.filing.retention_rules import RuleFields
from eakte.filing.tables import NO, YES, Fault, Line, Table, read_table
from eakte.model.catalogue import DeadlineStart, DeadlineUnit
from eakte.model.document import Direction
from eakte.model.file_plan import ALWAYS
from eakte.model.legibility import CheckRules
from eakte.model.user import ROLE_TITLES, Role

UNIT = "sachgebiet.toml"
PLAN = "aktenplan.csv"
RETENTION = retention_csv.TABLE
PROCEDURES = "verfahren.csv"
TYPES = "dokumenttypen.csv"
DEADLINES = "fristen.csv"
ROLES = "rollen.csv"
DUTIES = "zustaendigkeit.csv"
RECOGNITION = rules.TABLE
SCANNING = scan_rules_csv.TABLE
FILES = (
    *(UNIT, PLAN, RETENTION, PROCEDURES, TYPES, DEADLINES, ROLES, DUTIES, RECOGNITION),
    *(SCANNING, archives_csv.ARCHIVES, archives_csv.CATALOGUE),
)

KEY = re.compile(r"[a-z0-9][a-z0-9-]*")
DIRECTIONS = {
    "Eingang": Direction.INCOMING,
    "Ausgang": Direction.OUTGOING,
    "Intern": Direction.INTERNAL,
}
STARTS = {
    "zur Post": DeadlineStart.POSTED,
    "bekannt gegeben": DeadlineStart.NOTIFIED,
    "eingegangen": DeadlineStart.RECEIVED,
}
UNITS = {
    "Tage": DeadlineUnit.DAYS,
    "Wochen": DeadlineUnit.WEEKS,
    "Monate": DeadlineUnit.MONTHS,
    "Jahre": DeadlineUnit.YEARS,
}
ROLE_OF_WORD = {word: role for role, word in ROLE_TITLES.items()}


@dataclass(frozen=True)
class SaidProcedure:
    """A line of the procedures."""

    key: str
    title: str
    basis: str


@dataclass(frozen=True)
class SaidType:
    """A line of the kinds of documents."""

    key: str
    title: str
    direction: Direction
    from_doctor: bool


@dataclass(frozen=True)
class SaidDeadline:
    """A line of the deadlines."""

    key: str
    title: str
    basis: str
    start: DeadlineStart
    amount: int
    unit: DeadlineUnit
    fiction_days: int
    fiction_basis: str
    counting_basis: str
    procedures: tuple[str, ...]
    valid_from: date
    valid_until: date | None


@dataclass(frozen=True)
class SaidAccount:
    """A line of who has which roles; ``member`` is whether they work in the unit itself."""

    line: int
    login: str
    name: str
    roles: frozenset[Role]
    member: bool


@dataclass(frozen=True)
class SaidDuty:
    """A line of who works on which letters; ``line`` is where it stands."""

    line: int
    login: str
    first_letter: str
    last_letter: str
    procedure: str


@dataclass
class OfficeFiles:
    """All that the files of one department say, and everything that is wrong with them.

    ``recognition`` is the table of rules as it was edited, None where the unit has none; so is
    ``scanning``, by which rules scans are checked, and ``archives``, with which the unit deals.
    """

    key: str = ""
    name: str = ""
    plan: Table = field(default_factory=lambda: Table(PLAN))
    retention: Sequence[RuleFields] = ()
    procedures: Sequence[SaidProcedure] = ()
    types: Sequence[SaidType] = ()
    deadlines: Sequence[SaidDeadline] = ()
    accounts: Sequence[SaidAccount] = ()
    duties: Sequence[SaidDuty] = ()
    recognition: str | None = None
    scanning: CheckRules | None = None
    archives: Sequence[archives_csv.SaidArchive] | None = None
    faults: list[Fault] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def contents_of(folder: Path) -> dict[str, bytes]:
    """Return the files of a department that lie in a folder, by name.

    Raises:
        NotFound: there is no such folder.
    """
    if not folder.is_dir():
        raise NotFound("Den Ordner „%(folder)s“ gibt es nicht.", folder=str(folder))
    return {name: (folder / name).read_bytes() for name in FILES if (folder / name).is_file()}


def read_office(contents: Mapping[str, bytes]) -> OfficeFiles:
    """Read the files of a department; what is missing but for the unit's own is empty."""
    office = OfficeFiles()
    _read_unit(office, contents.get(UNIT))
    if PLAN in contents:
        office.plan = read_plan_table(contents[PLAN], name=PLAN)
    retention = _table(contents, RETENTION, retention_csv.NEEDED, retention_csv.MORE)
    office.retention = [
        retention_csv.said_in(retention, line, _key(retention, line, most=40))
        for line in retention.lines
    ]
    procedures = _table(contents, PROCEDURES, ("Schlüssel", "Titel"), ("Grundlage",))
    office.procedures = [
        SaidProcedure(
            _key(procedures, line),
            procedures.text(line, "Titel", most=100),
            procedures.text(line, "Grundlage", most=200, needed=False),
        )
        for line in procedures.lines
    ]
    types = _table(contents, TYPES, ("Schlüssel", "Titel"), ("Richtung", "Ärztlich"))
    office.types = [
        SaidType(
            _key(types, line),
            types.text(line, "Titel", most=100),
            types.choice(line, "Richtung", DIRECTIONS, otherwise=Direction.INCOMING),
            types.yes(line, "Ärztlich"),
        )
        for line in types.lines
    ]
    listed = {said.key for said in office.procedures}
    deadlines = _deadlines(office, contents, listed)
    accounts = _accounts(office, contents)
    duties = _duties(office, contents, listed)
    recognition = _recognition(office, contents, listed)
    scanning = _scanning(office, contents)
    office.archives, archives = archives_csv.read_archives(contents)
    for table in (retention, procedures, types):
        table.refuse_doubles(lambda line: line["Schlüssel"], "Der Schlüssel")
    tables = (
        *(office.plan, retention, procedures, types, deadlines, accounts, duties, recognition),
        *(scanning, *archives),
    )
    for table in tables:
        office.remarks += table.remarks
        if table is not office.plan:
            office.faults += table.faults
    return office


def _read_unit(office: OfficeFiles, content: bytes | None) -> None:
    if content is None:
        office.faults.append(Fault(UNIT, 0, "Die Datei fehlt."))
        return
    try:
        said = tomllib.loads(content.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        office.faults.append(Fault(UNIT, 0, f"Die Datei ist kein TOML in UTF-8 ({error})."))
        return
    for name in said.keys() - {"schluessel", "name"}:
        office.faults.append(Fault(UNIT, 0, f"Die Angabe „{name}“ ist unbekannt."))
    office.key, office.name = (str(said.get(name, "")).strip() for name in ("schluessel", "name"))
    if not KEY.fullmatch(office.key) or len(office.key) > 40:
        office.faults.append(
            Fault(UNIT, 0, "„schluessel“ braucht 1 bis 40 Kleinbuchstaben, Ziffern und Striche.")
        )
    if not 0 < len(office.name) <= 200:
        office.faults.append(Fault(UNIT, 0, "„name“ braucht 1 bis 200 Zeichen."))


def _table(
    contents: Mapping[str, bytes], name: str, needed: Sequence[str], more: Sequence[str]
) -> Table:
    if name not in contents:
        return Table(name)
    return read_table(name, contents[name], headings=(*needed, *more), needed=needed)


def _key(table: Table, line: Line, *, most: int = 60) -> str:
    key = table.text(line, "Schlüssel", most=most)
    if key and not KEY.fullmatch(key):
        table.fault(
            line.number, f"Der Schlüssel „{key}“ braucht Kleinbuchstaben, Ziffern und Striche."
        )
    return key


def _deadlines(office: OfficeFiles, contents: Mapping[str, bytes], listed: set[str]) -> Table:
    table = _table(
        contents,
        DEADLINES,
        ("Schlüssel", "Titel", "Grundlage", "Beginn", "Dauer", "Einheit"),
        (
            *("Bekanntgabe nach Tagen", "Grundlage der Bekanntgabe", "Zählung", "Verfahren"),
            *("Gültig ab", "Gültig bis"),
        ),
    )
    office.deadlines = [_deadline(table, line, listed) for line in table.lines]
    spans: dict[str, list[tuple[date, date, int]]] = {}
    for said, line in zip(office.deadlines, table.lines, strict=True):
        until = said.valid_until or date.max
        if until < said.valid_from:
            table.fault(line.number, "Die Gültigkeit endet, bevor sie beginnt.")
        for first, last, other in spans.get(said.key, []):
            if said.valid_from <= last and first <= until:
                table.fault(line.number, f"„{said.key}“ gilt gleichzeitig laut Zeile {other}.")
        spans.setdefault(said.key, []).append((said.valid_from, until, line.number))
    return table


def _deadline(table: Table, line: Line, listed: set[str]) -> SaidDeadline:
    for heading in ("Beginn", "Dauer", "Einheit"):
        if not line[heading]:
            table.fault(line.number, f"„{heading}“ ist leer.")
    start = table.choice(line, "Beginn", STARTS, otherwise=DeadlineStart.NOTIFIED)
    fiction = table.whole_number(line, "Bekanntgabe nach Tagen", least=1, most=60)
    if (start is DeadlineStart.POSTED) != (fiction is not None):
        table.fault(line.number, "„Bekanntgabe nach Tagen“ gehört zu „zur Post“ und nur dorthin.")
    procedures = tuple(part.strip() for part in line["Verfahren"].split("|") if part.strip())
    for key in procedures:
        if key not in listed:
            table.fault(line.number, f"Das Verfahren „{key}“ steht nicht in {PROCEDURES}.")
    return SaidDeadline(
        key=_key(table, line),
        title=table.text(line, "Titel", most=200),
        basis=table.text(line, "Grundlage", most=200),
        start=start,
        amount=table.whole_number(line, "Dauer", least=1, most=1000) or 1,
        unit=table.choice(line, "Einheit", UNITS, otherwise=DeadlineUnit.DAYS),
        fiction_days=fiction or 0,
        fiction_basis=table.text(line, "Grundlage der Bekanntgabe", most=60, needed=False),
        counting_basis=table.text(line, "Zählung", most=60, needed=False),
        procedures=procedures,
        valid_from=table.day(line, "Gültig ab") or ALWAYS,
        valid_until=table.day(line, "Gültig bis"),
    )


def _recognition(office: OfficeFiles, contents: Mapping[str, bytes], listed: set[str]) -> Table:
    if RECOGNITION not in contents:
        return Table(RECOGNITION)
    types = {said.key for said in office.types}
    _, table = rules.read_rules(contents[RECOGNITION], types=types, procedures=listed)
    office.recognition = rules.table_text(contents[RECOGNITION])
    return table


def _scanning(office: OfficeFiles, contents: Mapping[str, bytes]) -> Table:
    if SCANNING not in contents:
        return Table(SCANNING)
    office.scanning, table = scan_rules_csv.read_scan_rules(contents[SCANNING])
    return table


def _accounts(office: OfficeFiles, contents: Mapping[str, bytes]) -> Table:
    table = _table(contents, ROLES, ("Anmeldename", "Name", "Rollen"), ("Im Sachgebiet",))
    office.accounts = [_account(table, line) for line in table.lines]
    table.refuse_doubles(lambda line: folded(line["Anmeldename"]), "Das Konto")
    return table


def _account(table: Table, line: Line) -> SaidAccount:
    words = [word.strip() for word in table.text(line, "Rollen", most=300).split("|")]
    for word in words:
        if word and word not in ROLE_OF_WORD:
            known = ", ".join(f"„{one}“" for one in ROLE_OF_WORD)
            table.fault(line.number, f"Die Rolle „{word}“ gibt es nicht; möglich: {known}.")
    roles = frozenset(ROLE_OF_WORD[word] for word in words if word in ROLE_OF_WORD)
    for one, other in excluded_pairs(roles):
        table.fault(
            line.number,
            f"„{ROLE_TITLES[one]}“ und „{ROLE_TITLES[other]}“ schließen einander aus; "
            "niemand darf beides haben.",
        )
    return SaidAccount(
        line.number,
        folded(table.text(line, "Anmeldename", most=80)),
        table.text(line, "Name", most=200),
        roles,
        table.choice(line, "Im Sachgebiet", {YES: True, NO: False}, otherwise=True),
    )


def _duties(office: OfficeFiles, contents: Mapping[str, bytes], listed: set[str]) -> Table:
    table = _table(contents, DUTIES, ("Anmeldename",), ("Von", "Bis", "Verfahren"))
    office.duties = [
        SaidDuty(
            line.number,
            folded(table.text(line, "Anmeldename", most=80)),
            table.text(line, "Von", most=1, needed=False).lower(),
            table.text(line, "Bis", most=1, needed=False).lower(),
            line["Verfahren"],
        )
        for line in table.lines
    ]
    for duty in office.duties:
        if bool(duty.first_letter) != bool(duty.last_letter):
            table.fault(duty.line, "„Von“ und „Bis“ gehören zusammen.")
        elif duty.first_letter > duty.last_letter:
            table.fault(duty.line, "„Bis“ liegt vor „Von“.")
        if duty.procedure and duty.procedure not in listed:
            table.fault(duty.line, f"Das Verfahren „{duty.procedure}“ steht nicht in {PROCEDURES}.")
    return table
