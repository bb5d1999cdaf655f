"""An office with people in every role that rights are about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest

from eakte.bootstrap import Office
from eakte.model.case import Case
from eakte.model.dossier import Dossier
from eakte.model.user import Actor, Role, User
from eakte.unit_of_work import UnitOfWork
from tests.builders import Staff, appoint, house, opened

REASON = "Für die Bearbeitung des Widerspruchs"


@dataclass(frozen=True)
class Cast:
    """Who is there, one dossier with its case, and the office."""

    office: Office
    staff: Staff
    lead: Actor
    medical: Actor
    expert: Actor
    auditor: Actor
    protection: Actor
    personnel: Actor
    dossier_id: object
    case_id: object

    def dossier(self, work: UnitOfWork) -> Dossier:
        return work.session.get_one(Dossier, self.dossier_id)

    def case(self, work: UnitOfWork) -> Case:
        return work.session.get_one(Case, self.case_id)

    def person(self, work: UnitOfWork, actor: Actor) -> User:
        return work.session.get_one(User, actor.id)

    def until(self, days: int) -> date:
        return self.office.clock.today() + timedelta(days=days)


@pytest.fixture
def cast(tmp_path: Path) -> Iterator[Cast]:
    with house(tmp_path) as (office, staff):
        dossier, case = opened(office, staff)
        yield Cast(
            office,
            staff,
            lead=appoint(office, "lead", Role.LEAD, units=[staff.unit]),
            medical=appoint(office, "doctor", Role.MEDICAL),
            expert=appoint(office, "expert", Role.EXPERT),
            auditor=appoint(office, "auditor", Role.AUDITOR),
            protection=appoint(office, "protection", Role.DATA_PROTECTION),
            personnel=appoint(office, "personnel", Role.PERSONNEL, Role.CLERK, units=[staff.unit]),
            dossier_id=dossier.id,
            case_id=case.id,
        )
