"""A clerk marks, gets a proved copy, and sends it; the marker words are nowhere in it."""

from __future__ import annotations

import html
import re
import zipfile
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from uuid import UUID

import pikepdf
import pypdfium2
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from eakte.app import create_app
from eakte.clock import SetClock
from eakte.model.audit_entry import AuditEntry
from eakte.model.document import Document, Rendition, RenditionKind, Version
from eakte.model.redaction import Redaction, RedactionState
from eakte.processing import redacting
from eakte.processing.limits import Limits
from eakte.processing.sandbox import Sandbox
from storage import Digest
from tests.builders import PASSWORD
from tests.eakte.listing import work_off
from tests.eakte.web.browser import Browser, key_of, signed_in
from tests.sending.conftest import COURT, Desk, furnished

PROOF = {"confirm_password": PASSWORD}
HIDDEN = "Kennwort-Befundbericht-2-Ende"


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    limits = Limits(scratch=tmp_path_factory.mktemp("scratch"), jobs=1)
    with Sandbox(limits, warm=True) as opened:
        yield opened


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, shared: Path) -> Iterator[Desk]:
    with furnished(tmp_path_factory.mktemp("house"), schemas=shared / "schemas") as made:
        yield made


def carry_out(desk: Desk, sandbox: Sandbox, folder: Path) -> None:
    """Make the copies that were asked for, as the worker does."""
    with desk.office.as_system() as work:
        waiting = work.session.scalars(
            select(Redaction.id).where(Redaction.state == RedactionState.WAITING)
        ).all()
    for number, one in enumerate(waiting):
        with desk.office.as_system() as work:
            task = redacting.begin(work, one)
        assert task is not None
        mine = folder / f"run-{number}"
        mine.mkdir()
        made = redacting.make(
            desk.office.store, sandbox, task, folder=mine, progress=lambda step, done, of: None
        )
        with desk.office.as_system() as work:
            redacting.finish(work, task, made)


def contents(desk: Desk, document_id: UUID) -> dict[str, bytes]:
    """The original and its reading copy."""
    with desk.office.as_system() as work:
        rows = work.session.execute(
            select(Version.sha256, Rendition.sha256)
            .join(Rendition, Rendition.version_id == Version.id)
            .where(Version.document_id == document_id, Rendition.kind == RenditionKind.READING_COPY)
        ).one()
        found = {}
        for sha256 in rows:
            with work.store.open(Digest(sha256)) as stream:
                found[sha256] = stream.read()
        return found


def text_of(content: bytes) -> str:
    with closing(pypdfium2.PdfDocument(content)) as pdf:
        return "\n".join(page.get_textpage().get_text_range() for page in pdf)


def sent_pdfs(packed: bytes) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(BytesIO(packed)) as inside:
        for name in inside.namelist():
            yield name, inside.read(name)


def raw_words(content: bytes) -> bytes:
    """Everything of a PDF, unpacked."""
    unpacked = BytesIO()
    with pikepdf.open(BytesIO(content)) as pdf:
        pdf.save(
            unpacked,
            stream_decode_level=pikepdf.StreamDecodeLevel.generalized,
            compress_streams=False,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
        )
    return unpacked.getvalue()


def test_what_a_clerk_marks_is_gone_from_the_copy_and_from_the_package(
    desk: Desk, sandbox: Sandbox, tmp_path: Path
) -> None:
    document_id = desk.letters[1]
    before = contents(desk, document_id)
    desk.change(Document, document_id, sender=f"Frau {HIDDEN}")
    app = create_app(desk.office, sandbox=sandbox)
    clerk = signed_in(app, "clerk")
    assert "Schwärzen" in clerk.get(f"/dokument/{document_id}").text
    address = f"/dokument/{document_id}/schwaerzen"
    page = clerk.get(f"{address}?seite=2")
    assert page.status_code == 200 and "Seite 2 von 3" in page.text
    assert "Noch ist nichts markiert." in page.text
    assert HIDDEN in clerk.get(f"{address}/woerter?seite=2").text

    reason = {"seite": "2", "ground": "third-party", "note": "Nachbarin"}
    refused = clerk.post(address, reason | {"act": "search", "phrase": "Kennwort*", "ground": "?"})
    assert refused.status_code == 422
    nothing = clerk.post(address, reason | {"act": "search", "phrase": "Unauffindbar"})
    assert nothing.status_code == 303
    area = {"left": "150", "top": "200", "width": "30", "height": "10"}
    assert clerk.post(address, reason | {"act": "area"} | area).status_code == 303
    found = clerk.post(address, reason | {"act": "search", "phrase": HIDDEN})
    assert found.status_code == 303
    shown = clerk.get(f"{address}?seite=2").text
    assert "2 markierte Stellen" in shown and "Interessen Dritter" in shown
    marks = re.findall(r'name="mark" value="([0-9a-f-]+)"', shown)
    assert clerk.post(f"{address}/entfernen", {"mark": marks[1], "seite": "2"}).status_code == 303
    assert "1 markierte Stelle" in clerk.get(address).text

    assert clerk.post(f"/dokument/{document_id}/geschwaerzt", {}).status_code == 303
    assert "Wird hergestellt" in clerk.get(f"{address}/stand").text
    assert clerk.post(f"/dokument/{document_id}/geschwaerzt", {}).status_code == 409
    carry_out(desk, sandbox, tmp_path)
    ready = clerk.get(address).text
    assert "Geprüft und freigegeben" in ready and "every 2s" not in ready
    (copy_address,) = re.findall(r'href="(/geschwaerzt/[0-9a-f-]+)"', ready)
    copy = clerk.get(copy_address).data
    assert HIDDEN not in text_of(copy) and "Befundbericht-1" in text_of(copy)
    assert contents(desk, document_id) == before

    package = sent_package(desk, clerk, document_id)
    for name, content in sent_pdfs(package):
        assert HIDDEN.encode() not in content, name
        if name.endswith(".pdf"):
            assert HIDDEN not in text_of(content), name
            assert HIDDEN.encode() not in raw_words(content), name
    together = "".join(
        text_of(content) for name, content in sent_pdfs(package) if name.endswith(".pdf")
    )
    assert "Kennwort-Befundbericht-1-Ende" in together and "Kennwort-Antrag-1-Ende" in together
    the_log_says_nothing(desk)
    other = signed_in(app, "other")
    for hidden in (address, copy_address, f"{address}/woerter?seite=2"):
        assert other.get(hidden).status_code == 404
    assert other.post(address, reason | {"act": "area"} | area).status_code == 404


def sent_package(desk: Desk, clerk: Browser, redacted: UUID) -> bytes:
    """Send the dossier with the redacted copy of one letter, and fetch the package."""
    address = f"/akte/{desk.dossier.id}/uebersendungen/neu"
    choices = {f"wahl-{one}": "send" for one in desk.letters}
    form = choices | {
        "court": f"{COURT} Sozialgericht München",
        "court_reference": "S 12 SB 34/26",
        "legal_ground": "§ 104 SGG",
        "occasion": "sending",
        "act": "preview",
    }
    offered = clerk.get(address).text.split('name="wahl-')
    other = desk.letters[0]
    for one, there in ((redacted, True), (other, False)):
        (choices_of,) = (part for part in offered if part.startswith(str(one)))
        assert ("geschwärzte Fassung geht mit" in choices_of) is there
    refused = clerk.post(address, form | {f"wahl-{other}": "redacted"})
    assert refused.status_code == 422
    assert "Es gibt keine freigegebene geschwärzte Fassung." in refused.text
    form |= {f"wahl-{redacted}": "redacted"}
    shown = clerk.post(address, form)
    assert shown.status_code == 200, shown.text
    form |= {"act": "send", "seen": re.findall(r'name="seen" value="(\w+)"', shown.text)[0]}
    made = clerk.post(address, form | PROOF)
    assert made.status_code == 303
    work_off(desk.office)
    there = clerk.get(made.headers["Location"]).text
    assert "geschwärzte Fassung geht mit" in there
    (first, *_) = re.findall(r'href="(/uebersendung/[^"]+/datei/[^"]+)"', there)
    return bytes(clerk.get(html.unescape(first)).data)


def the_log_says_nothing(desk: Desk) -> None:
    with desk.office.as_system() as work:
        entries = work.session.scalars(
            select(AuditEntry).where(AuditEntry.act.startswith("redaction."))
        ).all()
    acts = {one.act for one in entries}
    assert acts >= {
        *("redaction.marked", "redaction.unmarked", "redaction.asked"),
        *("redaction.made", "redaction.read"),
    }
    told = " ".join(str(one.details) for one in entries)
    assert "Kennwort" not in told and "Nachbarin" not in told


class Program:
    """A program with the key of the clerk."""

    def __init__(self, client: FlaskClient, key: dict[str, str]) -> None:
        self._client, self._key = client, key

    def get(self, address: str) -> TestResponse:
        return self._client.get(address, headers=self._key)

    def post(self, address: str, *, json: object = None) -> TestResponse:
        return self._client.post(address, headers=self._key, json=json)


def test_a_program_marks_and_a_copy_that_is_not_proved_is_given_to_nobody(
    desk: Desk, sandbox: Sandbox, tmp_path: Path
) -> None:
    app = create_app(desk.office, sandbox=sandbox)
    program = Program(app.test_client(), key_of(desk.office, desk.staff.clerk))
    document_id = desk.letters[3]
    base = f"/api/v1/documents/{document_id}"
    made = program.post(
        f"{base}/redaction-marks/words", json={"phrase": "Kennwort*", "ground": "social-data"}
    )
    assert made.status_code == 201 and [one["page"] for one in made.json["marks"]] == [1, 2]
    again = program.post(
        f"{base}/redaction-marks/words", json={"phrase": "kennwort*", "ground": "social-data"}
    )
    assert again.json["marks"] == []
    area = {"page": 9, "left": 1, "top": 1, "right": 9, "bottom": 9}
    outside = program.post(
        f"{base}/redaction-marks", json={"areas": [area], "ground": "third-party"}
    )
    assert outside.status_code == 422
    asked = program.post(f"{base}/redactions")
    assert asked.status_code == 201 and asked.json["state"] == "waiting"
    one = f"/api/v1/redactions/{asked.json['id']}"
    assert program.get(f"{one}/content").status_code == 404

    with desk.office.as_system() as work:
        task = redacting.begin(work, UUID(asked.json["id"]))
        assert task is not None
        finding = redacting.RedactionFinding("text-left", 1)
        redacting.finish(work, task, redacting.Made(None, findings=(finding,)))
    told = program.get(one).json
    assert told["state"] == "refused" and told["sha256"] is None
    assert told["findings"] == ["Seite 1: In einer Stelle steht noch Text."]
    assert "nicht bestanden" in told["problem"]
    assert program.get(f"{one}/content").status_code == 404

    assert isinstance(desk.office.clock, SetClock)
    desk.office.clock.move(timedelta(minutes=1))
    program.post(f"{base}/redactions")
    carry_out(desk, sandbox, tmp_path)
    newest, oldest = program.get(f"{base}/redactions").json["redactions"]
    assert (newest["state"], oldest["state"]) == ("ready", "refused")
    content = program.get(f"/api/v1/redactions/{newest['id']}/content").data
    assert "Kennwort" not in text_of(content)
    kept = program.get(f"{base}/redaction-marks").json["marks"]
    left = program.post(
        f"{base}/redaction-marks/removal", json={"ids": [one["id"] for one in kept]}
    )
    assert left.json == {"marks": []}
    assert program.post(f"{base}/redactions").status_code == 409
