"""How does a message leave with its contents as one package, and come in again?"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import IO, BinaryIO
from uuid import UUID

from eakte.interchange import zips
from eakte.interchange.faults import BadPackage, Fault, fault
from eakte.interchange.xdomea import rules
from eakte.interchange.xdomea.reading import Bounds, read_message
from eakte.interchange.xdomea.records import Message, MessageType
from eakte.interchange.xdomea.schemas import Schemas
from eakte.interchange.xdomea.versions import PACKAGE_NAME, is_fourth, stem
from eakte.interchange.xdomea.writing import write_message

IN_MEMORY = 4 * 1024 * 1024
MOST_NAMED = 20
Opener = Callable[[], IO[bytes]]


@dataclass(frozen=True)
class Sent:
    """A written package: its name, what lies in it, and whether the schema was there to check."""

    name: str
    contents: tuple[zips.Written, ...]
    checked: bool


@dataclass(frozen=True)
class Arrived:
    """A package that came in: its message, the names of its contents, and whether it was checked.

    ``xml`` is the name of the message in the package.
    """

    message: Message
    xml: str
    contents: tuple[str, ...]
    checked: bool


def package_name(message: Message) -> str:
    """Return the name of the package of a message, as its version wants it."""
    head = message.head
    return stem(message.version, head.process_id, head.type, head.number) + ".zip"


def write_package(
    target: BinaryIO, message: Message, contents: Mapping[str, Opener], *, schemas: Schemas
) -> Sent:
    """Write a message with its contents as a ZIP, after everything was checked.

    Args:
        target: where the bytes go; after a fault they are no package and must not leave.
        message: what is said.
        contents: a way to the bytes of each content the message names, by its name there.
        schemas: the official schemas; without them ``checked`` is False.

    Raises:
        BadPackage: the message breaks a rule or the schema, a content is missing or not named, or
            is not what its digest says.
    """
    faults = rules.faults_in(message, schemas)
    carried = {} if message.head.type is MessageType.OFFER else _named(message)
    letters = {one.name: one.sha256 for record in message.letters for one in record.primaries()}
    carried |= letters
    faults += _presence(set(carried), set(contents))
    if faults:
        raise BadPackage(faults)
    version = message.version
    with tempfile.SpooledTemporaryFile(IN_MEMORY) as spool:
        write_message(message, spool)  # type: ignore[arg-type]  # a spool has all that is used
        spool.seek(0)
        faults = schemas.faults(spool, version)
        if faults:
            raise BadPackage(faults)

        def xml() -> IO[bytes]:
            spool.seek(0)
            return _Kept(spool)  # type: ignore[return-value]  # only read() and the with are used

        own = (
            stem(version, message.head.process_id, message.head.type, message.head.number) + ".xml"
        )
        outgoing = [zips.Outgoing(own, xml)]
        outgoing += [
            zips.Outgoing(name, contents[name], digest) for name, digest in carried.items()
        ]
        written = zips.write(target, outgoing)
    return Sent(package_name(message), written, schemas.has(version))


class _Kept:
    """A stream that stays open when its reader has finished."""

    def __init__(self, stream: tempfile.SpooledTemporaryFile[bytes]) -> None:
        self._stream = stream

    def read(self, count: int = -1) -> bytes:
        return self._stream.read(count)

    def __enter__(self) -> _Kept:
        return self

    def __exit__(self, *_: object) -> None:
        return


def _named(message: Message) -> dict[str, str]:
    return {one.name: one.sha256 for record in message.records for one in record.primaries()}


def _presence(named: set[str], there: set[str]) -> Iterator[Fault]:
    for name in sorted(named - there)[:MOST_NAMED]:
        yield fault("content-missing", "Die Datei „%(name)s“ fehlt.", name=name, about=name)
    for name in sorted(there - named)[:MOST_NAMED]:
        yield fault(
            "content-surplus",
            "Die Datei „%(name)s“ wird in der Nachricht nicht genannt.",
            name=name,
            about=name,
        )


def read_package(
    stream: BinaryIO,
    *,
    name: str = "",
    schemas: Schemas,
    limits: zips.Limits | None = None,
    bounds: Bounds | None = None,
) -> Arrived:
    """Return what a package says, once the ZIP, the message and its contents have been checked.

    Args:
        stream: the bytes of the package; it has to allow seeking.
        name: the name under which it came, if it has one; it has to fit what is inside.
        schemas: the official schemas; without them ``checked`` is False.
        limits: how much the ZIP may hold.
        bounds: how much the message may say.

    Raises:
        BadPackage: with every fault that was found.
    """
    with zips.opened(stream, limits=limits) as package:
        messages = [one for one in package.names if one.lower().endswith(".xml")]
        # A content may be XML too; then only the message is named as messages are.
        if len(messages) > 1:
            messages = [one for one in messages if PACKAGE_NAME.fullmatch(one)]
        if len(messages) != 1:
            raise BadPackage(
                [
                    fault(
                        "not-one-message",
                        "Das Paket enthält %(count)s Nachrichten statt einer.",
                        count=len(messages),
                    )
                ]
            )
        xml = messages[0]
        with package.open(xml) as content:
            message = read_message(content, bounds=bounds)
        with package.open(xml) as content:
            faults = schemas.faults(content, message.version)
        for shown in filter(None, (name, xml)):
            faults += _name_faults(shown, message)
        faults += rules.faults_in(message, schemas)
        others = tuple(one for one in package.names if one != xml)
        faults += _content_faults(package, message, set(others))
    if faults:
        raise BadPackage(faults)
    return Arrived(message, xml, others, schemas.has(message.version))


def _name_faults(name: str, message: Message) -> Iterator[Fault]:
    found = PACKAGE_NAME.fullmatch(name)
    if found is None:
        yield fault(
            "name-unknown",
            "„%(name)s“ ist nicht benannt, wie xdomea es verlangt.",
            name=name[:160],
            about=name,
        )
        return
    head = message.head
    number = int(found["number"] or 1) if is_fourth(message.version) else 1
    fits = (
        UUID(found["process"]) == head.process_id
        and found["type"] == head.type.value
        and number == head.number
    )
    if not fits:
        yield fault(
            "name-differs",
            "„%(name)s“ passt nicht zu der Nachricht darin (%(type)s, Prozess-ID %(process)s).",
            name=name[:160],
            type=head.type.value,
            process=head.process_id,
            about=name,
        )


def _content_faults(package: zips.Package, message: Message, there: set[str]) -> Iterator[Fault]:
    named = {one.name: one.sha256 for one in message.primaries()}
    if message.head.type is MessageType.TRANSFER:
        yield from _presence(set(named), there)
    else:
        # An offer names contents without bringing them; nothing else may come along.
        yield from _presence(set(), there - set(named))
    for name, digest in named.items():
        if digest and name in there and package.digest(name) != digest:
            yield fault(
                "not-the-same-bytes",
                "Die Datei „%(name)s“ hat einen anderen Hashwert als angegeben.",
                name=name,
                about=name,
            )
