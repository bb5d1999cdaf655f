"""A small office drawn at random: units, people, dossiers, cases, documents and every right."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from random import Random
from uuid import uuid4

from sqlalchemy.orm import Session

from eakte.clock import Clock
from eakte.model.case import Case
from eakte.model.department import Department
from eakte.model.document import Document, DocumentState, Source
from eakte.model.dossier import Dossier, DossierState
from eakte.model.file_plan import Access, PlanEntry
from eakte.model.right import (
    FIRST_LETTER,
    LAST_LETTER,
    Deputy,
    Duty,
    Grant,
    GrantKind,
    Participation,
)
from eakte.model.user import Membership, Role, User

LETTERS = ("", "0", "9", ":", "a", "b", "m", "z", "é", "ø")
PROCEDURES = ("", "first", "objection")
HOURS = (-48, -1, 1, 48)
DAYS = (-3, -1, 0, 1, 3)
NUMBERS = count(1)


@dataclass
class Drawn:
    """The rows of an office, in a session that is rolled back."""

    units: list[Department] = field(default_factory=list)
    people: list[User] = field(default_factory=list)
    dossiers: list[Dossier] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)


def draw_office(session: Session, clock: Clock, dice: Random) -> Drawn:
    """Fill the session with an office as the dice fall."""
    drawn = Drawn()
    _people(drawn, session, clock, dice)
    _dossiers(drawn, session, clock, dice)
    session.flush()
    _rights(drawn, session, clock, dice)
    session.flush()
    session.expire_all()
    return drawn


def _people(drawn: Drawn, session: Session, clock: Clock, dice: Random) -> None:
    for _ in range(2):
        drawn.units.append(Department(id=uuid4(), key=f"u{next(NUMBERS)}", name="Unit"))
    for _ in range(4):
        roles = dice.sample(list(Role), dice.choice((1, 1, 2, 3)))
        if dice.random() < 0.6 and Role.CLERK not in roles:
            roles.append(Role.CLERK)
        login = f"p{next(NUMBERS)}"
        person = User(
            id=uuid4(),
            login=login,
            name=login,
            roles=[role.value for role in roles],
            active=dice.random() < 0.8,
            created_at=clock.now(),
        )
        drawn.people.append(person)
    session.add_all([*drawn.units, *drawn.people])
    session.flush()
    for person in drawn.people:
        for unit in drawn.units:
            if dice.random() < 0.4:
                session.add(Membership(user_id=person.id, department_id=unit.id))


def _dossiers(drawn: Drawn, session: Session, clock: Clock, dice: Random) -> None:
    entry = PlanEntry(id=uuid4(), number=f"n{next(NUMBERS)}", title="Entry")
    session.add(entry)
    session.flush()
    for _ in range(5):
        reference = f"r{next(NUMBERS)}"
        drawn.dossiers.append(
            Dossier(
                id=uuid4(),
                reference=reference,
                reference_folded=reference,
                plan_entry_id=entry.id,
                department_id=dice.choice(drawn.units).id,
                clerk_id=dice.choice(drawn.people).id if dice.random() < 0.4 else None,
                subject="Subject",
                letter=dice.choice(LETTERS),
                access=dice.choice(list(Access)),
                locked=dice.random() < 0.25,
                staff=dice.random() < 0.2,
                state=dice.choice(list(DossierState)),
                opened_on=clock.today(),
            )
        )
    session.add_all(drawn.dossiers)
    session.flush()
    for dossier in drawn.dossiers:
        for number in range(1, dice.choice((1, 2, 3))):
            drawn.cases.append(
                Case(
                    id=uuid4(),
                    dossier_id=dossier.id,
                    number=number,
                    procedure="Procedure",
                    procedure_key=dice.choice(PROCEDURES),
                    subject="Subject",
                    opened_on=clock.today(),
                )
            )
    session.add_all(drawn.cases)
    session.flush()
    units = {dossier.id: dossier.department_id for dossier in drawn.dossiers}
    for case in [None, None, *drawn.cases]:
        number = next(NUMBERS)
        inbox = dice.choice((DocumentState.INBOX, DocumentState.CANCELLED))
        drawn.documents.append(
            Document(
                id=uuid4(),
                receipt_number=number,
                department_id=units[case.dossier_id] if case else dice.choice(drawn.units).id,
                case_id=case.id if case else None,
                dossier_id=case.dossier_id if case else None,
                title="Title",
                received_on=clock.today(),
                received_at=clock.now(),
                received_by_id=dice.choice(drawn.people).id,
                source=Source.UPLOAD,
                original_name="letter.pdf",
                state=DocumentState.FILED if case else inbox,
                flags=[],
            )
        )
    session.add_all(drawn.documents)


def _rights(drawn: Drawn, session: Session, clock: Clock, dice: Random) -> None:
    now, today = clock.now(), clock.today()

    def ended() -> dict[str, object]:
        return {
            "reason": "Reason",
            "given_by_id": dice.choice(drawn.people).id,
            "given_at": now,
            "ends_at": now + timedelta(hours=dice.choice(HOURS)),
            "withdrawn_at": now if dice.random() < 0.2 else None,
        }

    for _ in range(dice.randrange(6)):
        first, last = sorted((dice.choice(LETTERS), dice.choice(LETTERS)))
        every = dice.random() < 0.3
        session.add(
            Duty(
                user_id=dice.choice(drawn.people).id,
                department_id=dice.choice(drawn.units).id,
                first_letter=FIRST_LETTER if every else first,
                last_letter=LAST_LETTER if every else last,
                procedure_key=dice.choice(PROCEDURES),
                valid_from=today + timedelta(days=dice.choice(DAYS)),
                valid_until=today + timedelta(days=dice.choice(DAYS))
                if dice.random() < 0.5
                else None,
            )
        )
    for _ in range(dice.randrange(6)):
        session.add(
            Grant(
                kind=dice.choice(list(GrantKind)),
                dossier_id=dice.choice(drawn.dossiers).id,
                user_id=dice.choice(drawn.people).id,
                **ended(),
            )
        )
    if drawn.cases:
        for _ in range(dice.randrange(5)):
            session.add(
                Participation(
                    case_id=dice.choice(drawn.cases).id,
                    user_id=dice.choice(drawn.people).id,
                    **ended(),
                )
            )
    for _ in range(dice.randrange(4)):
        absent, deputy = dice.sample(drawn.people, 2)
        session.add(
            Deputy(
                absent_id=absent.id,
                deputy_id=deputy.id,
                first_day=today + timedelta(days=dice.choice(DAYS)),
                last_day=today + timedelta(days=dice.choice(DAYS)),
                named_by_id=absent.id,
                withdrawn_at=now if dice.random() < 0.2 else None,
            )
        )
