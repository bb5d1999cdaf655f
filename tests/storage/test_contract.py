"""Does every store keep the promises of storage/README.md?"""

import hashlib
import io
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage import (
    Digest,
    DigestMismatch,
    ObjectCorrupt,
    ObjectMissing,
    SizeMismatch,
    Store,
    StoreKind,
    TooLarge,
)
from tests.storage.conftest import Place

LETTER = "Sehr geehrte Frau Müller,\nIhr Antrag vom 3. Mai liegt vor.\n".encode() * 40
NOWHERE = Digest.of(b"never put")
MANY_CHUNKS = hashlib.shake_256(b"").digest((11 << 20) + 17)  # beyond one part and one spool


class Broken(Exception):
    """What a connection that ends in the middle raises."""


class BrokenStream(io.RawIOBase):
    """Gives some bytes, then raises."""

    def __init__(self, content: bytes) -> None:
        self._pieces: Iterator[bytes] = iter([content])

    def read(self, size: int = -1) -> bytes:
        for piece in self._pieces:
            return piece
        raise Broken


class Dripping(io.RawIOBase):
    """Gives a few bytes at a time, as a slow line does."""

    def __init__(self, content: bytes) -> None:
        self._rest = BytesIO(content)

    def read(self, size: int = -1) -> bytes:
        return self._rest.read(min(size, 7))


def kept(store: Store) -> list[Digest]:
    return sorted(listed.digest for listed in store.listing())


def test_what_was_put_comes_back_unchanged_from_another_store_at_the_same_place(
    place: Place,
) -> None:
    stored = place.store.put(BytesIO(LETTER))
    assert str(stored.digest) == hashlib.sha256(LETTER).hexdigest()
    assert stored.size == len(LETTER)
    with place.again().open(stored.digest) as content:
        assert content.read() == LETTER


def test_an_empty_content_is_kept_too(store: Store) -> None:
    stored = store.put(BytesIO(b""))
    assert stored.size == store.size(stored.digest) == 0
    with store.open(stored.digest) as content:
        assert content.read() == b""
    assert store.open_range(stored.digest, start=0, length=5).read() == b""


def test_a_large_content_comes_back_unchanged(store: Store, tmp_path: Path) -> None:
    stored = store.put(BytesIO(MANY_CHUNKS))
    with store.open(stored.digest) as content:
        assert content.read() == MANY_CHUNKS
    store.copy_to(stored.digest, tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == MANY_CHUNKS


def test_a_stream_that_drips_or_has_been_read_in_part_is_taken_from_where_it_stands(
    store: Store,
) -> None:
    assert store.put(Dripping(LETTER)).digest == Digest.of(LETTER)
    begun = BytesIO(LETTER)
    begun.read(10)
    assert store.put(begun).digest == Digest.of(LETTER[10:])


def test_the_same_bytes_again_are_the_same_object(store: Store) -> None:
    assert store.put(BytesIO(LETTER)) == store.put(BytesIO(LETTER))
    assert kept(store) == [Digest.of(LETTER)]


def test_many_threads_that_put_the_same_bytes_make_one_object(store: Store) -> None:
    together = threading.Barrier(8)

    def put(_: int) -> Digest:
        together.wait()
        return store.put(BytesIO(LETTER)).digest

    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(put, range(8))) == {Digest.of(LETTER)}
    assert kept(store) == [Digest.of(LETTER)]
    with store.open(Digest.of(LETTER)) as content:
        assert content.read() == LETTER


def test_the_bytes_must_be_those_that_were_announced(store: Store) -> None:
    right = Digest.of(LETTER)
    with pytest.raises(DigestMismatch):
        store.put(BytesIO(LETTER), expected=NOWHERE)
    with pytest.raises(SizeMismatch):
        store.put(BytesIO(LETTER), expected_size=len(LETTER) + 1)
    with pytest.raises(SizeMismatch):
        store.put(BytesIO(LETTER), expected_size=len(LETTER) - 1)
    assert kept(store) == []
    stored = store.put(BytesIO(LETTER), expected=right, expected_size=len(LETTER))
    assert kept(store) == [stored.digest]


def test_a_wrong_announcement_leaves_an_object_that_was_there_alone(store: Store) -> None:
    store.put(BytesIO(LETTER))
    with pytest.raises(DigestMismatch):
        store.put(BytesIO(LETTER), expected=NOWHERE)
    with store.open(Digest.of(LETTER)) as content:
        assert content.read() == LETTER


def test_a_limit_is_the_number_of_bytes_that_may_come(store: Store) -> None:
    with pytest.raises(TooLarge):
        store.put(BytesIO(LETTER), limit=len(LETTER) - 1)
    assert kept(store) == []
    assert store.put(BytesIO(LETTER), limit=len(LETTER)).size == len(LETTER)


def test_an_announced_size_beyond_the_limit_is_refused_before_a_byte_is_read(
    store: Store,
) -> None:
    with pytest.raises(TooLarge):
        store.put(BrokenStream(b""), limit=10, expected_size=11)


def test_an_endless_stream_is_read_little_beyond_the_limit(store: Store) -> None:
    class Endless(io.RawIOBase):
        given = 0

        def read(self, size: int = -1) -> bytes:
            self.given += size
            return b"\0" * size

    endless = Endless()
    with pytest.raises(TooLarge):
        store.put(endless, limit=3 << 20)
    assert endless.given <= 5 << 20


def test_a_stream_that_breaks_leaves_nothing_and_its_error_passes_through(store: Store) -> None:
    with pytest.raises(Broken):
        store.put(BrokenStream(LETTER))
    assert kept(store) == []
    assert store.sweep(older_than=timedelta(0)) == 0


def test_what_is_not_there_is_missing_and_its_deletion_no_error(
    store: Store, tmp_path: Path
) -> None:
    store.probe()
    assert not store.exists(NOWHERE)
    for ask in (
        store.open,
        store.size,
        lambda digest: store.open_range(digest, start=0, length=1),
        lambda digest: store.open_range(digest, start=0, length=0),
        lambda digest: store.copy_to(digest, tmp_path / "copy"),
    ):
        with pytest.raises(ObjectMissing):
            ask(NOWHERE)
    store.delete(NOWHERE)
    assert list(tmp_path.glob("*copy*")) + list(tmp_path.glob("*.part")) == []


def test_a_deleted_object_is_gone_and_may_come_again(store: Store) -> None:
    stored = store.put(BytesIO(LETTER))
    assert store.exists(stored.digest)
    store.delete(stored.digest)
    store.delete(stored.digest)
    assert not store.exists(stored.digest)
    assert kept(store) == []
    assert store.put(BytesIO(LETTER)) == stored
    assert store.exists(stored.digest)


def test_a_sweep_by_an_old_listing_leaves_what_was_put_since(store: Store) -> None:
    stored = store.put(BytesIO(LETTER))
    (listed,) = store.listing()
    store.delete(stored.digest, stored_before=listed.stored_at - timedelta(seconds=1))
    assert store.exists(stored.digest)
    store.delete(stored.digest, stored_before=listed.stored_at + timedelta(seconds=1))
    assert not store.exists(stored.digest)


def test_the_listing_names_every_object_with_size_and_time(store: Store) -> None:
    contents = [LETTER + bytes([number]) for number in range(20)]
    before = datetime.now(UTC) - timedelta(seconds=5)
    for content in contents:
        store.put(BytesIO(content))
    listed = {found.digest: found for found in store.listing()}
    assert set(listed) == {Digest.of(content) for content in contents}
    for found in listed.values():
        assert found.size == len(LETTER) + 1
        assert before <= found.stored_at <= datetime.now(UTC) + timedelta(seconds=5)
        assert found.stored_at.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("start", "length"), [(0, 1), (0, 10_000), (5, 0), (5, 17), (2559, 1), (2560, 5), (9999, 5)]
)
def test_a_range_is_a_slice(store: Store, start: int, length: int) -> None:
    content = bytes(range(256)) * 10
    stored = store.put(BytesIO(content))
    with store.open_range(stored.digest, start=start, length=length) as part:
        assert part.read() == content[start : start + length]


@pytest.mark.parametrize(("start", "length"), [(-1, 1), (1, -1)])
def test_a_range_with_a_negative_number_is_a_fault_of_the_caller(
    store: Store, start: int, length: int
) -> None:
    stored = store.put(BytesIO(LETTER))
    with pytest.raises(ValueError, match="negativ"):
        store.open_range(stored.digest, start=start, length=length)


@pytest.mark.parametrize(
    "wrong",
    [b"", LETTER[:-1], LETTER + b"!", b"?" + LETTER[1:], LETTER[:-1] + b"?"],
    ids=["empty", "cut", "longer", "first byte", "last byte"],
)
def test_a_wrong_object_is_never_handed_out_whole(
    place: Place, tmp_path: Path, wrong: bytes
) -> None:
    stored = place.store.put(BytesIO(LETTER))
    place.tamper(stored.digest, wrong)
    with place.store.open(stored.digest) as content, pytest.raises(ObjectCorrupt):
        content.read()
    with pytest.raises(ObjectCorrupt):
        place.store.copy_to(stored.digest, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()
    assert list(tmp_path.glob("*.part")) == []


def test_a_reader_of_exactly_the_size_notices_a_wrong_object_and_so_does_its_second_try(
    place: Place,
) -> None:
    stored = place.store.put(BytesIO(MANY_CHUNKS))
    place.tamper(stored.digest, MANY_CHUNKS[:-1] + b"?")
    came = 0
    with place.store.open(stored.digest) as content:
        with pytest.raises(ObjectCorrupt):
            while came < stored.size:
                came += len(content.read(min(65536, stored.size - came)))
        assert came < stored.size
        with pytest.raises(ObjectCorrupt):
            content.read(1)


def test_putting_the_right_bytes_again_heals_a_wrong_object(place: Place) -> None:
    stored = place.store.put(BytesIO(LETTER))
    place.tamper(stored.digest, LETTER[:-1] + b"?")
    place.store.put(BytesIO(LETTER))
    with place.store.open(stored.digest) as content:
        assert content.read() == LETTER
    assert kept(place.store) == [stored.digest]


def test_a_copy_replaces_what_stood_there_and_only_when_it_is_complete(
    place: Place, tmp_path: Path
) -> None:
    target = tmp_path / "copy"
    target.write_bytes(b"older")
    stored = place.store.put(BytesIO(LETTER))
    with pytest.raises(ObjectMissing):
        place.store.copy_to(NOWHERE, target)
    assert target.read_bytes() == b"older"
    assert place.store.copy_to(stored.digest, target) == stored
    assert target.read_bytes() == LETTER


def test_an_open_object_reads_to_its_end_in_small_steps_and_stays_at_its_end(
    store: Store,
) -> None:
    stored = store.put(BytesIO(LETTER))
    with store.open(stored.digest) as content:
        assert b"".join(iter(lambda: content.read(13), b"")) == LETTER
        assert content.read(1) == b""
        assert not content.seekable()


def test_a_reader_that_leaves_early_does_no_harm(store: Store) -> None:
    stored = store.put(BytesIO(MANY_CHUNKS))
    for _ in range(5):
        with store.open(stored.digest) as content:
            assert content.read(10) == MANY_CHUNKS[:10]
    with store.open(stored.digest) as content:
        assert content.read() == MANY_CHUNKS


def test_a_probe_says_what_kind_of_store_answers(store: Store) -> None:
    facts = store.probe()
    assert facts.reachable
    assert isinstance(facts.kind, StoreKind)
    assert kept(store) == []


@pytest.mark.parametrize(
    "name",
    ["", "..", "../" * 20, "a" * 63, "A" * 64, "g" * 64, "a" * 64 + "\n", "٣" * 64, "a/" * 32],
)
def test_only_a_digest_ever_becomes_a_path_or_a_key(name: str) -> None:
    with pytest.raises(ValueError, match="SHA-256"):
        Digest(name)


@settings(
    deadline=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    content=st.binary(max_size=5000),
    pieces=st.lists(st.integers(1, 999)),
    cut=st.tuples(st.integers(0, 6000), st.integers(0, 6000)),
)
def test_whatever_is_put_comes_back_in_whatever_steps_it_is_read(
    store: Store, content: bytes, pieces: list[int], cut: tuple[int, int]
) -> None:
    stored = store.put(BytesIO(content), expected=Digest.of(content), expected_size=len(content))
    with store.open(stored.digest) as source:
        parts = [source.read(piece) for piece in pieces]
        assert b"".join(parts) + source.read() == content
    start, length = cut
    with store.open_range(stored.digest, start=start, length=length) as part:
        assert part.read() == content[start : start + length]


def test_a_working_copy_is_readable_by_its_owner_alone(store: Store, tmp_path: Path) -> None:
    stored = store.put(BytesIO(LETTER))
    store.copy_to(stored.digest, tmp_path / "copy")
    assert (tmp_path / "copy").stat().st_mode & 0o777 == 0o600
