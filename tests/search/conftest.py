"""What the tests of searching share: the engines, a schema, a way to fill an index."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import cast

import pytest

from search import Engine, Entry, Field, FieldKind, Index, Query, Schema, Value, open_index, parse

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
ON_DISK: tuple[Engine, ...] = ("tantivy", "whoosh")
ENGINES: tuple[Engine, ...] = (*ON_DISK, "memory")


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Engine:
    """Each engine in turn."""
    name: Engine = request.param
    return name


@pytest.fixture
def index(engine: Engine, tmp_path: Path) -> Iterator[Index]:
    """An empty index of the engine."""
    with open_index(tmp_path / "index", SCHEMA, engine=engine) as opened:
        yield opened


@pytest.fixture(params=ON_DISK)
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, Engine]:
    """A folder for an index, and the engine that is to keep it there."""
    return tmp_path / "index", request.param


def fill(index: Index, *entries: Entry) -> None:
    """Put entries in one writing."""
    with index.writer() as writer:
        for entry in entries:
            writer.put(entry)


def page(key: str, *pages: str, **fields: object) -> Entry:
    """An entry with these pages and fields."""
    return Entry(key, cast(Mapping[str, Value], fields), pages)


def keys(index: Index, query: Query | str, **how: object) -> list[str]:
    """The keys of what is found, in its order; a string is read as a person would type it."""
    asked = parse(query, SCHEMA, names=NAMES) if isinstance(query, str) else query
    return [hit.key for hit in index.find(asked, **how).hits]
