"""Does a dossier begin only with what can be true, and is a known person told, but no secret?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from eakte.bootstrap import Office
from eakte.errors import BadInput, NotUnique, PersonKnown, RuleBroken
from eakte.filing.cases import revise_case
from eakte.filing.clerks import clerks
from eakte.filing.opening import Opening, known_dossiers, open_case, open_dossier
from eakte.model.audit_entry import AuditEntry
from eakte.model.catalogue import Procedure
from eakte.model.dossier import Dossier, DossierAlias, Medium
from eakte.model.file_plan import PlanEntry
from eakte.unit_of_work import UnitOfWork
from tests.builders import Staff, build_office, hire

BORN = date(1970, 5, 1)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    built = build_office(tmp_path)
    yield built
    built.close()


@pytest.fixture
def staff(office: Office) -> Staff:
    return hire(office)


def new(work: UnitOfWork, hired: Staff, /, **said: Any) -> Dossier:
    entry = work.session.get_one(PlanEntry, hired.entry.id)
    more = {
        name: said.pop(name)
        for name in ("person_name", "birth_date", "although_known") & said.keys()
    }
    return open_dossier(work, entry, subject="Feststellung", given=Opening(**said), **more)


def test_a_new_dossier_keeps_what_was_said_of_it(office: Office, staff: Staff) -> None:
    with office.begin(staff.clerk) as work:
        made = new(
            work, staff, person_name="Öztürk,  Can", birth_date=BORN, death_date=date(2026, 1, 1),
            address="Am Markt 1", medium=Medium.HYBRID, paper_location="Keller",
            keywords=["eilig", " "], aliases=[("Fachverfahren", "SB-77")],
            term_from=date(2026, 1, 1),
        )  # fmt: skip
        assert (made.letter, made.clerk_id, made.keywords) == ("o", None, ["eilig"])
        assert (made.medium, made.paper_location) == (Medium.HYBRID, "Keller")
        alias = work.session.scalars(select(DossierAlias)).one()
        assert (alias.dossier_id, alias.value_folded) == (made.id, "sb-77")
        with pytest.raises(NotUnique):
            new(work, staff, aliases=[("Fachverfahren", "sb-77")])


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"birth_date": date(2030, 1, 1)}, "Geburtsdatum liegt in der Zukunft"),
        ({"birth_date": date(1890, 1, 1)}, "Geburtsdatum liegt zu weit zurück"),
        ({"death_date": date(2030, 1, 1)}, "Sterbedatum liegt in der Zukunft"),
        ({"birth_date": BORN, "death_date": date(1960, 1, 1)}, "vor dem Geburtsdatum"),
        ({"medium": Medium.PAPER}, "wo das Papier liegt"),
        ({"term_from": BORN, "term_until": date(1960, 1, 1)}, "bevor sie beginnt"),
        ({"locked": True}, "warum die Akte gesperrt wird"),
        ({"keywords": ["x"] * 21}, "20 Schlagworte"),
    ],
)
def test_what_cannot_be_true_is_refused(
    office: Office, staff: Staff, said: dict[str, Any], words: str
) -> None:
    with office.begin(staff.clerk) as work, pytest.raises(BadInput, match=words):
        new(work, staff, **said)


def test_several_faults_are_told_together(office: Office, staff: Staff) -> None:
    with office.begin(staff.clerk) as work, pytest.raises(RuleBroken) as refused:
        new(work, staff, locked=True, birth_date=date(2030, 1, 1), clerk_id=staff.other_clerk.id)
    assert len(refused.value.reasons) == 3


def test_a_dossier_is_given_to_somebody_who_works_there(office: Office, staff: Staff) -> None:
    with office.begin(staff.clerk) as work:
        assert [person.login for person in clerks(work, work.actor.departments)] == ["clerk"]
        assert new(work, staff, clerk_id=staff.clerk.id).clerk_id == staff.clerk.id
        with pytest.raises(BadInput, match="bearbeitet in diesem Sachgebiet keine Akten"):
            new(work, staff, clerk_id=staff.scanning.id)
        # Whoever opens what only named people reach does not lose sight of it.
        assert new(work, staff, locked=True, lock_reason="x").clerk_id == staff.clerk.id
    with office.as_system() as work:
        assert new(work, staff).clerk_id is None
        with pytest.raises(BadInput, match="braucht eine Person"):
            new(work, staff, staff=True)


def test_nothing_new_begins_with_a_procedure_that_is_out_of_use(
    office: Office, staff: Staff
) -> None:
    with office.as_system() as work:
        work.session.add_all(
            Procedure(
                department_id=staff.unit.id, key=key, title=title, basis="", place=1, in_use=in_use
            )
            for key, title, in_use in (("alt", "Altfall", False), ("neu", "Neufall", True))
        )
    with office.begin(staff.clerk) as work:
        dossier = new(work, staff)
        keys = [
            open_case(work, dossier, procedure=typed).procedure_key
            for typed in ("Neufall", "alt", "NEU")
        ]
        assert keys == ["neu", "", "neu"]
        # What began with it long ago is put right to it.
        case = open_case(work, dossier, procedure="Altfal")
        revise_case(work, case, procedure="altfall")
        assert case.procedure_key == "alt"


def test_a_dossier_repeats_the_procedures_of_its_cases(office: Office, staff: Staff) -> None:
    with office.as_system() as work:
        work.session.add_all(
            Procedure(department_id=staff.unit.id, key=key, title=key, basis="", place=1)
            for key in ("erst", "widerspruch", "klage")
        )
    with office.begin(staff.clerk) as work:
        dossier = new(work, staff)
        first = open_case(work, dossier, procedure="klage")
        for typed in ("erst", "erst", "Etwas Eigenes"):
            open_case(work, dossier, procedure=typed)
        work.session.refresh(dossier)
        edits = dossier.edits
        assert dossier.procedures == "|klage|erst|"
        revise_case(work, first, procedure="widerspruch")
        work.session.flush()
        work.session.refresh(dossier)
        assert (dossier.procedures, dossier.edits) == ("|erst|widerspruch|", edits)


def test_a_second_dossier_of_a_person_has_to_be_meant(office: Office, staff: Staff) -> None:
    with office.as_system() as work:
        work.session.get_one(PlanEntry, staff.entry.id).one_a_person = True
    with office.begin(staff.clerk) as work:
        first = new(work, staff, person_name="Müller, Änne", birth_date=BORN)
        with pytest.raises(PersonKnown, match=first.reference):
            new(work, staff, person_name="MUELLER,  Aenne", birth_date=BORN)
        new(work, staff, person_name="Müller, Änne", birth_date=date(1971, 5, 1))
        new(work, staff, person_name="Müller, Änne")
        again = new(work, staff, person_name="Müller, Änne", birth_date=BORN, although_known=True)
        noted = work.session.scalars(
            select(AuditEntry).where(AuditEntry.subject_id == again.id)
        ).one()
        assert noted.details["although_known"] == [str(first.id)]
        known = known_dossiers(work, person_name="Müller, Änne", birth_date=BORN)
        assert [one.id for one in known] == [first.id, again.id]


def test_a_dossier_one_may_not_see_warns_of_nothing(office: Office, staff: Staff) -> None:
    with office.as_system() as work:
        work.session.get_one(PlanEntry, staff.entry.id).one_a_person = True
        hidden = new(work, staff, person_name="Muster, Max", birth_date=BORN)
        hidden.locked = True
    with office.begin(staff.clerk) as work:
        assert known_dossiers(work, person_name="Muster, Max", birth_date=BORN) == []
        made = new(work, staff, person_name="Muster, Max", birth_date=BORN)
        assert made.reference == "SBR 2/2026"
