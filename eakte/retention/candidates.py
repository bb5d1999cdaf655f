"""What would the catalogue of an archive say of these dossiers, and what is known to say it?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, CompoundSelect, func, or_, select, union
from sqlalchemy.orm import InstrumentedAttribute

from eakte.access.actions import Action
from eakte.access.check import require
from eakte.model.appraisal import Appraised, Candidate, appraise
from eakte.model.archive import Archive
from eakte.model.case import Case
from eakte.model.columns import Among
from eakte.model.court_message import CourtMessage
from eakte.model.document import Document
from eakte.model.dossier import Dossier
from eakte.model.file_plan import PlanEntry
from eakte.model.hold import HeldDossier, HoldKind, RetentionHold
from eakte.model.sending import Sending, SendingKind
from eakte.unit_of_work import UnitOfWork

# An entry of the plan without a pattern of its own has this one.
USUAL = "{prefix} {number}/{year}"
PLACEHOLDER = re.compile(r"\{(\w+)(?::0\d)?\}")
WORDS_OF_COURTS = ("klage", "berufung", "revision", "gericht")
SHAPES = {"number": r"(\d{1,9})", "year": r"\d{4}", "letter": r"\w"}


def candidates(work: UnitOfWork, dossiers: Sequence[Dossier]) -> list[Candidate]:
    """Return what a catalogue looks at, for each of these dossiers in their order."""
    require(work, Action.SEE_RETENTION)
    courts = _with_courts(work, [one.id for one in dossiers])
    return [
        Candidate(
            id=one.id,
            name=one.reference,
            surname=one.person_name.partition(",")[0].strip(),
            birth_year=one.birth_date.year if one.birth_date else None,
            serial=serial_of(one.plan_entry, one.reference),
            court_case=one.id in courts,
        )
        for one in dossiers
    ]


def appraisals(
    work: UnitOfWork, archive: Archive, dossiers: Sequence[Dossier]
) -> dict[UUID, Appraised]:
    """Return what an archive's catalogue says of each dossier; nothing where it has none."""
    require(work, Action.SEE_RETENTION)
    rules = archive.rules
    if not rules:
        return {}
    return {one.id: appraise(one, rules) for one in candidates(work, dossiers)}


def serial_of(entry: PlanEntry, reference: str) -> int | None:
    """Return the running number of a reference, None where its pattern does not show it.

    What was taken over from elsewhere may have another shape; then nobody guesses.
    """
    values = {"plan": entry.number, "prefix": entry.reference_prefix}
    shape, place = "", 0
    pattern = " ".join((entry.reference_pattern or USUAL).split())
    for found in PLACEHOLDER.finditer(pattern):
        known = SHAPES.get(found[1]) or re.escape(values.get(found[1], ""))
        shape += re.escape(pattern[place : found.start()]) + known
        place = found.end()
    matched = re.fullmatch(shape + re.escape(pattern[place:]), reference)
    return int(matched[1]) if matched and matched.groups() else None


def _with_courts(work: UnitOfWork, ids: Iterable[UUID]) -> set[UUID]:
    """Return which dossiers a court had to do with, by anything that is known of them here."""
    asked = list(ids)
    # A law suit is a case of its own, a court writes, is written to, or holds the end up.
    found: CompoundSelect[Any] = union(
        select(Case.dossier_id).where(
            Among(Case.dossier_id, asked),
            or_(*_called(Case.procedure), *_called(Case.procedure_key)),
        ),
        select(Document.dossier_id)
        .join(CourtMessage, CourtMessage.document_id == Document.id)
        .where(Among(Document.dossier_id, asked)),
        select(Sending.dossier_id).where(
            Among(Sending.dossier_id, asked), Sending.kind == SendingKind.COURT
        ),
        select(HeldDossier.dossier_id)
        .join(RetentionHold, RetentionHold.id == HeldDossier.hold_id)
        .where(Among(HeldDossier.dossier_id, asked), RetentionHold.kind == HoldKind.COURT),
    )
    return {one for (one,) in work.session.execute(found) if one is not None}


def _called(column: InstrumentedAttribute[str]) -> list[ColumnElement[bool]]:
    return [func.lower(column).contains(word) for word in WORDS_OF_COURTS]
