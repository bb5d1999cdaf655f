"""What lies in a message from a court, and which words say it to a person?"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from eakte.interchange.xjustiz.courts import meanings
from eakte.interchange.xjustiz.message import MESSAGE_TYPE
from eakte.interchange.xjustiz.package import Package, read_alone, read_package
from eakte.interchange.xjustiz.sheet import named, title_of
from eakte.model.findings import CourtHead
from eakte.processing.limits import COURT_LIST
from eakte.processing.steps.identify import Identity


def known_courts(folder: Path) -> Mapping[str, str]:
    """Return the names of the courts by their codes; empty where the office has no list."""
    return meanings(folder / COURT_LIST)


def read(path: Path, identity: Identity) -> Package:
    """Return what a delivery holds, or what a message says that came alone.

    Raises:
        TooMuch, Broken: see ``read_package``.
    """
    return read_alone(path) if identity.media_type == MESSAGE_TYPE else read_package(path)


def codes_of(package: Package) -> list[tuple[str, tuple[str, ...]]]:
    """Return what a person has to know of it, with the names that belong to it."""
    if package.message is None:
        return [("court-unreadable", ())]
    codes: list[tuple[str, tuple[str, ...]]] = []
    if package.missing:
        codes.append(("court-incomplete", package.missing))
    if not package.message.known:
        codes.append(("court-version", ()))
    return codes


def head_of(package: Package, courts: Mapping[str, str]) -> CourtHead:
    """Return what is kept of the message itself."""
    message = package.message
    if message is None:
        return CourtHead(missing=package.missing)
    return CourtHead(
        kind=message.name,
        version=message.version,
        sender=named(message.sender, courts),
        sender_code=message.sender_code,
        recipient=named(message.recipient, courts),
        theirs=tuple(dict.fromkeys((*message.theirs, *message.proceedings))),
        ours=message.ours,
        message_id=message.message_id,
        answers=message.answers,
        title=title_of(message, courts),
        created_at=message.created_at,
        wants_confirmation=message.wants_confirmation,
        missing=package.missing,
        faults=tuple((one.code, one.more, one.handled) for one in message.faults),
    )
