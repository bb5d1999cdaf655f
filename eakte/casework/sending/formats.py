"""In which format is a sending written, and what does its writer get to know?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from uuid import UUID

from eakte.access.actions import Action
from eakte.access.check import require
from eakte.casework.sending.asking import standards_of
from eakte.casework.sending.telling import Told
from eakte.interchange.format import OutgoingFormat, Shipment
from eakte.interchange.plain.inspection import InspectionFormat
from eakte.interchange.plain.passing_on import PassingOnFormat
from eakte.interchange.xjustiz.format import XJustizFormat
from eakte.interchange.xjustiz.rules import Limits
from eakte.model.sending import Sending, SendingKind
from eakte.unit_of_work import UnitOfWork


def format_of(work: UnitOfWork, sending: Sending) -> OutgoingFormat:
    """Return the writer of a sending."""
    require(work, Action.SEE_LISTS)
    match sending.kind:
        case SendingKind.COURT:
            return XJustizFormat(standards_of(work), work.clock.today(), _limits(work, sending))
        case SendingKind.INSPECTION:
            return InspectionFormat()
        case SendingKind.AUTHORITY:
            return PassingOnFormat()


def _limits(work: UnitOfWork, sending: Sending) -> Limits | None:
    """How much one message may carry as the office has it; None for a disk."""
    if sending.carrier:
        return None
    most = work.settings
    return Limits(files=most.court_message_files, size=most.court_message_mb * 1024**2)


def shipment_of(told: Told, paths: Mapping[UUID, Path]) -> Shipment:
    """Return what a writer gets, with the places where the contents lie by now."""
    kept = {
        document: tuple(replace(one, path=paths.get(one.id)) for one in contents)
        for document, contents in told.kept.items()
    }
    return Shipment(told.dispatch, told.with_paths(paths), told.recipient, kept)
