"""How fast is what becomes due found among 80,000 dossiers, beside the bare statement?"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import TypeVar
from uuid import UUID

from sqlalchemy import func, select, text, update

from eakte.access.acting import actor_of
from eakte.app import create_app
from eakte.bootstrap import Office
from eakte.config import load_settings
from eakte.filing.moving_periods import move_periods, preview_rule
from eakte.filing.retention_rules import (
    RuleFields,
    retention_rule,
    retention_rules,
    set_retention_rule,
)
from eakte.model.department import Department
from eakte.model.dossier import Dossier, DossierState
from eakte.model.file_plan import PlanEntry
from eakte.model.periods import Disposal
from eakte.model.retention_rule import Keeping
from eakte.model.user import Membership, User
from eakte.retention.checking import check_periods
from eakte.retention.due import DueFilter, DueState, calendar, due_dossiers, each_due
from eakte.unit_of_work import UnitOfWork
from tests.bench.records import DATABASES, open_house
from tests.bench.rows import Size
from tests.builders import A_PDF
from tests.eakte.web.browser import signed_in

Answer = TypeVar("Answer")
GOAL_SECONDS, GOAL_RATIO = 2.0, 3.0
WARM_UP = 3
FIRST = date(2004, 1, 1)
RULE = RuleFields("messung", "Messung", years=10, disposal=Disposal.APPRAISE, basis="Messung")
MANAGER = "schriftgut"
BARE_PAGE = """
    SELECT id, reference, person_name, closed_on, kept_until FROM dossier
    WHERE keeping = 'running' AND kept_until < :today AND NOT locked AND NOT staff
    AND department_id IN (SELECT department_id FROM membership WHERE user_id = :manager)
    ORDER BY kept_until, reference_folded, id LIMIT 50
"""
BARE_COUNT = """
    SELECT count(*) FROM dossier
    WHERE keeping = 'running' AND kept_until < :today AND NOT locked AND NOT staff
    AND department_id IN (SELECT department_id FROM membership WHERE user_id = :manager)
"""
BARE_CALENDAR = """
    SELECT kept_until, count(*) FROM dossier
    WHERE keeping = 'running' AND NOT locked AND NOT staff
    AND department_id IN (SELECT department_id FROM membership WHERE user_id = :manager)
    GROUP BY kept_until
"""


def measure(database: str, folder: Path, size: Size, rounds: int) -> bool:
    """Print the figures of one database; say whether the goal is met."""
    with open_house(database, folder, size) as office:
        prepared = _prepare(office)
        with office.database.transaction(writes=False) as session:
            user = session.scalars(select(User).where(User.login == MANAGER)).one()
            actor = actor_of(session, user, office.clock)
            bare = {
                "today": office.clock.today(),
                "manager": user.id.hex if office.database.embedded else user.id,
            }
        print(f"\n{database}: {prepared} geschlossene Akten, {rounds} Anfragen je Zeile")
        with office.begin(actor) as work:
            listed, alone = _both(
                rounds,
                lambda: due_dossiers(work, DueFilter()).total,
                lambda: [_run(work, one, bare) for one in (BARE_PAGE, BARE_COUNT)],
            )
            _tell("Liste „Frist abgelaufen“, Seite 1", listed, alone)
            months, months_alone = _both(
                rounds,
                lambda: len(calendar(work, DueFilter(DueState.RUNNING))),
                lambda: _run(work, BARE_CALENDAR, bare),
            )
            _tell("Kalender", months, months_alone)
            print(f"  {due_dossiers(work, DueFilter()).total} Akten sind fällig")
        browser = signed_in(create_app(office, look=lambda path, name: A_PDF), MANAGER)
        paged = _median(rounds, lambda: browser.get("/aussonderung").status_code)
        last = _median(rounds, lambda: browser.get("/aussonderung?seite=300").status_code)
        print(f"  Seite im Browser: {paged * 1000:.0f} ms, Seite 300: {last * 1000:.0f} ms")
        _once(office, actor_name=user.login)
    good = listed < GOAL_SECONDS and listed <= GOAL_RATIO * alone
    print(f"  Ziele: < {GOAL_SECONDS:.0f} s und höchstens das {GOAL_RATIO:.0f}-Fache; ", end="")
    print("erreicht" if good else "VERFEHLT")
    return good


def _once(office: Office, *, actor_name: str) -> None:
    with office.database.transaction(writes=False) as session:
        user = session.scalars(select(User).where(User.login == actor_name)).one()
        actor = actor_of(session, user, office.clock)
    with office.begin(actor) as work:
        rows, seconds = _timed(lambda: sum(1 for _ in each_due(work, DueFilter(DueState.RUNNING))))
        print(f"  Tabelle mit {rows} Zeilen: {seconds:.1f} s")
        now = retention_rule(work, RULE.key).fields
        # Another number in each run over the same rows, so that there is something to move.
        longer = replace(now, years=(now.years or 0) + 1)
        moved, seconds = _timed(lambda: preview_rule(work, longer).moved)
        print(f"  Vorschau einer geänderten Regel, {moved} Fristen: {seconds:.2f} s")
        rule_id = set_retention_rule(work, longer).id
    with office.as_system() as work:
        _, seconds = _timed(lambda: move_periods(work, rule_id))
        print(f"  Fristen folgen der Regel: {seconds:.1f} s")
        checked, seconds = _timed(lambda: check_periods(work))
        print(
            f"  {checked.dossiers} Fristen nachgerechnet, {checked.wrong} falsch: {seconds:.1f} s"
        )


def _prepare(office: Office) -> int:
    """Close nine of ten dossiers, on days of twenty years, under a decided rule."""
    with office.as_system() as work:
        if not any(one.rule.key == RULE.key for one in retention_rules(work)):
            rule = set_retention_rule(work, RULE)
            work.session.execute(update(PlanEntry).values(retention_rule_id=rule.id))
            _close(work)
            _everywhere(work)
            move_periods(work, rule.id)
        closed = select(func.count()).where(Dossier.keeping == Keeping.RUNNING)
        return work.session.scalar(closed) or 0


def _everywhere(work: UnitOfWork) -> None:
    """Let the manager work in every unit: nobody has a longer list."""
    manager = work.session.scalars(select(User.id).where(User.login == MANAGER)).one()
    there = set(
        work.session.scalars(select(Membership.department_id).where(Membership.user_id == manager))
    )
    units = work.session.scalars(select(Department.id)).all()
    work.session.add_all(
        Membership(user_id=manager, department_id=one) for one in units if one not in there
    )
    work.session.flush()


def _close(work: UnitOfWork) -> None:
    dice = Random(2026)  # noqa: S311  # invented days, no secret
    ids: list[UUID] = list(work.session.scalars(select(Dossier.id).order_by(Dossier.id)))
    days = [FIRST + timedelta(days=dice.randrange(8_000)) for _ in ids]
    groups: dict[date, list[UUID]] = {}
    for one, day in zip(ids, days, strict=True):
        if dice.random() < 0.9:
            groups.setdefault(day, []).append(one)
    for day, some in groups.items():
        work.session.execute(
            update(Dossier)
            .where(Dossier.id.in_(some))
            .values(state=DossierState.CLOSED, closed_on=day, keeping=Keeping.UNDECIDED)
            .execution_options(synchronize_session=False)
        )


def _both(
    rounds: int, ours: Callable[[], object], bare: Callable[[], object]
) -> tuple[float, float]:
    """Measure both in turn: what the machine does meanwhile hits both alike."""
    taken: tuple[list[float], list[float]] = ([], [])
    for number in range(rounds + WARM_UP):
        for place, ask in enumerate((ours, bare)):
            _, seconds = _timed(ask)
            if number >= WARM_UP:
                taken[place].append(seconds)
    return statistics.median(taken[0]), statistics.median(taken[1])


def _median(rounds: int, ask: Callable[[], object]) -> float:
    return statistics.median(_timed(ask)[1] for _ in range(rounds + WARM_UP))


def _timed(ask: Callable[[], Answer]) -> tuple[Answer, float]:
    begun = time.perf_counter()
    answer = ask()
    return answer, time.perf_counter() - begun


def _run(work: UnitOfWork, statement: str, given: dict[str, object]) -> int:
    return len(work.session.execute(text(statement), given).all())


def _tell(what: str, ours: float, bare: float) -> None:
    print(
        f"  {what}: {ours * 1000:.1f} ms, bares SQL {bare * 1000:.1f} ms, "
        f"Verhältnis {ours / bare:.2f}"
    )


def main() -> int:
    """Measure what was asked for; 1 when a goal is missed."""
    parser = argparse.ArgumentParser(prog="scripts/bench retention", description=__doc__)
    parser.add_argument("--database", choices=DATABASES, help="nur diese Datenbank")
    parser.add_argument("--requests", type=int, default=20, help="Anfragen je Zeile")
    parser.add_argument("--folder", type=Path, help="statt bench-retention im Datenordner")
    parser.add_argument("--small", action="store_true", help="ein Hundertstel: ob alles läuft")
    given = parser.parse_args()
    folder = given.folder or load_settings().folder / "bench-retention"
    size = Size(800, 15_000, 30_000, 60, 500) if given.small else Size()
    missed = False
    for database in [given.database] if given.database else DATABASES:
        missed |= not measure(database, folder.absolute(), size, given.requests)
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
