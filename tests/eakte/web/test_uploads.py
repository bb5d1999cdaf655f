"""Does a document arrive in parts, however often the line is cut, and exactly once?"""

from __future__ import annotations

import base64
import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import BytesIO
from typing import NamedTuple
from uuid import UUID

import pytest
from sqlalchemy import func, select
from werkzeug.test import EnvironBuilder, run_wsgi_app

from eakte.bootstrap import Office
from eakte.clock import SetClock
from eakte.intake.uploads import part_path, sweep_uploads
from eakte.model.delivery import Upload
from eakte.model.document import Document
from eakte.web.per_request import OfficeApp
from storage import Digest, MemoryStore
from tests.eakte.web.browser import PART, Browser, signed_in

CONTENT = b"%PDF-1.7 " + bytes(range(256)) * 40


def cut_off(app: OfficeApp, browser: Browser, address: str, body: bytes, *, promised: int) -> str:
    """Send a part whose line is cut before its promised end; return the status, if any."""
    kept = [browser.client.get_cookie(name) for name in ("eakte", "eakte-formular")]
    builder = EnvironBuilder(
        address,
        method="PATCH",
        content_type=PART,
        headers={
            "Tus-Resumable": "1.0.0",
            "X-CSRFToken": browser.token,
            "Upload-Offset": "0",
            "Cookie": "; ".join(f"{one.key}={one.value}" for one in kept if one),
        },
    )
    environ = builder.get_environ()
    environ |= {"wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(promised)}
    _, status, _ = run_wsgi_app(app, environ, buffered=True)
    return status


def documents(office: Office) -> int:
    with office.database.transaction(writes=False) as session:
        return session.scalar(select(func.count()).select_from(Document)) or 0


def residue(office: Office) -> list[str]:
    """Name what is left of uploads: parts on disk and rows without a document."""
    with office.database.transaction(writes=False) as session:
        rows = session.scalars(select(Upload.id).where(Upload.document_id.is_(None))).all()
    return [path.name for path in office.settings.upload_folder.iterdir()] + [
        str(one) for one in rows
    ]


def place(browser: Browser, content: bytes = CONTENT, **told: str) -> str:
    return browser.announce(len(content), **told).headers["Location"]


def test_a_document_in_three_parts_is_there_once_with_its_receipt(
    clerk: Browser, office: Office, store: MemoryStore
) -> None:
    address = place(clerk, filename="Schreiben Ä.pdf")
    assert clerk.send(address, CONTENT[:100], offset=0).headers["Upload-Offset"] == "100"
    assert clerk.send(address, CONTENT[100:200], offset=100).status_code == 204
    told = clerk.send(address, CONTENT[200:], offset=200)
    digest = hashlib.sha256(CONTENT).hexdigest()
    assert told.status_code == 200 and told.json is not None
    assert (told.json["sha256"], told.json["size"]) == (digest, len(CONTENT))
    assert (told.json["name"], told.json["pages"]) == ("Schreiben Ä.pdf", 1)
    assert told.headers["X-Document"] == told.json["document_id"]
    assert documents(office) == 1 and residue(office) == []
    with store.open(Digest(digest)) as stream:
        assert stream.read() == CONTENT


@pytest.mark.parametrize("cut", [0, 1, 99, 100, 101, len(CONTENT) - 1])
def test_a_line_that_is_cut_anywhere_costs_nothing(
    app: OfficeApp, clerk: Browser, office: Office, cut: int
) -> None:
    address = place(clerk)

    assert cut_off(app, clerk, address, CONTENT[:cut], promised=len(CONTENT)).startswith("503")
    assert documents(office) == 0
    asked = clerk.tus("HEAD", address)
    assert asked.headers["Upload-Offset"] == str(cut)
    assert clerk.send(address, CONTENT[cut:], offset=cut).status_code == 200
    assert documents(office) == 1 and residue(office) == []


def test_asking_again_gives_the_same_receipt(clerk: Browser, office: Office) -> None:
    address = place(clerk)
    first = clerk.send(address, CONTENT, offset=0)
    again = clerk.send(address, b"", offset=len(CONTENT))
    asked = clerk.tus("HEAD", address)
    assert first.json is not None and again.json is not None
    assert again.json == first.json | {"repeated": True}
    assert asked.headers["X-Document"] == first.headers["X-Document"]
    assert documents(office) == 1 and residue(office) == []


def test_two_uploads_of_the_same_bytes_are_two_documents_and_one_object(
    clerk: Browser, office: Office, store: MemoryStore
) -> None:
    first, second = clerk.bring(CONTENT), clerk.bring(CONTENT)
    assert first != second
    assert len(list(store.listing())) == 1
    with office.database.transaction(writes=False) as session:
        assert session.get_one(Document, second).duplicate_of_id == first


def test_a_wrong_offset_is_refused_and_changes_nothing(clerk: Browser) -> None:
    address = place(clerk)
    clerk.send(address, CONTENT[:50], offset=0)
    assert clerk.send(address, CONTENT[50:], offset=40).status_code == 409
    assert clerk.tus("HEAD", address).headers["Upload-Offset"] == "50"


def test_more_than_was_announced_is_refused(clerk: Browser, office: Office) -> None:
    address = place(clerk)
    assert clerk.send(address, CONTENT + b"x", offset=0).status_code == 413
    assert clerk.tus("HEAD", address).headers["Upload-Offset"] == "0"
    assert clerk.send(address, CONTENT, offset=0).status_code == 200


def test_an_upload_that_is_being_written_is_busy(clerk: Browser, office: Office) -> None:
    address = place(clerk)
    path = part_path(office.settings, UUID(address.rsplit("/", 1)[1]))
    clerk.send(address, CONTENT[:50], offset=0)
    with path.open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert clerk.send(address, CONTENT[50:], offset=50).status_code == 423
        assert clerk.tus("HEAD", address).status_code == 423
    assert clerk.send(address, CONTENT[50:], offset=50).status_code == 200


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_a_part_with_a_wrong_checksum_is_thrown_away(clerk: Browser, algorithm: str) -> None:
    address = place(clerk)
    right = base64.b64encode(hashlib.new(algorithm, CONTENT[:90]).digest()).decode()
    wrong = clerk.send(address, CONTENT[1:91], offset=0, Upload_Checksum=f"{algorithm} {right}")
    assert wrong.status_code == 460
    assert clerk.tus("HEAD", address).headers["Upload-Offset"] == "0"
    fine = clerk.send(address, CONTENT[:90], offset=0, Upload_Checksum=f"{algorithm} {right}")
    assert (fine.status_code, fine.headers["Upload-Offset"]) == (204, "90")


def test_other_bytes_than_declared_leave_nothing(clerk: Browser, office: Office) -> None:
    address = place(clerk, sha256=hashlib.sha256(b"other").hexdigest())
    answer = clerk.send(address, CONTENT, offset=0)
    assert answer.status_code == 422 and answer.json is not None
    assert answer.json["code"] == "not-as-declared"
    assert documents(office) == 0 and residue(office) == []
    assert clerk.tus("HEAD", address).status_code == 404


def test_an_archive_is_refused_with_a_sentence_and_leaves_nothing(
    clerk: Browser, office: Office, store: MemoryStore
) -> None:
    address = place(clerk, b"PK\x03\x04 zip")
    answer = clerk.send(address, b"PK\x03\x04 zip", offset=0)
    assert answer.status_code == 415 and answer.json is not None
    assert "Archiv" in answer.json["message"] and answer.json["next_step"]
    assert residue(office) == [] and list(store.listing()) == []


def test_what_is_empty_or_too_large_is_refused_at_once(clerk: Browser, office: Office) -> None:
    empty, large = clerk.announce(0), clerk.announce(1_000_001)
    assert (empty.status_code, large.status_code) == (422, 413)
    assert empty.json is not None and "leer" in empty.json["message"]
    assert large.json is not None and "größer" in large.json["message"]
    assert residue(office) == []


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("Upload_Length", "viel"),
        ("Upload_Length", "-1"),
        ("Upload_Length", "9" * 30),
        ("Upload_Metadata", "filename kein-base64!"),
        ("Upload_Metadata", "filename " + base64.b64encode(b"\xff\xfe").decode()),
        ("Upload_Metadata", "filename " + "A" * 5000),
        ("Upload_Metadata", "sha256 " + base64.b64encode(b"x" * 80).decode()),
    ],
)
def test_an_announcement_that_makes_no_sense_is_refused(
    clerk: Browser, office: Office, header: str, value: str
) -> None:
    sent = {"Upload_Length": "5", "Upload_Metadata": ""} | {header: value}
    answer = clerk.tus("POST", "/hochladen", **sent)
    assert answer.status_code == 422 and residue(office) == []


def test_the_store_away_means_503_and_the_last_part_is_not_sent_again(
    clerk: Browser, office: Office, store: MemoryStore
) -> None:
    address = place(clerk)
    store.reachable = False
    answer = clerk.send(address, CONTENT, offset=0)
    assert answer.status_code == 503 and answer.headers["Retry-After"]
    assert answer.json is not None and "Speicher" in answer.json["message"]
    assert clerk.tus("HEAD", address).status_code == 503
    assert documents(office) == 0
    store.reachable = True
    asked = clerk.tus("HEAD", address)
    assert asked.headers["Upload-Offset"] == str(len(CONTENT))
    assert asked.headers["X-Document"]
    assert documents(office) == 1 and residue(office) == []


class Usage(NamedTuple):
    total: int
    used: int
    free: int


def test_a_full_disk_means_503_before_a_byte_travels(
    clerk: Browser, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(1, 1, 0))
    answer = clerk.announce(len(CONTENT))
    assert answer.status_code == 503 and answer.headers["Retry-After"]
    assert answer.json is not None and "Platz" in answer.json["message"]
    assert residue(office) == []


def test_a_disk_that_fills_up_in_between_means_503_and_goes_on_later(
    clerk: Browser, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = place(clerk)
    fired: list[int] = []

    def full(handle: int) -> None:
        fired.append(handle)
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as fault:
        fault.setattr(os, "fsync", full)
        answer = clerk.send(address, CONTENT, offset=0)
    assert fired and answer.status_code == 503
    assert answer.json is not None and "Platz" in answer.json["message"]
    offset = int(clerk.tus("HEAD", address).headers["Upload-Offset"])
    clerk.send(address, CONTENT[offset:], offset=offset)
    assert documents(office) == 1 and residue(office) == []


def test_a_full_store_means_503_and_nothing_is_kept(
    office: Office, app: OfficeApp, clerk: Browser
) -> None:
    small = MemoryStore(capacity=10)
    app.office = office.__class__(
        office.settings, office.database, small, office.index, office.clock
    )
    answer = clerk.send(place(clerk), CONTENT, offset=0)
    assert answer.status_code == 503 and answer.json is not None
    assert "voll" in answer.json["message"]
    assert documents(office) == 0


def test_an_upload_belongs_to_its_sender(app: OfficeApp, clerk: Browser) -> None:
    address = place(clerk)
    scanning = signed_in(app, "scan")
    for method in ("HEAD", "DELETE"):
        assert scanning.tus(method, address).status_code == 404
    assert scanning.send(address, CONTENT, offset=0).status_code == 404
    assert clerk.tus("HEAD", address).headers["Upload-Offset"] == "0"


def test_an_upload_can_be_given_up_but_not_a_document(clerk: Browser, office: Office) -> None:
    address = place(clerk)
    clerk.send(address, CONTENT[:10], offset=0)
    assert clerk.tus("DELETE", address).status_code == 204
    assert residue(office) == [] and clerk.tus("HEAD", address).status_code == 404
    finished = place(clerk)
    clerk.send(finished, CONTENT, offset=0)
    assert clerk.tus("DELETE", finished).status_code == 409
    assert documents(office) == 1


def test_an_upload_that_never_ends_is_swept(
    clerk: Browser, office: Office, clock: SetClock
) -> None:
    address = place(clerk)
    clerk.send(address, CONTENT[:10], offset=0)
    clock.move(timedelta(hours=25))
    clerk.sign_in("clerk")
    assert clerk.tus("HEAD", address).status_code == 404
    with office.as_system() as work:
        assert sweep_uploads(work) == 1
    assert residue(office) == []


def test_the_first_bytes_may_come_with_the_announcement(clerk: Browser, office: Office) -> None:
    answer = clerk.tus(
        "POST", "/hochladen", CONTENT, Upload_Length=str(len(CONTENT)), Content_Type=PART
    )
    assert answer.status_code == 201 and answer.headers["X-Document"]
    assert documents(office) == 1


def test_the_server_says_what_it_can(clerk: Browser) -> None:
    told = clerk.tus("OPTIONS", "/hochladen")
    assert told.status_code == 204 and told.headers["Tus-Version"] == "1.0.0"
    assert told.headers["Tus-Max-Size"] == "1000000"


@contextmanager
def cut_before_answer(app: OfficeApp) -> Iterator[list[str]]:
    """Lose every answer of an upload after its work is done, as a broken proxy does."""
    fired: list[str] = []
    view = app.view_functions["uploads.part"]

    def lost(**given: object) -> object:
        view(**given)
        fired.append("lost")
        raise ConnectionResetError

    lost.__dict__.update(view.__dict__)
    app.view_functions["uploads.part"] = lost  # type: ignore[assignment]  # any callable will do
    yield fired
    app.view_functions["uploads.part"] = view


def test_an_answer_that_is_lost_does_not_double_the_document(
    app: OfficeApp, clerk: Browser, office: Office
) -> None:
    address = place(clerk)
    with cut_before_answer(app) as fired:
        clerk.send(address, CONTENT, offset=0)
    assert fired == ["lost"]
    assert clerk.tus("HEAD", address).headers["X-Document"]
    assert documents(office) == 1
