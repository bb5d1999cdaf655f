"""A house from which packages go to courts: they stand written, and nobody has sent them yet."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from eakte.bootstrap import Office
from eakte.filing.describing import Description
from eakte.filing.placing import place_document
from eakte.model.audit_entry import AuditEntry
from eakte.model.case import Case
from eakte.model.content import keep_content
from eakte.model.document import Document
from eakte.model.sending import FileKind, Sending, SentFile
from eakte.model.user import Actor, Role
from eakte.unit_of_work import UnitOfWork
from tests.builders import Staff, appoint, bring, house, now_, opened
from tests.databases import new_database
from tests.sent import one_sent

MESSAGE = "xjustiz_nachricht.xml"


def packed(part: int) -> bytes:
    """A message as it is kept, with two documents."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as zipped:
        for name in (MESSAGE, f"0001_Antrag-{part}.pdf", f"0002_Bescheid-{part}.pdf"):
            # Without the time of day, which would make other bytes two seconds later.
            zipped.writestr(zipfile.ZipInfo(name), f"{name} {part} " * 500)
    return made.getvalue()


@dataclass
class Parcels:
    """The house, its clerk and a second one, and one filed letter of which packages are made."""

    office: Office
    staff: Staff
    second: Actor
    outbox: Path
    case: Case
    letter: UUID
    # So long nothing is tried again after a fault.
    pause: timedelta = timedelta(minutes=1)

    def now(self, who: Actor, *, confirmed: bool = True) -> Actor:
        """The person with the rights of this moment, who has just proved who they are."""
        return replace(now_(self.office, who), confirmed=confirmed)

    @contextmanager
    def acting(self, who: Actor | None = None, *, confirmed: bool = True) -> Iterator[UnitOfWork]:
        """Work as this person; by default as whoever put the packages together."""
        with self.office.begin(self.now(who or self.staff.clerk, confirmed=confirmed)) as work:
            yield work

    def written(self, parts: int = 1) -> UUID:
        """A package of so many messages, as if it had just been written."""
        with self.office.as_system() as work:
            sending_id, file_id = one_sent(work, self.letter)
            work.session.delete(work.session.get_one(SentFile, file_id))
            work.session.flush()
            for part in range(1, parts + 1):
                stored = work.store.put(io.BytesIO(packed(part)))
                keep_content(
                    work.session, str(stored.digest), size=stored.size, at=work.clock.now()
                )
                of = f"-Teil-{part}-von-{parts}" if parts > 1 else ""
                work.session.add(
                    SentFile(
                        sending_id=sending_id,
                        kind=FileKind.MESSAGE,
                        part=part,
                        message_id=uuid4(),
                        name=f"Akte{of}.zip",
                        sha256=str(stored.digest),
                        size=stored.size,
                        files=3,
                    )
                )
            return sending_id

    def row(self, sending_id: UUID) -> Sending:
        """The package as it stands."""
        with self.office.database.transaction(writes=False) as session:
            return session.get_one(Sending, sending_id)

    def messages(self, sending_id: UUID) -> list[UUID]:
        """The identities of its messages, in the order of their parts."""
        with self.office.database.transaction(writes=False) as session:
            of = select(SentFile.message_id).where(SentFile.sending_id == sending_id)
            return [one for one in session.scalars(of.order_by(SentFile.part)) if one]

    def visible(self) -> list[str]:
        """What the mailbox program sees in the outbox."""
        return sorted(one.name for one in self.outbox.iterdir() if one.name[0] != ".")

    def logged(self, act: str) -> list[AuditEntry]:
        """The entries of the log about one act."""
        with self.office.database.transaction(writes=False) as session:
            query = select(AuditEntry).where(AuditEntry.act == act)
            return list(session.scalars(query.order_by(AuditEntry.sequence)))


@contextmanager
def furnished(folder: Path, **given: object) -> Iterator[Parcels]:
    """Open a house with an outbox, in which two persons let a package go."""
    outbox = folder / "outbox"
    outbox.mkdir(exist_ok=True, parents=True)
    settings = {"court_outbox": outbox, "court_release": "two"} | given
    with house(folder, **settings) as (office, staff):
        second = appoint(office, "second", Role.CLERK, units=[staff.unit])
        _, case = opened(office, staff)
        letter = bring(office, staff.clerk, folder / "in").document_id
        with office.begin(now_(office, staff.clerk)) as work:
            place_document(
                work,
                work.session.get_one(Document, letter),
                case=work.session.get_one(Case, case.id),
                description=Description(title="Antrag"),
            )
        yield Parcels(office, staff, second, outbox, case, letter)


@pytest.fixture
def parcels(tmp_path: Path) -> Iterator[Parcels]:
    """The house on SQLite."""
    with furnished(tmp_path) as made:
        yield made


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def either(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Parcels]:
    """The same house on either database."""
    url = new_database() if request.param == "postgresql" else ""
    with furnished(tmp_path, database_url=url) as made:
        yield made
