"""Does an address lead to the store it means, and to no other?"""

import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest

from storage import (
    BucketStore,
    DirectoryStore,
    MemoryStore,
    StorageError,
    StoreFull,
    StoreKind,
    StoreRefuses,
    StoreUnreachable,
    open_store,
)

KEYS = {"access_key": "somebody", "secret_key": "something long"}


def test_each_form_of_an_address_opens_its_store(tmp_path: Path) -> None:
    folder = tmp_path / "Akten und Bücher"
    store = open_store(folder.as_uri())
    assert isinstance(store, DirectoryStore)
    store.put(BytesIO(b"x"))
    assert folder.is_dir()
    assert isinstance(open_store("memory:"), MemoryStore)
    assert open_store("memory:").probe().kind is StoreKind.MEMORY
    assert isinstance(open_store("s3://akten.example:443/bucket", **KEYS), BucketStore)
    assert isinstance(open_store("s3+http://127.0.0.1:7480/bucket/", **KEYS), BucketStore)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "/srv/akten",
        "akten",
        "file:akten",
        "file://rechner/srv/akten",
        "file:///srv/akten?x=1",
        "memory://x",
        "http://rechner/bucket",
        "s3://rechner",
        "s3://rechner/",
        "s3:///bucket",
        "s3://rechner/bucket/ordner",
        "s3://rechner/Kein_Bucket",
        "s3://wer:was@rechner/bucket",
    ],
)
def test_an_address_that_means_no_store_is_refused_with_a_sentence(url: str) -> None:
    with pytest.raises(ValueError) as refusal:
        open_store(url, **KEYS)
    assert "was@" not in str(refusal.value)


def test_a_server_is_not_asked_without_keys() -> None:
    with pytest.raises(ValueError, match="secret_key"):
        open_store("s3://rechner/bucket")


def test_a_closed_port_is_out_of_reach_at_once() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    store = open_store(f"s3+http://127.0.0.1:{port}/bucket", **KEYS)
    began = time.monotonic()
    with pytest.raises(StoreUnreachable):
        store.put(BytesIO(b"x"))
    assert time.monotonic() - began < 2


@pytest.fixture
def stranger(tmp_path: Path) -> Iterator[int]:
    """A server whose certificate nobody has signed; gives its port."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=127.0.0.1"),
            *("-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key)),
            *("-out", str(certificate)),
        ],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            try:
                with context.wrap_socket(client, server_side=True) as spoken:
                    spoken.recv(1)
            except OSError:
                client.close()  # the client has hung up, as it should

    thread = threading.Thread(target=serve)
    thread.start()
    yield listener.getsockname()[1]
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join()


def test_a_server_with_a_certificate_that_nobody_signed_is_not_spoken_to(stranger: int) -> None:
    store = open_store(f"s3://127.0.0.1:{stranger}/bucket", **KEYS)
    with pytest.raises(StoreUnreachable, match="SSLError"):
        store.probe()


def test_a_spool_that_cannot_be_written_is_named_and_the_server_never_asked(
    tmp_path: Path,
) -> None:
    store = BucketStore("127.0.0.1:9", "bucket", **KEYS, spool=tmp_path / "missing")
    with pytest.raises(StoreUnreachable, match="No such file"):
        store.put(BytesIO(b"x" * (9 << 20)))


def test_a_memory_store_can_be_filled_and_taken_away() -> None:
    store = MemoryStore(capacity=10)
    stored = store.put(BytesIO(b"12345678"))
    store.put(BytesIO(b"12345678"))
    with pytest.raises(StoreFull):
        store.put(BytesIO(b"abc"))
    assert store.probe().free_bytes == 2
    store.reachable = False
    with pytest.raises(StoreUnreachable):
        store.open(stored.digest)
    store.reachable = True
    assert store.open(stored.digest).read() == b"12345678"


def test_full_and_refused_are_ways_of_being_out_of_reach_and_all_have_a_sentence() -> None:
    for fault in (StoreUnreachable("x"), StoreFull("x"), StoreRefuses("x")):
        assert isinstance(fault, StoreUnreachable)
        assert isinstance(fault, StorageError)
        assert str(fault).startswith("Der Speicher ")
