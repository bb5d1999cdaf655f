"""Are devices registered, kept to their addresses and quota, and shut out at once if revoked?"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from eakte.access.stations import change_station, revoke_station_keys, station_by_id
from eakte.app import create_app
from eakte.bootstrap import Office
from eakte.clock import SetClock
from eakte.errors import BadInput, NotAllowed
from eakte.model.audit_entry import AuditEntry
from eakte.model.station import covered, ranges_of
from eakte.model.user import User, UserKind
from eakte.web.per_request import OfficeApp
from tests.builders import PASSWORD, PASSWORD_HASH, Staff
from tests.eakte.web.browser import Browser, key_of, signed_in
from tests.eakte.web.conftest import look
from tests.eakte.web.scans import Device, device, key_of_station, registered

ADDRESS = "/verwaltung/scanstationen"


@pytest.fixture
def admin(app: OfficeApp) -> Browser:
    return signed_in(app, "admin")


@pytest.fixture
def scanner(app: OfficeApp, office: Office, staff: Staff) -> Device:
    return device(app, office, staff)


def from_address(scanner: Device, address: str, **headers: str) -> int:
    answer = scanner.ask(
        "GET", "/api/v1/batches", environ_base={"REMOTE_ADDR": address}, headers=headers
    )
    return answer.status_code


def acts(office: Office) -> list[str]:
    with office.database.transaction(writes=False) as session:
        return [
            act
            for act in session.scalars(select(AuditEntry.act).order_by(AuditEntry.sequence))
            if act.startswith("station.")
        ]


def test_a_new_key_lets_the_old_one_hold_for_the_overlap_and_no_longer(
    app: OfficeApp, office: Office, staff: Staff, clock: SetClock
) -> None:
    station_id = registered(office, staff)
    old = Device(app, station_id, key_of_station(office, staff, station_id))
    new = Device(app, station_id, key_of_station(office, staff, station_id, overlap=2))
    both = (old, new)
    assert [one.ask("GET", "/api/v1/batches").status_code for one in both] == [200, 200]
    clock.move(timedelta(hours=2, seconds=1))
    assert [one.ask("GET", "/api/v1/batches").status_code for one in both] == [401, 200]


def test_a_revoked_station_and_a_locked_one_are_out_at_once(
    app: OfficeApp, office: Office, staff: Staff, scanner: Device
) -> None:
    with office.begin(staff.administrator) as work:
        revoke_station_keys(work, station_by_id(work, scanner.id))
    assert scanner.deliver().status_code == 401
    again = Device(app, scanner.id, key_of_station(office, staff, scanner.id))
    assert again.deliver().status_code == 201
    with office.begin(staff.administrator) as work:
        station = station_by_id(work, scanner.id)
        change_station(
            work, station, name="Neu", networks=station.networks, quota_mb=5, active=False
        )
    with pytest.raises(BadInput):
        key_of_station(office, staff, scanner.id)
    assert again.deliver().status_code == 401
    assert acts(office) == [
        "station.registered",
        "station.token-made",
        "station.revoked",
        "station.token-made",
        "station.changed",
    ]


def test_a_key_from_a_foreign_address_is_that_of_a_stranger(
    app: OfficeApp, office: Office, staff: Staff
) -> None:
    scanner = device(app, office, staff, networks=("10.1.2.0/24", "2001:db8::/48"))
    assert from_address(scanner, "10.1.2.77") == 200
    assert from_address(scanner, "2001:db8::5") == 200
    assert from_address(scanner, "::ffff:10.1.2.77") == 200
    assert from_address(scanner, "10.1.3.77") == 401
    assert from_address(scanner, "127.0.0.1") == 401
    # Without a proxy of ours, what a sender says of its address is worth nothing.
    assert from_address(scanner, "10.9.9.9", **{"X-Forwarded-For": "10.1.2.77"}) == 401


def test_behind_our_own_proxy_the_address_is_the_one_that_it_saw(
    office: Office, staff: Staff
) -> None:
    settings = office.settings.model_copy(update={"trusted_proxies": 1})
    behind = Office(settings, office.database, office.store, office.index, office.clock)
    scanner = device(create_app(behind, look=look), office, staff, networks=("10.1.2.0/24",))
    said = {"X-Forwarded-For": "10.1.2.77"}
    assert from_address(scanner, "192.168.0.1", **said) == 200
    forged = {"X-Forwarded-For": "10.1.2.77, 10.9.9.9"}
    assert from_address(scanner, "192.168.0.1", **forged) == 401


def test_over_quota_means_429_with_a_sentence_until_the_next_day(
    app: OfficeApp, office: Office, staff: Staff, clock: SetClock
) -> None:
    scanner = device(app, office, staff, quota_mb=1)
    big = b"%PDF-1.7 " + b"x" * 600_000
    assert scanner.deliver(big).status_code == 201
    for refused in (
        scanner.deliver(big + b"2", key="lauf-2"),
        scanner.announce(big + b"3", key="lauf-3"),
    ):
        assert refused.status_code == 429 and refused.json is not None
        assert refused.json["code"] == "over-quota"
        assert "höchstens 1 MB" in refused.json["message"]
        assert int(refused.headers["Retry-After"]) >= 60
    assert scanner.deliver(big).status_code == 200, "its receipt is given again all the same"
    clock.move(timedelta(days=1))
    assert scanner.deliver(big + b"2", key="lauf-2").status_code == 201


def test_a_station_has_no_way_in_but_its_key(
    app: OfficeApp, office: Office, staff: Staff, admin: Browser, scanner: Device
) -> None:
    with office.as_system() as work:
        account = work.session.get_one(User, scanner.id)
        assert account.kind is UserKind.STATION and account.password_hash is None
        login = account.login
    assert Browser(app).sign_in(login, PASSWORD).status_code != 303
    assert admin.get(f"/verwaltung/benutzer/{scanner.id}").status_code == 404
    assert login not in admin.get("/verwaltung/benutzer").text
    listed = app.test_client().get(
        f"/api/v1/users/{scanner.id}", headers=key_of(office, staff.administrator)
    )
    assert listed.status_code == 404
    # Even if somebody had written a password into the row, no page takes the device for a person.
    with office.as_system() as work:
        work.session.get_one(User, scanner.id).password_hash = PASSWORD_HASH
    browser = Browser(app)
    browser.sign_in(login, PASSWORD)
    assert browser.get("/posteingang").status_code in {303, 403}


@pytest.mark.parametrize("given", [[], ["10.1.2.3/24"], ["zuhause"], ["10.0.0.0/8"] * 51])
def test_what_is_no_address_range_is_refused(given: list[str]) -> None:
    with pytest.raises(BadInput):
        ranges_of(given)


def test_what_is_no_address_lies_in_no_range() -> None:
    assert not covered("", ["0.0.0.0/0"])
    assert not covered("unix:", ["0.0.0.0/0", "::/0"])
    assert covered("fe80::1%eth0", ["fe80::/10"])


def test_nobody_but_the_administration_manages_stations(office: Office, staff: Staff) -> None:
    station_id = registered(office, staff)
    for person in (staff.clerk, staff.scanning, staff.records):
        with office.begin(person) as work, pytest.raises(NotAllowed):
            station_by_id(work, station_id)


def test_the_administration_registers_a_station_on_its_page_and_sees_the_key_once(
    admin: Browser, office: Office, staff: Staff, app: OfficeApp
) -> None:
    assert "Noch keine Scanstation" in admin.get(ADDRESS).text
    form = {
        "name": "Scanner Keller",
        "department": str(staff.unit.id),
        "networks": "127.0.0.1/32\n10.1.2.0/24",
        "quota_mb": "500",
    }
    made = admin.post(f"{ADDRESS}/neu", form)
    assert made.status_code == 200 and "BEGIN PUBLIC KEY" in made.text
    token = made.text.partition('id="neuer-schluessel">')[2].partition("<")[0]
    [state] = _listed(app, office, staff)
    scanner = Device(app, state["id"], token)
    assert scanner.deliver().status_code == 201
    page = admin.get(f"{ADDRESS}/{state['id']}")
    assert token not in page.text and "10.1.2.0/24" in page.text
    changed = admin.post(
        f"{ADDRESS}/{state['id']}",
        {**form, "networks": "10.9.0.0/16", "active": "1", "edits": str(state["edits"])},
    )
    assert changed.status_code == 303
    assert scanner.deliver().status_code == 401
    stale = admin.post(f"{ADDRESS}/{state['id']}", {**form, "edits": str(state["edits"])})
    assert stale.status_code == 409
    renewed = admin.post(f"{ADDRESS}/{state['id']}/schluessel", {"overlap_hours": "0"})
    assert renewed.status_code == 200 and 'id="neuer-schluessel"' in renewed.text
    assert admin.post(f"{ADDRESS}/{state['id']}/widerrufen").status_code == 303
    assert _listed(app, office, staff)[0]["keys"] == 0


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": " "}, "name"),
        ({"networks": "zuhause"}, "networks"),
        ({"networks": ""}, "networks"),
        ({"quota_mb": "viel"}, "quota_mb"),
        ({"quota_mb": "0"}, "quota_mb"),
        ({"department": ""}, "department"),
    ],
)
def test_a_form_that_cannot_be_is_shown_again_with_the_reason_at_its_field(
    admin: Browser, office: Office, staff: Staff, wrong: dict[str, str], field: str
) -> None:
    form = {
        "name": "Scanner Keller",
        "department": str(staff.unit.id),
        "networks": "10.1.2.0/24",
        "quota_mb": "500",
    }
    answer = admin.post(f"{ADDRESS}/neu", form | wrong)
    assert answer.status_code == 422 and f'id="{field}-error"' in answer.text
    assert acts(office) == []


def test_programs_of_the_administration_do_the_same(
    app: OfficeApp, office: Office, staff: Staff
) -> None:
    client, key = app.test_client(), key_of(office, staff.administrator)
    wanted: dict[str, Any] = {
        "name": "Scanner",
        "department_id": str(staff.unit.id),
        "networks": ["127.0.0.1/32"],
        "quota_mb": 50,
    }
    made = client.post("/api/v1/stations", json=wanted, headers=key)
    assert made.status_code == 201 and made.json is not None
    address = f"/api/v1/stations/{made.json['id']}"
    assert client.post("/api/v1/stations", json=wanted, headers=key).status_code == 409
    strange = {**wanted, "name": "Zwei", "department_id": str(uuid4())}
    assert client.post("/api/v1/stations", json=strange, headers=key).status_code == 422
    given = client.post(f"{address}/keys", json={"overlap_hours": 1}, headers=key)
    assert given.status_code == 201 and given.json is not None
    scanner = Device(app, made.json["id"], given.json["token"])
    assert scanner.deliver().status_code == 201
    change = {
        **{name: wanted[name] for name in ("name", "networks", "quota_mb")},
        "active": True,
        "edits": made.json["edits"],
    }
    kept = client.put(address, json=change | {"quota_mb": 60}, headers=key)
    assert kept.status_code == 200 and kept.json is not None and kept.json["quota_mb"] == 60
    assert client.put(address, json=change, headers=key).status_code == 409
    assert client.delete(f"{address}/keys", headers=key).status_code == 204
    assert scanner.deliver().status_code == 401
    assert client.get(address, headers=key_of(office, staff.clerk)).status_code == 403


def _listed(app: OfficeApp, office: Office, staff: Staff) -> list[dict[str, Any]]:
    answer = app.test_client().get("/api/v1/stations", headers=key_of(office, staff.administrator))
    assert answer.json is not None
    listed: list[dict[str, Any]] = answer.json["stations"]
    return listed
