"""Do people and programs see what is offered, with every fault, and do what comes next?"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from eakte.app import create_app
from eakte.web.per_request import OfficeApp
from tests.builders import PASSWORD, now_
from tests.databases import new_database
from tests.eakte.web.browser import Browser, key_of, signed_in
from tests.offers.house import LATER, Registry, furnished
from tests.statements import heard
from tests.templates import translate_once

translate_once()
HERE = "/aussonderung/angebote"
PROOF = {"confirm_password": PASSWORD}


@pytest.fixture
def app(registry: Registry) -> OfficeApp:
    return create_app(registry.office)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def anywhere(request: pytest.FixtureRequest, tmp_path: Path, shared: Path) -> Iterator[Registry]:
    url = new_database() if request.param == "postgresql" else ""
    with furnished(tmp_path, shared, database_url=url) as made:
        yield made


def state_in(page: str) -> str:
    found = re.search(r'name="stand" value="([0-9a-f]{64})"', page)
    assert found, page
    return found[1]


def test_four_steps_at_the_desk(registry: Registry, app: OfficeApp) -> None:
    dossiers = [registry.closed(number) for number in range(3)]
    registry.at(LATER)
    registry.archive("kreis", appraise=lambda record, title: "A" if "Änne 0" in title else "V")
    desk = signed_in(app, "records")
    due = desk.get("/aussonderung").text
    assert "Ausgewählte einem Archiv anbieten" in due
    chosen = desk.post(
        f"{HERE}/auswahl", {"umfang": "auswahl", "akte": [str(one) for one in dossiers]}
    )
    assert chosen.status_code == 303
    preview = desk.get(chosen.headers["Location"] + "&archiv=kreis").text
    assert "3 von 3 Akten können angeboten werden" in preview
    assert "Von 3 Akten: 2 archivwürdig (66,7 %)" in preview
    sent = {"archiv": "kreis", "umfang": "auswahl", "akte": [str(one) for one in dossiers]}
    stale = desk.post(HERE, sent | {"stand": "0" * 64})
    assert stale.status_code == 422 and "hat sich geändert" in stale.text
    made = desk.post(HERE, sent | {"stand": state_in(preview), "note": "Jahrgang 2015"})
    assert made.status_code == 303, made.text
    here = made.headers["Location"]
    assert "Die nächste Nachricht wird geschrieben" in desk.get(here).text
    assert "Schon angeboten (Nr. 1)." in desk.get(chosen.headers["Location"]).text
    registry.work_off()
    (path,) = registry.out("kreis")
    # An archive without a line of its own is answered for by hand.
    (received, appraised) = registry.archives["kreis"].take(path.name, path.read_bytes())
    path.unlink()
    page = desk.get(here).text
    assert "Anbieteverzeichnis" in page and "Übergeben" in page
    assert "Antwort erwartet bis" in page
    registry.at(LATER + timedelta(days=31))
    desk = signed_in(app, "records")
    assert "Antwort des Archivs ist überfällig" in desk.get(here).text
    assert "Anbietung Nr. 1" in desk.get(f"{HERE}?zeige=overdue").text
    bad = {"antwort": (io.BytesIO(b"no package"), appraised[0]), "angebot": here[-36:]}
    assert desk.post(f"{HERE}/antwort", bad).headers["Location"] == here
    page = desk.get(here).text
    assert "Fehlerhaft, ohne Wirkung" in page and "Das Paket ist kein ZIP" in page
    stray = {"antwort": (io.BytesIO(b"no package"), "irgendwas.zip")}
    assert desk.post(f"{HERE}/antwort", stray).headers["Location"] == HERE
    assert "Nachrichten ohne Anbietung" in desk.get(HERE).text
    assert desk.post(f"{HERE}/antwort", {}).status_code == 422
    for name, content in (received, appraised):
        good = {"antwort": (io.BytesIO(content), name)}
        assert desk.post(f"{HERE}/antwort", good).headers["Location"] == here
    registry.work_off()
    page = desk.get(here).text
    assert "An das Archiv abgeben" in page and "Bewertet" in page
    asked = desk.post(f"{here}/abgabe")
    assert asked.status_code == 403 and "noch einmal" in asked.text
    assert desk.post(f"{here}/abgabe", PROOF).status_code == 303
    desk.read_token()
    assert registry.round("kreis") == 2  # 0505 and 0503
    page = desk.get(here).text
    assert "Abgeschlossen" in page and "Das Archiv hat die Übernahme bestätigt." in page
    links = re.findall(rf'href="({HERE}/nachricht/[0-9a-f-]+)"', page)
    assert len(links) == 8
    bodies = [desk.get(link) for link in links]
    assert {one.status_code for one in bodies} == {200}
    assert all("attachment" in one.headers["Content-Disposition"] for one in bodies)
    # Of what went with its contents the message alone: records management reads no contents.
    (alone,) = (one.data for one in bodies if b".0503" in one.data[:400])
    assert alone.startswith(b"<?xml") and b"as PDF/A" not in b"".join(one.data for one in bodies)
    assert len(registry.logged("offer.message-read")) == len(links)
    assert desk.post(f"{here}/abbruch", {"reason": "zu spät"}).status_code == 422
    assert desk.post(f"{here}/abgabe", PROOF).status_code == 422
    assert desk.post(f"{here}/erneut").status_code in (403, 422)
    for login in ("clerk", "admin", "scan", "other"):
        other = signed_in(app, login)
        assert {other.get(one).status_code for one in (HERE, f"{HERE}/neu", here, links[0])} <= {
            403,
            404,
        }
    stranger = Browser(app)
    assert stranger.get(here).status_code in (302, 303, 401)


def test_a_program_offers_and_brings_answers(anywhere: Registry) -> None:
    registry, app = anywhere, create_app(anywhere.office)
    dossiers = [registry.closed(number) for number in range(2)]
    registry.at(LATER)
    registry.archive("kreis")
    key = key_of(registry.office, registry.records())
    client, v1 = app.test_client(), "/api/v1/retention"
    known = client.get(f"{v1}/archives", headers=key).json["archives"]
    assert [one["key"] for one in known] == ["bund", "kreis", "land", "stadt"]
    wanted = {"archive": "kreis", "dossier_ids": [str(one) for one in dossiers]}
    preview = client.post(f"{v1}/offers/preview", headers=key, json=wanted).json
    assert [one["against"] for one in preview["dossiers"]] == [[], []]
    assert (
        client.post(f"{v1}/offers", headers=key, json=wanted | {"archive": "x"}).status_code == 404
    )
    two = client.post(f"{v1}/offers", headers=key, json=wanted | {"archive": "stadt"})
    assert (two.status_code, two.json["code"]) == (403, "confirmation-needed")
    made = client.post(f"{v1}/offers", headers=key, json=wanted)
    assert made.status_code == 201, made.json
    again = client.post(f"{v1}/offers", headers=key, json=wanted)
    assert again.status_code == 409 and "Schon angeboten" in again.json["reasons"][0]
    here = f"{v1}/offers/{made.json['offer']['id']}"
    registry.work_off()
    (path,) = registry.out("kreis")
    for name, content in registry.archives["kreis"].take(path.name, path.read_bytes()):
        told = client.post(f"{v1}/offer-messages", query_string={"name": name}, headers=key,
                           data=content, content_type="application/octet-stream")  # fmt: skip
        assert (told.status_code, told.json["faults"]) == (201, [])
    shown = client.get(here, headers=key).json
    assert (shown["offer"]["state"], shown["offer"]["dossiers"]) == ("appraised", 2)
    assert [one["kind"] for one in shown["messages"]] == ["0501", "0502", "0504"]
    content = f"{v1}/offer-messages/{shown['messages'][0]['id']}/content"
    assert client.get(content, headers=key).data[:2] == b"PK"
    assert client.post(f"{here}/transfer", headers=key).json["code"] == "confirmation-needed"
    assert client.post(f"{here}/retry", headers=key).status_code == 409
    off = client.post(f"{here}/calling-off", headers=key, json={"reason": "Irrtum"})
    assert off.json["offer"]["state"] == "called-off"
    assert client.get(f"{v1}/offers?which=ended", headers=key).json["total"] == 1
    clerk = key_of(registry.office, replace(now_(registry.office, registry.staff.clerk)))
    assert client.get(f"{v1}/offers", headers=clerk).status_code == 403
    assert client.get(here, headers=clerk).status_code in (403, 404)
    assert UUID(shown["offer"]["id"])


def test_what_is_shown_of_many_asks_no_more_questions(registry: Registry, app: OfficeApp) -> None:
    dossiers = [registry.closed(number) for number in range(6)]
    registry.at(LATER)
    desk = signed_in(app, "records")
    asked = []
    for some in (dossiers[:2], dossiers):
        chosen = "&".join(f"akte={one}" for one in some)
        with heard(app.office.database.engine) as statements:
            assert f"{len(some)} von {len(some)}" in desk.get(f"{HERE}/neu?{chosen}").text
        asked.append(len(statements))
    assert asked[0] == asked[1] <= 10, statements
