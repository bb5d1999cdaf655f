"""What do programs send and receive about retention periods and holds?"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from eakte.filing.retention_rules import RuleFields, RuleShown
from eakte.model.hold import HoldKind, HoldScope, RetentionHold
from eakte.model.periods import Disposal, Rounding, Start, Trigger
from eakte.model.retention_rule import Keeping
from eakte.retention.due import DueState
from eakte.web.api.schemas import WHOLE, Edits, Id, Model, PageIn, SomeText, Text

Years = Annotated[int, Field(ge=0, le=500), WHOLE]
Months = Annotated[int, Field(ge=0, le=11), WHOLE]


class RuleIn(Model):
    """Was eine Aufbewahrungsregel sagt; ohne Jahre und nicht dauernd: noch zu entscheiden."""

    title: SomeText = Field(max_length=200)
    years: Years | None = None
    months: Months = 0
    permanent: bool = False
    trigger: Trigger = Trigger.CLOSING
    event: Text = Field(default="", max_length=100)
    start: Start = Start.YEAR_END
    rounding: Rounding = Rounding.NONE
    transfer_years: Years | None = None
    disposal: Disposal | None = None
    basis: Text = Field(default="", max_length=300)
    archive: Text = Field(default="", max_length=200)
    keeps_metadata: bool = False
    valid_from: date | None = None
    valid_until: date | None = None

    def fields(self, key: str) -> RuleFields:
        """Return the same as the use case takes it."""
        return RuleFields(key=key, **self.model_dump(include=set(RuleIn.model_fields)))


class RuleChangeIn(RuleIn):
    """Eine Änderung; ``edition`` ist die Fassung, die sie ändert (0: eine neue Regel)."""

    edition: Edits
    shorten: bool = Field(default=False, description="auch laufende Fristen verkürzen")


class RuleOut(RuleIn):
    """Eine Aufbewahrungsregel."""

    key: str
    edition: int
    decided: bool


class RulesOut(Model):
    """Die Aufbewahrungsregeln."""

    rules: list[RuleOut]


class MoveOut(Model):
    """So viele Fristen enden an einem anderen Tag."""

    before: date | None
    after: date | None
    dossiers: int
    shortens: bool


class RuleChangeOut(Model):
    """Wen eine Änderung träfe, von den Akten, die man sieht."""

    moves: list[MoveOut]
    moved: int
    shortened: int
    unmoved: int
    open: int
    edition: int


class HoldIn(Model):
    """Eine Aussonderungssperre."""

    scope: HoldScope = HoldScope.DOSSIER
    case_id: Id | None = None
    kind: HoldKind
    reason: SomeText = Field(max_length=500)
    review_on: date


class HoldOut(Model):
    """Eine Aussonderungssperre, wie sie steht."""

    id: UUID
    kind: HoldKind
    scope: HoldScope
    about: str
    reason: str
    review_on: date
    set_at: datetime
    set_by: str
    ended_at: datetime | None
    end_reason: str


class HoldsOut(Model):
    """Aussonderungssperren."""

    total: int
    holds: list[HoldOut]


class ReviewIn(Model):
    """Wann eine Sperre wieder überprüft wird."""

    review_on: date


class EventIn(Model):
    """Ein Ereignis, von dem eine Frist gezählt wird, mit seinem Tag."""

    name: SomeText = Field(max_length=100)
    on: date


class FactsIn(Model):
    """Die Tage, von denen die Frist einer Akte gezählt wird."""

    edits: Edits | None = None
    died_on: date | None = None
    decided_on: date | None = None
    events: list[EventIn] = Field(default_factory=list, max_length=10)


class OwnRuleIn(Model):
    """Eine Regel nur für diese Akte oder einen ihrer Vorgänge; leer: die des Aktenplans."""

    edits: Edits | None = None
    case_id: Id | None = None
    rule: Text = Field(default="", max_length=40)
    reason: SomeText = Field(max_length=300)
    shorten: bool = False


class ClosingIn(Model):
    """Der Zähler der Änderungen, gegen den geschlossen wird."""

    edits: Edits | None = None


class KeptOut(Model):
    """Bis wann eine Akte aufbewahrt wird, und was dem Ende entgegensteht."""

    dossier_id: UUID
    reference: str
    keeping: Keeping
    kept_until: date | None
    sentence: str
    transfer_ends: date | None
    rule: str
    disposal: Disposal | None
    against_closing: list[str]
    holds: list[HoldOut]
    edits: int


class DueIn(PageIn):
    """Welche geschlossenen Akten gefragt sind."""

    which: DueState = DueState.DUE
    first: date | None = None
    last: date | None = None
    plan_number: Text = Field(default="", max_length=40)
    disposal: Disposal | None = None
    held: bool | None = None


class DueRowOut(Model):
    """Eine geschlossene Akte mit dem Ende ihrer Frist."""

    dossier_id: UUID
    reference: str
    closed_on: date | None
    kept_until: date | None
    keeping: Keeping
    disposal: Disposal | None
    held: bool


class DueOut(Model):
    """Geschlossene Akten, das nächste Ende zuerst."""

    total: int
    page: int
    pages: int
    dossiers: list[DueRowOut]


def rule_out(shown: RuleShown) -> RuleOut:
    """Return a rule as a program reads it."""
    said = shown.fields
    return RuleOut.model_validate(
        {name: getattr(said, name) for name in ("key", *RuleIn.model_fields)}
        | {"edition": shown.number, "decided": shown.says.decided}
    )


def hold_out(hold: RetentionHold) -> HoldOut:
    """Return a hold as a program reads it."""
    return HoldOut.model_validate({name: getattr(hold, name) for name in HoldOut.model_fields})
