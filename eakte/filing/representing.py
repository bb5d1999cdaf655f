"""Who acts for the person of a dossier, and how is that put right? (§ 13 SGB X, § 1814 BGB)"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select

from eakte.access.actions import Action
from eakte.access.check import require
from eakte.db import folded
from eakte.errors import BadInput, Sentence, Sentences
from eakte.filing.revising import refuse_if_closed
from eakte.filing.saying import UNSAID, Said, emptied
from eakte.history import tell_change
from eakte.model.counter import hold
from eakte.model.dossier import Dossier
from eakte.model.representative import ROLE_WORDS, Representative, RepresentativeRole
from eakte.unit_of_work import UnitOfWork

# More than ever acted for one person; a program that runs wild stops here.
MOST = 50
LONGEST = {"name": 200, "address": 400, "reference": 100, "mandate": 200}
EARLIEST = date(1900, 1, 1)
ACT, FIELD = "dossier.changed", "representative"


@dataclass(frozen=True)
class Representation(Said):
    """What is said of somebody who acts for the person; ``UNSAID`` leaves what is there."""

    role: RepresentativeRole | None = UNSAID
    organisation: bool = UNSAID
    name: str = UNSAID
    address: str | None = UNSAID
    reference: str | None = UNSAID
    mandate: str | None = UNSAID
    valid_from: date | None = UNSAID
    valid_until: date | None = UNSAID


def add_representative(work: UnitOfWork, dossier: Dossier, said: Representation) -> Representative:
    """Enter somebody who acts for the person; the dossier's history tells of it.

    Raises:
        DossierClosed: the dossier takes no change any more.
        BadInput: naming every value that is missing or cannot be.
    """
    require(work, Action.EDIT_DOSSIER, dossier)
    refuse_if_closed(dossier)
    wanted = _cleaned({"organisation": False} | said.said())
    hold(work.session, f"representatives:{dossier.id}")
    _refuse_impossible(wanted, known=_number_of(work, dossier))
    made = Representative(dossier_id=dossier.id, **wanted)
    work.session.add(made)
    work.session.flush()
    _tell(work, dossier, made, old=None, new=_told(made))
    return made


def revise_representative(
    work: UnitOfWork, representative: Representative, said: Representation
) -> bool:
    """Put right what is said of somebody who acts for the person, or let the mandate end.

    Returns whether anything differs; what stood there stays in the dossier's history.

    Raises:
        DossierClosed: the dossier takes no change any more.
        BadInput: naming every value that cannot be.
    """
    require(work, Action.EDIT_DOSSIER, representative.dossier)
    refuse_if_closed(representative.dossier)
    old = _told(representative)
    now = {name: getattr(representative, name) for name in Representation().__dict__}
    wanted = _cleaned(now | said.said())
    _refuse_impossible(wanted)
    for name, value in wanted.items():
        setattr(representative, name, value)
    work.session.flush()
    new = _told(representative)
    if new != old:
        _tell(work, representative.dossier, representative, old=old, new=new)
    return new != old


def remove_representative(work: UnitOfWork, representative: Representative) -> None:
    """Take away somebody who was entered by mistake; a mandate that ends gets its last day.

    Raises:
        DossierClosed: the dossier takes no change any more.
    """
    require(work, Action.EDIT_DOSSIER, representative.dossier)
    refuse_if_closed(representative.dossier)
    dossier, old = representative.dossier, _told(representative)
    work.session.delete(representative)
    work.session.flush()
    _tell(work, dossier, representative, old=old, new=None)


def _number_of(work: UnitOfWork, dossier: Dossier) -> int:
    counted = select(func.count()).where(Representative.dossier_id == dossier.id)
    return work.session.scalar(counted) or 0


def _cleaned(said: dict[str, Any]) -> dict[str, Any]:
    wanted = emptied(said, LONGEST)
    for name, most in LONGEST.items():
        if name in wanted:
            lines = (" ".join(line.split()) for line in wanted[name].splitlines())
            wanted[name] = "\n".join(line for line in lines if line)[:most]
    for name in ("name", "reference", "mandate"):
        if name in wanted:
            wanted[name] = " ".join(wanted[name].split())
    wanted["name_folded"] = folded(wanted.get("name", ""))[:200]
    return wanted


def _refuse_impossible(wanted: dict[str, Any], *, known: int = 0) -> None:
    faults: list[str] = []
    if not wanted.get("name"):
        faults.append(Sentence("Bitte nennen Sie, wer die Person vertritt."))
    if wanted.get("role") is None:
        faults.append(Sentence("Bitte wählen Sie, als was die Person vertreten wird."))
    begins, ends = wanted.get("valid_from"), wanted.get("valid_until")
    if begins and ends and ends < begins:
        faults.append(Sentence("Die Vertretung endet, bevor sie beginnt."))
    if any(day is not None and day < EARLIEST for day in (begins, ends)):
        faults.append(Sentence("Ein Tag der Vertretung liegt zu weit zurück."))
    if known >= MOST:
        faults.append(
            Sentence("Mehr als %(most)s Vertretungen kann eine Akte nicht nennen.", most=MOST)
        )
    if faults:
        raise BadInput("%(faults)s", faults=Sentences(faults))


def _tell(
    work: UnitOfWork,
    dossier: Dossier,
    representative: Representative,
    *,
    old: str | None,
    new: str | None,
) -> None:
    tell_change(
        work,
        dossier.id,
        kind="dossier",
        act=ACT,
        field=FIELD,
        old=old,
        new=new,
        representative=str(representative.id),
    )


def _told(one: Representative) -> str:
    """Everything that is said of somebody, in one line of the history."""
    days = (("ab", one.valid_from), ("bis", one.valid_until))
    parts = [
        f"{one.name} ({ROLE_WORDS[one.role]})",
        ", ".join(one.address.splitlines()),
        f"Zeichen {one.reference}" if one.reference else "",
        one.mandate,
        " ".join(f"{word} {day:%d.%m.%Y}" for word, day in days if day),
        "Organisation" if one.organisation else "",
    ]
    return "; ".join(part for part in parts if part)
