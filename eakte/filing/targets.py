"""Where could a document go? What a person types, by reference or by name, and what it may mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import contains_eager

from eakte.access.actions import Action
from eakte.access.check import require, visible
from eakte.db import folded
from eakte.errors import BadInput, NotFound
from eakte.model.case import Case, CaseState
from eakte.model.dossier import Dossier, DossierState
from eakte.unit_of_work import UnitOfWork

MOST = 12


@dataclass(frozen=True)
class Target:
    """An open case of an open dossier into which the actor may file."""

    case: Case

    @property
    def dossier(self) -> Dossier:
        """The dossier of the case."""
        return self.case.dossier

    @property
    def label(self) -> str:
        """One line to recognise it by."""
        person = self.dossier.person_name or self.dossier.subject
        return f"{self.dossier.reference} · {person} · {self.case.number}. {self.case.subject}"


def targets(work: UnitOfWork, typed: str, *, most: int = MOST) -> Sequence[Target]:
    """Propose cases for what was typed: each word must begin a word of reference or name.

    The newest case of a dossier comes first. An empty text proposes nothing.
    """
    require(work, Action.SEE_INBOX)
    words = folded(typed).split()
    if not words:
        return []
    # Dossiers first, then their cases: asked at once, SQLite walks through every case of the house.
    likely = (
        select(Dossier.id)
        .where(
            Dossier.state == DossierState.OPEN,
            *(_begins(word) for word in words),
            visible(work.actor, Action.SEE_DOSSIER, Dossier),
            exists().where(Case.dossier_id == Dossier.id, Case.state == CaseState.OPEN),
        )
        .order_by(Dossier.person_folded, Dossier.reference_folded)
        .limit(most)
    )
    rows = work.session.scalars(
        _open_cases(work)
        .where(Case.dossier_id.in_(work.session.scalars(likely).all()))
        .order_by(Dossier.person_folded, Dossier.reference_folded, Case.number.desc())
        .limit(most)
    )
    return [Target(case) for case in rows]


def target_of(work: UnitOfWork, reference: str) -> Case:
    """Return the newest open case of the dossier with exactly this reference.

    Raises:
        NotFound: there is no such dossier for the actor.
        BadInput: the dossier has no open case.
    """
    require(work, Action.SEE_INBOX)
    dossier = work.session.scalar(
        select(Dossier).where(
            Dossier.reference_folded == folded(reference),
            visible(work.actor, Action.SEE_DOSSIER, Dossier),
        )
    )
    if dossier is None:
        raise NotFound("Die Akte „%(reference)s“ gibt es nicht.", reference=reference)
    case = work.session.scalar(
        _open_cases(work).where(Case.dossier_id == dossier.id).order_by(Case.number.desc()).limit(1)
    )
    if case is None:
        raise BadInput(
            "Die Akte %(reference)s hat keinen offenen Vorgang.",
            reference=dossier.reference,
            next_step="Bitte öffnen Sie zuerst einen Vorgang.",
        )
    return case


def _open_cases(work: UnitOfWork) -> Select[Case]:
    return (
        select(Case)
        .join(Dossier, Case.dossier_id == Dossier.id)
        .options(contains_eager(Case.dossier))
        .where(
            Case.state == CaseState.OPEN,
            Dossier.state == DossierState.OPEN,
            visible(work.actor, Action.SEE_CASE, Case),
        )
    )


def _begins(word: str) -> ColumnElement[bool]:
    plain = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    columns = (Dossier.person_folded, Dossier.reference_folded)
    begins = (
        column.like(pattern, escape="\\")
        for column in columns
        for pattern in (f"{plain}%", f"% {plain}%", f"%/{plain}%", f"%-{plain}%")
    )
    # Where it occurs nowhere, which is almost everywhere, it need not be looked at eightfold.
    occurs = (column.like(f"%{plain}%", escape="\\") for column in columns)
    return and_(or_(*occurs), or_(*begins))
