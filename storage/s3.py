"""How is an S3 server spoken to, one call at a time, and what do its answers mean?"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import BinaryIO
from xml.etree.ElementTree import ParseError  # noqa: S405  only caught: minio parses

import urllib3
from minio import Minio
from minio.commonconfig import COMPLIANCE
from minio.error import MinioException, S3Error
from minio.helpers import check_bucket_name
from minio.retention import Retention
from urllib3.exceptions import HTTPError

from storage.errors import (
    ObjectLocked,
    ObjectMissing,
    StorageError,
    StoreFull,
    StoreRefuses,
    StoreUnreachable,
)

PART = 5 << 20  # the smallest S3 allows: each has to be sent within the time limit on a slow line
_AT_ONCE = 2  # parts on their way together

_MISSING = {"NoSuchKey", "NoSuchVersion", "NoSuchUpload"}
_FULL = {"QuotaExceeded", "XMinioStorageFull", "InsufficientCapacity"}
_LATER = {"SlowDown", "RequestTimeout", "OperationAborted", "ServiceUnavailable", "InternalError"}
_GARBLED = {"BadDigest", "IncompleteBody", "InvalidPart", "XAmzContentSHA256Mismatch"}
_NO_LOCK_HERE = {"NotImplemented", "MethodNotAllowed", "InvalidArgument", "InvalidRequest"}
_BUCKET_THERE = {"BucketAlreadyOwnedByYou", "BucketAlreadyExists"}


@dataclass(frozen=True, slots=True)
class Seen:
    """One version of a key as the server lists it."""

    key: str
    size: int
    modified: datetime
    version: str | None
    newest: bool


@dataclass(frozen=True, slots=True)
class Upload:
    """An upload in parts that was begun and neither finished nor given up."""

    key: str
    upload: str
    begun: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """The bytes of one fetch: `fill` gives them, `close` lets the connection go."""

    length: int
    fill: Callable[[memoryview], int]
    close: Callable[[], None]


@contextmanager
def errors_named(key: str = "") -> Iterator[None]:
    """Turn what minio and the network raise into ours; `key` is what a 404 speaks of."""
    try:
        yield
    except S3Error as fault:
        raise _meaning(fault, key) from fault
    except (MinioException, HTTPError, ParseError, OSError, ValueError) as fault:
        # an answer that makes no sense comes from something in between, or is cut off
        raise StoreUnreachable(type(fault).__name__) from fault


def _meaning(fault: S3Error, key: str) -> StorageError:
    code, status = fault.code or "", fault.response.status
    if code in _MISSING:
        return ObjectMissing(key)
    if code in _FULL or status == 507:
        return StoreFull(code)
    if code in _LATER | _GARBLED or status >= 500 or status == 429:
        return StoreUnreachable(code)
    return StoreRefuses(code)


def _told(instant: datetime | None) -> datetime:
    """Return the time, or refuse to go on: without one, everything would seem old enough to go."""
    if instant is None:
        raise StoreUnreachable("Antwort ohne Zeit")
    return instant


class S3Bucket:
    """One bucket, in single calls that are never repeated here; raises StorageError alone.

    `answer_within` seconds is the limit for connecting, for sending one part and for silence.
    """

    def __init__(
        self,
        endpoint: str,
        name: str,
        *,
        access_key: str,
        secret_key: str,
        region: str,
        secure: bool,
        answer_within: float,
    ) -> None:
        check_bucket_name(name, strict=True)
        self.name = name
        self._client = Minio(
            endpoint=endpoint,
            access_key=access_key,
            secret_key=secret_key,
            secure=secure,
            region=region,
            http_client=urllib3.PoolManager(
                timeout=urllib3.Timeout(connect=answer_within, read=answer_within),
                retries=False,  # how often a call is made is decided in one place: patience.py
                maxsize=16,
                cert_reqs="CERT_REQUIRED",  # against the machine's own authorities
            ),
        )

    def there(self) -> bool:
        """Tell whether the bucket exists."""
        with errors_named():
            return self._client.bucket_exists(bucket_name=self.name)

    def make(self) -> None:
        """Create the bucket, with versions and object lock where the server knows them."""
        with errors_named():
            for object_lock in (True, False):
                try:
                    self._client.make_bucket(bucket_name=self.name, object_lock=object_lock)
                    return
                except S3Error as fault:
                    if fault.code in _BUCKET_THERE:
                        return
                    if not object_lock or fault.code not in _NO_LOCK_HERE:
                        raise

    def stat(self, key: str, *, version: str | None = None) -> Seen:
        """Return size and time of a key; raises ObjectMissing, also when the bucket is gone."""
        with errors_named(key):
            found = self._client.stat_object(
                bucket_name=self.name, object_name=key, version_id=version
            )
        # what is left of an answer cut off in its head passes for a whole one, with size 0
        if "content-length" not in (found.metadata or {}):
            raise StoreUnreachable("Antwort unvollständig")
        return Seen(key, found.size or 0, _told(found.last_modified), found.version_id, True)

    def send(self, key: str, stream: BinaryIO, *, size: int) -> None:
        """Write the stream, from its beginning, under the key; beyond PART bytes in parts."""
        try:
            with errors_named(key):
                stream.seek(0)
                self._client.put_object(
                    bucket_name=self.name,
                    object_name=key,
                    data=stream,
                    length=size,
                    part_size=PART,
                    num_parallel_uploads=_AT_ONCE,
                )
        except ObjectMissing as fault:
            # the answer to the last call was lost, minio gave up an upload that was complete
            raise StoreUnreachable("unbekannt, wie das Schreiben ausging") from fault

    def fetch(self, key: str, *, start: int = 0, length: int = 0) -> Answer:
        """Begin to read a key, from `start` on; length 0 means to its end."""
        with errors_named(key):
            response = self._client.get_object(
                bucket_name=self.name, object_name=key, offset=start, length=length
            )

        def fill(view: memoryview) -> int:
            with errors_named(key):
                chunk = response.read(len(view))
            view[: len(chunk)] = chunk
            return len(chunk)

        def close() -> None:
            response.close()
            response.release_conn()

        announced = response.headers.get("Content-Length", "")
        part_of_it = response.status == 206
        if not announced.isdigit():
            close()
            raise StoreUnreachable("Antwort unvollständig")
        if part_of_it != bool(start or length):
            close()
            raise StoreRefuses("der Server gibt keine Ausschnitte")
        return Answer(int(announced), fill, close)

    def newest(self) -> Iterator[Seen]:
        """Yield the newest version of every key."""
        return self._listed(prefix="", versions=False)

    def versions(self, prefix: str) -> Iterator[Seen]:
        """Yield every version and every delete marker of the keys that begin so."""
        return self._listed(prefix=prefix, versions=True)

    def _listed(self, *, prefix: str, versions: bool) -> Iterator[Seen]:
        pages = self._client.list_objects(
            bucket_name=self.name, prefix=prefix, recursive=True, include_version=versions
        )
        while True:
            with errors_named():
                found = next(pages, None)
            if found is None:
                return
            yield Seen(
                found.object_name or "",
                found.size or 0,
                _told(found.last_modified),
                found.version_id,
                found.is_latest == "true",
            )

    def remove(self, key: str, *, version: str | None) -> None:
        """Delete one version; what is gone is no error; raises ObjectLocked."""
        try:
            with errors_named(key):
                self._client.remove_object(
                    bucket_name=self.name, object_name=key, version_id=version
                )
        except ObjectMissing:
            return
        except StoreRefuses:  # a lock and a missing right are answered alike
            if self._locked(key, version):
                raise ObjectLocked(key) from None
            raise

    def lock(self, key: str, *, version: str | None, until: datetime) -> None:
        """Forbid everybody to delete a version before that instant (COMPLIANCE)."""
        with errors_named(key):
            self._client.set_object_retention(
                bucket_name=self.name,
                object_name=key,
                version_id=version,
                config=Retention(mode=COMPLIANCE, retain_until_date=until),
            )

    def _locked(self, key: str, version: str | None) -> bool:
        # by the headers: Ceph writes nanoseconds, which minio's own reading of a retention refuses
        try:
            with errors_named(key):
                found = self._client.stat_object(
                    bucket_name=self.name, object_name=key, version_id=version
                )
        except (StoreRefuses, ObjectMissing):
            return False
        headers = found.metadata or {}
        if headers.get("x-amz-object-lock-legal-hold", "").upper() == "ON":
            return True
        until = headers.get("x-amz-object-lock-retain-until-date", "")[:19]
        return bool(until) and datetime.fromisoformat(f"{until}+00:00") > datetime.now(UTC)

    def uploads(self) -> Iterator[Upload]:
        """Yield the open uploads in parts; minio 7 has the call under a private name alone."""
        key_marker = upload_marker = None
        while True:
            with errors_named():
                page = self._client._list_multipart_uploads(
                    bucket_name=self.name,
                    key_marker=key_marker,
                    upload_id_marker=upload_marker,
                )
            for found in page.uploads:
                yield Upload(
                    found.object_name or "", found.upload_id or "", _told(found.initiated_time)
                )
            if not page.is_truncated:
                return
            key_marker, upload_marker = page.next_key_marker, page.next_upload_id_marker

    def abort(self, upload: Upload) -> None:
        """Give up an upload in parts and free its room; what is gone is no error."""
        try:
            with errors_named(upload.key):
                self._client._abort_multipart_upload(
                    bucket_name=self.name, object_name=upload.key, upload_id=upload.upload
                )
        except ObjectMissing:
            return
