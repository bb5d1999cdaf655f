"""Which stores does the contract suite run against, and how is each damaged from outside?"""

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from uuid import uuid4

import pytest
from minio import Minio

from storage import BucketStore, Digest, DirectoryStore, MemoryStore, Store

SERVER = ("EAKTE_TEST_S3_URL", "EAKTE_TEST_S3_ACCESS_KEY", "EAKTE_TEST_S3_SECRET_KEY")


@dataclass(frozen=True)
class Place:
    """A store, a second one at the same place, and a hand that does what no store would."""

    store: Store
    again: Callable[[], Store]
    tamper: Callable[[Digest, bytes], None]


@dataclass(frozen=True)
class Server:
    """A real S3 server and buckets of our own on it."""

    endpoint: str
    access_key: str
    secret_key: str
    client: Minio
    made: list[str]

    def bucket(self, *, object_lock: bool = False) -> str:
        name = f"eakte-test-{uuid4().hex}"
        self.client.make_bucket(bucket_name=name, object_lock=object_lock)
        self.made.append(name)
        return name

    def store(
        self, bucket: str, *, endpoint: str | None = None, answer_within: float = 4.5
    ) -> BucketStore:
        return BucketStore(
            endpoint or self.endpoint,
            bucket,
            access_key=self.access_key,
            secret_key=self.secret_key,
            secure=False,
            answer_within=answer_within,
        )

    def place(self, *, object_lock: bool) -> Place:
        name = self.bucket(object_lock=object_lock)

        def tamper(digest: Digest, content: bytes) -> None:
            self.client.put_object(
                bucket_name=name,
                object_name=digest.sha256,
                data=BytesIO(content),
                length=len(content),
            )

        return Place(self.store(name), lambda: self.store(name), tamper)

    def clear(self) -> None:
        for name in self.made:
            versions = self.client.list_objects(
                bucket_name=name, recursive=True, include_version=True
            )
            kept = [seen for seen in versions if not seen.object_name.startswith(".probe/")]
            for seen in kept:
                self.client.remove_object(
                    bucket_name=name, object_name=seen.object_name, version_id=seen.version_id
                )


@pytest.fixture
def server() -> Iterator[Server]:
    missing = [name for name in SERVER if not os.environ.get(name)]
    if missing:
        pytest.skip(f"no S3 server: {', '.join(missing)} not set; see scripts/s3-server")
    url, access_key, secret_key = (os.environ[name] for name in SERVER)
    endpoint = url.removeprefix("s3+http://").partition("/")[0]
    client = Minio(endpoint=endpoint, access_key=access_key, secret_key=secret_key, secure=False)
    server = Server(endpoint, access_key, secret_key, client, [])
    yield server
    server.clear()


@pytest.fixture(
    params=[
        "directory",
        "memory",
        pytest.param("bucket", marks=pytest.mark.s3),
        pytest.param("bucket with object lock", marks=pytest.mark.s3),
    ]
)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    match request.param:
        case "directory":
            return directory_place(tmp_path / "store")
        case "memory":
            memory = MemoryStore()
            return Place(memory, lambda: memory, memory.tamper)
        case kind:
            server: Server = request.getfixturevalue("server")
            return server.place(object_lock=kind == "bucket with object lock")


@pytest.fixture
def store(place: Place) -> Store:
    return place.store


def directory_place(root: Path) -> Place:
    def tamper(digest: Digest, content: bytes) -> None:
        path = root / digest.sha256[:2] / digest.sha256
        path.chmod(stat.S_IRUSR | stat.S_IWUSR)
        path.write_bytes(content)

    return Place(DirectoryStore(root), lambda: DirectoryStore(root), tamper)
