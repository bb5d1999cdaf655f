"""Is nothing left of a destroyed dossier, wherever one looks?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import String, cast, select

from eakte.bootstrap import Office
from eakte.db import Base
from eakte.model.erasure import ErasedState
from eakte.retention.absence.tables import GOES, LOSES, STAYS
from tests.erasing.conftest import MARKER, House


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
