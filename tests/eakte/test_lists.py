"""Does a list hold what its person may see, and harms it nobody?"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from eakte.access.rights.granting import give_access
from eakte.access.rights.locking import lock_dossier
from eakte.bootstrap import Office
from eakte.casework.deadlines import add_own_deadline
from eakte.errors import NotAllowed, NotFound, RuleBroken
from eakte.filing.opening import open_dossier
from eakte.filing.placing import Description, place_document
from eakte.model.audit_entry import AuditEntry
from eakte.model.case import Case
from eakte.model.document import Document
from eakte.model.dossier import Dossier, DossierState
from eakte.model.file_plan import PlanEntry
from eakte.model.prepared import ListKind, ListState
from eakte.model.right import Mark
from eakte.model.user import User
from eakte.retrieval.prepared import lines
from eakte.retrieval.prepared.asking import (
    MOST_AT_ONCE,
    drop_list,
    own_list,
    own_lists,
    read_list,
)
from eakte.retrieval.prepared.lines import Filter
from eakte.retrieval.prepared.writing import harmless, write_list
from tests.builders import Staff, appoint, bring, house, now_, opened
from tests.eakte.listing import asked, content, row, table, work_off

REASON = "Für die Bearbeitung des Widerspruchs"


def abroad(office: Office, staff: Staff) -> Dossier:
    """A dossier of the other unit."""
    with office.as_system() as work:
        entry = PlanEntry(
            number="7.1",
            title="Wohngeld",
            department_id=staff.other_unit.id,
            reference_prefix="WOG",
            reference_pattern="WOG {number}/{year}",
            takes_dossiers=True,
            valid_from=work.clock.today(),
        )
        work.session.add(entry)
        work.session.flush()
        return open_dossier(work, entry, subject="Wohngeld", person_name="Fremd, Franz")


def done(office: Office) -> list[str]:
    """Every act on lists in the log, the first one first."""
    with office.database.transaction(writes=False) as session:
        query = select(AuditEntry.act).where(AuditEntry.subject_kind == "list")
        return list(session.scalars(query.order_by(AuditEntry.sequence)))


def test_a_list_says_of_every_dossier_what_the_clerk_needs(tmp_path: Path) -> None:
    with house(tmp_path) as (office, staff):
        dossier, case = opened(office, staff)
        receipt = bring(office, staff.clerk, tmp_path / "in")
        with office.begin(staff.clerk) as work:
            row_ = work.session.get_one(Dossier, dossier.id)
            row_.birth_date, row_.clerk_id = date(1961, 2, 3), staff.clerk.id
            place_document(
                work,
                work.session.get_one(Document, receipt.document_id),
                case=work.session.get_one(Case, case.id),
                description=Description(received_on=date(2026, 1, 5)),
            )
        wanted = asked(office, staff.clerk)
        work_off(office)
        written = content(office, staff.clerk, wanted)
        assert written.startswith(b"\xef\xbb\xbfAktenzeichen;Name;Geburtsdatum;")
        assert written.endswith(b"\r\n")
        assert table(written) == [
            {
                "Aktenzeichen": dossier.reference,
                "Name": "Muster, Änne",
                "Geburtsdatum": "03.02.1961",
                "Betreff": "Feststellung",
                "Sachgebiet": "Schwerbehindertenrecht",
                "zuständig": "Clerk",
                "Medium": "elektronisch",
                "Zustand": "offen",
                "angelegt am": f"{dossier.opened_on:%d.%m.%Y}",
                "Vorgänge": "1",
                "Schreiben": "1",
                "Seiten": "1",
                "letzter Eingang": "05.01.2026",
            }
        ]


def test_two_people_who_ask_alike_get_each_what_they_see(tmp_path: Path) -> None:
    with house(tmp_path) as (office, staff):
        mine, _ = opened(office, staff)
        theirs = abroad(office, staff)
        lists = {who: asked(office, who) for who in (staff.clerk, staff.other_clerk)}
        work_off(office)
        seen = {
            who: [line["Aktenzeichen"] for line in table(content(office, who, list_id))]
            for who, list_id in lists.items()
        }
        assert seen == {staff.clerk: [mine.reference], staff.other_clerk: [theirs.reference]}


def test_the_filter_holds_for_the_list_as_for_the_page(tmp_path: Path) -> None:
    with house(tmp_path) as (office, staff):
        for name in ("Muster, Änne", "Muster, Ole", "Beispiel, Ole"):
            dossier, _ = opened(office, staff, person=name)
        with office.begin(staff.clerk) as work:
            work.session.get_one(Dossier, dossier.id).state = DossierState.CLOSED
        filters = {
            "words": Filter("muster sbr"),
            "state": Filter(state=DossierState.CLOSED),
            "entry": Filter(plan_entry_id=staff.entry.id),
            "nothing": Filter("100%"),
        }
        lists = {name: asked(office, staff.clerk, one) for name, one in filters.items()}
        work_off(office)
        found = {
            name: [line["Name"] for line in table(content(office, staff.clerk, list_id))]
            for name, list_id in lists.items()
        }
        assert found == {
            "words": ["Muster, Änne", "Muster, Ole"],
            "state": ["Beispiel, Ole"],
            "entry": ["Beispiel, Ole", "Muster, Änne", "Muster, Ole"],
            "nothing": [],
        }


def test_a_list_of_many_parts_names_everything_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "PART", 3)
    monkeypatch.setattr(lines, "IDS_AT_ONCE", 2)
    with house(tmp_path) as (office, staff):
        for _ in range(7):
            opened(office, staff)
        wanted = asked(office, staff.clerk)
        work_off(office)
        found = [line["Aktenzeichen"] for line in table(content(office, staff.clerk, wanted))]
        assert len(found) == len(set(found)) == 7
        prepared = row(office, wanted)
        assert prepared is not None and prepared.rows == 7


def test_the_running_deadlines_are_a_list_as_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "PART", 2)
    with house(tmp_path) as (office, staff):
        _, case = opened(office, staff)
        today = office.clock.today()
        with office.begin(staff.clerk) as work:
            for days in (5, 3, 5):
                add_own_deadline(
                    work,
                    work.session.get_one(Case, case.id),
                    title="Anhörung",
                    basis="§ 24 SGB X",
                    ends_on=today + timedelta(days=days),
                )
        mine, theirs = (
            asked(office, who, kind=ListKind.DEADLINES) for who in (staff.clerk, staff.other_clerk)
        )
        work_off(office)
        ends = [line["Ende"] for line in table(content(office, staff.clerk, mine))]
        assert ends == [f"{today + timedelta(days=days):%d.%m.%Y}" for days in (3, 5, 5)]
        assert table(content(office, staff.other_clerk, theirs)) == []


@pytest.mark.parametrize(
    "cell", ["=1+1", "+49 123", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1+1", "\n=1", "＝1"]
)
def test_no_cell_is_taken_for_a_formula(cell: str) -> None:
    assert harmless(cell).startswith("'")


def test_what_is_no_formula_stays_as_it_is() -> None:
    for plain in ("Muster, Änne", "SBR 1/2026", "a=b", "", "5"):
        assert harmless(plain) == plain


def test_a_hostile_name_reaches_the_table_as_text(tmp_path: Path) -> None:
    hostile = '=HYPERLINK("http://x.example";"Öffnen")'
    with house(tmp_path) as (office, staff):
        opened(office, staff, person=hostile)
        wanted = asked(office, staff.clerk)
        work_off(office)
        (line,) = table(content(office, staff.clerk, wanted))
        assert line["Name"] == f"'{hostile}"


def test_the_list_of_another_person_is_answered_like_none(tmp_path: Path) -> None:
    with house(tmp_path) as (office, staff):
        opened(office, staff)
        wanted = asked(office, staff.clerk)
        work_off(office)
        said = set()
        for use in (own_list, read_list, drop_list):
            for list_id in (wanted, staff.entry.id):
                with pytest.raises(NotFound) as refused, office.begin(staff.other_clerk) as work:
                    use(work, list_id)
                said.add(str(refused.value))
        assert len(said) == 1
        with office.begin(staff.other_clerk) as work:
            assert own_lists(work) == []


@pytest.mark.parametrize("who", ["scanning", "administrator"])
def test_who_sees_no_dossiers_in_lists_gets_none(tmp_path: Path, who: str) -> None:
    with house(tmp_path) as (office, staff), pytest.raises(NotAllowed):
        asked(office, getattr(staff, who))


def test_an_eleventh_list_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with house(tmp_path) as (office, staff):
        lists = [asked(office, staff.clerk) for _ in range(MOST_AT_ONCE)]
        with pytest.raises(RuleBroken, match="schon 10 Listen"):
            asked(office, staff.clerk)
        asked(office, staff.other_clerk)
        with office.begin(staff.clerk) as work:
            drop_list(work, lists[0])
        asked(office, staff.clerk)


def test_an_entry_that_is_not_in_the_plan_is_no_filter(tmp_path: Path) -> None:
    with house(tmp_path) as (office, staff), pytest.raises(NotFound):
        asked(office, staff.clerk, Filter(plan_entry_id=staff.unit.id))


def test_nothing_is_read_before_it_is_written(tmp_path: Path) -> None:
    with house(tmp_path) as (office, staff):
        wanted = asked(office, staff.clerk)
        with pytest.raises(RuleBroken, match="nicht geschrieben"):
            content(office, staff.clerk, wanted)


def test_every_act_is_in_the_log_without_the_words_that_were_typed(tmp_path: Path) -> None:
    with house(tmp_path) as (office, staff):
        wanted = asked(office, staff.clerk, Filter("Muster"))
        work_off(office)
        content(office, staff.clerk, wanted)
        with office.begin(staff.clerk) as work:
            drop_list(work, wanted)
        work_off(office)
        assert done(office) == [
            *("list.asked", "list.written", "list.read", "list.dropped", "list.destroyed")
        ]
        with office.database.transaction(writes=False) as session:
            entries = session.scalars(
                select(AuditEntry).where(AuditEntry.subject_kind == "list")
            ).all()
            assert not any("Muster" in str(entry.details) for entry in entries)


def test_a_list_is_refused_when_a_dossier_in_it_was_locked_since(tmp_path: Path) -> None:
    with house(tmp_path) as (office, staff):
        dossier, _ = opened(office, staff)
        other, _ = opened(office, staff, person="Andere, Anna")
        narrow = asked(office, staff.clerk, Filter("andere"))
        wide = asked(office, staff.clerk)
        work_off(office)
        colleague = appoint(office, "colleague", *staff.clerk.roles, units=[staff.unit])
        with office.begin(staff.records) as work:
            lock_dossier(
                work,
                work.session.get_one(Dossier, dossier.id),
                mark=Mark.LOCK,
                reason=REASON,
                clerk=work.session.get_one(User, colleague.id),
            )
        with pytest.raises(NotAllowed, match="nicht mehr die"):
            content(office, staff.clerk, wide)
        # What was shut stands not in this one, so nothing is told about it either.
        assert [line["Name"] for line in table(content(office, staff.clerk, narrow))] == [
            "Andere, Anna"
        ]


def test_a_list_is_refused_when_a_dossier_was_given_since(tmp_path: Path) -> None:
    with house(tmp_path) as (office, staff):
        opened(office, staff)
        foreign = abroad(office, staff)
        records = appoint(office, "keeper", *staff.records.roles, units=[staff.other_unit])
        wanted = asked(office, staff.clerk)
        work_off(office)
        assert content(office, staff.clerk, wanted)
        with office.begin(records) as work:
            give_access(
                work,
                work.session.get_one(Dossier, foreign.id),
                work.session.get_one(User, staff.clerk.id),
                reason=REASON,
                until=work.clock.today() + timedelta(days=3),
            )
        with pytest.raises(NotAllowed):
            content(office, staff.clerk, wanted)
        again = asked(office, staff.clerk)
        work_off(office)
        assert len(table(content(office, staff.clerk, again))) == 2


def test_progress_is_shown_while_a_list_is_written(tmp_path: Path) -> None:
    with house(tmp_path) as (office, staff):
        opened(office, staff)
        wanted = asked(office, staff.clerk)
        shown: list[tuple[str, int, int]] = []
        write_list(
            lambda: office.on_behalf_of(staff.clerk.id, writes=False),
            wanted,
            show=lambda *told: shown.append(told),
        )
        assert shown == [("lines", 0, 1), ("lines", 1, 1)]
        with office.begin(now_(office, staff.clerk)) as work:
            waiting = own_list(work, wanted)
        assert (waiting.writing, waiting.prepared.state) == (False, ListState.WAITING)
