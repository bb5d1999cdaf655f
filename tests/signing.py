"""A small world of signatures for tests: authorities, people, time stamps, signed documents."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from asn1crypto import keys, x509
from asn1crypto import pem as armour
from cryptography import x509 as cx509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

NOW = datetime.now(UTC).replace(microsecond=0)
YEAR = timedelta(days=365)
Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass
class Person:
    """Somebody with a key and a certificate."""

    name: str
    key: Key
    certificate: cx509.Certificate

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)


@dataclass
class Authority:
    """An authority that certifies people, and revokes."""

    name: str = "Prüfzentrale"
    person: Person = field(init=False)
    revoked: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.person = _certified(self.name, None, NOW - 5 * YEAR, NOW + 5 * YEAR)

    def certify(
        self,
        name: str,
        *,
        start: datetime | None = None,
        end: datetime | None = None,
        stamps: bool = False,
    ) -> Person:
        first, last = start or NOW - YEAR, end or NOW + YEAR
        return _certified(name, self.person, first, last, stamps=stamps)

    def revoke(self, person: Person) -> None:
        self.revoked.append(person.certificate.serial_number)

    def crl(self) -> bytes:
        made = (
            cx509.CertificateRevocationListBuilder()
            .issuer_name(self.person.certificate.subject)
            .last_update(NOW - timedelta(hours=1))
            .next_update(NOW + timedelta(days=7))
        )
        made = made.add_extension(cx509.CRLNumber(1), critical=False).add_extension(
            cx509.AuthorityKeyIdentifier.from_issuer_public_key(self.person.key.public_key()),
            critical=False,
        )
        for serial in self.revoked:
            entry = cx509.RevokedCertificateBuilder().serial_number(serial)
            made = made.add_revoked_certificate(
                entry.revocation_date(NOW - timedelta(days=30)).build()
            )
        return made.sign(self.person.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def signed_pdf(
    pdf: bytes,
    person: Person,
    authority: Authority,
    *,
    stamp: Person | None = None,
    name: str = "Unterschrift",
    password: str = "",
) -> bytes:
    """Sign a PDF, with a time stamp where somebody stamps; an encrypted one with its password."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    if password:
        writer.encrypt(password)
    out = io.BytesIO()
    _apart(
        signers.sign_pdf,
        writer,
        signers.PdfSignatureMetadata(field_name=name),
        signer=_signer(person, authority),
        timestamper=_stamper(stamp, authority) if stamp else None,
        output=out,
    )
    return out.getvalue()


def beside(
    content: bytes, person: Person, authority: Authority, *, armoured: bool = False
) -> bytes:
    """Sign content in a document of its own (.p7s)."""
    signer = _signer(person, authority)
    encoded = _apart(asyncio.run, signer.async_sign_general_data(content, "sha256")).dump()
    return armour.armor("PKCS7", encoded) if armoured else encoded


def around(content: bytes, person: Person, authority: Authority) -> bytes:
    """Sign content in a document that holds it (.p7m)."""
    signer = _signer(person, authority)
    return _apart(
        asyncio.run, signer.async_sign_general_data(content, "sha256", detached=False)
    ).dump()


def _apart(ask: Callable[..., Any], *given: Any, **more: Any) -> Any:
    """Ask in a thread of its own: a browser of the same test run leaves a loop in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(ask, *given, **more).result()


def _signer(person: Person, authority: Authority) -> signers.SimpleSigner:
    store = SimpleCertificateStore()
    store.register(x509.Certificate.load(authority.person.der))
    return signers.SimpleSigner(
        signing_cert=x509.Certificate.load(person.der),
        signing_key=_private(person),
        cert_registry=store,
    )


def _stamper(person: Person, authority: Authority) -> DummyTimeStamper:
    store = SimpleCertificateStore()
    store.register(x509.Certificate.load(authority.person.der))
    return DummyTimeStamper(
        tsa_cert=x509.Certificate.load(person.der), tsa_key=_private(person), certs_to_embed=store
    )


def _private(person: Person) -> keys.PrivateKeyInfo:
    return keys.PrivateKeyInfo.load(
        person.key.private_bytes(
            serialization.Encoding.DER,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )


def _certified(
    name: str, by: Person | None, start: datetime, end: datetime, *, stamps: bool = False
) -> Person:
    # The stand-in for a time stamping authority knows RSA alone.
    key: Key = (
        rsa.generate_private_key(public_exponent=65537, key_size=2048)
        if stamps
        else ec.generate_private_key(ec.SECP256R1())
    )
    subject = cx509.Name(
        [
            cx509.NameAttribute(NameOID.COUNTRY_NAME, "DE"),
            cx509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )
    issuer_key = by.key if by else key
    builder = (
        cx509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by.certificate.subject if by else subject)
        .public_key(key.public_key())
        .serial_number(cx509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(cx509.BasicConstraints(ca=by is None, path_length=None), critical=True)
        .add_extension(
            cx509.KeyUsage(
                digital_signature=by is not None,
                content_commitment=by is not None and not stamps,
                key_cert_sign=by is None,
                crl_sign=by is None,
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
        .add_extension(cx509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            cx509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()),
            critical=False,
        )
    )
    if stamps:
        builder = builder.add_extension(
            cx509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True
        )
    return Person(name, key, builder.sign(issuer_key, hashes.SHA256()))
