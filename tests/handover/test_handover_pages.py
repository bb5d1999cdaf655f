"""Two persons let a package go page by page, and a program sees the same."""

from __future__ import annotations

from pathlib import Path

from eakte.app import create_app
from tests.answers import FAULTY
from tests.builders import A_PDF, PASSWORD
from tests.eakte.listing import work_off
from tests.eakte.web.browser import key_of, signed_in
from tests.handover.conftest import furnished
from tests.handover.test_handover import answer

PROOF = {"confirm_password": PASSWORD}


def test_a_package_goes_its_way_on_the_page_of_those_who_let_it_go(
    tmp_path: Path, shared: Path
) -> None:
    with furnished(tmp_path, schemas=shared / "schemas") as parcels:
        sending = parcels.written()
        app = create_app(parcels.office, look=lambda path, name: A_PDF)
        clerk, second = signed_in(app, "clerk"), signed_in(app, "second")
        page = f"/uebersendung/{sending}"
        release, give = f"{page}/freigabe", f"{page}/ausgang"
        shown = clerk.get(page).text
        assert "gibt es nicht selbst frei" in shown
        assert release not in shown and give not in shown and f"{page}/uebergabe" not in shown
        assert clerk.post(release, PROOF).status_code == 403
        assert clerk.post(give, PROOF).status_code == 409
        assert release in second.get(page).text
        asked = second.post(release)
        assert asked.status_code == 403 and "confirm_password" in asked.text
        assert second.post(release, PROOF).status_code == 303
        shown = second.get(page).text
        assert "Second" in shown and release not in shown and give in shown
        assert clerk.post(give, PROOF).status_code == 303
        shown = clerk.get(page).text
        assert "Wird übergeben" in shown and 'hx-trigger="every' in shown and give not in shown
        assert "Wird übergeben" in clerk.get(f"{page}/weg").text
        parcels.outbox.rename(tmp_path / "away")
        for _ in range(3):
            work_off(parcels.office)
            parcels.office.clock.move(parcels.pause)
        shown = clerk.get(page).text
        assert "nicht erreichbar" in shown and "Noch einmal übergeben" in shown
        (tmp_path / "away").rename(parcels.outbox)
        clerk = signed_in(app, "clerk")
        assert clerk.post(give, PROOF).status_code == 303
        work_off(parcels.office)
        shown = clerk.get(page).text
        assert (
            'hx-trigger="every' not in shown and "Noch keine Antwort" in shown and give not in shown
        )
        assert "Übergeben" in clerk.get(f"/akte/{parcels.case.dossier_id}/uebersendungen").text
        (message,) = parcels.messages(sending)
        answer(parcels, FAULTY, message)
        shown = clerk.get(page).text
        for told in ("XJustiz-Nachricht nicht valide", "Zeile 3", "bitte berichtigt noch einmal"):
            assert told in shown, told
        key = key_of(parcels.office, parcels.staff.clerk)
        told = clerk.client.get(f"/api/v1/sendings/{sending}", headers=key).json
        assert (told["released_by"], told["handed_over_by"]) == ("Second", "Clerk")
        assert told["faulty_at"] and told["received_at"] is None and not told["outbox_fault"]
        assert [fault["code"] for fault in told["answers"][0]["faults"]] == ["004", "007"]
        again = f"/api/v1/sendings/{sending}"
        for path, status in ((f"{again}/release", 403), (f"{again}/outbox", 403)):
            assert clerk.client.post(path, headers=key).status_code == status
        history = clerk.get(f"/akte/{parcels.case.dossier_id}/verlauf").text
        for word in ("freigegeben", "verlangt", "nicht an das", "Antwort des Gerichts"):
            assert word in history, word
