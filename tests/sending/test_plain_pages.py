"""A clerk lets somebody inspect a dossier and hands one on: page by page, and by the interface."""

from __future__ import annotations

import html
import re
import zipfile
from io import BytesIO

from eakte.app import create_app
from eakte.model.document import Document
from tests.builders import A_PDF
from tests.eakte.listing import work_off
from tests.eakte.web.browser import signed_in
from tests.sending.conftest import Desk
from tests.sending.test_sending_pages import PROOF

WHO = {
    "name": "Erika Muster",
    "address": "Am Weg 3\r\n85435 Erding",
    "role": "party",
    "legal_ground": "§ 25 SGB X",
}


def test_the_clerk_lets_somebody_inspect_and_sees_afterwards_who_has(desk: Desk) -> None:
    app = create_app(desk.office, look=lambda path, name: A_PDF)
    clerk = signed_in(app, "clerk")
    doctor, third = desk.letters[1], desk.letters[2]
    desk.change(Document, doctor, from_doctor=True)
    desk.change(Document, third, inspection_allowed=False)
    offered = clerk.get(f"/akte/{desk.dossier.id}/uebersendungen").text
    address = f"/akte/{desk.dossier.id}/akteneinsicht"
    assert f'href="{address}"' in offered and "An eine andere Behörde" in offered
    form = clerk.get(address).text
    selects = {
        name: re.findall(r'value="([a-z-]+)"( selected)?', options)
        for name, options in re.findall(r'name="wahl-([0-9a-f-]+)".*?>(.*?)</select>', form, re.S)
    }
    offers = {key: [value for value, _ in options] for key, options in selects.items()}
    assert [key for key, values in offers.items() if "mediate" in values] == [str(doctor)]
    assert ("withhold", " selected") in selects[str(third)]
    sent = WHO | {f"wahl-{one}": "send" for one in desk.letters} | {"act": "preview"}
    refused = clerk.post(address, sent)
    assert refused.status_code == 422
    assert "§ 25 Abs. 2 SGB X" in refused.text and "§ 25 Abs. 3 SGB X" in refused.text
    sent |= {f"wahl-{doctor}": "mediate", f"grund-{doctor}": "Dr. Arzt vermittelt den Inhalt"}
    sent |= {f"wahl-{third}": "withhold", f"grund-{third}": "Angaben der Nachbarin"}
    shown = clerk.post(address, sent)
    assert shown.status_code == 200 and "zusammen 6 Blatt" in shown.text
    sent |= {"act": "send", "seen": re.findall(r'name="seen" value="(\w+)"', shown.text)[0]}
    changed = clerk.post(address, sent | {"name": "Jemand anders"} | PROOF)
    assert changed.status_code == 200 and 'name="seen"' in changed.text
    made = clerk.post(address, sent | PROOF)
    assert made.status_code == 303
    there = made.headers["Location"]
    work_off(desk.office)
    ready = clerk.get(there).text
    for said in (
        "Bereit",
        "Am Weg 3<br>85435 Erding",
        "beteiligte Person",
        "Das ganze Paket als ZIP",
    ):
        assert said in ready
    assert "Gerichtspostfach" not in ready and "XJustiz" not in ready
    first = html.unescape(re.findall(r'href="(/uebersendung/[^"]+/datei/[^"]+)"', ready)[0])
    with zipfile.ZipFile(BytesIO(clerk.get(first).data)) as packed:
        assert "0000_Inhaltsverzeichnis.pdf" in packed.namelist()
    listed = clerk.get(f"/akte/{desk.dossier.id}/akteneinsichten").text
    for said in ("Erika Muster", "2 Schreiben", "2 Fehlblätter", "noch nicht ausgehändigt"):
        assert said in listed
    assert "heruntergeladen" in listed
    told = clerk.get(f"/akte/{desk.dossier.id}/verlauf").text
    for word in ("Akteneinsicht verlangt", "Paket zur Akteneinsicht heruntergeladen"):
        assert word in told
    other = signed_in(app, "other")
    for hidden in (there, first, address, f"/akte/{desk.dossier.id}/akteneinsichten"):
        assert other.get(hidden).status_code == 404


def test_a_program_gives_inspection_and_hands_on(desk: Desk) -> None:
    app = create_app(desk.office, look=lambda path, name: A_PDF)
    clerk = signed_in(app, "clerk")
    dossier = f"/api/v1/dossiers/{desk.dossier.id}"
    desk.change(Document, desk.letters[1], from_doctor=True)
    clerk.post("/konto/bestaetigen", PROOF)
    clerk.read_token()
    safe = {"X-CSRFToken": clerk.token}
    for kind, paragraph in (("inspection", "§ 25 Abs. 2"), ("authority", "§ 76 Abs. 2")):
        places = clerk.client.get(f"{dossier}/sendings/places?kind={kind}").json["places"]
        assert paragraph in places[1]["asks"][0]
    choices = [
        {"id": str(one), "decision": "send", "reason": "Kein Nachteil"} for one in desk.letters
    ]
    who = {"name": "Erika Muster", "address": "Am Weg 3", "choices": choices}
    guardian = who | {"role": "guardian"}
    refused = clerk.client.post(f"{dossier}/inspections", json=guardian, headers=safe)
    assert refused.status_code == 409 and "§ 13 SGB X" in refused.json["reasons"][0]
    guardian |= {"mandate": "Betreuerausweis vom 2. Mai"}
    made = clerk.client.post(f"{dossier}/inspections", json=guardian, headers=safe)
    assert made.status_code == 201, made.text
    passed = clerk.client.post(f"{dossier}/passings-on", json=who, headers=safe)
    assert passed.status_code == 201, passed.text
    work_off(desk.office)
    for asked, kind in ((made, "inspection"), (passed, "authority")):
        told = clerk.client.get(f"/api/v1/sendings/{asked.json['id']}").json
        assert (told["state"], told["kind"], len(told["files"])) == ("ready", kind, 3)
    listed = clerk.client.get(f"{dossier}/inspections").json
    (one,) = listed["inspections"]
    assert (one["name"], one["role"], one["shown"]) == ("Erika Muster", "guardian", 4)
