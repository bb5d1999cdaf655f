"""Do the migrations make exactly the tables that the program works with, in every database?"""

from __future__ import annotations

import os
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect

from eakte.bootstrap import migrate
from eakte.db import Base, Database


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path: Path):
    url = f"sqlite:///{tmp_path / 'house.db'}"
    if request.param == "postgresql":
        server = os.environ.get("EAKTE_TEST_DATABASE_URL")
        if not server:
            pytest.skip("no PostgreSQL: EAKTE_TEST_DATABASE_URL is not set")
        name = f"migrated_{uuid4().hex[:12]}"
        plain = server.replace("postgresql+psycopg://", "postgresql://")
        with psycopg.connect(plain, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        url = server.rsplit("/", 1)[0] + f"/{name}"
    opened = Database(url)
    yield opened
    opened.close()


def test_migrating_an_empty_database_gives_the_tables_of_the_model(database: Database) -> None:
    migrate(database)
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, Base.metadata) == []


def test_migrating_twice_changes_nothing(database: Database) -> None:
    migrate(database)
    before = sorted(inspect(database.engine).get_table_names())
    migrate(database)
    assert sorted(inspect(database.engine).get_table_names()) == before
