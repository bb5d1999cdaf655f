"""Which dossiers were offered to an archive, and has it released them?"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from eakte.db import Base, Instant
from eakte.model.columns import Among, Json, named
from eakte.model.department import Department
from eakte.model.dossier import Dossier


class ArchiveSays(StrEnum):
    """How it stands with a dossier that was offered.

    ``RELEASED``: the archive waived it, or confirmed that it has taken over all it wants of it.
    ``PENDING``: it has not said so yet, or could not take it. ``CALLED_OFF``: the offer was given
    up before that, as if there had been none.
    """

    PENDING = "pending"
    RELEASED = "released"
    CALLED_OFF = "called-off"


class Offer(Base):
    """One disposal with an archive (Aussonderung); ``id`` is the standard's process id.

    ``proceeding`` is what was sent and received, as `eakte.interchange.xdomea.keeping` writes it;
    ``state`` repeats where that stands, for lists. ``archive`` is its key in the settings, whose
    words of the day are ``archive_name``, ``version`` and ``steps`` (2 or 4).
    """

    __tablename__ = "offer"
    __table_args__ = (Index("ix_offer_state", "state", "number"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    number: Mapped[int] = mapped_column(unique=True)
    department_id: Mapped[UUID] = mapped_column(ForeignKey("department.id"))
    archive: Mapped[str] = mapped_column(String(40))
    archive_name: Mapped[str] = mapped_column(String(200))
    version: Mapped[str] = mapped_column(String(10))
    steps: Mapped[int] = mapped_column()
    state: Mapped[str] = mapped_column(String(20))
    note: Mapped[str] = mapped_column(String(500), default="")
    made_at: Mapped[datetime] = mapped_column(Instant)
    made_by_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    made_by: Mapped[str] = mapped_column(String(200))
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    proceeding: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    edits: Mapped[int] = mapped_column()

    department: Mapped[Department] = relationship()

    __mapper_args__ = {"version_id_col": edits}


class OfferedDossier(Base):
    """One dossier of an offer, and what the archive says of it in one sentence."""

    __tablename__ = "offered_dossier"
    __table_args__ = (
        UniqueConstraint("offer_id", "dossier_id"),
        # A dossier is offered once at a time.
        Index(
            "ix_offered_dossier_running",
            "dossier_id",
            unique=True,
            postgresql_where=text("says <> 'called-off'"),
            sqlite_where=text("says <> 'called-off'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    offer_id: Mapped[UUID] = mapped_column(ForeignKey("offer.id"))
    dossier_id: Mapped[UUID] = mapped_column(ForeignKey("dossier.id"))
    place: Mapped[int] = mapped_column()
    reference: Mapped[str] = mapped_column(String(60))
    says: Mapped[ArchiveSays] = mapped_column(named(ArchiveSays), default=ArchiveSays.PENDING)
    sentence: Mapped[str] = mapped_column(Text, default="")
    verdict: Mapped[str] = mapped_column(String(1), default="")

    offer: Mapped[Offer] = relationship()
    dossier: Mapped[Dossier] = relationship()


class OfferMessage(Base):
    """One package that went to the archive or came from it, as it is kept in the store.

    ``kind`` is the standard's number of the message, ``faults`` say why one that came was not
    taken; it is kept all the same. ``handed_over_at`` is when one of ours lay in the archive's
    transfer directory, ``erased_at`` when its
    bytes were destroyed with the first of its dossiers.
    """

    __tablename__ = "offer_message"
    __table_args__ = (Index("ix_offer_message_offer_id_at", "offer_id", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    offer_id: Mapped[UUID | None] = mapped_column(ForeignKey("offer.id"))
    kind: Mapped[str] = mapped_column(String(4))
    ours: Mapped[bool] = mapped_column()
    name: Mapped[str] = mapped_column(String(300))
    sha256: Mapped[str] = mapped_column(ForeignKey("content.sha256"), index=True)
    at: Mapped[datetime] = mapped_column(Instant)
    faults: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    handed_over_at: Mapped[datetime | None] = mapped_column(Instant)
    erased_at: Mapped[datetime | None] = mapped_column(Instant)


class Word(NamedTuple):
    """What the archive says of a dossier, in one sentence."""

    says: ArchiveSays
    sentence: str
    offer_number: int


def archive_says(session: Session, dossiers: Iterable[UUID]) -> dict[UUID, Word]:
    """Return what an archive says of each of these dossiers that was offered to one."""
    rows = session.execute(
        select(
            OfferedDossier.dossier_id, OfferedDossier.says, OfferedDossier.sentence, Offer.number
        )
        .join(Offer, Offer.id == OfferedDossier.offer_id)
        .where(
            Among(OfferedDossier.dossier_id, list(dossiers)),
            OfferedDossier.says != ArchiveSays.CALLED_OFF,
        )
    )
    return {dossier: Word(says, sentence, number) for dossier, says, sentence, number in rows}
