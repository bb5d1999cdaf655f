"""Does the plan change without moving a dossier, and does a table tell every fault it has?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from eakte.bootstrap import Office
from eakte.clock import SetClock
from eakte.errors import BadInput, BadTable, ChangedMeanwhile, NotAllowed, NotUnique, RuleBroken
from eakte.filing.opening import open_dossier
from eakte.filing.plan import (
    add_plan_entry,
    coming_plan,
    plan,
    plan_entry,
    plan_history,
    plan_path,
    stamp_of,
)
from eakte.filing.plan_changing import change_plan_entry, end_plan_entry, fields_of
from eakte.filing.plan_csv import export_plan, preview_plan
from eakte.filing.plan_importing import import_plan
from eakte.filing.retention_rules import (
    RuleFields,
    editions_of,
    retention_rule,
    set_retention_rule,
)
from eakte.model.audit_entry import AuditEntry
from eakte.model.dossier import Dossier
from eakte.model.file_plan import Access, PlanEntry
from eakte.model.periods import Disposal, Trigger
from eakte.model.retention_rule import EVER
from tests.builders import Staff, build_office, hire, opened

HEAD = (
    "Nummer;Titel;Übergeordnet;Sachgebiet;Akten;Kürzel;Muster;Aufbewahrung;Zugang;"
    "Eine je Person;Gültig ab;Gültig bis\r\n"
)
GOOD = (
    "5;Soziales;;;nein;;;;Sachgebiet;nein;;\r\n"
    "5.2;Feststellung;5;sbr;ja;SBR;;;Sachgebiet;nein;;\r\n"
    "5.10;Größe, Maß und „Ähnliches“;5;sbr;ja;GR;{prefix}-{number:04}/{year};;zugewiesen;ja;"
    "01.01.2026;31.12.2030\r\n"
)


def sheet(lines: str = GOOD) -> bytes:
    return ("\ufeff" + HEAD + lines).encode()


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def office(tmp_path: Path, clock: SetClock) -> Iterator[Office]:
    built = build_office(tmp_path, clock=clock)
    yield built
    built.close()


@pytest.fixture
def staff(office: Office) -> Staff:
    return hire(office)


def test_a_changed_entry_is_followed_by_another_and_old_dossiers_stay(
    office: Office, staff: Staff
) -> None:
    dossier, _ = opened(office, staff)
    with office.begin(staff.records) as work:
        child = add_plan_entry(work, "5.2.1", title="Darunter")
        entry = work.session.get_one(PlanEntry, staff.entry.id)
        wanted = replace(fields_of(work, entry), title="Neu", access=Access.ASSIGNED)
        follower = change_plan_entry(work, entry, wanted=wanted, stamp=stamp_of(entry))
        assert follower.id != entry.id
        assert entry.valid_until == office.clock.today() - timedelta(days=1)
        assert [row.title for row in plan(work)] == ["Neu", "Darunter"]
        assert [row.title for row in plan_history(work, "5.2")] == ["Neu", "Feststellung"]
        work.session.refresh(child)
        assert [row.id for row in plan_path(work, child.id)] == [follower.id, child.id]
        note = work.session.scalars(
            select(AuditEntry).where(AuditEntry.act == "plan.changed")
        ).one()
        assert note.details["before"] == {"title": "Feststellung", "access": "unit"}
        assert note.details["after"] == {"title": "Neu", "access": "assigned"}
    with office.begin(staff.clerk) as work:
        assert work.session.get_one(Dossier, dossier.id).plan_entry.title == "Feststellung"
        assert work.session.get_one(Dossier, dossier.id).access is Access.UNIT
        with pytest.raises(BadInput, match="gilt heute nicht"):
            open_dossier(work, work.session.get_one(PlanEntry, staff.entry.id), subject="x")
        fresh = open_dossier(work, plan_entry(work, "5.2"), subject="x")
        assert fresh.access is Access.ASSIGNED
        assert fresh.reference == "SBR 2/2026"


def test_a_change_that_was_overtaken_is_refused(office: Office, staff: Staff) -> None:
    with office.begin(staff.records) as work:
        entry = work.session.get_one(PlanEntry, staff.entry.id)
        seen, wanted = stamp_of(entry), replace(fields_of(work, entry), title="Neu")
        change_plan_entry(work, entry, wanted=wanted, stamp=seen)
        with pytest.raises(ChangedMeanwhile):
            change_plan_entry(work, entry, wanted=wanted, stamp=seen)
        with pytest.raises(RuleBroken, match="nicht mehr geändert"):
            change_plan_entry(work, entry, wanted=wanted)


def test_an_entry_does_not_come_to_stand_below_itself(office: Office, staff: Staff) -> None:
    with office.begin(staff.records) as work:
        add_plan_entry(work, "5.2.1", title="Darunter")
        entry = work.session.get_one(PlanEntry, staff.entry.id)
        for parent in ("5.2", "5.2.1"):
            with pytest.raises(BadInput, match="unter sich selbst"):
                change_plan_entry(
                    work, entry, wanted=replace(fields_of(work, entry), parent=parent)
                )


def test_an_entry_ends_only_when_nothing_below_it_holds(
    office: Office, staff: Staff, clock: SetClock
) -> None:
    with office.begin(staff.records) as work:
        child = add_plan_entry(work, "5.2.1", title="Darunter")
        entry = work.session.get_one(PlanEntry, staff.entry.id)
        with pytest.raises(RuleBroken) as refused:
            end_plan_entry(work, entry)
        assert refused.value.reasons == ("Darunter gilt noch „5.2.1“.",)
        end_plan_entry(work, child)
        end_plan_entry(work, entry, last_day=clock.today())
        assert [row.number for row in plan(work)] == ["5.2"]
    clock.move(timedelta(days=1))
    with office.begin(staff.records) as work:
        assert plan(work) == []
        again = add_plan_entry(work, "5.2", title="Wieder da")
        assert again.valid_from == clock.today()
        with pytest.raises(NotUnique):
            add_plan_entry(work, "5.2", title="Noch einmal")


def test_only_records_management_changes_the_plan(office: Office, staff: Staff) -> None:
    with office.begin(staff.clerk) as work:
        entry = work.session.get_one(PlanEntry, staff.entry.id)
        for act in (
            lambda: change_plan_entry(work, entry, wanted=fields_of(work, entry)),
            lambda: end_plan_entry(work, entry),
            lambda: import_plan(work, sheet()),
            lambda: preview_plan(work, sheet()),
            lambda: set_retention_rule(work, RuleFields("x", "x", permanent=True)),
        ):
            with pytest.raises(NotAllowed):
                act()
        assert export_plan(work).startswith(b"\xef\xbb\xbfNummer;")


def test_a_table_comes_back_byte_for_byte(office: Office, staff: Staff) -> None:
    with office.begin(staff.records) as work:
        preview = import_plan(work, sheet())
        assert [fields.number for fields in preview.new] == ["5", "5.10"]
        assert [line.fields.number for line in preview.changed] == ["5.2"]
    with office.begin(staff.records) as work:
        out = export_plan(work)
        assert import_plan(work, out).does_anything is False
        assert export_plan(work) == out
    with office.begin(staff.records) as work:
        ten = plan_entry(work, "5.10")
        assert (ten.valid_from, ten.valid_until) == (date(2026, 1, 1), date(2030, 12, 31))
        assert ten.one_a_person
        assert ten.default_access is Access.ASSIGNED


def test_a_whole_plan_comes_back_byte_for_byte_in_an_empty_house(
    office: Office, staff: Staff, tmp_path: Path
) -> None:
    with office.begin(staff.records) as work:
        import_plan(work, sheet(GOOD.replace("5.2;F", "5.3;F")))
        out = export_plan(work)
    other = build_office(tmp_path / "other")
    try:
        hired = hire(other)
        with other.begin(hired.records) as work:
            import_plan(work, out)
            assert export_plan(work) == out
    finally:
        other.close()


def test_what_a_table_lacks_ends_and_its_dossiers_stay(office: Office, staff: Staff) -> None:
    dossier, _ = opened(office, staff)
    with office.begin(staff.records) as work:
        preview = import_plan(work, sheet("6;Anderes;;;nein;;;;;nein;;\r\n"))
        assert [fields.number for fields in preview.ended] == ["5.2"]
        assert [entry.number for entry in coming_plan(work)] == ["6"]
        assert work.session.get_one(Dossier, dossier.id).plan_entry.number == "5.2"


@pytest.mark.parametrize("signs", ["utf-8", "utf-8-sig"])
def test_utf_8_is_read_with_and_without_its_mark_and_commas_too(
    office: Office, staff: Staff, signs: str
) -> None:
    with office.begin(staff.records) as work:
        preview = preview_plan(work, "Nummer,Titel\n7,Größe\n".encode(signs))
        assert preview.faults == []
        assert preview.remarks == []
        assert [fields.title for fields in preview.new] == ["Größe"]


def test_cp1252_is_recognised_and_said(office: Office, staff: Staff) -> None:
    with office.begin(staff.records) as work:
        preview = preview_plan(work, "Nummer;Titel\n7;Größe – „Maß“\n".encode("cp1252"))
        assert preview.faults == []
        assert "CP1252" in preview.remarks[0]
        assert [fields.title for fields in preview.new] == ["Größe – „Maß“"]


def test_every_fault_is_named_with_its_line_and_nothing_is_changed(
    office: Office, staff: Staff
) -> None:
    lines = [
        "1;A;2;;nein;;;;Sachgebiet;nein;;",  # 2: loop
        "2;B;1;;nein;;;;Sachgebiet;nein;;",  # 3: loop
        "3;C;9;;nein;;;;Sachgebiet;nein;;",  # 4: missing parent
        "3;D;;;nein;;;;Sachgebiet;nein;;",  # 5: double
        "4;;;;nein;;;;Sachgebiet;nein;;",  # 6: no title
        "6;E;;xyz;nein;;;;Sachgebiet;nein;;",  # 7: unknown unit
        "7;F;;;ja;K;;;Sachgebiet;nein;;",  # 8: dossiers without a unit
        "8;G;;sbr;ja;K;{prefix}/{year};;Sachgebiet;nein;;",  # 9: pattern
        "9.1;H;;;nein;;;nie;Sachgebiet;nein;;",  # 10: unknown rule
        "9.2;I;;;nein;;;;alle;nein;;",  # 11: unknown access
        "9.3;J;;;nein;;;;Sachgebiet;nein;31.02.2026;",  # 12: no day
        "9.4;K;;;nein;;;;Sachgebiet;nein;02.02.2026;01.02.2026",  # 13: ends too early
        "9.5;" + "L" * 201 + ";;;nein;;;;Sachgebiet;nein;;",  # 14: too long
        "9.6;=M;;;nein;;;;Sachgebiet;nein;;",  # 15: formula
        "9.7;N;;;vielleicht;;;;Sachgebiet;nein;;",  # 16: neither yes nor no
        "9.8;O;;;nein",  # 17: too few columns
        ";P;;;nein;;;;Sachgebiet;nein;;",  # 18: no number
    ]
    table = sheet("\r\n".join(lines) + "\r\n")
    with office.begin(staff.records) as work:
        before = export_plan(work)
        preview = preview_plan(work, table, name="plan.csv")
        found = {fault.line: fault.sentence for fault in preview.faults}
        assert found.keys() == set(range(2, 19))
        for line, words in {
            2: "im Kreis", 3: "1 → 2 → 1", 4: "„9“ fehlt", 5: "schon in Zeile 4", 6: "Titel",
            7: "„xyz“", 8: "Sachgebiet", 9: "laufende Nummer", 10: "„nie“", 11: "„alle“",
            12: "kein Datum", 13: "bevor sie beginnt", 14: "200 Zeichen", 15: "Rechenzeichen",
            16: "„vielleicht“", 17: "5 Spalten statt 12", 18: "Nummer ist leer",
        }.items():  # fmt: skip
            assert words in found[line], (line, found[line])
        with pytest.raises(BadTable) as refused:
            import_plan(work, table, name="plan.csv")
        assert refused.value.reasons == tuple(str(fault) for fault in preview.faults)
        assert refused.value.reasons[0].startswith("plan.csv, Zeile 2: ")
        assert export_plan(work) == before


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "leer"),
        (b"\r\n\r\n", "leer"),
        (b"Nummer;Name\n1;A\n", "„Name“ ist unbekannt"),
        (b"Titel\nA\n", "„Nummer“ fehlt"),
        (b"Nummer;Titel;Titel\n1;A;B\n", "mehrmals"),
        ("Nummer;Titel\n1;A\n".encode("utf-16"), "UTF-16"),
        (b"Nummer;Titel\n1;\x81\x8d\n", "weder in UTF-8 noch"),
        (b"Nummer;Titel\n1;A\0\n", "Nullzeichen"),
        (b'Nummer;Titel\n1;"A\n', "keine Tabellenzeile"),
        (b"Nummer;Titel\n" + b"x" * 2_000_001, "2 MB"),
    ],
)
def test_what_is_no_table_of_a_plan_is_refused(
    office: Office, staff: Staff, content: bytes, words: str
) -> None:
    with office.begin(staff.records) as work:
        faults = preview_plan(work, content).faults
        assert any(words in str(fault) for fault in faults), faults


def test_a_table_agreed_to_against_another_plan_is_not_taken(office: Office, staff: Staff) -> None:
    with office.begin(staff.records) as work:
        state = preview_plan(work, sheet()).state
        add_plan_entry(work, "8", title="Inzwischen")
        with pytest.raises(ChangedMeanwhile):
            import_plan(work, sheet(), state=state)


def test_a_retention_rule_says_what_can_be_and_another_edition_follows_it(
    office: Office, staff: Staff
) -> None:
    x = RuleFields("x", "X")
    with office.begin(staff.records) as work:
        for wrong in (
            replace(x, months=3),
            replace(x, years=10, permanent=True),
            replace(x, years=0),
            replace(x, years=501),
            replace(x, years=1, months=12),
            replace(x, years=1, trigger=Trigger.EVENT),
            replace(x, years=1, event="Rückgabe"),
            replace(x, title=" "),
            replace(x, basis="x" * 301),
            replace(x, valid_from=date(2026, 2, 1), valid_until=date(2026, 1, 1)),
        ):
            with pytest.raises(RuleBroken):
                set_retention_rule(work, wrong)
        set_retention_rule(work, x)
        assert not retention_rule(work, "x").says.decided
        entry = work.session.get_one(PlanEntry, staff.entry.id)
        change_plan_entry(work, entry, wanted=replace(fields_of(work, entry), rule="x"))
        ten = replace(x, years=10, disposal=Disposal.APPRAISE)
        set_retention_rule(work, ten, number=1)
        shown = retention_rule(work, "x")
        assert (shown.number, shown.says.years, shown.edition.valid_from) == (2, 10, EVER)
        assert set_retention_rule(work, replace(ten, title="Y")).title == "Y"
        assert retention_rule(work, "x").number == 2
        with pytest.raises(ChangedMeanwhile):
            set_retention_rule(work, replace(ten, years=6), number=1)
        set_retention_rule(work, replace(ten, years=6))
        shown = retention_rule(work, "x")
        assert (shown.number, shown.edition.valid_from) == (3, work.clock.today())
        with pytest.raises(RuleBroken, match="Aufbewahrungsregel"):
            set_retention_rule(work, replace(ten, valid_from=date(2020, 1, 1)))
        assert [one.years for one in editions_of(work, shown.rule)] == [6, 10, None]
