"""Is a letter proposed where it belongs, to whom may see it, and filed by nobody but a person?"""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from eakte.access.rights.locking import lock_dossier
from eakte.errors import NotFound
from eakte.filing.describing import Description
from eakte.filing.placing import cancel_document, place_document, take_back
from eakte.filing.proposing import making
from eakte.filing.proposing.proposals import (
    accept_proposal,
    completed,
    hints_of,
    proposal_by_id,
)
from eakte.filing.proposing.weighing import Confidence
from eakte.filing.revising import add_alias
from eakte.model.audit_entry import AuditEntry
from eakte.model.case import Case, CaseState
from eakte.model.catalogue import DocumentType
from eakte.model.document import Document, DocumentState
from eakte.model.dossier import Dossier, DossierState
from eakte.model.file_plan import Access
from eakte.model.job import Job
from eakte.model.proposal import Recognised
from eakte.model.right import Duty, Mark
from eakte.model.user import Role, User
from tests.builders import appoint, let_read, now_
from tests.proposals.conftest import Desk

BORN = date(1988, 6, 2)
PERSON = "Frau Änne Muster, geboren am 2. Juni 1988"


def test_a_reference_with_its_person_is_sure(desk: Desk) -> None:
    dossier = desk.dossier(born=BORN)
    letter = desk.letter(f"Unser Zeichen: {dossier.reference}\n{PERSON}")
    [only] = desk.proposals(letter)
    assert (only.dossier.id, only.why.confidence) == (dossier.id, Confidence.SURE)
    assert only.case is not None and only.case.dossier_id == dossier.id
    assert only.why.reference is not None and only.why.birth is not None


def test_a_reference_alone_may_be_misread_and_is_probable(desk: Desk) -> None:
    dossier = desk.dossier(born=BORN)
    [only] = desk.proposals(desk.letter(f"Unser Zeichen: {dossier.reference}"))
    assert only.why.confidence is Confidence.PROBABLE


def test_a_reference_that_leads_nowhere_is_no_proposal(desk: Desk) -> None:
    desk.dossier(born=BORN)
    assert desk.proposals(desk.letter("Unser Zeichen: SBR 77/2026")) == []


def test_a_misread_reference_never_outweighs_the_person_of_the_letter(desk: Desk) -> None:
    right, misread = desk.dossier(born=BORN), desk.dossier("Zander, Zoe", born=date(1950, 1, 1))
    found = desk.proposals(desk.letter(f"Unser Zeichen: {misread.reference}\n{PERSON}"))
    assert [one.dossier.id for one in found] == [right.id, misread.id]
    assert {one.why.confidence for one in found} == {Confidence.POSSIBLE}
    assert all(one.why.ambiguous for one in found)


def test_a_name_with_its_day_of_birth_is_probable_and_a_name_alone_possible(desk: Desk) -> None:
    dossier = desk.dossier(born=BORN)
    [with_day] = desk.proposals(desk.letter(PERSON))
    [alone] = desk.proposals(desk.letter("Frau Änne Muster"))
    assert with_day.dossier.id == alone.dossier.id == dossier.id
    assert with_day.why.confidence is Confidence.PROBABLE
    assert alone.why.confidence is Confidence.POSSIBLE


@pytest.mark.parametrize("text", ["geboren am 2. Juni 1988", "Frau Muster", "Frau Zoe Muster"])
def test_half_a_person_is_nobody(desk: Desk, text: str) -> None:
    desk.dossier(born=BORN)
    assert desk.proposals(desk.letter(text)) == []


def test_two_people_of_one_name_are_both_shown_and_marked(desk: Desk) -> None:
    desk.dossier(born=BORN)
    desk.dossier(born=date(1950, 1, 1))
    found = desk.proposals(desk.letter("Frau Änne Muster"))
    assert len(found) == 2
    assert all(one.why.ambiguous for one in found)
    told_apart = desk.proposals(desk.letter(PERSON))
    assert [one.why.ambiguous for one in told_apart] == [False, False]
    assert told_apart[0].why.confidence is Confidence.PROBABLE
    assert told_apart[0].dossier.birth_date == BORN


def test_two_references_in_one_letter_are_ambiguous_unless_one_bears_its_person(
    desk: Desk,
) -> None:
    one, other = desk.dossier(born=BORN), desk.dossier("Zander, Zoe")
    both = f"Unser Zeichen: {one.reference}\nIhr Zeichen: {other.reference}"
    assert all(each.why.ambiguous for each in desk.proposals(desk.letter(both)))
    first, second = desk.proposals(desk.letter(f"{both}\n{PERSON}"))
    assert (first.dossier.id, first.why.confidence) == (one.id, Confidence.SURE)
    assert second.why.confidence is Confidence.POSSIBLE


def test_the_number_of_another_program_leads_to_its_dossier(desk: Desk) -> None:
    dossier = desk.dossier()
    with desk.office.begin(desk.staff.clerk) as work:
        add_alias(work, work.session.get_one(Dossier, dossier.id), system="FV", value="fv 7/2026")
    [only] = desk.proposals(desk.letter("FV 7/2O26"))
    assert only.dossier.id == dossier.id


def test_a_court_number_leads_to_the_case_whose_letters_bear_it(desk: Desk) -> None:
    dossier = desk.dossier(procedures=("Klage", "Erstantrag"))
    law_suit, newest = desk.cases(dossier)
    earlier = desk.letter("Klage")
    with desk.office.begin(desk.staff.clerk) as work:
        place_document(
            work,
            work.session.get_one(Document, earlier),
            case=work.session.get_one(Case, law_suit.id),
            description=Description(foreign_reference="S 12 SB 34/26"),
        )
    [by_number] = desk.proposals(desk.letter("Aktenzeichen: S 12 SB 34/26"))
    assert by_number.case is not None and by_number.case.id == law_suit.id
    [by_reference] = desk.proposals(desk.letter(f"Unser Zeichen: {dossier.reference}"))
    assert by_reference.case is not None and by_reference.case.id == newest.id


def test_a_court_number_in_a_case_that_is_not_seen_leads_nowhere(desk: Desk) -> None:
    dossier = desk.dossier(procedures=("Klage", "Erstantrag"))
    law_suit, first = desk.cases(dossier)
    partly = appoint(desk.office, "partly", Role.CLERK, units=[desk.staff.unit])
    with desk.office.as_system() as work:
        row = work.session.get_one(Dossier, dossier.id)
        row.access, row.clerk_id = Access.ASSIGNED, desk.staff.clerk.id
        work.session.get_one(Case, first.id).procedure_key = "erst"
        work.session.add(
            Duty(
                user_id=partly.id,
                department_id=desk.staff.unit.id,
                procedure_key="erst",
                valid_from=work.clock.today(),
            )
        )
    earlier = desk.letter("Klage")
    with desk.office.begin(now_(desk.office, desk.staff.clerk)) as work:
        place_document(
            work,
            work.session.get_one(Document, earlier),
            case=work.session.get_one(Case, law_suit.id),
            description=Description(foreign_reference="S 12 SB 34/26"),
        )
    by_court = desk.letter("Aktenzeichen: S 12 SB 34/26")
    by_reference = desk.letter(f"Unser Zeichen: {dossier.reference}")
    assert len(desk.proposals(by_court)) == 1
    assert desk.proposals(by_court, by=partly) == []
    [only] = desk.proposals(by_reference, by=partly)
    assert only.case is not None and only.case.id == first.id


def test_the_kind_of_document_says_which_of_the_open_cases_is_meant(desk: Desk) -> None:
    dossier = desk.dossier(procedures=("Widerspruch", "Anderes"))
    objection, _ = desk.cases(dossier)
    with desk.office.as_system() as work:
        work.session.get_one(Case, objection.id).procedure_key = "widerspruch"
        kind = DocumentType(
            department_id=desk.staff.unit.id, key="widerspruch", title="Rechtsbehelf"
        )
        work.session.add(kind)
    [only] = desk.proposals(desk.letter(f"Widerspruch\nUnser Zeichen: {dossier.reference}"))
    assert only.case is not None and only.case.id == objection.id
    assert only.document_type == "Rechtsbehelf"


def test_a_closed_dossier_is_named_and_takes_nothing(desk: Desk) -> None:
    dossier = desk.dossier(born=BORN)
    letter = desk.letter(f"Unser Zeichen: {dossier.reference}")
    with desk.office.as_system() as work:
        for case in work.session.scalars(select(Case).where(Case.dossier_id == dossier.id)):
            case.state = CaseState.CLOSED
        work.session.get_one(Dossier, dossier.id).state = DossierState.CLOSED
    [only] = desk.proposals(letter)
    assert only.case is None


def test_a_dossier_opened_or_renamed_later_is_proposed_without_reading_again(desk: Desk) -> None:
    letter = desk.letter(PERSON)
    assert desk.proposals(letter) == []
    dossier = desk.dossier(born=BORN)
    assert [one.dossier.id for one in desk.proposals(letter)] == [dossier.id]
    with desk.office.as_system() as work:
        row = work.session.get_one(Dossier, dossier.id)
        row.person_name, row.person_folded = "Zander, Zoe", "zander, zoe"
    assert desk.proposals(letter) == []


@pytest.mark.parametrize("mark", [Mark.LOCK, Mark.STAFF])
def test_of_a_dossier_that_is_shut_nothing_is_told(desk: Desk, mark: Mark) -> None:
    seen, shut = desk.dossier(), desk.dossier(born=BORN)
    letter = desk.letter(f"Unser Zeichen: {shut.reference}\n{PERSON}")
    both = desk.letter("Frau Änne Muster")
    colleague = appoint(desk.office, "colleague", Role.CLERK, Role.LEAD, units=[desk.staff.unit])
    assert len(desk.proposals(both)) == 2
    with desk.office.begin(colleague) as work:
        lock_dossier(
            work,
            work.session.get_one(Dossier, shut.id),
            mark=mark,
            reason="Für die Bearbeitung des Widerspruchs",
            clerk=work.session.get_one(User, colleague.id),
        )
    assert [one.dossier.id for one in desk.proposals(letter)] == [seen.id]
    [only] = desk.proposals(both)
    assert (only.dossier.id, only.why.ambiguous) == (seen.id, False)
    assert shut.id in [one.dossier.id for one in desk.proposals(letter, by=colleague)]


def test_who_may_not_see_the_letter_or_not_read_it_is_told_nothing(desk: Desk) -> None:
    desk.dossier(born=BORN)
    letter = desk.letter(PERSON)
    with pytest.raises(NotFound):
        desk.proposals(letter, by=desk.staff.other_clerk)
    # The records manager sees that the letter is there, and does not read it.
    assert desk.proposals(letter, by=desk.staff.records) == []


def test_whoever_delivered_the_letter_reads_it_and_is_told_of_no_dossier(desk: Desk) -> None:
    dossier = desk.dossier(born=BORN)
    letter = desk.letter(f"Unser Zeichen: {dossier.reference}\n{PERSON}")
    with desk.office.as_system() as work:
        work.session.get_one(Document, letter).received_by_id = desk.staff.scanning.id
    assert desk.proposals(letter, by=desk.staff.scanning) == []


def test_the_inbox_names_what_is_likely_and_nothing_that_is_only_possible(desk: Desk) -> None:
    dossier = desk.dossier(born=BORN)
    likely = desk.letter(f"Unser Zeichen: {dossier.reference}")
    possible = desk.letter("Frau Änne Muster")

    def hinted(by: object) -> dict[UUID, str]:
        with desk.office.begin(by, writes=False) as work:  # type: ignore[arg-type]  # any actor
            rows = work.session.execute(
                select(Document, Recognised.clues).join(
                    Recognised, Recognised.document_id == Document.id
                )
            ).all()
            return {one: hint.reference for one, hint in hints_of(work, rows).items()}

    assert hinted(desk.staff.clerk) == {likely: dossier.reference}
    assert possible not in hinted(desk.staff.clerk)
    assert hinted(desk.staff.scanning) == {}
    assert hinted(desk.staff.other_clerk) == {}


def accepted(desk: Desk, letter: UUID, *, said: Description = Description()) -> dict[str, object]:  # noqa: B008  # it is frozen
    with desk.office.begin(now_(desk.office, desk.staff.clerk)) as work:
        document = work.session.get_one(Document, letter)
        [first] = [one for one in desk.proposals(letter)][:1]
        proposal = proposal_by_id(work, document, first.id)
        assert proposal.case is not None
        description = completed(proposal, document, said)
        accept_proposal(work, document, proposal, case=proposal.case, description=description)
    with desk.office.as_system() as work:
        entry = work.session.scalars(
            select(AuditEntry).where(
                AuditEntry.act == "proposal.accepted", AuditEntry.subject_id == letter
            )
        ).one()
        return dict(entry.details)


def test_an_accepted_proposal_files_and_says_what_the_person_changed(desk: Desk) -> None:
    dossier = desk.dossier(born=BORN)
    text = f"Unser Zeichen: {dossier.reference}\n{PERSON}"
    as_it_was, changed = desk.letter(text), desk.letter(text)
    assert accepted(desk, as_it_was)["changed"] == []
    told = accepted(desk, changed, said=Description(title="Mein Titel", document_type="Anderes"))
    assert told["changed"] == ["document_type", "title"]
    assert told["confidence"] == "sure"
    with desk.office.as_system() as work:
        filed = work.session.get_one(Document, as_it_was)
        assert (filed.state, filed.dossier_id) == (DocumentState.FILED, dossier.id)
        # The log keeps no word of the letter and no name.
        assert "Muster" not in str(told)


def test_clues_are_gone_once_a_letter_is_filed_and_come_back_with_it(desk: Desk) -> None:
    dossier = desk.dossier(born=BORN)
    letter = desk.letter(f"Unser Zeichen: {dossier.reference}\n{PERSON}")
    accepted(desk, letter)
    assert desk.proposals(letter) == []
    with desk.office.begin(now_(desk.office, desk.staff.clerk)) as work:
        assert work.session.get(Recognised, letter) is None
        take_back(work, work.session.get_one(Document, letter))
        promised = select(Job).where(Job.kind == making.KIND, Job.subject_id == letter)
        assert work.session.scalar(promised) is not None


def test_clues_are_gone_with_a_letter_that_is_cancelled(desk: Desk) -> None:
    letter = desk.letter(PERSON)
    with desk.office.begin(desk.staff.clerk) as work:
        cancel_document(work, work.session.get_one(Document, letter), reason="doppelt")
        assert work.session.get(Recognised, letter) is None


def test_an_older_text_proposes_nothing_for_a_newer_version(desk: Desk) -> None:
    desk.dossier(born=BORN)
    letter = desk.letter(PERSON)
    with desk.office.as_system() as work:
        work.session.get_one(Document, letter).current_version = 2
    assert desk.proposals(letter) == []
    with desk.office.as_system() as work:
        let_read(work, letter, PERSON)
    assert len(desk.proposals(letter)) == 1


def test_a_proposal_that_holds_no_more_cannot_be_accepted(desk: Desk) -> None:
    letter = desk.letter(PERSON)
    with pytest.raises(NotFound), desk.office.begin(desk.staff.clerk) as work:
        proposal_by_id(work, work.session.get_one(Document, letter), uuid4())


def test_that_a_letter_was_read_is_written_down_whatever_it_leads_to(desk: Desk) -> None:
    desk.dossier(born=BORN)
    leads, leads_nowhere = desk.letter(PERSON), desk.letter("Frau Zoe Zander, geboren am 1.1.1950")
    with desk.office.as_system() as work:
        rows = work.session.scalars(select(AuditEntry).where(AuditEntry.act == "proposal.made"))
        told = {entry.subject_id: entry.details for entry in rows}
    assert told[leads] == told[leads_nowhere]


def test_an_attachment_is_proposed_with_its_main_letter_only(desk: Desk) -> None:
    desk.dossier(born=BORN)
    main, attached = desk.letter(PERSON), desk.letter(PERSON)
    with desk.office.as_system() as work:
        work.session.get_one(Document, attached).parent_id = main
    assert desk.proposals(attached) == []
    assert len(desk.proposals(main)) == 1


def test_a_unit_without_rules_reads_by_those_of_all(desk: Desk) -> None:
    with desk.office.as_system() as work:
        own, _, edition = making.rules_for(work, desk.staff.unit.id)
        others, _, other_edition = making.rules_for(work, desk.staff.other_unit.id)
        assert (own.labels, edition) == (others.labels, other_edition)
        assert own.labels


def test_many_of_one_name_do_not_hide_the_one_that_is_named(desk: Desk) -> None:
    for number in range(45):
        desk.dossier("Muster, Änne", born=date(1950, 1, 1) + timedelta(days=number))
    last = desk.dossier("Muster, Änne", born=BORN)
    first = desk.proposals(desk.letter(f"Unser Zeichen: {last.reference}\n{PERSON}"))[0]
    assert (first.dossier.id, first.why.confidence) == (last.id, Confidence.SURE)
    assert len(desk.proposals(desk.letter("Frau Änne Muster"))) == 5
