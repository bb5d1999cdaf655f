"""Pages are put in order while the worker is struck: is every order carried out, once?"""

from __future__ import annotations

from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from tempfile import NamedTemporaryFile
from uuid import UUID

from sqlalchemy import delete, func, select, update

from eakte import stacks
from eakte.access.accounts import find_login
from eakte.access.acting import actor_of
from eakte.filing.arranging import ARRANGE, arrange_pages
from eakte.filing.page_plan import read_plan
from eakte.intake.batches import Scanned, deliver_batch
from eakte.intake.receiving import Arrival
from eakte.model.arrangement import Arrangement, ArrangementKind, ArrangementState
from eakte.model.batch import BatchPage, Fate
from eakte.model.document import Document, DocumentState, ProcessingState, Version
from eakte.model.findings import Kind, Look, Part, Separation, Sheet
from eakte.model.job import Job
from eakte.unit_of_work import UnitOfWork
from tests.crash.benches import Bench
from tests.crash.houses import CLERK
from tests.crash.letters import Letter
from tests.mailroom.orders import known, numbered

PAGES = 3
PARTS = (Part((1, 2)), Part((3,)))
# Of a letter A with the first two pages of a stack and a letter B with the third: what is wanted,
# of how many of them, and which pages lie where then, each with its turn.
WISHES: tuple[tuple[str, int, tuple[tuple[tuple[int, int], ...], ...]], ...] = (
    ("2r, 1", 1, (((2, 90), (1, 0)),)),
    ("1 | 2", 1, (((1, 0),), ((2, 0),))),
    ("A1, B1, A2", 2, (((1, 0), (3, 0), (2, 0)),)),
)


@dataclass(frozen=True)
class Order:
    """An order that was asked for: of which stack, of which of its documents, and which wish."""

    first: int
    batch_id: UUID
    documents: tuple[UUID, ...]
    digests: tuple[str, ...]
    sources: int
    parts: tuple[tuple[tuple[int, int], ...], ...]

    @property
    def kind(self) -> ArrangementKind:
        if self.sources > 1:
            return ArrangementKind.JOINED
        return ArrangementKind.SPLIT if len(self.parts) > 1 else ArrangementKind.REARRANGED


def sheaf(number: int) -> Letter:
    """Return a stack of pages of which each is known again by its width."""
    first = 1 + PAGES * (number - 1)
    return Letter(f"lage-{number:04d}.pdf", numbered(PAGES, first=first), ())


@dataclass
class OrderingBench(Bench):
    """A bench on which stacks lie taken apart, and the pages of their letters are arranged."""

    orders: dict[UUID, Order] = field(default_factory=dict)

    def bring(self) -> UUID:
        """Bring a stack in, as taken apart already, and ask for another order of its pages."""
        number = next(self.numbers)
        first = 1 + PAGES * (number - 1)
        wish, sources, parts = WISHES[number % len(WISHES)]
        letter = self.made(number)
        batch_id = self._taken_apart(letter, first)
        with self.office.as_system() as work:
            rows = work.session.execute(
                select(Document.id, Version.sha256)
                .join(Version, Version.document_id == Document.id)
                .where(Document.batch_id == batch_id)
                .order_by(Document.receipt_number)
            ).all()
            work.session.execute(
                update(Document)
                .where(Document.batch_id == batch_id)
                .values(processing=ProcessingState.READY)
                .execution_options(synchronize_session=False)
            )
            user = find_login(work.session, CLERK)
            assert user is not None
            clerk = actor_of(work.session, user, work.clock)
        ids = tuple(one for one, _ in rows)
        with self.office.begin(clerk) as work:
            taken = [work.session.get_one(Document, one) for one in ids[:sources]]
            plan = read_plan(wish, [one.page_count or 0 for one in taken])
            key = arrange_pages(work, taken[0], plan, key=letter.name, others=taken[1:]).id
        digests = tuple(digest for _, digest in rows)
        self.orders[key] = Order(first, batch_id, ids, digests, sources, parts)
        self.letters[batch_id] = letter
        self.clear()
        return key

    def _taken_apart(self, letter: Letter, first: int) -> UUID:
        with NamedTemporaryFile() as spool:
            spool.write(letter.content)
            spool.flush()
            batch_id = deliver_batch(
                self.office.as_system,
                Path(spool.name),
                scanned=Scanned(name=letter.name, key=letter.name, department=self.unit()),
                look=lambda path, name: Look("application/pdf", Kind.PDF, PAGES),
            ).batch_id
        with self.office.as_system() as work:
            task = stacks.begin(work, batch_id)
        assert task is not None
        arrivals = []
        for part in PARTS:
            content = numbered(len(part.pages), first=first - 1 + part.pages[0])
            kept = self.office.store.put(BytesIO(content))
            arrivals.append(Arrival(str(kept.digest), kept.size, letter.name))
        look = Look("application/pdf", Kind.PDF, PAGES)
        sheets = tuple(Sheet(page) for page in range(1, PAGES + 1))
        paths = tuple(Path(f"part-{one}") for one in range(len(PARTS)))
        separation = Separation(look, sheets, PARTS, paths)
        with self.office.as_system() as work:
            stacks.finish(work, task, stacks.Made(separation, tuple(arrivals)))
            work.session.execute(delete(Job).where(Job.kind == stacks.KIND))
        return batch_id

    def faults_of(self, key: UUID) -> list[str]:
        order = self.orders[key]
        with self.office.begin(writes=False) as work:
            arrangement = work.session.get(Arrangement, key)
            if arrangement is None:
                return ["es gibt keine Zeile"]
            waiting = work.session.scalars(select(Job.kind).where(Job.subject_id == key)).all()
            if waiting:
                return [f"{kind} wartet" for kind in waiting]
            if (arrangement.state, arrangement.kind) != (ArrangementState.DONE, order.kind):
                return [f"{arrangement.state} {arrangement.problem}"]
            results = [UUID(one) for one in arrangement.results]
            return [
                *self._faults_of_sources(work, key, order),
                *self._faults_of_results(work, order, results or [order.documents[0]]),
            ]

    def _faults_of_sources(self, work: UnitOfWork, key: UUID, order: Order) -> list[str]:
        """What came in stays as it was, and says where it went."""
        faults = []
        for place, (one, digest) in enumerate(zip(order.documents, order.digests, strict=True)):
            document = work.session.get_one(Document, one)
            moved = place < order.sources and order.kind is not ArrangementKind.REARRANGED
            wanted = (DocumentState.CANCELLED, key) if moved else (DocumentState.INBOX, None)
            if (document.state, document.taken_over_id) != wanted:
                faults.append(f"Quelle {place}: {document.state} {document.taken_over_id}")
            versions = _versions(work, one)
            rearranged = order.kind is ArrangementKind.REARRANGED and place == 0
            if len(versions) != 1 + rearranged or versions[0] != digest or not self.kept(digest):
                faults.append(f"Quelle {place}: Fassungen {versions}")
        return faults

    def _faults_of_results(self, work: UnitOfWork, order: Order, results: list[UUID]) -> list[str]:
        """Each part is there once, and each page of the stack is where it was wanted."""
        if len(results) != len(order.parts):
            return [f"Ergebnisse: {results}"]
        faults = []
        lies: dict[int, tuple[Fate, UUID, int]] = {
            page: (Fate.FILED, document, place)
            for part, document in zip(PARTS, order.documents, strict=True)
            for place, page in enumerate(part.pages, start=1)
        }
        for part, one in zip(order.parts, results, strict=True):
            versions = _versions(work, one)
            content = self.content(versions[-1])
            wanted = [(order.first - 1 + page, turn) for page, turn in part]
            if not content or known(content) != wanted:
                faults.append(f"Seiten: {known(content) if content else None}, nicht {wanted}")
            lies |= {page: (Fate.FILED, one, place) for place, (page, _) in enumerate(part, 1)}
        rows = work.session.execute(
            select(BatchPage.page, BatchPage.fate, BatchPage.document_id, BatchPage.place).where(
                BatchPage.batch_id == order.batch_id
            )
        )
        found = {page: (fate, document, place) for page, fate, document, place in rows}
        return faults if found == lies else [*faults, f"Seitenbilanz: {found}, nicht {lies}"]

    def look_at(self, key: UUID, point: object) -> None:
        with self.office.begin(writes=False) as work:
            arrangement = work.session.get_one(Arrangement, key)
            if arrangement.state is ArrangementState.FAILED or arrangement.problem:
                self.tally.unsaid(f"{point}: als gescheitert gezeigt: {arrangement.problem}")

    def clear(self) -> None:
        """Forget what becomes of documents afterwards: that is swept elsewhere."""
        with self.office.as_system() as work:
            work.session.execute(delete(Job).where(Job.kind != ARRANGE))

    def close(self) -> None:
        """Count everything once more."""
        wanted = {"Anordnungen": len(self.orders), "Dokumente": 0, "Fassungen": 0}
        for order in self.orders.values():
            more = order.kind is not ArrangementKind.REARRANGED
            wanted["Dokumente"] += len(order.documents) + (len(order.parts) if more else 0)
            wanted["Fassungen"] += len(order.documents) + len(order.parts)
        with self.office.begin(writes=False) as work:
            tables = (Arrangement, Document, Version)
            found = [work.session.scalar(select(func.count()).select_from(one)) for one in tables]
        for (what, many), there in zip(wanted.items(), found, strict=True):
            if there != many:
                self.tally.doubled(f"{there} {what}, {many} verlangt")
        for key in self.orders:
            for fault in self.faults_of(key):
                self.tally.altered(f"{self.letters[self.orders[key].batch_id].name}: {fault}")


def _versions(work: UnitOfWork, document_id: UUID) -> list[str]:
    return list(
        work.session.scalars(
            select(Version.sha256)
            .where(Version.document_id == document_id)
            .order_by(Version.number)
        )
    )
