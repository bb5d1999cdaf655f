"""Which store does an address mean?"""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from storage.bucket import BucketStore
from storage.directory import DirectoryStore
from storage.memory import MemoryStore
from storage.store import Store

_FORMS = "file:///ordner, s3://rechner:port/bucket, s3+http://rechner:port/bucket oder memory:"


def open_store(
    url: str,
    *,
    access_key: str | None = None,
    secret_key: str | None = None,
    region: str | None = None,
) -> Store:
    """Return the store of an address without calling on it yet; `probe` does that.

    `s3` speaks TLS and checks the certificate against the machine's own authorities, `s3+http`
    does not: for loopback only. An address that means no store is a ValueError, and so is one
    with a password in it, because addresses end up in logs.
    """
    parts = urlsplit(url)
    if parts.query or parts.fragment or "@" in parts.netloc:
        raise ValueError(f"Eine Speicheradresse hat nur die Form {_FORMS}.")
    if url == "memory:":
        return MemoryStore()
    path = unquote(parts.path)
    if parts.scheme == "file" and parts.netloc in ("", "localhost") and path.startswith("/"):
        return DirectoryStore(Path(path))
    bucket = path.strip("/")
    if parts.scheme in ("s3", "s3+http") and parts.hostname and bucket and "/" not in bucket:
        if not access_key or not secret_key:
            raise ValueError("Ein Speicher auf einem Server braucht access_key und secret_key.")
        return BucketStore(
            parts.netloc,
            bucket,
            access_key=access_key,
            secret_key=secret_key,
            region=region or "us-east-1",
            secure=parts.scheme == "s3",
        )
    raise ValueError(f"Diese Adresse meint keinen Speicher. Möglich sind {_FORMS}.")
