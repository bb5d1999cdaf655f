"""Who works in the house of many rows, and what falls to them?"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from eakte import audit
from eakte.access.accounts import create_department, create_user
from eakte.bootstrap import Office
from eakte.filing.plan import add_plan_entry
from eakte.intake.receiving import RECEIPT_SCOPE
from eakte.model.counter import Counter
from eakte.model.department import Department
from eakte.model.right import Deputy, Duty
from eakte.model.user import Role
from tests.builders import PASSWORD_HASH

UNITS = {"sbr": 45, "wog": 15, "blg": 10, "hzl": 10, "jug": 10, "elt": 10}  # share in percent


@dataclass
class Staff:
    """Who works in the house, and where."""

    units: dict[str, UUID] = field(default_factory=dict)
    entries: list[tuple[str, UUID]] = field(default_factory=list)  # (unit, plan entry)
    people: dict[str, UUID] = field(default_factory=dict)
    clerks: dict[str, list[UUID]] = field(default_factory=dict)
    noted: int = 0  # entries of the log about all this


def hire(office: Office, *, receipts: int, noted: int) -> Staff:
    """Units, plan, and the people: those whose pages are measured, and sixty more."""
    staff = Staff()
    with office.as_system() as work:
        units: dict[str, Department] = {}
        for number, key in enumerate(UNITS, 1):
            units[key] = create_department(work, key, name=f"Sachgebiet {key.upper()}")
            staff.units[key] = units[key].id
            for part in range(1, 5):
                entry = add_plan_entry(
                    work,
                    f"{number}.{part}",
                    title=f"Aufgabe {number}.{part}",
                    department=units[key],
                    reference_prefix=f"{key.upper()}{part}",
                    takes_dossiers=True,
                )
                staff.entries.append((key, entry.id))

        def person(login: str, role: Role, *keys: str) -> None:
            user = create_user(
                work,
                login,
                name=login.title(),
                roles={role},
                departments=[units[key] for key in keys],
            )
            user.password_hash = PASSWORD_HASH
            work.session.flush()
            staff.people[login] = user.id

        person("alle", Role.CLERK, *UNITS)
        person("sachgebiet", Role.CLERK, "sbr")
        person("anteil", Role.CLERK, "blg")
        person("abwesend", Role.CLERK, "blg")
        person("arzt", Role.MEDICAL)
        person("schriftgut", Role.RECORDS_MANAGER, "sbr")
        for key in UNITS:
            for number in range(10):
                person(f"{key}-{number}", Role.CLERK, key)
                staff.clerks.setdefault(key, []).append(staff.people[f"{key}-{number}"])
        _share_out(work.session, staff, work.clock.today())
        log = work.session.get_one(Counter, audit.SCOPE)
        staff.noted, log.last = log.last, noted
        work.session.add(Counter(scope=RECEIPT_SCOPE, last=receipts))
    return staff


def _share_out(session: Session, staff: Staff, today: date) -> None:
    """Letters of the largest unit and one procedure of another fall to the restricted clerk."""
    sbr, wog = staff.units["sbr"], staff.units["wog"]

    def duty(login: str, unit: UUID, **limits: str) -> None:
        session.add(
            Duty(
                user_id=staff.people[login],
                department_id=unit,
                valid_from=today - timedelta(days=900),
                **limits,
            )
        )

    duty("anteil", sbr, first_letter="a", last_letter="f")
    duty("anteil", sbr, first_letter="l", last_letter="n")
    duty("anteil", wog, procedure_key="widerspruch")
    duty("abwesend", sbr, first_letter="s", last_letter="s")
    session.add(
        Deputy(
            absent_id=staff.people["abwesend"],
            deputy_id=staff.people["anteil"],
            first_day=today - timedelta(days=5),
            last_day=today + timedelta(days=60),
            named_by_id=staff.people["abwesend"],
        )
    )
