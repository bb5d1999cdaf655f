"""Do the pages do what a person expects of them, from the inbox to the log?"""

from __future__ import annotations

import re
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from eakte.bootstrap import Office
from eakte.model.audit_entry import AuditEntry
from eakte.model.case import Case
from eakte.model.document import Document, DocumentState, ProcessingState
from eakte.model.dossier import Dossier
from eakte.model.user import User
from eakte.web.per_request import OfficeApp
from search import Entry
from tests.builders import PASSWORD, Staff, bring, opened
from tests.eakte.web.browser import Browser, signed_in

NASTY = '<script>alert("x")</script>{{7*7}}'


@pytest.fixture
def place(office: Office, staff: Staff) -> tuple[Dossier, Case]:
    return opened(office, staff)


def seen(office: Office, document: UUID) -> Document:
    with office.database.transaction(writes=False) as session:
        return session.get_one(Document, document)


def set_state(office: Office, document: UUID, **changes: object) -> None:
    with office.as_system() as work:
        row = work.session.get_one(Document, document)
        for name, value in changes.items():
            setattr(row, name, value)


def form_of(document: UUID, target: object, **more: str) -> dict[str, str]:
    return {
        "target": str(target),
        "target_text": "SBR 1/2026 · Erstantrag",
        "title": "Antrag",
        "document_type": "Antrag",
        "letter_date": "2026-10-01",
        "received_on": "2026-11-02",
        "direction": "incoming",
        "next": "weiter",
    } | more


def test_a_document_is_filed_and_the_next_one_comes_up(
    clerk: Browser, office: Office, place: tuple[Dossier, Case]
) -> None:
    older, newer = clerk.bring(), clerk.bring(b"%PDF second")
    proposed = clerk.post("/ablageziele", {"words": "mus"}).text
    target = re.search(r'data-value="([^"]+)"', proposed)
    assert target and target[1] == str(place[1].id)
    answer = clerk.post(f"/dokument/{newer}/ablegen", form_of(newer, target[1]))
    assert answer.headers["Location"] == f"/dokument/{older}"
    row = seen(office, newer)
    assert (row.state, row.title, row.position) == (DocumentState.FILED, "Antrag", 1)
    told = clerk.get(f"/dokument/{older}").text
    assert f"/dokument/{newer}/zuruecklegen" in told and "liegt jetzt in SBR 1/2026" in told
    assert "Antrag" in clerk.get(f"/akte/{place[0].id}").text
    assert clerk.get(f"/vorgang/{place[1].id}").status_code == 200


def test_filing_is_undone_by_one_press(
    clerk: Browser, office: Office, place: tuple[Dossier, Case]
) -> None:
    document = clerk.bring()
    clerk.post(f"/dokument/{document}/ablegen", form_of(document, place[1].id))
    assert clerk.post(f"/dokument/{document}/zuruecklegen").status_code == 303
    assert seen(office, document).state is DocumentState.INBOX


def test_without_scripts_a_reference_or_one_meant_name_is_enough(
    clerk: Browser, office: Office, place: tuple[Dossier, Case]
) -> None:
    for typed in ("SBR 1/2026", "muster"):
        document = clerk.bring(typed.encode())
        sent = form_of(document, "", target_text=typed)
        assert clerk.post(f"/dokument/{document}/ablegen", sent).status_code == 303
        assert seen(office, document).case_id == place[1].id


def test_what_is_wrong_comes_back_beside_its_field_and_nothing_is_lost(
    clerk: Browser, office: Office, place: tuple[Dossier, Case]
) -> None:
    document = clerk.bring()
    wrong = form_of(document, "", target_text="", letter_date="gestern", title="")
    answer = clerk.post(f"/dokument/{document}/ablegen", wrong)
    assert answer.status_code == 422
    for field in ("target-error", "letter_date-error", "title-error"):
        assert field in answer.text
    assert seen(office, document).state is DocumentState.INBOX


def test_a_day_that_lies_ahead_changes_nothing(
    clerk: Browser, office: Office, place: tuple[Dossier, Case]
) -> None:
    document = clerk.bring()
    sent = form_of(document, place[1].id, letter_date="2099-01-01", title="Anders")
    answer = clerk.post(f"/dokument/{document}/ablegen", sent)
    assert answer.status_code == 422 and "liegt in der Zukunft" in answer.text
    assert 'value="Anders"' in answer.text
    row = seen(office, document)
    assert (row.state, row.title) == (DocumentState.INBOX, "brief")


def test_filing_twice_says_so_and_changes_nothing(
    clerk: Browser, office: Office, place: tuple[Dossier, Case]
) -> None:
    document = clerk.bring()
    clerk.post(f"/dokument/{document}/ablegen", form_of(document, place[1].id))
    again = clerk.post(f"/dokument/{document}/ablegen", form_of(document, place[1].id))
    assert again.status_code == 409 and "schon in einem Vorgang" in again.text


def test_who_saved_later_is_told_and_nothing_is_overwritten(clerk: Browser, office: Office) -> None:
    document = clerk.bring()
    first = {"title": "Erster", "edits": "1"}
    assert clerk.post(f"/dokument/{document}/beschreiben", first).status_code == 303
    answer = clerk.post(f"/dokument/{document}/beschreiben", {"title": "Zweiter", "edits": "1"})
    assert answer.status_code == 409 and "inzwischen geändert" in answer.text
    assert seen(office, document).title == "Erster"


def test_a_cancelled_document_needs_a_reason_and_stays(clerk: Browser, office: Office) -> None:
    document = clerk.bring()
    assert clerk.post(f"/dokument/{document}/stornieren", {"reason": " "}).status_code == 422
    sent = {"reason": "Doppelt gescannt"}
    assert clerk.post(f"/dokument/{document}/stornieren", sent).status_code == 303
    assert seen(office, document).state is DocumentState.CANCELLED
    assert "Doppelt gescannt" in clerk.get(f"/dokument/{document}").text


def test_a_failure_stands_in_the_inbox_with_its_reason_and_can_be_tried_again(
    clerk: Browser, office: Office
) -> None:
    document = clerk.bring()
    problem = "Das Dokument ist beschädigt. Bitte neu scannen."
    set_state(office, document, processing=ProcessingState.FAILED, problem=problem)
    assert problem in clerk.get("/posteingang?zustand=fehler").text
    assert problem not in clerk.get("/posteingang?zustand=bereit").text
    answer = clerk.post(f"/dokument/{document}/erneut", headers={"HX-Request": "true"})
    assert answer.headers["Location"] == "/posteingang"
    assert seen(office, document).processing is ProcessingState.WAITING
    set_state(office, document, processing=ProcessingState.FAILED, problem=problem)
    rows = clerk.get("/posteingang?zustand=fehler").text.partition("zeile-")[2]
    assert '<input type="hidden" name="zustand" value="fehler">' in rows
    sent = {"zustand": "fehler", "seite": "1"}
    for headers in ({"HX-Request": "true"}, {}):
        set_state(office, document, processing=ProcessingState.FAILED, problem=problem)
        answer = clerk.post(f"/dokument/{document}/erneut", sent, headers=headers)
        assert answer.headers["Location"] == "/posteingang?zustand=fehler"


@pytest.mark.parametrize("choice", ["", "bereit", "laufend", "fehler", "<b>", "alle"])
@pytest.mark.parametrize("page", ["", "1", "2", "-1", "9" * 12, "x", "٣"])
def test_the_inbox_answers_whatever_the_address_says(
    clerk: Browser, choice: str, page: str
) -> None:
    for address in ("/posteingang", "/posteingang/zeilen"):
        answer = clerk.get(address, query_string={"zustand": choice, "seite": page})
        assert answer.status_code == 200 and "<b>" not in answer.text.split("<main")[-1]


def test_pages_of_the_inbox_follow_one_another(clerk: Browser, office: Office) -> None:
    for number in range(53):
        clerk.bring(b"letter %d" % number, f"brief-{number:02}.pdf")
    first, second = clerk.get("/posteingang").text, clerk.get("/posteingang?seite=2").text
    assert "brief-52" in first and "brief-02" not in first
    assert "brief-02" in second and "1 bis 50 von 53" in first


def test_a_person_turns_from_document_to_document(clerk: Browser) -> None:
    documents = [clerk.bring(b"letter %d" % number) for number in range(3)]
    page = clerk.get(f"/dokument/{documents[1]}").text
    assert "2 von 3" in page
    turns = dict(re.findall(r'href="/dokument/([^"]+)" data-turn="(\w+)"', page))
    assert turns == {str(documents[2]): "previous", str(documents[0]): "next"}


def test_the_receipt_is_a_page_and_a_part_of_one(clerk: Browser) -> None:
    document = clerk.bring()
    sheet = clerk.get(f"/dokument/{document}/quittung")
    part = clerk.get(f"/dokument/{document}/quittung", headers={"HX-Request": "true"})
    assert "<html" in sheet.text and "Clerk" in sheet.text
    assert "<html" not in part.text and "SHA-256" in part.text


def test_a_dossier_and_a_case_are_opened(clerk: Browser, office: Office, staff: Staff) -> None:
    form = clerk.get("/akten/neu").text
    entry = re.search(r'<option value="([0-9a-f-]{36})">5\.2', form)
    assert entry
    sent = {"plan_entry": entry[1], "subject": "Feststellung", "person_name": "Muster, Änne"}
    answer = clerk.post("/akten/neu", sent | {"birth_date": "1961-02-03"})
    assert answer.status_code == 303
    dossier = answer.headers["Location"]
    assert "SBR 1/2026" in clerk.get(dossier).text
    answer = clerk.post(f"{dossier}/vorgang", {"procedure": "Erstantrag"})
    assert answer.headers["Location"] == dossier
    assert "Erstantrag" in clerk.get(dossier).text
    assert "SBR 1/2026" in clerk.post("/akten", {"worte": "muster"}).text
    assert "SBR 1/2026" not in clerk.post("/akten", {"worte": "muster", "stand": "closed"}).text


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"plan_entry": "keine-kennung", "subject": "x"},
        {"subject": "x", "birth_date": "31.02.2020"},
        {"subject": "x" * 600},
        {"plan_entry": "00000000-0000-0000-0000-000000000007", "subject": "x"},
    ],
)
def test_a_dossier_without_its_place_or_subject_is_not_opened(
    clerk: Browser, office: Office, sent: dict[str, str]
) -> None:
    assert clerk.post("/akten/neu", sent).status_code == 422
    with office.database.transaction(writes=False) as session:
        assert session.scalars(select(Dossier)).all() == []


def test_a_search_shows_the_page_and_marks_the_words(
    clerk: Browser, office: Office, staff: Staff
) -> None:
    document = clerk.bring()
    with office.index.writer() as writer:
        fields = {"title": "Brief", "visible": [f"inbox:{staff.unit.id}"]}
        fields |= {"document": [str(document)], "state": ["inbox"]}
        writer.put(Entry(str(document), fields, ("erste", f"Der Widerspruch {NASTY} ist da")))
    page = clerk.post("/suche", {"q": "Widerspruch"})
    assert f"/dokument/{document}#seite=2&amp;worte=Widerspruch" in page.text
    assert "<mark>Widerspruch</mark>" in page.text
    assert "<script>alert" not in page.text and "{49}" not in page.text
    part = clerk.post("/suche", {"q": "Widerspruch"}, headers={"HX-Request": "true"})
    assert "<html" not in part.text and "1 Treffer" in part.text
    assert "Nichts gefunden" in clerk.post("/suche", {"q": "Widerspruch", "stand": "filed"}).text


@pytest.mark.parametrize("typed", ['"offen', "feld:wert", "(", "datum:unsinn", NASTY, "a" * 900])
def test_words_that_cannot_be_understood_are_answered_with_a_sentence(
    clerk: Browser, typed: str
) -> None:
    answer = clerk.post("/suche", {"q": typed})
    assert answer.status_code == 200 and "<script>alert" not in answer.text


def test_what_was_searched_stands_in_no_log(clerk: Browser, office: Office) -> None:
    clerk.post("/suche", {"q": "Geheimwort"})
    with office.database.transaction(writes=False) as session:
        entries = session.scalars(select(AuditEntry).where(AuditEntry.act == "search")).all()
    assert len(entries) == 1
    assert "Geheimwort" not in str(entries[0].details)


def test_what_people_write_is_shown_as_they_wrote_it(
    clerk: Browser, office: Office, place: tuple[Dossier, Case]
) -> None:
    document = clerk.bring()
    sent = form_of(document, place[1].id, title=NASTY, document_type=NASTY, next="bleiben")
    assert clerk.post(f"/dokument/{document}/ablegen", sent).status_code == 303
    for address in (
        f"/dokument/{document}",
        f"/akte/{place[0].id}",
        f"/vorgang/{place[1].id}",
        "/",
        "/suche",
    ):
        page = clerk.get(address).text
        assert "<script>alert" not in page and "}}49" not in page and ">49" not in page


def test_an_account_is_made_changed_and_locked(
    app: OfficeApp, office: Office, staff: Staff
) -> None:
    admin = signed_in(app, "admin")
    sent = {
        "login": "neu",
        "name": "Neu, Nele",
        "password": PASSWORD,
        "roles": "clerk",
        "departments": str(staff.unit.id),
    }
    assert admin.post("/verwaltung/benutzer/neu", sent).status_code == 303
    assert admin.post("/verwaltung/benutzer/neu", sent).status_code == 422
    newcomer = signed_in(app, "neu")
    with office.database.transaction(writes=False) as session:
        user = session.scalars(select(User).where(User.login == "neu")).one()
    address = f"/verwaltung/benutzer/{user.id}"
    assert "Nele" in admin.get(address).text
    locked = {"name": "Neu, Nele", "roles": "clerk", "edits": str(user.edits)}
    assert admin.post(address, locked).status_code == 303
    assert newcomer.get("/").status_code == 303
    assert admin.post(address, locked).status_code == 409


def test_a_change_with_a_bad_password_changes_nothing(
    app: OfficeApp, office: Office, staff: Staff
) -> None:
    admin = signed_in(app, "admin")
    sent = {"name": "Anders", "password": "kurz", "active": "1"}
    answer = admin.post(f"/verwaltung/benutzer/{staff.clerk.id}", sent)
    assert answer.status_code == 422 and "password-error" in answer.text
    with office.database.transaction(writes=False) as session:
        user = session.get_one(User, staff.clerk.id)
    assert (user.name, user.roles) == ("Clerk", ["clerk"])
    assert signed_in(app, "clerk").get("/").status_code == 200


def test_a_person_changes_the_own_password_and_other_desks_close(app: OfficeApp) -> None:
    here, there = signed_in(app, "clerk"), signed_in(app, "clerk")
    new = "ein anderes langes Kennwort"
    wrong = {"old_password": "falsch", "new_password": new, "repeated": new}
    assert here.post("/konto/kennwort", wrong).status_code == 422
    unlike = {"old_password": PASSWORD, "new_password": new, "repeated": new + "x"}
    assert here.post("/konto/kennwort", unlike).status_code == 422
    right = {"old_password": PASSWORD, "new_password": new, "repeated": new}
    assert here.post("/konto/kennwort", right).status_code == 303
    assert here.get("/konto").status_code == 200
    assert there.get("/konto").status_code == 303
    assert Browser(app).sign_in("clerk").status_code == 401
    assert Browser(app).sign_in("clerk", new).status_code == 303


def test_a_session_is_ended_from_another_desk_but_only_the_own(app: OfficeApp) -> None:
    here, there, foreign = (signed_in(app, login) for login in ("clerk", "clerk", "other"))
    (theirs,) = re.findall(r"/konto/sitzung/([0-9a-f-]{36})", here.get("/konto").text)
    assert foreign.post(f"/konto/sitzung/{theirs}").status_code == 404
    assert there.get("/").status_code == 200
    assert here.post(f"/konto/sitzung/{theirs}").status_code == 303
    assert there.get("/").status_code == 303


def test_a_person_chooses_the_language_and_it_stays(app: OfficeApp) -> None:
    clerk = signed_in(app, "clerk")
    assert '<html lang="de">' in clerk.get("/").text
    assert clerk.post("/sprache/en").status_code == 303
    assert '<html lang="en">' in clerk.get("/").text
    assert '<html lang="en">' in signed_in(app, "clerk").get("/").text
    assert clerk.post("/sprache/xx").status_code == 404


def test_the_page_is_left_in_the_language_in_which_it_was_shown(clerk: Browser) -> None:
    headers = {"Referer": "http://localhost/posteingang?zustand=bereit"}
    assert clerk.post("/sprache/en", headers=headers).headers["Location"] == "/posteingang"
    foreign = {"Referer": "http://boese.example/posteingang"}
    assert clerk.post("/sprache/en", headers=foreign).headers["Location"] == "/"


def test_the_demo_logins_are_shown_only_where_the_demo_office_lies(
    app: OfficeApp, office: Office
) -> None:
    assert "Vorführbüro" not in app.test_client().get("/anmelden").text
    told = '[{"login": "vorfuehrung", "password": "geheim geheim", "role": "clerk"}]'
    (office.settings.folder / "demo-logins.json").write_text(told, encoding="utf-8")
    assert "vorfuehrung" in app.test_client().get("/anmelden").text


def test_a_document_of_another_unit_moves_no_count(
    app: OfficeApp, office: Office, staff: Staff, tmp_path: Path
) -> None:
    clerk = signed_in(app, "clerk")
    clerk.bring()
    before = clerk.get("/posteingang").text
    bring(office, staff.other_clerk, tmp_path / "in")
    assert _bare(clerk.get("/posteingang").text) == _bare(before)


def _bare(page: str) -> str:
    return re.sub(r'(content|value)="[A-Za-z0-9_.-]{60,}"', "", page)
