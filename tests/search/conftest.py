"""What the tests of searching share: the engines, a schema, a way to fill an index."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from search import Entry, Field, FieldKind, Index, Schema, open_index

SCHEMA = Schema(
    (
        Field("title", FieldKind.TEXT, weight=3.0, default=True),
        Field("reference", FieldKind.TEXT, weight=4.0, default=True),
        Field("note", FieldKind.TEXT),
        Field("tokens", FieldKind.KEYWORD),
        Field("received", FieldKind.DATE),
        Field("number", FieldKind.NUMBER),
    ),
    newest="received",
)
NAMES = {
    "Titel": "title",
    "Aktenzeichen": "reference",
    "Notiz": "note",
    "Art": "tokens",
    "Eingang": "received",
    "Nummer": "number",
}
ON_DISK = ("tantivy", "whoosh")
ENGINES = (*ON_DISK, "memory")

Opener = Callable[[], Index]


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    """Each engine in turn."""
    name: str = request.param
    return name


@pytest.fixture
def index(engine: str, tmp_path: Path) -> Iterator[Index]:
    """An empty index of the engine."""
    with open_index(tmp_path / "index", SCHEMA, engine=engine) as opened:
        yield opened


@pytest.fixture(params=ON_DISK)
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, str]:
    """A folder for an index, and the engine that is to keep it there."""
    return tmp_path / "index", request.param


def fill(index: Index, *entries: Entry) -> None:
    """Put entries in one writing."""
    with index.writer() as writer:
        for entry in entries:
            writer.put(entry)


def page(key: str, *pages: str, **fields: object) -> Entry:
    """An entry with these pages and fields."""
    return Entry(key, fields, pages)  # type: ignore[arg-type]  # tests also put what does not fit
