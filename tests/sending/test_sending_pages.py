"""A clerk sends a dossier to a court: page by page, and the same by the interface."""

from __future__ import annotations

import html
import os
import re
import zipfile
from io import BytesIO

from eakte.app import create_app
from eakte.model.document import Document
from tests.builders import A_PDF, PASSWORD
from tests.eakte.listing import work_off
from tests.eakte.web.browser import Browser, key_of, signed_in
from tests.sending.conftest import COURT, Desk
from tests.sending.crowd import crowd

PROOF = {"confirm_password": PASSWORD}


def form_of(desk: Desk, browser: Browser) -> dict[str, str]:
    """What the browser would send of the form as it stands."""
    page = browser.get(f"/akte/{desk.dossier.id}/uebersendungen/neu")
    assert page.status_code == 200
    selects = re.findall(r'name="(wahl-[0-9a-f-]+)".*?</select>', page.text, re.DOTALL)
    assert selects == [f"wahl-{one}" for one in desk.letters]
    assert f'value="{COURT} Sozialgericht München"' in page.text
    given = dict.fromkeys(selects, "send")
    return given | {
        "court": f"{COURT} Sozialgericht München",
        "court_reference": "S 12 SB 34/26",
        "legal_ground": "§ 104 SGG",
        "occasion": "sending",
    }


# EAKTE_TEST_MANY=1500 is the largest dossier that is known; a form of the usual length holds 200.
MANY = int(os.environ.get("EAKTE_TEST_MANY", "400"))


def test_a_dossier_of_many_documents_is_decided_about_in_one_form_and_by_one_call(
    desk: Desk,
) -> None:
    with desk.office.as_system() as work:
        ids = [*desk.letters, *crowd(work, desk.letters[3], MANY - len(desk.letters))]
    clerk = signed_in(create_app(desk.office, look=lambda path, name: A_PDF), "clerk")
    address = f"/akte/{desk.dossier.id}/uebersendungen/neu"
    long = "ß" * 500
    sent = {"court": COURT, "court_reference": "S 12 SB 34/26", "legal_ground": "§ 104 SGG"}
    sent |= {f"wahl-{one}": "send" for one in ids} | {f"grund-{one}": long for one in ids}
    sent |= {f"wahl-{ids[1]}": "withhold", "occasion": "sending", "act": "preview"}
    shown = clerk.post(address, sent)
    assert shown.status_code == 200 and f"{MANY:,}".replace(",", ".") in shown.text
    sent |= {"act": "send", "seen": re.findall(r'name="seen" value="(\w+)"', shown.text)[0]}
    asked = clerk.post(address, sent)
    # The page that asks who one is carries all of it along.
    assert asked.status_code == 403 and asked.text.count('name="grund-') == MANY
    made = clerk.post(address, sent | PROOF)
    assert made.status_code == 303
    choices = [{"id": str(one), "decision": "send", "reason": long} for one in ids]
    clerk.read_token()
    wanted = {"court": COURT, "opens_proceedings": True, "choices": choices}
    path = f"/api/v1/dossiers/{desk.dossier.id}/sendings"
    told = clerk.client.post(path, json=wanted, headers={"X-CSRFToken": clerk.token})
    assert told.status_code == 201 and told.json["documents"] == MANY
    # No other form may be as long.
    too_long = clerk.post(f"/akte/{desk.dossier.id}/widersprueche", {"reason": long * 2_000})
    assert too_long.status_code == 413


def test_the_clerk_sees_what_leaves_before_it_is_written_and_fetches_it_after(desk: Desk) -> None:
    app = create_app(desk.office, look=lambda path, name: A_PDF)
    clerk = signed_in(app, "clerk")
    assert "Übersendungen" in clerk.get(f"/akte/{desk.dossier.id}").text
    address = f"/akte/{desk.dossier.id}/uebersendungen/neu"
    sent = form_of(desk, clerk)
    doctor = desk.letters[1]
    desk.change(Document, doctor, from_doctor=True)
    refused = clerk.post(address, sent | {"act": "preview"})
    assert refused.status_code == 422 and "§ 76 Abs. 2 SGB X" in refused.text
    sent |= {f"grund-{doctor}": "Kein Widerspruch, Hinweis am 3. März", "act": "preview"}
    shown = clerk.post(address, sent)
    assert shown.status_code == 200 and "zusammen 8 Blatt" in shown.text
    assert "Kein Widerspruch, Hinweis am 3. März" in shown.text
    sent |= {"act": "send", "seen": re.findall(r'name="seen" value="(\w+)"', shown.text)[0]}
    other_choice = sent | {f"wahl-{doctor}": "withhold"}
    once_more = clerk.post(address, other_choice | PROOF)
    assert once_more.status_code == 200 and "zusammen 6 Blatt" in once_more.text
    clerk = signed_in(app, "clerk")
    asked = clerk.post(address, sent)
    assert asked.status_code == 403 and "confirm_password" in asked.text
    made = clerk.post(address, sent | PROOF)
    assert made.status_code == 303
    there = made.headers["Location"]
    waiting = clerk.get(there).text
    assert "Wartet" in waiting and 'hx-trigger="every 2s"' in waiting
    work_off(desk.office)
    ready = clerk.get(there).text
    assert "Bereit" in ready and "every 2s" not in ready
    (first, *_) = re.findall(r'href="(/uebersendung/[^"]+/datei/[^"]+)"', ready)
    fetched = clerk.get(html.unescape(first))
    assert fetched.status_code == 200 and "attachment" in fetched.headers["Content-Disposition"]
    with zipfile.ZipFile(BytesIO(fetched.data)) as packed:
        assert "xjustiz_nachricht.xml" in packed.namelist()
    listed = clerk.get(f"/akte/{desk.dossier.id}/uebersendungen").text
    assert "Sozialgericht München" in listed and "S 12 SB 34/26" in listed
    told = clerk.get(f"/akte/{desk.dossier.id}/verlauf").text
    for word in ("verlangt", "geschrieben", "heruntergeladen"):
        assert f"Paket für ein Gericht {word}" in told
    other = signed_in(app, "other")
    for hidden in (there, html.unescape(first), f"/akte/{desk.dossier.id}/uebersendungen"):
        assert other.get(hidden).status_code == 404


def test_a_program_does_the_same_as_soon_as_its_person_has_proved_who_they_are(desk: Desk) -> None:
    app = create_app(desk.office, look=lambda path, name: A_PDF)
    clerk, key = signed_in(app, "clerk"), key_of(desk.office, desk.staff.clerk)
    address = f"/api/v1/dossiers/{desk.dossier.id}/sendings"
    found = clerk.client.get("/api/v1/courts?words=sozialgericht münchen", headers=key).json
    assert found == {"courts": [{"code": COURT, "name": "Sozialgericht München"}]}
    places = clerk.client.get(f"{address}/places", headers=key).json["places"]
    assert [one["title"] for one in places][:2] == ["Antrag", "Befundbericht"]
    wanted = {
        "court": COURT,
        "choices": [{"id": one["id"], "decision": "send"} for one in places[:-1]],
    }
    by_key = clerk.client.post(address, json=wanted, headers=key)
    assert (by_key.status_code, by_key.json["code"]) == (403, "confirmation-needed")
    clerk.post("/konto/bestaetigen", PROOF)
    clerk.read_token()
    safe = {"X-CSRFToken": clerk.token}
    undecided = clerk.client.post(address, json=wanted, headers=safe)
    assert undecided.status_code == 409, undecided.text
    assert undecided.json["reasons"] == [
        "„Feststellungsbescheid“: Darüber wurde noch nicht entschieden."
    ]
    wanted["choices"].append({"id": places[-1]["id"], "decision": "send"})
    made = clerk.client.post(address, json=wanted, headers=safe)
    assert made.status_code == 201, made.text
    assert (made.json["state"], made.json["documents"], made.json["pages"]) == ("waiting", 4, 8)
    work_off(desk.office)
    told = clerk.client.get(f"/api/v1/sendings/{made.json['id']}", headers=key).json
    assert (told["state"], told["whole"], told["version"]) == ("ready", True, "3.6.2")
    assert [one["first_folio"] for one in told["decided"]] == [1, 3, 6, 7]
    kept = told["files"][0]
    path = f"/api/v1/sendings/{told['id']}/files/{kept['id']}"
    assert len(clerk.client.get(path, headers=key).data) == kept["size"]
    assert clerk.client.get(address, headers=key).json["sendings"][0]["id"] == told["id"]
