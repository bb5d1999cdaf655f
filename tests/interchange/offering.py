"""Records as an office offers them, made up for the tests."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

from eakte.interchange.xdomea.packages import write_package
from eakte.interchange.xdomea.records import (
    Event,
    Head,
    Level,
    Message,
    MessageType,
    Party,
    Primary,
    Product,
    Record,
    Terms,
    Verdict,
    Version,
)
from eakte.interchange.xdomea.schemas import Schemas

OFFICE = Party(
    institution="Landratsamt Musterkreis", unit="Sozialamt", key="01003110", prefix="psw"
)
ARCHIVE = Party(institution="Kreisarchiv Musterkreis", key="09990001", prefix="psw")
NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


def named(*words: object) -> UUID:
    """An id that follows from words, so that a test can say it again."""
    return uuid5(NAMESPACE_URL, "/".join(map(str, words)))


def content_of(name: str) -> bytes:
    return f"Inhalt von {name}\n".encode() * 20


def opener(content: bytes) -> Callable[[], io.BytesIO]:
    return lambda: io.BytesIO(content)


def document(seed: str, number: int = 1, *, title: str = "Bescheid") -> Record:
    name = f"{named(seed, 'content')}.pdf"
    digest = hashlib.sha256(content_of(name)).hexdigest()
    return Record(
        id=named(seed),
        level=Level.DOCUMENT,
        number=number,
        title=title,
        medium="001",
        kind="Bescheid",
        received_on=date(2010, 5, 3),
        written_on=date(2010, 5, 1),
        history=(Event("Müller", NOW, "Abgelegt", field="Betreff", after=title),),
        versions=(Version("1", (Primary(name, "044", format_version="2b", sha256=digest),)),),
    )


def dossier(seed: str, *, cases: int = 1, documents: int = 1, **more: object) -> Record:
    terms = Terms(
        Verdict.APPRAISE,
        years=10,
        proposal=Verdict.DESTROY,
        proposal_reason="Gleichförmige Fallakte",
        retention_ends=date(2025, 12, 31),
        transfer_ends=date(2016, 12, 31),
        mark="KS-7",
    )
    inside = tuple(
        Record(
            id=named(seed, "case", place),
            level=Level.CASE,
            number=place,
            title=f"Erstantrag {place}",
            reference=f"50.1-{seed}-{place}",
            terms=terms,
            closed=True,
            closed_on=date(2015, 4, 1),
            parts=tuple(document(f"{seed}/{place}/{one}", one) for one in range(1, documents + 1)),
        )
        for place in range(1, cases + 1)
    )
    return replace(
        Record(
            id=named(seed),
            level=Level.DOSSIER,
            title=f"Feststellung {seed}",
            reference=f"50.1-{seed}",
            lead="Sozialamt",
            confidentiality="003",
            medium="001",
            plan_reference="50.1",
            plan_title="Schwerbehindertenrecht",
            terms=terms,
            begins=date(2010, 5, 3),
            ends=date(2015, 4, 1),
            closed=True,
            closed_on=date(2015, 4, 1),
            parties=(Party(family_name="Özdemir-Łuczak", given_name="Ayşe"),),
            parts=inside,
        ),
        **more,  # type: ignore[arg-type]  # fields of a record
    )


def head(kind: MessageType, process_id: UUID, **more: object) -> Head:
    made = Head(
        process_id=process_id,
        type=kind,
        created_at=NOW,
        sender=OFFICE,
        receiver=ARCHIVE,
        product=Product("e-Akte", "Musterkreis", "0.1"),
        message=uuid4(),
    )
    return replace(made, **more)  # type: ignore[arg-type]  # fields of a head


def packed(message: Message, schemas: Schemas) -> tuple[str, bytes]:
    """Write a message with contents that say their own names; every one is checked by schema."""
    target = io.BytesIO()
    contents = {}
    if message.head.type is MessageType.TRANSFER:
        contents = {one.name: opener(content_of(one.name)) for one in message.primaries()}
    sent = write_package(target, message, contents, schemas=schemas)
    assert sent.checked
    return sent.name, target.getvalue()
