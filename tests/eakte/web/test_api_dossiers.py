"""Can a program open dossiers and cases, put them right, link them, and is it told what stands?"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event

from eakte.bootstrap import Office
from eakte.filing.describing import Description
from eakte.filing.opening import open_case
from eakte.filing.placing import place_document, withdraw_document
from eakte.model.case import Case, CaseState
from eakte.model.document import Document
from eakte.model.dossier import Dossier
from eakte.model.file_plan import PlanEntry
from eakte.model.user import Role
from eakte.web.per_request import OfficeApp
from tests.builders import Staff, appoint, bring, document, opened
from tests.eakte.web.browser import key_of

DESCRIBED = "not-as-described"


class Program:
    """A program with somebody's key."""

    def __init__(self, app: OfficeApp, office: Office, staff: Staff, login: str) -> None:
        self.client: FlaskClient = app.test_client()
        self.key = key_of(office, getattr(staff, login))

    def ask(self, method: str, path: str, expected: int = 200, **sent: Any) -> Any:
        """Send something to an address below the interface and return what came back."""
        given = {"json": sent} if method in {"POST", "PATCH"} else {}
        answer = self.client.open(f"/api/v1{path}", method=method, headers=self.key, **given)
        assert answer.status_code == expected, (method, path, answer.status, answer.text[:500])
        return answer.json if answer.data else None


@pytest.fixture
def program(app: OfficeApp, office: Office, staff: Staff) -> Program:
    return Program(app, office, staff, "clerk")


@pytest.fixture
def stranger(app: OfficeApp, office: Office, staff: Staff) -> Program:
    return Program(app, office, staff, "other_clerk")


@pytest.fixture
def dossier(program: Program) -> dict[str, Any]:
    told = {"plan_number": "5.2", "subject": "Feststellung", "person_name": "Muster, Änne"}
    return dict(program.ask("POST", "/dossiers", 201, birth_date="1957-03-12", **told))


def test_a_dossier_is_opened_with_its_reference(program: Program, dossier: dict[str, Any]) -> None:
    assert dossier["reference"].startswith("SBR ")
    assert (dossier["person_name"], dossier["birth_date"]) == ("Muster, Änne", "1957-03-12")
    assert (dossier["state"], dossier["cases"], dossier["edits"]) == ("open", [], 1)
    assert program.ask("GET", f"/dossiers/{dossier['id']}") == dossier


def test_a_program_says_of_a_new_dossier_all_that_the_page_can_say(
    program: Program, staff: Staff
) -> None:
    said: dict[str, Any] = {
        "plan_number": "5.2",
        "subject": "Feststellung",
        "person_name": "Muster, Änne",
        "birth_date": "1930-03-12",
        "death_date": "2026-01-02",
        "address": "Am Markt 1",
        "medium": "hybrid",
        "paper_location": "Keller",
        "term_from": "2026-01-01",
        "term_until": "2026-12-31",
        "keywords": ["eilig"],
        "clerk_id": str(staff.clerk.id),
        "locked": True,
        "staff": False,
    }
    more = {
        "aliases": [{"system": "Fachverfahren", "value": "SB-77"}],
        "lock_reason": "Schutz der Anschrift",
    }
    made = program.ask("POST", "/dossiers", 201, **said, **more)
    assert {name: made[name] for name in said} == said
    (alias,) = program.ask("GET", f"/dossiers/{made['id']}/aliases")["aliases"]
    assert alias["value"] == "SB-77"
    again = program.ask("POST", "/dossiers", 409, **said | more)
    assert again["code"] == "not-unique"


def test_a_known_person_is_told_to_a_program_as_on_the_page(
    program: Program, office: Office, staff: Staff
) -> None:
    with office.as_system() as work:
        work.session.get_one(PlanEntry, staff.entry.id).one_a_person = True
    told = {"plan_number": "5.2", "subject": "x", "person_name": "A, B", "birth_date": "1957-03-12"}
    first = program.ask("POST", "/dossiers", 201, **told)
    refused = program.ask("POST", "/dossiers", 409, **told)
    assert refused["code"] == "person-known" and first["reference"] in refused["message"]
    program.ask("POST", "/dossiers", 201, **told, although_known=True)


def test_who_opens_what_they_may_not_see_has_opened_it(
    app: OfficeApp, office: Office, staff: Staff
) -> None:
    lead = appoint(office, "leitung", Role.LEAD, units=[staff.unit])
    program = Program(app, office, staff, "clerk")
    program.key = key_of(office, lead)
    told = {"plan_number": "5.2", "subject": "x", "staff": True, "clerk_id": str(staff.clerk.id)}
    made = program.ask("POST", "/dossiers", 201, **told)
    program.ask("GET", f"/dossiers/{made['id']}", 404)
    with office.as_system() as work:
        assert work.session.get_one(Dossier, UUID(made["id"])).clerk_id == staff.clerk.id


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        ({"plan_number": "5.2", "subject": "x", "locked": True}, 422, "bad-input"),
        ({"plan_number": "5.2", "subject": "x", "medium": "paper"}, 422, "bad-input"),
        ({"plan_number": "9.9", "subject": "x"}, 404, "not-found"),
        ({"plan_number": "5.2", "subject": "  "}, 422, DESCRIBED),
        ({"plan_number": "5.2", "subject": "x", "birth_date": "2999-01-01"}, 422, "bad-input"),
        (
            {"plan_number": "5.2", "subject": "x", "birth_date": "12.3.1957"},
            422,
            "not-as-described",
        ),
        (
            {"plan_number": "5.2", "subject": "x", "reference": "SBR 1/2026"},
            422,
            "not-as-described",
        ),
    ],
)
def test_a_dossier_that_cannot_be_is_not_opened(
    program: Program, sent: dict[str, Any], status: int, code: str
) -> None:
    assert program.ask("POST", "/dossiers", status, **sent)["code"] == code
    assert program.ask("GET", "/dossiers")["total"] == 0


def test_who_may_not_open_learns_nothing_of_the_plan(
    app: OfficeApp, office: Office, staff: Staff
) -> None:
    administrator = Program(app, office, staff, "administrator")
    for number in ("5.2", "9.9"):
        told = administrator.ask("POST", "/dossiers", 403, plan_number=number, subject="x")
        assert told["code"] == "not-allowed"


def test_dossiers_are_found_by_name_without_a_name_in_the_address(
    program: Program, stranger: Program, dossier: dict[str, Any]
) -> None:
    for words, total in (("muster", 1), ("MUSTER Ann", 0), ("aenne", 1), ("", 1)):
        assert program.ask("POST", "/dossiers/search", words=words)["total"] == total, words
    assert program.ask("POST", "/dossiers/search", state="closed")["total"] == 0
    entry = dossier["plan_entry_id"]
    assert program.ask("POST", "/dossiers/search", plan_entry_id=entry)["total"] == 1
    assert stranger.ask("POST", "/dossiers/search", words="muster")["total"] == 0


def test_what_is_left_out_stays_and_null_empties(program: Program, dossier: dict[str, Any]) -> None:
    path = f"/dossiers/{dossier['id']}"
    changed = program.ask(
        "PATCH", path, edits=1, address="Hauptstraße 1", keywords=["Merkzeichen G"], subject="Neu"
    )
    assert changed["birth_date"] == "1957-03-12" and changed["keywords"] == ["Merkzeichen G"]
    emptied = program.ask("PATCH", path, edits=2, birth_date=None, address=None)
    assert (emptied["birth_date"], emptied["address"]) == (None, "")
    assert (emptied["subject"], emptied["edits"]) == ("Neu", 3)
    assert program.ask("PATCH", path, 422, edits=3, subject=None)["reasons"] == ["subject"]


def test_who_saves_later_is_told_and_nothing_is_changed(
    program: Program, dossier: dict[str, Any]
) -> None:
    path = f"/dossiers/{dossier['id']}"
    program.ask("PATCH", path, edits=1, subject="Erste")
    assert program.ask("PATCH", path, 409, edits=1, subject="Z")["code"] == "changed-meanwhile"
    assert program.ask("GET", path)["subject"] == "Erste"
    assert program.ask("PATCH", path, 422, subject="ohne Zähler")["reasons"] == ["edits"]


def test_the_history_names_old_and_new_values(program: Program, dossier: dict[str, Any]) -> None:
    path = f"/dossiers/{dossier['id']}"
    program.ask("PATCH", path, edits=1, subject="Neufeststellung")
    newest, first = program.ask("GET", f"{path}/history")["entries"]
    assert (newest["act"], first["act"]) == ("dossier.changed", "dossier.opened")
    assert newest["fields"] == [
        {"field": "subject", "old": "Feststellung", "new": "Neufeststellung"}
    ]
    assert newest["actor_name"] == "Clerk" and newest["in_stead_of"] == []


def test_a_number_of_another_program_is_noted_once(
    program: Program, dossier: dict[str, Any]
) -> None:
    path = f"/dossiers/{dossier['id']}/aliases"
    made = program.ask("POST", path, 201, system="Fachverfahren", value="SB-1")
    assert program.ask("GET", path) == {"aliases": [made]}
    again = program.ask("POST", path, 409, system="Fachverfahren", value="sb-1")
    assert again["code"] == "not-unique"
    program.ask("DELETE", f"{path}/{made['id']}", 204)
    program.ask("DELETE", f"{path}/{made['id']}", 404)
    assert program.ask("GET", path) == {"aliases": []}


@pytest.mark.parametrize("by", ["id", "reference"])
def test_two_dossiers_name_each_other(program: Program, dossier: dict[str, Any], by: str) -> None:
    other = program.ask("POST", "/dossiers", 201, plan_number="5.2", subject="Andere")
    named = {"dossier_id": other["id"]} if by == "id" else {"reference": other["reference"]}
    path = f"/dossiers/{dossier['id']}/links"
    made = program.ask("POST", path, 201, reason="Ehegatten", **named)
    assert (made["reference"], made["reason"]) == (other["reference"], "Ehegatten")
    (seen,) = program.ask("GET", f"/dossiers/{other['id']}/links")["links"]
    assert (seen["id"], seen["dossier_id"]) == (made["id"], dossier["id"])
    program.ask("POST", path, 409, reason="noch einmal", **named)
    program.ask("DELETE", f"{path}/{made['id']}", 204)
    assert program.ask("GET", f"/dossiers/{other['id']}/links") == {"links": []}


def test_a_link_to_what_one_may_not_see_looks_like_one_to_nothing(
    program: Program, stranger: Program, dossier: dict[str, Any], office: Office, staff: Staff
) -> None:
    path = f"/dossiers/{dossier['id']}/links"
    program.ask("POST", path, 422, reason="wohin?")
    hidden, _ = opened(office, staff)
    with office.begin(staff.records) as work:
        work.session.merge(hidden).locked = True
    answers = [
        program.ask("POST", path, 404, reason="x", reference=reference)["code"]
        for reference in (hidden.reference, "SBR 999/2026")
    ]
    assert answers == ["not-found", "not-found"]
    stranger.ask("GET", path, 404)


def test_a_case_is_opened_revised_closed_and_opened_again(
    program: Program, dossier: dict[str, Any]
) -> None:
    made = program.ask("POST", f"/dossiers/{dossier['id']}/cases", 201, procedure="Erstantrag")
    path = f"/cases/{made['id']}"
    assert program.ask("GET", path) == made
    assert (made["dossier_reference"], made["documents"]) == (dossier["reference"], 0)
    revised = program.ask("PATCH", path, edits=1, subject="Antrag vom Mai")
    assert (revised["procedure"], revised["subject"]) == ("Erstantrag", "Antrag vom Mai")
    assert program.ask("PATCH", path, 409, edits=1, subject="zu spät")["code"]
    assert program.ask("POST", f"{path}/closing")["state"] == "closed"
    assert program.ask("POST", f"{path}/closing", 409)["code"] == "case-closed"
    assert program.ask("POST", f"{path}/reopening", reason="Widerspruch")["state"] == "open"
    cancelled = program.ask("POST", f"{path}/cancellation", reason="doppelt")
    assert (cancelled["state"], cancelled["cancel_reason"]) == ("cancelled", "doppelt")
    acts = [one["act"] for one in program.ask("GET", f"{path}/history")["entries"]]
    assert acts == ["case.cancelled", "case.reopened", "case.closed", "case.changed", "case.opened"]
    (listed,) = program.ask("GET", f"/dossiers/{dossier['id']}/cases")["cases"]
    assert listed["state"] == "cancelled"


def test_an_empty_dossier_is_cancelled_and_a_filled_one_is_not(
    program: Program, office: Office, staff: Staff, tmp_path: Path, dossier: dict[str, Any]
) -> None:
    gone = program.ask("POST", f"/dossiers/{dossier['id']}/cancellation", reason="irrtümlich")
    assert (gone["state"], gone["cancel_reason"]) == ("cancelled", "irrtümlich")
    filled, case = opened(office, staff)
    fill(office, staff, tmp_path, case.id, 1)
    told = program.ask("POST", f"/dossiers/{filled.id}/cancellation", 409, reason="irrtümlich")
    assert told["reasons"] == ["In der Akte liegen noch 1 Schreiben."]


def fill(office: Office, staff: Staff, folder: Path, case_id: UUID, number: int) -> list[UUID]:
    """File some documents into a case."""
    receipts = [
        bring(office, staff.clerk, folder / str(one), content=f"%PDF {case_id} {one}".encode())
        for one in range(number)
    ]
    with office.begin(staff.clerk) as work:
        case = work.session.get_one(Case, case_id)
        for receipt in receipts:
            place_document(work, document(work, receipt), case=case, description=Description())
    return [receipt.document_id for receipt in receipts]


def test_documents_come_page_by_page_and_what_was_taken_out_leaves_its_sheet(
    program: Program, office: Office, staff: Staff, tmp_path: Path
) -> None:
    dossier, case = opened(office, staff)
    ids = fill(office, staff, tmp_path, case.id, 3)
    with office.begin(staff.clerk) as work:
        taken = work.session.get_one(Document, ids[1])
        withdraw_document(work, taken, reason="gehört in eine andere Akte")
    for path in (f"/dossiers/{dossier.id}/documents", f"/cases/{case.id}/documents"):
        page = program.ask("GET", f"{path}?page=1")
        assert (page["total"], page["page"], page["pages"]) == (2, 1, 1)
        assert [one["id"] for one in page["documents"]] == [str(ids[0]), str(ids[2])]
        assert [one["position"] for one in page["documents"]] == [1, 3]
        program.ask("GET", f"{path}?page=0", 422)
        program.ask("GET", f"{path}?seite=1", 422)
        program.ask("GET", f"{path}?page=1&page=2", 422)
    shown = program.ask("GET", f"/cases/{case.id}")
    assert [(one["position"], one["reason"]) for one in shown["sheets"]] == [
        (2, "gehört in eine andere Akte")
    ]
    (counted,) = program.ask("GET", f"/dossiers/{dossier.id}")["cases"]
    assert (counted["documents"], counted["pages"]) == (2, 2)


def test_a_full_dossier_costs_no_more_questions_than_a_small_one(
    program: Program, office: Office, staff: Staff, tmp_path: Path
) -> None:
    dossier, case = opened(office, staff)
    fill(office, staff, tmp_path / "a", case.id, 2)
    for number in range(6):
        with office.begin(staff.clerk) as work:
            home = work.session.merge(dossier)
            more = open_case(work, home, procedure=f"Verfahren {number}")
        fill(office, staff, tmp_path / str(number), more.id, 2)
    asked: list[str] = []
    event.listen(
        office.database.engine,
        "before_cursor_execute",
        lambda *given: asked.append(given[2]),
    )
    for path in (
        f"/dossiers/{dossier.id}",
        f"/dossiers/{dossier.id}/documents",
        f"/cases/{case.id}",
        f"/cases/{case.id}/documents",
        "/dossiers",
        "/inbox",
    ):
        asked.clear()
        program.ask("GET", path)
        selects = [statement for statement in asked if statement.startswith("SELECT")]
        assert 0 < len(selects) <= 10, (path, len(selects))


def test_a_program_is_told_every_reason_in_the_language_it_asks_for(
    program: Program, office: Office, staff: Staff, tmp_path: Path
) -> None:
    _, case = opened(office, staff)
    (filed,) = fill(office, staff, tmp_path, case.id, 1)
    with office.begin(staff.clerk) as work:
        lent = work.session.get_one(Document, filed)
        lent.checked_out_by_id = staff.clerk.id
        work.session.get_one(Case, case.id).state = CaseState.CLOSED
    german = program.ask("POST", f"/documents/{filed}/taking-back", 409)["reasons"]
    assert german == ["Der Vorgang 1 ist geschlossen.", "Das Schreiben ist ausgeliehen."]
    program.key = program.key | {"Accept-Language": "en-GB, de;q=0.5"}
    told = program.ask("POST", f"/documents/{filed}/taking-back", 409)
    assert told["reasons"] == ["Case 1 is closed.", "The document is checked out."]
    program.key = program.key | {"Accept-Language": "fr"}
    assert program.ask("POST", f"/documents/{filed}/taking-back", 409)["reasons"] == german
