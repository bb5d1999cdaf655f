"""Which names make up this library: bytes kept under their SHA-256, and nothing about records."""

from storage.bucket import BucketStore
from storage.digest import Digest, Stored
from storage.directory import DirectoryStore
from storage.errors import (
    DigestMismatch,
    ObjectCorrupt,
    ObjectLocked,
    ObjectMissing,
    SizeMismatch,
    StorageError,
    StoreFull,
    StoreRefuses,
    StoreUnreachable,
    TooLarge,
)
from storage.memory import MemoryStore
from storage.store import Listed, Store, StoreFacts, StoreKind
from storage.url import open_store

__all__ = [
    "BucketStore",
    "Digest",
    "DigestMismatch",
    "DirectoryStore",
    "Listed",
    "MemoryStore",
    "ObjectCorrupt",
    "ObjectLocked",
    "ObjectMissing",
    "SizeMismatch",
    "StorageError",
    "Store",
    "StoreFacts",
    "StoreFull",
    "StoreKind",
    "StoreRefuses",
    "StoreUnreachable",
    "Stored",
    "TooLarge",
    "open_store",
]
