"""Can the clock be believed, by what the log says of the time before?

Order comes from the log's sequence, time from the machine. Where both contradict one another, or
so much time is missing between two signed heads that nobody can tell a house that was switched off
from a clock that was moved, nothing is decided about the end of anything until a person has looked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from eakte.clock import OFFICE_ZONE, Clock
from eakte.errors import ClockDoubtful, Sentence
from eakte.model.audit_entry import AuditEntry
from eakte.model.audit_tree import AuditHead

# What the log tells of the clock is told of this subject, so that it is found by its index.
THE_CLOCK = UUID("6b1d0f6e-5c1a-5b0e-9d53-2f0c1e0c10c4")
CONFIRMED, JUMPED = "clock.confirmed", "clock.jumped"
# By so much the clocks of several machines of one house may differ.
TOLERATED = timedelta(minutes=5)


class Waits(Sentence):
    """A reason that passes by itself or once somebody has looked: nothing is spared by it."""


class Doubt(NamedTuple):
    """One reason not to believe the clock; ``backwards``: it shows, or showed, an earlier time."""

    sentence: Waits
    backwards: bool


class _Point(NamedTuple):
    """What the clock showed when the log had this length."""

    size: int
    at: datetime


def settled(session: Session) -> AuditEntry | None:
    """Return the newest entry by which a person has said that the clock is right."""
    return session.scalar(
        select(AuditEntry)
        .where(AuditEntry.subject_id == THE_CLOCK, AuditEntry.act == CONFIRMED)
        .order_by(AuditEntry.sequence.desc())
        .limit(1)
    )


NOT_TRUSTED = Sentence("Der Uhr der Anwendung ist nicht zu trauen, bis jemand sie bestätigt hat.")
NO_HEAD = Doubt(
    Waits("Es gibt noch keinen unterschriebenen Prüfstand des Protokolls."), backwards=False
)


def refuse_moved_clock(
    session: Session, clock: Clock, *, gap: timedelta, only_backwards: bool = False
) -> None:
    """Refuse a decision about a period by a clock that was moved.

    A house without any head decides all the same: nothing was there before. ``only_backwards`` is
    for what a clock that is ahead can but put off.

    Raises:
        ClockDoubtful: naming every reason.
    """
    found = [
        one.sentence
        for one in doubts(session, now=clock.now(), gap=gap)
        if one is not NO_HEAD and (one.backwards or not only_backwards)
    ]
    if found:
        raise ClockDoubtful(NOT_TRUSTED, reasons=found)


def doubts(session: Session, *, now: datetime, gap: timedelta) -> list[Doubt]:
    """Return every reason not to believe that it is ``now``; what a person has settled is none.

    ``gap`` is how much time may lie between two signed heads of the log. Without any head there is
    nothing to compare with, and that is a reason too (reliability I10, F21).
    """
    told = session.scalars(
        select(AuditEntry)
        .where(AuditEntry.subject_id == THE_CLOCK, AuditEntry.act.in_((CONFIRMED, JUMPED)))
        .order_by(AuditEntry.sequence)
    ).all()
    start = next((one for one in reversed(told) if one.act == CONFIRMED), None)
    since = start.sequence if start else 0
    points = [_Point(start.sequence, start.at)] if start else []
    heads = session.execute(
        select(AuditHead.size, AuditHead.at).where(AuditHead.size >= since).order_by(AuditHead.size)
    )
    points += [_Point(size, at) for size, at in heads]
    if not points:
        return [NO_HEAD]
    jumps = [one for one in told if one.act == JUMPED and one.sequence > since]
    return [
        *_between(points, now, gap),
        *_ahead(session, since, now),
        *(_jumped(one.details) for one in jumps),
    ]


def _between(points: list[_Point], now: datetime, gap: timedelta) -> Iterator[Doubt]:
    following = [*(point.at for point in points[1:]), now]
    for (_, before), after in zip(points, following, strict=True):
        if after < before - TOLERATED:
            yield Doubt(
                Waits(
                    "Die Uhr ging rückwärts: Nach dem %(before)s zeigte sie den %(after)s.",
                    before=_said(before),
                    after=_said(after),
                ),
                backwards=True,
            )
        elif after - before > gap:
            yield Doubt(
                Waits(
                    "Zwischen dem %(before)s und dem %(after)s wurde kein Prüfstand des Protokolls "
                    "geschrieben: Die Anwendung stand still, oder die Uhr wurde vorgestellt.",
                    before=_said(before),
                    after=_said(after),
                ),
                backwards=False,
            )


def _ahead(session: Session, since: int, now: datetime) -> Iterator[Doubt]:
    ahead = session.scalar(
        select(func.max(AuditEntry.at)).where(
            AuditEntry.at > now + TOLERATED, AuditEntry.sequence > since
        )
    )
    if ahead is not None:
        yield Doubt(
            Waits(
                "Die Uhr zeigt den %(now)s, im Protokoll steht aber schon ein Eintrag vom "
                "%(ahead)s.",
                now=_said(now),
                ahead=_said(ahead),
            ),
            backwards=True,
        )


def _jumped(told: Mapping[str, Any]) -> Doubt:
    expected = datetime.fromisoformat(told["expected"])
    shown = datetime.fromisoformat(told["shown"])
    return Doubt(
        Waits(
            "Die Uhr sprang im laufenden Betrieb: Statt des %(expected)s zeigte sie den %(shown)s.",
            expected=_said(expected),
            shown=_said(shown),
        ),
        backwards=shown < expected,
    )


def _said(at: datetime) -> str:
    return f"{at.astimezone(OFFICE_ZONE):%d.%m.%Y, %H:%M}"
