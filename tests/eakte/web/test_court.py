"""Is the duty that a court's message brings shown where the message is, until it is done?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import update

from eakte.bootstrap import Office
from eakte.casework.court_post import keep_court_head
from eakte.interchange.xjustiz.message import PACKAGE_TYPE
from eakte.interchange.xjustiz.writing_schema import Schemas
from eakte.model.document import Document, Version
from eakte.model.findings import CourtHead
from tests.builders import Staff
from tests.eakte.web.browser import Browser, key_of

HEAD = CourtHead(
    kind="nachricht.gds.uebermittlungSchriftgutobjekte.0005005",
    version="3.6.2",
    sender="Sozialgericht Karlsruhe",
    sender_code="B6234",
    theirs=("S 3 SB 12/26",),
    ours=("SBR 1/2026",),
    message_id="2f0b8c8e-6c0a-4d57-9d3f-0c1c2a7b9e01",
    title="Richterliche Verfügung",
    wants_confirmation=True,
    missing=("<b>Gutachten</b>.pdf",),
)


@pytest.fixture
def message(office: Office, clerk: Browser) -> UUID:
    """A document that a court sent, as it is when it was read."""
    document = clerk.bring(name="nachricht.pdf")
    with office.as_system() as work:
        work.session.execute(
            update(Version).where(Version.document_id == document).values(media_type=PACKAGE_TYPE)
        )
        keep_court_head(work, work.session.get_one(Document, document), HEAD)
    return document


def test_the_page_shows_the_message_and_its_duty(
    clerk: Browser, office: Office, message: UUID
) -> None:
    shown = clerk.get(f"/dokument/{message}").text
    for words in (
        *("Sozialgericht Karlsruhe", "S 3 SB 12/26", "SBR 1/2026", "3.6.2"),
        *("Elektronisches Empfangsbekenntnis zu beantworten", "Als zurückgesandt vermerken"),
        *("Genannt, aber nicht mitgekommen", "&lt;b&gt;Gutachten&lt;/b&gt;.pdf"),
    ):
        assert words in shown
    assert "<title>Richterliche Verfügung" in shown
    assert "Empfangsbekenntnis zu beantworten" in clerk.get("/posteingang").text
    today = office.clock.today()
    answer = clerk.post(f"/dokument/{message}/empfangsbekenntnis", {"day": today.isoformat()})
    assert answer.status_code == 303
    assert "Empfangsbekenntnis zu beantworten" not in clerk.get("/posteingang").text
    shown = clerk.get(f"/dokument/{message}").text
    assert "Als zurückgesandt vermerken" not in shown
    assert f"zurückgesandt am {today:%d.%m.%Y}" in re.sub(r"<[^>]*>", "", shown)
    assert "Empfangsbekenntnis als zurückgesandt vermerkt" in (
        clerk.get(f"/dokument/{message}/verlauf").text
    )


def test_a_wrong_day_is_refused_with_a_sentence(clerk: Browser, message: UUID) -> None:
    for day in ("", "2999-01-01", "kein Tag"):
        answer = clerk.post(f"/dokument/{message}/empfangsbekenntnis", {"day": day})
        assert answer.status_code in (400, 422), day
    assert "Als zurückgesandt vermerken" in clerk.get(f"/dokument/{message}").text


def test_programs_see_the_message_and_write_the_acknowledgement_down(
    office: Office, staff: Staff, clerk: Browser, message: UUID
) -> None:
    key, address = key_of(office, staff.clerk), f"/api/v1/documents/{message}/court-message"
    told = clerk.client.get(address, headers=key).get_json()
    assert (told["theirs"], told["ours"]) == (["S 3 SB 12/26"], ["SBR 1/2026"])
    assert (told["confirmation_wanted"], told["confirmed_on"]) == (True, None)
    today = office.clock.today().isoformat()
    done = clerk.client.post(f"{address}/confirmation", json={"on": today}, headers=key)
    assert (done.status_code, done.get_json()["confirmed_on"]) == (200, today)
    again = clerk.client.post(f"{address}/confirmation", json={"on": today}, headers=key)
    assert again.status_code == 409
    strangers = key_of(office, staff.other_clerk)
    assert clerk.client.get(address, headers=strangers).status_code == 404
    plain = clerk.bring(b"%PDF-1.7 another")
    gone = clerk.client.get(f"/api/v1/documents/{plain}/court-message", headers=key)
    assert gone.status_code == 404


@pytest.fixture
def standards(office: Office, shared: Path) -> Iterator[None]:
    """Let the office have the official lists and schemas, where it looks for them by itself."""
    place = office.settings.folder / "schemas"
    place.symlink_to(shared / "schemas")
    yield
    place.unlink()


def test_the_acknowledgement_is_written_as_a_message_fetched_and_noted(
    clerk: Browser, office: Office, staff: Staff, message: UUID, standards: None
) -> None:
    place, today = f"/dokument/{message}/empfangsbekenntnis", office.clock.today()
    assert clerk.get(f"{place}/antwort").status_code == 404
    for wrong in ({"answer": "trouble", "trouble": "unclear"}, {"taken_on": "2999-01-01"}, {}):
        refused = clerk.post(f"{place}/antwort", wrong)
        assert refused.status_code == 422 and 'role="alert"' in refused.text
    written = clerk.post(f"{place}/antwort", {"answer": "received", "taken_on": today.isoformat()})
    assert written.status_code == 303
    page = clerk.get(f"/dokument/{message}").text
    assert "gegen das amtliche Schema geprüft" in page and "Als zurückgesandt vermerken" in page
    fetched = clerk.get(f"{place}/antwort")
    assert fetched.status_code == 200
    assert "xjustiz_nachricht.xml" in fetched.headers["Content-Disposition"]
    assert (
        Schemas(office.settings.folder / "schemas" / "xjustiz").faults(fetched.data, "3.6.2") == []
    )
    assert HEAD.message_id.encode() in fetched.data and today.isoformat().encode() in fetched.data
    history = clerk.get(f"/dokument/{message}/verlauf").text
    assert "Empfangsbekenntnis geschrieben" in history and "für das Postfach abgeholt" in history
    # Until it is sent, another one takes its place; afterwards none is written any more.
    key, address = key_of(office, staff.clerk), f"/api/v1/documents/{message}/court-message"
    trouble = {"trouble": "not-involved", "reason": "Wir kennen das Verfahren nicht."}
    told = clerk.client.post(f"{address}/reply", json=trouble, headers=key)
    assert (told.status_code, told.get_json()["received_on"]) == (201, None)
    assert b"stoerungsID" in clerk.client.get(f"{address}/reply", headers=key).data
    assert clerk.client.get(address, headers=key).get_json()["reply"]["trouble"] == "not-involved"
    assert clerk.post(place, {"day": today.isoformat()}).status_code == 303
    assert clerk.client.post(f"{address}/reply", json=trouble, headers=key).status_code == 409
    strangers = key_of(office, staff.other_clerk)
    assert clerk.client.get(f"{address}/reply", headers=strangers).status_code == 404


def test_where_the_standards_are_missing_the_refusal_says_so_and_the_duty_stays(
    clerk: Browser, office: Office, message: UUID
) -> None:
    sent = {"answer": "received", "taken_on": office.clock.today().isoformat()}
    refused = clerk.post(f"/dokument/{message}/empfangsbekenntnis/antwort", sent)
    assert refused.status_code == 422
    assert "Das amtliche Schema von XJustiz 3.6.2 fehlt." in refused.text
    assert "Als zurückgesandt vermerken" in refused.text
