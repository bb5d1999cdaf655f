"""Do the bytes leave as they came, in whole or in part, and is it written down before?"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from eakte import audit
from eakte.bootstrap import Office
from eakte.errors import PartUnavailable
from eakte.model.audit_entry import AuditEntry
from eakte.model.content import keep_content
from eakte.model.document import Document, ProcessingState, Rendition, RenditionKind, Version
from eakte.web.per_request import OfficeApp
from eakte.web.streaming import disposition
from storage import Digest, MemoryStore
from tests.eakte.web.browser import Browser

CONTENT = bytes(range(256)) * 300


def readings(office: Office) -> list[str]:
    with office.database.transaction(writes=False) as session:
        entries = session.scalars(select(AuditEntry).where(AuditEntry.act == "document.read"))
        return [entry.details["what"] for entry in entries]


def give_products(office: Office, document: UUID, *, pages: int = 2) -> None:
    """Put a reading copy and pictures beside a document, as processing does."""
    with office.as_system() as work:
        version = work.session.scalars(select(Version).where(Version.document_id == document)).one()
        made = [(RenditionKind.READING_COPY, 0, b"%PDF/A", "application/pdf")]
        made += [(RenditionKind.PREVIEW, page, b"RIFF%d" % page, "image/webp") for page in (1, 2)]
        for kind, page, content, media_type in made[: pages + 1]:
            stored = office.store.put(BytesIO(content))
            keep_content(work.session, str(stored.digest), size=stored.size, at=work.clock.now())
            work.session.add(
                Rendition(
                    version_id=version.id,
                    kind=kind,
                    page=page,
                    sha256=str(stored.digest),
                    media_type=media_type,
                    created_at=work.clock.now(),
                )
            )


@pytest.fixture
def document(clerk: Browser) -> UUID:
    return clerk.bring(CONTENT, "Schreiben Ä.pdf")


def test_the_original_leaves_bit_for_bit_as_an_attachment(clerk: Browser, document: UUID) -> None:
    answer = clerk.get(f"/dokument/{document}/original")
    assert answer.data == CONTENT
    assert answer.headers["Content-Length"] == str(len(CONTENT))
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["Content-Disposition"] == (
        "attachment; filename=\"schreiben ae.pdf\"; filename*=UTF-8''Schreiben%20%C3%84.pdf"
    )


@pytest.mark.parametrize(
    ("wanted", "status", "part", "told"),
    [
        ("bytes=0-9", 206, CONTENT[:10], f"bytes 0-9/{len(CONTENT)}"),
        ("bytes=100-", 206, CONTENT[100:], f"bytes 100-{len(CONTENT) - 1}/{len(CONTENT)}"),
        (
            "bytes=-5",
            206,
            CONTENT[-5:],
            f"bytes {len(CONTENT) - 5}-{len(CONTENT) - 1}/{len(CONTENT)}",
        ),
        (f"bytes={len(CONTENT)}-", 416, None, f"bytes */{len(CONTENT)}"),
        ("bytes=0-1,5-6", 200, CONTENT, None),
        ("zeilen=1-2", 200, CONTENT, None),
        ("bytes=unsinn", 200, CONTENT, None),
    ],
)
def test_a_part_is_exactly_the_part(
    clerk: Browser, document: UUID, wanted: str, status: int, part: bytes | None, told: str | None
) -> None:
    answer = clerk.get(f"/dokument/{document}/original", headers={"Range": wanted})
    assert answer.status_code == status
    assert answer.headers.get("Content-Range") == told
    if part is not None:
        assert answer.data == part and answer.headers["Content-Length"] == str(len(part))


def test_a_part_of_something_else_is_the_whole(clerk: Browser, document: UUID) -> None:
    address = f"/dokument/{document}/original"
    etag = clerk.get(address).headers["ETag"]
    same = clerk.get(address, headers={"Range": "bytes=0-1", "If-Range": etag})
    changed = clerk.get(address, headers={"Range": "bytes=0-1", "If-Range": '"anders"'})
    dated = {"Range": "bytes=0-1", "If-Range": "Mon, 02 Nov 2026 08:00:00 GMT"}
    assert (same.status_code, changed.status_code) == (206, 200)
    assert clerk.get(address, headers=dated).status_code == 200


def test_what_the_browser_has_is_not_sent_again(clerk: Browser, document: UUID) -> None:
    address = f"/dokument/{document}/original"
    etag = clerk.get(address).headers["ETag"]
    again = clerk.get(address, headers={"If-None-Match": etag})
    assert (again.status_code, again.data) == (304, b"")


def test_asking_for_the_headers_opens_no_bytes(
    clerk: Browser, document: UUID, store: MemoryStore
) -> None:
    store.reachable = False
    answer = clerk.client.head(f"/dokument/{document}/original")
    assert answer.status_code == 200
    assert answer.headers["Content-Length"] == str(len(CONTENT))


def test_our_own_products_may_be_shown_in_the_page(
    clerk: Browser, office: Office, document: UUID
) -> None:
    give_products(office, document)
    copy = clerk.get(f"/dokument/{document}/lesefassung")
    assert copy.data == b"%PDF/A"
    assert copy.headers["Content-Disposition"].startswith("inline; ")
    kept = clerk.get(f"/dokument/{document}/lesefassung?herunterladen=1")
    assert kept.headers["Content-Disposition"].startswith("attachment; ")
    picture = clerk.get(f"/dokument/{document}/vorschau/2")
    assert (picture.data, picture.headers["Content-Type"]) == (b"RIFF2", "image/webp")
    assert picture.headers["Cache-Control"] == "private, max-age=300"
    assert clerk.get(f"/dokument/{document}/vorschau/3").status_code == 404
    page = clerk.get(f"/dokument/{document}")
    assert "data-viewer" in page.text
    refreshed = clerk.get(f"/dokument/{document}/stand", headers={"HX-Request": "true"})
    assert refreshed.headers["HX-Refresh"] == "true"


def test_a_page_that_waits_is_loaded_anew_when_reading_failed_and_says_why_once(
    clerk: Browser, office: Office, document: UUID
) -> None:
    asked = {"HX-Request": "true"}
    assert "HX-Refresh" not in clerk.get(f"/dokument/{document}/stand", headers=asked).headers
    with office.as_system() as work:
        row = work.session.get_one(Document, document)
        row.processing, row.problem = ProcessingState.FAILED, "Das Dokument ist beschädigt."
    answer = clerk.get(f"/dokument/{document}/stand", headers=asked)
    assert answer.headers["HX-Refresh"] == "true"
    assert clerk.get(f"/dokument/{document}").text.count("Das Dokument ist beschädigt.") == 1


def test_reading_is_written_down_once_for_the_many_parts_of_one_reading(
    clerk: Browser, office: Office, document: UUID
) -> None:
    assert readings(office) == []
    for start in range(5):
        clerk.get(f"/dokument/{document}/original", headers={"Range": f"bytes={start}-9"})
    assert readings(office) == ["original"]


def test_a_reading_that_cannot_be_written_down_does_not_happen(
    clerk: Browser, office: Office, document: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    fired: list[str] = []

    def full(*given: object, **named: object) -> None:
        fired.append("full")
        raise PartUnavailable("Das Protokoll kann nicht geschrieben werden.")

    monkeypatch.setattr(audit, "note", full)
    answer = clerk.get(f"/dokument/{document}/original")
    assert fired and answer.status_code == 503
    assert CONTENT[:64] not in answer.data
    assert "Protokoll" in answer.text
    assert readings(office) == []


def test_the_entry_is_committed_before_the_first_byte(
    app: OfficeApp, clerk: Browser, office: Office, document: UUID, store: MemoryStore
) -> None:
    seen: list[list[str]] = []

    class Watching(MemoryStore):
        def open(self, digest: Digest):  # type: ignore[no-untyped-def]  # as its parent
            seen.append(readings(office))
            return store.open(digest)

    app.office = office.__class__(
        office.settings, office.database, Watching(), office.index, office.clock
    )
    assert clerk.get(f"/dokument/{document}/original").data == CONTENT
    assert seen == [["original"]]


def test_a_store_that_is_away_is_503_with_a_sentence_and_comes_back(
    clerk: Browser, document: UUID, store: MemoryStore
) -> None:
    store.reachable = False
    answer = clerk.get(f"/dokument/{document}/original")
    assert answer.status_code == 503 and answer.headers["Retry-After"]
    assert "Speicher" in answer.text and "Content-Disposition" not in answer.headers
    assert clerk.get("/posteingang").status_code == 200
    store.reachable = True
    assert clerk.get(f"/dokument/{document}/original").data == CONTENT


def test_bytes_that_are_gone_are_named_as_damage(
    clerk: Browser, office: Office, document: UUID, store: MemoryStore
) -> None:
    for listed in list(store.listing()):
        store.delete(listed.digest)
    answer = clerk.get(f"/dokument/{document}/original")
    assert answer.status_code == 503 and "unverändert" in answer.text


def test_bytes_that_rotted_never_leave_whole(
    clerk: Browser, document: UUID, store: MemoryStore
) -> None:
    (listed,) = store.listing()
    store.tamper(listed.digest, b"X" + CONTENT[1:])
    with pytest.raises(Exception, match="beschädigt"):
        clerk.get(f"/dokument/{document}/original")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ('a"b\\c.pdf', "attachment; filename=\"abc.pdf\"; filename*=UTF-8''a%22b%5Cc.pdf"),
        ("a\r\nSet-Cookie: x.pdf", None),
        (
            "日本.pdf",
            "attachment; filename=\"dokument.pdf\"; filename*=UTF-8''%E6%97%A5%E6%9C%AC.pdf",
        ),
        ("\u202egpj.exe", None),
    ],
)
def test_a_name_cannot_break_out_of_its_header(name: str, expected: str | None) -> None:
    told = disposition(name, inline=False)
    assert told.isascii() and "\r" not in told and "\n" not in told
    assert "%0D" not in told and "%E2%80%AE" not in told
    if expected is not None:
        assert told == expected


@pytest.mark.parametrize(
    "kind", ["text/html", "image/svg+xml", "application/xhtml+xml", "text/xml"]
)
def test_active_content_leaves_without_a_type(
    clerk: Browser, office: Office, document: UUID, kind: str, tmp_path: Path
) -> None:
    with office.as_system() as work:
        version = work.session.scalars(select(Version).where(Version.document_id == document)).one()
        version.media_type = kind
    answer = clerk.get(f"/dokument/{document}/original")
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"].startswith("attachment")
