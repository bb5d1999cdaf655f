"""A house whose worker is struck again and again: what is brought in, and is it complete?"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from tempfile import NamedTemporaryFile
from uuid import UUID

from sqlalchemy import delete, select

from eakte.access.accounts import departments
from eakte.bootstrap import Office
from eakte.intake.batches import Scanned, deliver_batch
from eakte.intake.delivering import Declared, deliver
from eakte.model.batch import Batch, BatchPage, BatchState, Fate
from eakte.model.document import (
    Document,
    ProcessingState,
    Rendition,
    RenditionKind,
    Source,
    Version,
)
from eakte.model.findings import Kind, Look
from eakte.model.job import Job
from storage import Digest, ObjectCorrupt, ObjectMissing
from tests.crash.houses import House
from tests.crash.letters import EVERYWHERE, Letter, bundle
from tests.crash.sweeping import Tally, stumbled
from tests.crash.turned import Gone, Silent, Turned, Turning

TRIES = 5
HOUR = 60
# A fault that lasts can keep the worker waiting; then it ends and the worker goes on.
PATIENCE = 20.0
PRODUCTS = [(RenditionKind.READING_COPY, 0), (RenditionKind.TEXT, 0), (RenditionKind.PREVIEW, 1)]


@dataclass
class Bench:
    """One house whose worker is struck again and again."""

    house: House
    office: Office
    turning: Turning
    tally: Tally
    running: ExitStack
    made: Callable[[int], Letter]
    lanes: tuple[str, ...]
    inside: bool
    """Whether the shut-in child is struck instead of the worker."""
    numbers: count[int] = field(default_factory=lambda: count(1))
    letters: dict[UUID, Letter] = field(default_factory=dict)
    child: int = 0

    def __post_init__(self) -> None:
        self.turned = self.another()
        self.child = int(self.turned.hear()["child"])

    @property
    def stacks(self) -> bool:
        return self.made is bundle

    # --- the worker -----------------------------------------------------------------------------

    @contextmanager
    def worker(self) -> Iterator[Turned]:
        with self.turning(
            # Forked from a program that has more in memory than a child needs.
            self.house.with_settings(
                EAKTE_SANDBOX="limits", EAKTE_SANDBOX_MEMORY_MB="4096"
            ).settings,
            folder=self.house.folder,
            log=self.house.logs / "worker.log",
        ) as turned:
            yield turned

    def trace(self, turned: Turned, block: AbstractContextManager[object]) -> int:
        """Work one thing off without any fault, in a block that watches; return the next child."""
        key = self.bring()
        with block:
            turned.say(minutes=0, lanes=self.lanes, again=True)
            assert turned.hear() == {"said": []}
        assert self.faults_of(key) == [], (self.faults_of(key), self.told())
        self.clear()
        return int(turned.hear()["child"])

    def strike(self, point: object, turned: Turned, block: AbstractContextManager[object]) -> None:
        """Work one thing off in a block in which something happens; then go on to its end."""
        key = self.bring()
        said: list[str] | None = None
        heard = len(self.told())
        with block, suppress(Gone, Silent):
            turned.say(minutes=0, lanes=self.lanes, again=True)
            said = turned.hear(PATIENCE)["said"]
        with suppress(Gone):
            said = turned.hear()["said"] if said is None else said
        if said is None:
            turned = self.instead_of(turned)
        for _ in range(TRIES):
            child = int(turned.hear()["child"])
            faults = self.faults_of(key)
            if not faults:
                break
            self.look_at(key, point)
            turned.say(minutes=HOUR, lanes=self.lanes, again=True)
            turned.hear()
        else:
            child = int(turned.hear()["child"])
            self.tally.lost(f"{point}: {faults}")
        if turned is self.turned:
            self.child = child
        for one in said or []:
            if not one.startswith("away: "):
                self.tally.unsaid(f"{point}: {one}")
        if stumbled(self.told()[heard:]) and not self.inside:
            self.tally.unsaid(f"{point}: {self.told()[heard:][-1500:]}")
        self.clear()

    def instead_of(self, dead: Turned) -> Turned:
        """Let the worker that runs all the time take over, when the lease of the dead has ended."""
        if dead is self.turned:
            self.turned = self.another()
        else:
            self.turned.say(minutes=HOUR, lanes=self.lanes, again=True)
            self.turned.hear()
        return self.turned

    def another(self) -> Turned:
        """Start one more worker, that runs to the end of the test."""
        return self.running.enter_context(self.worker())

    def told(self) -> str:
        path = self.house.logs / "worker.log"
        return path.read_text(errors="replace") if path.exists() else ""

    # --- what is there --------------------------------------------------------------------------

    def bring(self) -> UUID:
        """Bring one more in through the one door."""
        letter = self.made(next(self.numbers))
        with NamedTemporaryFile() as spool:
            spool.write(letter.content)
            spool.flush()
            path = Path(spool.name)
            if self.stacks:
                key = deliver_batch(
                    self.office.as_system,
                    path,
                    scanned=Scanned(name=letter.name, key=letter.name, department=self.unit()),
                    look=lambda path, name: Look("application/pdf", Kind.PDF, 3),
                ).batch_id
            else:
                key = deliver(
                    self.office.as_system,
                    path,
                    declared=Declared(name=letter.name, source=Source.COMMAND),
                    look=lambda path, name: Look("application/octet-stream", Kind.UNKNOWN),
                ).document_id
        self.letters[key] = letter
        return key

    def unit(self) -> str:
        with self.office.begin(writes=False) as work:
            return str(departments(work.session)[0].id)

    def faults_of(self, key: UUID) -> list[str]:
        """Say what is not as it has to be; nothing when it is complete."""
        return self.faults_of_stack(key) if self.stacks else self.faults_of_document(key)

    def faults_of_document(self, key: UUID) -> list[str]:
        letter = self.letters[key]
        with self.office.begin(writes=False) as work:
            document = work.session.get(Document, key)
            if document is None:
                return ["es gibt keine Zeile"]
            version = work.session.scalars(select(Version).where(Version.document_id == key)).one()
            rows = work.session.scalars(
                select(Rendition)
                .where(Rendition.version_id == version.id)
                .order_by(Rendition.kind, Rendition.page)
            ).all()
            waiting = work.session.scalars(select(Job.kind).where(Job.subject_id == key)).all()
            products = [(row.kind, row.page) for row in rows]
            digests = [version.sha256, *(row.sha256 for row in rows)]
            texts = [row.sha256 for row in rows if row.kind is RenditionKind.TEXT]
            state, problem, pages = document.processing, document.problem, document.page_count
        faults = [f"{kind} wartet" for kind in waiting]
        if (state, problem, pages) != (ProcessingState.READY, None, 1):
            faults.append(f"{state} {problem} {pages}")
        if sorted(products) != sorted(PRODUCTS):
            faults.append(f"Erzeugnisse: {products}")
        faults += [f"Bytes: {digest}" for digest in digests if not self.kept(digest)]
        if version.sha256 != letter.sha256:
            faults.append("das Original ist ein anderes")
        if not faults:
            text = self.content(texts[0])
            faults += [f"es fehlt {word}" for word in letter.words if word.encode() not in text]
        return faults

    def faults_of_stack(self, key: UUID) -> list[str]:
        letter = self.letters[key]
        with self.office.begin(writes=False) as work:
            batch = work.session.get(Batch, key)
            if batch is None:
                return ["es gibt keine Zeile"]
            fates = work.session.scalars(
                select(BatchPage.fate).where(BatchPage.batch_id == key).order_by(BatchPage.page)
            ).all()
            parts = work.session.execute(
                select(Document.page_count, Version.sha256)
                .join(Version, Version.document_id == Document.id)
                .where(Document.batch_id == key)
            ).all()
            waiting = work.session.scalars(select(Job.kind).where(Job.subject_id == key)).all()
            state, problem, sha256 = batch.state, batch.problem, batch.sha256
        faults = [f"{kind} wartet" for kind in waiting]
        if (state, problem) != (BatchState.READY, None):
            faults.append(f"{state} {problem}")
        if list(fates) != [Fate.FILED, Fate.SEPARATOR, Fate.FILED]:
            faults.append(f"Seiten: {fates}")
        if [pages for pages, _ in parts] != [1, 1]:
            faults.append(f"Dokumente: {parts}")
        digests = [sha256, *(one for _, one in parts)]
        faults += [f"Bytes: {digest}" for digest in digests if not self.kept(digest)]
        if sha256 != letter.sha256:
            faults.append("das Original ist ein anderes")
        return faults

    def look_at(self, key: UUID, point: object) -> None:
        """Nothing may be shown as failed: no document was at fault."""
        with self.office.begin(writes=False) as work:
            if self.stacks:
                batch = work.session.get_one(Batch, key)
                shown, problem = batch.state is BatchState.FAILED, batch.problem
            else:
                document = work.session.get_one(Document, key)
                shown = document.processing is ProcessingState.FAILED
                problem = document.problem
        if shown or problem:
            self.tally.unsaid(f"{point}: als gescheitert gezeigt: {problem}")

    def clear(self) -> None:
        """Forget what the documents of a stack have to wait for: that is swept elsewhere."""
        if self.stacks:
            with self.office.as_system() as work:
                work.session.execute(delete(Job).where(Job.kind.in_(["process", "index"])))

    def kept(self, digest: str) -> bool:
        return hashlib.sha256(self.content(digest)).hexdigest() == digest

    def content(self, digest: str) -> bytes:
        """Return what the store has, nothing when it has nothing that is right."""
        try:
            with self.office.store.open(Digest(digest)) as stream:
                return stream.read()
        except (ObjectMissing, ObjectCorrupt):
            return b""

    def close(self) -> None:
        """Count everything once more, and find every document by its word."""
        with self.office.begin(writes=False) as work:
            table = Batch if self.stacks else Document
            ids = list(work.session.scalars(select(table.id)))
        for missing in self.letters.keys() - set(ids):
            self.tally.lost(self.letters[missing].name)
        if len(ids) != len(self.letters):
            self.tally.doubled(f"{len(ids)} Zeilen, {len(self.letters)} Lieferungen")
        for key in self.letters:
            for fault in self.faults_of(key):
                self.tally.altered(f"{self.letters[key].name}: {fault}")
        if not self.stacks:
            found = self.house.found(EVERYWHERE)
            for missing in {str(key) for key in self.letters} - found:
                self.tally.lost(f"nicht zu finden: {self.letters[UUID(missing)].name}")
