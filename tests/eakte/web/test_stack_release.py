"""Can who answers for a unit have a stack taken apart that a virus scanner has shut?"""

from __future__ import annotations

import pytest
from sqlalchemy import select

from eakte.bootstrap import Office
from eakte.errors import RuleBroken
from eakte.filing.describing import Description
from eakte.filing.placing import place_document
from eakte.model.batch import Batch, BatchState
from eakte.model.case import Case
from eakte.model.clearance import Clearance
from eakte.model.document import Document, Version
from eakte.model.user import Role
from eakte.web.per_request import OfficeApp
from tests.builders import Staff, appoint, opened
from tests.eakte.web.browser import Browser, key_of, signed_in
from tests.eakte.web.scans import device

WHY = "Fehlalarm, vom Hersteller bestätigt"


def test_a_lead_releases_a_stack_in_which_a_virus_was_found_on_its_page_or_by_program(
    app: OfficeApp, office: Office, staff: Staff, clerk: Browser
) -> None:
    scanner = device(app, office, staff)
    ids = [scanner.deliver(key=key).get_json()["batch_id"] for key in ("a", "b")]
    with office.as_system() as work:
        for batch in work.session.scalars(select(Batch)):
            batch.state, batch.clearance, batch.find = BatchState.FAILED, Clearance.FOUND, "EICAR"
    lead = appoint(office, "lead", Role.LEAD, units=[staff.unit])
    page = f"/stapel/{ids[0]}"
    at_the_desk = signed_in(app, "lead")
    assert f"{page}/freigeben" not in clerk.get(page).text
    assert f"{page}/freigeben" in at_the_desk.get(page).text
    assert clerk.post(f"{page}/freigeben", {"reason": WHY}).status_code == 403
    stale = at_the_desk.post(f"{page}/freigeben", {"reason": WHY, "edits": "77"})
    assert stale.status_code == 409
    assert at_the_desk.post(f"{page}/freigeben", {"reason": WHY}).status_code == 303
    assert f"{page}/freigeben" not in at_the_desk.get(page).text
    address, key = f"/api/v1/batches/{ids[1]}", key_of(office, lead)
    client = app.test_client(use_cookies=False)
    known = client.get(address, headers=key).get_json()
    assert (known["clearance"], known["state"]) == ("found", "failed")
    sent = {"reason": WHY, "edits": known["edits"]}
    released = client.post(f"{address}/virus-release", json=sent, headers=key).get_json()
    assert (released["clearance"], released["state"]) == ("released", "waiting")
    again = client.post(f"{address}/virus-release", json={"reason": WHY}, headers=key)
    assert again.status_code == 409


def test_a_letter_with_a_find_is_not_filed_and_its_page_says_why(
    app: OfficeApp, office: Office, staff: Staff, clerk: Browser
) -> None:
    letter = clerk.bring(b"%PDF letter")
    page = f"/dokument/{letter}"
    assert f'action="{page}/ablegen"' in clerk.get(page).text
    with office.as_system() as work:
        version = work.session.scalars(select(Version).where(Version.document_id == letter)).one()
        version.clearance, version.find = Clearance.FOUND, "EICAR"
    shown = clerk.get(page).text
    assert f'action="{page}/ablegen"' not in shown
    assert "Abgelegt wird es erst, wenn die Leitung es freigegeben hat" in shown
    _, case = opened(office, staff)
    refused = "Der Virenscanner hat in diesem Schreiben etwas gefunden; es wird nicht abgelegt."
    with pytest.raises(RuleBroken, match=refused), office.begin(staff.clerk) as work:
        document, home = work.session.get_one(Document, letter), work.session.get_one(Case, case.id)
        place_document(work, document, case=home, description=Description(title="Antrag"))
    with office.as_system() as work:
        version = work.session.scalars(select(Version).where(Version.document_id == letter)).one()
        version.clearance = Clearance.RELEASED
    with office.begin(staff.clerk) as work:
        document, home = work.session.get_one(Document, letter), work.session.get_one(Case, case.id)
        place_document(work, document, case=home, description=Description(title="Antrag"))
