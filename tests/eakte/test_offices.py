"""Does a department move in from files alone, and is every fault in them told?"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select

from eakte import offices
from eakte.access.accounts import change_user, departments_of, find_login
from eakte.bootstrap import Office
from eakte.casework.deadlines import add_deadline
from eakte.clock import SetClock
from eakte.errors import BadTable, NotAllowed, NotFound
from eakte.filing.office_files import (
    DEADLINES,
    DUTIES,
    PLAN,
    PROCEDURES,
    RETENTION,
    ROLES,
    TYPES,
    UNIT,
    contents_of,
)
from eakte.filing.office_loading import load_office
from eakte.filing.opening import open_case, open_dossier
from eakte.filing.plan import plan, plan_entry
from eakte.filing.retention_rules import (
    RuleFields,
    retention_rule,
    rules_in_plan,
    set_retention_rule,
)
from eakte.model.audit_entry import AuditEntry
from eakte.model.catalogue import DocumentType, Procedure
from eakte.model.department import Department
from eakte.model.periods import Disposal, Rounding, Rule, Start, Trigger
from eakte.model.right import Duty
from eakte.model.user import Role, User
from eakte.retrieval.listing import document_types, procedures
from tests.builders import Staff, build_office, hire
from tests.house.tree import ROOT, modules

DOGS = {
    UNIT: b'schluessel = "hunde"\nname = "Hundesteuer"\n',
    PLAN: (
        "Nummer;Titel;Sachgebiet;Akten;Kürzel;Aufbewahrung\n"
        "9;Steuern;;nein;;\n9.1;Hundesteuer;hunde;ja;HUND;hund\n"
    ).encode(),
    RETENTION: "Schlüssel;Titel;Art\nhund;Hundesteuer;noch zu entscheiden\n".encode(),
    PROCEDURES: "Schlüssel;Titel\nanmeldung;Anmeldung\nbefreiung;Befreiung\n".encode(),
    TYPES: "Schlüssel;Titel;Richtung\nsteuerbescheid;Steuerbescheid;Ausgang\n".encode(),
    DEADLINES: (
        "Schlüssel;Titel;Grundlage;Beginn;Dauer;Einheit;Verfahren\n"
        "anzeige;Anzeige der Haltung;§ 9 Satzung;eingegangen;2;Wochen;anmeldung\n"
    ).encode(),
    DUTIES: b"Anmeldename;Von;Bis\nclerk;A;K\n",
}


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    built = build_office(tmp_path, clock=SetClock())
    yield built
    built.close()


@pytest.fixture
def staff(office: Office) -> Staff:
    return hire(office)


@pytest.mark.parametrize("folder", offices.shipped(), ids=lambda folder: folder.name)
def test_every_department_that_comes_along_loads_and_the_second_time_changes_nothing(
    office: Office, folder: Path
) -> None:
    with office.as_system() as work:
        trial = load_office(work, contents_of(folder), dry_run=True)
        assert work.session.scalar(select(func.count(Procedure.id))) == 0
        assert load_office(work, contents_of(folder)).lines == trial.lines
        assert load_office(work, contents_of(folder)).lines == []
        rules = rules_in_plan(work)
        shown = [rules[entry.id] for entry in plan(work) if entry.takes_dossiers]
        assert shown and all(one is not None and not one.says.decided for one in shown)
        loads = select(func.count()).where(AuditEntry.act == "office.loaded")
        assert work.session.scalar(loads) == 1


def test_two_departments_share_their_heading(office: Office) -> None:
    with office.as_system() as work:
        for folder in offices.shipped():
            load_office(work, contents_of(folder))
        numbers = [entry.number for entry in plan(work)]
        assert numbers.count("4") == 1
        assert {"43.2", "46.1"} <= set(numbers)


def test_an_invented_department_works_from_its_files_alone(office: Office, staff: Staff) -> None:
    with office.as_system() as work:
        report = load_office(work, DOGS)
        assert "Sachgebiet: 1 neu, 0 geändert, 0 außer Gebrauch" in report.lines
        duty = work.session.scalars(select(Duty)).one()
        assert (duty.user_id, duty.first_letter, duty.last_letter) == (staff.clerk.id, "a", "k")
        dossier = open_dossier(work, plan_entry(work, "9.1"), subject="Bello")
        assert dossier.reference == "HUND 1/2026"
        case = open_case(work, dossier, procedure="anmeldung")
        assert (case.procedure, case.procedure_key) == ("Anmeldung", "anmeldung")
        work.session.refresh(case, ["dossier"])
        deadline = add_deadline(work, case, key="anzeige", event_on=office.clock.today())
        assert deadline.basis == "§ 9 Satzung"
        unit = work.session.scalars(select(Department).where(Department.key == "hunde")).one()
        assert procedures(work, department_id=unit.id) == ["Anmeldung", "Befreiung"]
        assert document_types(work, department_id=unit.id) == ["Steuerbescheid"]


def test_a_free_procedure_stays_free_and_belongs_to_no_catalogue(
    office: Office, staff: Staff
) -> None:
    with office.begin(staff.clerk) as work:
        dossier = open_dossier(work, plan_entry(work, "5.2"), subject="x")
        case = open_case(work, dossier, procedure="Etwas Eigenes")
        assert (case.procedure, case.procedure_key) == ("Etwas Eigenes", "")


def test_what_the_files_lack_goes_out_of_use_and_stays(office: Office, staff: Staff) -> None:
    fewer = DOGS | {PROCEDURES: "Schlüssel;Titel\nanmeldung;Meldung\n".encode()}
    fewer |= {TYPES: "Schlüssel;Titel\n".encode()}
    with office.as_system() as work:
        load_office(work, DOGS)
        lines = load_office(work, fewer).lines
        assert "Verfahren: 0 neu, 1 geändert, 1 außer Gebrauch" in lines
        rows = {row.key: row for row in work.session.scalars(select(Procedure))}
        assert (rows["anmeldung"].title, rows["befreiung"].in_use) == ("Meldung", False)
        assert [row.in_use for row in work.session.scalars(select(DocumentType))] == [False]
        load_office(work, DOGS)
        assert rows["befreiung"].in_use


def test_a_table_says_everything_of_a_retention_rule_and_a_later_one_follows(
    office: Office, staff: Staff
) -> None:
    head = (
        "Schlüssel;Titel;Art;Jahre;Monate;Auslöser;Ereignis;Beginn;Rundung;Transferfrist;"
        "Aussonderungsart;Grundlage;Archiv;Angaben bleiben;Gültig ab;Gültig bis\n"
    )
    said = (
        "hund;Hundesteuer;Frist;6;3;Ereignis;Abmeldung;Tag danach;Jahresende;2;B;§ 147 AO;"
        "Kreisarchiv;ja;01.01.2026;31.12.2030\n"
    )
    with office.as_system() as work:
        load_office(work, DOGS | {RETENTION: (head + said).encode()})
        shown = retention_rule(work, "hund")
        assert shown.says == Rule(
            6, 3, trigger=Trigger.EVENT, event="Abmeldung", start=Start.NEXT_DAY,
            rounding=Rounding.YEAR_END, transfer_years=2, disposal=Disposal.APPRAISE,
            basis="§ 147 AO", archive="Kreisarchiv", keeps_metadata=True,
            valid_from=date(2026, 1, 1), valid_until=date(2030, 12, 31),
        )  # fmt: skip
        assert load_office(work, DOGS | {RETENTION: (head + said).encode()}).lines == []
        longer = said.replace("Frist;6;3", "Frist;8;3")
        lines = load_office(work, DOGS | {RETENTION: (head + longer).encode()}).lines
        assert "Aufbewahrung: 0 neu, 1 geändert, 0 außer Gebrauch" in lines
        assert retention_rule(work, "hund").says.years == 8
        wrong = head + "hund;H;Frist;x;12;Abmeldung;;;;;Z;;;;;\nkatze;K;dauernd;3;;;;;;;;;;;;\n"
        with pytest.raises(BadTable) as refused:
            load_office(work, DOGS | {RETENTION: wrong.encode()})
        told = "\n".join(refused.value.reasons)
        for expected in (
            "„Jahre“",
            "„Monate“",
            "„Auslöser“",
            "„Aussonderungsart“",
            "Nur eine Frist",
        ):
            assert expected in told


def test_a_period_the_office_has_decided_is_never_made_undecided_again(
    office: Office, staff: Staff
) -> None:
    with office.as_system() as work:
        load_office(work, DOGS)
        set_retention_rule(work, RuleFields("hund", "Hundesteuer", years=6))
        assert load_office(work, DOGS).lines == []
        assert retention_rule(work, "hund").says.years == 6


def test_every_fault_of_every_file_is_told_at_once_and_nothing_is_loaded(
    office: Office, staff: Staff
) -> None:
    bad = {
        UNIT: b'schluessel = "Hunde!"\nname = ""\nfarbe = "rot"\n',
        PLAN: b"Nummer;Titel;Sachgebiet;Aufbewahrung\n9;;;\n9.1;Hund;katzen;nie\n",
        RETENTION: "Schlüssel;Titel;Art;Jahre\nhund;H;Jahre ab Jahresende;\nkatze;K;;\n".encode(),
        PROCEDURES: "Schlüssel;Titel\nan meldung;A\nb;B\nb;C\n".encode(),
        TYPES: "Schlüssel;Titel;Richtung\nx;X;quer\n".encode(),
        DEADLINES: (
            "Schlüssel;Titel;Grundlage;Beginn;Dauer;Einheit;Bekanntgabe nach Tagen;Verfahren\n"
            "f;F;§ 1;zur Post;1;Monate;;\n"
            "g;G;§ 1;eingegangen;null;Monate;;fehlt\n"
            "h;H;§ 1;irgendwann;1;Jahrhunderte;;\n"
            "g;G;§ 1;eingegangen;1;Monate;;\n"
        ).encode(),
        DUTIES: b"Anmeldename;Von;Bis\nniemand;A;K\nclerk;K;A\nclerk;A;\n",
    }
    with office.as_system() as work:
        with pytest.raises(BadTable) as refused:
            load_office(work, bad)
        told = "\n".join(refused.value.reasons)
        for words in (
            "sachgebiet.toml: „schluessel“", "sachgebiet.toml: „name“", "„farbe“ ist unbekannt",
            "aktenplan.csv, Zeile 2: Der Titel ist leer", "aktenplan.csv, Zeile 3: Das Sachgebiet",
            "aktenplan.csv, Zeile 3: Die Aufbewahrungsregel „nie“",
            "aufbewahrung.csv, Zeile 2: Die Frist braucht", "aufbewahrung.csv, Zeile 3: „Art“",
            "verfahren.csv, Zeile 2: Der Schlüssel", "verfahren.csv, Zeile 4: Der Schlüssel „b“",
            "dokumenttypen.csv, Zeile 2: „Richtung“",
            "fristen.csv, Zeile 2: „Bekanntgabe nach Tagen“", "fristen.csv, Zeile 3: „Dauer“",
            "fristen.csv, Zeile 3: Das Verfahren „fehlt“", "fristen.csv, Zeile 4: „Beginn“",
            "fristen.csv, Zeile 4: „Einheit“", "fristen.csv, Zeile 5: „g“ gilt gleichzeitig",
            "zustaendigkeit.csv, Zeile 2: Das Konto „niemand“",
            "zustaendigkeit.csv, Zeile 3: „Bis“",
            "zustaendigkeit.csv, Zeile 4: „Von“",
        ):  # fmt: skip
            assert words in told, (words, told)
        assert work.session.scalar(select(func.count(Procedure.id))) == 0


def test_records_management_loads_a_department_but_shares_out_no_work(
    office: Office, staff: Staff
) -> None:
    with office.begin(staff.records) as work:
        assert load_office(work, {**DOGS, DUTIES: b"Anmeldename\n"}).does_anything
    with pytest.raises(NotAllowed), office.begin(staff.records) as work:
        load_office(work, DOGS)
    with office.begin(staff.clerk) as work, pytest.raises(NotAllowed):
        load_office(work, DOGS)


HEADINGS = "Anmeldename;Name;Rollen;Im Sachgebiet\n"


def roles(*lines: str) -> dict[str, bytes]:
    return {**DOGS, ROLES: (HEADINGS + "\n".join(lines)).encode(), DUTIES: b"Anmeldename\n"}


def test_an_account_of_the_files_is_locked_until_the_administration_lets_it_in(
    office: Office,
) -> None:
    files = roles("Bella.Hund;Bella Hund;Sachbearbeitung|Leitung eines Sachgebiets;ja")
    files |= {DUTIES: b"Anmeldename;Von;Bis\nbella.hund;A;Z\n"}
    with office.as_system() as work:
        report = load_office(work, files)
        assert "Konten: 1 neu, 0 geändert, 0 außer Gebrauch" in report.lines
        assert any("gesperrt" in remark for remark in report.remarks)
        made = find_login(work.session, "bella.hund")
        assert made is not None and (made.active, made.password_hash) == (False, None)
        assert made.roles == ["clerk", "lead"]
        assert [unit.key for unit in departments_of(work, made)] == ["hunde"]
        assert work.session.scalars(select(Duty)).one().user_id == made.id
        change_user(
            work, made, name=made.name, roles={Role.CLERK, Role.LEAD},
            departments=departments_of(work, made), active=True,
        )  # fmt: skip
        assert load_office(work, files).lines == []
        assert made.active


def test_the_files_say_roles_and_their_own_unit_and_nothing_of_other_units(
    office: Office, staff: Staff
) -> None:
    with office.as_system() as work:
        report = load_office(
            work, roles("clerk;Clerk;Scanstelle;ja", "admin;Admin;Administration;nein")
        )
        assert "Konten: 0 neu, 1 geändert, 0 außer Gebrauch" in report.lines
        clerk = work.session.get_one(User, staff.clerk.id)
        assert clerk.roles == ["scanning"] and clerk.active and clerk.password_hash
        assert [unit.key for unit in departments_of(work, clerk)] == ["hunde", "sbr"]
        load_office(work, roles("clerk;Clerk;Scanstelle;nein"))
        assert [unit.key for unit in departments_of(work, clerk)] == ["sbr"]


def test_roles_that_exclude_each_other_are_refused_with_their_line(
    office: Office, staff: Staff
) -> None:
    files = roles(
        "neu;Neu;Sachbearbeitung;ja", "zwei;Zwei;Sachbearbeitung|Datenschutz;ja",
        "drei;Drei;Hundefänger;ja", "NEU;Noch einmal;Scanstelle;ja",
        "e-akte;Anwendung;Scanstelle;ja",
    )  # fmt: skip
    with office.as_system() as work:
        with pytest.raises(BadTable) as refused:
            load_office(work, files)
        told = "\n".join(refused.value.reasons)
        for words in (
            "rollen.csv, Zeile 3: „Sachbearbeitung“ und „Datenschutz“ schließen einander aus",
            "rollen.csv, Zeile 4: Die Rolle „Hundefänger“ gibt es nicht",
            "rollen.csv, Zeile 5: Das Konto „neu“ steht schon in Zeile 2",
            "rollen.csv, Zeile 6: Hinter dem Konto „e-akte“ steht keine Person",
        ):
            assert words in told, (words, told)
        assert find_login(work.session, "neu") is None


def test_records_management_gives_nobody_a_role_by_a_file(office: Office, staff: Staff) -> None:
    with pytest.raises(NotAllowed), office.begin(staff.records) as work:
        load_office(work, roles("neu;Neu;Sachbearbeitung;ja"))
    with pytest.raises(NotAllowed), office.begin(staff.records) as work:
        load_office(work, roles("records;Records;Schriftgutverwaltung|Sachbearbeitung;ja"))
    with office.as_system() as work:
        assert find_login(work.session, "neu") is None


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        contents_of(tmp_path / "nirgends")


def words_in_the_program(root: Path) -> set[str]:
    """Give the titles of procedures, kinds of documents and deadlines that stand in our code."""
    titles = set()
    for folder in offices.shipped():
        for name in (PROCEDURES, TYPES, DEADLINES):
            lines = contents_of(folder)[name].decode("utf-8").splitlines()[1:]
            titles |= {line.split(";")[1] for line in lines}
    return {
        node.value
        for path, tree in modules(root, "eakte")
        # The words of a standard's own code lists are nobody's settings.
        if not path.startswith(("eakte/demo/", "eakte/interchange/"))
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and node.value in titles
    }


def test_the_program_names_no_procedure_no_kind_of_document_and_no_deadline() -> None:
    assert words_in_the_program(ROOT) == set()
