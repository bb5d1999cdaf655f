"""Does a bucket keep its promises when the network or the server fails?"""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from minio.commonconfig import COMPLIANCE, ENABLED
from minio.retention import Retention
from minio.versioningconfig import VersioningConfig

from storage import (
    BucketStore,
    Digest,
    ObjectLocked,
    Store,
    StoreRefuses,
    StoreUnreachable,
)
from tests.proxy import Fault, Kind, Proxy
from tests.storage.conftest import Server
from tests.storage.test_contract import LETTER, MANY_CHUNKS

pytestmark = pytest.mark.s3
VERSIONS_ON = VersioningConfig(status=ENABLED)
SHORT = 2.0  # seconds of silence; the default is proved once, at the end


@pytest.fixture
def proxy(server: Server) -> Iterator[Proxy]:
    with Proxy(server.endpoint) as proxy:
        yield proxy


@pytest.fixture
def bucket(server: Server) -> str:
    return server.bucket()


@pytest.fixture
def direct(server: Server, bucket: str) -> Store:
    """The same bucket without the proxy: what is really there."""
    return server.store(bucket)


@pytest.fixture
def store(server: Server, bucket: str, proxy: Proxy) -> Store:
    return server.store(bucket, endpoint=proxy.address, answer_within=SHORT)


def kept(store: Store) -> list[Digest]:
    return [found.digest for found in store.listing()]


def assert_whole(store: Store, content: bytes) -> None:
    assert kept(store) == [Digest.of(content)]
    with store.open(Digest.of(content)) as source:
        assert source.read() == content


ONCE = [
    Fault(Kind.SWALLOW_ANSWER),
    Fault(Kind.CUT_ANSWER, after=1),
    Fault(Kind.CUT_ANSWER, after=60),
    Fault(Kind.CUT_REQUEST, after=0),
    Fault(Kind.CUT_REQUEST, after=1),
    Fault(Kind.CUT_REQUEST, after=900),
    Fault(Kind.DELAY, seconds=0.2),
]


@pytest.mark.parametrize("content", [LETTER, MANY_CHUNKS], ids=["one part", "many parts"])
@pytest.mark.parametrize("fault", ONCE, ids=lambda fault: f"{fault.kind.name}-{fault.after}")
def test_one_fault_at_any_call_of_a_put_is_healed(
    store: Store, direct: Store, proxy: Proxy, fault: Fault, content: bytes
) -> None:
    proxy.inject(None)
    store.put(BytesIO(content))
    calls = len(proxy.requests)
    assert calls >= 4
    for number in range(calls):
        direct.delete(Digest.of(content))
        proxy.inject(Fault(fault.kind, spared=number, after=fault.after, seconds=fault.seconds))
        assert store.put(BytesIO(content)).digest == Digest.of(content)
        assert proxy.fired == 1
        assert_whole(direct, content)


def test_a_swallowed_answer_to_the_write_itself_is_healed_by_looking_not_by_writing_again(
    store: Store, direct: Store, proxy: Proxy
) -> None:
    for kind in (Kind.SWALLOW_ANSWER, Kind.HANG):
        direct.delete(Digest.of(LETTER))
        proxy.inject(Fault(kind, words=b"PUT /"))
        store.put(BytesIO(LETTER))
        assert proxy.fired == 1
        assert sum(line.startswith(b"PUT") for line in proxy.requests) == 1
        assert_whole(direct, LETTER)


CUTS_IN_A_PART = [0, 1, 500, 2000, (5 << 20) - 1, 5 << 20]


@pytest.mark.parametrize(
    ("words", "after"),
    [(b"PUT /", after) for after in CUTS_IN_A_PART] + [(b"POST /", after) for after in (0, 1, 400)],
)
def test_writes_that_never_come_through_are_no_success_and_leave_nothing_to_see(
    store: Store, direct: Store, proxy: Proxy, words: bytes, after: int
) -> None:
    proxy.inject(Fault(Kind.CUT_REQUEST, words=words, after=after, times=None))
    with pytest.raises(StoreUnreachable):
        store.put(BytesIO(MANY_CHUNKS))
    assert proxy.fired >= 1
    assert len(proxy.requests) < 30
    assert kept(direct) == []
    proxy.inject(None)
    assert store.put(BytesIO(MANY_CHUNKS)).size == len(MANY_CHUNKS)
    direct.sweep(older_than=timedelta(minutes=-5))
    assert_whole(direct, MANY_CHUNKS)


@pytest.mark.parametrize("after", [0, 1, 300, 5000, 1 << 20, (11 << 20) + 17])
def test_a_read_that_is_cut_is_no_success_and_the_next_one_succeeds(
    store: Store, direct: Store, proxy: Proxy, tmp_path: Path, after: int
) -> None:
    stored = direct.put(BytesIO(MANY_CHUNKS))
    proxy.inject(Fault(Kind.CUT_ANSWER, words=b"GET /", after=after, times=None))
    with pytest.raises(StoreUnreachable):
        store.copy_to(stored.digest, tmp_path / "copy")
    assert proxy.fired >= 1
    assert list(tmp_path.iterdir()) == []
    with (
        pytest.raises(StoreUnreachable),
        store.open_range(stored.digest, start=1, length=stored.size - 1) as part,
    ):
        part.read()
    proxy.inject(None)
    store.copy_to(stored.digest, tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == MANY_CHUNKS


@pytest.mark.parametrize("kind", [Kind.SWALLOW_ANSWER, Kind.HANG, Kind.CUT_REQUEST])
def test_every_call_says_that_the_server_is_out_of_reach_and_works_when_it_is_back(
    store: Store, direct: Store, proxy: Proxy, tmp_path: Path, kind: Kind
) -> None:
    stored = direct.put(BytesIO(LETTER))
    calls: list[Callable[[], object]] = [
        lambda: store.put(BytesIO(LETTER)),
        lambda: store.open(stored.digest).close(),
        lambda: store.open_range(stored.digest, start=1, length=5).close(),
        lambda: store.copy_to(stored.digest, tmp_path / "copy"),
        lambda: store.size(stored.digest),
        lambda: store.exists(stored.digest),
        lambda: list(store.listing()),
        lambda: store.sweep(older_than=timedelta(days=1)),
        lambda: store.delete(Digest.of(b"something else")),
        store.probe,
    ]
    for call in calls:
        proxy.inject(Fault(kind, times=None))
        with pytest.raises(StoreUnreachable):
            call()
        assert 1 <= proxy.fired <= 9
        proxy.inject(None)
        call()
    assert_whole(direct, LETTER)


def test_a_dead_server_is_reported_at_once_and_used_again_when_it_is_back(
    store: Store, direct: Store, proxy: Proxy
) -> None:
    store.put(BytesIO(LETTER))  # connections are open and will be found dead
    proxy.refuse()
    began = time.monotonic()
    with pytest.raises(StoreUnreachable):
        store.put(BytesIO(b"another letter"))
    assert time.monotonic() - began < 2
    proxy.accept()
    store.delete(Digest.of(LETTER))
    store.put(BytesIO(b"another letter"))
    assert_whole(direct, b"another letter")


def test_a_server_that_dies_in_the_middle_of_a_put_leaves_no_wrong_success(
    store: Store, direct: Store, proxy: Proxy
) -> None:
    class DiesMeanwhile(BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            proxy.refuse()
            return super().read(size)

    with pytest.raises(StoreUnreachable):
        store.put(DiesMeanwhile(LETTER))
    assert kept(direct) == []


def test_a_silent_server_is_reported_within_about_ten_seconds_by_default(
    server: Server, bucket: str, proxy: Proxy
) -> None:
    store = server.store(bucket, endpoint=proxy.address)
    for words in (b"", b"PUT /"):
        proxy.inject(Fault(Kind.HANG, words=words, times=None))
        began = time.monotonic()
        with pytest.raises(StoreUnreachable):
            store.probe()
        assert time.monotonic() - began < 11
        assert proxy.fired >= 1


def test_versions_and_lock_are_found_by_trying(server: Server) -> None:
    versioned = server.bucket()
    server.client.set_bucket_versioning(bucket_name=versioned, config=VERSIONS_ON)
    found = {
        name: server.store(bucket).probe()
        for name, bucket in {
            "plain": server.bucket(),
            "versions": versioned,
            "lock": server.bucket(object_lock=True),
        }.items()
    }
    assert {name: (facts.versioning, facts.object_lock) for name, facts in found.items()} == {
        "plain": (False, False),
        "versions": (True, False),
        "lock": (True, True),
    }


def test_a_server_that_accepts_a_lock_and_deletes_all_the_same_is_found_out(
    server: Server, proxy: Proxy
) -> None:
    store = server.store(server.bucket(object_lock=True), endpoint=proxy.address)
    proxy.inject(Fault(Kind.LIE, words=b"retention="))
    facts = store.probe()
    assert proxy.fired == 1
    assert facts.versioning
    assert not facts.object_lock
    assert server.store(server.made[-1]).probe().object_lock


def test_a_probe_makes_the_bucket_and_tries_its_protection_only_once(
    server: Server, proxy: Proxy
) -> None:
    store = server.store(f"{server.bucket()}-new", endpoint=proxy.address)
    server.made.append(f"{server.made[-1]}-new")
    for ask in (lambda: store.put(BytesIO(LETTER)), lambda: kept(store)):
        with pytest.raises(StoreRefuses):
            ask()
    for about in (store.exists, store.size, store.open, store.delete):
        with pytest.raises(StoreRefuses):
            about(Digest.of(LETTER))
    assert store.probe().object_lock
    proxy.inject(None)
    assert store.probe().object_lock
    assert [line.partition(b" ")[0] for line in proxy.requests] == [b"HEAD"]
    store.put(BytesIO(LETTER))
    assert kept(store) == [Digest.of(LETTER)]


def test_a_locked_object_stays_until_its_time_has_come(server: Server) -> None:
    name = server.bucket(object_lock=True)
    store = server.store(name)
    stored = store.put(BytesIO(LETTER))
    until = datetime.now(UTC) + timedelta(seconds=3)
    server.client.set_object_retention(
        bucket_name=name, object_name=str(stored.digest), config=Retention(COMPLIANCE, until)
    )
    with pytest.raises(ObjectLocked):
        store.delete(stored.digest)
    assert_whole(store, LETTER)
    time.sleep(4)
    store.delete(stored.digest)
    assert not store.exists(stored.digest)


def test_an_object_under_legal_hold_stays_until_the_hold_ends(server: Server) -> None:
    name = server.bucket(object_lock=True)
    store = server.store(name)
    stored = store.put(BytesIO(LETTER))
    server.client.enable_object_legal_hold(bucket_name=name, object_name=str(stored.digest))
    with pytest.raises(ObjectLocked):
        store.delete(stored.digest)
    assert_whole(store, LETTER)
    server.client.disable_object_legal_hold(bucket_name=name, object_name=str(stored.digest))
    store.delete(stored.digest)
    assert not store.exists(stored.digest)


def test_deleting_removes_all_versions_and_markers(server: Server) -> None:
    name = server.bucket(object_lock=True)
    store = server.store(name)
    stored = store.put(BytesIO(LETTER))
    for _ in range(3):
        server.client.put_object(
            bucket_name=name,
            object_name=str(stored.digest),
            data=BytesIO(LETTER),
            length=len(LETTER),
        )
    server.client.remove_object(bucket_name=name, object_name=str(stored.digest))
    assert not store.exists(stored.digest)
    store.delete(stored.digest)
    assert list(server.client.list_objects(bucket_name=name, include_version=True)) == []


def test_what_is_put_again_late_is_renewed_and_still_one_version(server: Server) -> None:
    name = server.bucket(object_lock=True)
    store = BucketStore(
        server.endpoint,
        name,
        access_key=server.access_key,
        secret_key=server.secret_key,
        secure=False,
        renew_after=timedelta(0),
    )
    store.put(BytesIO(LETTER))
    (first,) = store.listing()
    time.sleep(1.1)
    store.put(BytesIO(LETTER))
    (second,) = store.listing()
    assert second.stored_at > first.stored_at
    assert len(list(server.client.list_objects(bucket_name=name, include_version=True))) == 1
    store.delete(second.digest, stored_before=second.stored_at)
    assert store.exists(second.digest)


def test_an_unfinished_upload_is_never_listed_and_only_age_lets_it_be_swept(
    store: Store, direct: Store, proxy: Proxy
) -> None:
    proxy.inject(Fault(Kind.CUT_REQUEST, spared=2, times=None))  # after HEAD and the beginning
    with pytest.raises(StoreUnreachable):
        store.put(BytesIO(MANY_CHUNKS))
    assert proxy.fired >= 1
    assert kept(direct) == []
    assert direct.sweep(older_than=timedelta(hours=1)) == 0
    assert direct.sweep(older_than=timedelta(minutes=-5)) == 1
    assert direct.sweep(older_than=timedelta(minutes=-5)) == 0


def test_a_wrong_key_is_refused_and_not_tried_again(
    server: Server, bucket: str, proxy: Proxy
) -> None:
    store = BucketStore(
        proxy.address, bucket, access_key=server.access_key, secret_key="wrong", secure=False
    )
    for ask in (store.probe, lambda: store.put(BytesIO(LETTER)), lambda: kept(store)):
        proxy.inject(None)
        with pytest.raises(StoreRefuses) as refusal:
            ask()
        assert len(proxy.requests) == 1
        assert "wrong" not in str(refusal.value)


def test_an_answer_cut_off_in_its_head_is_not_taken_for_an_empty_object(
    store: Store, direct: Store, proxy: Proxy
) -> None:
    stored = direct.put(BytesIO(LETTER))
    proxy.inject(Fault(Kind.CUT_ANSWER, words=b"HEAD /", after=30, times=None))
    with pytest.raises(StoreUnreachable):
        store.size(stored.digest)
    with pytest.raises(StoreUnreachable):
        store.exists(stored.digest)
    assert proxy.fired >= 2
