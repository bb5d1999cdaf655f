"""Can a program describe, lend, finish, attach and take out documents, and put versions on top?"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from eakte.bootstrap import Office
from eakte.model.audit_entry import AuditEntry
from eakte.model.document import Direction, Writing
from eakte.model.user import Role
from eakte.web.per_request import OfficeApp
from tests.builders import Staff, appoint, bring, document, opened
from tests.eakte.web.browser import form_file, key_of
from tests.eakte.web.test_api_dossiers import Program, fill
from tests.eakte.web.test_uploads import residue

FIRST, SECOND = b"%PDF-1.7 a letter", b"%PDF-1.7 a better letter"


@pytest.fixture
def program(app: OfficeApp, office: Office, staff: Staff) -> Program:
    return Program(app, office, staff, "clerk")


@pytest.fixture
def letter(office: Office, staff: Staff, tmp_path: Path) -> str:
    """The address of a document that waits in the inbox."""
    return f"/documents/{bring(office, staff.clerk, tmp_path / 'in').document_id}"


@pytest.fixture
def draft(office: Office, staff: Staff, tmp_path: Path) -> str:
    """The address of a letter of our own that is still written on."""
    receipt = bring(office, staff.clerk, tmp_path / "draft", content=FIRST)
    with office.begin(staff.clerk) as work:
        own = document(work, receipt)
        own.direction, own.writing = Direction.OUTGOING, Writing.DRAFT
    return f"/documents/{receipt.document_id}"


@pytest.fixture
def colleague(app: OfficeApp, office: Office, staff: Staff) -> Program:
    made = Program(app, office, staff, "clerk")
    made.key = key_of(office, appoint(office, "zweite", Role.CLERK, units=[staff.unit]))
    return made


def test_everything_that_is_said_of_a_document_can_be_put_right(
    program: Program, letter: str
) -> None:
    said = {
        "title": "Befundbericht",
        "document_type": "Befund",
        "direction": "incoming",
        "letter_date": "2026-10-01",
        "received_on": "2026-10-02",
        "sender": "Dr. Muster",
        "recipient": "Landratsamt",
        "foreign_reference": "B-7",
        "inspection_allowed": False,
        "from_doctor": True,
        "disputed": True,
        "disputed_note": "Datum",
    }
    shown = program.ask("PATCH", letter, edits=1, **said)
    assert {name: shown[name] for name in said} == said
    assert program.ask("GET", letter) == shown and shown["edits"] == 2
    again = program.ask("PATCH", letter, edits=2, sender="")
    assert (again["sender"], again["title"]) == ("", "Befundbericht")
    assert program.ask("PATCH", letter, 409, edits=1, title="zu spät")["code"]
    told = program.ask("PATCH", letter, 422, edits=3, letter_date="2999-01-01")
    assert told["code"] == "bad-input" and "Zukunft" in told["message"]
    newest = program.ask("GET", f"{letter}/history")["entries"][0]
    assert newest["fields"] == [{"field": "sender", "old": "Dr. Muster", "new": ""}]


def test_null_empties_what_may_be_empty_and_nothing_else(program: Program, letter: str) -> None:
    texts = ("document_type", "sender", "recipient", "foreign_reference")
    said = dict.fromkeys(texts, "x") | {"letter_date": "2026-10-01"}
    program.ask("PATCH", letter, edits=1, **said)
    emptied = program.ask("PATCH", letter, edits=2, **dict.fromkeys(said))
    assert {name: emptied[name] for name in said} == dict.fromkeys(texts, "") | {
        "letter_date": None
    }
    for name in ("title", "received_on", "direction", "from_doctor"):
        assert program.ask("PATCH", letter, 422, edits=3, **{name: None})["reasons"] == [name]


def test_a_document_is_taken_back_and_taken_out(
    program: Program, office: Office, staff: Staff, tmp_path: Path
) -> None:
    _, case = opened(office, staff)
    first, second = fill(office, staff, tmp_path, case.id, 2)
    back = program.ask("POST", f"/documents/{first}/taking-back")
    assert (back["state"], back["case_id"]) == ("inbox", None)
    assert program.ask("POST", f"/documents/{first}/taking-back", 409)["code"] == "not-filed"
    program.ask("POST", f"/documents/{second}/withdrawal", 422)
    out = program.ask("POST", f"/documents/{second}/withdrawal", reason="an das Gericht")
    assert (out["state"], out["position"]) == ("inbox", None)
    (sheet,) = program.ask("GET", f"/cases/{case.id}")["sheets"]
    assert (sheet["document_id"], sheet["reason"]) == (str(second), "an das Gericht")


def test_a_cancellation_is_taken_back(program: Program, letter: str) -> None:
    gone = program.ask("POST", f"{letter}/cancellation", reason="doppelt", edits=1)
    assert (gone["state"], gone["cancel_reason"]) == ("cancelled", "doppelt")
    program.ask("POST", f"{letter}/cancellation", 409, reason="noch einmal")
    assert program.ask("POST", f"{letter}/restoration", 409, edits=1)["code"] == "changed-meanwhile"
    there = program.ask("POST", f"{letter}/restoration", edits=gone["edits"])
    assert (there["state"], there["cancel_reason"]) == ("inbox", None)


def test_an_act_needs_no_body_and_takes_none_but_json(program: Program, draft: str) -> None:
    path = f"/api/v1{draft}/check-out"
    bare = program.client.post(path, headers=program.key)
    assert bare.status_code == 200
    typed = program.client.post(path, data="edits=1", headers=program.key, content_type="text/css")
    assert typed.status_code == 415 and typed.mimetype == "application/problem+json"


def test_a_draft_is_lent_to_one_given_back_and_finished(
    program: Program, colleague: Program, draft: str
) -> None:
    lent = program.ask("POST", f"{draft}/check-out")
    assert lent["checked_out_by_id"] == program.ask("GET", "/me")["id"]
    assert colleague.ask("POST", f"{draft}/check-out", 409)["code"] == "checked-out"
    assert program.ask("POST", f"{draft}/finalisation", 409)["code"] == "checked-out"
    assert program.ask("POST", f"{draft}/giving-back")["checked_out_by_id"] is None
    program.ask("POST", f"{draft}/check-out")
    colleague.ask("POST", f"{draft}/release", 422, reason=" ")
    freed = colleague.ask("POST", f"{draft}/release", reason="im Urlaub")
    assert freed["checked_out_at"] is None
    assert program.ask("POST", f"{draft}/finalisation")["writing"] == "final"
    assert program.ask("POST", f"{draft}/draft", reason="Zahlendreher")["writing"] == "draft"


def test_what_came_from_outside_never_becomes_a_draft(program: Program, letter: str) -> None:
    assert program.ask("POST", f"{letter}/draft", 409, reason="ändern")["code"] == "rule-broken"


def test_an_attachment_hangs_on_its_letter_until_it_is_loosened(
    program: Program, office: Office, staff: Staff, letter: str, tmp_path: Path
) -> None:
    other = bring(office, staff.clerk, tmp_path / "other", content=b"%PDF the other")
    path = f"/documents/{other.document_id}"
    to = letter.rsplit("/", 1)[1]
    hung = program.ask("POST", f"{path}/attachment", to=to)
    assert hung["parent_id"] == to
    (listed,) = program.ask("GET", f"{letter}/attachments")["documents"]
    assert listed["id"] == str(other.document_id)
    assert program.ask("POST", f"{letter}/attachment", 409, to=str(other.document_id))["reasons"]
    assert program.ask("DELETE", f"{path}/attachment")["parent_id"] is None
    program.ask("DELETE", f"{path}/attachment", 409)
    foreign = bring(office, staff.other_clerk, tmp_path / "foreign")
    program.ask("POST", f"{path}/attachment", 404, to=str(foreign.document_id))


def put_on_top(program: Program, path: str, content: bytes = SECOND, **told: str) -> Any:
    sent = {"document": form_file(content, "besser.pdf")} | told
    return program.client.post(f"/api/v1{path}/versions", data=sent, headers=program.key)


def test_a_version_comes_on_top_and_the_earlier_bytes_stay(
    program: Program, draft: str, office: Office
) -> None:
    program.ask("POST", f"{draft}/check-out")
    answer = put_on_top(program, draft, remark="Tippfehler", give_back="true")
    assert answer.status_code == 201, answer.text
    made = answer.json
    assert (made["number"], made["name"], made["remark"]) == (2, "besser.pdf", "Tippfehler")
    assert (made["sha256"], made["size"]) == (hashlib.sha256(SECOND).hexdigest(), len(SECOND))
    shown = program.ask("GET", draft)
    assert (shown["version"], shown["checked_out_by_id"]) == (2, None)
    listed = program.ask("GET", f"{draft}/versions")["versions"]
    assert [one["number"] for one in listed] == [2, 1] and listed[0] == made
    for number, content in ((1, FIRST), (2, SECOND)):
        path = f"/api/v1{draft}/versions/{number}"
        assert program.client.get(path, headers=program.key, buffered=True).data == content
    with office.database.transaction(writes=False) as session:
        read = select(AuditEntry.details).where(AuditEntry.act == "document.read")
        assert [one["what"] for one in session.scalars(read)] == ["version-1", "version-2"]
    assert residue(office) == []


def test_without_the_wish_the_letter_stays_lent(program: Program, draft: str) -> None:
    program.ask("POST", f"{draft}/check-out")
    assert put_on_top(program, draft).status_code == 201
    assert program.ask("GET", draft)["checked_out_by_id"]


@pytest.mark.parametrize(
    ("told", "status", "code"),
    [
        ({"edits": "99"}, 409, "changed-meanwhile"),
        ({"edits": "x"}, 422, "bad-input"),
        ({"edits": ""}, 422, "bad-input"),
        ({"size": "7"}, 422, "not-as-declared"),
        ({"sha256": ""}, 422, "bad-input"),
        ({"give_back": "ja"}, 422, "bad-input"),
        ({"remark": "x" * 301}, 422, "bad-input"),
        ({"number": "7"}, 422, "bad-input"),
        ({"is_admin": "true"}, 422, "bad-input"),
    ],
)
def test_a_version_that_does_not_fit_leaves_nothing(
    program: Program, draft: str, office: Office, told: dict[str, str], status: int, code: str
) -> None:
    answer = put_on_top(program, draft, **told)
    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert program.ask("GET", draft)["version"] == 1 and residue(office) == []


def test_the_same_bytes_are_no_new_version_and_nobody_overtakes(
    program: Program, colleague: Program, draft: str, letter: str
) -> None:
    assert put_on_top(program, draft, FIRST).status_code == 409
    program.ask("POST", f"{draft}/check-out")
    assert put_on_top(colleague, draft).json["code"] == "checked-out"
    assert put_on_top(program, letter).status_code == 409
    assert program.ask("GET", draft)["version"] == 1


@pytest.mark.parametrize("number", ["0", "2", "99999999999999999999", "-1", "eins"])
def test_a_version_that_does_not_exist_is_not_found(
    program: Program, draft: str, number: str
) -> None:
    program.ask("GET", f"{draft}/versions/{number}", 404)


def test_who_may_not_read_gets_no_version_and_a_stranger_no_trace(
    app: OfficeApp, office: Office, staff: Staff, tmp_path: Path
) -> None:
    _, case = opened(office, staff)
    (filed,) = fill(office, staff, tmp_path, case.id, 1)
    records = Program(app, office, staff, "records")
    stranger = Program(app, office, staff, "other_clerk")
    records.ask("GET", f"/documents/{filed}/versions")
    records.ask("GET", f"/documents/{filed}/versions/1", 403)
    for path in ("", "/versions", "/versions/1", "/history", "/attachments", "/original"):
        stranger.ask("GET", f"/documents/{filed}{path}", 404)
    for act in ("taking-back", "check-out", "finalisation", "restoration", "giving-back"):
        stranger.ask("POST", f"/documents/{filed}/{act}", 404)
        records.ask("POST", f"/documents/{filed}/{act}", 403)


def test_a_part_behind_the_end_is_told_as_a_problem(program: Program, letter: str) -> None:
    headers = program.key | {"Range": "bytes=9999-"}
    answer = program.client.get(f"/api/v1{letter}/original", headers=headers)
    assert answer.status_code == 416 and answer.mimetype == "application/problem+json"
    assert answer.headers["Content-Range"] == "bytes */17"


def test_the_inbox_tells_what_waits_and_how_far_it_is(program: Program, letter: str) -> None:
    told = program.ask("GET", "/inbox")
    assert (told["total"], told["running"], told["ready"]) == (1, 1, 0)
    (row,) = told["rows"]
    assert row["document"]["id"] == letter.rsplit("/", 1)[1]
    assert row["size"] == 17 and row["progress"]["running"] is False
    assert program.ask("GET", "/inbox?choice=failed")["total"] == 0
    program.ask("GET", "/inbox?choice=gelesen", 422)


def test_who_acts_is_told_with_roles_and_units(
    app: OfficeApp, program: Program, office: Office, staff: Staff
) -> None:
    told = program.ask("GET", "/me")
    assert (told["login"], told["kind"], told["roles"]) == ("clerk", "person", ["clerk"])
    assert [unit["key"] for unit in told["departments"]] == ["sbr"]
    assert told["stands_in_for"] == []
    units = program.ask("GET", "/departments")["departments"]
    assert {unit["key"] for unit in units} >= {"sbr", "wog"}
    administrator = Program(app, office, staff, "administrator")
    assert administrator.ask("GET", "/me")["departments"] == []
    administrator.ask("GET", "/inbox", 403)


def test_a_number_is_never_taken_for_a_document_of_another_kind(program: Program) -> None:
    for path in ("/documents/7", "/dossiers/x", "/cases/00000000-0000-0000-0000-000000000007"):
        assert program.ask("GET", path, 404)["code"] == "not-found"


def test_every_document_keeps_its_first_receipt(program: Program, draft: str) -> None:
    before = program.ask("GET", f"{draft}/receipt")
    put_on_top(program, draft)
    assert program.ask("GET", f"{draft}/receipt")["sha256"] == before["sha256"]
