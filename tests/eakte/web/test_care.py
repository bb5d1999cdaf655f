"""Is a dossier kept in order through the pages, and are documents written on through them?"""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import select

from eakte.bootstrap import Office
from eakte.filing.describing import Description
from eakte.filing.placing import place_document
from eakte.model.case import Case, CaseState
from eakte.model.document import Document, DocumentState, Version, Writing
from eakte.model.dossier import Dossier, DossierAlias, DossierLink, DossierState
from eakte.model.user import User
from tests.builders import Staff, opened
from tests.eakte.web.browser import Browser, form_file

COVER = {
    "subject": "Feststellung",
    "person_name": "Muster, Änne",
    "medium": "electronic",
    "keywords": "Eilt, Hören",
}


@pytest.fixture
def place(office: Office, staff: Staff) -> tuple[Dossier, Case]:
    """A dossier with one case."""
    return opened(office, staff)


def lies(office: Office, staff: Staff, document: UUID, case: Case) -> None:
    with office.begin(staff.clerk) as work:
        place_document(
            work,
            work.session.get_one(Document, document),
            case=work.session.get_one(Case, case.id),
            description=Description(),
        )


def row(office: Office, document: UUID) -> Document:
    with office.as_system() as work:
        return work.session.get_one(Document, document)


def test_the_cover_is_changed_and_its_history_tells_both_values(
    clerk: Browser, office: Office, place: tuple[Dossier, Case]
) -> None:
    at = f"/akte/{place[0].id}"
    assert 'value="Muster, Änne"' in clerk.get(f"{at}/bearbeiten").text
    answer = clerk.post(f"{at}/bearbeiten", COVER | {"address": "Weg 1", "edits": "1"})
    assert answer.status_code == 303
    shown = clerk.get(at).text
    assert "Weg 1" in shown and "Eilt, Hören" in shown
    told = clerk.get(f"{at}/verlauf").text
    assert "<ins>Weg 1</ins>" in told and "Anschrift" in told and "person_folded" not in told
    assert "<del>leer</del>" not in told
    # Somebody else's form that was filled in before is not saved over it.
    assert clerk.post(f"{at}/bearbeiten", COVER | {"edits": "1"}).status_code == 409


def test_a_history_names_whoever_it_mentions(
    clerk: Browser, office: Office, staff: Staff, place: tuple[Dossier, Case]
) -> None:
    at = f"/akte/{place[0].id}"
    in_charge = {"clerk": str(staff.clerk.id), "edits": "1"}
    assert clerk.post(f"{at}/bearbeiten", COVER | in_charge).status_code == 303
    told = clerk.get(f"{at}/verlauf").text
    with office.as_system() as work:
        name = work.session.get_one(User, staff.clerk.id).name
    assert f"<ins>{name}</ins>" in told
    assert str(staff.clerk.id) not in told


def test_wrong_days_on_the_cover_come_back_beside_their_fields(
    clerk: Browser, place: tuple[Dossier, Case]
) -> None:
    at = f"/akte/{place[0].id}/bearbeiten"
    answer = clerk.post(at, COVER | {"birth_date": "gestern", "address": "bleibt stehen"})
    assert answer.status_code == 422
    assert "birth_date-error" in answer.text and "bleibt stehen" in answer.text
    answer = clerk.post(at, COVER | {"birth_date": "2000-01-02", "death_date": "1999-01-01"})
    assert answer.status_code == 422 and "vor dem Geburtsdatum" in answer.text


def test_links_and_other_numbers_are_given_and_taken_away(
    clerk: Browser, office: Office, staff: Staff, place: tuple[Dossier, Case]
) -> None:
    other, _ = opened(office, staff, person="Zweite, Zoe")
    at = f"/akte/{place[0].id}"
    sent = {"reference": other.reference, "reason": "Geschwister"}
    assert clerk.post(f"{at}/verweise", sent).status_code == 303
    assert place[0].reference in clerk.get(f"/akte/{other.id}/verweise").text
    unknown = clerk.post(f"{at}/verweise", {"reference": "SBR 99/1999", "reason": "x"})
    assert unknown.status_code == 422 and "gibt es nicht" in unknown.text
    sent = {"system": "SBplus", "value": "4711/7"}
    assert clerk.post(f"{at}/geschaeftszeichen", sent).status_code == 303
    # A dossier is found by the number another program gave it.
    assert clerk.post(f"/akte/{other.id}/verweise", {"reference": "4711/7", "reason": "x"})
    assert clerk.post(f"{at}/geschaeftszeichen", sent).status_code == 422
    with office.as_system() as work:
        link = work.session.scalars(select(DossierLink.id)).one()
        alias = work.session.scalars(select(DossierAlias.id)).one()
    assert clerk.post(f"{at}/verweise/{link}/loesen").status_code == 303
    assert clerk.post(f"{at}/geschaeftszeichen/{alias}/entfernen").status_code == 303
    assert clerk.post(f"{at}/verweise/{link}/loesen").status_code == 404
    assert "Geschwister" not in clerk.get(f"{at}/verweise").text


def test_a_case_is_renamed_closed_and_opened_again(
    clerk: Browser, office: Office, place: tuple[Dossier, Case]
) -> None:
    at = f"/vorgang/{place[1].id}"
    assert clerk.post(f"{at}/bearbeiten", {"procedure": "Widerspruch", "subject": "x"})
    assert clerk.post(f"{at}/bearbeiten", {"procedure": ""}).status_code == 422
    assert clerk.post(f"{at}/schliessen").status_code == 303
    assert "Wieder öffnen" in clerk.get(at).text
    assert clerk.post(f"{at}/oeffnen", {"reason": "Nachtrag"}).status_code == 303
    with office.as_system() as work:
        assert work.session.get_one(Case, place[1].id).state is CaseState.OPEN
    assert "Vorgang wieder geöffnet" in clerk.get(f"{at}/verlauf").text
    assert clerk.post(f"{at}/stornieren", {"reason": "Versehen"}).status_code == 303
    answer = clerk.post(f"/akte/{place[0].id}/stornieren", {"reason": "Versehen"})
    assert answer.status_code == 303
    with office.as_system() as work:
        assert work.session.get_one(Dossier, place[0].id).state is DossierState.CANCELLED


def test_an_emptied_field_of_the_form_is_empty_afterwards(
    clerk: Browser, office: Office, staff: Staff, place: tuple[Dossier, Case]
) -> None:
    document = clerk.bring()
    lies(office, staff, document, place[1])
    at = f"/dokument/{document}/beschreiben"
    said = {"title": "Befund", "document_type": "Befundbericht", "letter_date": "2026-10-01"}
    assert clerk.post(at, said).status_code == 303
    assert clerk.post(at, {"title": "Befund"}).status_code == 303
    assert row(office, document).document_type == "Befundbericht"
    assert clerk.post(at, said | {"document_type": "", "letter_date": ""}).status_code == 303
    shown = row(office, document)
    assert (shown.document_type, shown.letter_date, shown.title) == ("", None, "Befund")


def test_a_cancelled_dossier_and_case_are_restored_at_the_desk(
    clerk: Browser, office: Office, place: tuple[Dossier, Case]
) -> None:
    for at in (f"/vorgang/{place[1].id}", f"/akte/{place[0].id}"):
        assert "Stornierung aufheben" not in clerk.get(at).text
        assert clerk.post(f"{at}/stornieren", {"reason": "Versehen"}).status_code == 303
        assert "Stornierung aufheben" in clerk.get(at).text
        assert clerk.post(f"{at}/bearbeiten", {"subject": "x"}).status_code == 409
        assert clerk.post(f"{at}/wiederherstellen").status_code == 303
        assert "Stornierung aufheben" not in clerk.get(at).text
        assert "Stornierung aufgehoben" in clerk.get(f"{at}/verlauf").text


def test_a_draft_is_lent_given_back_in_a_new_version_and_made_final(
    clerk: Browser, office: Office, staff: Staff, place: tuple[Dossier, Case]
) -> None:
    document = clerk.bring()
    lies(office, staff, document, place[1])
    at = f"/dokument/{document}"
    assert clerk.post(f"{at}/entwurf", {"reason": "x"}).status_code == 409
    sent = {"title": "Bescheid", "direction": "outgoing", "marks": "1", "inspection_allowed": "1"}
    assert clerk.post(f"{at}/beschreiben", sent).status_code == 303
    assert clerk.post(f"{at}/entwurf", {"reason": "noch nicht fertig"}).status_code == 303
    assert clerk.post(f"{at}/ausleihen").status_code == 303
    assert "ausgeliehen von" in clerk.get(at).text
    added = {"document": form_file(b"%PDF another", "zwei.pdf"), "remark": "Tippfehler"}
    assert clerk.post(f"{at}/fassung", added).status_code == 303
    shown = row(office, document)
    assert (shown.current_version, shown.checked_out_by_id) == (2, None)
    assert "Tippfehler" in clerk.get(at).text
    assert clerk.get(f"{at}/fassung/1").data == b"%PDF-1.7 a letter"
    assert clerk.get(f"{at}/fassung/2").data == b"%PDF another"
    assert clerk.get(f"{at}/fassung/3").status_code == 404
    assert clerk.post(f"{at}/fertigstellen").status_code == 303
    assert row(office, document).writing is Writing.FINAL
    added = {"document": form_file(b"%PDF third", "drei.pdf")}
    assert clerk.post(f"{at}/fassung", added).status_code == 409
    with office.as_system() as work:
        assert len(work.session.scalars(select(Version)).all()) == 2
    assert "Für endgültig erklärt" in clerk.get(f"{at}/verlauf").text


def test_what_is_taken_out_leaves_a_sheet_and_what_is_cancelled_can_come_back(
    clerk: Browser, office: Office, staff: Staff, place: tuple[Dossier, Case]
) -> None:
    one, two = clerk.bring(b"one"), clerk.bring(b"two")
    for document in (one, two):
        lies(office, staff, document, place[1])
    assert clerk.post(f"/dokument/{one}/herausnehmen", {"reason": ""}).status_code == 422
    answer = clerk.post(f"/dokument/{one}/herausnehmen", {"reason": "gehört Dritten"})
    assert answer.status_code == 303
    page = clerk.get(f"/akte/{place[0].id}").text
    assert "Fehlblatt" in page and "gehört Dritten" in page
    assert page.index("Fehlblatt") < page.index(f"/dokument/{two}")
    assert clerk.post(f"/dokument/{two}/stornieren", {"reason": "falsch"}).status_code == 303
    assert row(office, two).state is DocumentState.CANCELLED
    assert clerk.post(f"/dokument/{two}/wiederherstellen").status_code == 303
    assert row(office, two).state is DocumentState.FILED


def test_an_attachment_is_made_by_number_and_loosened_again(clerk: Browser, office: Office) -> None:
    letter, annex = clerk.bring(b"letter"), clerk.bring(b"annex")
    number = row(office, letter).receipt_number
    assert clerk.post(f"/dokument/{annex}/anlage", {"number": "abc"}).status_code == 422
    assert clerk.post(f"/dokument/{annex}/anlage", {"number": "99"}).status_code == 404
    assert clerk.post(f"/dokument/{annex}/anlage", {"number": str(number)}).status_code == 303
    assert f"/dokument/{annex}" in clerk.get(f"/dokument/{letter}").text
    assert clerk.post(f"/dokument/{annex}/anlage-loesen").status_code == 303
    assert row(office, annex).parent_id is None


def test_a_dossier_of_many_documents_is_shown_a_hundred_at_a_time(
    clerk: Browser, office: Office, staff: Staff, place: tuple[Dossier, Case]
) -> None:
    brought = clerk.bring()
    with office.begin(staff.clerk) as work:
        case = work.session.get_one(Case, place[1].id)
        pattern = work.session.get_one(Document, brought)
        for number in range(1, 251):
            work.session.add(
                Document(
                    receipt_number=1000 + number,
                    department_id=case.dossier.department_id,
                    case_id=case.id,
                    dossier_id=case.dossier_id,
                    position=number,
                    state=DocumentState.FILED,
                    title=f"Schreiben {number:03d}",
                    received_on=pattern.received_on,
                    received_at=pattern.received_at,
                    received_by_id=pattern.received_by_id,
                    source=pattern.source,
                    original_name="x.pdf",
                )
            )
    first = clerk.get(f"/akte/{place[0].id}").text
    assert "Schreiben 001" in first and "Schreiben 100" in first and "Schreiben 101" not in first
    last = clerk.get(f"/akte/{place[0].id}?seite=3").text
    assert "Schreiben 201" in last and "Schreiben 250" in last and "250 Schreiben" in last
