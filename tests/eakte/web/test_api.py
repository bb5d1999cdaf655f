"""Can a program deliver, follow, read and file, and is a repeat known as one?"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from eakte.bootstrap import Office
from eakte.web.per_request import OfficeApp
from search import Entry
from storage import MemoryStore
from tests.builders import Staff, bring, opened
from tests.eakte.web.browser import Browser, form_file, key_of, signed_in
from tests.eakte.web.test_uploads import documents, residue

CONTENT = b"%PDF-1.7 from a program"
DIGEST = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def key(office: Office, staff: Staff) -> dict[str, str]:
    return key_of(office, staff.clerk)


@pytest.fixture
def program(app: OfficeApp) -> FlaskClient:
    return app.test_client()


def deliver(
    program: FlaskClient,
    key: dict[str, str],
    content: bytes = CONTENT,
    *,
    name: str = "brief.pdf",
    idempotency: str | None = None,
    **told: Any,
) -> TestResponse:
    headers = key | ({"Idempotency-Key": idempotency} if idempotency else {})
    sent = {"document": form_file(content, name)} | told
    return program.post("/api/v1/documents", data=sent, headers=headers)


def told(answer: TestResponse) -> dict[str, Any]:
    assert answer.json is not None
    return dict(answer.json)


def test_a_delivery_is_answered_with_its_receipt(
    program: FlaskClient, key: dict[str, str], office: Office
) -> None:
    answer = deliver(
        program, key, department="sbr", received_on="2026-10-30", sha256=DIGEST, size=len(CONTENT)
    )
    assert answer.status_code == 201
    receipt = told(answer)
    assert (receipt["sha256"], receipt["size"], receipt["pages"]) == (DIGEST, len(CONTENT), 1)
    assert (receipt["name"], receipt["repeated"]) == ("brief.pdf", False)
    shown = told(program.get(f"/api/v1/documents/{receipt['document_id']}", headers=key))
    assert (shown["state"], shown["processing"]) == ("inbox", "waiting")
    assert (shown["received_on"], shown["receipt"]["sha256"]) == ("2026-10-30", DIGEST)
    assert residue(office) == []


def test_the_body_alone_is_a_delivery_too(program: FlaskClient, key: dict[str, str]) -> None:
    headers = key | {
        "Content-Disposition": "attachment; filename*=UTF-8''Schreiben%20%C3%84.pdf",
        "Content-Type": "application/pdf",
    }
    answer = program.post("/api/v1/documents?department=sbr", data=CONTENT, headers=headers)
    assert answer.status_code == 201
    assert told(answer)["name"] == "Schreiben Ä.pdf"


def test_the_same_key_with_the_same_bytes_is_one_document(
    program: FlaskClient, key: dict[str, str], office: Office
) -> None:
    answers = [deliver(program, key, idempotency="lauf-7") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 200, 200]
    first, *others = [told(answer) for answer in answers]
    assert all(other == first | {"repeated": True} for other in others)
    assert documents(office) == 1


def test_the_same_key_with_other_bytes_is_refused(
    program: FlaskClient, key: dict[str, str], office: Office
) -> None:
    deliver(program, key, idempotency="lauf-7")
    answer = deliver(program, key, b"%PDF other", idempotency="lauf-7")
    assert answer.status_code == 409 and told(answer)["code"] == "key-used"
    assert documents(office) == 1


def test_two_senders_may_use_the_same_key(
    program: FlaskClient, key: dict[str, str], office: Office, staff: Staff
) -> None:
    deliver(program, key, idempotency="1")
    other = key_of(office, staff.other_clerk)
    assert deliver(program, other, idempotency="1").status_code == 201
    assert documents(office) == 2


@pytest.mark.parametrize(
    ("given", "status", "code"),
    [
        ({"sha256": "0" * 64}, 422, "not-as-declared"),
        ({"sha256": "keine"}, 422, "not-as-declared"),
        ({"size": "7"}, 422, "not-as-declared"),
        ({"size": "viel"}, 422, "bad-input"),
        ({"received_on": "gestern"}, 422, "bad-input"),
        ({"department": "gibt-es-nicht"}, 404, "not-found"),
        ({"department": "wog"}, 422, "bad-input"),
        ({"department": "a\0b"}, 422, "bad-input"),
    ],
)
def test_a_delivery_that_does_not_fit_leaves_nothing(
    program: FlaskClient,
    key: dict[str, str],
    office: Office,
    given: dict[str, str],
    status: int,
    code: str,
) -> None:
    answer = deliver(program, key, **given)
    assert (answer.status_code, told(answer)["code"]) == (status, code)
    assert documents(office) == 0 and residue(office) == []


def test_empty_archive_and_too_large_are_refused_with_a_sentence(
    program: FlaskClient, key: dict[str, str], office: Office, store: MemoryStore
) -> None:
    for content, status in ((b"", 422), (b"PK\x03\x04", 415), (b"x" * 1_000_001, 413)):
        headers = key | {"Content-Type": "application/octet-stream"}
        answer = program.post("/api/v1/documents", data=content, headers=headers)
        assert answer.status_code == status and told(answer)["message"]
    assert program.post("/api/v1/documents", data={"x": "y"}, headers=key).status_code == 422
    assert documents(office) == 0 and residue(office) == [] and list(store.listing()) == []


def test_a_store_that_is_away_is_503_and_comes_back_by_itself(
    program: FlaskClient, key: dict[str, str], office: Office, store: MemoryStore
) -> None:
    store.reachable = False
    answer = deliver(program, key, idempotency="1")
    assert answer.status_code == 503 and answer.headers["Retry-After"]
    store.reachable = True
    assert deliver(program, key, idempotency="1").status_code == 201
    assert documents(office) == 1


def test_a_session_of_the_browser_needs_the_token_here_too(app: OfficeApp) -> None:
    clerk = signed_in(app, "clerk")
    sent = {"words": "x"}
    assert clerk.client.post("/api/v1/search", json=sent).status_code == 400
    headers = {"X-CSRFToken": clerk.token}
    assert clerk.client.post("/api/v1/search", json=sent, headers=headers).status_code == 200


def test_a_document_is_filed_by_its_dossiers_reference(
    program: FlaskClient, key: dict[str, str], office: Office, staff: Staff
) -> None:
    dossier, case = opened(office, staff)
    document = told(deliver(program, key))["document_id"]
    place = f"/api/v1/documents/{document}/placement"
    sent = {"reference": dossier.reference, "title": "Antrag", "letter_date": "2026-10-01"}
    filed = told(program.post(place, json=sent, headers=key))
    assert (filed["state"], filed["case_id"], filed["position"]) == ("filed", str(case.id), 1)
    assert (filed["title"], filed["dossier_reference"]) == ("Antrag", dossier.reference)
    again = program.post(place, json=sent, headers=key)
    assert again.status_code == 409 and told(again)["code"] == "already-filed"
    shown = told(program.get(f"/api/v1/dossiers/{dossier.id}", headers=key))
    assert (shown["cases"][0]["id"], shown["cases"][0]["documents"]) == (str(case.id), 1)
    lying = told(program.get(f"/api/v1/cases/{case.id}/documents", headers=key))
    assert [one["id"] for one in lying["documents"]] == [document]
    listed = told(program.get("/api/v1/dossiers", headers=key))
    assert [one["reference"] for one in listed["dossiers"]] == [dossier.reference]


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"reference": "SBR 1/2026", "department_id": "x"},
        {"reference": "SBR 1/2026", "state": "filed"},
        {"reference": "SBR 1/2026", "edits": "7x"},
        {"reference": "SBR 1/2026", "title": ""},
        {"reference": "SBR\0"},
        {"case_id": "keine"},
        [],
        "text",
    ],
)
def test_a_placement_that_does_not_fit_changes_nothing(
    program: FlaskClient, key: dict[str, str], office: Office, staff: Staff, sent: object
) -> None:
    opened(office, staff)
    document = told(deliver(program, key))["document_id"]
    answer = program.post(f"/api/v1/documents/{document}/placement", json=sent, headers=key)
    assert answer.status_code == 422 and answer.mimetype == "application/problem+json"
    shown = told(program.get(f"/api/v1/documents/{document}", headers=key))
    assert shown["state"] == "inbox" and shown["edits"] == 1


def test_who_saved_later_is_told(
    program: FlaskClient, key: dict[str, str], office: Office, staff: Staff
) -> None:
    dossier, _ = opened(office, staff)
    document = told(deliver(program, key))["document_id"]
    sent = {"reference": dossier.reference, "edits": 99}
    answer = program.post(f"/api/v1/documents/{document}/placement", json=sent, headers=key)
    assert answer.status_code == 409 and told(answer)["code"] == "changed-meanwhile"


def test_a_search_gives_pages_and_marks_and_nothing_of_others(
    program: FlaskClient, key: dict[str, str], office: Office, staff: Staff, tmp_path: Path
) -> None:
    mine = bring(office, staff.clerk, tmp_path / "a")
    foreign = bring(office, staff.other_clerk, tmp_path / "b")
    with office.index.writer() as writer:
        for receipt in (mine, foreign):
            # A stale index may say that everybody sees everything; the rows know better.
            tokens = [f"inbox:{staff.unit.id}"]
            fields = {"title": "Brief", "visible": tokens, "document": [str(receipt.document_id)]}
            pages = ("erste Seite", "zweite Seite mit Widerspruch")
            writer.put(Entry(str(receipt.document_id), fields, pages))
    found = told(program.post("/api/v1/search", json={"words": "Widerspruch"}, headers=key))
    assert found["total"] == 1
    (hit,) = found["hits"]
    assert hit["document_id"] == str(mine.document_id)
    assert hit["passages"][0]["page"] == 2
    marked = [part["text"] for part in hit["passages"][0]["fragments"] if part["marked"]]
    assert marked == ["Widerspruch"]


def test_words_that_cannot_be_read_are_answered_with_their_place(
    program: FlaskClient, key: dict[str, str]
) -> None:
    answer = program.post("/api/v1/search", json={"words": '"offen'}, headers=key)
    assert answer.status_code == 422
    assert told(answer)["code"] == "bad-query" and "position" in told(answer)


def test_bodies_that_are_no_json_are_refused(program: FlaskClient, key: dict[str, str]) -> None:
    for body in (b"", b"{", b"\xff\xfe", b"null", b"[" * 5000):
        headers = key | {"Content-Type": "application/json"}
        answer = program.post("/api/v1/search", data=body, headers=headers)
        assert answer.status_code in {400, 422}, body[:10]


def test_a_browser_can_read_the_same_answers(clerk: Browser) -> None:
    document = clerk.bring()
    assert told(clerk.get(f"/api/v1/documents/{document}"))["id"] == str(document)
