"""What does an electronic signature prove about a document?"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Place(StrEnum):
    """Where a signature was found."""

    PDF = "pdf"
    TIMESTAMP = "timestamp"
    BESIDE = "beside"
    AROUND = "around"


class Integrity(StrEnum):
    """Whether what was signed is still what lies here.

    EXTENDED: the signed part is unchanged, and what was added later is what a signature permits
    (another signature, a filled field); REWRITTEN: the signed part is unchanged, but what a reader
    sees was changed afterwards; ALONE: what was signed is not here.
    """

    INTACT = "intact"
    EXTENDED = "extended"
    REWRITTEN = "rewritten"
    BROKEN = "broken"
    ALONE = "alone"
    UNREADABLE = "unreadable"


class Trust(StrEnum):
    """What the office's list of trusted roots says of the signer; NOT_ASKED: it has none."""

    TRUSTED = "trusted"
    NOT_ASKED = "not-asked"
    UNKNOWN = "unknown"
    EXPIRED = "expired"
    REVOKED = "revoked"
    UNSUITABLE = "unsuitable"


@dataclass(frozen=True)
class Signature:
    """One signature and what its check has shown; instants are ISO 8601, empty where unknown.

    ``signed_at`` is what the signer's own clock said; ``timestamp`` what a time stamping authority
    certified. ``revocation_checked`` is False where nothing said whether the certificate was
    revoked. ``sha256`` are the bytes that a signature beside or around them is about; ``held_by``
    is the document that holds such a signature.
    """

    place: Place
    integrity: Integrity
    trust: Trust = Trust.NOT_ASKED
    signer: str = ""
    issuer: str = ""
    serial: str = ""
    signed_at: str = ""
    timestamp: str = ""
    timestamp_trusted: bool = False
    revocation_checked: bool = False
    valid_from: str = ""
    valid_until: str = ""
    algorithm: str = ""
    field: str = ""
    sha256: str = ""
    held_by: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        told = asdict(self)
        return told | {name: told[name].value for name in ("place", "integrity", "trust")}

    @classmethod
    def of(cls, kept: dict[str, Any]) -> Signature:
        """Return what was kept as plain values."""
        enums = {
            "place": Place(kept["place"]),
            "integrity": Integrity(kept["integrity"]),
            "trust": Trust(kept["trust"]),
        }
        return cls(**(kept | enums))
