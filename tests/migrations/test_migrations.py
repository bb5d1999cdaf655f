"""Do the migrations make exactly the tables that the program works with, in every database?"""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text

from eakte.bootstrap import MIGRATIONS, migrate
from eakte.db import Base, Database
from tests.databases import new_database


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path: Path):
    url = f"sqlite:///{tmp_path / 'house.db'}"
    if request.param == "postgresql":
        url = new_database()
    opened = Database(url)
    yield opened
    opened.close()


def test_migrating_an_empty_database_gives_the_tables_of_the_model(database: Database) -> None:
    migrate(database)
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, Base.metadata) == []


def test_a_change_of_form_takes_as_long_as_it_needs(database: Database) -> None:
    if database.embedded:
        pytest.skip("SQLite ends no statement because of its time")
    with database.connection() as connection:
        assert connection.scalar(text("SHOW statement_timeout")) == "0"
    with database.transaction(writes=False) as session:
        assert session.scalar(text("SHOW statement_timeout")) == "1min"


def test_migrating_twice_changes_nothing(database: Database) -> None:
    migrate(database)
    before = sorted(inspect(database.engine).get_table_names())
    migrate(database)
    assert sorted(inspect(database.engine).get_table_names()) == before


def migrated_to(database: Database, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with database.connection() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def test_rows_of_the_first_release_live_on_with_their_references(database: Database) -> None:
    migrated_to(database, "0001")
    unit, person, entry, dossier, case, letter = (uuid4().hex for _ in range(6))
    day, moment = "2026-01-01", "2026-01-01 00:00:00"
    rows: list[tuple[str, dict[str, object]]] = [
        ("department", {"id": unit, "key": "sbr", "name": "SBR"}),
        (
            "user_account",
            {"id": person, "kind": "person", "login": "a", "name": "A", "roles": "[]"}
            | {"language": "de", "active": True, "created_at": moment, "edits": 1},
        ),
        ("membership", {"user_id": person, "department_id": unit}),
        (
            "plan_entry",
            {"id": entry, "number": "5.2", "title": "F", "department_id": unit}
            | {"reference_prefix": "SBR", "takes_dossiers": True},
        ),
        (
            "dossier",
            {"id": dossier, "reference": "SBR 1/2026", "reference_folded": "sbr 1/2026"}
            | {"plan_entry_id": entry, "department_id": unit, "subject": "F", "edits": 1}
            | {"person_name": "Öz, A", "person_folded": "oez, a"}
            | {"state": "open", "opened_on": day},
        ),
        (
            "dossier_case",
            {"id": case, "dossier_id": dossier, "number": 1, "procedure": "E", "subject": "E"}
            | {"state": "open", "opened_on": day, "edits": 1},
        ),
        (
            "document",
            {"id": letter, "receipt_number": 1, "department_id": unit, "case_id": case}
            | {"position": 1, "state": "filed", "title": "B", "document_type": "", "edits": 1}
            | {"direction": "incoming", "received_on": day, "received_at": moment}
            | {"received_by_id": person, "source": "upload", "original_name": "b.pdf"}
            | {"current_version": 1, "processing": "ready", "flags": "[]"},
        ),
    ]
    with database.engine.begin() as connection:
        for table, values in rows:
            # Written out, since each database wants its ids bound in another type.
            told = ", ".join(
                f"'{value}'" if isinstance(value, str) else str(value).lower()
                for value in values.values()
            )
            connection.execute(
                text(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({told})")  # noqa: S608  own words only
            )
    migrated_to(database, "0011")
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE dossier_case SET procedure_key = 'erstantrag'"))
    migrate(database)
    with database.engine.connect() as connection:
        asked = "SELECT count(*) FROM membership"
        assert connection.scalar(text(asked)) == 1
        asked = "SELECT dossier_id, inspection_allowed, writing FROM document"
        found = connection.execute(text(asked)).one()
        assert (str(found[0]).replace("-", ""), bool(found[1]), found[2]) == (
            dossier,
            True,
            "final",
        )
        asked = "SELECT letter, access, locked FROM dossier"
        assert tuple(connection.execute(text(asked)).one()) == ("o", "unit", False)
        asked = "SELECT procedures FROM dossier"
        assert connection.scalar(text(asked)) == "|erstantrag|"
        asked = "SELECT reference_pattern FROM plan_entry"
        assert connection.scalar(text(asked)) == "SBR {number}/{year}"
