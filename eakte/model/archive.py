"""With which archives does the office deal, in which words of the standard, and what do they keep?

The office's table says it (``archive.csv``), and the rules that were agreed with an archive stand
in another one (``bewertung.csv``).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eakte.db import Base, Instant
from eakte.model.appraisal import CatalogueRule, Kind
from eakte.model.columns import Json
from eakte.model.department import Department
from eakte.model.periods import Disposal

FOUR_STEPS, TWO_STEPS = 4, 2


class Archive(Base):
    """One archive as a unit deals with it.

    ``key`` names its folder of exchange. ``code`` and ``prefix`` are what directories know it by,
    ``office_code`` and ``office_prefix`` what they know the unit by. ``per_message`` is how many
    dossiers one message holds, 0: all of them. ``originals``: they go beside the reading copies.
    After ``answer_days`` without an answer an offer is overdue.
    """

    __tablename__ = "archive"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    department_id: Mapped[UUID] = mapped_column(ForeignKey("department.id"))
    key: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    code: Mapped[str] = mapped_column(String(60), default="")
    prefix: Mapped[str] = mapped_column(String(20), default="")
    office_code: Mapped[str] = mapped_column(String(60), default="")
    office_prefix: Mapped[str] = mapped_column(String(20), default="")
    version: Mapped[str] = mapped_column(String(10))
    steps: Mapped[int] = mapped_column(default=FOUR_STEPS)
    per_message: Mapped[int] = mapped_column(default=0)
    originals: Mapped[bool] = mapped_column(default=False)
    answer_days: Mapped[int] = mapped_column()
    in_use: Mapped[bool] = mapped_column(default=True)
    catalogue: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    loaded_at: Mapped[datetime] = mapped_column(Instant)

    department: Mapped[Department] = relationship()

    @property
    def rules(self) -> tuple[CatalogueRule, ...]:
        """The rules of its catalogue, in their order."""
        return tuple(rule_from(one) for one in self.catalogue)


class Said(NamedTuple):
    """A rule of a catalogue in plain values, as a table says it and a row keeps it."""

    kind: str
    verdict: str
    letters: Sequence[str] = ()
    nth: int = 0
    offset: int = 0
    years: Sequence[int] = ()
    court: bool = True
    basis: str = ""


def rule_from(kept: dict[str, Any]) -> CatalogueRule:
    """Return the rule that is kept in plain values.

    Raises:
        ValueError: such a rule cannot say anything.
    """
    said = Said(**kept)
    return CatalogueRule(
        kind=Kind(said.kind),
        verdict=Disposal(said.verdict),
        letters=tuple(said.letters),
        nth=said.nth,
        offset=said.offset,
        years=tuple(said.years),
        court=said.court,
        basis=said.basis,
    )


def kept_rule(rule: CatalogueRule) -> dict[str, Any]:
    """Return a rule in plain values; ``rule_from`` makes the same one of them."""
    return Said(
        rule.kind.value,
        rule.verdict.value,
        list(rule.letters),
        rule.nth,
        rule.offset,
        list(rule.years),
        rule.court,
        rule.basis,
    )._asdict()
