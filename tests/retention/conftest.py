"""A house with a decided rule, and what a dossier in it can meet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

import pytest

from eakte.bootstrap import Office
from eakte.clock import SetClock
from eakte.filing.closing import close_dossier
from eakte.filing.moving_periods import move_periods
from eakte.filing.opening import open_case, open_dossier
from eakte.filing.plan_changing import change_plan_entry, fields_of
from eakte.filing.retention_rules import RuleFields, retention_rule, set_retention_rule
from eakte.model.case import Case
from eakte.model.dossier import Dossier
from eakte.model.file_plan import PlanEntry
from eakte.model.periods import Disposal
from eakte.model.user import Actor, Role
from tests.builders import Staff, appoint, build_office, hire
from tests.databases import new_database

TEN_YEARS = RuleFields(
    "sbr", "Schwerbehindertenrecht", years=10, disposal=Disposal.APPRAISE, basis="Aktenplan 2026"
)


@dataclass
class Registry:
    """An office with a rule, in which dossiers are opened, closed and looked at."""

    office: Office
    staff: Staff
    clock: SetClock
    lead: Actor
    entry: UUID

    def dossier(self, person: str = "Muster, Änne", birth: date | None = None) -> Dossier:
        """Open a dossier with one case."""
        with self.office.begin(self.staff.clerk) as work:
            entry = work.session.get_one(PlanEntry, self.entry)
            made = open_dossier(
                work,
                entry,
                subject="Feststellung",
                person_name=person,
                birth_date=birth,
                although_known=True,
            )
            open_case(work, made, procedure="Erstantrag")
        return made

    def closed(self, on: date, person: str = "Muster, Änne", birth: date | None = None) -> Dossier:
        """Open a dossier and close it on a day."""
        made = self.dossier(person, birth)
        self.at(on)
        with self.office.begin(self.staff.clerk) as work:
            close_dossier(work, work.session.get_one(Dossier, made.id))
        return made

    def at(self, day: date) -> None:
        """Let it be noon of a day."""
        self.clock.instant = datetime(day.year, day.month, day.day, 11, tzinfo=UTC)

    def row(self, dossier: Dossier) -> Dossier:
        """Return a dossier as it stands."""
        with self.office.database.transaction(writes=False) as session:
            return session.get_one(Dossier, dossier.id)

    def case(self, dossier: Dossier) -> Case:
        """Return the first case of a dossier."""
        with self.office.database.transaction(writes=False) as session:
            return session.query(Case).filter(Case.dossier_id == dossier.id).one()

    def decide(self, wanted: RuleFields, *, shorten: bool = False) -> None:
        """Let the rule say something else, and what runs follow it as the job does."""
        with self.office.begin(self.staff.records) as work:
            rule_id = set_retention_rule(work, wanted, shorten=shorten).id
        with self.office.as_system() as work:
            move_periods(work, rule_id)

    @property
    def rule(self) -> UUID:
        """The id of the rule."""
        with self.office.begin(self.staff.records) as work:
            return retention_rule(work, "sbr").rule.id


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> str:
    return new_database() if request.param == "postgresql" else ""


@pytest.fixture
def registry(tmp_path: Path, database_url: str) -> Iterator[Registry]:
    clock = SetClock(datetime(2015, 3, 2, 9, tzinfo=UTC))
    office = build_office(tmp_path, clock=clock, database_url=database_url)
    staff = hire(office)
    lead = appoint(office, "lead", Role.LEAD, units=[staff.unit])
    with office.begin(staff.records) as work:
        set_retention_rule(work, TEN_YEARS)
        entry = work.session.get_one(PlanEntry, staff.entry.id)
        wanted = replace(fields_of(work, entry), rule="sbr")
        follower = change_plan_entry(work, entry, wanted=wanted).id
    yield Registry(office, staff, clock, lead, follower)
    office.close()
