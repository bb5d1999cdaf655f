"""What does the next message to an archive say?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.metadata import PackageNotFoundError, version
from uuid import UUID, uuid4

from sqlalchemy import select

from eakte.access.actions import Action
from eakte.access.check import require
from eakte.clock import OFFICE_ZONE
from eakte.errors import RuleBroken
from eakte.interchange.xdomea.keeping import from_plain
from eakte.interchange.xdomea.offered import bare, selected
from eakte.interchange.xdomea.proceedings import Proceeding, Seen, may_go
from eakte.interchange.xdomea.records import (
    Head,
    Message,
    MessageType,
    Product,
    Record,
    Terms,
    Verdict,
)
from eakte.interchange.xdomea.schemas import Schemas
from eakte.interchange.xdomea.versions import is_fourth
from eakte.model.archive import TWO_STEPS, Archive
from eakte.model.columns import Among
from eakte.model.dossier import Dossier
from eakte.model.offer import Offer
from eakte.model.periods import Disposal
from eakte.retention.candidates import appraisals
from eakte.retention.offer_checks import standings, terms_of
from eakte.retention.offered_records import tell_dossiers, xdomea_schemas
from eakte.retention.offering import dossiers_of
from eakte.unit_of_work import UnitOfWork

T = MessageType


@dataclass(frozen=True)
class Composed:
    """The messages of one kind that go now, and which content each named file has."""

    kind: MessageType
    messages: tuple[Message, ...]
    schemas: Schemas
    contents: Mapping[str, str] = field(default_factory=dict)


def next_message(work: UnitOfWork, offer: Offer) -> MessageType | None:
    """Return what the office has to send now, None while it is the archive's turn or a person's."""
    require(work, Action.SEE_OFFER, offer)
    if offer.ended_at is not None:
        return None
    allowed = may_go(from_plain(offer.proceeding))
    for kind in (T.OFFER, T.APPRAISAL_RECEIVED):
        if kind in allowed:
            return kind
    wanted = offer.transfer_asked_at is not None
    return T.TRANSFER if wanted and T.TRANSFER in allowed else None


def compose(work: UnitOfWork, offer: Offer, kind: MessageType) -> Composed:
    """Return the messages of a kind, from the rows as they are now.

    Raises:
        RuleBroken: with every reason why documents cannot be handed over.
    """
    require(work, Action.SEE_OFFER, offer)
    proceeding = from_plain(offer.proceeding)
    schemas = xdomea_schemas(work)
    if kind is T.APPRAISAL_RECEIVED:
        answered = {one.answers for one in proceeding.of_type(kind)}
        asked = [
            one
            for one in proceeding.of_type(T.APPRAISAL)
            if one.receipt_wanted and one.message not in answered
        ]
        messages = tuple(
            Message(proceeding.version, _head(work, proceeding, kind, answers=one)) for one in asked
        )
        return Composed(kind, messages, schemas)
    archive = work.session.scalar(select(Archive).where(Archive.key == offer.archive))
    offered = dossiers_of(work, offer)
    rows = {
        one.id: one
        for one in work.session.scalars(
            select(Dossier).where(Among(Dossier.id, [one.dossier_id for one in offered]))
        )
    }
    two = offer.steps == TWO_STEPS
    chosen = [one for one in offered if not two or one.verdict == Verdict.ARCHIVE.value]
    dossiers = [rows[one.dossier_id] for one in chosen]
    standing = standings(work, dossiers)
    said = appraisals(work, archive, dossiers) if archive is not None else {}
    terms: dict[UUID, Terms] = {}
    for one in dossiers:
        rule = standing[one.id].rule
        disposal = (rule.disposal if rule else None) or Disposal.APPRAISE
        verdict = Verdict.ARCHIVE if two else Verdict(disposal.value)
        terms[one.id] = terms_of(standing[one.id], said.get(one.id), verdict)
    told = tell_dossiers(
        work,
        dossiers,
        terms,
        with_contents=kind is T.TRANSFER,
        originals=archive is not None and archive.originals,
    )
    if told.against:
        raise RuleBroken("Die Abgabe kann so nicht hinausgehen.", reasons=told.against)
    records: Sequence[Record] = told.records
    if kind is T.OFFER:
        records = [bare(one) for one in records]
    elif proceeding.four_steps:
        records = selected(records, proceeding.tree, proceeding.decisions)
    per_message = archive.per_message if archive is not None else 0
    parts = _parts(records, per_message if is_fourth(proceeding.version) else 0)
    messages = tuple(
        Message(
            proceeding.version,
            replace(_head(work, proceeding, kind), number=number, total=len(parts)),
            records=tuple(part),
        )
        for number, part in enumerate(parts, start=1)
    )
    return Composed(kind, messages, schemas, told.contents)


def _parts(records: Sequence[Record], most: int) -> list[Sequence[Record]]:
    if not most:
        return [records]
    return [records[at : at + most] for at in range(0, len(records), most)]


def _head(
    work: UnitOfWork, proceeding: Proceeding, kind: MessageType, *, answers: Seen | None = None
) -> Head:
    return Head(
        process_id=proceeding.id,
        type=kind,
        created_at=work.clock.now().astimezone(OFFICE_ZONE),
        sender=proceeding.office,
        receiver=proceeding.archive,
        product=Product(version=_version()),
        message=uuid4(),
        answers=answers.message if answers else None,
        number=answers.number if answers else 1,
        total=answers.total if answers else 1,
    )


def _version() -> str:
    try:
        return version("e-akte")
    except PackageNotFoundError:  # run from its folder, never installed
        return "0"
