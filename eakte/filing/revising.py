"""How is what is said of a dossier put right, linked with another one, or cancelled?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select

from eakte import audit, jobs
from eakte.access.actions import Action
from eakte.access.check import may, refuse_if_cancelled, require
from eakte.db import folded
from eakte.errors import (
    BadInput,
    DossierClosed,
    NotFound,
    NotUnique,
    RuleBroken,
    Sentence,
    Sentences,
)
from eakte.filing.clerks import unfit_clerk
from eakte.filing.persons import faults_of_person, faults_of_term
from eakte.filing.saying import UNSAID, Said, emptied
from eakte.history import change
from eakte.model.case import Case, Deadline, DeadlineState
from eakte.model.document import Document
from eakte.model.dossier import Dossier, DossierAlias, DossierLink, DossierState, Medium
from eakte.unit_of_work import UnitOfWork

MOST_KEYWORDS = 20
LONGEST_KEYWORD = 60
LONGEST = {"subject": 300, "person_name": 200, "address": 300, "paper_location": 200}


@dataclass(frozen=True)
class Revision(Said):
    """What is to stand in a dossier from now on; ``UNSAID`` leaves what is there."""

    subject: str = UNSAID
    person_name: str | None = UNSAID
    birth_date: date | None = UNSAID
    death_date: date | None = UNSAID
    address: str | None = UNSAID
    medium: Medium = UNSAID
    paper_location: str | None = UNSAID
    term_from: date | None = UNSAID
    term_until: date | None = UNSAID
    keywords: tuple[str, ...] = UNSAID
    clerk_id: UUID | None = UNSAID


def revise_dossier(work: UnitOfWork, dossier: Dossier, revision: Revision) -> None:
    """Change what is said of a dossier; the old values stay in its history.

    Raises:
        RuleBroken: the dossier is closed, or the person in charge works elsewhere.
        BadInput: naming every value that cannot be.
    """
    require(work, Action.EDIT_DOSSIER, dossier)
    refuse_if_closed(dossier)
    wanted = _cleaned(revision.said())
    faults = faults_of_person(
        today=work.clock.today(),
        birth=wanted.get("birth_date", dossier.birth_date),
        death=wanted.get("death_date", dossier.death_date),
    )
    faults += _faults_of_form(work, dossier, wanted)
    if faults:
        raise BadInput("%(faults)s", faults=Sentences(faults))
    if "person_name" in wanted:
        wanted["person_folded"] = folded(wanted["person_name"])[:200]
        wanted["letter"] = wanted["person_folded"][:1]
    if change(work, dossier, kind="dossier", act="dossier.changed", wanted=wanted) is not None:
        jobs.enqueue(work, "index-dossier", dossier.id)


def add_alias(work: UnitOfWork, dossier: Dossier, *, system: str, value: str) -> DossierAlias:
    """Note the number under which another program knows the dossier.

    Raises:
        NotUnique: the program knows another dossier by it.
    """
    require(work, Action.EDIT_DOSSIER, dossier)
    refuse_if_closed(dossier)
    program, number = system.strip()[:60], value.strip()[:100]
    if not program or not number:
        raise BadInput("Programm und Geschäftszeichen dürfen nicht leer sein.")
    taken = select(DossierAlias.id).where(
        DossierAlias.system == program, DossierAlias.value_folded == folded(number)
    )
    if work.session.scalar(taken) is not None:
        raise NotUnique(
            "Das Geschäftszeichen „%(value)s“ ist bei „%(system)s“ schon vergeben.",
            value=number,
            system=program,
        )
    alias = DossierAlias(
        dossier_id=dossier.id, system=program, value=number, value_folded=folded(number)
    )
    work.session.add(alias)
    work.session.flush()
    audit.note(work, "dossier.alias-added", kind="dossier", subject=dossier.id, system=program)
    return alias


def remove_alias(work: UnitOfWork, dossier: Dossier, alias_id: UUID) -> None:
    """Forget a number of another program."""
    require(work, Action.EDIT_DOSSIER, dossier)
    refuse_if_closed(dossier)
    alias = work.session.get(DossierAlias, alias_id)
    if alias is None or alias.dossier_id != dossier.id:
        raise NotFound("Dieses Geschäftszeichen gibt es nicht mehr.")
    work.session.delete(alias)
    audit.note(
        work, "dossier.alias-removed", kind="dossier", subject=dossier.id, system=alias.system
    )


def link_dossiers(work: UnitOfWork, dossier: Dossier, other: Dossier, *, reason: str) -> None:
    """Let two dossiers name each other, with the reason; both must be within the actor's reach.

    Raises:
        BadInput: it is the same dossier, or no reason was given.
        NotUnique: they name each other already.
    """
    require(work, Action.EDIT_DOSSIER, dossier)
    require(work, Action.SEE_DOSSIER, other)
    refuse_if_cancelled(other)
    if dossier.id == other.id:
        raise BadInput("Eine Akte kann nicht auf sich selbst verweisen.")
    if not reason.strip():
        raise BadInput("Bitte geben Sie an, was die Akten miteinander zu tun haben.")
    known = select(DossierLink.id).where(
        or_(
            (DossierLink.from_id == dossier.id) & (DossierLink.to_id == other.id),
            (DossierLink.from_id == other.id) & (DossierLink.to_id == dossier.id),
        )
    )
    if work.session.scalar(known) is not None:
        raise NotUnique("Die Akten sind schon miteinander verknüpft.")
    work.session.add(
        DossierLink(
            from_id=dossier.id,
            to_id=other.id,
            reason=reason.strip()[:300],
            made_at=work.clock.now(),
            made_by_id=work.actor.id,
        )
    )
    work.session.flush()
    for one, told in ((dossier, other), (other, dossier)):
        audit.note(work, "dossier.linked", kind="dossier", subject=one.id, other=str(told.id))


def unlink_dossiers(work: UnitOfWork, dossier: Dossier, link_id: UUID) -> None:
    """Take a link away from both of its dossiers."""
    require(work, Action.EDIT_DOSSIER, dossier)
    link = work.session.get(DossierLink, link_id)
    if link is None or dossier.id not in {link.from_id, link.to_id}:
        raise NotFound("Diesen Verweis gibt es nicht mehr.")
    other = work.session.get_one(Dossier, ({link.from_id, link.to_id} - {dossier.id}).pop())
    if not may(work.actor, Action.SEE_DOSSIER, other):
        # Its other end is hidden, so the link itself is.
        raise NotFound("Diesen Verweis gibt es nicht mehr.")
    work.session.delete(link)
    work.session.flush()
    for one, told in ((dossier, other), (other, dossier)):
        audit.note(work, "dossier.unlinked", kind="dossier", subject=one.id, other=str(told.id))


def cancel_dossier(work: UnitOfWork, dossier: Dossier, *, reason: str) -> None:
    """Cancel a dossier that was opened by mistake; its reference stays taken for ever.

    Raises:
        BadInput: no reason was given.
        RuleBroken: something lies in it, or a deadline runs.
    """
    require(work, Action.EDIT_DOSSIER, dossier)
    refuse_if_closed(dossier)
    if not reason.strip():
        raise BadInput("Bitte geben Sie an, warum die Akte storniert wird.")
    lying = work.session.scalar(
        select(func.count()).select_from(Document).where(Document.dossier_id == dossier.id)
    )
    reasons: list[str] = [
        *([Sentence("In der Akte liegen noch %(lying)s Schreiben.", lying=lying)] if lying else []),
        *running(work, Case.dossier_id == dossier.id),
    ]
    if reasons:
        raise RuleBroken("Die Akte kann nicht storniert werden.", reasons=reasons)
    wanted = {"state": DossierState.CANCELLED, "cancel_reason": reason.strip()[:500]}
    change(work, dossier, kind="dossier", act="dossier.cancelled", wanted=wanted)


def restore_dossier(work: UnitOfWork, dossier: Dossier) -> None:
    """Take a cancellation back: the dossier is open as it was before.

    Raises:
        RuleBroken: it is not cancelled.
    """
    require(work, Action.EDIT_DOSSIER, dossier, although_cancelled=True)
    if dossier.state is not DossierState.CANCELLED:
        raise RuleBroken("Die Akte ist nicht storniert.")
    wanted = {"state": DossierState.OPEN, "cancel_reason": None}
    change(work, dossier, kind="dossier", act="dossier.restored", wanted=wanted)


def running(work: UnitOfWork, where: ColumnElement[bool]) -> list[str]:
    """Name every deadline that still runs in some cases; nothing would ever end it."""
    require(work, Action.SEE_LISTS)
    found = work.session.execute(
        select(Deadline.title, Deadline.ends_on)
        .join(Case, Case.id == Deadline.case_id)
        .where(where, Deadline.state == DeadlineState.RUNNING)
        .order_by(Deadline.ends_on)
    )
    return [
        Sentence(
            "Die Frist „%(title)s“ läuft noch bis %(ends_on)s.",
            title=title,
            ends_on=f"{ends_on:%d.%m.%Y}",
        )
        for title, ends_on in found
    ]


def refuse_if_closed(dossier: Dossier) -> None:
    """Raise DossierClosed for a dossier that takes no change any more."""
    if dossier.state is DossierState.CLOSED:
        raise DossierClosed("Die Akte %(reference)s ist geschlossen.", reference=dossier.reference)


def refuse_if_filed_away(document: Document) -> None:
    """Raise DossierClosed for a document that lies in such a dossier."""
    if document.case is not None:
        refuse_if_closed(document.case.dossier)


def _cleaned(said: dict[str, Any]) -> dict[str, Any]:
    said = emptied(said, LONGEST)
    for name, most in LONGEST.items():
        if name in said:
            said[name] = " ".join(said[name].split())[:most]
    if "keywords" in said:
        words = dict.fromkeys(" ".join(word.split())[:LONGEST_KEYWORD] for word in said["keywords"])
        said["keywords"] = [word for word in words if word]
    return said


def _faults_of_form(work: UnitOfWork, dossier: Dossier, wanted: dict[str, Any]) -> list[str]:
    faults: list[str] = []
    if "subject" in wanted and not wanted["subject"]:
        faults.append(Sentence("Der Betreff darf nicht leer sein."))
    if len(wanted.get("keywords", ())) > MOST_KEYWORDS:
        faults.append(
            Sentence("Mehr als %(most)s Schlagworte sind nicht möglich.", most=MOST_KEYWORDS)
        )
    faults += faults_of_term(
        wanted.get("term_from", dossier.term_from), wanted.get("term_until", dossier.term_until)
    )
    medium = wanted.get("medium", dossier.medium)
    where = wanted.get("paper_location", dossier.paper_location)
    if medium is not Medium.ELECTRONIC and not where:
        faults.append(Sentence("Bitte geben Sie an, wo die Papierteile der Akte liegen."))
    clerk_id = wanted.get("clerk_id")
    if clerk_id is not None and clerk_id != dossier.clerk_id:
        faults += unfit_clerk(work, clerk_id, dossier.department_id)
    return faults
