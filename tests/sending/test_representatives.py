"""Whoever acts for a person is written down, told to courts, and gets what the person would get."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date
from typing import Any
from uuid import UUID

from lxml import etree

from eakte.app import create_app
from eakte.filing.representing import MOST, Representation
from eakte.model.dossier import Dossier, DossierState
from eakte.model.representative import Representative, RepresentativeRole
from tests.builders import A_PDF, now_
from tests.eakte.listing import work_off
from tests.eakte.web.browser import key_of, signed_in
from tests.represented import LAWYER, one_represented
from tests.sending.conftest import Desk

XJ = "{http://www.xjustiz.de}"
FORM = {
    "name": "Klug, Petra",
    "role": "lawyer",
    "address": "Kanzleiweg 3\r\n84028 Musterstadt",
    "reference": "112/26 KL",
    "mandate": "Vollmacht vom 3. März 2026",
    "valid_from": "2026-03-03",
    "valid_until": "",
}
ENDED = {"role": "authorised", "name": "Sozialverband Musterkreis", "organisation": True}
GUARDIAN = {"role": "guardian", "name": "Sorge, Änne", "address": "Am Weg 1, 84028 Musterstadt"}


def test_a_clerk_writes_down_who_acts_and_the_history_keeps_what_stood_there(desk: Desk) -> None:
    app = create_app(desk.office, look=lambda path, name: A_PDF)
    clerk = signed_in(app, "clerk")
    address = f"/akte/{desk.dossier.id}/vertretung"
    assert "Niemand vertritt die Person" in clerk.get(address).text
    for wrong, said in (
        ({"name": " "}, "wer die Person vertritt"),
        ({"role": "x"}, "als was die Person vertreten wird"),
        ({"valid_from": "2026-03-03", "valid_until": "2026-03-02"}, "endet, bevor sie beginnt"),
        ({"valid_from": "3. März"}, "kein Datum"),
        ({"name": "x" * 201}, "zu lang"),
    ):
        refused = clerk.post(address, FORM | wrong)
        assert refused.status_code == 422 and said in refused.text
    assert clerk.post(address, FORM).status_code == 303
    listed = clerk.get(address).text
    assert "Petra Klug" in listed and "112/26 KL" in listed and "Vertritt" in listed
    assert "Petra Klug" in clerk.get(f"/akte/{desk.dossier.id}").text
    (one,) = re.findall(rf"{address}/[0-9a-f-]+", listed)
    form = clerk.get(one).text
    assert "Kanzleiweg 3\n84028 Musterstadt" in form
    (edits,) = set(re.findall(r'name="edits" value="(\d+)"', form))
    moved = FORM | {"address": "Neuer Weg 7\n84028 Musterstadt", "edits": edits}
    assert clerk.post(one, moved).status_code == 303
    assert clerk.post(one, moved | {"name": "Anders"}).status_code == 409
    told = clerk.get(f"/akte/{desk.dossier.id}/verlauf").text
    assert "Vertretung der Person" in told
    assert "Kanzleiweg 3, 84028 Musterstadt" in told and "Neuer Weg 7" in told
    # Found by that name, by whoever may see the dossier and by nobody else.
    asked = {"worte": "klug petra"}
    assert desk.dossier.reference in clerk.post("/akten", asked).text
    other = signed_in(app, "other")
    assert desk.dossier.reference not in other.post("/akten", asked).text
    for hidden in (address, one):
        assert other.get(hidden).status_code == 404
    assert clerk.post(f"{one}/entfernen", {}).status_code == 303
    assert "Niemand vertritt die Person" in clerk.get(address).text
    assert "Neuer Weg 7" in clerk.get(f"/akte/{desk.dossier.id}/verlauf").text
    assert clerk.get(one).status_code == 404
    _fill_up(desk)
    refused = clerk.post(address, FORM)
    assert refused.status_code == 422 and f"Mehr als {MOST}" in refused.text
    desk.change(Dossier, desk.dossier.id, state=DossierState.CLOSED)
    refused = clerk.post(address, FORM)
    assert refused.status_code == 422 and "ist geschlossen" in refused.text
    assert "Vertretung eintragen" not in refused.text


def _fill_up(desk: Desk) -> None:
    """Let the dossier name as many as ever acted for one person."""
    with desk.office.as_system() as work:
        work.session.add_all(
            Representative(
                dossier_id=desk.dossier.id,
                role=RepresentativeRole.GUARDIAN,
                name=f"Nummer {number}",
                name_folded=f"nummer {number}",
                valid_until=date(2020, 1, 1),
            )
            for number in range(MOST)
        )


def test_a_court_is_told_who_acts_and_inspection_is_offered_to_them(either_desk: Desk) -> None:
    desk = either_desk
    app = create_app(desk.office, look=lambda path, name: A_PDF)
    clerk, key = signed_in(app, "clerk"), key_of(desk.office, desk.staff.clerk)
    path = f"/api/v1/dossiers/{desk.dossier.id}/representatives"

    def call(method: str, path: str, status: int, body: object = None) -> Any:
        answer = clerk.client.open(path, method=method, json=body, headers=key)
        assert answer.status_code == status, answer.text
        return answer.json if answer.data else None

    guardian = call("POST", path, 201, GUARDIAN)
    ended = call("POST", path, 201, ENDED)
    with desk.office.begin(now_(desk.office, desk.staff.clerk)) as work:
        one_represented(work, desk.dossier.id)
        one_represented(work, desk.dossier.id, Representation(**(vars(LAWYER) | {"name": "Zwei"})))
    patched = {"edits": ended["edits"], "valid_until": "2020-01-31"}
    assert call("PATCH", f"{path}/{ended['id']}", 200, patched)["acts"] is False
    assert call("PATCH", f"{path}/{ended['id']}", 409, patched)["code"] == "changed-meanwhile"
    listed = call("GET", path, 200)["representatives"]
    names = ["Klug, Petra", "Zwei", "Sozialverband Musterkreis", "Sorge, Änne"]
    assert [one["name"] for one in listed] == names
    call("DELETE", f"{path}/{UUID(int=7)}", 404)

    assert desk.dossier.reference in clerk.post("/akten", {"worte": "Sorge Änne"}).text
    form = clerk.get(f"/akte/{desk.dossier.id}/akteneinsicht").text
    assert 'value="Petra Klug"' in form and "Kanzleiweg 3\n84028 Musterstadt" in form
    assert '<option value="lawyer" selected>' in form
    assert "§ 13 Abs. 3 SGB X" in form and "Sozialverband" not in form

    offered = clerk.get(f"/akte/{desk.dossier.id}/uebersendungen/neu").text
    assert "Vertreten durch: Petra Klug, Zwei, Änne Sorge." in offered
    sending = desk.ask()
    work_off(desk.office)
    packed = next(one for name, one in desk.fetched(sending).items() if name.endswith(".zip"))
    with zipfile.ZipFile(io.BytesIO(packed)) as opened:
        message = etree.fromstring(opened.read("xjustiz_nachricht.xml"))
    told = [
        (
            one.findtext(f"{XJ}rolle/{XJ}rollenbezeichnung/code"),
            one.findtext(f"{XJ}rolle/{XJ}nr"),
            one.findtext(f"{XJ}rolle/{XJ}geschaeftszeichen"),
            one.findtext(f"{XJ}rolle/{XJ}referenz/{XJ}ref.rollennummer"),
            one.findtext(f".//{XJ}nachname") or one.findtext(f".//{XJ}bezeichnung.aktuell"),
            one.findtext(f".//{XJ}hausnummer"),
        )
        for one in message.iter(f"{XJ}beteiligung")
    ]
    assert [one[:4] for one in told[:2]] == [
        ("101", None, None, None),
        ("028", None, desk.dossier.reference, None),
    ]
    assert told[2:] == [
        ("132", None, "112/26 KL", "1", "Klug", "3"),
        ("132", "2", "112/26 KL", "1", "Zwei", "3"),
        ("037", None, None, "1", "Sorge", "1"),
    ]
    call("DELETE", f"{path}/{guardian['id']}", 204)
