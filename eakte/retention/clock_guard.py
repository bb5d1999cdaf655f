"""May anything be decided about the end of records by this clock, and who has looked at it?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from eakte import audit
from eakte.access.actions import Action
from eakte.access.check import require
from eakte.errors import BadInput, ClockDoubtful, RuleBroken
from eakte.model.clock_standing import (
    CONFIRMED,
    JUMPED,
    NOT_TRUSTED,
    THE_CLOCK,
    TOLERATED,
    Waits,
    doubts,
    settled,
)
from eakte.unit_of_work import UnitOfWork

LONGEST_REASON = 500


@dataclass(frozen=True)
class ClockState:
    """What the clock shows, what stands against believing it, and who confirmed it last."""

    now: datetime
    today: date
    reasons: tuple[Waits, ...]
    settled_at: datetime | None
    settled_by: str
    settled_reason: str


def clock_doubts(work: UnitOfWork) -> list[Waits]:
    """Return every reason not to decide anything about the end of records by this clock."""
    require(work, Action.SEE_LISTS)
    found = doubts(work.session, now=work.clock.now(), gap=work.settings.clock_gap)
    return [one.sentence for one in found]


def refuse_doubtful_clock(work: UnitOfWork) -> None:
    """Refuse a decision about the end of records while the clock cannot be believed.

    Raises:
        ClockDoubtful: naming every reason.
    """
    require(work, Action.SEE_LISTS)
    reasons = clock_doubts(work)
    if reasons:
        raise ClockDoubtful(NOT_TRUSTED, reasons=reasons)


def clock_state(work: UnitOfWork) -> ClockState:
    """Say how it stands with the clock."""
    require(work, Action.SEE_RETENTION)
    last = settled(work.session)
    return ClockState(
        work.clock.now(),
        work.clock.today(),
        tuple(clock_doubts(work)),
        last.at if last else None,
        last.actor_name if last else "",
        str(last.details.get("reason", "")) if last else "",
    )


def confirm_clock(work: UnitOfWork, *, today: date, reason: str) -> None:
    """Say as a person that the clock is right; what spoke against it until now is settled.

    ``today`` is the day the person has read off another clock, so that nobody confirms unread.

    Raises:
        NeedsConfirmation: the person has to prove again who they are.
        BadInput: the day is another one, or no reason was given.
        RuleBroken: nothing speaks against the clock.
    """
    require(work, Action.CONFIRM_CLOCK)
    if not reason.strip() or len(reason.strip()) > LONGEST_REASON:
        raise BadInput(
            "Bitte geben Sie an, wie Sie die Uhr geprüft haben und warum sie abwich.",
            field="reason",
        )
    if today != work.clock.today():
        raise BadInput(
            "Die Uhr der Anwendung zeigt einen anderen Tag. Stellen Sie erst die Uhr richtig.",
            field="today",
        )
    reasons = clock_doubts(work)
    if not reasons:
        raise RuleBroken("Gegen die Uhr spricht nichts; es gibt nichts zu bestätigen.")
    audit.note(
        work,
        CONFIRMED,
        kind="clock",
        subject=THE_CLOCK,
        reason=reason.strip(),
        doubts=[str(one) for one in reasons],
    )


@dataclass
class ClockWatch:
    """Compares what the wall clock shows with a clock that nobody can set, within one process."""

    wall: datetime | None = None
    steady: float = 0.0

    def jumped(self, now: datetime, steady: float) -> tuple[datetime, datetime] | None:
        """Return what the wall clock should show and what it shows, where they are apart.

        ``steady`` are seconds of a clock that runs on while the machine sleeps.
        """
        before, self.wall = self.wall, now
        passed, self.steady = steady - self.steady, steady
        if before is None:
            return None
        expected = before + timedelta(seconds=passed)
        return (expected, now) if abs(now - expected) > TOLERATED else None


def note_jump(work: UnitOfWork, jump: tuple[datetime, datetime]) -> None:
    """Write into the log that the clock was seen to jump; from now on nothing is destroyed."""
    require(work, Action.MAINTAIN)
    expected, shown = jump
    audit.note(
        work,
        JUMPED,
        kind="clock",
        subject=THE_CLOCK,
        expected=expected.isoformat(timespec="seconds"),
        shown=shown.isoformat(timespec="seconds"),
    )
