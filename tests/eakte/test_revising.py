"""Is what is said of dossiers and cases put right with its history, and nothing that cannot be?"""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from eakte.access.actions import Action
from eakte.errors import BadInput, ChangedMeanwhile, NotAllowed, NotFound, NotUnique, RuleBroken
from eakte.filing.cases import cancel_case, close_case, reopen_case, revise_case
from eakte.filing.describing import Description
from eakte.filing.opening import open_case, open_dossier
from eakte.filing.placing import place_document
from eakte.filing.revising import (
    Revision,
    add_alias,
    cancel_dossier,
    link_dossiers,
    remove_alias,
    revise_dossier,
    unlink_dossiers,
)
from eakte.history import altered
from eakte.model.audit_entry import AuditEntry
from eakte.model.case import Case, CaseState
from eakte.model.change import Change
from eakte.model.dossier import Dossier, DossierAlias, DossierLink, DossierState, Medium
from eakte.model.file_plan import PlanEntry
from eakte.retrieval.browsing import aliases_of, history_of, links_of
from eakte.retrieval.listing import dossier_by_reference
from tests.builders import bring, document, house, opened


def test_a_revised_dossier_keeps_every_old_value_with_who_and_when(tmp_path: Path) -> None:
    with house(tmp_path) as (office, staff):
        dossier, _ = opened(office, staff, person="Muster, Änne")
        with office.begin(staff.clerk) as work:
            here = work.session.get_one(Dossier, dossier.id)
            revise_dossier(
                work,
                here,
                Revision(person_name="Øster, Änne", address="Weg 1, Ort", keywords=("a", "a")),
            )
        with office.begin(staff.clerk) as work:
            here = work.session.get_one(Dossier, dossier.id)
            assert (here.person_folded, here.letter, here.keywords) == ("øster, aenne", "ø", ["a"])
            told = history_of(work, here)[0]
            assert told.actor_name == staff.clerk.name
            assert ("person_name", "Muster, Änne", "Øster, Änne") in told.fields
            assert altered(work.session, here.id) == []


def test_a_dossier_is_left_only_to_somebody_who_works_there(tmp_path: Path) -> None:
    with house(tmp_path) as (office, staff):
        dossier, _ = opened(office, staff)
        with office.begin(staff.clerk) as work:
            here = work.session.get_one(Dossier, dossier.id)
            revise_dossier(work, here, Revision(clerk_id=staff.clerk.id))
            for stranger in (staff.other_clerk, staff.scanning):
                with pytest.raises(BadInput, match="bearbeitet in diesem Sachgebiet keine Akten"):
                    revise_dossier(work, here, Revision(clerk_id=stranger.id))


def test_a_reference_wins_over_a_number_elsewhere_and_only_what_is_seen_is_ambiguous(
    tmp_path: Path,
) -> None:
    with house(tmp_path) as (office, staff):
        first, second, third = (
            opened(office, staff, person=name)[0] for name in ("A, A", "B, B", "C, C")
        )
        with office.begin(staff.clerk) as work:
            for one, system, value in (
                (second, "X", first.reference),
                (second, "X", "4711"),
                (third, "Y", "4711"),
                (third, "Y", "12"),
            ):
                add_alias(work, work.session.get_one(Dossier, one.id), system=system, value=value)
            assert dossier_by_reference(work, first.reference.lower()).id == first.id
            assert dossier_by_reference(work, "12").id == third.id
            with pytest.raises(NotFound, match="gehört zu mehreren Akten"):
                dossier_by_reference(work, "4711")
            with pytest.raises(NotFound, match="gibt es nicht"):
                dossier_by_reference(work, "4712")
        with office.as_system() as work:
            work.session.get_one(Dossier, third.id).locked = True
        with office.begin(staff.clerk) as work:
            assert dossier_by_reference(work, "4711").id == second.id
            with pytest.raises(NotFound, match="gibt es nicht"):
                dossier_by_reference(work, "12")


def test_a_history_that_was_edited_behind_our_back_is_noticed(tmp_path: Path) -> None:
    with house(tmp_path) as (office, staff):
        dossier, _ = opened(office, staff)
        with office.begin(staff.clerk) as work:
            revise_dossier(work, work.session.get_one(Dossier, dossier.id), Revision(address="A"))
        with office.as_system() as work:
            work.session.execute(update(Change).values(new="B"))
            assert len(altered(work.session, dossier.id)) == 1


def test_nobody_finds_out_from_the_log_by_trying_what_stood_in_a_field(tmp_path: Path) -> None:
    with house(tmp_path) as (office, staff):
        dossier, _ = opened(office, staff)
        for address in ("A", "B", "A", "B"):
            with office.begin(staff.clerk) as work:
                here = work.session.get_one(Dossier, dossier.id)
                revise_dossier(work, here, Revision(address=address))
        with office.as_system() as work:
            revised = AuditEntry.act == "dossier.changed"
            asked = select(AuditEntry).where(revised).order_by(AuditEntry.sequence)
            entries = work.session.scalars(asked).all()
            digests = [entry.details["changes"] for entry in entries]
            assert len(digests) == len(set(digests)) == 4
            # An entry from before, whose digest can be tried, is still answered for.
            tried = hashlib.sha256(b'[["address","A","B"]]').hexdigest()
            assert tried not in digests
            entries[-1].details = entries[-1].details | {"changes": tried}
            work.session.flush()
            assert altered(work.session, dossier.id) == []


def test_what_cannot_be_about_a_person_is_refused_with_every_reason(tmp_path: Path) -> None:
    with house(tmp_path) as (office, staff):
        dossier, _ = opened(office, staff)
        tomorrow = office.clock.today() + timedelta(days=1)
        with office.begin(staff.clerk) as work:
            here = work.session.get_one(Dossier, dossier.id)
            with pytest.raises(BadInput) as told:
                revise_dossier(
                    work,
                    here,
                    Revision(
                        subject=" ",
                        birth_date=tomorrow,
                        death_date=date(1960, 1, 1),
                        medium=Medium.HYBRID,
                        term_from=date(2026, 2, 1),
                        term_until=date(2026, 1, 1),
                    ),
                )
            for part in (
                "Geburtsdatum",
                "vor dem Geburtsdatum",
                "Betreff",
                "Papierteile",
                "Laufzeit",
            ):
                assert part in told.value.message
            assert here.birth_date is None


def test_two_people_who_save_the_same_dossier_do_not_overwrite_each_other(tmp_path: Path) -> None:
    with house(tmp_path) as (office, staff):
        dossier, _ = opened(office, staff)
        with office.begin(staff.clerk) as work:
            mine = work.session.get_one(Dossier, dossier.id)
        with office.begin(staff.clerk) as work:
            revise_dossier(work, work.session.get_one(Dossier, dossier.id), Revision(address="A"))
        with pytest.raises(ChangedMeanwhile), office.begin(staff.clerk) as work:
            work.session.add(mine)
            revise_dossier(work, mine, Revision(address="B"))


def test_a_dossier_is_found_by_the_number_of_another_program_which_is_given_once(
    tmp_path: Path,
) -> None:
    with house(tmp_path) as (office, staff):
        dossier, _ = opened(office, staff)
        other, _ = opened(office, staff, person="Zweite, Zoe")
        with office.begin(staff.clerk) as work:
            add_alias(work, work.session.get_one(Dossier, dossier.id), system="SB", value="12 / 7")
            with pytest.raises(NotUnique):
                add_alias(
                    work, work.session.get_one(Dossier, other.id), system="SB", value="12 / 7"
                )
            (alias,) = aliases_of(work, work.session.get_one(Dossier, dossier.id))
            with pytest.raises(NotFound):
                remove_alias(work, work.session.get_one(Dossier, other.id), alias.id)
            remove_alias(work, work.session.get_one(Dossier, dossier.id), alias.id)
            assert work.session.scalar(select(DossierAlias.id)) is None


def test_linked_dossiers_name_each_other_unless_the_other_is_hidden(tmp_path: Path) -> None:
    with house(tmp_path) as (office, staff):
        one, _ = opened(office, staff)
        two, _ = opened(office, staff, person="Zweite, Zoe")
        with office.begin(staff.clerk) as work:
            first = work.session.get_one(Dossier, one.id)
            second = work.session.get_one(Dossier, two.id)
            link_dossiers(work, first, second, reason="Geschwister")
            with pytest.raises(NotUnique):
                link_dossiers(work, second, first, reason="Geschwister")
            with pytest.raises(BadInput):
                link_dossiers(work, first, first, reason="selbst")
            assert [each.dossier.id for each in links_of(work, second)] == [first.id]
        with office.as_system() as work:
            work.session.get_one(Dossier, one.id).locked = True
            work.session.get_one(Dossier, one.id).clerk_id = None
        with office.begin(staff.clerk) as work:
            second = work.session.get_one(Dossier, two.id)
            assert links_of(work, second) == []
            with pytest.raises(NotFound):
                unlink_dossiers(work, second, work.session.scalars(select(DossierLink.id)).one())


def test_only_an_empty_dossier_is_cancelled_and_its_reference_stays_taken(tmp_path: Path) -> None:
    with house(tmp_path) as (office, staff):
        dossier, case = opened(office, staff)
        receipt = bring(office, staff.clerk, tmp_path / "in")
        with office.begin(staff.clerk) as work:
            place_document(
                work,
                document(work, receipt),
                case=work.session.get_one(Case, case.id),
                description=Description(),
            )
        empty, _ = opened(office, staff, person="Leer, Lea")
        with office.begin(staff.clerk) as work:
            with pytest.raises(RuleBroken) as told:
                cancel_dossier(work, work.session.get_one(Dossier, dossier.id), reason="doppelt")
            assert told.value.reasons == ("In der Akte liegen noch 1 Schreiben.",)
            cancel_dossier(work, work.session.get_one(Dossier, empty.id), reason="doppelt")
        with office.begin(staff.clerk) as work:
            entry = work.session.get_one(PlanEntry, staff.entry.id)
            following = open_dossier(work, entry, subject="x", person_name="Neu, Nina")
            assert following.reference not in {dossier.reference, empty.reference}
            gone = work.session.get_one(Dossier, empty.id)
            assert gone.state is DossierState.CANCELLED
            with pytest.raises(RuleBroken):
                revise_dossier(work, gone, Revision(address="A"))


def test_a_case_is_closed_opened_again_and_cancelled_only_when_empty(tmp_path: Path) -> None:
    with house(tmp_path) as (office, staff):
        _, case = opened(office, staff)
        with office.begin(staff.clerk) as work:
            here = work.session.get_one(Case, case.id)
            revise_case(work, here, procedure="Widerspruch", subject="gegen den Bescheid")
            close_case(work, here)
            assert here.closed_on == office.clock.today()
            with pytest.raises(RuleBroken):
                revise_case(work, here, subject="zu spät")
            reopen_case(work, here, reason="neue Unterlagen")
            assert (here.state, here.closed_on) == (CaseState.OPEN, None)
            cancel_case(work, here, reason="versehentlich")
            assert [each.act for each in history_of(work, here)] == [
                "case.cancelled",
                "case.reopened",
                "case.closed",
                "case.changed",
                "case.opened",
            ]


def test_whoever_only_sees_a_dossier_does_not_change_it(tmp_path: Path) -> None:
    with house(tmp_path) as (office, staff):
        dossier, case = opened(office, staff)
        refused = pytest.raises(NotAllowed, match=Action.EDIT_CASE.value)
        with office.begin(staff.records) as work, refused:
            close_case(work, work.session.get_one(Case, case.id))
        with office.begin(staff.other_clerk) as work, pytest.raises(NotFound):
            revise_dossier(work, work.session.get_one(Dossier, dossier.id), Revision(address="A"))
        with office.begin(staff.other_clerk) as work, pytest.raises(NotFound):
            open_case(work, work.session.get_one(Dossier, dossier.id), procedure="Erstantrag")
