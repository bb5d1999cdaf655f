"""Is an odd name kept harmless, a form without scripts taken, and the disk safe from strangers?"""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from eakte.bootstrap import Office
from eakte.model.document import Version
from eakte.web.per_request import OfficeApp
from tests.eakte.web.browser import Browser, form_file
from tests.eakte.web.test_uploads import CONTENT, documents, place, residue


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\windows\\brief.pdf", "brief.pdf"),
        ("\u202egnp.exe\u200f.pdf", "gnp.exe.pdf"),
        ("zeile\r\nX-Kopf: 1.pdf", "zeileX-Kopf 1.pdf"),
        ("x" * 300 + ".pdf", "x" * 196 + ".pdf"),
        ('<img src=x onerror="alert(1)">.pdf', '<img src=x onerror="alert(1)">.pdf'),
        ("///", "Dokument"),
        ("", "Dokument"),
        ("{{7*7}}.pdf", "{{7*7}}.pdf"),
    ],
)
def test_an_odd_name_is_kept_harmless(clerk: Browser, given: str, kept: str) -> None:
    address = place(clerk, filename=given)
    told = clerk.send(address, CONTENT, offset=0).json
    assert told is not None
    assert told["name"].replace(":", "") == kept
    document = told["document_id"]
    page = clerk.get(f"/dokument/{document}")
    assert page.status_code == 200 and "<img src=x" not in page.text and "49.pdf" not in page.text
    answer = clerk.get(f"/dokument/{document}/original")
    assert answer.data == CONTENT
    assert "X-Kopf" not in answer.headers
    assert answer.headers["Content-Disposition"].startswith("attachment; ")


def test_a_browser_without_scripts_sends_several_at_once(clerk: Browser, office: Office) -> None:
    answer = clerk.post(
        "/posteingang/hochladen",
        {
            "files": [
                form_file(CONTENT, "eins.pdf"),
                form_file(b"", "leer.pdf"),
                form_file(b"PK\x03\x04", "archiv.zip"),
                form_file(CONTENT, "../zwei.pdf"),
            ]
        },
    )
    assert answer.status_code == 200
    assert "eins.pdf" in answer.text and "zwei.pdf" in answer.text
    assert "leer.pdf" in answer.text and "Archiv" in answer.text
    assert documents(office) == 2 and residue(office) == []
    with office.database.transaction(writes=False) as session:
        names = session.scalars(select(Version.name).order_by(Version.name)).all()
    assert names == ["eins.pdf", "zwei.pdf"]


def large_form(name: str, token: str) -> tuple[str, bytes]:
    """Return type and body of a form with a document of 2.1 MB."""
    lines = [
        "--grenze",
        'Content-Disposition: form-data; name="csrf_token"',
        "",
        token,
        "--grenze",
        f'Content-Disposition: form-data; name="{name}"; filename="gross.pdf"',
        "Content-Type: application/pdf",
        "",
        "x" * 2_100_000,
        "--grenze--",
        "",
    ]
    return "multipart/form-data; boundary=grenze", "\r\n".join(lines).encode()


def test_a_form_larger_than_allowed_is_refused(clerk: Browser, office: Office) -> None:
    kind, body = large_form("files", clerk.token)
    answer = clerk.client.post("/posteingang/hochladen", data=body, content_type=kind)
    assert answer.status_code == 413
    assert documents(office) == 0 and residue(office) == []


def test_a_stranger_cannot_fill_the_disk_through_the_sign_in(
    app: OfficeApp, office: Office
) -> None:
    browser = Browser(app)
    browser.read_token("/anmelden")
    kind, body = large_form("login", browser.token)
    assert browser.client.post("/anmelden", data=body, content_type=kind).status_code == 413
    assert residue(office) == []


def test_the_database_away_means_503_in_every_form(
    app: OfficeApp, clerk: Browser, office: Office, tmp_path: Path
) -> None:
    address = place(clerk)
    office.database.close()
    rows = Path(office.database.engine.url.database or "")
    hidden = rows.with_suffix(".away")
    rows.rename(hidden)
    rows.mkdir()
    try:
        page = clerk.get("/posteingang")
        part = clerk.send(address, CONTENT, offset=0)
    finally:
        office.database.close()
        rows.rmdir()
        hidden.rename(rows)
    assert page.status_code == 503 and "Datenbank" in page.text
    assert part.status_code == 503 and part.headers["Retry-After"]
    assert clerk.send(address, CONTENT, offset=0).status_code == 200
