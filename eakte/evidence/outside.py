"""Where do heads of the log lie so that whoever rules over the database does not rule over them?"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit
from uuid import uuid4

from eakte.config import Settings
from eakte.errors import BadInput, PartUnavailable
from eakte.evidence.signing import Head, Signer, read_head
from eakte.signed import ERASURE_FORM
from storage import StorageError, Store, open_store

PREFIX, PROOF, ENDING = "head-", "destroyed-", ".json"
# Nothing that is longer can be a head.
LONGEST = 4096


class Outside(Protocol):
    """A place that keeps heads and proofs; whatever is asked, PartUnavailable when it is away."""

    def keep(self, head: Head) -> None:
        """Keep a head; when this returns it is durable. The same one again changes nothing."""

    def heads(self) -> Iterator[Head]:
        """Yield every head that lies there."""

    def keep_proof(self, digest: str, written: bytes) -> None:
        """Keep the proof of a destroyed dossier; the same one again changes nothing."""

    def proofs(self) -> Iterator[bytes]:
        """Yield every proof that lies there; whether it is genuine is another question."""


def open_outside(settings: Settings, signer: Signer) -> Outside:
    """Return the place that the settings name.

    Raises:
        PartUnavailable: its address means none.
    """
    url = settings.audit_heads
    parts = urlsplit(url)
    if parts.scheme == "file" and parts.netloc in {"", "localhost"}:
        return Folder(Path(unquote(parts.path)), signer)
    try:
        return Bucket(
            open_store(
                url,
                access_key=settings.audit_heads_access_key or None,
                secret_key=settings.audit_heads_secret_key.get_secret_value() or None,
                region=settings.store_region or None,
            )
        )
    except (StorageError, ValueError) as error:
        raise PartUnavailable(
            "Der Ort für die Prüfstände „%(url)s“ kann nicht geöffnet werden: %(fault)s",
            url=url,
            fault=str(error),
            next_step="Bitte EAKTE_AUDIT_HEADS_URL prüfen.",
        ) from error


class Folder:
    """A folder, at best on another machine: one file a head, named by time and length."""

    def __init__(self, folder: Path, signer: Signer) -> None:
        self._folder = folder
        self._signer = signer

    def keep(self, head: Head) -> None:
        """See Outside.keep; the public key is laid beside."""
        with _away_named():
            # The folder above has to be there: one that is not mounted is never made anew.
            self._folder.mkdir(exist_ok=True, mode=0o700)
            key = self._folder / f"key-{self._signer.public[:16]}.pem"
            if not key.exists():
                _place(key, self._signer.public_pem())
            name = f"{PREFIX}{head.at:%Y%m%dT%H%M%SZ}-{head.size:012}{ENDING}"
            _place(self._folder / name, head.as_json())

    def heads(self) -> Iterator[Head]:
        """See Outside.heads."""
        with _away_named():
            paths = sorted(self._folder.glob(f"{PREFIX}*{ENDING}"))
        for path in paths:
            with _away_named():
                written = path.read_bytes()
            try:
                yield read_head(written)
            except BadInput as error:
                raise BadInput("„%(name)s“ ist kein Prüfstand.", name=path.name) from error

    def keep_proof(self, digest: str, written: bytes) -> None:
        """See Outside.keep_proof."""
        with _away_named():
            self._folder.mkdir(exist_ok=True, mode=0o700)
            _place(self._folder / f"{PROOF}{digest}{ENDING}", written)

    def proofs(self) -> Iterator[bytes]:
        """See Outside.proofs."""
        with _away_named():
            paths = sorted(self._folder.glob(f"{PROOF}*{ENDING}"))
        for path in paths:
            with _away_named():
                written = path.read_bytes()
            yield written


class Bucket:
    """A store of content, at best one that forbids deleting: a head's name there is its digest."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def keep(self, head: Head) -> None:
        """See Outside.keep."""
        with _away_named():
            self._store.put(BytesIO(head.as_json()))

    def heads(self) -> Iterator[Head]:
        """See Outside.heads; the store may hold other things."""
        with _away_named():
            for listed in self._store.listing():
                if listed.size > LONGEST:
                    continue
                with self._store.open(listed.digest) as stream:
                    written = stream.read()
                try:
                    yield read_head(written)
                except BadInput:
                    continue

    def keep_proof(self, digest: str, written: bytes) -> None:
        """See Outside.keep_proof; its name there is its digest."""
        with _away_named():
            self._store.put(BytesIO(written))

    def proofs(self) -> Iterator[bytes]:
        """See Outside.proofs; the store may hold other things."""
        mark = ERASURE_FORM.encode()
        with _away_named():
            for listed in self._store.listing():
                with self._store.open(listed.digest) as stream:
                    written = stream.read()
                if mark in written:
                    yield written


@contextmanager
def _away_named() -> Iterator[None]:
    try:
        yield
    except (OSError, StorageError) as error:
        raise PartUnavailable(
            "Der Ort außerhalb für die Prüfstände ist nicht erreichbar (%(fault)s).",
            fault=type(error).__name__,
            next_step="Es wird weiter versucht; kein Prüfstand ist verloren.",
        ) from error


def _place(path: Path, content: bytes) -> None:
    """Write a file that is there whole or not at all, and durable."""
    partial = path.with_name(f".{uuid4().hex}.part")
    try:
        handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(path)
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    finally:
        partial.unlink(missing_ok=True)
