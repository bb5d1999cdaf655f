"""Do two persons agree at the desk on a destruction, and does nobody alone, by whatever way?"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select

from eakte.bootstrap import Office
from eakte.clock import SetClock
from eakte.evidence.erasure.proving import prove_erased
from eakte.model.audit_entry import AuditEntry
from eakte.model.dossier import Dossier, DossierState
from eakte.model.erasure import ErasedDossier, ErasedState, Erasure, ErasureState
from eakte.model.file_plan import PlanEntry
from eakte.model.job import Job
from eakte.model.user import Role
from eakte.retention.absence.bytes import remove_erased
from eakte.retention.erasing import erase_dossier
from eakte.retention.letting_go import ERASE, let_go
from eakte.web.per_request import OfficeApp
from tests.builders import PASSWORD, Staff, appoint
from tests.destroying import proposed, rows_of, some_over, witness
from tests.eakte.web.browser import Browser, key_of, signed_in

LIST, CLOCK, PROOFS = "/aussonderung/vernichtungen", "/aussonderung/uhr", "/aussonderung/nachweise"
PROVED = {"confirm_password": PASSWORD}


@pytest.fixture
def over(office: Office, staff: Staff) -> list[UUID]:
    """Three dossiers whose periods ended, and a lead who may approve."""
    appoint(office, "lead", Role.LEAD, units=[staff.unit])
    with office.as_system() as work:
        made = some_over(work, work.session.get_one(PlanEntry, staff.entry.id), dossiers=3)
    witness(office)
    return made


@pytest.fixture
def records(app: OfficeApp, over: list[UUID]) -> Browser:
    return signed_in(app, "records")


def jobs_made(office: Office) -> int:
    with office.as_system() as work:
        let_go(work)
        return work.session.scalar(select(func.count()).where(Job.kind == ERASE)) or 0


def later(office: Office, clock: SetClock, days: int = 40) -> None:
    for _ in range(0, days, 2):
        clock.move(timedelta(days=2))
        witness(office)


def only(office: Office) -> Erasure:
    with office.database.transaction(writes=False) as session:
        return session.scalars(select(Erasure)).one()


def test_the_way_of_a_destruction_from_the_due_list_to_its_proof(
    app: OfficeApp, office: Office, clock: SetClock, records: Browser, over: list[UUID]
) -> None:
    listed = records.get("/aussonderung").text
    assert listed.count('name="akte"') == 3 and "Alle 3 dieser Liste vorschlagen" in listed
    assert records.post(LIST, {"note": "leer"}).status_code == 422
    chosen = {"akte": [str(over[0]), str(over[1])], "note": "Jahresaussonderung"}
    answer = records.post(LIST, chosen)
    assert answer.status_code == 303
    address = answer.headers["Location"]
    page = records.get(address).text
    assert "Vernichtung Nr. 1" in page and "Eine andere Person gibt frei" in page
    assert "Vernichtung freigeben" not in page and "Aufzubewahren bis 31.12.2019" in page
    again = records.post(LIST, chosen)
    assert again.status_code == 422 and "liegt schon in der Vernichtung Nr. 1" in again.text
    lead = signed_in(app, "lead")
    assert "Vernichtung freigeben" in lead.get(address).text
    assert lead.post(f"{address}/freigabe", {"edits": "77"} | PROVED).status_code == 409
    assert lead.post(f"{address}/freigabe", {"reason": "geprüft"} | PROVED).status_code == 303
    assert only(office).state is ErasureState.APPROVED
    row = rows_of(office, only(office).id)[0]
    told = lead.get(f"/akte/{row.dossier_id}/aufbewahrung").text
    assert f'href="{address}"' in told and "frühestens" in told
    spare = f"{LIST}/akte/{row.id}/ausnehmen"
    assert lead.post(spare).status_code == 422
    assert lead.post(spare, {"reason": "Zeitzeugnis"}).status_code == 303
    assert lead.post(spare, {"reason": "Zeitzeugnis"}).status_code == 422
    assert "Ausgenommen: Zeitzeugnis" in lead.get(address).text
    later(office, clock)
    assert jobs_made(office) == 1
    gone = one_gone(office)
    records = signed_in(app, "records")
    assert gone.reference in records.get(f"{PROOFS}?zeichen={gone.reference[:4].lower()}").text
    assert "Kein Nachweis" in records.get(f"{PROOFS}?zeichen=zzz").text
    proof = records.get(f"{PROOFS}/{gone.id}")
    assert gone.reference in proof.text and '"signature"' in proof.text
    assert "attachment" in proof.headers["Content-Disposition"]
    assert records.get(f"{PROOFS}/{gone.id}/blatt").mimetype == "application/pdf"
    assert records.get(f"{PROOFS}/{row.id}").status_code == 404
    assert "erasure.proof-read" in acts(office)
    for table, words in ((LIST, "Zeitzeugnis"), (PROOFS, gone.reference)):
        assert words in records.get(f"{table}/tabelle").text
    assert records.get(f"{LIST}?zeige=finished").text.count("data-row-link") == 1
    assert records.get(f"{LIST}?zeige=refused").text.count("data-row-link") == 0


def test_all_of_a_list_is_proposed_and_what_is_held_is_left_out(
    clerk: Browser, records: Browser, over: list[UUID], clock: SetClock
) -> None:
    said = {"kind": "court", "reason": "S 12", "review_on": clock.today().isoformat()}
    assert clerk.post(f"/akte/{over[0]}/sperren", said).status_code == 303
    refused = records.post(LIST, {"akte": [str(one) for one in over]})
    assert refused.status_code == 422 and "Gerichtsverfahren" in refused.text
    answer = records.post(LIST, {"umfang": "alle", "zeige": "due"})
    assert answer.status_code == 303
    page = records.get(answer.headers["Location"]).text
    assert "2 Akten sind zur Vernichtung vorgeschlagen" in page
    assert "1 Akte wurde ausgelassen" in page
    address = answer.headers["Location"]
    assert records.post(f"{address}/ablehnung").status_code == 422
    assert records.post(f"{address}/ablehnung", {"reason": "doch nicht"}).status_code == 303
    assert "Abgelehnt" in records.get(address).text


def test_nobody_destroys_alone_by_any_way(
    app: OfficeApp,
    office: Office,
    staff: Staff,
    clock: SetClock,
    clerk: Browser,
    records: Browser,
    over: list[UUID],
) -> None:
    erasure = proposed(office, staff.records, over)
    key = key_of(office, staff.records)
    asked = f"/api/v1/retention/erasures/{erasure}/approval"
    assert records.post(f"{LIST}/{erasure}/freigabe", PROVED).status_code == 422
    assert records.client.post(asked, json={}, headers=key).status_code == 403
    for who in ("clerk", "scan", "admin", "other"):
        browser = signed_in(app, who)
        assert browser.post(f"{LIST}/{erasure}/freigabe", PROVED).status_code in (403, 404)
        assert browser.get(f"{LIST}/{erasure}").status_code in (403, 404)
    assert clerk.post(LIST, {"akte": str(over[0])}).status_code == 403
    assert clerk.get(LIST).status_code == clerk.get(PROOFS).status_code == 403
    with office.database.transaction() as session:
        session.add(
            Job(
                kind=ERASE,
                subject_id=rows_of(office, erasure)[0].id,
                created_at=clock.now(),
                available_at=clock.now(),
            )
        )
    later(office, clock)
    assert jobs_made(office) == 1
    for row in rows_of(office, erasure):
        for step in (erase_dossier, remove_erased, prove_erased):
            with office.as_system() as work:
                step(work, row.id)
    assert {one.state for one in rows_of(office, erasure)} == {ErasedState.WAITING}
    with office.database.transaction(writes=False) as session:
        states = {session.get_one(Dossier, one).state for one in over}
    assert states == {DossierState.CLOSED}


def test_a_program_proposes_and_reads_and_a_person_confirms_the_clock(
    app: OfficeApp, office: Office, staff: Staff, clock: SetClock, over: list[UUID]
) -> None:
    key = key_of(office, staff.records)
    ask = app.test_client()

    def told(path: str) -> dict[str, object]:
        answer = ask.get(f"/api/v1/retention/{path}", headers=key)
        assert answer.status_code == 200, answer.text
        return dict(answer.json or {})

    due = {"plan_number": "9.9"}
    refused = ask.post("/api/v1/retention/erasures/due", json=due, headers=key)
    assert refused.status_code == 422
    due = {"plan_number": "5.2", "last": "2019-12-31"}
    made = ask.post("/api/v1/retention/erasures/due", json=due, headers=key)
    assert made.status_code == 201 and made.json is not None and made.json["dossiers"] == 3
    address = f"/api/v1/retention/erasures/{made.json['erasure_ids'][0]}/refusal"
    assert ask.post(address, json={"reason": "einzeln"}, headers=key).status_code == 200
    body = {"dossier_ids": [str(one) for one in over], "note": "Jahr"}
    made = ask.post("/api/v1/retention/erasures", json=body, headers=key)
    assert made.status_code == 201 and made.json is not None and made.json["dossiers"] == 3
    (erasure,) = made.json["erasure_ids"]
    assert ask.post("/api/v1/retention/erasures", json=body, headers=key).status_code == 409
    whole = told(f"erasures/{erasure}")
    rows = whole["dossiers"]
    assert isinstance(rows, list) and [row["against"] for row in rows] == [[], [], []]
    spared = ask.post(
        f"/api/v1/retention/erased/{rows[0]['id']}/sparing", json={"reason": "bleibt"}, headers=key
    )
    assert spared.json is not None and spared.json["state"] == "spared"
    assert (
        ask.get(f"/api/v1/retention/erased/{rows[0]['id']}/proof", headers=key).status_code == 404
    )
    clock.move(timedelta(days=9))
    assert len(told("clock")["against"]) == 1  # type: ignore[arg-type]  # a list, as JSON says
    confirmation = {"today": clock.today().isoformat(), "reason": "Funkuhr"}
    assert ask.post("/api/v1/retention/clock", json=confirmation, headers=key).status_code == 403
    records = signed_in(app, "records")
    assert "kein Prüfstand" in records.get(CLOCK).text
    assert "Uhr prüfen" in records.get(LIST).text
    assert records.post(CLOCK, {"reason": "x"} | PROVED).status_code == 422
    assert records.post(CLOCK, {"today": "2020-01-01", "reason": "x"} | PROVED).status_code == 422
    assert records.post(CLOCK, confirmation | PROVED).status_code == 303
    assert told("clock")["against"] == []
    assert "Gegen die Uhr der Anwendung spricht nichts" in records.get(CLOCK).text
    refused = ask.post(
        f"/api/v1/retention/erasures/{erasure}/refusal", json={"reason": "nein"}, headers=key
    )
    assert refused.json is not None and refused.json["erasure"]["state"] == "refused"
    assert told("erasures?state=refused")["total"] == 2 and told("proofs")["total"] == 0


def one_gone(office: Office) -> ErasedDossier:
    """Let the jobs run for the first dossier that waits, as the worker does."""
    with office.database.transaction(writes=False) as session:
        waiting = session.scalars(
            select(ErasedDossier.id).where(ErasedDossier.state == ErasedState.WAITING)
        ).one()
    for step in (erase_dossier, remove_erased, prove_erased):
        with office.as_system() as work:
            step(work, waiting)
    with office.database.transaction(writes=False) as session:
        row = session.get_one(ErasedDossier, waiting)
        assert row.state is ErasedState.ERASED
        return row


def acts(office: Office) -> set[str]:
    with office.database.transaction(writes=False) as session:
        return set(session.scalars(select(AuditEntry.act)))
