"""How is a head of the log or a receipt signed, and who can check that without asking us?

Ed25519 (RFC 8032) over the canonical JSON of what is stated. The private key stays with the office;
the public one travels with every head and, for whoever checks, once by another way.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from eakte.errors import BadInput, PartUnavailable
from eakte.signed import canonical, statement

FORM = "e-Akte log head 1"
_HEX = {"root": 64, "key": 64, "signature": 128}


@dataclass(frozen=True)
class Head:
    """What was signed of the log: over so many entries, at that instant, the tree had this root.

    ``root``, ``key`` and ``signature`` are lower-case hex; the key is the raw public one.
    """

    size: int
    root: str
    at: datetime
    key: str
    signature: str

    @property
    def name(self) -> str:
        """What the head is called in a sentence."""
        return f"der Prüfstand vom {self.at:%d.%m.%Y, %H:%M} UTC"

    def statement(self) -> bytes:
        """Return the bytes that are signed."""
        return _statement(self.size, self.root, self.at, self.key)

    def as_json(self) -> bytes:
        """Return the head as it is kept outside: one line of JSON."""
        told = json.loads(self.statement()) | {"signature": self.signature}
        return canonical(told) + b"\n"

    def faults(self, trusted: Collection[str]) -> list[str]:
        """Name what is wrong with the signature; ``trusted`` are the keys that may sign."""
        if self.key not in trusted:
            return [f"Protokoll: {self.name} ist mit einem fremden Schlüssel unterschrieben."]
        try:
            public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(self.key))
            public.verify(bytes.fromhex(self.signature), self.statement())
        except (InvalidSignature, ValueError):
            return [f"Protokoll: Die Unterschrift für {self.name.removeprefix('der ')} ist falsch."]
        return []


def read_head(written: bytes) -> Head:
    """Return the head that stands in a line of JSON.

    Raises:
        BadInput: it is none.
    """
    try:
        told = json.loads(written)
        fields = {name: str(told[name]) for name in _HEX}
        fits = told["form"] == FORM and all(
            re.fullmatch(f"[0-9a-f]{{{length}}}", fields[name]) for name, length in _HEX.items()
        )
        at, size = datetime.fromisoformat(told["at"]), told["size"]
    except (ValueError, TypeError, LookupError, RecursionError) as error:
        raise _no_head() from error
    if not fits or type(size) is not int or size < 0 or at.tzinfo is None:
        raise _no_head()
    return Head(size=size, at=at, **fields)


class Signer:
    """The office's key; it is made once and stays in a file that only we can read."""

    def __init__(self, path: Path) -> None:
        """Open the key, making it when there is none.

        Raises:
            PartUnavailable: the file cannot be read or holds no Ed25519 key.
        """
        try:
            if not path.exists():
                _make_key(path)
            key = load_pem_private_key(path.read_bytes(), password=None)
        except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise _no_key(path) from error
        if not isinstance(key, Ed25519PrivateKey):
            raise _no_key(path)
        self._key = key
        self.public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()

    def sign(self, size: int, root: str, at: datetime) -> Head:
        """Return the signed head."""
        signature = self._key.sign(_statement(size, root, at, self.public))
        return Head(size, root, at, self.public, signature.hex())

    def sign_receipt(self, told: Mapping[str, Any]) -> dict[str, Any]:
        """Return what a receipt says with its form, our key and the signature beside it."""
        stated = statement(told, key=self.public)
        signed: dict[str, Any] = json.loads(stated)
        return signed | {"signature": self._key.sign(stated).hex()}

    def sign_proof(self, told: Mapping[str, Any], *, form: str) -> bytes:
        """Return what a proof says with its form, our key and the signature, as it is kept."""
        stated = statement(told, key=self.public, form=form)
        signed: dict[str, Any] = json.loads(stated)
        return canonical(signed | {"signature": self._key.sign(stated).hex()})

    def public_pem(self) -> bytes:
        """Return the public key as others read it."""
        return self._key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _statement(size: int, root: str, at: datetime, key: str) -> bytes:
    told = {"form": FORM, "size": size, "root": root, "key": key}
    return canonical(told | {"at": at.isoformat(timespec="microseconds")})


def _make_key(path: Path) -> None:
    """Make the key under its name in one step: another process must never read half of it."""
    made = Ed25519PrivateKey.generate().private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = path.with_name(f".{uuid4().hex}.part")
    try:
        handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as stream:
            stream.write(made)
            stream.flush()
            os.fsync(stream.fileno())
        try:
            path.hardlink_to(partial)
        except FileExistsError:
            return
    finally:
        partial.unlink(missing_ok=True)


def _no_head() -> BadInput:
    return BadInput(
        "Das ist kein Prüfstand eines Protokolls.",
        next_step="Bitte eine Datei angeben, wie „eakte audit head“ sie schreibt.",
    )


def _no_key(path: Path) -> PartUnavailable:
    return PartUnavailable(
        "Der Schlüssel der Prüfstände in „%(path)s“ ist nicht brauchbar.",
        path=path,
        next_step="Bitte EAKTE_AUDIT_KEY_FILE prüfen: nötig ist ein Ed25519-Schlüssel als PEM.",
    )
