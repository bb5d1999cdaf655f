"""Does a person see of a message who wrote it and what came in it, and in one place?"""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from eakte import mails
from eakte.bootstrap import Office
from eakte.model.findings import Enclosure, Kind, Letterhead, Look, Outcome
from eakte.model.message import Mailbox
from eakte.processing.pipeline import Made
from eakte.web.per_request import OfficeApp
from tests.builders import Staff
from tests.eakte.web.browser import Browser, key_of
from tests.statements import heard

MOST_STATEMENTS = 10
HEAD = Letterhead(
    sender="Müller, Jörg <mueller@example.org>",
    recipients="Amt <post@amt.example>",
    copies="Frau Beispiel <beispiel@example.org>",
    subject="Befund <b>zum</b> Antrag",
    message_id="<eins@example.org>",
    sent_at=datetime(2026, 1, 12, 8, 15, tzinfo=UTC),
    remote=3,
)


def read_as_message(office: Office, document_id: UUID, *enclosed: tuple[str, bytes]) -> None:
    """Do what the job of a message does, with what the sandbox would have found in it."""
    enclosures, stored = [], []
    for name, content in enclosed:
        stored.append(office.store.put(io.BytesIO(content)))
        enclosures.append(Enclosure(Path(name), name, Look("application/pdf", Kind.PDF)))
    outcome = Outcome(Look("message/rfc822", Kind.MAIL), head=HEAD, enclosures=tuple(enclosures))
    with office.as_system() as work:
        task = mails.begin(work, document_id)
        assert task is not None
        mails.finish(work, task, Made(outcome, (), tuple(stored)))


@pytest.fixture
def message(office: Office, clerk: Browser) -> UUID:
    document_id = clerk.bring(b"From: a\r\nTo: b\r\n\r\n", "nachricht.eml")
    read_as_message(office, document_id, ("befund.pdf", b"%PDF one"), ("bild.pdf", b"%PDF two"))
    return document_id


def test_the_page_of_a_message_shows_its_head_and_leads_to_what_came_in_it(
    office: Office, clerk: Browser, message: UUID
) -> None:
    with heard(office.database.engine) as statements:
        page = clerk.get(f"/dokument/{message}")
    assert page.status_code == 200 and len(statements) <= MOST_STATEMENTS
    for words in ("Müller, Jörg &lt;mueller@example.org&gt;", "Frau Beispiel", "eins@example.org"):
        assert words in page.text
    assert "Befund &lt;b&gt;zum&lt;/b&gt; Antrag" in page.text and "<b>zum" not in page.text
    told = program_told(office, clerk, message)
    for one in told["enclosed"]:
        assert f"/dokument/{one['document_id']}" in page.text
        inner = clerk.get(f"/dokument/{one['document_id']}")
        assert f"/dokument/{message}" in inner.text
        # It is filed with its message, so nobody is asked where it goes.
        assert 'action="/dokument/' + one["document_id"] + '/ablegen"' not in inner.text


def program_told(office: Office, browser: Browser, message: UUID) -> dict[str, object]:
    answer = browser.get(f"/api/v1/documents/{message}/message")
    assert answer.status_code == 200 and answer.json is not None
    told: dict[str, object] = answer.json["message"]
    return told


def test_the_inbox_shows_a_message_with_its_attachments_as_one_entry(
    clerk: Browser, message: UUID
) -> None:
    page = clerk.get("/posteingang")
    assert page.text.count("data-row=") == 1
    assert f'data-row="{message}"' in page.text and "2 Anlagen" in page.text


def test_programs_are_told_the_same(
    office: Office, app: OfficeApp, staff: Staff, clerk: Browser, message: UUID
) -> None:
    program, key = app.test_client(), key_of(office, staff.clerk)
    path = f"/api/v1/documents/{message}/message"
    told = program.get(path, headers=key).json
    assert told is not None and told["message"]["sender"] == HEAD.sender
    assert told["message"]["sent_at"] in ("2026-01-12T08:15:00Z", "2026-01-12T08:15:00+00:00")
    assert told["message"]["remote"] == 3 and told["message"]["outer_id"] is None
    assert [one["name"] for one in told["message"]["enclosed"]] == ["befund.pdf", "bild.pdf"]
    other = clerk.bring(b"%PDF no message")
    none = program.get(f"/api/v1/documents/{other}/message", headers=key)
    assert none.status_code == 200 and none.json == {"message": None}
    foreign = key_of(office, staff.other_clerk)
    assert program.get(path, headers=foreign).status_code == 404


def test_who_watches_the_house_learns_that_the_mailbox_is_out_of_reach(
    app: OfficeApp, office: Office
) -> None:
    client = app.test_client()
    assert "mailbox" not in (client.get("/gesundheit").json or {})["parts"]
    named = {"mail_host": "localhost", "mail_user": "post", "mail_password_file": Path("x")}
    object.__setattr__(office, "settings", office.settings.model_copy(update=named))
    with office.as_system() as work:
        work.session.add(Mailbox(key="k", validity=1, uid=1, read_at=None, problem="weg"))
    app.extensions.pop("eakte-health", None)
    answer = client.get("/gesundheit")
    assert answer.status_code == 200 and (answer.json or {})["parts"]["mailbox"] is False
