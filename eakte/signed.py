"""How is something written down to be signed, and does a signature hold? Needs no house.

Ed25519 (RFC 8032) over the canonical JSON of what is stated. Whoever holds the office's public key
checks it alone, on any machine: this module knows neither rows nor settings.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_public_key,
)

from eakte.errors import BadInput

RECEIPT_FORM = "e-Akte batch receipt 1"
NOTE_FORM = "e-Akte transfer note 1"
DESTRUCTION_FORM = "e-Akte destruction of paper 1"
ERASURE_FORM = "e-Akte destruction of a dossier 1"
PROOF_FORMS = (NOTE_FORM, DESTRUCTION_FORM, ERASURE_FORM)
_HEX = {"key": 64, "signature": 128, "sha256": 64}
_DIGEST = re.compile(r"[0-9a-f]{64}")


def canonical(told: Mapping[str, Any]) -> bytes:
    """Return the one form in which something is written down to be hashed or signed."""
    written = json.dumps(told, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return written.encode("ascii")


def statement(told: Mapping[str, Any], *, key: str, form: str = RECEIPT_FORM) -> bytes:
    """Return the bytes that are signed of a proof: all it says, its form and who signs."""
    said = {name: value for name, value in told.items() if name != "signature"}
    return canonical(said | {"form": form, "key": key})


def read_receipt(written: bytes) -> dict[str, Any]:
    """Return what a receipt says; whether it is genuine is another question.

    Raises:
        BadInput: it is none.
    """
    return _read(written, RECEIPT_FORM, _HEX, _no_receipt())


def read_note(written: bytes) -> dict[str, Any]:
    """Return what a transfer note, or the record or proof of a destruction, says; genuine or not.

    Raises:
        BadInput: it is none.
    """
    named = {name: _HEX[name] for name in ("key", "signature")}
    for form in PROOF_FORMS:
        try:
            return _read(written, form, named, _no_note())
        except BadInput:
            continue
    raise _no_note()


def note_faults(told: Mapping[str, Any], trusted: Collection[str]) -> list[str]:
    """Name what is wrong with the signature of a transfer note or of a record of destruction.

    Whatever was changed, added or taken out, down to one character, is a fault.
    """
    key, form = str(told.get("key", "")), str(told.get("form", ""))
    if key not in trusted:
        return ["Der Nachweis ist mit einem fremden Schlüssel unterschrieben."]
    if form not in PROOF_FORMS or not _holds(told, key, form):
        return ["Die Unterschrift des Nachweises ist falsch."]
    return []


def digests_in(told: object) -> frozenset[str]:
    """Return every SHA-256 that a proof names, wherever in it."""
    if isinstance(told, Mapping):
        return frozenset[str]().union(*(digests_in(one) for one in told.values()))
    if isinstance(told, list):
        return frozenset[str]().union(*(digests_in(one) for one in told))
    return frozenset({told} if isinstance(told, str) and _DIGEST.fullmatch(told) else ())


def receipt_faults(told: Mapping[str, Any], trusted: Collection[str]) -> list[str]:
    """Name what is wrong with the signature of a receipt; ``trusted`` are the keys that may sign.

    Whatever was changed, added or taken out, down to one character, is a fault.
    """
    key = str(told.get("key", ""))
    if key not in trusted:
        return ["Die Quittung ist mit einem fremden Schlüssel unterschrieben."]
    if not _holds(told, key, RECEIPT_FORM):
        return ["Die Unterschrift der Quittung ist falsch."]
    return []


def read_public_key(written: bytes) -> str:
    """Return the public key that stands in a PEM file: the raw key in lower-case hex.

    Raises:
        BadInput: it is none.
    """
    try:
        key = load_pem_public_key(written)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise _no_public_key() from error
    if not isinstance(key, Ed25519PublicKey):
        raise _no_public_key()
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw).hex()


def _read(
    written: bytes, form: str, lengths: Mapping[str, int], otherwise: BadInput
) -> dict[str, Any]:
    try:
        told = json.loads(written)
        fits = told["form"] == form and all(
            re.fullmatch(f"[0-9a-f]{{{length}}}", str(told[name]))
            for name, length in lengths.items()
        )
    except (ValueError, TypeError, LookupError, RecursionError) as error:
        raise otherwise from error
    if not fits:
        raise otherwise
    return dict(told)


def _holds(told: Mapping[str, Any], key: str, form: str) -> bool:
    try:
        public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(key))
        signature = bytes.fromhex(str(told["signature"]))
        public.verify(signature, statement(told, key=key, form=form))
    except (InvalidSignature, ValueError, LookupError):
        return False
    return True


def _no_note() -> BadInput:
    return BadInput(
        "Das ist weder ein Transfervermerk noch ein Nachweis über eine Vernichtung.",
        next_step="Bitte die Datei angeben, wie die e-Akte sie ausgibt.",
    )


def _no_receipt() -> BadInput:
    return BadInput(
        "Das ist keine Quittung über einen Stapel.",
        next_step="Bitte eine Datei angeben, wie die Scanstation sie aufbewahrt.",
    )


def _no_public_key() -> BadInput:
    return BadInput(
        "Das ist kein öffentlicher Schlüssel.",
        next_step="Bitte eine Datei angeben, wie „eakte audit key“ sie schreibt.",
    )
