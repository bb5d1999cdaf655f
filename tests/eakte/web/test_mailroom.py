"""Do page and interface do the same with post that waits: order, hand over, clarify, register?"""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from eakte.bootstrap import Office
from eakte.filing.clarifying import ask_about
from eakte.model.arrangement import Arrangement, ArrangementState
from eakte.model.document import Document, DocumentState, ProcessingState
from eakte.model.findings import Flag
from eakte.model.job import Job
from eakte.web.per_request import OfficeApp
from tests.builders import Staff
from tests.eakte.web.browser import Browser, key_of

NOTE = "Betrifft Wohngeld <b>"


@pytest.fixture
def letter(office: Office, clerk: Browser) -> UUID:
    """A letter of three pages that waits to be filed."""
    one = clerk.bring(b"%PDF letter", "Geheimbrief.pdf")
    ready(office, one)
    return one


def ready(office: Office, one: UUID, **said: object) -> None:
    values = {"processing": ProcessingState.READY, "page_count": 3, **said}
    with office.as_system() as work:
        work.session.execute(update(Document).where(Document.id == one).values(**values))


@pytest.fixture
def key(office: Office, staff: Staff) -> dict[str, str]:
    return key_of(office, staff.clerk)


def call(
    app: OfficeApp, key: dict[str, str], method: str, address: str, **sent: object
) -> tuple[int, Any]:
    body = {"json": sent} if method == "POST" else {}
    answer = app.test_client().open(f"/api/v1{address}", method=method, headers=key, **body)
    return answer.status_code, answer.json if answer.data else None


def orders(office: Office) -> list[Arrangement]:
    with office.as_system() as work:
        return list(work.session.scalars(select(Arrangement)))


def test_the_page_shows_every_page_and_promises_the_order_that_was_typed(
    office: Office, clerk: Browser, letter: UUID
) -> None:
    page = clerk.get(f"/dokument/{letter}/seiten").text
    assert len(re.findall(r"data-sheet ", page)) == 3
    assert 'value="1-3"' in page
    key = re.findall(r'name="key" value="(\w+)"', page)[0]
    sent = {"plan": "3r | 1", "key": key}
    first = clerk.post(f"/dokument/{letter}/seiten", sent)
    again = clerk.post(f"/dokument/{letter}/seiten", sent)
    assert (first.status_code, again.headers["Location"]) == (303, first.headers["Location"])
    (made,) = orders(office)
    assert [[page[1:] for page in part] for part in made.parts] == [[[3, 90]], [[1, 0]]]
    waiting = clerk.get(first.headers["Location"]).text
    assert "hx-get" in waiting
    with office.as_system() as work:
        assert "arrange" in work.session.scalars(select(Job.kind)).all()
        row = work.session.get_one(Arrangement, made.id)
        row.state, row.problem = ArrangementState.FAILED, "Seite 3 fehlt."
    assert "Seite 3 fehlt." in clerk.get(first.headers["Location"]).text


def test_a_faulty_order_comes_back_as_it_was_typed(clerk: Browser, letter: UUID) -> None:
    answer = clerk.post(f"/dokument/{letter}/seiten", {"plan": "1, 9", "key": "k"})
    assert answer.status_code == 422
    assert 'value="1, 9"' in answer.text
    assert "Eine Seite 9 gibt es nicht." in answer.text


def test_who_joins_names_numbers_and_each_page_bears_its_letter(
    office: Office, clerk: Browser, letter: UUID
) -> None:
    other = clerk.bring(b"%PDF other", "zweiter.pdf")
    ready(office, other)
    page = clerk.get(f"/dokument/{letter}/seiten?mit=2").text
    assert 'value="A1-3, B1-3"' in page
    sent = {"plan": "B1, A1", "key": "k", "others": str(other)}
    assert clerk.post(f"/dokument/{letter}/seiten", sent).status_code == 303
    assert "Nummer gibt es nicht" in clerk.get(f"/dokument/{letter}/seiten?mit=77").text
    assert clerk.get(f"/dokument/{letter}/seiten?mit=zwei").status_code == 200


def test_a_signature_is_left_behind_only_with_a_tick(
    office: Office, clerk: Browser, letter: UUID
) -> None:
    ready(office, letter, flags=[Flag.SIGNED])
    assert (
        "trägt die elektronische Signatur nicht mehr"
        in clerk.get(f"/dokument/{letter}/seiten").text
    )
    sent = {"plan": "2, 1", "key": "k"}
    refused = clerk.post(f"/dokument/{letter}/seiten", sent)
    assert refused.status_code == 422
    assert 'href="#although_signed"' in refused.text
    taken = clerk.post(f"/dokument/{letter}/seiten", {**sent, "although_signed": "1"})
    assert taken.status_code == 303


def test_a_program_orders_follows_and_goes_back(
    app: OfficeApp, office: Office, key: dict[str, str], letter: UUID
) -> None:
    wish = {"parts": [{"pages": [{"page": 2}, {"page": 1, "turn": 90}]}]}
    status, told = call(app, key, "POST", f"/documents/{letter}/arrangements", **wish)
    assert (status, told["kind"], told["state"]) == (201, "rearranged", "waiting")
    assert call(app, key, "GET", f"/arrangements/{told['id']}")[1] == told
    status, told = call(app, key, "POST", f"/documents/{letter}/arrangements", **wish)
    assert (status, told["code"]) == (409, "rule-broken")
    for bad in ({"parts": []}, {"parts": [{"pages": []}]}, {"parts": [{"pages": [{"page": 0}]}]}):
        assert call(app, key, "POST", f"/documents/{letter}/arrangements", **bad)[0] == 422
    assert call(app, key, "POST", f"/documents/{letter}/return", number=1)[0] == 404
    assert call(app, key, "POST", f"/documents/{letter}/undoing")[0] == 409


def test_a_letter_is_handed_over_with_its_note_and_handed_back(
    clerk: Browser, other: Browser, letter: UUID, staff: Staff
) -> None:
    form = clerk.get(f"/dokument/{letter}/klaeren").text
    assert str(staff.other_unit.id) in form
    missing = clerk.post(f"/dokument/{letter}/abgeben", {"unit": str(staff.other_unit.id)})
    assert missing.status_code == 422
    nowhere = clerk.post(f"/dokument/{letter}/abgeben", {"note": NOTE})
    assert 'id="unit-error"' in nowhere.text
    sent = {"unit": str(staff.other_unit.id), "note": NOTE}
    assert clerk.post(f"/dokument/{letter}/abgeben", sent).status_code == 303
    assert clerk.get(f"/dokument/{letter}").status_code == 404
    assert clerk.get(f"/dokument/{letter}/vorschau/1").status_code == 404
    book = clerk.get("/postbuch").text
    assert "Geheimbrief" not in book
    assert "Wohngeld &lt;b&gt;" in book
    assert "Geheimbrief" in other.get("/posteingang").text
    assert "Wohngeld &lt;b&gt;" in other.get(f"/dokument/{letter}/daneben").text
    back = other.get(f"/dokument/{letter}/klaeren").text
    assert f'<option value="{staff.unit.id}" selected>' in back
    sent = {"unit": str(staff.unit.id), "note": "Zurück"}
    assert other.post(f"/dokument/{letter}/abgeben", sent).status_code == 303
    assert "Geheimbrief" in clerk.get("/postbuch").text


def test_a_question_is_asked_listed_and_answered(
    clerk: Browser, other: Browser, letter: UUID, staff: Staff
) -> None:
    sent = {"question": "Welche Frau <Muster>?", "for": str(staff.clerk.id), "due_on": ""}
    assert clerk.post(f"/dokument/{letter}/frage", sent).status_code == 303
    assert clerk.post(f"/dokument/{letter}/frage", {"question": ""}).status_code == 409
    for address in ("/klaerungsliste", "/klaerungsliste?an=mich", f"/dokument/{letter}/daneben"):
        assert "Frau &lt;Muster&gt;" in clerk.get(address).text, address
    assert "Muster&gt;" not in other.get("/klaerungsliste").text
    assert clerk.post(f"/dokument/{letter}/antwort", {"answer": " "}).status_code == 422
    assert clerk.post(f"/dokument/{letter}/antwort", {"answer": "Änne"}).status_code == 303
    assert "Muster&gt;" not in clerk.get("/klaerungsliste").text
    assert "Änne" in clerk.get(f"/dokument/{letter}/daneben").text
    assert f"/dokument/{letter}/daneben" in clerk.get(f"/dokument/{letter}").text
    assert clerk.post(f"/dokument/{letter}/frage", {"question": "Noch eine?"}).status_code == 303
    assert clerk.post(f"/dokument/{letter}/frage-zuruecknehmen").status_code == 303


def test_a_program_hands_over_asks_answers_and_reads_the_register(
    app: OfficeApp, office: Office, key: dict[str, str], letter: UUID, staff: Staff
) -> None:
    asked = call(app, key, "POST", f"/documents/{letter}/clarification", question="Wessen?")
    assert asked[0] == 201
    assert call(app, key, "GET", "/clarifications")[1]["questions"] == [asked[1]]
    answer = f"/documents/{letter}/clarification/answer"
    assert call(app, key, "POST", answer, answer="Ihre.")[1]["answer"] == "Ihre."
    assert call(app, key, "POST", answer, answer="Noch einmal.")[0] == 409
    with office.begin(staff.clerk) as work:
        ask_about(work, work.session.get_one(Document, letter), question="Und jetzt?")
    assert call(app, key, "DELETE", f"/documents/{letter}/clarification")[0] == 204
    status, told = call(app, key, "GET", "/register?words=geheim")
    assert (status, told["total"], told["entries"][0]["number"]) == (200, 1, 1)
    assert told["entries"][0]["document"]["id"] == str(letter)
    unit = str(staff.other_unit.id)
    given = call(app, key, "POST", f"/documents/{letter}/hand-over", department_id=unit, note=NOTE)
    assert (given[0], given[1]["department_id"]) == (200, unit)
    assert call(app, key, "GET", "/register?words=geheim")[1]["total"] == 0
    (entry,) = call(app, key, "GET", "/register")[1]["entries"]
    assert (entry["document"], entry["given"]["note"]) == (None, NOTE)
    assert call(app, key, "GET", "/register?number=x")[0] == 422
    assert call(app, key, "GET", f"/documents/{letter}")[0] == 404


def test_the_register_is_printed_whole_and_asked_for_as_a_table(
    clerk: Browser, letter: UUID
) -> None:
    printed = clerk.get("/postbuch/druck?worte=geheim").text
    assert "Geheimbrief" in printed
    assert "data-print" in printed
    assert 'href="/dokument/' not in printed
    told = clerk.get("/postbuch/druck?nummer=1&von=2020-01-31&richtung=incoming").text
    assert "Nummer 1 · vom 31.01.2020 · Eingang · 1 Eintrag" in " ".join(told.split())
    refused = clerk.get("/postbuch/druck?von=gestern")
    assert refused.headers["Location"].endswith("/postbuch?von=gestern")
    assert "Eine Nummer sieht so aus" in clerk.get("/postbuch?nummer=abc").text
    assert clerk.get("/postbuch?von=gestern").status_code == 200
    asked = clerk.post("/listen", {"art": "register", "worte": "geheim", "nummer": "1"})
    assert asked.status_code == 303
    assert "Postbuch" in clerk.get("/listen").text
    assert clerk.post("/listen", {"art": "register", "nummer": "abc"}).status_code == 422


def test_everything_that_failed_is_tried_again_at_once(
    app: OfficeApp, office: Office, clerk: Browser, key: dict[str, str], letter: UUID
) -> None:
    failed = {"processing": ProcessingState.FAILED, "problem": "Zu groß."}
    ready(office, letter, **failed)
    assert "Alle erneut versuchen" in clerk.get("/posteingang?zustand=fehler").text
    back = clerk.post("/posteingang/erneut", {"zustand": "fehler", "seite": "2"})
    assert back.headers["Location"].endswith("/posteingang?zustand=fehler&seite=2")
    assert "1 Schreiben wird noch einmal verarbeitet." in clerk.get("/posteingang").text
    with office.as_system() as work:
        assert work.session.get_one(Document, letter).processing is ProcessingState.WAITING
    ready(office, letter, **failed)
    wanted = {"documents": [str(letter)]}
    assert call(app, key, "POST", "/inbox/processing-again", **wanted)[1] == {"documents": 1}
    assert call(app, key, "POST", "/inbox/processing-again")[1] == {"documents": 0}


def test_what_runs_says_its_page_and_its_end_and_what_waits_its_earliest(
    office: Office, clerk: Browser
) -> None:
    running, waiting = clerk.bring(b"%PDF one"), clerk.bring(b"%PDF two")
    ready(office, running, processing=ProcessingState.RUNNING)
    ready(office, waiting, processing=ProcessingState.WAITING)
    with office.as_system() as work:
        work.session.execute(
            update(Job)
            .where(Job.subject_id == running, Job.kind == "process")
            .values(state="running", step="recognise", done=1, total=3)
        )
    rows = clerk.get("/posteingang/zeilen").text
    assert "Seite 2 von 3" in rows
    assert rows.count("fertig gegen") == 2
    assert rows.count("frühestens fertig gegen") == 1
    page = " ".join(clerk.get(f"/dokument/{running}").text.split())
    assert "Seite 2 von 3 wird gelesen. Fertig gegen" in page


def test_a_document_that_was_taken_over_says_so_and_is_not_restored_by_itself(
    office: Office, clerk: Browser, letter: UUID
) -> None:
    clerk.post(f"/dokument/{letter}/seiten", {"plan": "1 | 2, 3", "key": "k"})
    (made,) = orders(office)
    ready(
        office,
        letter,
        state=DocumentState.CANCELLED,
        taken_over_id=made.id,
        cancel_reason="Übernommen in Nr. 000002, 000003.",
    )
    page = clerk.get(f"/dokument/{letter}").text
    assert "Übernommen in Nr. 000002" in page
    assert f"/seitenordnung/{made.id}" in page
    assert "Stornierung aufheben" not in page
    assert clerk.post(f"/dokument/{letter}/wiederherstellen").status_code in (404, 409)
