"""What of a document does somebody mark to be blackened, and how is the copy asked for?

Law: § 25 Abs. 3 SGB X (what others have a right to keep secret is not shown), § 67 SGB X (social
data of others). The original is never touched; the log never says what was blackened.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select

from eakte import audit, jobs
from eakte.access.actions import Action
from eakte.access.check import require
from eakte.errors import BadInput, NotFound, RuleBroken, Sentence
from eakte.model.clearance import CLOSED
from eakte.model.document import Document, DocumentState, Rendition, RenditionKind, Version
from eakte.model.redaction import Ground, Redaction, RedactionMark, RedactionState
from eakte.unit_of_work import UnitOfWork

REDACT = "redact"
MOST_MARKS = 5_000
LONGEST_NOTE = 300
SMALLEST, LARGEST = 1.0, 14_400.0
SHORTEST_NOTE = 5


@dataclass(frozen=True)
class Marked:
    """An area of a page (from 1), in points from the upper left corner of the page as shown."""

    page: int
    left: float
    top: float
    right: float
    bottom: float


def mark_areas(
    work: UnitOfWork, document: Document, areas: Sequence[Marked], *, ground: Ground, note: str = ""
) -> list[RedactionMark]:
    """Mark areas of the current version; what is marked already is not marked twice.

    Raises:
        BadInput: an area lies on no page or has no extent, or the reason is missing or too long.
        RuleBroken: the document can have no redacted copy, or there are too many marks.
    """
    require(work, Action.REDACT_DOCUMENT, document)
    _refuse_unfit(document)
    note = note.strip()
    if len(note) > LONGEST_NOTE:
        raise BadInput("Der Grund ist zu lang.")
    if ground is Ground.OTHER and len(note) < SHORTEST_NOTE:
        raise BadInput("Bitte schreiben Sie dazu, warum hier geschwärzt wird.")
    before = marks_of(work, document)
    if len(before) + len(areas) > MOST_MARKS:
        raise RuleBroken("Mehr als %(most)s Stellen fasst eine Fassung nicht.", most=MOST_MARKS)
    known = {_sides(one) for one in before}
    made = []
    for area in areas:
        _refuse_outside(document, area)
        if _sides(area) in known:
            continue
        known.add(_sides(area))
        made.append(_mark(work, document, area, ground, note))
    work.session.add_all(made)
    work.session.flush()
    if made:
        audit.note(
            work,
            "redaction.marked",
            kind="document",
            subject=document.id,
            version=document.current_version,
            marks=len(made),
            pages=sorted({one.page for one in made}),
            ground=ground.value,
        )
    return made


def unmark(work: UnitOfWork, document: Document, mark_ids: Sequence[UUID]) -> int:
    """Remove marks; returns how many there were.

    Raises:
        NotFound: the document has none of them.
    """
    require(work, Action.REDACT_DOCUMENT, document)
    wanted = set(mark_ids)
    gone = [one for one in marks_of(work, document) if one.id in wanted]
    if not gone:
        raise NotFound("Diese Stelle gibt es nicht mehr.")
    for one in gone:
        work.session.delete(one)
    work.session.flush()
    audit.note(
        work,
        "redaction.unmarked",
        kind="document",
        subject=document.id,
        version=document.current_version,
        marks=len(gone),
        pages=sorted({one.page for one in gone}),
    )
    return len(gone)


def marks_of(work: UnitOfWork, document: Document) -> Sequence[RedactionMark]:
    """List the marks of the current version, in the order of its pages."""
    require(work, Action.READ_CONTENT, document)
    return work.session.scalars(
        select(RedactionMark)
        .where(
            RedactionMark.document_id == document.id,
            RedactionMark.version == document.current_version,
        )
        .order_by(
            RedactionMark.page,
            func.round(RedactionMark.top),
            RedactionMark.left,
            RedactionMark.id,
        )
    ).all()


def ask_for_redaction(work: UnitOfWork, document: Document) -> Redaction:
    """Promise a copy of the current version without what is marked.

    Raises:
        RuleBroken: nothing is marked, one is being made, or there is no reading copy.
    """
    require(work, Action.REDACT_DOCUMENT, document)
    _refuse_unfit(document)
    marks = marks_of(work, document)
    source = reading_copy_of(work, document)
    waiting = work.session.scalar(
        select(func.count()).where(
            Redaction.document_id == document.id, Redaction.state == RedactionState.WAITING
        )
    )
    reasons = []
    if not marks:
        reasons.append(Sentence("Es ist noch keine Stelle markiert."))
    if waiting:
        reasons.append(Sentence("Eine geschwärzte Fassung wird gerade hergestellt."))
    if reasons:
        raise RuleBroken("So entsteht keine geschwärzte Fassung.", reasons=reasons)
    redaction = Redaction(
        document_id=document.id,
        version=document.current_version,
        source_sha256=source,
        marks=[[*_sides(one), one.ground.value, one.note] for one in marks],
        asked_by_id=work.actor.id,
        asked_by=work.actor.name,
        asked_at=work.clock.now(),
    )
    work.session.add(redaction)
    work.session.flush()
    audit.note(
        work,
        "redaction.asked",
        kind="document",
        subject=document.id,
        version=document.current_version,
        marks=len(marks),
        pages=sorted({one.page for one in marks}),
        grounds=sorted({one.ground.value for one in marks}),
    )
    jobs.enqueue(work, REDACT, redaction.id, priority=jobs.URGENT)
    return redaction


def reading_copy_of(work: UnitOfWork, document: Document) -> str:
    """Return the digest of the reading copy of the current version: what is blackened.

    Raises:
        RuleBroken: there is none.
    """
    require(work, Action.READ_CONTENT, document)
    found = work.session.scalar(
        select(Rendition.sha256)
        .join(Version, Version.id == Rendition.version_id)
        .where(
            Version.document_id == document.id,
            Version.number == document.current_version,
            Version.clearance.not_in(CLOSED),
            Rendition.kind == RenditionKind.READING_COPY,
            Rendition.page == 0,
        )
    )
    if found is None:
        raise RuleBroken("Von diesem Schreiben gibt es keine durchsuchbare Fassung.")
    return found


def _refuse_unfit(document: Document) -> None:
    if document.state is DocumentState.CANCELLED:
        raise RuleBroken("Das Schreiben ist storniert.")


def _refuse_outside(document: Document, area: Marked) -> None:
    if not 1 <= area.page <= (document.page_count or 0):
        raise BadInput("Eine Seite %(page)s gibt es nicht.", page=area.page)
    sides = (area.left, area.top, area.right, area.bottom)
    if not all(-LARGEST < side < LARGEST for side in sides):
        raise BadInput("Die Stelle liegt nicht auf der Seite.")
    if area.right - area.left < SMALLEST or area.bottom - area.top < SMALLEST:
        raise BadInput("Die Stelle ist zu klein.")


def _sides(one: Marked | RedactionMark) -> tuple[int, float, float, float, float]:
    left, top, right, bottom = (
        round(side, 2) for side in (one.left, one.top, one.right, one.bottom)
    )
    return one.page, left, top, right, bottom


def _mark(
    work: UnitOfWork, document: Document, area: Marked, ground: Ground, note: str
) -> RedactionMark:
    page, left, top, right, bottom = _sides(area)
    return RedactionMark(
        document_id=document.id,
        version=document.current_version,
        page=page,
        left=left,
        top=top,
        right=right,
        bottom=bottom,
        ground=ground,
        note=note,
        made_by_id=work.actor.id,
        made_by=work.actor.name,
        made_at=work.clock.now(),
    )
