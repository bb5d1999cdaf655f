"""A house whose unit reads by rules, and letters that wait in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest

from eakte.bootstrap import Office
from eakte.filing.opening import open_case, open_dossier
from eakte.filing.proposing.proposals import Proposal, proposals_of
from eakte.model.case import Case
from eakte.model.document import Document
from eakte.model.dossier import Dossier
from eakte.model.file_plan import PlanEntry
from eakte.model.user import Actor
from tests.builders import Staff, bring, give_rules, house, let_read, now_
from tests.databases import new_database


@dataclass
class Desk:
    """An office, what was opened in it, and the way to its proposals."""

    office: Office
    staff: Staff
    folder: Path
    brought: list[UUID] = field(default_factory=list)

    def dossier(
        self,
        person: str = "Muster, Änne",
        *,
        born: date | None = None,
        procedures: tuple[str, ...] = ("Erstantrag",),
    ) -> Dossier:
        with self.office.begin(self.staff.clerk) as work:
            entry = work.session.get_one(PlanEntry, self.staff.entry.id)
            made = open_dossier(
                work, entry, subject="Feststellung", person_name=person, birth_date=born
            )
            for procedure in procedures:
                open_case(work, made, procedure=procedure)
        return made

    def letter(self, *pages: str) -> UUID:
        content = b"%%PDF-1.7 letter %d" % len(self.brought)
        receipt = bring(self.office, self.staff.clerk, self.folder / "in", content=content)
        self.brought.append(receipt.document_id)
        with self.office.as_system() as work:
            let_read(work, receipt.document_id, *pages)
        return receipt.document_id

    def proposals(self, document_id: UUID, *, by: Actor | None = None) -> list[Proposal]:
        actor = now_(self.office, by or self.staff.clerk)
        with self.office.begin(actor, writes=False) as work:
            return proposals_of(work, work.session.get_one(Document, document_id))

    def cases(self, dossier: Dossier) -> list[Case]:
        with self.office.as_system() as work:
            rows = work.session.query(Case).filter_by(dossier_id=dossier.id)
            return list(rows.order_by(Case.number))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    url = ""
    if request.param == "postgresql":
        url = new_database()
    with house(tmp_path / "house", database_url=url) as (office, staff):
        with office.as_system() as work:
            give_rules(work, staff.unit)
        yield Desk(office, staff, tmp_path)
