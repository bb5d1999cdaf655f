"""Is what the check of a signature has shown kept beside the document, and told to its readers?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from eakte.app import create_app
from eakte.bootstrap import Office
from eakte.filing.attaching import attach
from eakte.model.document import Document, ProcessingState, Version
from eakte.model.findings import Kind, Look
from eakte.model.job import Job
from eakte.processing.limits import Limits
from eakte.processing.sandbox import Sandbox
from tests.builders import Staff, bring, house
from tests.eakte.web.browser import key_of, signed_in
from tests.eakte.worked import run
from tests.processing.papers import written_pdf
from tests.signing import Authority, Person, beside, signed_pdf

A_SIGNATURE = Look("application/pkcs7-signature", Kind.SIGNATURE)


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with Sandbox(Limits(scratch=tmp_path_factory.mktemp("scratch"), jobs=1), warm=True) as opened:
        yield opened


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture(scope="module")
def erika(authority: Authority) -> Person:
    return authority.certify("Erika Muster")


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("plain") / "brief.pdf"
    return written_pdf(path, "Der Antrag ist unterschrieben.").read_bytes()


@pytest.fixture
def trusting(tmp_path: Path, authority: Authority) -> Iterator[tuple[Office, Staff]]:
    """A house that trusts the authority."""
    roots = tmp_path / "roots"
    roots.mkdir()
    (roots / "root.pem").write_bytes(authority.person.pem)
    (roots / "revoked.crl").write_bytes(authority.crl())
    with house(tmp_path / "house", signature_roots=roots) as made:
        yield made


def kept(office: Office, document_id: UUID) -> list[dict[str, object]]:
    with office.database.transaction(writes=False) as session:
        return (
            session.scalars(
                select(Version.signatures).where(Version.document_id == document_id)
            ).one()
            or []
        )


def test_a_signed_pdf_shows_its_signer_to_readers_alone_and_gives_a_report(
    trusting: tuple[Office, Staff],
    sandbox: Sandbox,
    authority: Authority,
    erika: Person,
    plain: bytes,
    tmp_path: Path,
) -> None:
    office, staff = trusting
    signed = signed_pdf(plain, erika, authority)
    receipt = bring(office, staff.clerk, tmp_path, content=signed)
    document = run(office, sandbox, receipt.document_id, tmp_path / "run")
    assert document.processing is ProcessingState.READY
    [found] = kept(office, document.id)
    assert (found["integrity"], found["trust"]) == ("intact", "trusted")
    app = create_app(office, sandbox=sandbox)
    clerk = signed_in(app, "clerk")
    page = clerk.get(f"/dokument/{document.id}").text
    assert "Unverändert seit der Unterschrift" in page
    assert "Erika Muster" in page
    report = json.loads(clerk.get(f"/dokument/{document.id}/signaturen").data)
    assert report["signatures"] == [found]
    assert "Erika Muster" not in signed_in(app, "records").get(f"/dokument/{document.id}").text
    address = f"/api/v1/documents/{document.id}/versions"
    for actor, signers in ((staff.clerk, ["Erika Muster"]), (staff.records, [])):
        told = app.test_client().get(address, headers=key_of(office, actor)).json
        assert [one["signer"] for one in told["versions"][0]["signatures"]] == signers


def test_a_signed_pdf_that_was_changed_asks_for_attention(
    trusting: tuple[Office, Staff],
    sandbox: Sandbox,
    authority: Authority,
    erika: Person,
    plain: bytes,
    tmp_path: Path,
) -> None:
    office, staff = trusting
    signed = signed_pdf(plain, erika, authority).replace(
        b"/MediaBox [0 0 595", b"/MediaBox [0 0 594"
    )
    receipt = bring(office, staff.clerk, tmp_path, content=signed)
    document = run(office, sandbox, receipt.document_id, tmp_path / "run")
    assert document.problem_code == "signature-broken"
    assert document.processing is ProcessingState.READY


def test_a_signature_that_came_beside_its_letter_is_told_on_both(
    trusting: tuple[Office, Staff],
    sandbox: Sandbox,
    authority: Authority,
    erika: Person,
    plain: bytes,
    tmp_path: Path,
) -> None:
    office, staff = trusting
    letter = bring(office, staff.clerk, tmp_path, content=plain, name="antrag.pdf").document_id
    alone = bring(
        office,
        staff.clerk,
        tmp_path,
        content=beside(plain, erika, authority),
        name="antrag.pdf.p7s",
        look=A_SIGNATURE,
    ).document_id
    document = run(office, sandbox, alone, tmp_path / "run")
    assert (document.processing, document.problem) == (ProcessingState.READY, None)
    [found] = kept(office, letter)
    assert (found["place"], found["integrity"]) == ("beside", "intact")
    assert found["held_by"] == str(alone)
    # The letter's own processing finds no signature in it and leaves this one.
    run(office, sandbox, letter, tmp_path / "letter")
    assert kept(office, letter) == [found]
    assert [one["sha256"] for one in kept(office, alone)] == [found["sha256"]]


def test_a_signature_without_its_letter_waits_for_it_and_is_checked_when_it_is_attached(
    trusting: tuple[Office, Staff],
    sandbox: Sandbox,
    authority: Authority,
    erika: Person,
    plain: bytes,
    tmp_path: Path,
) -> None:
    office, staff = trusting
    letter = bring(office, staff.clerk, tmp_path, content=plain, name="schreiben.pdf").document_id
    alone = bring(
        office,
        staff.clerk,
        tmp_path,
        content=beside(plain, erika, authority),
        name="smime.p7s",
        look=A_SIGNATURE,
    ).document_id
    document = run(office, sandbox, alone, tmp_path / "run")
    assert (document.processing, document.problem_code) == (
        ProcessingState.FAILED,
        "signature-alone",
    )
    with office.begin(staff.clerk) as work:
        attach(
            work,
            work.session.get_one(Document, alone),
            to=work.session.get_one(Document, letter),
        )
        assert "process" in work.session.scalars(select(Job.kind)).all()
    document = run(office, sandbox, alone, tmp_path / "again")
    assert document.processing is ProcessingState.READY
    assert len(kept(office, letter)) == 1
