"""In which form do programs send and receive what all things share: texts, days, pages, faults?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from eakte.errors import ChangedMeanwhile
from eakte.retrieval.browsing import Happened

# Without this import bodies would be read leniently; the order of imports must not decide that.
from eakte.web.api.bodies import StrictBodies

HIGHEST = 2_147_483_647
READS_BODIES = StrictBodies


def _written_in_full(value: object) -> object:
    if isinstance(value, str) and str(UUID(value)) != value.lower():
        raise ValueError("an id is written with its four hyphens")
    return value


def _whole(value: object) -> object:
    # To JSON, 3.0 is the whole number 3.
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _day_in_full(value: object) -> object:
    # Of a number, seconds since 1970 would be made.
    if isinstance(value, str) and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        raise ValueError("nötig ist ein Tag wie 2026-01-31")
    return value


# A day in an address; in a body only such a text is taken anyway.
AskedDay = Annotated[date, BeforeValidator(_day_in_full)]
# Stands behind the bounds of a field that takes whole numbers.
WHOLE = BeforeValidator(_whole)
# No database keeps a zero byte in a text.
Text = Annotated[str, Field(pattern=r"^[^\x00]*$")]
SomeText = Annotated[str, Field(min_length=1, pattern=r"^[^\x00]*[^\s\x00][^\x00]*$")]
Id = Annotated[UUID, BeforeValidator(_written_in_full)]
# Bounds come first: behind a validator they would be checked, but not described.
Edits = Annotated[
    int,
    Field(
        ge=0,
        le=HIGHEST,
        description="der zuletzt gelesene Zählerstand; ist er veraltet, kommt 409",
    ),
    WHOLE,
]
PageNumber = Annotated[
    int,
    Field(ge=1, le=1_000_000, description="die Seite, von 1 an gezählt"),
    WHOLE,
]
EditsOut = Annotated[
    int, Field(description="mit jeder Änderung zurücksenden; 409, wenn jemand schneller war")
]


def left_out() -> Any:
    """Return the default of a field that may be left out and then stays what it is."""
    return Field(default_factory=lambda: None)


class Model(BaseModel):
    """What is not named is refused, so that nobody writes a field by guessing its name."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ProblemOut(BaseModel):
    """Warum etwas nicht ging (RFC 9457)."""

    type: str
    title: str
    status: int
    code: str = Field(description="die Art des Fehlers, für Programme")
    message: str = Field(description="was zutrifft, in einem Satz")
    next_step: str = Field(description="was als Nächstes zu tun ist")
    reasons: list[str] = Field(description="jeder einzelne Grund, oder die Namen der Felder")
    request_id: str
    position: int = Field(
        default_factory=int, description="bei Suchworten: die Stelle, von 0 an gezählt"
    )


class PageIn(Model):
    """Which page of a list."""

    page: PageNumber = 1


class ReasonIn(Model):
    """Why something is done; the reason is kept with it."""

    reason: SomeText = Field(max_length=500, examples=["Irrtümlich angelegt."])
    edits: Edits | None = None


class EditsIn(Model):
    """An act without further details."""

    edits: Edits | None = None


class ChangedFieldOut(Model):
    """What stood in a field and what stands there now."""

    field: str
    old: str | None
    new: str | None


class HappenedOut(Model):
    """One act in the life of a thing."""

    at: datetime
    act: str
    actor_name: str
    in_stead_of: list[str] = Field(description="für wen in Vertretung gehandelt wurde")
    fields: list[ChangedFieldOut]


class HistoryOut(Model):
    """What was done with a thing, the newest first; merely reading it is not told here."""

    entries: list[HappenedOut]


def history_out(happened: Sequence[Happened]) -> HistoryOut:
    """Return the history of a thing as programs read it."""
    return HistoryOut(
        entries=[
            HappenedOut(
                at=one.at,
                act=one.act,
                actor_name=one.actor_name,
                in_stead_of=list(one.in_stead_of),
                fields=[
                    ChangedFieldOut(field=field, old=old, new=new) for field, old, new in one.fields
                ],
            )
            for one in happened
        ]
    )


def refuse_stale(edits: int, *, wanted: int | None) -> None:
    """Refuse a change that was made up before somebody else saved.

    Raises:
        ChangedMeanwhile: the counter that was sent is not the row's.
    """
    if wanted is not None and wanted != edits:
        raise ChangedMeanwhile("Jemand anderes hat diesen Eintrag inzwischen geändert.")
