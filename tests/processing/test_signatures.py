"""What does the check of a signature say, of good ones and of every kind of bad one?"""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest

from eakte.model.signature import Integrity, Place, Signature, Trust
from eakte.processing.sandbox import Sandbox
from tests.processing.papers import written_pdf
from tests.signing import NOW, YEAR, Authority, around, beside, signed_pdf

Verify = Callable[..., tuple[Signature, ...]]


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("plain") / "brief.pdf"
    return written_pdf(path, "Der Antrag ist unterschrieben.").read_bytes()


@pytest.fixture
def verify(sandbox: Sandbox, tmp_path: Path, authority: Authority) -> Verify:
    """Check a document in the sandbox, with the authority as trusted root."""
    roots = tmp_path / "roots"
    roots.mkdir()
    (roots / "root.pem").write_bytes(authority.person.pem)
    (roots / "readme.txt").write_bytes(b"no certificate")

    def run(
        content: bytes, *, trusting: bool = True, beside: tuple[bytes, ...] = (), crl: bytes = b""
    ) -> tuple[Signature, ...]:
        path = tmp_path / "signed"
        path.write_bytes(content)
        if crl:
            (roots / "revoked.crl").write_bytes(crl)
        contents = [tmp_path / f"beside-{number}" for number in range(len(beside))]
        for place, bytes_ in zip(contents, beside, strict=True):
            place.write_bytes(bytes_)
        found = sandbox.verify(
            path, name="brief", contents=contents, roots=roots if trusting else None
        )
        assert found is not None
        return found

    return run


def test_without_roots_it_says_unchanged_and_that_nobody_was_asked_about_the_signer(
    verify: Verify, authority: Authority, plain: bytes
) -> None:
    [found] = verify(
        signed_pdf(plain, authority.certify("Erika Muster"), authority), trusting=False
    )
    assert (found.place, found.integrity, found.trust) == (
        Place.PDF,
        Integrity.INTACT,
        Trust.NOT_ASKED,
    )
    assert (found.signer, found.issuer, found.field) == (
        "Erika Muster",
        "Prüfzentrale",
        "Unterschrift",
    )
    assert found.signed_at
    assert not found.timestamp
    assert not found.revocation_checked


def test_with_roots_and_a_revocation_list_the_signer_is_trusted_and_that_was_checked(
    verify: Verify, authority: Authority, plain: bytes
) -> None:
    signed = signed_pdf(plain, authority.certify("Erika Muster"), authority)
    [found] = verify(signed)
    assert (found.trust, found.revocation_checked) == (Trust.TRUSTED, False)
    [found] = verify(signed, crl=authority.crl())
    assert (found.trust, found.revocation_checked) == (Trust.TRUSTED, True)


def test_a_stamp_of_time_is_told_apart_from_the_clock_of_the_signer(
    verify: Verify, authority: Authority, plain: bytes
) -> None:
    stamp = authority.certify("Zeitstempel", stamps=True)
    signed = signed_pdf(plain, authority.certify("Erika Muster"), authority, stamp=stamp)
    [found] = verify(signed)
    assert found.timestamp[:10] == f"{NOW:%Y-%m-%d}"
    assert found.timestamp_trusted
    [found] = verify(signed, trusting=False)
    assert found.timestamp
    assert not found.timestamp_trusted


def test_a_byte_changed_afterwards_breaks_it(
    verify: Verify, authority: Authority, plain: bytes
) -> None:
    signed = bytearray(signed_pdf(plain, authority.certify("Erika Muster"), authority))
    place = signed.index(b"/MediaBox") + len(b"/MediaBox [0 0 5")
    signed[place] = ord("9") if signed[place] != ord("9") else ord("8")
    [found] = verify(bytes(signed))
    assert found.integrity is Integrity.BROKEN


def test_what_was_put_on_top_afterwards_is_seen_although_the_signed_part_is_unchanged(
    verify: Verify, authority: Authority, plain: bytes
) -> None:
    signed = signed_pdf(plain, authority.certify("Erika Muster"), authority)
    [found] = verify(_rewritten(signed))
    assert found.integrity is Integrity.REWRITTEN


def test_a_second_signature_does_not_spoil_the_first(
    verify: Verify, authority: Authority, plain: bytes
) -> None:
    once = signed_pdf(plain, authority.certify("Erika Muster"), authority)
    twice = signed_pdf(once, authority.certify("Max Probe"), authority, name="Zweite")
    first, second = verify(twice)
    assert (first.signer, first.integrity) == ("Erika Muster", Integrity.EXTENDED)
    assert (second.signer, second.integrity) == ("Max Probe", Integrity.INTACT)


def test_a_stranger_an_expired_and_a_revoked_certificate_are_told_apart(
    verify: Verify, authority: Authority, plain: bytes
) -> None:
    stranger = Authority("Fremde Stelle")
    [found] = verify(signed_pdf(plain, stranger.certify("Wer Weiß"), stranger))
    assert (found.integrity, found.trust) == (Integrity.INTACT, Trust.UNKNOWN)
    old = authority.certify("Alt", start=NOW - 3 * YEAR, end=NOW - YEAR)
    [found] = verify(signed_pdf(plain, old, authority))
    assert (found.integrity, found.trust) == (Integrity.INTACT, Trust.EXPIRED)
    authority.revoke(lost := authority.certify("Verloren"))
    [found] = verify(signed_pdf(plain, lost, authority), crl=authority.crl())
    assert (found.integrity, found.trust) == (Integrity.INTACT, Trust.REVOKED)


@pytest.mark.parametrize("armoured", [False, True])
def test_a_signature_beside_its_document_finds_it_among_others(
    verify: Verify, authority: Authority, plain: bytes, armoured: bool
) -> None:
    signature = beside(plain, authority.certify("Erika Muster"), authority, armoured=armoured)
    [found] = verify(signature, beside=(b"another letter", plain))
    assert (found.place, found.integrity) == (Place.BESIDE, Integrity.INTACT)
    assert (found.trust, found.signer) == (Trust.TRUSTED, "Erika Muster")
    assert len(found.sha256) == 64
    [found] = verify(signature, beside=(plain + b" ",))
    assert (found.integrity, found.sha256) == (Integrity.ALONE, "")


def test_a_signature_around_its_document_is_checked_against_that(
    verify: Verify, authority: Authority
) -> None:
    whole = around(b"Inhalt des Schreibens", authority.certify("Erika Muster"), authority)
    [found] = verify(whole)
    assert (found.place, found.integrity) == (Place.AROUND, Integrity.INTACT)
    [found] = verify(whole.replace(b"Inhalt des", b"inhalt des"))
    assert found.integrity is Integrity.BROKEN


def test_what_only_looks_like_a_signature_is_unreadable_and_nothing_worse(
    verify: Verify, authority: Authority, plain: bytes
) -> None:
    signature = beside(plain, authority.certify("Erika Muster"), authority)
    for broken in (signature[:200], signature[:40] + bytes(400)):
        [found] = verify(broken, beside=(plain,))
        assert found.integrity in {Integrity.UNREADABLE, Integrity.ALONE}
        assert found.trust is not Trust.TRUSTED


def test_the_signed_sample_is_intact_and_its_signer_named(sandbox: Sandbox, shared: Path) -> None:
    found = sandbox.verify(shared / "samples" / "odd" / "signed.pdf", name="signed.pdf")
    assert found is not None
    [one] = found
    assert (one.integrity, one.trust) == (Integrity.INTACT, Trust.NOT_ASKED)
    assert one.signer == "Adobe Sign a Document Cloud solution"


def _rewritten(signed: bytes) -> bytes:
    """The document with another content of its page, added behind its end."""
    with pikepdf.open(io.BytesIO(signed)) as pdf:
        contents = pdf.pages[0].obj["/Contents"]
        number, generation = contents.objgen
        root = pdf.Root.objgen
        size = int(pdf.trailer["/Size"])
    last = signed.rindex(b"startxref") + len(b"startxref")
    previous = int(signed[last:].split()[0])
    body = b"BT ET"
    placed = len(signed) + 1
    added = b"\n%d %d obj\n<</Length %d>>\nstream\n%s\nendstream\nendobj\n" % (
        number,
        generation,
        len(body),
        body,
    )
    table = len(signed) + len(added)
    entry = b"xref\n%d 1\n%010d %05d n \n" % (number, placed, generation)
    trailer = b"trailer\n<</Size %d/Root %d %d R/Prev %d>>\nstartxref\n%d\n%%%%EOF\n" % (
        size,
        *root,
        previous,
        table,
    )
    return signed + added + entry + trailer
