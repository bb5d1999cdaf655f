"""What stands on a cover sheet, and into which case does what lies behind it belong?

The code on the sheet is the sheet's id with a keyed digest over sheet and case, so that nobody can
print one who has no access to the case, and no misread code files into another.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from uuid import UUID

from eakte import audit
from eakte.access.actions import Action
from eakte.access.check import require
from eakte.errors import BadInput, EakteError
from eakte.model.batch import CoverSheet
from eakte.model.case import Case, CaseState
from eakte.model.dossier import DossierState
from eakte.unit_of_work import UnitOfWork

# Capitals, digits and a colon: what a QR code holds most densely.
START = "EA1:"
DIGEST_BYTES = 16


class NoCoverSheet(EakteError):
    """The code is none of our cover sheets."""

    code = "no-cover-sheet"


def print_cover_sheet(work: UnitOfWork, case: Case, *, document_type: str = "") -> CoverSheet:
    """Make a cover sheet for a case; what is scanned behind it is filed there without a question.

    Raises:
        BadInput: dossier or case is not open, so that nothing could be filed.
    """
    require(work, Action.EDIT_CASE, case)
    if case.state is not CaseState.OPEN or case.dossier.state is not DossierState.OPEN:
        raise BadInput(
            "Zu „%(case)s“ gibt es kein Deckblatt: Akte oder Vorgang ist nicht offen.",
            case=f"{case.dossier.reference}-{case.number}",
        )
    sheet = CoverSheet(
        case_id=case.id,
        document_type=document_type.strip()[:100],
        printed_by_id=work.actor.id,
        printed_at=work.clock.now(),
    )
    work.session.add(sheet)
    work.session.flush()
    audit.note(
        work,
        "cover-sheet.printed",
        kind="case",
        subject=case.id,
        sheet=str(sheet.id),
        document_type=sheet.document_type,
    )
    return sheet


def code_of(work: UnitOfWork, sheet: CoverSheet) -> str:
    """Return what the code on the sheet says."""
    require(work, Action.SEE_CASE, work.session.get_one(Case, sheet.case_id))
    told = sheet.id.bytes + _digest(work, sheet)
    return START + base64.b32encode(told).decode().rstrip("=")


def sheet_of(work: UnitOfWork, code: str) -> CoverSheet:
    """Return the cover sheet with this code.

    Raises:
        NoCoverSheet: it was not printed here, or is not what was printed.
    """
    require(work, Action.MAINTAIN)
    unknown = NoCoverSheet("Der Code des Deckblatts stammt nicht aus dieser e-Akte.")
    said = code.removeprefix(START)
    try:
        told = base64.b32decode(said + "=" * (-len(said) % 8))
    except (binascii.Error, ValueError) as error:
        raise unknown from error
    # The last letter has bits to spare: only the one way in which we write a code is ours.
    if len(told) != 16 + DIGEST_BYTES or base64.b32encode(told).decode().rstrip("=") != said:
        raise unknown
    sheet = work.session.get(CoverSheet, UUID(bytes=told[:16]))
    if sheet is None or not hmac.compare_digest(told[16:], _digest(work, sheet)):
        raise unknown
    return sheet


def _digest(work: UnitOfWork, sheet: CoverSheet) -> bytes:
    key = work.settings.application_secret().encode()
    told = b"cover-sheet\0" + sheet.id.bytes + sheet.case_id.bytes + sheet.document_type.encode()
    return hmac.new(key, told, hashlib.sha256).digest()[:DIGEST_BYTES]
