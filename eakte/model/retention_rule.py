"""For how long is a closed dossier kept, and who has decided so?"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from eakte.db import Base, Instant
from eakte.model.columns import named
from eakte.model.periods import Disposal, Rounding, Rule, Start, Trigger

# The first day of what holds since ever.
EVER = date(1900, 1, 1)


class RetentionRule(Base):
    """A retention rule of the office's catalogue, by the key that plan entries name.

    What it says stands in its editions; no number of years stands in the program.
    """

    __tablename__ = "retention_rule"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    key: Mapped[str] = mapped_column(String(40), unique=True)
    title: Mapped[str] = mapped_column(String(200))


class RuleEdition(Base):
    """What a rule says from a day on; never changed, only followed by another.

    A period that runs names the edition by which it was computed, so that a later one cannot
    shorten it by the way. ``years`` without a number and not ``permanent``: undecided.
    ``shortens``: whoever made it has agreed that running periods end earlier by it.
    """

    __tablename__ = "retention_edition"
    __table_args__ = (UniqueConstraint("rule_id", "number"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    rule_id: Mapped[UUID] = mapped_column(ForeignKey("retention_rule.id"))
    number: Mapped[int] = mapped_column()
    years: Mapped[int | None] = mapped_column()
    months: Mapped[int] = mapped_column(default=0)
    permanent: Mapped[bool] = mapped_column(default=False)
    trigger: Mapped[Trigger] = mapped_column("trigger_kind", named(Trigger))
    event: Mapped[str] = mapped_column(String(100), default="")
    start: Mapped[Start] = mapped_column("start_kind", named(Start))
    rounding: Mapped[Rounding] = mapped_column(named(Rounding), default=Rounding.NONE)
    transfer_years: Mapped[int | None] = mapped_column()
    disposal: Mapped[Disposal | None] = mapped_column(named(Disposal))
    basis: Mapped[str] = mapped_column(String(300), default="")
    archive: Mapped[str] = mapped_column(String(200), default="")
    keeps_metadata: Mapped[bool] = mapped_column(default=False)
    valid_from: Mapped[date] = mapped_column(default=EVER)
    valid_until: Mapped[date | None] = mapped_column()
    shortens: Mapped[bool] = mapped_column(default=False)
    made_at: Mapped[datetime] = mapped_column(Instant)
    made_by_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))

    @property
    def rule(self) -> Rule:
        """What it says, as a value to compute with."""
        return Rule(
            years=self.years,
            months=self.months,
            permanent=self.permanent,
            trigger=self.trigger,
            event=self.event,
            start=self.start,
            rounding=self.rounding,
            transfer_years=self.transfer_years,
            disposal=self.disposal,
            basis=self.basis,
            archive=self.archive,
            valid_from=self.valid_from,
            valid_until=self.valid_until,
            keeps_metadata=self.keeps_metadata,
        )


class Keeping(StrEnum):
    """How it stands with the period of a dossier; repeated there, so that lists compute nothing.

    ``WAITING``: closed, but what starts the period has not been entered. ``UNDECIDED``: nobody
    has decided how long. ``ERASED``: it was destroyed when its period was over.
    """

    OPEN = "open"
    UNDECIDED = "undecided"
    WAITING = "waiting"
    RUNNING = "running"
    PERMANENT = "permanent"
    ERASED = "erased"


def keeping_of(rule: Rule | None, *, closed: bool, last_day: date | None) -> Keeping:
    """Return how it stands with what is kept by a rule and ends on a day."""
    if not closed:
        return Keeping.OPEN
    if rule is None or not rule.decided:
        return Keeping.UNDECIDED
    if rule.permanent:
        return Keeping.PERMANENT
    return Keeping.WAITING if last_day is None else Keeping.RUNNING
