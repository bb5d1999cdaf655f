"""Is a dossier closed, held and its rule changed at the desk and by a program, as it should be?"""

from __future__ import annotations

import re
from dataclasses import replace
from uuid import UUID

import pytest

from eakte.bootstrap import Office
from eakte.filing.moving_periods import move_periods
from eakte.filing.plan_changing import change_plan_entry, fields_of
from eakte.filing.retention_rules import retention_rule
from eakte.model.dossier import Dossier
from eakte.model.file_plan import PlanEntry
from eakte.web.per_request import OfficeApp
from tests.builders import Staff, opened
from tests.eakte.web.browser import Browser, key_of, signed_in
from tests.held import RULE, one_held

CHANGED = {"title": "Zehn Jahre", "kind": "counted", "years": "6", "disposal": "B"}


@pytest.fixture
def dossier(office: Office, staff: Staff) -> UUID:
    """A dossier under a decided rule, on which a hold stands."""
    with office.as_system() as work:
        one, _ = opened(office, staff)
        one_held(work, one.id)
        entry = work.session.get_one(PlanEntry, staff.entry.id)
        change_plan_entry(work, entry, wanted=replace(fields_of(work, entry), rule=RULE))
        work.session.get_one(Dossier, one.id).own_rule_id = retention_rule(work, RULE).rule.id
    return one.id


def test_a_dossier_is_closed_held_and_opened_again_at_the_desk(
    app: OfficeApp, clerk: Browser, dossier: UUID
) -> None:
    records, other = signed_in(app, "records"), signed_in(app, "other")
    address = f"/akte/{dossier}"
    assert "1 offener Vorgang wird mitgeschlossen." in clerk.get(f"{address}/schliessen").text
    assert clerk.post(f"{address}/schliessen", {"edits": "77"}).status_code == 409
    answer = clerk.post(f"{address}/schliessen")
    assert answer.status_code == 303
    shown = clerk.get(answer.headers["Location"]).text
    assert "Aufzubewahren bis 31.12.2036: geschlossen am 2.11.2026, dann 10 Jahre" in shown
    assert "S 12 SB 34/26" in shown and "Für die Aussonderung gesperrt" in clerk.get(address).text
    assert clerk.post(f"{address}/schliessen").status_code in (409, 422)
    for target in ("aufbewahrung", "schliessen"):
        assert other.get(f"{address}/{target}").status_code == 404
    listed = records.get("/aussonderung?zeige=running").text
    assert f"/akte/{dossier}/aufbewahrung" in listed and "Gesperrt" in listed
    assert "31.12.2036" in records.get("/aussonderung/tabelle?zeige=running").text
    assert "12/2036" in records.get("/aussonderung/kalender").text
    assert clerk.get("/aussonderung").status_code == 403
    assert clerk.post(f"{address}/sperren", {"kind": "court", "reason": "x"}).status_code == 422
    said = {"kind": "petition", "reason": "Landtag", "review_on": "2026-12-01"}
    assert clerk.post(f"{address}/sperren", said | {"about": "person"}).status_code == 303
    assert other.post(f"{address}/sperren", said).status_code == 404
    held = records.get("/aussonderung/sperren").text
    (end,) = re.findall(r"/aussonderung/sperren/([0-9a-f-]{36})/ende", held.split("S 12 SB")[0])
    assert records.post(f"/aussonderung/sperren/{end}/ende").status_code == 422
    for path, form in (
        ("pruefung", {"review_on": "2027-01-01"}),
        ("ende", {"reason": "erledigt"}),
    ):
        assert clerk.post(f"/aussonderung/sperren/{end}/{path}", form).status_code == 403
        assert records.post(f"/aussonderung/sperren/{end}/{path}", form).status_code == 303
    assert "Landtag" in records.get("/aussonderung/sperren?zeige=beendet").text
    assert "Landtag" in records.get("/aussonderung/sperren/tabelle").text
    assert clerk.post(f"{address}/oeffnen").status_code == 422
    assert clerk.post(f"{address}/oeffnen", {"reason": "Neuer Antrag"}).status_code == 303
    assert "Nicht geschlossen" in clerk.get(f"{address}/aufbewahrung").text


def test_a_changed_rule_shows_whom_it_touches_before_it_is_saved(
    app: OfficeApp, clerk: Browser, office: Office, dossier: UUID
) -> None:
    records, address = signed_in(app, "records"), f"/aktenplan/aufbewahrung/regel/{RULE}"
    assert clerk.post(f"/akte/{dossier}/schliessen").status_code == 303
    assert clerk.get(f"{address}/aendern").status_code == 403
    looked = records.post(f"{address}/aendern", CHANGED).text
    assert "1 Frist würde kürzer." in looked and "Auch laufende Fristen verkürzen" in looked
    assert "31.12.2032" in looked
    assert "10 Jahre" in records.get(address).text
    assert records.post(f"{address}/aendern", CHANGED | {"step": "save"}).status_code == 409
    save = CHANGED | {"step": "save", "number": "1"}
    assert records.post(f"{address}/aendern", save | {"years": "x"}).status_code == 422
    assert records.post(f"{address}/aendern", save).status_code == 303
    assert "6 Jahre" in records.get(address).text
    with office.as_system() as work:
        move_periods(work, retention_rule(work, RULE).rule.id)
    assert "Aufzubewahren bis 31.12.2036" in clerk.get(f"/akte/{dossier}/aufbewahrung").text
    save |= {"number": "2", "years": "5", "shorten": "1"}
    assert records.post(f"{address}/aendern", save).status_code == 303
    with office.as_system() as work:
        move_periods(work, retention_rule(work, RULE).rule.id)
    assert "Aufzubewahren bis 31.12.2031" in clerk.get(f"/akte/{dossier}/aufbewahrung").text
    said = {"rule": "", "reason": "Wie im Plan"}
    assert records.post(f"/akte/{dossier}/aufbewahrung/regel", said).status_code == 303
    assert clerk.post(f"/akte/{dossier}/aufbewahrung/regel", said).status_code == 403
    days = {"died_on": "2026-10-01", "decided_on": "2026-09-01"}
    assert clerk.post(f"/akte/{dossier}/aufbewahrung/beginn", days).status_code == 303
    wrong = clerk.post(f"/akte/{dossier}/aufbewahrung/beginn", {"died_on": "2027-10-01"})
    assert wrong.status_code == 422 and "Zukunft" in wrong.text


def test_a_program_decides_closes_and_holds(
    app: OfficeApp, office: Office, staff: Staff, dossier: UUID
) -> None:
    client, v1 = app.test_client(), "/api/v1"
    clerk, records = key_of(office, staff.clerk), key_of(office, staff.records)
    here = f"{v1}/dossiers/{dossier}"
    closed = client.post(f"{here}/closing", headers=clerk, json={})
    assert (closed.status_code, closed.json["kept_until"]) == (200, "2036-12-31")
    assert client.post(f"{here}/closing", headers=clerk, json={}).status_code == 409
    assert closed.json["holds"][0]["reason"] == "S 12 SB 34/26"
    (rule,) = client.get(f"{v1}/retention/rules", headers=clerk).json["rules"]
    assert (rule["key"], rule["edition"], rule["decided"]) == (RULE, 1, True)
    wanted = {"title": "Zehn Jahre", "years": 6}
    told = client.post(f"{v1}/retention/rules/{RULE}/preview", headers=records, json=wanted).json
    assert (told["shortened"], told["moves"][0]["after"]) == (1, "2032-12-31")
    put = f"{v1}/retention/rules/{RULE}"
    assert client.put(put, headers=clerk, json=wanted | {"edition": 1}).status_code == 403
    assert client.put(put, headers=records, json=wanted | {"edition": 0}).status_code == 409
    assert client.put(put, headers=records, json=wanted | {"edition": 1}).json["edition"] == 2
    due = client.get(f"{v1}/retention/due?which=running", headers=records).json
    assert [(one["dossier_id"], one["held"]) for one in due["dossiers"]] == [(str(dossier), True)]
    assert client.get(f"{v1}/retention/due", headers=clerk).status_code == 403
    said = {"kind": "audit", "reason": "Prüfung", "review_on": "2027-01-01", "scope": "person"}
    held = client.post(f"{here}/holds", headers=clerk, json=said)
    assert (held.status_code, held.json["about"]) == (201, "Muster, Änne")
    search = said | {"scope": "search"}
    assert client.post(f"{here}/holds", headers=clerk, json=search).status_code == 422
    one = f"{v1}/retention/holds/{held.json['id']}"
    later = {"review_on": "2027-06-01"}
    assert client.post(f"{one}/review", headers=records, json=later).status_code == 200
    assert client.get(f"{v1}/retention/holds", headers=records).json["total"] == 2
    assert client.post(f"{one}/end", headers=clerk, json={"reason": "x"}).status_code == 403
    assert client.post(f"{one}/end", headers=records, json={"reason": "x"}).status_code == 200
    facts = client.put(f"{here}/retention/facts", headers=clerk, json={"died_on": "2026-10-01"})
    assert facts.status_code == 200
    own = {"rule": RULE, "reason": "Auflage"}
    assert client.put(f"{here}/retention/rule", headers=records, json=own).status_code == 200
    again = client.post(f"{here}/reopening", headers=clerk, json={"reason": "Antrag"}).json
    assert (again["keeping"], again["kept_until"], again["against_closing"]) == ("open", None, [])
