"""Does a password open an encrypted document, once, and is it kept nowhere?"""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pikepdf
import pytest
from sqlalchemy import select, text

from eakte.app import create_app
from eakte.bootstrap import Office
from eakte.intake.guarding import begin_scan
from eakte.model.clearance import Clearance
from eakte.model.document import ProcessingState, Rendition, RenditionKind, Version
from eakte.model.job import Job
from eakte.processing.limits import Limits
from eakte.processing.sandbox import Sandbox
from eakte.retrieval.text import pages_of
from storage import Digest
from tests.builders import Staff, bring, house
from tests.eakte.web.browser import Browser, key_of, signed_in
from tests.eakte.worked import run
from tests.processing.papers import written_pdf
from tests.signing import Authority, Person, signed_pdf

PASSWORD = "Läßt-Sich-Öffnen-7"


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    limits = Limits(scratch=tmp_path_factory.mktemp("scratch"), jobs=1)
    with Sandbox(limits, warm=True) as opened:
        yield opened


@pytest.fixture(scope="module")
def encrypted(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("letter")
    plain = written_pdf(folder / "plain.pdf", "Der Widerspruch ist verschlossen.")
    target = folder / "encrypted.pdf"
    with pikepdf.open(plain) as pdf:
        pdf.save(target, encryption=pikepdf.Encryption(user=PASSWORD, owner="geheim", R=6))
    return target.read_bytes()


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[tuple[Office, Staff]]:
    with house(tmp_path) as made:
        yield made


def waiting(office: Office, sandbox: Sandbox, staff: Staff, folder: Path, content: bytes) -> UUID:
    receipt = bring(office, staff.clerk, folder, content=content)
    document = run(office, sandbox, receipt.document_id, folder / "first")
    assert (document.processing, document.problem_code) == (ProcessingState.FAILED, "encrypted")
    return receipt.document_id


def the_browser(office: Office, sandbox: Sandbox) -> Browser:
    return signed_in(create_app(office, sandbox=sandbox), "clerk")


def test_with_its_password_an_encrypted_letter_becomes_readable_beside_its_original(
    opened: tuple[Office, Staff],
    sandbox: Sandbox,
    encrypted: bytes,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    office, staff = opened
    document_id = waiting(office, sandbox, staff, tmp_path, encrypted)
    clerk = the_browser(office, sandbox)
    page = clerk.get(f"/dokument/{document_id}").text
    assert "Kennwort des Dokuments" in page
    wrong = clerk.post(f"/dokument/{document_id}/kennwort", {"document_password": "Falsch"})
    assert wrong.status_code == 422 and "Falsch" not in wrong.text.partition("<main")[2]
    field = wrong.text.partition('id="document_password"')[2].partition(">")[0]
    assert 'aria-describedby="document_password-hint document_password-error"' in field
    assert 'aria-invalid="true"' in field and "autofocus" in field
    with caplog.at_level(logging.DEBUG):
        answer = clerk.post(f"/dokument/{document_id}/kennwort", {"document_password": PASSWORD})
    assert answer.status_code == 303
    with office.database.transaction(writes=False) as session:
        assert session.scalars(select(Job.kind)).all() == ["process"]
    document = run(office, sandbox, document_id, tmp_path / "again")
    assert (document.processing, document.problem_code) == (ProcessingState.READY, None)
    assert document.flags == ["encrypted"]
    with office.as_system() as work:
        version = work.session.scalars(select(Version)).one()
        kinds = {one.kind: one for one in work.session.scalars(select(Rendition))}
        unlocked = Digest(kinds[RenditionKind.UNLOCKED].sha256)
        copy = Digest(kinds[RenditionKind.READING_COPY].sha256)
        assert "Widerspruch" in " ".join(
            page.text for page in pages_of(work.session, work.store, document)
        )
        with work.store.open(Digest(version.sha256)) as stream:
            assert stream.read() == encrypted
        for digest in (unlocked, copy):
            work.store.copy_to(digest, tmp_path / "copy.pdf")
            with pikepdf.open(tmp_path / "copy.pdf") as pdf:
                assert not pdf.is_encrypted
    # Processed again, nobody is asked again.
    assert run(office, sandbox, document_id, tmp_path / "third").processing == "ready"
    assert "Kennwort des Dokuments" not in clerk.get(f"/dokument/{document_id}").text
    assert PASSWORD not in caplog.text


def test_the_password_is_in_no_row_and_no_object_afterwards(
    opened: tuple[Office, Staff], sandbox: Sandbox, encrypted: bytes, tmp_path: Path
) -> None:
    office, staff = opened
    document_id = waiting(office, sandbox, staff, tmp_path, encrypted)
    clerk = the_browser(office, sandbox)
    for typed in ("Falsch-aber-Auffällig", PASSWORD):
        clerk.post(f"/dokument/{document_id}/kennwort", {"document_password": typed})
    run(office, sandbox, document_id, tmp_path / "again")
    office.database.close()
    marks = [PASSWORD.encode(), b"Falsch-aber-Auff", b"Sich-\\u00d6ffnen"]
    kept = [path for path in tmp_path.rglob("*") if path.is_file() and "letter" not in path.parts]
    assert any(path.name == "eakte.db" for path in kept)
    for path in kept:
        assert not any(mark in path.read_bytes() for mark in marks), path
    with office.as_system() as work:
        acts = set(work.session.scalars(text("SELECT act FROM audit_entry")))
    assert {"document.unlocked", "document.not-unlocked"} <= acts


def test_wrong_passwords_get_a_sentence_and_are_counted(
    opened: tuple[Office, Staff], sandbox: Sandbox, encrypted: bytes, tmp_path: Path
) -> None:
    office, staff = opened
    document_id = waiting(office, sandbox, staff, tmp_path, encrypted)
    address = f"/api/v1/documents/{document_id}/unlocking"
    key = key_of(office, staff.clerk)
    client = create_app(office, sandbox=sandbox).test_client()
    for _ in range(office.settings.login_attempts):
        answer = client.post(address, json={"password": "geraten"}, headers=key)
        assert (answer.status_code, answer.json["code"]) == (422, "wrong-password")
        assert "geraten" not in answer.text
    answer = client.post(address, json={"password": PASSWORD}, headers=key)
    assert (answer.status_code, answer.json["code"]) == (429, "too-much-at-once")
    office.clock.move(timedelta(minutes=office.settings.login_lock_minutes))
    answer = client.post(address, json={"password": PASSWORD}, headers=key)
    assert (answer.status_code, answer.json["processing"]) == (200, "waiting")


def test_a_program_that_says_it_wrongly_does_not_get_the_password_back(
    opened: tuple[Office, Staff], sandbox: Sandbox, encrypted: bytes, tmp_path: Path
) -> None:
    office, staff = opened
    receipt = bring(office, staff.clerk, tmp_path, content=encrypted)
    client = create_app(office, sandbox=sandbox).test_client()
    key = key_of(office, staff.clerk)
    address = f"/api/v1/documents/{receipt.document_id}/unlocking"
    for sent in ({"password": "auffällig" * 40}, {"password": "auffällig", "more": "x"}):
        answer = client.post(address, json=sent, headers=key)
        assert answer.status_code == 422
        assert "auff" not in answer.text
    # It waits for no password: nothing is known of it yet.
    answer = client.post(address, json={"password": "auffällig"}, headers=key)
    assert answer.status_code == 409


def test_where_there_is_a_scanner_the_inside_is_held_until_it_was_looked_at(
    sandbox: Sandbox, encrypted: bytes, tmp_path: Path
) -> None:
    with house(tmp_path, virus_scanner="127.0.0.1:9") as (office, staff):
        receipt = bring(office, staff.clerk, tmp_path, content=encrypted)
        with office.as_system() as work:
            version = work.session.scalars(select(Version)).one()
            version.clearance = Clearance.CLEAN
        run(office, sandbox, receipt.document_id, tmp_path / "first")
        clerk = the_browser(office, sandbox)
        clerk.post(f"/dokument/{receipt.document_id}/kennwort", {"document_password": PASSWORD})
        with office.as_system() as work:
            assert work.session.scalars(select(Version.clearance)).one() is Clearance.HELD
            assert work.session.scalars(select(Job.kind)).all() == ["scan"]
            inside = work.session.scalars(
                select(Rendition.sha256).where(Rendition.kind == RenditionKind.UNLOCKED)
            ).one()
            task = begin_scan(work, "scan", receipt.document_id)
            assert task is not None
            assert task.sha256 == inside


def signed_and_encrypted(plain: bytes, person: Person, authority: Authority) -> bytes:
    """A PDF that is encrypted, and signed as it is then: what was signed are encrypted bytes."""
    target = io.BytesIO()
    with pikepdf.open(io.BytesIO(plain)) as pdf:
        pdf.save(target, encryption=pikepdf.Encryption(user=PASSWORD, owner="geheim", R=6))
    return signed_pdf(target.getvalue(), person, authority, password=PASSWORD)


def test_a_signature_in_an_encrypted_letter_is_checked_while_its_password_is_there(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    authority = Authority()
    person = authority.certify("Erika Muster")
    roots = tmp_path / "roots"
    roots.mkdir()
    (roots / "root.pem").write_bytes(authority.person.pem)
    (roots / "revoked.crl").write_bytes(authority.crl())
    plain = written_pdf(tmp_path / "plain.pdf", "Unterschrieben und verschlossen.").read_bytes()
    whole = signed_and_encrypted(plain, person, authority)
    with house(tmp_path / "house", signature_roots=roots) as (office, staff):
        document_id = waiting(office, sandbox, staff, tmp_path / "a", whole)
        clerk = the_browser(office, sandbox)
        answer = clerk.post(f"/dokument/{document_id}/kennwort", {"document_password": PASSWORD})
        assert answer.status_code == 303
        for turn in ("second", "third"):  # read again, nobody has the password any more
            document = run(office, sandbox, document_id, tmp_path / turn)
            assert document.problem_code == "signed", document.problem
            with office.as_system() as work:
                version = work.session.scalars(select(Version)).one()
                (kept,) = version.signatures or ()
                assert (kept["integrity"], kept["trust"]) == ("intact", "trusted")
                kinds = set(work.session.scalars(select(Rendition.kind)))
            assert RenditionKind.SIGNATURES in kinds
        page = clerk.get(f"/dokument/{document_id}").text
        assert "Unverändert seit der Unterschrift" in page and "Erika Muster" in page
        # Where the check failed, the page says why nobody can make up for it.
        with office.as_system() as work:
            work.session.scalars(select(Version)).one().signatures = None
        document = run(office, sandbox, document_id, tmp_path / "fourth")
        assert document.problem_code == "signature-locked"
        assert "gilt dem verschlüsselten Original" in clerk.get(f"/dokument/{document_id}").text
