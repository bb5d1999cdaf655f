"""How does a document come into the house? Through this one door, whichever way it arrived.

Bytes first, rows second: ``take_bytes`` makes the content durable outside any transaction, then
``receive`` names it in one. Only when that transaction is committed may a receipt leave the house.
"""

from __future__ import annotations

import unicodedata
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any
from uuid import UUID

from sqlalchemy import select

from eakte import audit, jobs
from eakte.access.actions import Action
from eakte.access.check import require, works_in
from eakte.access.twins import earlier_twins
from eakte.clock import OFFICE_ZONE
from eakte.errors import (
    BadInput,
    ContentTooLarge,
    EmptyContent,
    KeyUsed,
    NotAsDeclared,
    PartUnavailable,
    UnknownType,
)
from eakte.intake.guarding import await_clearance
from eakte.model.batch import Batch
from eakte.model.content import Content, keep_content
from eakte.model.counter import hold, next_number
from eakte.model.delivery import Delivery
from eakte.model.department import CENTRAL_INBOX, Department
from eakte.model.document import Document, Source, Version
from eakte.model.findings import Look
from eakte.model.user import UserKind
from eakte.unit_of_work import UnitOfWork
from storage import (
    Digest,
    DigestMismatch,
    SizeMismatch,
    StorageError,
    Store,
    StoreFull,
)

LONGEST_NAME = 200
RECEIPT_SCOPE = "receipt"


def register_scope(year: int) -> str:
    """Return in which row of numbers the register of mail of a year counts (Postbuch).

    One for the whole house: with one for each unit, a number that somebody does not see would tell
    them that their own unit got something that is hidden from them.
    """
    return f"register:{year}"


@dataclass(frozen=True)
class Arrival:
    """Bytes that lie in the store and that no row names yet."""

    sha256: str
    size: int
    name: str


@dataclass(frozen=True)
class Receipt:
    """What proves to the sender that a document arrived: it is stored, named and logged."""

    number: int
    document_id: UUID
    sha256: str
    size: int
    pages: int | None
    received_at: datetime
    name: str
    media_type: str
    duplicate_of: UUID | None
    repeated: bool

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return asdict(self) | {
            "document_id": str(self.document_id),
            "duplicate_of": str(self.duplicate_of) if self.duplicate_of else None,
            "received_at": self.received_at.isoformat(),
        }


def clean_name(name: str) -> str:
    """Return the last part of a name without what could mislead: paths, controls, direction marks.

    The extension survives shortening. An empty rest becomes "Dokument".
    """
    last = PureWindowsPath(PurePosixPath(unicodedata.normalize("NFC", name)).name).name
    visible = "".join(
        sign for sign in last if unicodedata.category(sign) not in {"Cc", "Cf", "Cs", "Co", "Cn"}
    ).strip(" .")
    if len(visible) > LONGEST_NAME:
        ending = PurePosixPath(visible).suffix[:12]
        visible = visible[: LONGEST_NAME - len(ending)] + ending
    return visible or "Dokument"


def take_bytes(
    store: Store,
    path: Path,
    *,
    name: str,
    limit: int,
    sha256: str | None = None,
    size: int | None = None,
) -> Arrival:
    """Copy the bytes at ``path`` into the store and return what was found there afterwards.

    ``sha256`` (hex) and ``size`` (bytes) are what the sender declared; ``limit`` is in bytes.
    Whatever is raised, no row names the bytes and the source is untouched.

    Raises:
        EmptyContent: there is not a single byte.
        ContentTooLarge: more than ``limit`` bytes.
        NotAsDeclared: size or digest differ from the declared ones.
        PartUnavailable: the store does not answer or is full.
    """
    length = path.stat().st_size
    if length == 0:
        raise EmptyContent(
            "„%(name)s“ ist leer; es wurde nichts gespeichert.",
            name=clean_name(name),
            next_step="Bitte prüfen Sie das Dokument und senden Sie es erneut.",
        )
    if length > limit:
        raise ContentTooLarge(
            "„%(name)s“ ist größer als die erlaubten %(limit)s MB; es wurde nichts gespeichert.",
            name=clean_name(name),
            limit=limit // 1_000_000,
            next_step="Bitte teilen Sie das Dokument oder wenden Sie sich an die Administration.",
        )
    try:
        with path.open("rb") as stream:
            stored = store.put(
                stream,
                limit=limit,
                expected=Digest(sha256.lower()) if sha256 else None,
                expected_size=size,
            )
    except ValueError as error:
        raise NotAsDeclared(
            "Die angegebene Prüfsumme ist keine SHA-256 in Hexadezimalschreibweise."
        ) from error
    except (DigestMismatch, SizeMismatch) as error:
        raise NotAsDeclared(
            "„%(name)s“ kam anders an, als es angekündigt war (Größe oder Prüfsumme weicht ab).",
            name=clean_name(name),
        ) from error
    except StoreFull as error:
        raise PartUnavailable(
            "Der Speicher ist voll; „%(name)s“ wurde nicht angenommen.", name=clean_name(name)
        ) from error
    except StorageError as error:
        raise PartUnavailable(
            "Der Speicher ist zurzeit nicht erreichbar; „%(name)s“ wurde nicht angenommen.",
            name=clean_name(name),
        ) from error
    return Arrival(str(stored.digest), stored.size, clean_name(name))


def refuse_unwanted(look: Look, *, name: str) -> None:
    """Raise for what is never taken, before a byte of it is kept.

    Raises:
        UnknownType: it is an archive with unknown contents.
    """
    if look.refused:
        problem = look.problem.message if look.problem else "Diese Art wird nicht angenommen."
        raise UnknownType(
            "„%(name)s“ wurde nicht angenommen: %(problem)s",
            name=clean_name(name),
            problem=problem,
            next_step="Bitte entpacken Sie es und senden Sie die Dokumente einzeln.",
        )


def receive(
    work: UnitOfWork,
    arrival: Arrival,
    *,
    look: Look,
    source: Source,
    department: Department | None = None,
    key: str | None = None,
    received_on: date | None = None,
    priority: int = jobs.URGENT,
    batch: Batch | None = None,
    main: Document | None = None,
) -> Receipt:
    """Take a document into the inbox of a unit and return its receipt.

    One that was taken out of a ``batch`` was delivered by the sender of that; one that came with
    ``main``, the message in which it lay, by the sender of that, and is an attachment of it.

    The same ``key`` of the same sender with the same bytes gives the same receipt again; the same
    bytes without a key are a new document (post does arrive twice) that is marked as a duplicate.
    The receipt holds from the moment the transaction of ``work`` is committed.

    Raises:
        NotAllowed: the actor may not deliver, or not to this unit.
        BadInput: it is not clear which unit's inbox is meant.
        KeyUsed: the key was used for other bytes.
        PartUnavailable: the bytes are not in the store any more.
    """
    require(work, Action.DELIVER_DOCUMENT)
    refuse_unwanted(look, name=arrival.name)
    session, now = work.session, work.clock.now()
    hold(session, RECEIPT_SCOPE)
    if key is not None:
        known = session.get(Delivery, (work.actor.id, key))
        if known is not None:
            return _repeat(work, known, arrival)
    unit = unit_of(work, department.id if department else None)
    name_bytes(work, arrival)
    year = now.astimezone(OFFICE_ZONE).year
    document = Document(
        receipt_number=next_number(session, RECEIPT_SCOPE),
        register_year=year,
        register_number=next_number(session, register_scope(year)),
        department_id=unit.id,
        title=PurePosixPath(arrival.name).stem[:300] or arrival.name,
        received_on=received_on or work.clock.today(),
        received_at=now,
        received_by_id=_sender(work, batch, main),
        parent_id=main.id if main else None,
        batch_id=batch.id if batch else None,
        source=source,
        original_name=arrival.name,
        duplicate_of_id=_earlier(work, arrival, unit),
        page_count=look.pages,
        flags=[],
    )
    session.add(document)
    session.flush()
    version = Version(
        document_id=document.id,
        number=1,
        sha256=arrival.sha256,
        media_type=look.media_type,
        name=arrival.name,
        created_at=now,
        created_by_id=work.actor.id,
    )
    session.add(version)
    if key is not None:
        session.add(
            Delivery(
                sender_id=work.actor.id, key=key, sha256=arrival.sha256, document_id=document.id
            )
        )
    session.flush()
    audit.note(
        work,
        "document.received",
        kind="document",
        subject=document.id,
        sha256=arrival.sha256,
        size=arrival.size,
        number=document.receipt_number,
        source=source.value,
        **({"batch": str(batch.id)} if batch else {}),
        **({"parent": str(main.id)} if main else {}),
    )
    await_clearance(work, version, priority=priority)
    return receipt_of(work, document)


def name_bytes(work: UnitOfWork, arrival: Arrival) -> None:
    """Give bytes in the store a row, so that no sweep takes them.

    Raises:
        PartUnavailable: a sweep took them a moment before; they have to be sent again.
    """
    require(work, Action.DELIVER_BATCH)
    keep_content(work.session, arrival.sha256, size=arrival.size, at=work.clock.now())
    try:
        there = work.store.exists(Digest(arrival.sha256))
    except StorageError as error:
        raise PartUnavailable("Der Speicher ist zurzeit nicht erreichbar.") from error
    if not there:
        raise PartUnavailable("Das Dokument muss noch einmal übertragen werden.")


def receipt_of(work: UnitOfWork, document: Document, *, repeated: bool = False) -> Receipt:
    """Return the receipt of a document as it was given, with the page count known by now."""
    require(work, Action.SEE_RECEIPT, document)
    version, content = work.session.execute(
        select(Version, Content)
        .join(Content, Content.sha256 == Version.sha256)
        .where(Version.document_id == document.id, Version.number == 1)
    ).one()
    twin = earlier_twins(work, [document]).get(document.id)
    return Receipt(
        number=document.receipt_number,
        document_id=document.id,
        sha256=version.sha256,
        size=content.size,
        pages=document.page_count,
        received_at=document.received_at,
        name=version.name,
        media_type=version.media_type,
        duplicate_of=twin.id if twin else None,
        repeated=repeated,
    )


def _sender(work: UnitOfWork, batch: Batch | None, main: Document | None) -> UUID:
    if batch is not None:
        return batch.sender_id
    return main.received_by_id if main is not None else work.actor.id


def _repeat(work: UnitOfWork, known: Delivery, arrival: Arrival) -> Receipt:
    if known.sha256 != arrival.sha256:
        raise KeyUsed(
            "Unter diesem Schlüssel wurde schon ein anderes Dokument angenommen; "
            "es wurde nichts geändert."
        )
    document = work.session.get_one(Document, known.document_id)
    return receipt_of(work, document, repeated=True)


def unit_of(work: UnitOfWork, department: UUID | None) -> Department:
    """Return the unit into whose inbox the actor delivers, the named one or their only one.

    Raises:
        BadInput: it is not the actor's, or it is not clear which is meant.
    """
    require(work, Action.DELIVER_BATCH)
    mine = work.actor.departments
    if department is not None:
        unit = work.session.get_one(Department, department)
        if mine and not works_in(work, Action.DELIVER_BATCH, unit.id):
            raise BadInput(
                "In den Posteingang „%(unit)s“ können Sie nicht einliefern.", unit=unit.name
            )
        return unit
    query = select(Department).order_by(Department.key)
    units = work.session.scalars(query.where(Department.id.in_(mine)) if mine else query).all()
    central = [unit for unit in units if unit.key == CENTRAL_INBOX]
    if len(units) != 1 and central and work.actor.kind is UserKind.SYSTEM:
        return central[0]
    if len(units) != 1:
        raise BadInput(
            "Es ist nicht klar, in wessen Posteingang das Dokument gehört.",
            next_step="Bitte geben Sie das Sachgebiet an.",
        )
    if mine:
        works_in(work, Action.DELIVER_BATCH, units[0].id)
    return units[0]


def _earlier(work: UnitOfWork, arrival: Arrival, unit: Department) -> UUID | None:
    """The first document of the unit with these bytes; who reads it later sees their own first."""
    return work.session.scalar(
        select(Document.id)
        .join(Version, Version.document_id == Document.id)
        .where(Version.sha256 == arrival.sha256, Document.department_id == unit.id)
        .order_by(Document.receipt_number)
        .limit(1)
    )
