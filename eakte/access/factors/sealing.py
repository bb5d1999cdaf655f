"""How does a secret lie in the database so that the database alone does not give it away?"""

from __future__ import annotations

import os
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from eakte.config import Settings

NONCE_BYTES = 12


def seal(secret: bytes, settings: Settings, *, owner: UUID, purpose: str) -> bytes:
    """Encrypt a secret for one account and purpose (AES-256-GCM, key by HKDF, RFC 5869)."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + _cipher(settings, purpose).encrypt(nonce, secret, owner.bytes)


def unseal(sealed: bytes, settings: Settings, *, owner: UUID, purpose: str) -> bytes | None:
    """Return the secret, or None when it was sealed for another owner or with another key."""
    nonce, rest = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
    try:
        return _cipher(settings, purpose).decrypt(nonce, rest, owner.bytes)
    except (InvalidTag, ValueError):
        return None


def _cipher(settings: Settings, purpose: str) -> AESGCM:
    secret = settings.application_secret().encode()
    use = f"e-akte {purpose}".encode()
    return AESGCM(HKDF(algorithm=SHA256(), length=32, salt=None, info=use).derive(secret))
