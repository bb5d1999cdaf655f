"""Which rules does a message break that no schema knows?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from uuid import UUID

from eakte.interchange.faults import Fault, fault
from eakte.interchange.xdomea.records import Level, Message, MessageType, Record, Verdict
from eakte.interchange.xdomea.schemas import OTHER_FORMAT, Schemas
from eakte.interchange.xdomea.versions import CONTENT_NAME, DEEPEST, is_fourth

WITH_RECORDS = frozenset({MessageType.OFFER, MessageType.TRANSFER})
PAPER = "003"
ALLOWED_BELOW = {
    Level.DOSSIER: frozenset(Level),
    Level.CASE: frozenset({Level.CASE, Level.DOCUMENT}),
    Level.DOCUMENT: frozenset({Level.DOCUMENT}),
}


def faults_in(message: Message, schemas: Schemas | None = None) -> list[Fault]:
    """Return every rule that a message breaks by itself, whatever was said before.

    Sources: the hints for implementers in the schemas (ids, content names, terms), the public
    notes of archives that receive (nesting, ids of documents and contents).
    """
    faults: list[Fault] = []
    head = message.head
    if not 1 <= head.number <= head.total:
        faults.append(
            fault(
                "count-wrong",
                "Die Nachricht zählt sich als %(number)s von %(total)s.",
                number=head.number,
                total=head.total,
            )
        )
    if head.type in WITH_RECORDS:
        if not message.records:
            faults.append(fault("nothing-inside", "Die Nachricht nennt kein Schriftgutobjekt."))
        faults += _tree_faults(message)
        faults += _unique(message.everything())
        for record in message.everything():
            faults += _record_faults(message, record)
            faults += _code_faults(message, record, schemas)
    if head.type is MessageType.APPRAISAL:
        if not message.decisions:
            faults.append(fault("nothing-inside", "Die Nachricht enthält keine Bewertung."))
        faults += _doubled((one.record for one in message.decisions), "Bewertung")
    if head.type is MessageType.TRANSFER_IMPORTED:
        faults += _doubled((one.record for one in message.results), "Importbestätigung")
    return faults


def _tree_faults(message: Message) -> Iterator[Fault]:
    for top in message.records:
        if top.level is Level.DOCUMENT and is_fourth(message.version):
            yield fault(
                "document-on-top",
                "„%(name)s“ ist ein einzelnes Dokument; xdomea %(version)s kennt obenauf nur "
                "Akten und Vorgänge.",
                name=top.name,
                version=message.version,
                about=top.id,
            )
        depth = depth_of(top)
        if depth > DEEPEST:
            yield fault(
                "too-deep",
                "„%(name)s“ ist %(depth)s Ebenen tief geschachtelt; das Archiv nimmt höchstens "
                "%(most)s.",
                name=top.name,
                depth=depth,
                most=DEEPEST,
                about=top.id,
            )


def depth_of(record: Record) -> int:
    """Return how many levels a record has; an enclosure is part of its document."""
    deepest, waiting = 0, [(record, 1)]
    while waiting:
        one, depth = waiting.pop()
        deepest = max(deepest, depth)
        if one.level is not Level.DOCUMENT:
            waiting += [(part, depth + 1) for part in one.parts]
    return deepest


def _unique(records: Iterable[Record]) -> Iterator[Fault]:
    ids: set[UUID] = set()
    names: set[str] = set()
    of_contents: dict[UUID, str] = {}
    for record in records:
        if record.id in ids:
            yield fault(
                "doubled-record",
                "Die Kennung von „%(name)s“ kommt doppelt vor.",
                name=record.name,
                about=record.id,
            )
        ids.add(record.id)
        for version in record.versions:
            for primary in version.primaries:
                folded = primary.name.casefold()
                if folded in names:
                    yield fault(
                        "doubled-content",
                        "Die Datei „%(name)s“ wird doppelt genannt.",
                        name=primary.name,
                        about=record.id,
                    )
                names.add(folded)
                shape = CONTENT_NAME.fullmatch(primary.name)
                if shape is None:
                    yield fault(
                        "content-name",
                        "Der Dateiname „%(name)s“ beginnt nicht mit einer UUID.",
                        name=primary.name[:120],
                        about=record.id,
                    )
                else:
                    of_contents[UUID(shape["id"])] = primary.name
    for own, name in of_contents.items():
        if own in ids:
            yield fault(
                "content-named-as-record",
                "Die Datei „%(name)s“ trägt die UUID eines Schriftgutobjekts; sie braucht eine "
                "eigene.",
                name=name,
                about=own,
            )


def _record_faults(message: Message, record: Record) -> Iterator[Fault]:
    for part in record.parts:
        if part.level not in ALLOWED_BELOW[record.level]:
            yield fault(
                "wrong-place",
                "„%(name)s“ (%(level)s) kann nicht in „%(place)s“ (%(above)s) liegen.",
                name=part.name,
                level=part.level.value,
                place=record.name,
                above=record.level.value,
                about=part.id,
            )
    if record.level is not Level.DOCUMENT:
        terms = record.terms
        if not record.context and (
            terms is None or (terms.verdict is None and not terms.own_verdict)
        ):
            yield fault(
                "no-verdict",
                "„%(name)s“ nennt keine Aussonderungsart.",
                name=record.name,
                about=record.id,
            )
        elif (
            message.head.type is MessageType.TRANSFER
            and not record.context
            and terms is not None
            and terms.verdict in (Verdict.DESTROY, Verdict.APPRAISE)
        ):
            yield fault(
                "not-worthy",
                "„%(name)s“ wird abgegeben, ist aber mit „%(verdict)s“ statt „A“ bewertet.",
                name=record.name,
                verdict=terms.verdict.value,
                about=record.id,
            )
        return
    if message.head.type is not MessageType.TRANSFER or record.medium == PAPER:
        return
    if not any(version.primaries for version in record.versions) and not record.parts:
        yield fault(
            "no-content",
            "Das Dokument „%(name)s“ wird ohne Datei abgegeben.",
            name=record.name,
            about=record.id,
        )


def _code_faults(message: Message, record: Record, schemas: Schemas | None) -> Iterator[Fault]:
    if schemas is None:
        return
    given = [("Medium", record.medium), ("Vertraulichkeitsstufe", record.confidentiality)]
    shapes = [primary for version in record.versions for primary in version.primaries]
    given += [("Dateiformat", primary.format_code) for primary in shapes]
    for name, code in given:
        known = schemas.codes(message.version, name)
        # Of 4.0 the list of formats is newer than the one that is here.
        if known and code and code not in known and not _newer(message, name):
            yield fault(
                "unknown-code",
                "„%(code)s“ steht nicht in der Codeliste „%(field)s“.",
                code=code[:20],
                field=name,
                about=record.id,
            )
    for primary in shapes:
        if primary.format_code == OTHER_FORMAT and not primary.format_name:
            yield fault(
                "format-unnamed",
                "Das Format von „%(name)s“ ist „Sonstiges“ und hat keinen Namen.",
                name=primary.name,
                about=record.id,
            )


def _newer(message: Message, name: str) -> bool:
    return is_fourth(message.version) and name == "Dateiformat"


def _doubled(ids: Iterable[UUID], what: str) -> Iterator[Fault]:
    for record, count in Counter(ids).items():
        if count > 1:
            yield fault(
                "doubled-answer",
                "Zu %(record)s gibt es mehr als eine %(what)s.",
                record=record,
                what=what,
                about=record,
            )
