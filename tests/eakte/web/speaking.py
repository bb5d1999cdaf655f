"""Letters that speak of every dossier there is: what may be told of them shows what rights hold."""

from __future__ import annotations

from datetime import date

from sqlalchemy import delete, select

from eakte.bootstrap import Office
from eakte.filing.proposing.making import KIND
from eakte.model.department import Department
from eakte.model.document import Document, DocumentState
from eakte.model.dossier import Dossier, DossierAlias
from eakte.model.job import Job
from tests.builders import give_rules, let_read

BORN = date(1988, 6, 2)
COURT, ALIAS = "S 12 SB 34/26", "fv 7/2026"


def let_letters_speak(office: Office, *units: Department) -> None:
    """Let every letter that waits speak of every dossier of the house, seen or not."""
    with office.as_system() as work:
        session = work.session
        for unit in units:
            give_rules(work, unit)
        dossiers = session.scalars(select(Dossier).order_by(Dossier.reference)).all()
        for number, row in enumerate(dossiers):
            row.birth_date = BORN
            alias = {"system": str(number), "value": ALIAS, "value_folded": ALIAS}
            session.add(DossierAlias(dossier_id=row.id, **alias))
        for filed in session.scalars(select(Document).where(Document.case_id.is_not(None))):
            filed.foreign_reference = COURT
        session.flush()
        told = "\n".join(f"Unser Zeichen: {row.reference}" for row in dossiers)
        pages = (
            f"{told}\nFrau Änne Muster, geboren am {BORN:%d.%m.%Y}",
            f"FV 7/2026, {COURT}\nFrau Zoe Zander, geboren am {BORN:%d.%m.%Y}",
            f"Frau Zoe Zander und Frau Änne Muster, geboren am {BORN:%d.%m.%Y}",
        )
        waiting = session.scalars(
            select(Document.id)
            .where(Document.state == DocumentState.INBOX)
            .order_by(Document.receipt_number)
        ).all()
        for number, one in enumerate(waiting):
            let_read(work, one, pages[number % len(pages)])
        session.execute(delete(Job).where(Job.kind == KIND))
