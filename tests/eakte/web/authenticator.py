"""A device that makes passkeys and signs with them, as a browser would pass it on (ES256)."""

from __future__ import annotations

import base64
import hashlib
import json
import os
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


def coded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


@dataclass
class Authenticator:
    """One device with one key; every field can be made to lie."""

    origin: str = "http://localhost"
    host: str = "localhost"
    flags: int = PRESENT | VERIFIED
    count: int = 0
    owner: bytes = b""
    credential_id: bytes = field(default_factory=lambda: os.urandom(32))
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    def make(self, options: dict[str, Any]) -> str:
        """Answer ``navigator.credentials.create``."""
        self.owner = base64.urlsafe_b64decode(options["user"]["id"] + "==")
        numbers = self.key.public_key().public_numbers()
        x, y = numbers.x.to_bytes(32, "big"), numbers.y.to_bytes(32, "big")
        public = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})
        attested = bytes(16) + len(self.credential_id).to_bytes(2, "big") + self.credential_id
        told = self._authenticator_data(ATTESTED) + attested + public
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": told})
        client = self._client("webauthn.create", options["challenge"])
        return self._written(clientDataJSON=client, attestationObject=attestation)

    def sign(self, options: dict[str, Any]) -> str:
        """Answer ``navigator.credentials.get``."""
        self.count += 1
        told = self._authenticator_data()
        client = self._client("webauthn.get", options["challenge"])
        signed = told + hashlib.sha256(client).digest()
        return self._written(
            clientDataJSON=client,
            authenticatorData=told,
            signature=self.key.sign(signed, ec.ECDSA(SHA256())),
            userHandle=self.owner,
        )

    def _authenticator_data(self, more: int = 0) -> bytes:
        party = hashlib.sha256(self.host.encode()).digest()
        return party + bytes([self.flags | more]) + self.count.to_bytes(4, "big")

    def _client(self, kind: str, challenge: str) -> bytes:
        told = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps(told).encode()

    def _written(self, **response: bytes) -> str:
        known = coded(self.credential_id)
        return json.dumps(
            {
                "id": known,
                "rawId": known,
                "type": "public-key",
                "clientExtensionResults": {},
                "response": {name: coded(content) for name, content in response.items()},
            }
        )
