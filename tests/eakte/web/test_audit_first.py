"""Does nothing leave the house that could not be written into the log before?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, event, func, select

from eakte import audit
from eakte.bootstrap import Office
from eakte.clock import SetClock
from eakte.errors import NotLogged
from eakte.model.audit_entry import AuditEntry
from eakte.model.document import Document
from eakte.retrieval import reading
from eakte.retrieval.listing import document_by_id
from eakte.retrieval.reading import read_original
from eakte.retrieval.text import text_of
from eakte.web.per_request import OfficeApp
from search import Entry
from tests.builders import Staff
from tests.eakte.web.browser import Browser, key_of
from tests.eakte.web.test_reading import give_products

CONTENT = b"%PDF-1.7 ein Befund"
SNIPPET = "Der Widerspruch ist da"


@pytest.fixture
def document(clerk: Browser, office: Office, staff: Staff) -> UUID:
    brought = clerk.bring(CONTENT)
    give_products(office, brought)
    with office.index.writer() as writer:
        fields = {"title": "Brief", "visible": [f"inbox:{staff.unit.id}"]}
        fields |= {"document": [str(brought)], "state": ["inbox"]}
        writer.put(Entry(str(brought), fields, (SNIPPET,)))
    return brought


@pytest.fixture
def refusing(office: Office) -> Iterator[None]:
    """A database that takes everything but entries of the log."""
    with office.database.connection() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER no_entry BEFORE INSERT ON audit_entry"
            " BEGIN SELECT RAISE(ABORT, 'no entry'); END"
        )
    yield
    with office.database.connection() as connection:
        connection.exec_driver_sql("DROP TRIGGER no_entry")


PLACES = (
    "/dokument/{}/original",
    "/dokument/{}/lesefassung",
    "/dokument/{}/vorschau/1",
    "/api/v1/documents/{}/original",
    "/api/v1/documents/{}/reading-copy",
)


def entries(office: Office) -> int:
    with office.database.transaction(writes=False) as session:
        return session.scalar(select(func.count()).select_from(AuditEntry)) or 0


@pytest.mark.parametrize("place", PLACES)
def test_no_content_leaves_when_the_log_takes_no_entry(
    clerk: Browser, office: Office, document: UUID, refusing: None, place: str
) -> None:
    answer = clerk.get(place.format(document))
    assert answer.status_code == 503
    assert CONTENT not in answer.data
    assert b"RIFF" not in answer.data


@pytest.mark.parametrize("place", PLACES)
def test_the_entry_is_committed_before_the_first_byte_leaves(
    clerk: Browser, office: Office, document: UUID, place: str
) -> None:
    before = entries(office)
    answer = clerk.client.get(place.format(document), buffered=False)
    # The answer has begun, nobody has read its bytes yet, and another connection sees the entry.
    assert answer.status_code == 200
    assert entries(office) == before + 1
    assert answer.data
    answer.close()


def test_no_snippet_leaves_when_the_log_takes_no_entry(
    clerk: Browser, document: UUID, refusing: None
) -> None:
    answer = clerk.post("/suche", {"q": "Widerspruch"})
    assert answer.status_code == 503
    assert "Der <mark>" not in answer.text


def test_no_snippet_leaves_for_a_program_when_the_log_takes_no_entry(
    app: OfficeApp, office: Office, staff: Staff, document: UUID
) -> None:
    key = key_of(office, staff.clerk)
    client = app.test_client()
    asked = {"words": "Widerspruch"}
    assert client.post("/api/v1/search", headers=key, json=asked).json["total"] == 1
    with office.database.connection() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER no_entry BEFORE INSERT ON audit_entry"
            " BEGIN SELECT RAISE(ABORT, 'no entry'); END"
        )
    answer = client.post("/api/v1/search", headers=key, json=asked)
    assert answer.status_code == 503
    assert b"ist da" not in answer.data
    assert answer.json["code"] == "not-logged"


def test_the_log_names_the_documents_whose_snippets_were_shown(
    clerk: Browser, office: Office, document: UUID
) -> None:
    assert "Der <mark>" in clerk.post("/suche", {"q": "Widerspruch"}).text
    with office.database.transaction(writes=False) as session:
        noted = session.scalars(select(AuditEntry).where(AuditEntry.act == "search")).one()
    assert noted.details["shown"] == [str(document)]


def test_no_text_leaves_when_the_log_takes_no_entry(
    office: Office, staff: Staff, document: UUID, refusing: None
) -> None:
    with pytest.raises(NotLogged), office.begin(staff.clerk) as work:
        text_of(work, document_by_id(work, document))


def test_no_content_leaves_while_somebody_holds_the_log(
    clerk: Browser, office: Office, document: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Who waits for the log gives up after half a minute, which is more than a test has to see.
    monkeypatch.setattr(office.database._writing, "_patience", 0.2)
    with office.as_system() as work:
        audit.note(work, "held", kind="thing", subject=None)
        answer = clerk.get(f"/dokument/{document}/original")
    assert answer.status_code == 503
    assert CONTENT not in answer.data
    assert clerk.get(f"/dokument/{document}/original").data == CONTENT


def test_one_reading_is_one_entry_however_much_else_happened(
    clerk: Browser, office: Office, staff: Staff, document: UUID, clock: SetClock
) -> None:
    def read() -> int:
        with office.begin(staff.clerk) as work:
            read_original(work, work.session.get_one(Document, document))
        return entries(office)

    first = read()
    assert read() == first
    with office.as_system() as work:
        for _ in range(reading.LOOK_BACK - 1):
            audit.note(work, "document.described", kind="document", subject=document)
    assert read() == first + reading.LOOK_BACK - 1
    with office.as_system() as work:
        audit.note(work, "document.described", kind="document", subject=document)
    assert read() == first + reading.LOOK_BACK + 1
    clock.move(reading.ONE_READING)
    assert read() == first + reading.LOOK_BACK + 2


def test_looking_for_a_recent_reading_stays_within_its_bound(
    clerk: Browser, office: Office, staff: Staff, document: UUID
) -> None:
    seen: list[str] = []

    @event.listens_for(office.database.engine, "before_cursor_execute")
    def note(*given: Any) -> None:
        seen.append(given[2])

    with office.begin(staff.clerk) as work:
        read_original(work, work.session.get_one(Document, document))
        work.session.execute(delete(AuditEntry).where(AuditEntry.sequence < 0))
    event.remove(office.database.engine, "before_cursor_execute", note)
    [asked] = [one for one in seen if "FROM audit_entry" in one and "details" in one]
    assert "LIMIT" in asked
    assert "actor_id =" not in asked
