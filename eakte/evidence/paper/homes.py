"""Of which dossiers have the letters of a stack become part, and what stands against its paper?

A hold on a dossier stands against its paper too: until a court has spoken, the original may be
asked for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, or_, select, union
from sqlalchemy.orm import aliased

from eakte.access.actions import Action
from eakte.access.check import require, visible
from eakte.errors import Sentence
from eakte.model.batch import Batch, BatchPage
from eakte.model.columns import Among
from eakte.model.document import Document
from eakte.model.dossier import Dossier
from eakte.model.hold import held
from eakte.unit_of_work import UnitOfWork

# Another name for the table inside a question; made once, as in `eakte.model.hold`.
KEPT_IN = aliased(Dossier)


def lock_homes(work: UnitOfWork, batches: Iterable[Batch]) -> None:
    """Lock the dossiers in which letters of these stacks lie, as `eakte.model.hold` asks for.

    Whoever sets a hold locks the same rows: either it is seen after this, or it waits.
    """
    require(work, Action.SEE_BATCHES)
    letters = _letters([batch.id for batch in batches]).subquery()
    work.session.execute(
        select(Dossier.id)
        .where(Dossier.id.in_(select(letters.c.dossier_id)))
        .order_by(Dossier.id)
        .with_for_update()
    ).all()


def holds_against(work: UnitOfWork, batches: Collection[UUID]) -> dict[UUID, list[Sentence]]:
    """Say of each of these stacks which dossiers with its letters are held.

    A dossier the actor does not see is not named.
    """
    require(work, Action.SEE_BATCHES)
    letters = _letters(batches).subquery()
    rows = work.session.execute(
        select(
            letters.c.batch_id,
            Dossier.reference,
            visible(work.actor, Action.SEE_DOSSIER, Dossier).label("seen"),
        )
        .join(Dossier, Dossier.id == letters.c.dossier_id)
        .where(held())
        .order_by(Dossier.reference_folded)
    )
    found: dict[UUID, list[Sentence]] = {}
    for batch_id, reference, seen in rows:
        told = found.setdefault(batch_id, [])
        one = (
            Sentence(
                "Die Akte %(reference)s mit Schreiben aus dem Stapel ist für die Aussonderung "
                "gesperrt.",
                reference=reference,
            )
            if seen
            else Sentence(
                "Eine Akte mit Schreiben aus dem Stapel ist für die Aussonderung gesperrt."
            )
        )
        if one not in told:
            told.append(one)
    return found


def home_held() -> ColumnElement[bool]:
    """The same as a condition on stacks: any dossier with letters of theirs is held."""
    lies = exists().where(KEPT_IN.id == Document.dossier_id, held(KEPT_IN))
    by_page = exists().where(
        BatchPage.batch_id == Batch.id, BatchPage.document_id == Document.id, lies
    )
    return or_(
        exists().where(Document.batch_id == Batch.id, lies).correlate(Batch),
        by_page.correlate(Batch),
    )


def _letters(batches: Collection[UUID]) -> Select[UUID, UUID]:
    """Pairs of a stack and a dossier; pages may lie in letters that came of another stack."""
    ids = list(batches)
    both = union(
        select(Document.batch_id.label("batch_id"), Document.dossier_id.label("dossier_id")).where(
            Among(Document.batch_id, ids), Document.dossier_id.is_not(None)
        ),
        select(BatchPage.batch_id, Document.dossier_id)
        .join(Document, Document.id == BatchPage.document_id)
        .where(Among(BatchPage.batch_id, ids), Document.dossier_id.is_not(None)),
    ).subquery()
    return select(both.c.batch_id, both.c.dossier_id)
