"""How do millions of rows come into a database in minutes? Below the mapper, indexes last."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from enum import Enum
from itertools import islice
from typing import Any, Protocol

import psycopg
from sqlalchemy import Table
from sqlalchemy.engine import make_url

Row = Sequence[Any]
BATCH = 20_000


class Load(Protocol):
    """Puts rows into a table; ``names`` are the columns that the rows give."""

    def __call__(self, table: Table, names: Sequence[str], rows: Iterable[Row]) -> None: ...


@contextmanager
def loading(url: str, tell: Callable[[str], None]) -> Iterator[Load]:
    """Open a prepared database for loading: no references checked, indexes made at the end."""
    opened = _embedded if make_url(url).get_backend_name() == "sqlite" else _server
    with opened(url, tell) as load:
        yield load


def _constants(table: Table, names: Sequence[str]) -> dict[str, Any]:
    """What stands in the columns that are not given: the defaults of the model."""
    found: dict[str, Any] = {}
    for column in table.columns:
        if column.name in names or column.nullable:
            continue
        if column.name == "edits":
            found[column.name] = 1
        elif column.default is None:
            raise ValueError(f"{table.name}.{column.name} is not given and has no default")
        elif column.default.is_callable:
            found[column.name] = "[]"
        else:
            found[column.name] = _plain(column.default.arg)
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    return int(value) if isinstance(value, bool) else str(value)


@contextmanager
def _embedded(url: str, tell: Callable[[str], None]) -> Iterator[Load]:
    connection = sqlite3.connect(str(make_url(url).database), isolation_level=None)
    for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-1500000"):
        connection.execute(f"PRAGMA {pragma}").fetchall()
    indexes = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql LIKE 'CREATE INDEX%'"
    ).fetchall()
    for name, _ in indexes:
        connection.execute(f'DROP INDEX "{name}"')

    def load(table: Table, names: Sequence[str], rows: Iterable[Row]) -> None:
        rest = _constants(table, names)
        columns = ", ".join(f'"{name}"' for name in (*names, *rest))
        places = ", ".join("?" * (len(names) + len(rest)))
        fixed = tuple(rest.values())
        connection.execute("BEGIN")
        connection.executemany(
            f'INSERT INTO "{table.name}" ({columns}) VALUES ({places})',  # noqa: S608  # our own names
            ((*row, *fixed) for row in rows),
        )
        connection.execute("COMMIT")

    yield load
    tell("Indexe")
    for _, sql in indexes:
        connection.execute(sql)
    # Nobody runs ANALYZE in a house on SQLite, so nobody does here.
    connection.execute("PRAGMA journal_mode=WAL").fetchall()
    connection.close()


@contextmanager
def _server(url: str, tell: Callable[[str], None]) -> Iterator[Load]:
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute("SET timezone = 'UTC'")
        connection.execute("SET session_replication_role = replica")
        connection.execute("SET maintenance_work_mem = '512MB'")
        connection.execute("SET synchronous_commit = off")
        indexes = connection.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"
            " AND indexdef LIKE 'CREATE INDEX%'"
        ).fetchall()
        for name, _ in indexes:
            connection.execute(f'DROP INDEX "{name}"'.encode())

        def load(table: Table, names: Sequence[str], rows: Iterable[Row]) -> None:
            rest = _constants(table, names)
            columns = ", ".join(f'"{name}"' for name in (*names, *rest))
            fixed = tuple(rest.values())
            waiting = iter(rows)
            while batch := list(islice(waiting, BATCH)):
                statement = f'COPY "{table.name}" ({columns}) FROM STDIN'.encode()
                with connection.cursor() as cursor, cursor.copy(statement) as copy:
                    for row in batch:
                        copy.write_row((*row, *fixed))

        yield load
        tell("Indexe")
        for _, definition in indexes:
            connection.execute(definition.encode())
        # The server does both by itself some minutes after so many rows.
        tell("VACUUM ANALYZE")
        connection.execute("VACUUM ANALYZE")
