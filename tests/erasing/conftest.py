"""A house in which a dossier is full of a word that nobody else writes, and is then destroyed."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import JSON, Table, Uuid, insert, select, update
from sqlalchemy.sql.sqltypes import Boolean, Date, Float, Integer, LargeBinary, String

from eakte.bootstrap import Office
from eakte.clock import SetClock
from eakte.db import Base, Instant
from eakte.errands import AFTERWARDS
from eakte.errors import ChangedMeanwhile
from eakte.filing.closing import close_dossier
from eakte.filing.describing import Description
from eakte.filing.placing import place_document
from eakte.filing.plan_changing import change_plan_entry, fields_of
from eakte.filing.retention_rules import set_retention_rule
from eakte.model.audit_entry import AuditEntry
from eakte.model.batch import Batch, BatchState
from eakte.model.case import Case
from eakte.model.content import keep_content
from eakte.model.document import Document, Rendition, RenditionKind, Version
from eakte.model.dossier import Dossier
from eakte.model.erasure import ErasedDossier
from eakte.model.file_plan import PlanEntry
from eakte.model.findings import PageText, TextSource
from eakte.model.job import Job
from eakte.model.page_text import MEDIA_TYPE, written
from eakte.model.periods import Disposal
from eakte.model.redaction import RedactionState
from eakte.model.sending import SendingState
from eakte.model.user import Actor, Role
from eakte.retention.absence.tables import GOES
from eakte.retention.letting_go import ERASE, let_go
from eakte.retrieval.indexing import write_entries
from eakte.unit_of_work import UnitOfWork
from search import Index
from storage import Store
from tests.builders import appoint, bring, bring_stack, build_office, document, hire
from tests.destroying import approved, proposed, witness
from tests.retention.conftest import TEN_YEARS, Registry

# A word of no language, so that nothing else contains it, in whatever letters it is kept.
MARKER = "Quibbelzwust"
CLOSED, TODAY = date(2015, 4, 1), date(2026, 3, 2)
# Rows of these are made by the use cases themselves, or are no rows about a dossier.
MADE = {"dossier", "dossier_case", "document", "document_version", "rendition", "job", "content"}
# What nothing else stands against.
SETTLED: dict[str, dict[str, Any]] = {
    "sending": {"state": SendingState.READY, "sha256": ""},
    "redaction": {"state": RedactionState.READY},
    "deadline": {"state": "met"},
    "prepared_list": {"state": "ready"},
}


@dataclass
class House:
    """An office with somebody who proposes, somebody who approves and a dossier full of a word."""

    registry: Registry
    other: Actor
    folder: Path
    digests: set[str] = field(default_factory=set)

    @property
    def office(self) -> Office:
        """The office."""
        return self.registry.office

    def marked(self, person: str = f"{MARKER}, Änne") -> UUID:
        """Open a dossier that says the word wherever anything can say something, and close it."""
        registry = self.registry
        registry.at(date(2015, 3, 2))
        dossier = registry.dossier(person)
        with self.office.as_system() as work:
            work.session.execute(
                update(Dossier)
                .where(Dossier.id == dossier.id)
                .values(subject=f"Feststellung {MARKER}", address=MARKER, keywords=[MARKER])
            )
        first = self.letter(dossier, f"{MARKER} eins")
        self.letter(dossier, f"{MARKER} zwei")
        stack, other = self.stack(first), registry.dossier("Andere, Akte")
        with self.office.as_system() as work:
            Filler(self, work, (dossier.id, first, stack, other.id)).fill()
        registry.at(CLOSED)
        with self.office.begin(registry.staff.clerk) as work:
            close_dossier(work, work.session.get_one(Dossier, dossier.id))
        return dossier.id

    def letter(self, dossier: Dossier, words: str) -> UUID:
        """File a letter with a text that is found by its words."""
        staff, content = self.registry.staff, f"%PDF-1.7 {words} {uuid4()}".encode()
        receipt = bring(
            self.office, staff.clerk, self.folder / "in", content=content, name=f"{words}.pdf"
        )
        with self.office.begin(staff.clerk) as work:
            case = work.session.scalars(select(Case).where(Case.dossier_id == dossier.id)).one()
            placed = document(work, receipt)
            place_document(work, placed, case=case, description=Description(title=words))
        with self.office.as_system() as work:
            version = work.session.scalars(
                select(Version).where(Version.document_id == receipt.document_id)
            ).one()
            text = written([PageText(1, words, TextSource.OCR, 90.0, 595, 842)])
            for kind, kept in ((RenditionKind.TEXT, text), (RenditionKind.PREVIEW, content + b"!")):
                work.session.add(
                    Rendition(
                        version_id=version.id,
                        kind=kind,
                        page=0,
                        sha256=self.keep(work, kept),
                        media_type=MEDIA_TYPE,
                        created_at=work.clock.now(),
                    )
                )
            self.digests.add(version.sha256)
        with self.office.as_system() as work:
            write_entries(work, {receipt.document_id})
        return receipt.document_id

    def stack(self, document_id: UUID | None) -> UUID:
        """Bring a stack of which a document was taken."""
        staff, words = self.registry.staff, f"%PDF-1.7 stack {MARKER} {uuid4()}".encode()
        batch = bring_stack(
            self.office, staff.scanning, self.folder / "in", content=words, key=str(uuid4())
        )
        with self.office.as_system() as work:
            kept = work.session.get_one(Batch, batch)
            kept.state, kept.name = BatchState.READY, f"{MARKER}.pdf"
            self.digests.add(kept.sha256)
            if document_id is not None:
                work.session.get_one(Document, document_id).batch_id = batch
        return batch

    def keep(self, work: UnitOfWork, content: bytes) -> str:
        """Keep bytes and remember their digest."""
        stored = work.store.put(BytesIO(content))
        keep_content(work.session, str(stored.digest), size=stored.size, at=work.clock.now())
        self.digests.add(str(stored.digest))
        return str(stored.digest)

    def idle(self) -> None:
        """Let nothing be left to do but what is written into the index."""
        with self.office.as_system() as work:
            for job in work.session.scalars(select(Job)):
                work.session.delete(job)

    def agreed(self, *dossiers: UUID) -> UUID:
        """Let two persons agree on the end of dossiers, and the waiting time pass."""
        self.registry.at(TODAY)
        self.idle()
        witness(self.office)
        erasure = proposed(self.office, self.registry.staff.records, dossiers)
        approved(self.office, self.registry.lead, erasure)
        with self.office.as_system() as work:
            let_go(work)
        return erasure

    def row(self, dossier: UUID) -> ErasedDossier:
        """Return how far the end of a dossier is."""
        with self.office.database.transaction(writes=False) as session:
            return session.scalars(
                select(ErasedDossier).where(ErasedDossier.dossier_id == dossier)
            ).one()

    def work(self, *, most: int = 1000, strike: Callable[[str], None] | None = None) -> None:
        """Do what is promised, as the worker does, until nothing is left."""
        for _ in range(most):
            with self.office.as_system() as work:
                job = work.session.scalar(
                    select(Job)
                    .order_by(Job.kind != ERASE, Job.kind != "index", Job.created_at, Job.id)
                    .limit(1)
                )
                if job is None:
                    return
                kind, subject = job.kind, job.subject_id
                if strike is not None:
                    strike(kind)
                if kind == "index":
                    write_entries(work, {subject})
                elif kind in AFTERWARDS:
                    try:
                        AFTERWARDS[kind](work, subject)
                    except ChangedMeanwhile:
                        continue
                work.session.delete(job)
        raise AssertionError("there is always something left to do")


class Filler:
    """Puts a row with the word into every table of which `tables` says that its rows go."""

    def __init__(self, house: House, work: UnitOfWork, ids: tuple[UUID, ...]) -> None:
        self.house, self.work = house, work
        dossier, document_id, batch, other = ids
        session = work.session
        self.ids: dict[str, Any] = {
            "dossier.id": dossier,
            "document.id": document_id,
            "batch.id": batch,
            "other": other,
            "dossier_case.id": session.scalars(
                select(Case.id).where(Case.dossier_id == dossier)
            ).one(),
            "document_version.id": session.scalars(
                select(Version.id).where(Version.document_id == document_id)
            ).one(),
            "user_account.id": house.registry.staff.clerk.id,
            "department.id": house.registry.staff.unit.id,
        }
        self.filled: list[str] = []

    def fill(self) -> None:
        """Fill them in the order in which one names the other."""
        for table in Base.metadata.sorted_tables:
            if table.name not in GOES or table.name in MADE or table.name == "held_dossier":
                continue
            row = self.row(table)
            self.work.session.execute(insert(table).values(row))
            self.filled.append(table.name)
            if "id" in row:
                self.ids.setdefault(f"{table.name}.id", row["id"])

    def row(self, table: Table) -> dict[str, Any]:
        """One row of a table: what it names is ours, everything else says the word."""
        row: dict[str, Any] = {}
        for column in table.columns:
            named = next(iter(column.foreign_keys), None)
            settled = SETTLED.get(table.name, {})
            if column.name in settled:
                row[column.name] = settled[column.name]
            elif named is not None and named.target_fullname == "content.sha256":
                words = f"{MARKER} {table.name} {uuid4()}".encode()
                row[column.name] = self.house.keep(self.work, words)
            elif named is not None:
                row[column.name] = self.ids.get(named.target_fullname)
            elif column.name == "subject_id":
                row[column.name] = self.ids["dossier.id"]
            elif column.name == "about" and isinstance(column.type, LargeBinary):
                row[column.name] = self.ids["dossier.id"].bytes
            elif column.name == "sequence":
                row[column.name] = 1
            else:
                row[column.name] = _said(column)
        if table.name == "dossier_link":
            row["to_id"] = self.ids["other"]
        if table.name == "log_words":
            row["sequence"] = self._entry()
        return row

    def _entry(self) -> int:
        found = self.work.session.scalars(
            select(AuditEntry.sequence).where(AuditEntry.subject_id == self.ids["dossier.id"])
        )
        return next(iter(found))


def _said(column: Any) -> Any:
    kind = column.type
    if isinstance(kind, Uuid):
        return uuid4()
    if isinstance(kind, enum.EnumType) or getattr(kind, "enum_class", None) is not None:
        return next(iter(kind.enum_class))
    if isinstance(kind, JSON) or type(kind).__name__ in ("JSON", "JSONB", "Variant"):
        return [MARKER]
    if isinstance(kind, Boolean):
        return False
    if isinstance(kind, Integer):
        return 1
    if isinstance(kind, Float):
        return 1.0
    if isinstance(kind, Instant):
        return datetime(2015, 3, 2, tzinfo=UTC)
    if isinstance(kind, Date):
        return date(2015, 3, 2)
    if isinstance(kind, String):
        return MARKER[: kind.length] if kind.length else MARKER
    raise AssertionError(f"nothing to say in {column}")


@dataclass(frozen=True)
class Opened:
    """What a house is opened with."""

    folder: Path
    database_url: str = ""
    store: Store | None = None
    index: Index | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)


def opened(given: Opened) -> House:
    """Open a house with a rule by which dossiers are destroyed after ten years."""
    clock = SetClock(datetime(2015, 3, 2, 9, tzinfo=UTC))
    office = build_office(
        given.folder,
        clock=clock,
        database_url=given.database_url,
        store=given.store,
        index=given.index,
        erasure_waiting_days=0,
        clock_gap_days=366,
        **given.settings,
    )
    staff = hire(office)
    lead = appoint(office, "lead", Role.LEAD, units=[staff.unit])
    other = appoint(office, "zweite", Role.RECORDS_MANAGER, units=[staff.unit])
    with office.begin(staff.records) as work:
        set_retention_rule(work, replace(TEN_YEARS, disposal=Disposal.DESTROY))
        entry = work.session.get_one(PlanEntry, staff.entry.id)
        wanted = replace(fields_of(work, entry), rule="sbr")
        follower = change_plan_entry(work, entry, wanted=wanted).id
    return House(Registry(office, staff, clock, lead, follower), other, given.folder)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = opened(Opened(tmp_path))
    yield made
    made.office.close()
