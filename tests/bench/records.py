"""How fast are the pages of a house of 80,000 dossiers, and what do rights cost?"""

from __future__ import annotations

import argparse
import os
import shutil
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from uuid import UUID

from sqlalchemy import Select, func, select

from eakte.access.acting import actor_of
from eakte.access.actions import Action
from eakte.access.check import visible
from eakte.app import create_app
from eakte.bootstrap import Office
from eakte.cli.web_server import settle_garbage
from eakte.clock import SystemClock
from eakte.config import load_settings
from eakte.model.case import Case
from eakte.model.document import Document
from eakte.model.dossier import Dossier
from eakte.model.file_plan import PlanEntry
from eakte.model.log_inspection import LogInspection
from eakte.model.user import SYSTEM_ID, User
from eakte.unit_of_work import UnitOfWork
from tests.bench.rows import BEGIN, Size, fill
from tests.builders import A_PDF, build_office
from tests.eakte.web.browser import Browser, signed_in
from tests.statements import heard

ROOT = Path(__file__).parents[2]
GOAL_MILLISECONDS = 150.0
GOAL_RATIO = 1.5
GOAL_STATEMENTS = 10
WARM_UP = 5
SOME = 100
DATABASES = ("sqlite", "postgresql")
PEOPLE = {
    "sachgebiet": "Sachbearbeitung des größten Sachgebiets",
    "anteil": "Sachbearbeitung mit Buchstaben, Verfahren, Freigaben und Vertretung",
    "arzt": "Ärztlicher Dienst, beteiligt an 200 Vorgängen",
    "alle": "Sachbearbeitung in allen Sachgebieten",
    "schriftgut": "Schriftgutverwaltung",
}
# With whom the restricted ones are compared.
YARDSTICK = "sachgebiet"
MARK = "fertig"


@dataclass(frozen=True)
class Visit:
    """A page and the ways to ask for it, taken in turn."""

    name: str
    asks: Sequence[Callable[[], int]]


@dataclass(frozen=True)
class Measured:
    """What one page took one person."""

    p50: float
    p95: float
    work: float
    statements: int


def measure(database: str, folder: Path, size: Size, requests: int) -> bool:
    """Print the table of one database; say whether every goal is met."""
    with open_house(database, folder, size) as office:
        app = create_app(office, look=lambda path, name: A_PDF)
        visits: dict[str, dict[str, Visit]] = {}
        for login in PEOPLE:
            with office.database.transaction(writes=False) as session:
                user = session.scalars(select(User).where(User.login == login)).one()
                actor = actor_of(session, user, office.clock)
            with office.begin(actor) as work:
                for visit in _visits(work, signed_in(app, login), login):
                    visits.setdefault(visit.name, {})[login] = visit
        settle_garbage()
        found = {name: _time(office, people, requests) for name, people in visits.items()}
    return _report(database, found, requests)


def _time(office: Office, visits: Mapping[str, Visit], requests: int) -> dict[str, Measured]:
    """Measure one page for everybody, in turn: what the machine does meanwhile hits all alike."""
    clocks = {login: _Clock(visit) for login, visit in visits.items()}
    for clock in clocks.values():
        clock.warm_up(office)
    for _ in range(requests):
        for clock in clocks.values():
            clock.ask()
    return {login: clock.told(office) for login, clock in clocks.items()}


class _Clock:
    """What one page takes one person."""

    def __init__(self, visit: Visit) -> None:
        self._name, self._asks = visit.name, cycle(visit.asks)
        self._taken: list[float] = []
        self._worked: list[float] = []
        self._most = 0

    def warm_up(self, office: Office) -> None:
        """Ask without looking at the clock; then count the statements."""
        for ask in islice(self._asks, WARM_UP):
            ask()
        with heard(office.database.engine) as statements:
            for ask in islice(self._asks, WARM_UP):
                statements.clear()
                ask()
                self._most = max(self._most, len(statements))

    def ask(self) -> None:
        """Ask once, by the clock."""
        begun, idle = time.perf_counter(), time.thread_time()
        status = next(self._asks)()
        self._taken.append((time.perf_counter() - begun) * 1000)
        self._worked.append((time.thread_time() - idle) * 1000)
        if status != 200:
            raise SystemExit(f"{self._name}: Status {status}")

    def told(self, office: Office) -> Measured:
        """Return the figures."""
        taken = self._taken
        # What others do on the machine lengthens the time but not the work; the server's is not
        # ours.
        work = statistics.median(self._worked if office.database.embedded else taken)
        p95 = statistics.quantiles(taken, n=20)[-1]
        return Measured(statistics.median(taken), p95, work, self._most)


def _visits(work: UnitOfWork, browser: Browser, login: str) -> Iterator[Visit]:
    """The pages a person has, each with what they may see there."""

    def get(address: str) -> Callable[[], int]:
        return lambda: browser.get(address).status_code

    def post(address: str, **sent: str) -> Callable[[], int]:
        return lambda: browser.post(address, sent).status_code

    if login == "schriftgut":
        day, found = "2020-05-04", "/protokoll/einsicht/{}/eintraege".format
        instant = datetime.fromisoformat(f"{day}T12:00:00Z").timestamp() * 1_000_000
        whole = found(_inspection(work, BEGIN))
        yield Visit("Protokoll, Seite 1", [get(whole)])
        yield Visit("Protokoll, mittendrin", [get(f"{whole}?vor=1500000.{instant:.0f}")])
        yield Visit("Protokoll, eine Art", [get(f"{whole}?vorgang=document.filed")])
        return
    session, actor = work.session, work.actor
    seen = visible(actor, Action.SEE_DOSSIER, Dossier)
    some = _some(work, select(Dossier.id).where(seen))
    cases = _some(work, select(Case.id).where(visible(actor, Action.SEE_CASE, Case)))
    documents = _some(
        work,
        select(Document.id).where(
            visible(actor, Action.SEE_DOCUMENT, Document), Document.case_id.in_(cases)
        ),
    )
    # Where they have dossiers: an empty list is no yardstick for a full one.
    filled = select(Dossier.plan_entry_id).where(seen)
    entries = session.scalars(
        select(PlanEntry.id).where(PlanEntry.id.in_(filled)).order_by(PlanEntry.number).limit(8)
    ).all()
    yield Visit("Schreibtisch", [get("/")])
    yield Visit("Akten, Seite 1", [get("/akten")])
    yield Visit("Akten, Seite 100", [get("/akten?seite=100")])
    yield Visit(
        "Akten, Name",
        [post("/akten", worte=word) for word in ("müller", "schmidt an", "sbr1 1", "yildiz")],
    )
    yield Visit("Akten, Name ohne Treffer", [post("/akten", worte="xyzzy")])
    yield Visit("Akten, Aktenplan", [post("/akten", eintrag=str(entry)) for entry in entries])
    yield Visit("Akte", [get(f"/akte/{one}") for one in some])
    yield Visit("Akte mit 2.000 Schreiben", [get(f"/akte/{_largest(work)}")])
    yield Visit("Vorgang", [get(f"/vorgang/{one}") for one in cases])
    yield Visit("Schreiben", [get(f"/dokument/{one}") for one in documents])
    yield Visit("Aktenplan", [get("/aktenplan")])
    if login != "arzt":
        waiting = _some(
            work,
            select(Document.id).where(
                visible(actor, Action.SEE_DOCUMENT, Document), Document.case_id.is_(None)
            ),
        )
        yield Visit("Posteingang, Seite 1", [get("/posteingang")])
        yield Visit("Posteingang, Seite 6", [get("/posteingang?seite=6")])
        yield Visit("Schreiben im Posteingang", [get(f"/dokument/{one}") for one in waiting])
        yield Visit(
            "Ablageziele",
            [post("/ablageziele", words=word) for word in ("mül", "bau an", "sbr1 12", "xyzzy")],
        )


def _inspection(work: UnitOfWork, first: date) -> UUID:
    """An inspection of the log that a second person has allowed."""
    now, today = work.clock.now(), work.clock.today()
    one = LogInspection(
        purpose="Messung der Antwortzeiten",
        first_day=first,
        last_day=today,
        asked_by_id=work.actor.id,
        asked_at=now,
        decided_by_id=SYSTEM_ID,
        decided_at=now,
        approved=True,
        ends_at=now + timedelta(days=1),
    )
    work.session.add(one)
    work.session.flush()
    return one.id


def _some(work: UnitOfWork, ids: Select[UUID]) -> Sequence[UUID]:
    return work.session.scalars(ids.limit(SOME)).all()


def _largest(work: UnitOfWork) -> UUID:
    return work.session.execute(
        select(Document.dossier_id, func.count())
        .where(Document.dossier_id.is_not(None))
        .group_by(Document.dossier_id)
        .order_by(func.count().desc())
        .limit(1)
    ).one()[0]


def _report(database: str, found: dict[str, dict[str, Measured]], requests: int) -> bool:
    load = os.getloadavg()[0]
    print(f"\n{database}: {requests} Anfragen je Zeile, Last der Maschine {load:.1f}")
    print("  Millisekunden p50/p95 (davon Arbeit), Anweisungen, Verhältnis zu sachgebiet")
    for login, words in PEOPLE.items():
        print(f"  {login:<12}{words}")
    print(f"\n  {'':<26}" + "".join(f"{login:>26}" for login in PEOPLE))
    good = True
    for page, people in found.items():
        line = f"  {page:<26}"
        for login in PEOPLE:
            one = people.get(login)
            if one is None:
                line += f"{'–':>26}"
                continue
            base = people.get(YARDSTICK)
            ratio = one.work / base.work if base and login in ("anteil", "arzt") else None
            bad = one.p95 > GOAL_MILLISECONDS or one.statements > GOAL_STATEMENTS
            bad = bad or (ratio is not None and ratio > GOAL_RATIO)
            good = good and not bad
            told = f"{ratio:5.2f}" if ratio is not None else "     "
            cell = f"{one.p50:.0f}/{one.p95:.0f} ({one.work:.0f}) {one.statements:2} {told}"
            line += f"{cell + ('!' if bad else ' '):>26}"
        print(line)
    print(
        f"  Ziele: p95 < {GOAL_MILLISECONDS:.0f} ms, höchstens {GOAL_STATEMENTS} Anweisungen, "
        f"eingeschränkt höchstens das {GOAL_RATIO}-Fache; ! = verfehlt"
    )
    return good


@contextmanager
def open_house(database: str, folder: Path, size: Size) -> Iterator[Office]:
    """Open the house of a database, filled now unless it was kept from an earlier run."""
    here = folder / database
    filled = here / MARK
    if here.exists() and (not filled.exists() or filled.read_text() != repr(size)):
        shutil.rmtree(here)
    here.mkdir(parents=True, exist_ok=True)
    with ExitStack() as parts:
        url = "" if database == "sqlite" else parts.enter_context(server(here))
        office = build_office(here / "house", database_url=url, clock=SystemClock())
        parts.callback(office.close)
        if not filled.exists():
            begun = time.monotonic()
            fill(office, size, partial(_tell, begun))
            filled.write_text(repr(size))
            print(f"  {database} in {time.monotonic() - begun:.0f} s gefüllt")
            print("  Die Kette des Protokolls ist darin nicht echt: gemessen wird nur das Lesen.")
        yield office


def _tell(begun: float, what: str) -> None:
    print(f"  {time.monotonic() - begun:5.0f} s  {what}", flush=True)


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """Start Debian's PostgreSQL over a folder of its own, and end it."""
    script = str(ROOT / "scripts" / "database-server")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    try:
        told = subprocess.run(
            [script, "start", str(folder), port], check=True, stdout=subprocess.PIPE, text=True
        )
        yield told.stdout.strip().partition("=")[2]
    finally:
        subprocess.run([script, "stop", str(folder)], check=False)


def main() -> int:
    """Measure what was asked for; 1 when a goal is missed."""
    parser = argparse.ArgumentParser(prog="scripts/bench records", description=__doc__)
    parser.add_argument("--database", choices=DATABASES, help="nur diese Datenbank")
    parser.add_argument("--requests", type=int, default=100, help="Anfragen je Seite und Person")
    parser.add_argument(
        "--keep", action="store_true", help="die Zeilen für das nächste Mal behalten"
    )
    parser.add_argument("--folder", type=Path, help="statt bench-records im Datenordner")
    parser.add_argument("--small", action="store_true", help="ein Hundertstel: ob alles läuft")
    given = parser.parse_args()
    folder = given.folder or load_settings().folder / "bench-records"
    size = Size(800, 15_000, 30_000, 60, 500) if given.small else Size()
    missed = False
    try:
        for database in [given.database] if given.database else DATABASES:
            missed |= not measure(database, folder.absolute(), size, given.requests)
    finally:
        if not given.keep:
            shutil.rmtree(folder, ignore_errors=True)
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
