"""How are rows reached, and where does a transaction end? The only commit is here."""

from __future__ import annotations

import sqlite3
import threading
import unicodedata
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy import (
    DateTime,
    Dialect,
    Engine,
    MetaData,
    ScalarSelect,
    Select,
    create_engine,
    event,
    func,
    inspect,
    literal,
    select,
    update,
)
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
from sqlalchemy.orm.exc import StaleDataError
from sqlalchemy.types import TypeDecorator

from eakte.errors import ChangedMeanwhile, PartUnavailable

BUSY_MILLISECONDS = 10_000
# So many entries of an index SQLite looks at to learn how its values are spread.
SAMPLE = 100_000
# More than any list has: a limit only keeps the order of what is counted.
ROWS_AT_MOST = 1_000_000_000
# A writer's place in the embedded database, and how long one waits for it.
TURN, TURN_SECONDS = "turn", 30
KEPT, MORE, POOL_SECONDS = 10, 20, 10

T = TypeVar("T")


class Base(DeclarativeBase):
    """The root of all rows; constraint names are fixed so that migrations can address them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Instant(TypeDecorator[datetime]):
    """An aware instant in UTC; refuses naive ones, because their hour is a guess."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn an aware instant into UTC on its way in."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs its time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give an aware instant in UTC on its way out; SQLite forgets the zone."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def folded(text: str) -> str:
    """Return ``text`` as it is compared: composed, without case, ß and umlauts written out.

    SQLite's ``lower()`` knows no umlauts, so columns to be searched are stored folded.
    """
    plain = unicodedata.normalize("NFC", text).casefold()
    for umlaut, written in (("ä", "ae"), ("ö", "oe"), ("ü", "ue")):
        plain = plain.replace(umlaut, written)
    return " ".join(plain.split())


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page of a list; ``page`` counts from 1."""

    rows: Sequence[T]
    total: int
    page: int
    pages: int


def paged(session: Session, query: Select[T], *, page: int, per_page: int) -> Page[T]:
    """Return one page of what a query finds, its number kept within what there is."""
    narrowed, total, page, pages = _narrowed(session, query, page, per_page)
    return Page(session.scalars(narrowed).all(), total, page, pages)


def paged_by_id(
    session: Session,
    ids: Select[UUID],
    rows: Select[T],
    *,
    page: int,
    per_page: int,
    counted: Sequence[Select[UUID]] = (),
) -> Page[T]:
    """Return one page of the rows with the ids that a query finds, in the same order.

    Those on the pages before are passed over by their ids alone, which an index may hold.
    ``rows`` selects one entity whose key is named ``id``; ``counted`` are queries that together
    find the same without finding anything twice, where that is faster to count.
    """
    narrowed, total, page, pages = _narrowed(session, ids, page, per_page, counted)
    key = rows.column_descriptions[0]["entity"].id
    found = session.scalars(rows.where(key.in_(narrowed.scalar_subquery()))).all()
    return Page(found, total, page, pages)


def _narrowed(
    session: Session,
    query: Select[T],
    page: int,
    per_page: int,
    counted: Sequence[Select[Any]] = (),
) -> tuple[Select[T], int, int, int]:
    """The query for one page, how many rows there are, the page's number and how many pages."""
    total = sum(
        session.execute(select(*(_count(session, one) for one in counted or [query]))).one()
    )
    pages = max(1, -(-total // per_page))
    page = min(max(1, page), pages)
    return query.limit(per_page).offset((page - 1) * per_page), total, page, pages


def _count(session: Session, query: Select[Any]) -> ScalarSelect[int]:
    # Counted without its columns, which would all be written down first.
    counted = query.with_only_columns(literal(1), maintain_column_froms=True)
    if session.get_bind().dialect.name == "sqlite":
        # And in the order of the list: without it SQLite gathers the rows by other indexes, at
        # five times the cost. PostgreSQL would sort them for nothing.
        counted = counted.limit(ROWS_AT_MOST)
    else:
        counted = counted.order_by(None)
    return select(func.count()).select_from(counted.subquery()).scalar_subquery()


def write_found_out(session: Session, table: type[Base], key: UUID, **values: object) -> None:
    """Write what the machine found out about a row, past the counter of its edits.

    Through the mapped row, a person's open form would fail as "changed meanwhile".
    """
    session.execute(
        update(table)
        .where(inspect(table).primary_key[0] == key)
        .values(**values)
        .execution_options(synchronize_session=False)
    )


class _Turns:
    """Lets threads take a few places in the order in which they came.

    SQLite lets one write at a time and has the others ask again after a pause, and a pool gives a
    free connection to whoever asks at that moment: under many threads somebody would be passed over
    until their patience ends.
    """

    def __init__(self, places: int, patience: float) -> None:
        self._guard = threading.Lock()
        self._free = places
        self._patience = patience
        self._waiting: deque[threading.Lock] = deque()

    def take(self) -> None:
        """Return when it is this thread's turn.

        Raises:
            PartUnavailable: it took too long.
        """
        with self._guard:
            if self._free:
                self._free -= 1
                return
            mine = threading.Lock()
            mine.acquire()
            self._waiting.append(mine)
        if mine.acquire(timeout=self._patience):
            return
        with self._guard:
            if mine in self._waiting:
                self._waiting.remove(mine)
                raise PartUnavailable("Die Datenbank ist zurzeit nicht erreichbar.")

    def pass_on(self) -> None:
        """Give the place to the one who has waited longest."""
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._free += 1


def _embedded(url: str, turns: _Turns) -> Engine:
    path = make_url(url).database
    if path and path != ":memory:":
        Path(path).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    engine = create_engine(
        url,
        # As many connections as there are threads: who waits for one is not passed over by others.
        max_overflow=-1,
        connect_args={"timeout": BUSY_MILLISECONDS / 1000},
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, record: object) -> None:
        # We begin transactions ourselves: the driver's own begin comes too late for IMMEDIATE.
        connection.isolation_level = None
        for pragma in (
            "journal_mode=WAL",
            "foreign_keys=ON",
            "synchronous=FULL",
            "secure_delete=ON",
            f"busy_timeout={BUSY_MILLISECONDS}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A reader that becomes a writer fails at once when another wrote meanwhile; a writer that
        # says so from the start waits its turn.
        writes = connection.get_execution_options().get("writes", True)
        if writes and not connection.info.get(TURN):
            turns.take()
            connection.info[TURN] = True
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _server(url: str) -> Engine:
    return create_engine(
        url,
        pool_pre_ping=True,
        pool_size=KEPT,
        max_overflow=MORE,
        pool_timeout=POOL_SECONDS,
        connect_args={
            "connect_timeout": 5,
            # A server that vanished without a word is noticed in seconds, not after a quarter of
            # an hour of unanswered packets.
            "tcp_user_timeout": 10_000,
            "keepalives_idle": 10,
            "keepalives_interval": 5,
            "keepalives_count": 2,
            # Compiling a question takes longer than any answer here: jit stays off.
            "options": "-c timezone=UTC -c lock_timeout=10000 -c statement_timeout=60000"
            " -c jit=off",
        },
    )


def _is_damaged(error: DBAPIError) -> bool:
    """Whether SQLite read nonsense: so it says too when the disk failed at the wrong moment."""
    code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF
    return code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


@contextmanager
def _faults_named() -> Iterator[None]:
    try:
        yield
    except StaleDataError as error:
        raise ChangedMeanwhile("Jemand anderes hat diesen Eintrag inzwischen geändert.") from error
    except (OperationalError, PoolTimeout) as error:
        raise PartUnavailable("Die Datenbank ist zurzeit nicht erreichbar.") from error
    except DBAPIError as error:
        if error.connection_invalidated or _is_damaged(error):
            raise PartUnavailable("Die Datenbank ist zurzeit nicht erreichbar.") from error
        raise


class Database:
    """The rows of one office, in SQLite or PostgreSQL."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.embedded = make_url(url).get_backend_name() == "sqlite"
        self._writing = _Turns(1, TURN_SECONDS)
        self._connecting = _Turns(KEPT + MORE, POOL_SECONDS)
        self.engine = _embedded(url, self._writing) if self.embedded else _server(url)
        self._sessions = sessionmaker(expire_on_commit=False)

    @contextmanager
    def transaction(self, *, writes: bool = True) -> Iterator[Session]:
        """Open a transaction: returning commits, raising rolls back.

        With ``writes=False`` it may only read; on SQLite it then never waits for a writer.

        Raises:
            ChangedMeanwhile: a row was saved by somebody else since it was read.
            PartUnavailable: the database does not answer or is full.
        """
        with _faults_named(), self._connected() as connection:
            connection = connection.execution_options(writes=writes)
            with self._sessions(bind=connection) as session:
                try:
                    yield session
                    session.commit()
                except BaseException:
                    session.rollback()
                    raise

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """Open a transaction below the mapped rows, for changing the form of what is kept.

        Raises:
            PartUnavailable: the database does not answer or is full.
        """
        with (
            _faults_named(),
            self._connected() as connection,
            self._free_of_references(connection),
            connection.begin(),
        ):
            if not self.embedded:
                # Over a million rows this takes longer than anybody waits for an answer.
                connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
            yield connection
            if self.embedded and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                raise RuntimeError("the new form of the tables has lost references")

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        """A connection; what was taken of turns is passed on afterwards."""
        if self.embedded:
            with self.engine.connect() as connection:
                try:
                    yield connection
                finally:
                    if connection.info.pop(TURN, False):
                        try:
                            # Another writer's BEGIN must not meet what is not yet ended here.
                            connection.rollback()
                        finally:
                            self._writing.pass_on()
            return
        self._connecting.take()
        try:
            with self.engine.connect() as connection:
                yield connection
        finally:
            self._connecting.pass_on()

    @contextmanager
    def _free_of_references(self, connection: Connection) -> Iterator[None]:
        """Let SQLite make a table anew: with references on, dropping the old one empties others."""
        bare = connection.connection.driver_connection if self.embedded else None
        if bare is not None:
            bare.execute("PRAGMA foreign_keys=OFF")
        try:
            yield
        finally:
            if bare is not None:
                bare.execute("PRAGMA foreign_keys=ON")

    def learn_spread(self) -> None:
        """Let the database learn how values are spread, by which it chooses indexes.

        Samples are looked at: a second or a few, however many rows there are.

        Raises:
            PartUnavailable: the database does not answer or is full.
        """
        with _faults_named(), self.engine.begin() as connection:
            if self.embedded:
                connection.exec_driver_sql(f"PRAGMA analysis_limit={SAMPLE}")
            connection.exec_driver_sql("ANALYZE")

    def close(self) -> None:
        """Let go of every connection."""
        self.engine.dispose()
