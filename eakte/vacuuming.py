"""How do words that were deleted leave the database's own pages, too?

SQLite overwrites what is deleted at once (``secure_delete``), but keeps copies of pages in its
write-ahead log and free pages in its file; both are written anew. PostgreSQL only marks what is
deleted: a plain VACUUM gives the room free for new rows and leaves the bytes in it, in tables as in
their indexes and in what was moved out of them (TOAST). So the tables in which anything is ever
destroyed are written anew with VACUUM FULL, which holds each of them while it does; and so is what
ANALYZE has remembered of their most frequent values. The server's write-ahead log is its own: it is
overwritten as it is used, sooner with ``wal_recycle = off``.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.exc import DBAPIError

from eakte.db import Database
from eakte.errors import PartUnavailable


def vacuum(database: Database, tables: Iterable[str]) -> None:
    """Write the database anew so that nothing that was deleted is left in its pages.

    Nobody loses anything when it is cut off; whoever writes meanwhile waits.

    Raises:
        PartUnavailable: the database does not answer, has no room for a copy, or is too busy.
    """
    try:
        if database.embedded:
            _embedded(database)
        else:
            _server(database, tables)
    except DBAPIError as error:
        raise _busy() from error


def _embedded(database: Database) -> None:
    raw = database.engine.raw_connection()
    try:
        bare = raw.driver_connection
        assert bare is not None  # noqa: S101  # a connection that was just taken
        for statement in ("ANALYZE", "VACUUM"):
            _run(database, bare, statement)
        ((busy, *_),) = bare.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    finally:
        raw.close()
    if busy:
        raise _busy()


def _server(database: Database, tables: Iterable[str]) -> None:
    raw = database.engine.raw_connection()
    try:
        bare = raw.driver_connection
        assert bare is not None  # noqa: S101  # a connection that was just taken
        bare.autocommit = True
        try:
            _run(database, bare, "SET statement_timeout = 0")
            for table in sorted(tables):
                _run(database, bare, f'VACUUM (FULL, ANALYZE) "{table}"')
            _run(database, bare, "VACUUM FULL pg_statistic")
        finally:
            _run(database, bare, "RESET statement_timeout")
            bare.autocommit = False
    finally:
        raw.close()


def _run(database: Database, bare: object, statement: str) -> None:
    """Run what no transaction may be around, with the driver's own faults named."""
    errors = database.engine.dialect.loaded_dbapi.Error
    try:
        bare.execute(statement)  # type: ignore[attr-defined]  # both drivers have it
    except errors as error:
        raise _busy() from error


def _busy() -> PartUnavailable:
    return PartUnavailable(
        "Die Datenbank kann jetzt nicht neu geschrieben werden.",
        next_step="Bitte versuchen Sie es, wenn weniger gearbeitet wird; frei sein muss so viel "
        "Platz, wie sie belegt.",
    )
