"""Is nothing left of a destroyed dossier, wherever one looks?"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from eakte.bootstrap import Office
from eakte.cli.erasing import write_anew
from eakte.db import Base
from eakte.model.delivery import Upload
from eakte.model.erasure import ErasedState
from eakte.model.naming import is_named
from eakte.model.sending import Sending
from eakte.retention.absence.tables import GOES, LOSES, STAYS
from eakte.retrieval.late_index import LateIndex
from eakte.retrieval.schema import SCHEMA
from storage import Digest, DirectoryStore
from tests.erasing.conftest import MARKER, House, Opened, opened


def spoken(office: Office) -> list[str]:
    """Name every column of every table that says the word."""
    found = []
    with office.database.transaction(writes=False) as session:
        for table in Base.metadata.sorted_tables:
            for row in session.execute(select(table)):
                found += [
                    f"{table.name}.{name}"
                    for name, value in row._mapping.items()
                    if MARKER.casefold() in str(value).casefold()
                ]
    return found


def test_every_table_says_what_becomes_of_it_when_a_dossier_is_destroyed() -> None:
    named = [*GOES, *LOSES, *STAYS]
    assert len(named) == len(set(named))
    assert set(named) == {table.name for table in Base.metadata.sorted_tables}


def test_no_row_and_no_bytes_are_left_and_the_proof_says_what_went(house: House) -> None:
    dossier = house.marked()
    assert len(set(spoken(house.office))) > 60
    house.agreed(dossier)
    house.work()
    row = house.row(dossier)
    assert (row.state, row.spared_reason) == (ErasedState.ERASED, "")
    assert spoken(house.office) == []


def forms() -> list[bytes]:
    """The word as it may lie in bytes, in capitals or not."""
    return [
        form.encode(code) for form in (MARKER, MARKER.lower()) for code in ("utf-8", "utf-16-le")
    ]


def lying(folder: Path) -> list[str]:
    """Name every file under a folder in which the word lies, by name or by what it holds."""
    found = []
    for path in sorted(one for one in folder.rglob("*") if one.is_file()):
        held = path.read_bytes()
        if MARKER.casefold() in path.name.casefold() or any(form in held for form in forms()):
            found.append(str(path.relative_to(folder)))
    return found


@pytest.fixture
def in_folders(tmp_path: Path) -> Iterator[House]:
    """A house as it stands in one folder: SQLite, a folder of bytes, an index of Tantivy."""
    folder = tmp_path / "house"
    store = DirectoryStore(folder / "store")
    outbox = tmp_path / "outbox"
    outbox.mkdir()
    index = LateIndex(folder / "index", SCHEMA, engine="tantivy")
    made = opened(Opened(folder, store=store, index=index, settings={"court_outbox": outbox}))
    yield made
    made.office.close()


def test_not_a_byte_of_it_is_left_in_database_store_index_and_folders(in_folders: House) -> None:
    house, office = in_folders, in_folders.office
    stays = house.registry.dossier("Bleibt, Bert")
    kept = house.letter(stays, "Unbeteiligt eins")
    dossier = house.marked()
    outbox = house.folder.parent / "outbox"
    with office.as_system() as work:
        sending = work.session.scalars(select(Sending)).one().id
        upload = work.session.scalars(select(Upload)).one().id
    laid = outbox / f"Akte-1_{sending}"
    laid.mkdir()
    (laid / "nachricht.zip").write_text(MARKER)
    (outbox / f".Akte-1_{sending}.uebergeben").write_text("")
    (office.settings.upload_folder / f"{upload}.part").write_text(MARKER)
    shutil.rmtree(house.folder / "in")
    before = lying(house.folder.parent)
    assert {path.split("/")[1] for path in before if "/" in path} >= {"store", "index", "uploads"}
    assert any(path.endswith("eakte.db") or path.endswith("-wal") for path in before)
    house.agreed(dossier)
    house.work()
    assert house.row(dossier).state is ErasedState.ERASED
    write_anew(office)
    assert lying(house.folder.parent) == []
    assert not list(outbox.iterdir())
    for digest in house.digests:
        with office.database.transaction(writes=False) as session:
            named = is_named(session, digest)
        assert office.store.exists(Digest(digest)) == named
    assert office.index.get(str(kept)) is not None
