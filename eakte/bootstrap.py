"""How are database, store and index opened, as the settings say?"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import select
from sqlalchemy.orm import Session

from eakte.access.accounts import system_account
from eakte.access.acting import actor_of
from eakte.clock import Clock, SystemClock
from eakte.config import Settings
from eakte.db import Database
from eakte.errors import NotAllowed, PartUnavailable
from eakte.model.department import CENTRAL_INBOX, Department
from eakte.model.user import SYSTEM, Actor, User
from eakte.retrieval.late_index import LateIndex
from eakte.retrieval.schema import SCHEMA
from eakte.unit_of_work import UnitOfWork
from search import Index
from storage import StorageError, Store, open_store

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"

log = logging.getLogger("eakte")

Begin = Callable[[], AbstractContextManager[UnitOfWork]]


@dataclass(frozen=True)
class Office:
    """Everything a way in needs to open units of work."""

    settings: Settings
    database: Database
    store: Store
    index: Index
    clock: Clock

    @contextmanager
    def begin(self, actor: Actor = SYSTEM, *, writes: bool = True) -> Iterator[UnitOfWork]:
        """Open a unit of work; returning commits, raising rolls back."""
        with self.database.transaction(writes=writes) as session:
            yield self.unit_of(actor, session)

    def unit_of(self, actor: Actor, session: Session) -> UnitOfWork:
        """Return a unit of work of somebody in a transaction that is open already."""
        return UnitOfWork(actor, session, self.store, self.index, self.clock, self.settings)

    @contextmanager
    def on_behalf_of(self, person: UUID, *, writes: bool = True) -> Iterator[UnitOfWork]:
        """Open a unit of work of a person who is not there, with their rights of this moment.

        What the application has promised itself it does in its own name.

        Raises:
            NotAllowed: the account is locked or gone.
        """
        with self.database.transaction(writes=writes) as session:
            if person == SYSTEM.id:
                yield self.unit_of(SYSTEM, session)
                return
            user = session.get(User, person)
            if user is None or not user.active:
                raise NotAllowed("Das Konto, in dessen Namen gehandelt werden soll, ist gesperrt.")
            yield self.unit_of(actor_of(session, user, self.clock), session)

    def as_system(self) -> AbstractContextManager[UnitOfWork]:
        """Open a unit of work in which the application itself acts."""
        return self.begin(SYSTEM)

    def close(self) -> None:
        """Let go of index and database."""
        self.index.close()
        self.database.close()


def open_office(settings: Settings, *, clock: Clock | None = None) -> Office:
    """Open the parts without changing the form of what is kept; see ``prepare`` for that.

    The search index is opened when it is first used: a broken one must stop nobody from working.

    Raises:
        PartUnavailable: the store's address cannot be used.
        BadInput: the application's secret is weak or well known.
    """
    settings.application_secret()
    for folder in (settings.folder, settings.upload_folder, settings.work_folder):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        store = open_store(
            settings.store,
            access_key=settings.store_access_key or None,
            secret_key=settings.store_secret_key.get_secret_value() or None,
            region=settings.store_region or None,
        )
    except (StorageError, ValueError) as error:
        raise PartUnavailable(
            "Der Speicher „%(url)s“ kann nicht geöffnet werden: %(fault)s",
            url=settings.store,
            fault=str(error),
        ) from error
    index = LateIndex(settings.index_folder, SCHEMA, engine=settings.search_engine)
    return Office(settings, Database(settings.database), store, index, clock or SystemClock())


def prepare(office: Office) -> None:
    """Bring the rows into the present form and make sure that the application's account exists.

    Raises:
        PartUnavailable: database or store is out of reach.
    """
    changed = migrate(office.database)
    # Servers learn by themselves, but not about a column whose form was changed.
    if changed or office.database.embedded:
        office.database.learn_spread()
    with office.database.transaction() as session:
        system_account(session, office.clock)
        if session.scalar(select(Department.id).limit(1)) is None:
            session.add(Department(key=CENTRAL_INBOX, name="Zentraler Posteingang"))
    try:
        facts = office.store.probe()
    except StorageError as error:
        raise PartUnavailable(
            "Der Speicher „%(url)s“ antwortet nicht: %(fault)s",
            url=office.settings.store,
            fault=str(error),
        ) from error
    log.debug(
        "store %s: versioning %s, object lock %s", facts.kind, facts.versioning, facts.object_lock
    )


def migrate(database: Database) -> bool:
    """Run what is missing of the migrations, in one transaction; say whether anything was.

    Raises:
        PartUnavailable: the database does not answer.
    """
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    newest = ScriptDirectory.from_config(config).get_current_head()
    # Asked apart: after a change every reference is looked at, which takes long in a full house.
    with database.transaction(writes=False) as session:
        if MigrationContext.configure(session.connection()).get_current_revision() == newest:
            return False
    with database.connection() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return True
