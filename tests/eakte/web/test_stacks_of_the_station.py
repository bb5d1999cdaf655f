"""What does whoever scans see of a stack whose letters are not for her, or has no pages?"""

from __future__ import annotations

import re
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from eakte.bootstrap import Office
from eakte.model.batch import Batch, BatchState
from eakte.model.document import Document, DocumentState, ProcessingState
from eakte.model.scan_check import CheckState, ScanCheck
from eakte.web.per_request import OfficeApp
from tests.builders import Staff
from tests.checking import ready_stack
from tests.eakte.web.browser import Browser, key_of, signed_in
from tests.eakte.web.scans import Device, device


@pytest.fixture
def scan(app: OfficeApp) -> Browser:
    return signed_in(app, "scan")


def uncounted(app: OfficeApp, office: Office, staff: Staff) -> tuple[Device, UUID]:
    """Let a station deliver what is no stack: it is taken in whole, without any page."""
    scanner = device(app, office, staff)
    stack = UUID(scanner.deliver(b"no stack at all", number=1).get_json()["batch_id"])
    with office.as_system() as work:
        batch = work.session.get_one(Batch, stack)
        batch.state, batch.pages = BatchState.READY, None
    return scanner, stack


def test_a_letter_that_the_operator_may_not_open_has_a_state_and_no_link(
    scan: Browser, app: OfficeApp, office: Office, staff: Staff, tmp_path: Path
) -> None:
    stack = ready_stack(office, staff, tmp_path)

    def shown(**set_to: object) -> str:
        with office.as_system() as work:
            for name, value in set_to.items():
                setattr(work.session.scalars(select(Document)).one(), name, value)
        page = scan.get(f"/stapel/{stack}")
        assert page.status_code == 200
        return page.text

    page = shown()
    assert "Schreiben 1 dieses Stapels" in page and "Im Posteingang" in page
    assert "Die Bilanz stimmt" in page and "Quittung als PDF" in page
    assert "stack-1.pdf" not in page.replace("stack-1.pdf</h1>", ""), "its title is not hers"
    assert "In Arbeit" in shown(processing=ProcessingState.RUNNING)
    assert "Fehler" in shown(processing=ProcessingState.FAILED)
    page = shown(processing=ProcessingState.READY, state=DocumentState.CANCELLED)
    assert "Bearbeitet" in page
    # Whatever the page leads to opens: no link ends at a thing that does not exist for her.
    main = page.partition("<main")[2]
    for address in sorted(set(re.findall(r'href="(/[^"#]*)"', main))):
        assert scan.get(address).status_code == 200, address
    program = app.test_client().get(
        f"/api/v1/batches/{stack}", headers=key_of(office, staff.scanning)
    )
    (part,) = program.get_json()["documents"]
    assert (part["document_id"], part["whereabouts"]) == (None, "done")


def test_a_station_is_not_told_what_becomes_of_a_letter(
    app: OfficeApp, office: Office, staff: Staff, tmp_path: Path
) -> None:
    stack = ready_stack(office, staff, tmp_path)
    scanner = device(app, office, staff)
    with office.as_system() as work:
        work.session.get_one(Batch, stack).sender_id = scanner.id
    (part,) = scanner.ask("GET", f"/api/v1/batches/{stack}").get_json()["documents"]
    assert (part["document_id"], part["whereabouts"]) == (None, None)


def test_a_stack_without_pages_says_so_and_is_scanned_again_as_a_whole(
    scan: Browser, app: OfficeApp, office: Office, staff: Staff
) -> None:
    scanner, stack = uncounted(app, office, staff)
    place = f"/stapel/{stack}/pruefung"
    page = scan.get(place).text
    assert "Die Seiten dieses Stapels ließen sich nicht zählen" in page
    assert "0 von 0" not in page and "Prüfung beginnen" not in page and 'name="pages"' not in page
    refused = scan.post(f"{place}/beginnen")
    assert refused.status_code == 422 and "kann sie niemand ansehen" in refused.text
    assert scan.post(f"{place}/nochmal", {"reason": " "}).status_code == 422
    assert scan.post(f"{place}/nochmal", {"reason": "unlesbar"}).status_code == 303
    page = scan.get(place).text
    assert "Die Scanstelle ist gebeten" in page and "0 von 0" not in page
    assert "Stapel freigeben" not in page
    (wanted,) = scanner.ask("GET", "/api/v1/scan-requests").get_json()["requests"]
    assert wanted["pages"] == []
    new = scanner.deliver(b"%PDF-1.7 again", key="neu", number=2, answers=wanted["number"])
    assert new.status_code == 201
    with office.as_system() as work:
        assert work.session.get_one(ScanCheck, stack).state is CheckState.REPLACED
    page = scan.get(place).text
    assert "Er wurde im Ganzen noch einmal gescannt" in page and "0 von 0" not in page
