"""How does a document get from the folder to the office exactly once, whatever is killed when?

It is copied, noted, delivered under a key of its own until there is a receipt; the receipt is
checked and forced to disk; only then does the source go. Each of these steps may be the last one
before the power fails: the next start finds in the journal where to go on.
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import random
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from eakte.errors import BadInput, PartUnavailable
from eakte.station.durable import copy_durably, sync_folder, write_durably
from eakte.station.journal import Journal, Line, State
from eakte.station.office import Delivered, Later, OfficeLine, Refused, Renumbered
from eakte.station.plan import Plan
from eakte.watched import Found, Stillness, look_into, unchanged

log = logging.getLogger("eakte.station")

WAITING = (State.TAKEN, State.UNDERWAY)
MOST_DOUBLINGS = 12
# So often a station that runs says so; the office calls it silent after five minutes.
REPORT_SECONDS = 60.0


@contextmanager
def folders_named() -> Iterator[None]:
    """Turn what the station's own folders and its journal say into PartUnavailable."""
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        raise PartUnavailable(
            "Die Ordner der Scanstation sind nicht beschreibbar: %(fault)s", fault=error
        ) from error


@contextmanager
def alone(plan: Plan) -> Iterator[None]:
    """Hold the station's folder, so that no second program delivers the same.

    Raises:
        BadInput: another one runs.
        PartUnavailable: the folder cannot be written.
    """
    with folders_named():
        for folder in (plan.folder, plan.outbox, plan.receipts, plan.refused, plan.delivered):
            if folder is not None:
                folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(plan.state / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BadInput(
                "Die Scanstation läuft schon.", next_step="Zweimal braucht es sie nicht."
            ) from error
        yield
    finally:
        os.close(handle)


class Program:
    """The station at work; the caller holds ``alone``."""

    def __init__(self, plan: Plan, journal: Journal, office: OfficeLine) -> None:
        self._plan = plan
        self._journal = journal
        self._office = office
        self._still = Stillness()
        self._not_before = 0.0
        self._failures = 0
        self._next_report = 0.0

    def start(self) -> None:
        """Take up what the last run left."""
        self._journal.hurry()
        self._tidy()

    def _tidy(self) -> None:
        """Remove copies that nobody needs: those never noted, and those that are delivered."""
        known = {line.key for line in self._journal.in_state(*WAITING, State.REFUSING)}
        known |= {line.key for line in self._journal.in_state(State.RECEIPTED)}
        for path in self._plan.outbox.iterdir():
            if path.name not in known:
                path.unlink()

    def run(self, *, until_idle: bool = False) -> None:
        """Work until there is nothing left, or for ever; who works for ever says that it lives."""
        started = idle = broken = False
        while True:
            try:
                if not started:
                    self.start()
                    started = True
                elif broken:
                    # On a full disk each copy that broke off would take the room of the next.
                    self._tidy()
                broken = False
                idle = self.turn()
                if not until_idle:
                    self._report()
            except (OSError, sqlite3.Error) as error:
                # A share that is away, a full disk: the folder is as it was, and the next turn
                # begins where the journal stands.
                log.warning("the folders are out of reach: %s", error)
                idle, broken = False, True
            if until_idle and idle:
                return
            time.sleep(self._plan.look_seconds)

    def turn(self) -> bool:
        """Take up what lies still, deliver what waits; True when nothing is left to do."""
        left = self._take_up()
        for line in self._journal.in_state(State.RECEIPTED):
            self._clear(line)
        for line in self._journal.in_state(State.REFUSING):
            self._set_aside(line)
        waiting = self._journal.in_state(*WAITING)
        for line in waiting:
            now = time.time()
            if now < self._not_before:
                break
            if line.next_try <= now:
                self._deliver(line)
        return not left and not waiting

    def _report(self) -> None:
        """Say once a minute that the station runs and what waits; who does not hear it is told.

        It changes nothing for the documents: a report that fails is no fault of theirs.
        """
        now = time.time()
        if now < self._next_report:
            return
        self._next_report = now + REPORT_SECONDS
        waiting = self._journal.in_state(*WAITING)
        oldest = min((line.taken_at for line in waiting), default=now)
        reason = next((line.said for line in waiting if line.said), "")
        unheard = self._office.report(
            waiting=len(waiting), waits_seconds=now - oldest, reason=reason
        )
        if unheard is not None:
            log.info("the office does not hear that the station runs: %s", unheard.reason)

    def _take_up(self) -> bool:
        """Copy and note what stood still long enough; True when something has yet to."""
        found = list(look_into(self._plan.folder))
        noted = {
            line.name: line for line in self._journal.in_state(*WAITING, *_BETWEEN) if line.name
        }
        known = {
            (line.name, line.size, line.changed_ns)
            for line in self._journal.in_state(*WAITING, *_BETWEEN)
        }
        left = [
            source
            for source in found
            if (source.path.name, source.size, source.changed_ns) not in known
        ]
        for source in self._still.ripe(left, among=found, seconds=self._plan.still_seconds):
            self._take(source, instead_of=noted.get(source.path.name))
        return bool(left)

    def _take(self, source: Found, *, instead_of: Line | None) -> None:
        key = uuid4().hex
        copy = self._plan.outbox / key
        sha256 = copy_durably(source.path, copy)
        if not unchanged(source) or copy.stat().st_size != source.size:
            copy.unlink()
            return
        if instead_of is not None and instead_of.tries == 0:
            # It went on being written before anybody was told of it.
            self._journal.drop(instead_of.key)
            (self._plan.outbox / instead_of.key).unlink(missing_ok=True)
        self._journal.take(
            key,
            name=source.path.name,
            size=source.size,
            changed_ns=source.changed_ns,
            sha256=sha256,
            at=time.time(),
        )

    def _deliver(self, line: Line) -> None:
        if line.number is None and not self._number(line):
            return
        self._journal.begin_try(line.key)
        line = self._journal.line(line.key)
        match self._office.deliver(line, self._plan.outbox / line.key):
            case Delivered(written):
                write_durably(self._plan.receipts / line.receipt_name, written)
                self._journal.set_state(line.key, State.RECEIPTED)
                self._failures, self._not_before = 0, 0.0
                self._clear(self._journal.line(line.key))
                log.info("stack %s is receipted", line.number)
            case Refused(reason):
                self._journal.set_state(line.key, State.REFUSING, said=reason)
                self._failures = 0
                self._set_aside(self._journal.line(line.key))
                log.warning("stack %s was refused", line.number)
            case Renumbered(last):
                self._journal.begin_numbers(last)
                self._journal.give_number(line.key)
            case Later() as later:
                self._put_off(line, later)

    def _number(self, line: Line) -> bool:
        """Give a document its running number; in a new journal the office says where to begin."""
        if self._journal.last_number() is None:
            last = self._office.last_number()
            if isinstance(last, Later):
                self._put_off(line, last)
                return False
            self._journal.begin_numbers(last)
        self._journal.give_number(line.key)
        return True

    def _put_off(self, line: Line, later: Later) -> None:
        failures = self._failures = self._failures + 1
        doublings = min(failures - 1 if later.everywhere else line.tries, MOST_DOUBLINGS)
        pause = min(self._plan.first_pause_seconds * 2**doublings, self._plan.longest_pause_seconds)
        # Many stations that lost the server at once must not come back at once.
        pause *= random.uniform(0.75, 1.25)  # noqa: S311  # spreads the load and hides nothing
        until = time.time() + max(pause, later.seconds)
        if later.everywhere:
            self._not_before = until
        self._journal.put_off(line.key, until=until, said=later.reason)
        log.info("stack %s waits: %s", line.number, later.reason)

    def _clear(self, line: Line) -> None:
        """Let the source go, now that the receipt is safe; what was changed since is a new one."""
        source = Found(self._plan.folder / line.name, line.size, line.changed_ns)
        if unchanged(source):
            if self._plan.delivered is None:
                source.path.unlink()
            else:
                source.path.rename(self._plan.delivered / f"{line.key[:8]}-{line.name}")
                sync_folder(self._plan.delivered)
            sync_folder(self._plan.folder)
        self._journal.set_state(line.key, State.DELIVERED)
        (self._plan.outbox / line.key).unlink(missing_ok=True)

    def _set_aside(self, line: Line) -> None:
        """Lay what the office does not take beside the others, with the reason; nothing is lost."""
        target = self._plan.refused / f"{line.key[:8]}-{line.name}"
        reason = target.with_name(f"{target.name}.grund.txt")
        write_durably(reason, f"{line.said}\n".encode())
        with contextlib.suppress(FileNotFoundError):  # it lies there already
            (self._plan.outbox / line.key).rename(target)
        sync_folder(self._plan.refused)
        source = Found(self._plan.folder / line.name, line.size, line.changed_ns)
        if target.exists() and unchanged(source):
            source.path.unlink()
            sync_folder(self._plan.folder)
        self._journal.set_state(line.key, State.REFUSED, said=line.said)


_BETWEEN = (State.RECEIPTED, State.REFUSING)
