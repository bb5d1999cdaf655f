"""How does a house that is to be shaken look, and what do its rows say afterwards?"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import NamedTemporaryFile
from uuid import UUID

from sqlalchemy import select

from eakte.access.accounts import create_user, departments, find_login
from eakte.access.acting import actor_of
from eakte.access.sessions import new_token, start_session
from eakte.bootstrap import Office, open_office, prepare
from eakte.config import load_settings
from eakte.intake.delivering import Declared, deliver
from eakte.model.document import (
    Document,
    ProcessingState,
    Rendition,
    RenditionKind,
    Source,
    Version,
)
from eakte.model.findings import Kind, Look
from eakte.model.job import Job, JobState
from eakte.model.user import Role
from eakte.retrieval.searching import search
from eakte.retrieval.text import pages_of
from storage import Digest
from tests.builders import SECRET
from tests.crash.letters import Letter
from tests.journeys.conftest import CommandLine
from tests.migrated import lay_out

CLERK = "clara"


@dataclass(frozen=True)
class Kept:
    """A document as the rows have it."""

    id: UUID
    number: int
    name: str
    sha256: str
    pages: int | None
    processing: ProcessingState
    problem_code: str | None
    problem: str | None


@dataclass(frozen=True)
class House:
    """A folder with its settings, and the two ways in which its clerk comes in."""

    folder: Path
    environment: Mapping[str, str]
    key: str
    session: str
    logs: Path
    """Where its programs write what they say: never in the house, whose disk may be full."""

    @property
    def eakte(self) -> CommandLine:
        """The command line in this house."""
        return CommandLine(self.folder, dict(self.environment))

    @property
    def settings(self) -> dict[str, str]:
        """The whole environment of a program in this house."""
        return self.eakte.full_environment()

    def copy(self, folder: Path) -> House:
        """Return the same house in another folder; nobody may be in it at the moment."""
        shutil.copytree(self.folder, folder)
        return replace(self, folder=folder)

    def with_settings(self, **settings: str) -> House:
        """Return the same house with other settings."""
        return replace(self, environment=dict(self.environment) | settings)

    @contextmanager
    def office(self) -> Iterator[Office]:
        """Open the house from the test, beside whatever program is in it."""
        office = _opened(self.folder, self.environment)
        try:
            yield office
        finally:
            office.close()

    def bring(self, letter: Letter) -> UUID:
        """Bring a letter in through the one door; return the document's id."""
        with NamedTemporaryFile() as spool, self.office() as office:
            spool.write(letter.content)
            spool.flush()
            receipt = deliver(
                office.as_system,
                Path(spool.name),
                declared=Declared(name=letter.name, source=Source.COMMAND),
                look=lambda path, name: Look("application/octet-stream", Kind.UNKNOWN),
            )
            return receipt.document_id

    def documents(self) -> list[Kept]:
        """List what the rows name, by number."""
        with self.office() as office, office.as_system() as work:
            rows = work.session.execute(
                select(Document, Version)
                .join(Version, Version.document_id == Document.id)
                .where(Version.number == 1)
                .order_by(Document.receipt_number)
            )
            return [
                Kept(
                    document.id,
                    document.receipt_number,
                    version.name,
                    version.sha256,
                    document.page_count,
                    document.processing,
                    document.problem_code,
                    document.problem,
                )
                for document, version in rows
            ]

    def ids(self) -> set[str]:
        """Name every document by its id."""
        return {str(kept.id) for kept in self.documents()}

    def jobs(self, kind: str) -> list[Job]:
        """List the jobs of a kind that are not laid aside."""
        with self.office() as office, office.as_system() as work:
            return list(
                work.session.scalars(
                    select(Job).where(Job.kind == kind, Job.state != JobState.DEAD)
                )
            )

    def products(self, document: Kept) -> list[Rendition]:
        """List what was made of a document, by kind and page."""
        with self.office() as office, office.as_system() as work:
            return list(
                work.session.scalars(
                    select(Rendition)
                    .join(Version, Version.id == Rendition.version_id)
                    .where(Version.document_id == document.id)
                    .order_by(Rendition.kind, Rendition.page)
                )
            )

    def text(self, document: Kept) -> list[str]:
        """Return the text of each page."""
        with self.office() as office, office.as_system() as work:
            kept = work.session.get_one(Document, document.id)
            return [page.text for page in pages_of(work.session, work.store, kept)]

    def rot(self, document: Kept) -> None:
        """Change a byte of the text of a document, in the embedded store."""
        [text] = [one for one in self.products(document) if one.kind is RenditionKind.TEXT]
        path = self.folder / "store" / text.sha256[:2] / text.sha256
        path.chmod(0o600)
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content)

    def reading_copy(self, document: Kept, *, into: Path) -> Path:
        """Write the reading copy of a document into a folder."""
        [copy] = [one for one in self.products(document) if one.kind is RenditionKind.READING_COPY]
        path = into / f"{document.id}.pdf"
        with self.office() as office:
            office.store.copy_to(Digest(copy.sha256), path)
        return path

    def original(self, document: Kept) -> bytes:
        """Read what the store has for a document, checked against its digest."""
        with self.office() as office, office.store.open(Digest(document.sha256)) as stream:
            return stream.read()

    def held_by(self, pid: int) -> list[Job]:
        """List the documents that a worker of this process has in work at this moment."""
        held = [job for job in self.jobs("process") if job.state is JobState.RUNNING]
        return [job for job in held if f":{pid}:" in (job.holder or "")]

    def found(self, words: str) -> set[str]:
        """Search as the clerk; return the ids of the documents."""
        with self.office() as office:
            with office.as_system() as work:
                user = find_login(work.session, CLERK)
                assert user is not None
                clerk = actor_of(work.session, user, work.clock)
            with office.begin(clerk) as work:
                results = search(work, words, per_page=1000)
                return {str(found.document.id) for found in results.found}

    def spooled(self) -> list[Path]:
        """Name what lies in the folder of uploads."""
        return sorted((self.folder / "uploads").iterdir())

    def arriving(self) -> list[Path]:
        """Name what puts into the embedded store have left or still write."""
        return sorted((self.folder / "store" / ".incoming").iterdir())


def build_house(folder: Path, environment: Mapping[str, str] | None = None) -> House:
    """Make a new house with one clerk, who has a key for programs and is signed in at a desk."""
    chosen = {"EAKTE_SECRET_KEY": SECRET, **(environment or {})}
    office = _opened(folder, chosen)
    try:
        lay_out(office.settings.database)
        prepare(office)
        with office.as_system() as work:
            [unit] = departments(work.session)
            user = create_user(
                work, CLERK, name="Clara Beispiel", roles={Role.CLERK}, departments=[unit]
            )
            actor = actor_of(work.session, user, work.clock, confirmed=True)
        with office.begin(actor) as work:
            key, session = new_token(work, "Scanner"), start_session(work, device="Prüfstand")
    finally:
        office.close()
    return House(folder, chosen, key, session, folder.parent)


def _opened(folder: Path, environment: Mapping[str, str]) -> Office:
    given = {name.removeprefix("EAKTE_").lower(): value for name, value in environment.items()}
    return open_office(load_settings(data=folder, **given))
