"""Can the clock be believed, by what the log says of the time before?

Order comes from the log's sequence, time from the machine. Where both contradict one another, or
so much time is missing between two signed heads that nobody can tell a house that was switched off
from a clock that was moved, nothing is decided about the end of anything until a person has looked.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from eakte.clock import OFFICE_ZONE
from eakte.errors import Sentence
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


def doubts(session: Session, *, now: datetime, gap: timedelta) -> list[Doubt]:
    """Return every reason not to believe that it is ``now``; what a person has settled is none.

    ``gap`` is how much time may lie between two signed heads of the log. Without any head there is
    nothing to compare with, and that is a reason too (reliability I10, F21).
    """
    start = settled(session)
    since = start.sequence if start else 0
    points = [_Point(start.sequence, start.at)] if start else []
    heads = session.execute(
        select(AuditHead.size, AuditHead.at).where(AuditHead.size >= since).order_by(AuditHead.size)
    )
    points += [_Point(size, at) for size, at in heads]
    if not points:
        return [
            Doubt(
                Waits("Es gibt noch keinen unterschriebenen Prüfstand des Protokolls."),
                backwards=False,
            )
        ]
    return [*_between(points, now, gap), *_from_log(session, since, now)]


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


def _from_log(session: Session, since: int, now: datetime) -> Iterator[Doubt]:
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
    jumps = session.execute(
        select(AuditEntry.details)
        .where(
            AuditEntry.subject_id == THE_CLOCK,
            AuditEntry.act == JUMPED,
            AuditEntry.sequence > since,
        )
        .order_by(AuditEntry.sequence)
    )
    for (told,) in jumps:
        expected = datetime.fromisoformat(told["expected"])
        shown = datetime.fromisoformat(told["shown"])
        yield Doubt(
            Waits(
                "Die Uhr sprang im laufenden Betrieb: Statt des %(expected)s zeigte sie den "
                "%(shown)s.",
                expected=_said(expected),
                shown=_said(shown),
            ),
            backwards=shown < expected,
        )


def _said(at: datetime) -> str:
    return f"{at.astimezone(OFFICE_ZONE):%d.%m.%Y, %H:%M}"
