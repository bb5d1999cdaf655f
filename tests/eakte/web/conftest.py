"""An office with its desk, on SQLite, a store and an index in memory, and a clock that stands."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from eakte.app import create_app
from eakte.bootstrap import Office
from eakte.clock import SetClock
from eakte.model.findings import Kind, Look, Problem
from eakte.web.per_request import OfficeApp
from storage import MemoryStore
from tests.builders import A_PDF, Staff, build_office, hire
from tests.eakte.web.browser import Browser, signed_in
from tests.redacted import nothing_found
from tests.templates import translate_once

translate_once()

AN_ARCHIVE = Look(
    "application/zip",
    Kind.ARCHIVE,
    problem=Problem("archive", "Das ist ein Archiv."),
    refused=True,
)


def look(path: Path, name: str) -> Look:
    return AN_ARCHIVE if path.read_bytes()[:2] == b"PK" else A_PDF


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture(scope="session")
def hired(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Staff]:
    """Rows of an office with its staff: hashing passwords is slow on purpose, so once is enough."""
    folder = tmp_path_factory.mktemp("hired")
    office = build_office(folder)
    staff = hire(office)
    # The last connection that closes writes everything into the one file.
    office.close()
    assert not (folder / "eakte.db-wal").exists()
    return folder / "eakte.db", staff


@pytest.fixture
def office(
    tmp_path: Path, hired: tuple[Path, Staff], store: MemoryStore, clock: SetClock
) -> Iterator[Office]:
    shutil.copy(hired[0], tmp_path / "eakte.db")
    opened = build_office(tmp_path, store=store, clock=clock, max_upload_mb=1)
    yield opened
    opened.close()


@pytest.fixture
def staff(hired: tuple[Path, Staff]) -> Staff:
    return hired[1]


@pytest.fixture
def app(office: Office) -> OfficeApp:
    return create_app(office, look=look, seek=nothing_found)


@pytest.fixture
def clerk(app: OfficeApp) -> Browser:
    return signed_in(app, "clerk")


@pytest.fixture
def other(app: OfficeApp) -> Browser:
    return signed_in(app, "other")
