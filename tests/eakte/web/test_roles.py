"""Which role may enter which page, and does anybody learn of what they may not see?"""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest

from eakte.bootstrap import Office
from eakte.model.document import Document, ProcessingState
from eakte.web.per_request import OfficeApp
from tests.builders import Staff, bring, opened
from tests.eakte.web.browser import Browser, bare, key_of, signed_in

# clerk, scanning, records manager, administrator
MATRIX = {
    "/": (200, 200, 200, 200),
    "/posteingang": (200, 200, 200, 403),
    "/posteingang/zeilen": (200, 200, 200, 403),
    "/posteingang/hochladen": (200, 200, 403, 403),
    "/suche": (200, 403, 403, 403),
    "/akten": (200, 200, 200, 200),
    "/akten/neu": (200, 403, 403, 403),
    "/aktenplan": (200, 200, 200, 200),
    "/protokoll": (403, 403, 200, 403),
    "/verwaltung/benutzer": (403, 403, 403, 200),
    "/verwaltung/benutzer/neu": (403, 403, 403, 200),
    "/konto": (200, 200, 200, 200),
    "/api/v1/dossiers": (200, 200, 200, 200),
    "/api/v1/openapi.json": (200, 200, 200, 200),
}
ROLES = ("clerk", "scan", "records", "admin")


@pytest.mark.parametrize("place", range(4), ids=ROLES)
def test_each_role_enters_what_is_theirs(app: OfficeApp, place: int) -> None:
    browser = signed_in(app, ROLES[place])
    answers = {path: browser.get(path).status_code for path in MATRIX}
    assert answers == {path: allowed[place] for path, allowed in MATRIX.items()}


# What may be done with a document of the own unit that somebody else brought.
DOCUMENT = {
    "": (200, 404, 200, 404),
    "/stand": (200, 404, 200, 404),
    "/original": (200, 404, 403, 404),
    "/quittung": (200, 404, 200, 404),
}


@pytest.mark.parametrize("place", range(4), ids=ROLES)
def test_each_role_sees_of_a_document_what_is_theirs(
    app: OfficeApp, office: Office, staff: Staff, tmp_path: Path, place: int
) -> None:
    receipt = bring(office, staff.clerk, tmp_path / "in")
    browser = signed_in(app, ROLES[place])
    base = f"/dokument/{receipt.document_id}"
    answers = {path: browser.get(base + path).status_code for path in DOCUMENT}
    assert answers == {path: allowed[place] for path, allowed in DOCUMENT.items()}


def test_scanning_sees_its_own_delivery_until_it_is_filed(app: OfficeApp) -> None:
    scanning = signed_in(app, "scan")
    document = scanning.bring()
    assert scanning.get(f"/dokument/{document}/original").status_code == 200
    assert scanning.post(f"/dokument/{document}/stornieren", {"reason": "x"}).status_code == 403


def hidden_and_absent(kind: str) -> list[tuple[str, str]]:
    paths = {
        "document": [
            ("GET", "/dokument/{id}"),
            ("GET", "/dokument/{id}/stand"),
            ("GET", "/dokument/{id}/original"),
            ("GET", "/dokument/{id}/lesefassung"),
            ("GET", "/dokument/{id}/vorschau/1"),
            ("GET", "/dokument/{id}/quittung"),
            ("POST", "/dokument/{id}/ablegen"),
            ("POST", "/dokument/{id}/zuruecklegen"),
            ("POST", "/dokument/{id}/erneut"),
            ("POST", "/dokument/{id}/beschreiben"),
            ("POST", "/dokument/{id}/stornieren"),
            ("GET", "/api/v1/documents/{id}"),
            ("GET", "/api/v1/documents/{id}/receipt"),
            ("GET", "/api/v1/documents/{id}/original"),
            ("GET", "/api/v1/documents/{id}/reading-copy"),
        ],
        "dossier": [
            ("GET", "/akte/{id}"),
            ("GET", "/akte/{id}/vorgang"),
            ("POST", "/akte/{id}/vorgang"),
            ("GET", "/api/v1/dossiers/{id}"),
        ],
        "case": [("GET", "/vorgang/{id}")],
    }
    return paths[kind]


@pytest.mark.parametrize("kind", ["document", "dossier", "case"])
def test_what_is_hidden_looks_like_what_does_not_exist(
    app: OfficeApp, office: Office, staff: Staff, other: Browser, tmp_path: Path, kind: str
) -> None:
    dossier, case = opened(office, staff)
    receipt = bring(office, staff.clerk, tmp_path / "in")
    hidden = {"document": receipt.document_id, "dossier": dossier.id, "case": case.id}[kind]
    absent = uuid4()
    for method, path in hidden_and_absent(kind):
        answers = []
        for one in (hidden, absent):
            answer = other.client.open(
                path.format(id=one), method=method, data={"csrf_token": other.token}
            )
            answers.append((answer.status_code, bare(answer).replace(str(one), "")))
        (seen, first), (_, second) = answers
        assert seen == 404, (method, path)
        if answers[0] != answers[1]:
            # Only the id of the request may differ.
            assert _without_request_id(first) == _without_request_id(second), (method, path)


def _without_request_id(text: str) -> str:
    return text.split('"request_id"')[0]


def test_a_foreign_case_cannot_be_filed_into(
    app: OfficeApp, office: Office, staff: Staff, other: Browser, tmp_path: Path
) -> None:
    dossier, case = opened(office, staff)
    with office.begin(staff.other_clerk) as work:
        assert work.actor.departments == {staff.other_unit.id}
    receipt = bring(office, staff.other_clerk, tmp_path / "in")
    base = f"/dokument/{receipt.document_id}/ablegen"
    answers = []
    for target in (case.id, uuid4()):
        sent = {"target": str(target), "target_text": "x", "title": "Brief"}
        answer = other.post(base, sent)
        answers.append((answer.status_code, bare(answer).replace(str(target), "")))
    assert answers[0] == answers[1]
    assert answers[0][0] == 422 and "Das gibt es nicht" in answers[0][1]
    by_reference = other.post(base, {"target_text": dossier.reference, "title": "Brief"})
    assert by_reference.status_code == 422 and "Änne" not in by_reference.text


def test_nothing_of_another_unit_stands_in_lists_and_proposals(
    office: Office, staff: Staff, other: Browser, tmp_path: Path
) -> None:
    opened(office, staff)
    bring(office, staff.clerk, tmp_path / "in", name="geheim.pdf")
    pages = [
        other.get("/").text,
        other.get("/posteingang").text,
        other.post("/akten", {"worte": "Muster"}).text,
        other.post("/ablageziele", {"words": "Muster"}).text,
        other.get("/aktenplan").text,
        other.post("/suche", {"q": "letter"}).text,
    ]
    for page in pages:
        assert "Änne" not in page and "SBR 1/" not in page and "geheim" not in page


def test_a_receipt_names_no_duplicate_the_reader_may_not_see(
    app: OfficeApp, office: Office, staff: Staff, tmp_path: Path
) -> None:
    bring(office, staff.clerk, tmp_path / "in", content=b"%PDF same")
    scanning = signed_in(app, "scan")
    document = scanning.bring(b"%PDF same")
    told = scanning.get(
        f"/api/v1/documents/{document}/receipt", headers={"Accept": "application/json"}
    )
    assert told.json is not None and told.json["duplicate_of"] is None


def test_a_delivering_program_reads_nothing(app: OfficeApp, office: Office, staff: Staff) -> None:
    headers = key_of(office, staff.scanning)
    client = app.test_client()
    assert client.post("/api/v1/search", json={"words": "x"}, headers=headers).status_code == 403
    listed = client.get("/api/v1/dossiers", headers=headers).json
    assert listed is not None and listed["dossiers"] == []


@pytest.mark.parametrize("value", ["true", "1", "on"])
def test_nobody_gives_themselves_rights(app: OfficeApp, value: str) -> None:
    clerk = signed_in(app, "clerk")
    sent = {"roles": "administrator", "is_admin": value, "active": value, "name": "Ich"}
    assert clerk.post("/verwaltung/benutzer/neu", sent).status_code == 403
    admin = signed_in(app, "admin")
    own = admin.get("/verwaltung/benutzer").text.split("/verwaltung/benutzer/")
    assert len(own) > 3


def test_the_inbox_shows_pictures_of_pages_to_those_alone_who_may_look_at_them(
    app: OfficeApp, office: Office, staff: Staff, tmp_path: Path
) -> None:
    receipt = bring(office, staff.clerk, tmp_path / "in")
    with office.as_system() as work:
        document = work.session.get_one(Document, receipt.document_id)
        document.processing, document.page_count = ProcessingState.READY, 1
    picture = f"/dokument/{receipt.document_id}/vorschau/1"
    assert picture in signed_in(app, "clerk").get("/posteingang").text
    records = signed_in(app, "records")
    assert picture not in records.get("/posteingang").text
    # To them it is not said that there were none.
    page = records.get(f"/dokument/{receipt.document_id}").text
    assert "Den Inhalt dieses Schreibens sehen Sie nicht" in page and "keine lesbare" not in page
