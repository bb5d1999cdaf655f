"""Does a clerk see where a letter seems to belong and why, and does only the clerk file it?"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from eakte import jobs
from eakte.bootstrap import Office
from eakte.filing.opening import open_case, open_dossier
from eakte.filing.proposing.making import KIND
from eakte.model.audit_entry import AuditEntry
from eakte.model.catalogue import DocumentType
from eakte.model.document import Document, DocumentState
from eakte.model.file_plan import PlanEntry
from eakte.web.per_request import OfficeApp
from tests.builders import Staff, give_rules, let_read
from tests.eakte.web.browser import Browser, key_of, signed_in

BORN = date(1988, 6, 2)


@dataclass(frozen=True)
class Letter:
    """A letter that waits, and where it belongs."""

    id: UUID
    reference: str
    case_id: UUID


@pytest.fixture
def letter(office: Office, staff: Staff, clerk: Browser) -> Letter:
    document_id = clerk.bring(b"%PDF letter", "scan-0815.pdf")
    with office.begin(staff.clerk) as work:
        entry = work.session.get_one(PlanEntry, staff.entry.id)
        dossier = open_dossier(
            work, entry, subject="Feststellung", person_name="Muster, Änne", birth_date=BORN
        )
        case = open_case(work, dossier, procedure="Erstantrag")
    with office.as_system() as work:
        give_rules(work, staff.unit)
        kind = DocumentType(department_id=staff.unit.id, key="widerspruch", title="Widerspruch")
        work.session.add(kind)
        let_read(
            work,
            document_id,
            f"Widerspruch\nUnser Zeichen: {dossier.reference}\n"
            "Frau Änne Muster <b>, geboren am 2.6.1988",
        )
    return Letter(document_id, dossier.reference, case.id)


def accepted(office: Office) -> list[dict[str, Any]]:
    with office.as_system() as work:
        rows = work.session.scalars(select(AuditEntry).where(AuditEntry.act == "proposal.accepted"))
        return [dict(entry.details) for entry in rows]


def state_of(office: Office, document_id: UUID) -> tuple[DocumentState, str, str]:
    with office.as_system() as work:
        row = work.session.get_one(Document, document_id)
        return row.state, row.title, row.document_type


def part(browser: Browser, letter: Letter) -> str:
    return browser.get(f"/dokument/{letter.id}/vorschlaege").text


def test_the_proposal_says_where_why_and_how_surely(clerk: Browser, letter: Letter) -> None:
    shown = part(clerk, letter)
    assert letter.reference in shown
    assert "sicher" in shown
    reason = (
        f"Aktenzeichen {letter.reference} auf Seite 1 gelesen: „Unser Zeichen: {letter.reference}“"
    )
    assert reason in shown
    assert "Geburtsdatum 02.06.1988 auf Seite 1 gelesen" in shown
    assert "Dokumentart Widerspruch, weil auf Seite 1 steht: „Widerspruch“" in shown


def test_words_of_a_letter_are_shown_as_words(clerk: Browser, letter: Letter) -> None:
    assert "<b>" not in part(clerk, letter)
    assert "&lt;b&gt;" in part(clerk, letter)


def test_the_inbox_names_the_likely_dossier(app: OfficeApp, clerk: Browser, letter: Letter) -> None:
    assert f"Vorschlag: {letter.reference} (sicher)" in clerk.get("/posteingang").text
    assert "Vorschlag:" not in signed_in(app, "records").get("/posteingang").text


def test_looking_files_nothing(clerk: Browser, office: Office, letter: Letter) -> None:
    part(clerk, letter)
    [chosen] = re.findall(r'data-proposal="([^"]+)"', part(clerk, letter))
    filled = clerk.get(f"/dokument/{letter.id}?vorschlag={chosen}")
    assert f'value="{letter.case_id}"' in filled.text
    assert 'value="Widerspruch"' in filled.text
    assert state_of(office, letter.id)[0] is DocumentState.INBOX
    assert accepted(office) == []


def test_without_scripts_the_page_lists_proposals_and_fills_one_in(
    clerk: Browser, office: Office, letter: Letter
) -> None:
    listed = clerk.get(f"/dokument/{letter.id}?vorschlaege=1").text
    [link] = re.findall(r'href="([^"]*vorschlag=[^"]*)"', listed)
    filled = clerk.get(link.split("#")[0]).text
    sent = {
        name: re.search(rf'name="{name}"[^>]*value="([^"]*)"', filled)[1]  # type: ignore[index]  # it is there
        for name in ("edits", "proposal", "target", "target_text", "title", "document_type")
    }
    answer = clerk.post(f"/dokument/{letter.id}/ablegen", sent)
    assert answer.status_code == 303
    assert state_of(office, letter.id) == (DocumentState.FILED, "Widerspruch", "Widerspruch")
    [told] = accepted(office)
    assert told["changed"] == []


def test_what_a_person_changed_of_a_proposal_is_written_down(
    clerk: Browser, office: Office, letter: Letter
) -> None:
    [chosen] = re.findall(r'data-proposal="([^"]+)"', part(clerk, letter))
    sent = {"edits": "1", "proposal": chosen, "target": str(letter.case_id)}
    sent |= {"title": "Eigener Betreff", "document_type": "Widerspruch"}
    assert clerk.post(f"/dokument/{letter.id}/ablegen", sent).status_code == 303
    assert [told["changed"] for told in accepted(office)] == [["title"]]


def test_a_proposal_that_was_made_up_files_by_hand(
    clerk: Browser, office: Office, letter: Letter
) -> None:
    sent = {"edits": "1", "proposal": str(UUID(int=7)), "target": str(letter.case_id)}
    sent |= {"title": "Brief"}
    assert clerk.post(f"/dokument/{letter.id}/ablegen", sent).status_code == 303
    assert state_of(office, letter.id)[0] is DocumentState.FILED
    assert accepted(office) == []


def test_nothing_is_proposed_to_whoever_may_not_file(app: OfficeApp, letter: Letter) -> None:
    records = signed_in(app, "records").get(f"/dokument/{letter.id}/vorschlaege")
    assert records.status_code == 200
    assert letter.reference not in records.text
    assert signed_in(app, "other").get(f"/dokument/{letter.id}/vorschlaege").status_code == 404


def test_the_part_asks_again_while_the_letter_is_being_read(clerk: Browser, office: Office) -> None:
    waiting = clerk.bring(b"%PDF still to be read")
    address = f"/dokument/{waiting}/vorschlaege"
    assert "hx-get" not in clerk.get(address).text
    with office.as_system() as work:
        jobs.enqueue(work, KIND, waiting)
    assert "hx-get" in clerk.get(address).text


def test_programs_are_told_the_same_and_file_by_it(
    app: OfficeApp, office: Office, staff: Staff, letter: Letter
) -> None:
    key = key_of(office, staff.clerk)
    address = f"/api/v1/documents/{letter.id}"
    [told] = app.test_client().get(f"{address}/proposals", headers=key).json["proposals"]
    assert (told["dossier_reference"], told["case_id"]) == (letter.reference, str(letter.case_id))
    assert (told["confidence"], told["ambiguous"]) == ("sure", False)
    assert [clue["kind"] for clue in told["clues"]] == ["own", "birth", "name", "type"]
    sent = {"proposal_id": told["id"]}
    answer = app.test_client().post(f"{address}/placement", json=sent, headers=key)
    assert answer.status_code == 200, answer.text
    assert state_of(office, letter.id) == (DocumentState.FILED, "Widerspruch", "Widerspruch")
    assert [one["changed"] for one in accepted(office)] == [[]]


def test_a_program_that_names_another_case_is_said_to_have_changed_it(
    app: OfficeApp, office: Office, staff: Staff, letter: Letter
) -> None:
    with office.begin(staff.clerk) as work:
        entry = work.session.get_one(PlanEntry, staff.entry.id)
        other = open_case(work, open_dossier(work, entry, subject="x"), procedure="Erstantrag")
    key = key_of(office, staff.clerk)
    address = f"/api/v1/documents/{letter.id}"
    [told] = app.test_client().get(f"{address}/proposals", headers=key).json["proposals"]
    sent = {"proposal_id": told["id"], "case_id": str(other.id), "title": "Anders"}
    answer = app.test_client().post(f"{address}/placement", json=sent, headers=key)
    assert answer.json["case_id"] == str(other.id)
    assert [one["changed"] for one in accepted(office)] == [["case", "title"]]


def test_a_program_that_names_an_unknown_proposal_files_nothing(
    app: OfficeApp, office: Office, staff: Staff, letter: Letter
) -> None:
    sent = {"proposal_id": str(UUID(int=7)), "case_id": str(letter.case_id)}
    answer = app.test_client().post(
        f"/api/v1/documents/{letter.id}/placement", json=sent, headers=key_of(office, staff.clerk)
    )
    assert answer.status_code == 404
    assert state_of(office, letter.id)[0] is DocumentState.INBOX
