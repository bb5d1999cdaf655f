"""May a document be filed whose scan is not released yet, or in which a virus was found?

TR-RESISCAN binds the destruction of the paper to the check of the scan, not the work with it: who
waits for the check would let people wait for their decision. An office may ask for more. What a
virus scanner has found something in lies in no dossier before somebody has answered for it.
"""

from __future__ import annotations

from sqlalchemy import select

from eakte.access.actions import Action
from eakte.access.check import require
from eakte.errors import RuleBroken
from eakte.model.batch import Batch
from eakte.model.clearance import Clearance
from eakte.model.document import Document, Version
from eakte.model.scan_check import CheckState, ScanCheck, rules_of_unit
from eakte.unit_of_work import UnitOfWork


def refuse_unreleased(work: UnitOfWork, document: Document) -> None:
    """Return unless the document is of a stack that must be released first.

    Raises:
        RuleBroken: its unit files nothing before the release.
    """
    require(work, Action.PLACE_DOCUMENT, document)
    if document.batch_id is None:
        return
    batch = work.session.get_one(Batch, document.batch_id)
    if rules_of_unit(work.session, batch.department_id).file_before:
        return
    check = work.session.get(ScanCheck, batch.id)
    if check is None or check.state is not CheckState.RELEASED:
        raise RuleBroken(
            "Der gescannte Stapel %(number)s ist noch nicht freigegeben.",
            number=f"{batch.number:06d}",
            next_step="Bitte warten Sie die Qualitätsprüfung ab; so will es das Sachgebiet.",
        )


def refuse_found(work: UnitOfWork, document: Document) -> None:
    """Return unless a virus scanner has found something in a document that nobody has released.

    Raises:
        RuleBroken: it has.
    """
    require(work, Action.PLACE_DOCUMENT, document)
    clearance = work.session.scalar(
        select(Version.clearance).where(
            Version.document_id == document.id, Version.number == document.current_version
        )
    )
    if clearance is Clearance.FOUND:
        raise RuleBroken(
            "Der Virenscanner hat in diesem Schreiben etwas gefunden; es wird nicht abgelegt.",
            next_step="Bitte lassen Sie es von der Leitung freigeben, oder stornieren Sie es.",
        )
