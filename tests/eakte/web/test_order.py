"""Do plan, retention and deadlines work at the desk and for programs?"""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from datetime import date

import pytest

from eakte import offices
from eakte.bootstrap import Office
from eakte.filing.office_files import DUTIES, PLAN, contents_of
from eakte.filing.office_loading import load_office
from eakte.filing.plan import plan_entry
from eakte.filing.plan_changing import change_plan_entry, fields_of
from eakte.model.case import Case
from eakte.web.per_request import OfficeApp
from tests.builders import Staff, opened
from tests.eakte.web.browser import Browser, key_of, signed_in


@pytest.fixture
def records(app: OfficeApp) -> Browser:
    return signed_in(app, "records")


@pytest.fixture
def case(office: Office, staff: Staff) -> Case:
    contents = contents_of(offices.FOLDER / "schwerbehindertenrecht")
    with office.as_system() as work:
        load_office(
            work, {name: one for name, one in contents.items() if name not in (DUTIES, PLAN)}
        )
    return opened(office, staff)[1]


def table(content: bytes) -> dict[str, object]:
    return {"table": (io.BytesIO(content), "plan.csv")}


def test_an_entry_is_changed_at_the_desk_and_keeps_its_history(
    records: Browser, office: Office
) -> None:
    with office.as_system() as work:
        entry = plan_entry(work, "5.2")
    page = records.get(f"/aktenplan/eintrag/{entry.id}")
    stamp = re.search(r'name="stamp" value="([0-9a-f]+)"', page.text)
    assert stamp
    said = {
        "stamp": stamp[1], "title": "Neuer Titel", "unit": "sbr", "takes_dossiers": "1",
        "prefix": "SBR", "access": "unit",
    }  # fmt: skip
    bad = records.post(f"/aktenplan/eintrag/{entry.id}", said | {"pattern": "{year}"})
    assert bad.status_code == 422
    assert "laufende Nummer" in bad.text
    answer = records.post(f"/aktenplan/eintrag/{entry.id}", said)
    assert answer.status_code == 303
    shown = records.get(answer.headers["Location"])
    assert "Neuer Titel" in shown.text
    assert "Feststellung" in shown.text
    assert records.post(f"/aktenplan/eintrag/{entry.id}", said).status_code == 409


def test_the_plan_counts_dossiers_also_below_what_was_changed(
    clerk: Browser, office: Office, staff: Staff
) -> None:
    opened(office, staff)
    with office.begin(staff.records) as work:
        entry = plan_entry(work, "5.2")
        change_plan_entry(work, entry, wanted=replace(fields_of(work, entry), title="Neu"))
    assert "1 Akte<" in clerk.get("/aktenplan").text


def test_a_table_is_shown_before_it_is_taken(records: Browser, office: Office) -> None:
    out = records.get("/aktenplan/tabelle")
    assert out.mimetype == "text/csv"
    more = out.data + "6;Größeres;;;nein;;;;Sachgebiet;nein;;\r\n".encode()
    shown = records.post("/aktenplan/einlesen", table(more))
    assert shown.status_code == 200
    assert "Größeres" in shown.text
    assert "Größeres" not in records.get("/aktenplan").text
    state = re.search(r'name="state" value="([0-9a-f]+)"', shown.text)
    assert state
    content = more.decode("utf-8-sig")
    answer = records.post("/aktenplan/uebernehmen", {"content": content, "state": state[1]})
    assert answer.status_code == 303
    assert "Größeres" in records.get("/aktenplan").text
    late = records.post("/aktenplan/uebernehmen", {"content": content, "state": state[1]})
    assert late.status_code == 409


def test_a_table_with_faults_names_them_and_changes_nothing(records: Browser) -> None:
    answer = records.post("/aktenplan/einlesen", table(b"Nummer;Titel\n1;A\n1;\n"))
    assert answer.status_code == 422
    assert "Zeile 3" in answer.text
    assert "steht schon in Zeile 2" in answer.text
    assert records.post("/aktenplan/einlesen").status_code == 422


def test_a_clerk_reads_the_plan_and_changes_nothing(clerk: Browser) -> None:
    assert "Neuer Eintrag" not in clerk.get("/aktenplan").text
    assert clerk.get("/aktenplan/tabelle").status_code == 200
    for address in ("/aktenplan/eintrag/neu", "/aktenplan/einlesen"):
        assert clerk.get(address).status_code == 403
    assert clerk.post("/aktenplan/uebernehmen", {"content": "x"}).status_code == 403
    assert clerk.post("/aktenplan/aufbewahrung/neu", {"kind": "permanent"}).status_code == 403


def test_a_new_entry_and_a_retention_rule_are_made_at_the_desk(records: Browser) -> None:
    rule = {"key": "kurz", "title": "Kurz", "kind": "counted", "years": ""}
    assert records.post("/aktenplan/aufbewahrung/neu", rule).status_code == 422
    assert records.post("/aktenplan/aufbewahrung/neu", rule | {"years": "3"}).status_code == 303
    said = {"number": "7", "title": "Sieben", "rule": "kurz"}
    answer = records.post("/aktenplan/eintrag/neu", said)
    assert answer.status_code == 303
    assert "Kurz" in records.get(answer.headers["Location"]).text
    assert records.post("/aktenplan/eintrag/neu", said).status_code == 422
    shown = answer.headers["Location"]
    assert records.post(f"{shown}/ende").status_code == 303
    assert "Sieben" not in records.get("/aktenplan").text


def test_a_deadline_runs_and_ends_at_the_desk(clerk: Browser, other: Browser, case: Case) -> None:
    address = f"/vorgang/{case.id}/fristen"
    assert '<option value="widerspruch">Widerspruch gegen den Bescheid (' in clerk.get(address).text
    assert clerk.post(address, {"key": "widerspruch", "event_on": "x"}).status_code == 422
    assert clerk.post(address, {"key": "widerspruch", "event_on": ""}).status_code == 422
    answer = clerk.post(address, {"key": "widerspruch", "event_on": "2026-10-05"})
    assert answer.status_code == 303
    assert "§ 37 Abs. 2 SGB X" in clerk.get(address).text
    assert other.get(address).status_code == 404
    listed = clerk.get("/fristen?auswahl=diese-woche").text
    assert "Hier läuft keine Frist" in listed
    assert "Widerspruch gegen den Bescheid" in clerk.get("/fristen").text
    assert "Widerspruch gegen den Bescheid" not in other.get("/fristen").text
    desk = clerk.get("/").text
    assert "Widerspruch gegen den Bescheid" in desk and f'href="/vorgang/{case.id}"' in desk
    assert 'href="/fristen"' in desk
    assert "Widerspruch gegen den Bescheid" not in other.get("/").text
    deadline = re.search(r"/frist/([0-9a-f-]{36})/gewahrt", clerk.get(address).text)
    assert deadline
    assert clerk.post(f"/frist/{deadline[1]}/entfallen", {"reason": ""}).status_code == 422
    assert other.post(f"/frist/{deadline[1]}/gewahrt").status_code == 404
    assert clerk.post(f"/frist/{deadline[1]}/gewahrt", {"edits": "7"}).status_code == 409
    assert clerk.post(f"/frist/{deadline[1]}/gewahrt").status_code == 303
    assert clerk.post(f"/frist/{deadline[1]}/gewahrt").status_code == 409


def test_a_second_dossier_of_a_person_is_asked_about_at_the_desk(
    clerk: Browser, office: Office
) -> None:
    with office.as_system() as work:
        entry = plan_entry(work, "5.2")
        entry.one_a_person = True
    said = {
        "plan_entry": str(entry.id), "subject": "Feststellung", "person_name": "Muster, Änne",
        "birth_date": "1970-05-01",
    }  # fmt: skip
    assert clerk.post("/akten/neu", said).status_code == 303
    asked = clerk.post("/akten/neu", said)
    assert asked.status_code == 422
    assert 'name="although_known"' in asked.text
    assert clerk.post("/akten/neu", said | {"although_known": "1"}).status_code == 303
    bad = clerk.post("/akten/neu", said | {"death_date": "1960-01-01"})
    assert bad.status_code == 422
    assert "vor dem Geburtsdatum" in bad.text


def test_programs_read_and_change_the_plan(app: OfficeApp, office: Office, staff: Staff) -> None:
    client, key = app.test_client(), key_of(office, staff.records)
    (entry,) = client.get("/api/v1/plan", headers=key).json["entries"]
    assert (entry["number"], entry["retention_decided"]) == ("5.2", False)
    changed = client.patch(
        f"/api/v1/plan/{entry['id']}", headers=key, json={"stamp": entry["stamp"], "title": "Neu"}
    )
    assert changed.status_code == 200
    assert changed.json["title"] == "Neu"
    assert changed.json["reference_prefix"] == "SBR"
    stale = {"stamp": entry["stamp"], "title": "Alt"}
    assert client.patch(f"/api/v1/plan/{entry['id']}", headers=key, json=stale).status_code == 409
    added = client.post("/api/v1/plan", headers=key, json={"number": "6", "title": "Sechs"})
    assert added.status_code == 201
    unknown = {"number": "7", "title": "Sieben", "department": "nirgends"}
    assert client.post("/api/v1/plan", headers=key, json=unknown).status_code == 422
    out = client.get("/api/v1/plan/table", headers=key)
    tried = client.put("/api/v1/plan/table?dry_run=true", headers=key, data=out.data)
    assert tried.json["unchanged"] == 2
    refused = client.put("/api/v1/plan/table", headers=key, data=b"Nummer;Titel\n1;\n")
    assert refused.status_code == 422
    assert refused.json["reasons"] == ["Aktenplan, Zeile 2: Der Titel ist leer."]
    taken = client.put("/api/v1/plan/table", headers=key, data=b"Nummer;Titel\n1;Eins\n")
    assert (taken.json["new"], taken.json["ended"]) == (["1"], ["5.2", "6"])
    clerk = key_of(office, staff.clerk)
    assert client.put("/api/v1/plan/table", headers=clerk, data=out.data).status_code == 403


def test_programs_let_deadlines_run_and_end(
    app: OfficeApp, office: Office, staff: Staff, case: Case
) -> None:
    client, key = app.test_client(), key_of(office, staff.clerk)
    address = f"/api/v1/cases/{case.id}/deadlines"
    asked = {"key": "widerspruch", "event_on": "2026-10-05"}
    made = client.post(address, headers=key, json=asked)
    assert made.status_code == 201
    assert made.json["ends_on"] == "2026-11-09"
    assert client.post(address, headers=key, json=asked).status_code == 409
    assert client.post(address, headers=key, json={"title": "x"}).status_code == 422
    own = {"title": "x", "basis": "Gericht", "ends_on": date(2026, 12, 1).isoformat()}
    assert client.post(address, headers=key, json=own).status_code == 201
    listed = client.get("/api/v1/deadlines", headers=key).json
    assert [one["ends_on"] for one in listed["deadlines"]] == ["2026-11-09", "2026-12-01"]
    end = f"/api/v1/deadlines/{made.json['id']}/end"
    assert client.post(end, headers=key, json={"state": "dropped"}).status_code == 422
    assert client.post(end, headers=key, json={"state": "met"}).json["state"] == "met"
    foreign = key_of(office, staff.other_clerk)
    assert client.get(address, headers=foreign).status_code == 404
    assert client.get("/api/v1/deadlines", headers=foreign).json["total"] == 0
    spec = json.loads(client.get("/api/v1/openapi.json", headers=key).data)
    assert {"/api/v1/plan/table", "/api/v1/deadlines"} <= spec["paths"].keys()
