"""Does the administration see whether a scanning station is alive, and what it waits for?"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from eakte.bootstrap import Office
from eakte.clock import SetClock
from eakte.web.per_request import OfficeApp
from tests.builders import Staff
from tests.eakte.web.browser import Browser, key_of, signed_in
from tests.eakte.web.scans import Device, device, key_of_station, registered
from tests.statements import heard

ADDRESS = "/verwaltung/scanstationen"


@pytest.fixture
def scanner(app: OfficeApp, office: Office, staff: Staff) -> Device:
    return device(app, office, staff, networks=("127.0.0.1/32",))


def life(app: OfficeApp, office: Office, staff: Staff, station: Device) -> dict[str, Any]:
    answer = app.test_client().get(
        f"/api/v1/stations/{station.id}", headers=key_of(office, staff.administrator)
    )
    told: dict[str, Any] = answer.get_json()["life"]
    return told


def report(station: Device, **said: object) -> int:
    return station.ask("POST", "/api/v1/stations/report", json=said).status_code


def test_a_contact_is_true_to_the_minute_and_costs_one_write_a_minute(
    app: OfficeApp, office: Office, staff: Staff, clock: SetClock, scanner: Device
) -> None:
    assert life(app, office, staff, scanner)["pulse"] == "never"
    with heard(office.database.engine) as statements:
        for _ in range(30):
            assert scanner.ask("GET", "/api/v1/batches").status_code == 200
            clock.move(timedelta(seconds=3))
    written = [one for one in statements if one.startswith("UPDATE station")]
    assert len(written) == 2, "in 90 seconds of 30 requests"
    told = life(app, office, staff, scanner)
    assert told["pulse"] == "alive" and told["seen_at"]
    clock.move(timedelta(minutes=5))
    assert life(app, office, staff, scanner)["pulse"] == "silent"


def test_a_station_says_what_waits_on_it_and_the_page_tells_the_administration(
    app: OfficeApp, office: Office, staff: Staff, clock: SetClock, scanner: Device
) -> None:
    admin = signed_in(app, "admin")
    edits = admin.get(f"{ADDRESS}/{scanner.id}").text.partition('name="edits" value="')[2][:1]
    why = "Die Scanstation darf am Tag höchstens 5 MB einliefern."
    assert report(scanner, waiting=3, waits_seconds=3600, reason=why) == 204
    told = life(app, office, staff, scanner)
    assert (told["waiting"], told["waiting_reason"], told["pulse"]) == (3, why, "alive")
    with heard(office.database.engine) as statements:
        assert report(scanner, waiting=3, waits_seconds=3605, reason=why) == 204
    assert not any(one.startswith("UPDATE") for one in statements), "nothing new was said"
    for address in (ADDRESS, f"{ADDRESS}/{scanner.id}"):
        page = admin.get(address).text
        assert "Meldet sich" in page and "3 Stapel warten auf der Scanstation" in page
        assert why in page
    assert report(scanner, waiting=0) == 204
    page = admin.get(ADDRESS).text
    assert "Auf der Scanstation wartet nichts" in page and why not in page
    clock.move(timedelta(minutes=6))
    assert "Schweigt" in admin.get(ADDRESS).text
    # What the device says of itself is no edit: the page that was open before still saves.
    form = {"name": "Neu", "networks": "127.0.0.1/32", "quota_mb": "5", "active": "1"}
    assert admin.post(f"{ADDRESS}/{scanner.id}", {**form, "edits": edits}).status_code == 303


def test_a_station_at_a_foreign_address_is_told_to_the_administration(
    app: OfficeApp, office: Office, staff: Staff, clock: SetClock, scanner: Device
) -> None:
    abroad = {"environ_base": {"REMOTE_ADDR": "10.9.9.9"}}
    assert scanner.ask("GET", "/api/v1/batches", **abroad).status_code == 401
    told = life(app, office, staff, scanner)
    assert (told["pulse"], told["turned_away_from"]) == ("never", "10.9.9.9")
    assert "abgewiesen: Ihre Adresse 10.9.9.9 liegt" in signed_in(app, "admin").get(ADDRESS).text
    clock.move(timedelta(minutes=1))
    assert scanner.ask("GET", "/api/v1/batches").status_code == 200
    assert life(app, office, staff, scanner)["turned_away_at"] is None, "it found its way"


def test_nobody_but_a_station_reports_and_nonsense_is_refused(
    app: OfficeApp, office: Office, staff: Staff, scanner: Device
) -> None:
    address = "/api/v1/stations/report"
    for person, status in ((staff.scanning, 404), (staff.administrator, 403)):
        key = key_of(office, person)
        answer = app.test_client().post(address, json={"waiting": 1}, headers=key)
        assert answer.status_code == status
    for nonsense in ({"waiting": -1}, {"waiting": 1, "reason": "a\0b"}, {}):
        assert report(scanner, **nonsense) == 422


def test_a_station_without_a_key_is_said_to_wait_for_one(
    app: OfficeApp, office: Office, staff: Staff
) -> None:
    station_id = registered(office, staff)
    admin = signed_in(app, "admin")
    assert "Wartet auf einen Schlüssel" in _page(admin)
    key_of_station(office, staff, station_id)
    assert "Wartet darauf, dass das Programm" in _page(admin)


def _page(admin: Browser) -> str:
    return admin.get(ADDRESS).text


def test_the_page_of_stations_asks_again_by_itself_and_keeps_no_abandoned_desk_signed_in(
    app: OfficeApp, office: Office, staff: Staff, clock: SetClock, scanner: Device
) -> None:
    admin = signed_in(app, "admin")
    rows = f"{ADDRESS}/zeilen"
    assert f'hx-get="{rows}" hx-trigger="every 10s"' in _page(admin)
    assert "Noch nie gehört" in admin.get(rows).text
    assert scanner.ask("GET", "/api/v1/batches").status_code == 200
    assert "Meldet sich" in admin.get(rows).text
    for _ in range(office.settings.session_idle_minutes // 10 - 1):
        clock.move(timedelta(minutes=10))
        assert admin.get(rows).status_code == 200
    clock.move(timedelta(minutes=11))
    assert admin.get(rows).status_code != 200, "nobody was there all this time"
