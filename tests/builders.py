"""A house for tests: an office with two units and one person a role, on whatever backends."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from eakte.access.accounts import create_department, create_user
from eakte.access.acting import actor_of
from eakte.bootstrap import Office, prepare
from eakte.clock import Clock, SetClock
from eakte.config import load_settings
from eakte.db import Database
from eakte.filing.opening import open_case, open_dossier
from eakte.filing.plan import add_plan_entry
from eakte.filing.proposing.clues import clues_in
from eakte.filing.proposing.making import Task, finish, rules_for
from eakte.intake.batches import Scanned, receive_batch
from eakte.intake.delivering import Declared, deliver
from eakte.intake.receiving import Receipt, take_bytes
from eakte.model.case import Case
from eakte.model.department import Department
from eakte.model.document import Document, Source
from eakte.model.dossier import Dossier
from eakte.model.file_plan import PlanEntry
from eakte.model.findings import Kind, Look
from eakte.model.proposal import RecognitionRules
from eakte.model.user import Actor, Role, User
from eakte.retrieval.schema import SCHEMA
from eakte.unit_of_work import UnitOfWork
from search import Index, open_index
from storage import MemoryStore, Store
from tests.migrated import lay_out

# Random, as an office would set it; a weak one is refused.
SECRET = "kX9vR2mQ7pLw4ZtB8nYc3HfJ6sGd5AeU1oTiVrMxWqNb0KzP"
PASSWORD = "ein langes Kennwort"
# The same password, hashed at the least cost that argon2 knows: a house is built for every test.
PASSWORD_HASH = (
    "$argon2id$v=19$m=8,t=1,p=1$cWgtCw2NaJGKBWrFIZiN7A$M7ZZK7nLUHQJs46H46bH791A3ERk0EwDtP9fzPq6lqA"
)
LABELS = """Zeichen nach;Unser Zeichen;;;;
Zeichen nach;Ihr Zeichen;;;;
Fremdes Zeichen;FV {zahl}/{jahr};;;;
Gerichtszeichen;S {zahl} SB {zahl}/{jahr};;;;
Name nach;Frau;;;;
Name nach;Familienname;;;;
Name nach;Vorname;;;;
Geboren nach;geboren am;;;;
Dokumentart;Antrag;antrag;5;Zeile;erst
Dokumentart;Widerspruch;widerspruch;5;Zeile;widerspruch
"""
A_PDF = Look("application/pdf", Kind.PDF, 1, None, False)


def build_office(
    folder: Path,
    *,
    database_url: str = "",
    store: Store | None = None,
    index: Index | None = None,
    clock: Clock | None = None,
    **settings: object,
) -> Office:
    """Open a house in ``folder``, by default on SQLite, memory store and memory index."""
    chosen = load_settings(
        data=folder, database_url=database_url, **{"secret_key": SECRET, **settings}
    )
    for needed in (chosen.folder, chosen.upload_folder, chosen.work_folder):
        needed.mkdir(parents=True, exist_ok=True)
    lay_out(chosen.database)
    office = Office(
        chosen,
        Database(chosen.database),
        store or MemoryStore(),
        index or open_index(None, SCHEMA, engine="memory"),
        clock or SetClock(),
    )
    prepare(office)
    return office


@dataclass(frozen=True)
class Staff:
    """Who works in the house of the tests."""

    unit: Department
    other_unit: Department
    entry: PlanEntry
    clerk: Actor
    other_clerk: Actor
    scanning: Actor
    records: Actor
    administrator: Actor


def hire(office: Office) -> Staff:
    """Create two units, a plan entry and one person a role; all have ``PASSWORD``."""
    with office.as_system() as work:
        unit = create_department(work, "sbr", name="Schwerbehindertenrecht")
        other = create_department(work, "wog", name="Wohngeld")
        entry = add_plan_entry(
            work,
            "5.2",
            title="Feststellung",
            department=unit,
            reference_prefix="SBR",
            takes_dossiers=True,
        )

        def person(login: str, role: Role, *units: Department) -> Actor:
            user = create_user(
                work,
                login,
                name=login.title(),
                roles={role},
                departments=units,
            )
            user.password_hash = PASSWORD_HASH
            work.session.flush()
            return actor_of(work.session, user, work.clock)

        return Staff(
            unit,
            other,
            entry,
            clerk=person("clerk", Role.CLERK, unit),
            other_clerk=person("other", Role.CLERK, other),
            scanning=person("scan", Role.SCANNING, unit),
            records=person("records", Role.RECORDS_MANAGER, unit),
            administrator=person("admin", Role.ADMINISTRATOR),
        )


def appoint(office: Office, login: str, *roles: Role, units: Collection[Department] = ()) -> Actor:
    """Give somebody an account with these roles, ``PASSWORD`` and these units."""
    with office.as_system() as work:
        user = create_user(work, login, name=login.title(), roles=set(roles), departments=units)
        user.password_hash = PASSWORD_HASH
        work.session.flush()
        return actor_of(work.session, user, work.clock)


def now_(office: Office, actor: Actor, *, confirmed: bool = False) -> Actor:
    """Return the same person with the rights that the rows grant by now."""
    with office.database.transaction(writes=False) as session:
        user = session.get_one(User, actor.id)
        return actor_of(session, user, office.clock, confirmed=confirmed)


def as_(office: Office, actor: Actor) -> AbstractContextManager[UnitOfWork]:
    """Open a unit of work as this person."""
    return office.begin(actor)


def bring(
    office: Office,
    actor: Actor,
    folder: Path,
    *,
    content: bytes = b"%PDF-1.7 a letter",
    name: str = "brief.pdf",
    look: Look = A_PDF,
    **declared: object,
) -> Receipt:
    """Deliver some bytes through the one door."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "delivered"
    path.write_bytes(content)
    return deliver(
        lambda: office.begin(actor),
        path,
        declared=Declared(name=name, source=Source.COMMAND, **declared),
        look=lambda at, called: look,
    )


def bring_stack(office: Office, actor: Actor, folder: Path, *, content: bytes, key: str) -> UUID:
    """Deliver a stack that nobody has taken apart yet."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "stack.pdf"
    path.write_bytes(content)
    with office.begin(actor) as work:
        arrival = take_bytes(work.store, path, name="stack.pdf", limit=len(content))
        scanned = Scanned("stack.pdf", key=key)
        look = Look("application/pdf", Kind.PDF, 1)
        return receive_batch(work, arrival, look=look, scanned=scanned, unit=None).batch_id


def let_read(work: UnitOfWork, document_id: UUID, *pages: str) -> None:
    """Keep of a document what recognition finds in this text, as its job does."""
    waiting = work.session.get_one(Document, document_id)
    rules, own, edition = rules_for(work, waiting.department_id)
    task = Task(document_id, waiting.current_version, "", rules, own, edition)
    finish(work, task, clues_in(pages, rules, own=own))


def give_rules(work: UnitOfWork, unit: Department, table: str = "") -> None:
    """Let a unit read by these lines, by default by the labels that every office uses."""
    work.session.add(
        RecognitionRules(
            department_id=unit.id,
            table="Regel;Muster;Ergibt;Gewicht;Wo;Verfahren\n" + (table or LABELS),
            loaded_at=work.clock.now(),
        )
    )
    work.session.flush()


def opened(office: Office, staff: Staff, *, person: str = "Muster, Änne") -> tuple[Dossier, Case]:
    """Open a dossier with one case as the clerk."""
    with office.begin(staff.clerk) as work:
        dossier = open_dossier(
            work,
            work.session.get_one(PlanEntry, staff.entry.id),
            subject="Feststellung",
            person_name=person,
        )
        case = open_case(work, dossier, procedure="Erstantrag")
        work.session.refresh(case, ["dossier"])
        return dossier, case


def document(work: UnitOfWork, receipt: Receipt) -> Document:
    """Return the document of a receipt."""
    return work.session.get_one(Document, receipt.document_id)


def account(work: UnitOfWork, actor: Actor) -> User:
    """Return the account behind an actor."""
    return work.session.get_one(User, actor.id)


@contextmanager
def house(folder: Path, **given: object) -> Iterator[tuple[Office, Staff]]:
    """Open a house with its staff and close it again."""
    office = build_office(folder, **given)
    try:
        yield office, hire(office)
    finally:
        office.close()
