"""How does the demo office move into an empty house, and its letters through the one door?"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from eakte import jobs, offices
from eakte.access.accounts import create_department, create_user, find_login
from eakte.access.acting import actor_of
from eakte.bootstrap import Office as House
from eakte.clock import Clock
from eakte.demo.catalogue import DEPARTMENTS, USERS, DossierPlan, Office, catalogue
from eakte.demo.letter import Container, Letter
from eakte.demo.scanning import render
from eakte.errors import RuleBroken
from eakte.filing.describing import Description
from eakte.filing.office_files import contents_of
from eakte.filing.office_loading import load_office as load_department
from eakte.filing.opening import open_case, open_dossier
from eakte.filing.placing import place_document
from eakte.filing.plan import plan_entry
from eakte.intake.delivering import Declared, deliver
from eakte.intake.receiving import Receipt
from eakte.model.case import Case
from eakte.model.delivery import Delivery
from eakte.model.department import CENTRAL_INBOX, Department
from eakte.model.document import Direction, Document, Source
from eakte.model.dossier import Dossier
from eakte.model.findings import Kind, Look
from eakte.model.user import Actor, Role
from eakte.processing.scratch import Scratch
from eakte.unit_of_work import UnitOfWork
from eakte.web.pages.login import DEMO_LOGINS

Report = Callable[[int, int], None]

KEY = "demo/"
SCANNING = next(user.login for user in USERS if user.role == Role.SCANNING.value)
MEDIA_TYPES = {
    Container.PDF: ("application/pdf", Kind.PDF),
    Container.TIFF: ("image/tiff", Kind.IMAGE),
    Container.JPEG: ("image/jpeg", Kind.IMAGE),
    Container.PNG: ("image/png", Kind.IMAGE),
}


@dataclass(frozen=True)
class Errand:
    """A letter that somebody brings in; with a case it is filed at once, else it waits."""

    letter: Letter
    carrier: str
    department: str
    case_id: UUID | None = None

    @property
    def key(self) -> str:
        """By which a second delivery is known."""
        return f"{KEY}{self.letter.key}"


def demo_logins() -> list[tuple[str, str, str]]:
    """Login, password and task of everybody in the demo office: no secret, on purpose."""
    return [(user.login, user.password, user.what) for user in USERS]


def has_demo(session: Session) -> bool:
    """Say whether the demo office lives in this house."""
    return all(find_login(session, user.login) is not None for user in USERS)


def load_office(house: House) -> None:
    """Create units, users, file plan, dossiers and cases; what is there already stays as it is.

    Raises:
        RuleBroken: the house is in use by a real office, which must never meet invented people.
    """
    with house.as_system() as work:
        if not has_demo(work.session):
            _refuse_if_inhabited(work.session)
            _found(work)
    _tell_logins(house)
    with house.database.transaction(writes=False) as session:
        opened = _opened(session)
        actors = _actors(session, house.clock)
    as_of = _as_of(opened, today=house.clock.today())
    for plan in catalogue(as_of=as_of).dossiers:
        if plan.person.filed_name not in opened:
            with house.begin(actors[plan.clerk]) as work:
                _open(work, plan)


def load_documents(house: House, *, report: Report | None = None) -> None:
    """Render every letter that was not delivered yet and bring it in, the inbox first.

    Can be stopped at any moment and begun again: each letter is delivered and filed in one
    transaction under a key of its own. ``report`` is told how many of how many are in.
    """
    with house.database.transaction(writes=False) as session:
        opened = _opened(session)
        actors = _actors(session, house.clock)
        delivered = set(session.scalars(select(Delivery.key).where(Delivery.key.startswith(KEY))))
        office = _as_it_was_founded(opened, today=house.clock.today())
        errands = _errands(office, _cases(session))
    done = sum(errand.key in delivered for errand in errands)
    scratch = Scratch.made_in(house.settings.work_folder)
    try:
        for errand in errands:
            if errand.key in delivered:
                continue
            path = render(errand.letter, errand.letter.quality, scratch.folder)
            _bring(partial(house.begin, actors[errand.carrier]), path, errand)
            path.unlink()
            done += 1
            if report is not None:
                report(done, len(errands))
    finally:
        scratch.remove()


def _tell_logins(house: House) -> None:
    """Let the sign-in page show the demo logins, which exist nowhere else."""
    told = [{"login": user.login, "password": user.password, "role": user.role} for user in USERS]
    path = house.settings.folder / DEMO_LOGINS
    path.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")


def _refuse_if_inhabited(session: Session) -> None:
    units = select(Department.key).where(Department.key != CENTRAL_INBOX)
    if session.scalar(units.limit(1)) is not None:
        raise RuleBroken(
            "In diesem Haus arbeitet schon ein Amt; das Demo-Amt wird nicht dazugeladen.",
            next_step="Bitte mit EAKTE_DATA einen anderen, leeren Datenordner angeben.",
        )


def _found(work: UnitOfWork) -> None:
    """Units, users and file plan, in one transaction."""
    units = {unit.key: create_department(work, unit.key, name=unit.name) for unit in DEPARTMENTS}
    for user in USERS:
        create_user(
            work,
            user.login,
            name=user.name,
            password=user.password,
            roles={Role(user.role)},
            departments=[units[key] for key in user.departments],
        )
    # After the people, since the files say who works on which letters.
    for folder in offices.shipped():
        load_department(work, contents_of(folder))


def _open(work: UnitOfWork, plan: DossierPlan) -> None:
    """A dossier with its cases, in one transaction."""
    entry = plan_entry(work, plan.entry)
    dossier = open_dossier(
        work,
        entry,
        subject=plan.subject,
        person_name=plan.person.filed_name,
        birth_date=plan.person.born,
    )
    for case in plan.cases:
        open_case(work, dossier, procedure=case.procedure, subject=case.subject)


def _opened(session: Session) -> dict[str, Dossier]:
    """The dossiers of the demo office by their person; no two have the same name."""
    people = {(plan.person.filed_name, plan.person.born) for plan in catalogue().dossiers}
    return {
        dossier.person_name: dossier
        for dossier in session.scalars(select(Dossier))
        if (dossier.person_name, dossier.birth_date) in people
    }


def _as_of(opened: dict[str, Dossier], *, today: date) -> date:
    """The day the office was founded: its letters lead up to that day, also in a later run."""
    return min((dossier.opened_on for dossier in opened.values()), default=today)


def _as_it_was_founded(opened: dict[str, Dossier], *, today: date) -> Office:
    """The plan with the references that the dossiers were really given."""
    as_of = _as_of(opened, today=today)
    planned = catalogue(as_of=as_of)
    references = {
        plan.key: opened[plan.person.filed_name].reference
        for plan in planned.dossiers
        if plan.person.filed_name in opened
    }
    return catalogue(as_of=as_of, references=references)


def _actors(session: Session, clock: Clock) -> dict[str, Actor]:
    found = ((user.login, find_login(session, user.login)) for user in USERS)
    return {
        login: actor_of(session, account, clock) for login, account in found if account is not None
    }


def _cases(session: Session) -> dict[tuple[str, int], UUID]:
    """Case ids by the reference of the dossier and the number in it."""
    rows = session.execute(
        select(Dossier.reference, Case.number, Case.id).join(Case, Case.dossier_id == Dossier.id)
    )
    return {(reference, number): case_id for reference, number, case_id in rows}


def _errands(office: Office, cases: dict[tuple[str, int], UUID]) -> list[Errand]:
    """What has to be brought in: first what waits in the inbox, so that the desk is alive."""
    waiting = [
        Errand(letter, SCANNING, plan.department)
        for plan in office.dossiers
        for letter in plan.waiting
    ]
    stray = [Errand(letter, SCANNING, DEPARTMENTS[0].key) for letter in office.stray]
    filed = [
        Errand(letter, plan.clerk, plan.department, cases[plan.reference, number])
        for plan in office.dossiers
        for number, case in enumerate(plan.cases, start=1)
        # A house that an earlier edition founded, or in which somebody worked since, lacks some.
        if (plan.reference, number) in cases
        for letter in case.letters
    ]
    return waiting + stray + filed


def _bring(
    begin: Callable[[], AbstractContextManager[UnitOfWork]], path: Path, errand: Errand
) -> None:
    """Deliver one letter, and file it in the same transaction where it belongs to a case."""
    letter = errand.letter
    media_type, kind = MEDIA_TYPES[Container(path.suffix[1:])]
    declared = Declared(
        name=path.name,
        source=Source.COMMAND,
        department=errand.department,
        key=errand.key,
        received_on=letter.received_on or letter.letter_date,
        priority=jobs.BULK if errand.case_id else jobs.NORMAL,
    )
    look = Look(media_type, kind, pages=len(letter.sheets))
    deliver(
        begin,
        path,
        declared=declared,
        look=lambda at, name: look,
        then=partial(_file, errand) if errand.case_id else None,
    )


def _file(errand: Errand, work: UnitOfWork, receipt: Receipt) -> None:
    if receipt.repeated:  # another run was quicker
        return
    letter = errand.letter
    place_document(
        work,
        work.session.get_one(Document, receipt.document_id),
        case=work.session.get_one(Case, errand.case_id),
        description=Description(
            title=letter.title,
            document_type=letter.document_type,
            direction=Direction(letter.direction.value),
            letter_date=letter.letter_date,
            received_on=letter.received_on or letter.letter_date,
        ),
    )
