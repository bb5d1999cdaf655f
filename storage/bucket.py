"""How are bytes kept in an S3 bucket so that a lost answer or a dead server never shows?"""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, TypeVar, cast
from uuid import uuid4

from storage.digest import Digest, Stored, copy_hashing
from storage.disk import disk_errors_named
from storage.errors import (
    ObjectCorrupt,
    ObjectLocked,
    ObjectMissing,
    StoreFull,
    StoreRefuses,
    StoreUnreachable,
)
from storage.patience import insist
from storage.s3 import Answer, S3Bucket, Seen
from storage.store import Listed, Store, StoreFacts, StoreKind
from storage.stream import outgoing

ANSWER_WITHIN = 4.5  # seconds; twice in a row still leaves a person an answer within ten
_IN_MEMORY = 8 << 20  # bytes of an upload held in memory before a temporary file takes over
_SENT_AT_MOST = 2  # times; before and after each the server is asked what it has
_TRIAL_PREFIX = ".probe/"
_TRIAL_LOCKED_FOR = timedelta(seconds=30)
_TRIAL_OVER_AFTER = timedelta(minutes=10)  # before that, another process may be at it

T = TypeVar("T")


class BucketStore(Store):
    """A bucket of its own on an S3 server: the key is the digest, nothing else lies there.

    A failed write proves nothing, for the answer alone may have been lost: the store looks, and
    only then writes once more under the same key. The server counts as out of reach when it is
    silent for `answer_within` seconds. `spool` is the folder for uploads too large for memory. What
    is put again after `renew_after` is written anew, so that a sweep by age sees it as young.
    """

    def __init__(
        self,
        endpoint: str,
        bucket: str,
        *,
        access_key: str,
        secret_key: str,
        region: str = "us-east-1",
        secure: bool = True,
        answer_within: float = ANSWER_WITHIN,
        renew_after: timedelta = timedelta(hours=1),
        spool: Path | None = None,
    ) -> None:
        self._answer_within = answer_within
        self._renew_after = renew_after
        self._spool = None if spool is None else str(spool)
        self._protection: tuple[bool, bool] | None = None
        self._bucket = S3Bucket(
            endpoint,
            bucket,
            access_key=access_key,
            secret_key=secret_key,
            region=region,
            secure=secure,
            answer_within=answer_within,
        )

    def put(
        self,
        stream: BinaryIO,
        *,
        limit: int | None = None,
        expected: Digest | None = None,
        expected_size: int | None = None,
    ) -> Stored:
        """See Store.put.

        The key is known only at the end of the stream, so the bytes wait in a spool till then.
        Read back means: fetched from the server in full and hashed. What is there already is read
        back too, replaced when it has rotted, and written anew when it is older than `renew_after`.
        """
        with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY, dir=self._spool) as spool:

            def write(chunk: bytes) -> None:
                with disk_errors_named():
                    spool.write(chunk)

            stored = copy_hashing(
                stream, write, limit=limit, expected=expected, expected_size=expected_size
            )
            self._keep(cast(BinaryIO, spool), stored)
        return stored

    def open(self, digest: Digest) -> BinaryIO:
        """See Store.open; a connection that breaks on the way raises StoreUnreachable."""
        return _outgoing(self._insist(lambda: self._bucket.fetch(digest.sha256)), digest)

    def open_range(self, digest: Digest, *, start: int, length: int) -> BinaryIO:
        """See Store.open_range."""
        if start < 0 or length < 0:
            raise ValueError("Anfang und Länge eines Ausschnitts sind nie negativ.")
        wanted = min(length, self.size(digest) - start)
        if wanted <= 0:
            return BytesIO()
        return _outgoing(
            self._insist(lambda: self._bucket.fetch(digest.sha256, start=start, length=wanted))
        )

    def size(self, digest: Digest) -> int:
        """See Store.size."""
        try:
            return self._insist(lambda: self._bucket.stat(digest.sha256)).size
        except ObjectMissing:
            if not self._insist(self._bucket.there):  # else a lost bucket looks like lost objects
                raise StoreRefuses(f"kein Bucket {self._bucket.name}") from None
            raise

    def exists(self, digest: Digest) -> bool:
        """See Store.exists."""
        try:
            self.size(digest)
        except ObjectMissing:
            return False
        return True

    def delete(self, digest: Digest, *, stored_before: datetime | None = None) -> None:
        """See Store.delete.

        With versions, `stored_before` is exact: only versions seen to be older are removed. In a
        bucket without them, a put between the look and the removal is not noticed by the server.
        """
        locked = False
        for seen in self._insist(lambda: list(self._bucket.versions(digest.sha256))):
            if stored_before is None or seen.modified < stored_before:
                locked |= not self._removed(seen)
        if locked:
            raise ObjectLocked(digest)

    def listing(self) -> Iterator[Listed]:
        """See Store.listing."""
        for seen in self._bucket.newest():
            with suppress(ValueError):  # not an object: a trial of the probe
                yield Listed(Digest(seen.key), seen.size, seen.modified)

    def sweep(self, *, older_than: timedelta) -> int:
        """See Store.sweep: uploads in parts that nobody finished."""
        before = datetime.now(UTC) - older_than
        old = [upload for upload in self._bucket.uploads() if upload.begun < before]
        for upload in old:
            self._bucket.abort(upload)
        self._clear_trials()
        return len(old)

    def probe(self) -> StoreFacts:
        """See Store.probe; versions and lock are tried out once in the life of this store.

        One server accepts a COMPLIANCE lock and deletes all the same, so only a refused deletion
        counts. The trial leaves an object of one byte that the next probe or sweep removes.
        """
        if not self._insist(self._bucket.there):
            self._insist(self._bucket.make)
        if self._protection is None:
            self._clear_trials()
            self._protection = self._try_protection()
        versioning, object_lock = self._protection
        return StoreFacts(
            StoreKind.BUCKET,
            reachable=True,
            versioning=versioning,
            object_lock=object_lock,
            free_bytes=None,
        )

    def _insist(self, act: Callable[[], T]) -> T:
        return insist(act, lost_at_most=self._answer_within)

    def _keep(self, spool: BinaryIO, stored: Stored) -> None:
        """Write what is missing, wrong or old, and return only after having read it back."""
        key = stored.digest.sha256
        before = self._insist(lambda: self._read_back(stored))
        if before and before.modified > datetime.now(UTC) - self._renew_after:
            return
        failure: StoreUnreachable | None = None
        for _ in range(_SENT_AT_MOST):
            try:
                self._bucket.send(key, spool, size=stored.size)
            except (StoreFull, StoreRefuses):
                raise
            except StoreUnreachable as fault:
                failure = fault
            if self._insist(lambda: self._read_back(stored)):
                if before:
                    self._remove_older(key)
                return
        raise failure or ObjectCorrupt(stored.digest)

    def _read_back(self, stored: Stored) -> Seen | None:
        """Return what the server has, if that is exactly these bytes."""
        try:
            seen = self._bucket.stat(stored.digest.sha256)
            if seen.size != stored.size:
                return None
            with _outgoing(self._bucket.fetch(stored.digest.sha256), stored.digest) as kept:
                while kept.read(1 << 20):
                    pass
        except (ObjectMissing, ObjectCorrupt):
            return None
        return seen

    def _remove_older(self, key: str) -> None:
        for seen in self._insist(lambda: list(self._bucket.versions(key))):
            if not seen.newest:
                self._removed(seen)

    def _removed(self, seen: Seen) -> bool:
        try:
            self._insist(lambda: self._bucket.remove(seen.key, version=seen.version))
        except ObjectLocked:
            return False
        return True

    def _try_protection(self) -> tuple[bool, bool]:
        """Return whether the bucket kept two versions of a key, and refused to delete one."""
        key = f"{_TRIAL_PREFIX}{uuid4().hex}"
        for content in (b"1", b"2"):
            self._insist(partial(self._bucket.send, key, BytesIO(content), size=1))
        kept = self._insist(lambda: list(self._bucket.versions(key)))
        versioning = len(kept) > 1
        object_lock = versioning and self._refuses_to_delete(kept[0])
        for seen in kept:
            self._removed(seen)
        return versioning, object_lock

    def _refuses_to_delete(self, seen: Seen) -> bool:
        until = seen.modified + _TRIAL_LOCKED_FOR  # by the server's clock, not by ours
        try:
            self._bucket.lock(seen.key, version=seen.version, until=until)
            self._bucket.remove(seen.key, version=seen.version)
        except ObjectLocked:
            return self._bucket.stat(seen.key, version=seen.version).size == seen.size
        except StoreRefuses:
            return False
        return False

    def _clear_trials(self) -> None:
        before = datetime.now(UTC) - _TRIAL_OVER_AFTER
        for seen in self._insist(lambda: list(self._bucket.versions(_TRIAL_PREFIX))):
            if seen.modified < before:
                self._removed(seen)


def _outgoing(answer: Answer, digest: Digest | None = None) -> BinaryIO:
    return outgoing(
        answer.fill,
        length=answer.length,
        close=answer.close,
        cut_short=lambda: StoreUnreachable("Antwort abgebrochen"),
        digest=digest,
    )
