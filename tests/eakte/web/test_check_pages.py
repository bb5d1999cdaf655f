"""Do the pages, and programs, check scans, ask for new ones and keep track of paper?"""

from __future__ import annotations

import hashlib
import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from eakte import jobs
from eakte.bootstrap import Office
from eakte.clock import SetClock
from eakte.evidence.paper.destroying import write_record
from eakte.evidence.signing import Signer
from eakte.evidence.transfer.noting import write_notes
from eakte.intake.guarding import SEPARATE
from eakte.model.batch import Batch, BatchPage, BatchState, Fate
from eakte.model.document import Document
from eakte.model.scan_check import CheckState, ScanCheck, ScanRequest
from eakte.model.user import Role
from eakte.signed import note_faults, read_note
from eakte.web.pages.checks import pages_typed
from eakte.web.per_request import OfficeApp
from tests.builders import PASSWORD, Staff, appoint, bring_stack
from tests.checking import A_PICTURE, begun, judged, pictured, ready_stack, released, whole_way
from tests.eakte.web.browser import Browser, key_of, signed_in
from tests.eakte.web.scans import Device, device

PROOF = {"confirm_password": PASSWORD}


@pytest.fixture
def scan(app: OfficeApp) -> Browser:
    return signed_in(app, "scan")


@pytest.fixture
def records(app: OfficeApp) -> Browser:
    return signed_in(app, "records")


def place(stack: UUID) -> str:
    return f"/stapel/{stack}/pruefung"


def api(browser: Browser, method: str, address: str, **sent: Any) -> Any:
    answer = browser.client.open(
        f"/api/v1{address}",
        method=method,
        headers={"X-CSRFToken": browser.token},
        **({"json": sent} if method != "GET" else {}),
    )
    return answer


def test_a_stack_is_checked_page_by_page_and_released_in_the_browser(
    scan: Browser, office: Office, staff: Staff, tmp_path: Path
) -> None:
    stack = ready_stack(office, staff, tmp_path, odd={2: {"dpi": 150}})
    assert "Alle Seiten werden angesehen" in scan.get(place(stack)).text
    assert scan.post(f"{place(stack)}/beginnen").status_code == 303
    waiting = scan.get(f"{place(stack)}/1").text
    assert "Das Bild wird vorbereitet" in waiting and "data-good" not in waiting
    polls = {"HX-Request": "true"}
    assert scan.get(f"{place(stack)}/1", headers=polls).status_code == 204
    assert "every 2s" in scan.get(place(stack)).text
    assert scan.post(f"{place(stack)}/1", {"verdict": "good"}).status_code == 422
    pictured(office, stack)
    assert scan.get(f"{place(stack)}/1", headers=polls).headers["HX-Refresh"] == "true"
    assert "every 2s" not in scan.get(place(stack)).text
    assert "verlangt sind 300" in scan.get(f"{place(stack)}/2").text
    image = scan.get(f"{place(stack)}/2/bild")
    assert (image.data, image.mimetype) == (A_PICTURE, "image/webp")
    for page in (1, 2, 3):
        answer = scan.post(f"{place(stack)}/{page}", {"verdict": "good", "turn": "0"})
        assert answer.headers["Location"].endswith(f"/pruefung/{page + 1}")
    assert scan.post(f"{place(stack)}/freigeben").status_code == 422
    last = scan.post(f"{place(stack)}/4", {"verdict": "good", "turn": "180"})
    assert last.headers["Location"].endswith("/pruefung")
    assert scan.post(f"{place(stack)}/freigeben", {"remark": "gut"}).status_code == 303
    assert "Der Transfervermerk wird geschrieben" in scan.get(place(stack)).text
    assert "every 2s" in scan.get(place(stack)).text
    with office.as_system() as work:
        write_notes(work, stack)
    assert "every 2s" not in scan.get(place(stack)).text
    told = read_note(scan.get(f"{place(stack)}/vermerk").data)
    assert note_faults(told, {Signer(office.settings.audit_key).public}) == []
    assert scan.get(f"{place(stack)}/vermerk.pdf").data.startswith(b"%PDF")


def test_the_list_of_stacks_asks_more_often_while_one_is_taken_apart(
    scan: Browser, office: Office, staff: Staff, tmp_path: Path
) -> None:
    stack = bring_stack(office, staff.scanning, tmp_path, content=b"%PDF stack", key="one")
    assert "every 2s" in scan.get("/stapel/zeilen").text
    with office.as_system() as work:
        # Its job may end between the question for the stacks and the one for their jobs.
        jobs.forget(work, SEPARATE, stack)
    assert "every 2s" in scan.get("/stapel/zeilen").text
    with office.as_system() as work:
        work.session.get_one(Batch, stack).state = BatchState.READY
    assert "every 20s" in scan.get("/stapel").text


def test_a_bad_page_without_reason_is_shown_again_with_the_sentence(
    scan: Browser, office: Office, staff: Staff, tmp_path: Path
) -> None:
    stack = ready_stack(office, staff, tmp_path)
    begun(office, staff.scanning, stack)
    answer = scan.post(f"{place(stack)}/1", {"verdict": "bad", "reason": " "})
    assert answer.status_code == 422 and "was an der Seite schlecht ist" in answer.text
    answer = scan.post(f"{place(stack)}/1", {"verdict": "bad", "reason": "unscharf", "turn": "x"})
    assert answer.status_code == 422
    assert (
        scan.post(f"{place(stack)}/1", {"verdict": "bad", "reason": "unscharf"}).status_code == 303
    )
    assert "unscharf" in scan.get(place(stack)).text


@pytest.mark.parametrize(
    ("typed", "pages"),
    [("", []), ("3", [3]), ("3, 5-7", [3, 5, 6, 7]), ("7–9,8", [7, 8, 9])],
)
def test_pages_are_typed_as_people_write_them(typed: str, pages: list[int]) -> None:
    assert pages_typed(typed) == pages


@pytest.mark.parametrize("typed", ["x", "5-3", "1-999999", "3;4", "-2"])
def test_what_is_no_page_is_refused(
    scan: Browser, office: Office, staff: Staff, tmp_path: Path, typed: str
) -> None:
    stack = ready_stack(office, staff, tmp_path)
    begun(office, staff.scanning, stack)
    answer = scan.post(f"{place(stack)}/nochmal", {"pages": typed, "reason": "unscharf"})
    assert answer.status_code == 422


def test_a_station_sees_what_to_scan_again_and_answers_it_with_a_new_stack(
    app: OfficeApp, scan: Browser, office: Office, staff: Staff, tmp_path: Path
) -> None:
    scanner = device(app, office, staff)
    delivered = scanner.deliver(number=7).get_json()
    stack = UUID(delivered["batch_id"])
    _ready(office, stack)
    begun(office, staff.scanning, stack)
    judged(office, staff.scanning, stack, {1: "unscharf"})
    answer = scan.post(f"{place(stack)}/nochmal", {"pages": "", "reason": "unscharf"})
    assert answer.status_code == 303
    (wanted,) = scanner.ask("GET", "/api/v1/scan-requests").get_json()["requests"]
    assert (wanted["batch_number"], wanted["sender_number"], wanted["pages"]) == (1, 7, [])
    assert "Noch einmal zu scannen" in scan.get("/stapel").text
    other = Device(app, scanner.id, scanner.token)
    wrong = other.deliver(b"%PDF-1.7 wrong", key="falsch", answers=99)
    assert wrong.status_code == 422
    new = scanner.deliver(b"%PDF-1.7 again", key="nochmal", number=8, answers=wanted["number"])
    assert new.status_code == 201, new.text
    again = scanner.deliver(b"%PDF-1.7 again", key="nochmal", number=8, answers=wanted["number"])
    assert again.status_code == 200 and again.get_json() == new.get_json()
    assert scanner.ask("GET", "/api/v1/scan-requests").get_json()["requests"] == []
    with office.as_system() as work:
        row = work.session.scalars(select(ScanRequest)).one()
        assert str(row.answer_id) == new.get_json()["batch_id"]
        assert work.session.get_one(ScanCheck, stack).state is CheckState.REPLACED
        # The first stack stays as it came.
        assert work.session.get_one(Batch, stack).sha256 == delivered["sha256"]
    assert scan.post(f"{place(stack)}/freigeben").status_code == 422


def _ready(office: Office, stack: UUID) -> None:
    with office.as_system() as work:
        batch = work.session.get_one(Batch, stack)
        batch.state, batch.pages = BatchState.READY, 1
        work.session.add(BatchPage(batch_id=stack, page=1, fate=Fate.ASIDE))


def test_strangers_find_no_request_and_no_stack_of_others(
    app: OfficeApp, office: Office, staff: Staff, tmp_path: Path
) -> None:
    stack = ready_stack(office, staff, tmp_path)
    begun(office, staff.scanning, stack)
    scan = signed_in(app, "scan")
    scan.post(f"{place(stack)}/nochmal", {"pages": "1", "reason": "unscharf"})
    abroad = device(app, office, staff)
    assert abroad.ask("GET", "/api/v1/scan-requests").get_json()["requests"] == []
    assert abroad.deliver(key="fremd", answers=1).status_code == 422
    other = signed_in(app, "other")
    for address in ("", "/1", "/1/bild", "/vermerk", "/vermerk.pdf"):
        assert other.get(f"{place(stack)}{address}").status_code == 404
    clerk = signed_in(app, "clerk")
    assert clerk.get(place(stack)).status_code == 200
    for address in ("/1", "/1/bild", "/vermerk"):
        assert clerk.get(f"{place(stack)}{address}").status_code == 403


def test_a_document_shows_the_note_of_its_scan(
    clerk: Browser, office: Office, staff: Staff, tmp_path: Path
) -> None:
    ready = ready_stack(office, staff, tmp_path)
    with office.as_system() as work:
        document = work.session.scalars(select(Document)).one().id
    address = f"/dokument/{document}"
    assert "Transfervermerk" not in clerk.get(address).text
    assert clerk.get(f"{address}/transfervermerk").status_code == 404
    begun(office, staff.scanning, ready)
    judged(office, staff.scanning, ready)
    released(office, staff.scanning, ready)
    assert "Transfervermerk" in clerk.get(address).text
    told = read_note(clerk.get(f"{address}/transfervermerk").data)
    assert told["document"]["document_id"] == str(document)
    assert clerk.get(f"{address}/transfervermerk.pdf").data.startswith(b"%PDF")
    by_program = clerk.get(f"/api/v1/documents/{document}/transfer-note")
    assert read_note(by_program.data) == told


def test_paper_is_kept_in_boxes_and_destroyed_by_two_on_the_pages(
    app: OfficeApp, records: Browser, office: Office, staff: Staff, tmp_path: Path, clock: SetClock
) -> None:
    stack = whole_way(office, staff, tmp_path)
    answer = records.post(f"{place(stack)}/papier", {"keep": "1", "box": "K-1"})
    assert answer.status_code == 422 and "nie vernichtet wird" in answer.text
    assert records.post(f"{place(stack)}/papier", {"box": "K-1"}).status_code == 303
    stale = records.post(f"{place(stack)}/papier", {"box": "K-2", "edits": "0"})
    assert stale.status_code == 409
    assert 'name="batch"' not in records.get("/papier").text
    clock.move(timedelta(days=200))
    records = signed_in(app, "records")
    listed = records.get("/papier?zeige=may-go&karton=K-1").text
    assert str(stack) in listed
    answer = records.post("/papier/vernichten", {"batch": str(stack), "manner": "P-4"})
    assert answer.status_code == 303, answer.text
    address = answer.headers["Location"]
    assert "Eine andere Person" in records.get(address).text
    appoint(office, "leitung", Role.LEAD, units=[staff.unit])
    lead = signed_in(app, "leitung")
    shown = lead.get(address).text
    assert "Bestätigt wird erst nach der Wartezeit" in shown
    assert "Vernichtung bestätigen" not in shown
    early = lead.post(f"{address}/entscheidung", {"decision": "confirm", **PROOF})
    assert early.status_code == 422 and "Die Wartezeit endet am" in early.text
    clock.move(timedelta(days=30))
    lead = signed_in(app, "leitung")
    assert "Vernichtung bestätigen" in lead.get(address).text
    asked = lead.post(f"{address}/entscheidung", {"decision": "confirm"})
    assert asked.status_code == 403 and "Noch einmal ausweisen" in asked.text
    done = lead.post(f"{address}/entscheidung", {"decision": "confirm", **PROOF})
    assert done.status_code == 303, done.text
    destruction = UUID(address.rsplit("/", 1)[1])
    with office.as_system() as work:
        write_record(work, destruction)
    record = read_note(lead.get(f"{address}/nachweis").data)
    assert record["confirmed_by"] == "Leitung" and record["stacks"][0]["box"] == "K-1"
    sheets = lead.get(f"{address}/nachweis.pdf")
    assert sheets.mimetype == "application/pdf" and sheets.data.startswith(b"%PDF")
    table = lead.get(f"{address}/tabelle").data.decode("utf-8-sig")
    assert re.search(r"1;000001;K-1;4;", table)
    assert "Vernichtet" in lead.get("/papier?zeige=gone").text
    assert "P-4" in lead.get("/papier/vernichtungen").text


def test_programs_check_release_and_keep_paper(
    app: OfficeApp, scan: Browser, office: Office, staff: Staff, tmp_path: Path, clock: SetClock
) -> None:
    stack = ready_stack(office, staff, tmp_path)
    base = f"/batches/{stack}"
    assert api(scan, "GET", f"{base}/check").json["state"] is None
    begun_one = api(scan, "POST", f"{base}/check")
    assert begun_one.status_code == 201 and len(begun_one.json["pages"]) == 4
    assert api(scan, "POST", f"{base}/check").status_code == 409
    pictured(office, stack)
    assert api(scan, "GET", f"{base}/check/pages/1/picture").data == A_PICTURE
    assert api(scan, "PUT", f"{base}/check/pages/1", verdict="bad").status_code == 422
    for page in range(1, 5):
        told = api(scan, "PUT", f"{base}/check/pages/{page}", verdict="good", turn=90)
        assert told.status_code == 200, told.text
    assert told.json["against"] == [] and told.json["pages"][0]["by"] == "Scan"
    asked = api(scan, "POST", f"{base}/scan-requests", pages=[9], reason="x")
    assert asked.status_code == 422
    assert api(scan, "POST", f"{base}/release", remark="gut").json["state"] == "released"
    assert api(scan, "GET", f"{base}/note").status_code == 404
    with office.as_system() as work:
        write_notes(work, stack)
    assert read_note(api(scan, "GET", f"{base}/note").data)["check"]["remark"] == "gut"
    assert api(scan, "GET", f"{base}/note.pdf").data.startswith(b"%PDF")
    kept = api(scan, "PUT", f"{base}/paper", box="K-7")
    assert kept.status_code == 200 and kept.json["box"] == "K-7"
    assert api(scan, "PUT", f"{base}/paper", box="K-8", edits=0).status_code == 409
    refused = api(scan, "POST", "/destructions", batch_ids=[str(stack)], manner="P-4")
    assert refused.status_code == 409
    clock.move(timedelta(days=200))
    scan = signed_in(app, "scan")
    assert api(scan, "GET", "/paper?which=may-go").json["total"] == 1
    made = api(scan, "POST", "/destructions", batch_ids=[str(stack)], manner="P-4")
    assert made.status_code == 201 and made.json["batch_ids"] == [str(stack)]
    one = made.json["id"]
    assert api(scan, "GET", "/destructions").json["total"] == 1
    clock.move(timedelta(days=30))
    by_key = app.test_client().post(
        f"/api/v1/destructions/{one}/decision",
        json={"confirm": True},
        headers=key_of(office, staff.records),
    )
    assert by_key.status_code == 403 and by_key.json["code"] == "confirmation-needed"
    records = signed_in(app, "records")
    records.post("/konto/bestaetigen", PROOF)
    records.read_token()
    done = api(records, "POST", f"/destructions/{one}/decision", confirm=True)
    assert done.status_code == 200 and done.json["state"] == "confirmed"
    with office.as_system() as work:
        write_record(work, UUID(one))
    record = api(records, "GET", f"/destructions/{one}/record").data
    shown = api(records, "GET", f"/destructions/{one}").json
    assert shown["record_sha256"] == hashlib.sha256(record).hexdigest()
    assert json.loads(record)["number"] == 1
    assert api(records, "GET", f"/destructions/{one}/record.pdf").data.startswith(b"%PDF")
