"""What do the signatures in a PDF, or beside another document, prove?

Nothing is fetched: certificates, revocation lists and time stamps are those that lie in the
document and in the office's own folder of trusted roots. Without such a folder it is said whether
what was signed is unchanged, and that nobody was asked about the signer.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from asn1crypto import cms, crl, pem, x509
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESFailure, AdESIndeterminate
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.general import CMSExtractionError, SigningError, UnacceptableSignerError
from pyhanko.sign.validation import (
    DocumentTimestampStatus,
    SignatureCoverageLevel,
    async_validate_detached_cms,
    async_validate_pdf_signature,
    async_validate_pdf_timestamp,
)
from pyhanko.sign.validation.errors import SignatureValidationError, ValidationInfoReadingError
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.errors import PathError, ValidationError

from eakte.model.signature import Integrity, Place, Signature, Trust
from eakte.processing.machine import must_not_be_to_blame

MOST_SIGNATURES = 50
LONGEST = 200
FAULTS = (
    *(PdfError, SignatureValidationError, ValidationInfoReadingError, CMSExtractionError),
    *(SigningError, UnacceptableSignerError, PathError, ValidationError),
    *(ValueError, TypeError, KeyError, IndexError, AttributeError, NotImplementedError),
    *(OSError, ArithmeticError, RecursionError, AssertionError),
)
# Signing certificates in use bear one or the other of these, seldom both.
USAGE = KeyUsageConstraints(
    key_usage={"digital_signature", "non_repudiation"}, match_all_key_usages=False
)
TRUST_BY_CAUSE = {
    AdESFailure.REVOKED: Trust.REVOKED,
    AdESIndeterminate.REVOKED_NO_POE: Trust.REVOKED,
    AdESIndeterminate.REVOKED_CA_NO_POE: Trust.REVOKED,
    AdESFailure.NOT_YET_VALID: Trust.EXPIRED,
    AdESIndeterminate.NOT_YET_VALID: Trust.EXPIRED,
    AdESIndeterminate.EXPIRED: Trust.EXPIRED,
    AdESIndeterminate.OUT_OF_BOUNDS_NO_POE: Trust.EXPIRED,
    AdESIndeterminate.OUT_OF_BOUNDS_NOT_REVOKED: Trust.EXPIRED,
    AdESIndeterminate.NO_CERTIFICATE_CHAIN_FOUND: Trust.UNKNOWN,
    AdESIndeterminate.CERTIFICATE_CHAIN_GENERAL_FAILURE: Trust.UNKNOWN,
    AdESIndeterminate.NO_SIGNING_CERTIFICATE_FOUND: Trust.UNKNOWN,
}


@dataclass(frozen=True)
class Roots:
    """Whom the office trusts; ``crls`` are revocation lists it has fetched by itself."""

    certificates: tuple[x509.Certificate, ...] = ()
    crls: tuple[crl.CertificateList, ...] = field(default=(), repr=False)

    def asked(self, *, moment: datetime | None, strict: bool) -> ValidationContext:
        """Return the circumstances of one check."""
        return ValidationContext(
            trust_roots=list(self.certificates),
            crls=list(self.crls),
            allow_fetching=False,
            # Certificates need not name where they are revoked for a list to count that is here.
            revocation_mode="require" if strict else "soft-fail",
            moment=moment,
            retroactive_revinfo=True,
        )


def read_roots(folder: Path) -> Roots:
    """Read certificates and revocation lists, in PEM or DER; what is neither is passed over."""
    certificates: list[x509.Certificate] = []
    crls: list[crl.CertificateList] = []
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        for encoded in _unarmoured(path.read_bytes()):
            try:
                certificates.append(_read_whole(x509.Certificate, encoded, "tbs_certificate"))
            except FAULTS:
                try:
                    crls.append(_read_whole(crl.CertificateList, encoded, "tbs_cert_list"))
                except FAULTS:
                    continue
    return Roots(tuple(certificates), tuple(crls))


def check_pdf(path: Path, roots: Roots, *, password: str = "") -> list[Signature]:
    """Check every signature and time stamp in a PDF, in the order in which they were made.

    What is signed are the bytes as they were sent: of an encrypted one, the encrypted ones.
    """
    with path.open("rb") as stream:
        try:
            reader = PdfFileReader(stream, strict=False)
            if reader.encrypted:
                # Without a password against changes only: such a document opens for everybody.
                reader.decrypt(password)
            found = list(reader.embedded_signatures)
        except FAULTS as error:
            must_not_be_to_blame(error)
            return [Signature(Place.PDF, Integrity.UNREADABLE)]
        return [_check_embedded(one, roots) for one in found[:MOST_SIGNATURES]]


def check_beside(path: Path, contents: Sequence[Path], roots: Roots) -> list[Signature]:
    """Check a CMS signature of its own against what lies beside it, or inside it."""
    try:
        signed = _signed_data(path.read_bytes())
        inside = signed["encap_content_info"]["content"].native
        signers = len(signed["signer_infos"])
    except FAULTS as error:
        must_not_be_to_blame(error)
        return [Signature(Place.BESIDE, Integrity.UNREADABLE)]
    if inside is not None:
        signed["encap_content_info"] = {"content_type": "data"}
        found = _check_cms(signed, bytes(inside), roots, place=Place.AROUND)
        return [replace(found, sha256=hashlib.sha256(inside).hexdigest())]
    if not signers:
        return [Signature(Place.BESIDE, Integrity.UNREADABLE)]
    digests = _signed_digests(signed)
    for content in contents:
        read = content.read_bytes()
        for algorithm, wanted in digests:
            if hashlib.new(algorithm, read).digest() == wanted:
                found = _check_cms(signed, read, roots, place=Place.BESIDE)
                return [replace(found, sha256=hashlib.sha256(read).hexdigest())]
    # What it says of its signer is told all the same: a signature of something that is not here.
    return [replace(_check_cms(signed, b"", roots, place=Place.BESIDE), integrity=Integrity.ALONE)]


def _check_embedded(embedded: Any, roots: Roots) -> Signature:
    stamp = embedded.sig_object_type == "/DocTimeStamp"
    place = Place.TIMESTAMP if stamp else Place.PDF
    known = Signature(place, Integrity.UNREADABLE, field=_short(embedded.field_name))

    async def ask(context: ValidationContext) -> Any:
        if stamp:
            return await async_validate_pdf_timestamp(embedded, context)
        return await async_validate_pdf_signature(
            embedded, context, context, key_usage_settings=USAGE
        )

    try:
        status = asyncio.run(ask(roots.asked(moment=None, strict=False)))
        told = _told(known, status, roots)
        integrity = _integrity_of_pdf(status)
    except FAULTS:
        return known
    return replace(_trusted(told, status, roots, ask), integrity=integrity)


def _check_cms(signed: cms.SignedData, content: bytes, roots: Roots, *, place: Place) -> Signature:
    known = Signature(place, Integrity.UNREADABLE)

    async def ask(context: ValidationContext) -> Any:
        return await async_validate_detached_cms(
            content, signed, context, context, key_usage_settings=USAGE
        )

    try:
        status = asyncio.run(ask(roots.asked(moment=None, strict=False)))
        told = _told(known, status, roots)
    except FAULTS:
        return known
    whole = status.intact and status.valid
    integrity = Integrity.INTACT if whole else Integrity.BROKEN
    return replace(_trusted(told, status, roots, ask), integrity=integrity)


def _integrity_of_pdf(status: Any) -> Integrity:
    if not (status.intact and status.valid):
        return Integrity.BROKEN
    if status.coverage is SignatureCoverageLevel.ENTIRE_FILE:
        return Integrity.INTACT
    level = status.modification_level
    if isinstance(status, DocumentTimestampStatus) and level is None:
        return Integrity.EXTENDED
    harmless = level is not None and level < ModificationLevel.OTHER
    if status.coverage >= SignatureCoverageLevel.ENTIRE_REVISION and harmless:
        return Integrity.EXTENDED if status.docmdp_ok is not False else Integrity.REWRITTEN
    return Integrity.REWRITTEN


def _told(known: Signature, status: Any, roots: Roots) -> Signature:
    """What the signature says of itself."""
    certificate: x509.Certificate = status.signing_cert
    stamp: Any = (
        status if known.place is Place.TIMESTAMP else getattr(status, "timestamp_validity", None)
    )
    genuine = bool(stamp is not None and stamp.intact and stamp.valid)
    return replace(
        known,
        signer=_short(_name(certificate.subject)),
        issuer=_short(_name(certificate.issuer)),
        serial=_short(f"{certificate.serial_number:x}"),
        signed_at=_instant(getattr(status, "signer_reported_dt", None)),
        timestamp=_instant(stamp.timestamp) if genuine else "",
        timestamp_trusted=bool(genuine and stamp.trusted and roots.certificates),
        valid_from=_instant(certificate.not_valid_before),
        valid_until=_instant(certificate.not_valid_after),
        algorithm=_short(f"{status.pkcs7_signature_mechanism} {status.md_algorithm}"),
    )


def _trusted(told: Signature, status: Any, roots: Roots, ask: Any) -> Signature:
    """What the office's roots say of the signer, now or when a trusted stamp was made."""
    if not roots.certificates:
        return told
    trust, checked = _asked_twice(status, roots, ask, moment=None)
    if trust is Trust.EXPIRED and told.timestamp_trusted:
        moment = datetime.fromisoformat(told.timestamp)
        try:
            then = asyncio.run(ask(roots.asked(moment=moment, strict=False)))
            trust, checked = _asked_twice(then, roots, ask, moment=moment)
        except FAULTS:
            checked = False
    return replace(told, trust=trust, revocation_checked=checked)


def _asked_twice(
    status: Any, roots: Roots, ask: Any, *, moment: datetime | None
) -> tuple[Trust, bool]:
    """The answer of those who want proof that nothing was revoked, else of those who do not."""
    try:
        strictly = _trust_of(asyncio.run(ask(roots.asked(moment=moment, strict=True))))
    except FAULTS:
        strictly = Trust.UNKNOWN
    if strictly in (Trust.TRUSTED, Trust.REVOKED):
        return strictly, True
    return _trust_of(status), False


def _trust_of(status: Any) -> Trust:
    if status.revocation_details is not None:
        return Trust.REVOKED
    cause = status.trust_problem_indic
    if cause is None:
        return Trust.TRUSTED if status.validation_path is not None else Trust.UNKNOWN
    return TRUST_BY_CAUSE.get(cause, Trust.UNSUITABLE)


def _signed_data(read: bytes) -> cms.SignedData:
    encoded = next(iter(_unarmoured(read)))
    outer = cms.ContentInfo.load(encoded)
    if outer["content_type"].native != "signed_data":
        raise ValueError("no signed data")
    return outer["content"]


def _read_whole(kind: Any, encoded: bytes, part: str) -> Any:
    """Read something to its end, which asn1crypto puts off; raises when it is something else."""
    read = kind.load(encoded, strict=True)
    if not read[part].native:
        raise ValueError("empty")
    return read


def _signed_digests(signed: cms.SignedData) -> list[tuple[str, bytes]]:
    """The digests that the signers have signed, each with its algorithm."""
    found: list[tuple[str, bytes]] = []
    for signer in signed["signer_infos"]:
        algorithm = signer["digest_algorithm"]["algorithm"].native
        for attribute in signer["signed_attrs"]:
            if attribute["type"].native == "message_digest":
                found.append((algorithm, attribute["values"][0].native))
    return [(name, digest) for name, digest in found if name in hashlib.algorithms_available]


def _unarmoured(read: bytes) -> list[bytes]:
    if not pem.detect(read):
        return [read]
    try:
        return [encoded for _, _, encoded in pem.unarmor(read, multiple=True)]
    except FAULTS:
        return []


def _name(name: x509.Name) -> str:
    told = name.native
    for key in ("common_name", "organization_name"):
        if told.get(key):
            return str(told[key])
    return str(name.human_friendly)


def _short(text: object) -> str:
    return "".join(sign for sign in str(text) if sign.isprintable())[:LONGEST]


def _instant(moment: datetime | None) -> str:
    if moment is None:
        return ""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(UTC).isoformat(timespec="seconds")
