"""Do the pages and the interface of the log keep to two persons, and prove what they claim?"""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import event, select, update

from eakte import audit
from eakte.bootstrap import Office
from eakte.clock import SetClock
from eakte.evidence.heads import write_head
from eakte.evidence.signing import Head, Signer
from eakte.model.audit_entry import AuditEntry
from eakte.model.audit_tree import AuditNode
from eakte.model.hash_tree import continues, includes
from eakte.model.user import Actor
from eakte.web.per_request import OfficeApp
from tests.builders import Staff
from tests.eakte.web.browser import Browser, key_of, signed_in
from tests.inspecting import PURPOSE, agreed, asked, decided, protector

REQUEST = {"purpose": PURPOSE, "first": "2026-11-01", "last": "2026-11-02", "kind": "", "said": ""}


@pytest.fixture
def second(office: Office, staff: Staff) -> Actor:
    return protector(office)


@pytest.fixture
def records(app: OfficeApp, second: Actor) -> Browser:
    return signed_in(app, "records")


@pytest.fixture
def schutz(app: OfficeApp, second: Actor) -> Browser:
    return signed_in(app, "schutz")


def sign(office: Office) -> Head:
    with office.as_system() as work:
        return write_head(work, Signer(office.settings.audit_key))


def test_two_persons_let_one_of_them_read(
    records: Browser, schutz: Browser, office: Office
) -> None:
    asked = records.post("/protokoll/einsicht", REQUEST)
    assert asked.status_code == 303
    place = asked.headers["Location"]
    assert records.get(f"{place}/eintraege").status_code == 403
    assert "Genehmigen" not in records.get(place).text
    assert records.post(f"{place}/entscheidung", {"decision": "approve"}).status_code == 409
    page = schutz.get(place).text
    assert PURPOSE in page
    assert "Genehmigen" in page
    assert schutz.post(f"{place}/entscheidung", {"decision": "approve"}).status_code == 303
    read = records.get(f"{place}/eintraege")
    assert read.status_code == 200
    assert "Einsicht genehmigt" in read.text
    assert schutz.get(f"{place}/eintraege").status_code == 403
    assert PURPOSE in schutz.get("/protokoll").text


def test_a_refusal_without_a_reason_comes_back_beside_its_field(
    records: Browser, schutz: Browser
) -> None:
    place = records.post("/protokoll/einsicht", REQUEST).headers["Location"]
    answer = schutz.post(f"{place}/entscheidung", {"decision": "refuse"})
    assert answer.status_code == 422
    assert "reason-error" in answer.text
    sent = {"decision": "refuse", "reason": "Der Zweck trägt das nicht."}
    assert schutz.post(f"{place}/entscheidung", sent).status_code == 303
    assert "Der Zweck trägt das nicht." in records.get("/protokoll").text


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"purpose": "nur so"}, "purpose"),
        ({"first": "gestern"}, "first"),
        ({"last": ""}, "last"),
        ({"last": "2099-01-01"}, "last"),
        ({"kind": "person", "said": "niemand"}, "said"),
        ({"kind": "document", "said": "\u0663"}, "said"),
    ],
)
def test_what_is_wrong_comes_back_beside_its_field(
    records: Browser, sent: dict[str, str], field: str
) -> None:
    if sent.get("said") == "\u0663":
        sent = sent | {"said": "x"}
    answer = records.post("/protokoll/einsicht", REQUEST | sent)
    assert answer.status_code == 422
    assert f"{field}-error" in answer.text
    assert sent.get("purpose", PURPOSE) in answer.text


def test_the_pages_of_the_log_follow_one_another(
    records: Browser, office: Office, staff: Staff, second: Actor
) -> None:
    with office.as_system() as work:
        for _ in range(120):
            audit.note(work, "tested", kind="thing", subject=uuid4())
    address = f"/protokoll/einsicht/{agreed(office, staff, second)}/eintraege"
    first = records.get(address).text
    older = re.search(r'href="([^"]+vor=[\d.]+)"', first)
    assert older
    page = records.get(older[1].replace("&amp;", "&"))
    assert page.status_code == 200
    assert "Zu den neuesten" in page.text
    for odd in ("vor=x", "vor=" + "9" * 40, "vor=0.0", "vor=9.9", "vorgang=<b>"):
        answer = records.get(f"{address}?{odd}")
        assert answer.status_code == 200
        assert "<b>" not in answer.text.split("<main")[-1]


def test_a_page_of_the_log_costs_at_most_ten_statements(
    app: OfficeApp, office: Office, staff: Staff, second: Actor
) -> None:
    with office.as_system() as work:
        for _ in range(60):
            audit.note(work, "tested", kind="thing", subject=None)
    inspection = asked(office, second)
    decided(office, staff.records, inspection)
    schutz = signed_in(app, "schutz")
    address = f"/protokoll/einsicht/{inspection}/eintraege"
    older = re.search(r'href="([^"]+vor=[\d.]+)"', schutz.get(address).text)
    assert older
    counted: list[str] = []

    @event.listens_for(office.database.engine, "before_cursor_execute")
    def count(*given: Any) -> None:
        if not given[2].startswith("BEGIN"):
            counted.append(given[2])

    schutz.get(older[1].replace("&amp;", "&"))
    event.remove(office.database.engine, "before_cursor_execute", count)
    assert 5 < len(counted) <= 10, counted


def test_an_entry_that_was_changed_is_marked_where_it_is_read(
    records: Browser, office: Office, staff: Staff, second: Actor
) -> None:
    address = f"/protokoll/einsicht/{agreed(office, staff, second)}/eintraege"
    assert "Nachträglich verändert" not in records.get(address).text
    with office.as_system() as work:
        work.session.execute(
            update(AuditEntry).where(AuditEntry.sequence == 3).values(actor_name="forged")
        )
    assert "Nachträglich verändert" in records.get(address).text


def test_the_page_says_how_the_log_stands(records: Browser, office: Office) -> None:
    assert "noch keinen Prüfstand" in records.get("/protokoll").text
    with office.as_system() as work:
        for _ in range(300):
            audit.note(work, "tested", kind="thing", subject=None)
    head = sign(office)
    assert "passt zu seinem letzten Prüfstand" in records.get("/protokoll").text
    assert head.root[:12] in records.get("/protokoll").text
    with office.as_system() as work:
        work.session.execute(update(AuditNode).values(digest="0" * 64))
    assert "Das Protokoll wurde verändert" in records.get("/protokoll").text


def test_nobody_else_enters_the_pages_of_the_log(
    app: OfficeApp, office: Office, staff: Staff, second: Actor
) -> None:
    inspection = agreed(office, staff, second)
    for login in ("clerk", "scan", "admin"):
        browser = signed_in(app, login)
        for address in ("", "/einsicht", f"/einsicht/{inspection}"):
            assert browser.get(f"/protokoll{address}").status_code == 403
        assert browser.get(f"/protokoll/einsicht/{inspection}/eintraege").status_code == 403
        assert browser.post("/protokoll/einsicht", REQUEST).status_code == 403


def test_a_program_asks_another_decides_and_the_first_reads(
    app: OfficeApp, office: Office, staff: Staff, second: Actor
) -> None:
    client, base = app.test_client(), "/api/v1/audit/inspections"
    one, two = key_of(office, staff.records), key_of(office, second)
    asked = client.post(
        base,
        headers=one,
        json={"purpose": PURPOSE, "first_day": "2026-11-01", "last_day": "2026-11-02"},
    )
    assert asked.status_code == 201
    assert asked.json["state"] == "waiting"
    place = f"{base}/{asked.json['id']}"
    own = client.post(f"{place}/decision", headers=one, json={"approved": True})
    assert (own.status_code, own.json["code"]) == (409, "same-person")
    assert client.get(f"{place}/entries", headers=one).status_code == 403
    assert client.post(f"{place}/decision", headers=two, json={"approved": True}).json["ends_at"]
    read = client.get(f"{place}/entries", headers=one)
    assert read.status_code == 200
    assert read.json["entries"][0]["act"] == "audit.inspection-approved"
    assert client.get(f"{place}/entries?person=x", headers=one).status_code == 422
    assert client.get(base, headers=two).json["inspections"][0]["state"] == "open"
    assert client.get(place, headers=two).json["purpose"] == PURPOSE
    half = {"purpose": PURPOSE, "first_day": "2026-11-01", "last_day": "2026-11-02"}
    half["subject_kind"] = "dossier"
    assert client.post(base, headers=one, json=half).status_code == 422


def test_a_program_checks_the_proofs_by_itself(
    app: OfficeApp, office: Office, staff: Staff, clock: SetClock
) -> None:
    older = sign(office)
    with office.as_system() as work:
        for _ in range(300):
            audit.note(work, "tested", kind="thing", subject=None)
    newer = sign(office)
    client, key = app.test_client(), key_of(office, staff.records)

    def get(address: str) -> Any:
        return client.get(f"/api/v1/audit{address}", headers=key)

    assert [head["size"] for head in get("/heads").json["heads"]] == [newer.size, older.size]
    assert get(f"/heads?before={newer.size}").json["heads"][0]["root"] == older.root
    assert get(f"/heads/{newer.size}").json["signature"] == newer.signature
    assert get("/heads/7").status_code == 404
    found = get(f"/proofs/inclusion?sequence=12&size={newer.size}").json
    path = [bytes.fromhex(step) for step in found["path"]]
    leaf = bytes.fromhex(found["leaf"])
    assert includes(bytes.fromhex(newer.root), newer.size, leaf=leaf, index=11, path=path)
    grown = get(f"/proofs/consistency?first={older.size}&second={newer.size}").json
    assert continues(
        bytes.fromhex(older.root),
        older.size,
        bytes.fromhex(newer.root),
        newer.size,
        path=[bytes.fromhex(step) for step in grown["path"]],
    )
    assert get(f"/proofs/inclusion?sequence={newer.size + 1}&size={newer.size}").status_code == 422
    backwards = f"/proofs/consistency?first={newer.size}&second={older.size}"
    assert get(backwards).status_code == 422
    other = key_of(office, staff.clerk)
    assert client.get("/api/v1/audit/heads", headers=other).status_code == 403


def test_the_description_of_the_interface_names_every_address_of_the_log(app: OfficeApp) -> None:
    with app.test_request_context():
        paths = app.spec["paths"]
    assert {path.removeprefix("/api/v1/audit") for path in paths if "/audit/" in path} == {
        "/inspections",
        "/inspections/{inspection_id}",
        "/inspections/{inspection_id}/decision",
        "/inspections/{inspection_id}/entries",
        "/heads",
        "/heads/{size}",
        "/proofs/inclusion",
        "/proofs/consistency",
    }


def test_reading_the_log_by_a_program_stands_in_it(
    app: OfficeApp, office: Office, staff: Staff, second: Actor
) -> None:
    inspection = agreed(office, staff, second)
    client, key = app.test_client(), key_of(office, staff.records)
    client.get(f"/api/v1/audit/inspections/{inspection}/entries", headers=key)
    with office.database.transaction(writes=False) as session:
        read = session.scalars(select(AuditEntry).where(AuditEntry.act == "audit.read")).all()
    assert [(entry.actor_id, entry.subject_id) for entry in read] == [
        (staff.records.id, inspection)
    ]
