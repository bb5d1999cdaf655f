"""Who is working on a document, and is it finished?"""

from __future__ import annotations

from eakte.access.actions import Action
from eakte.access.check import require
from eakte.errors import BadInput, CheckedOut, RuleBroken, Sentence
from eakte.filing.revising import refuse_if_filed_away
from eakte.history import change
from eakte.model.document import Direction, Document, Writing
from eakte.model.user import User
from eakte.unit_of_work import UnitOfWork


def check_out(work: UnitOfWork, document: Document) -> None:
    """Take a draft for writing; until it comes back nobody else puts a version on top.

    Raises:
        RuleBroken: it is final, or somebody has it.
    """
    require(work, Action.WRITE_DOCUMENT, document)
    refuse_if_filed_away(document)
    _refuse_if_final(document)
    _refuse_if_with_another(work, document)
    wanted = {"checked_out_by_id": work.actor.id, "checked_out_at": work.clock.now()}
    change(work, document, kind="document", act="document.checked-out", wanted=wanted)


def give_back(work: UnitOfWork, document: Document) -> None:
    """Give a document back as it was, without a new version.

    Raises:
        RuleBroken: it is not checked out, or somebody else has it.
    """
    require(work, Action.WRITE_DOCUMENT, document)
    if document.checked_out_by_id is None:
        raise RuleBroken("Das Schreiben ist nicht ausgeliehen.")
    _refuse_if_with_another(work, document)
    _returned(work, document)


def release(work: UnitOfWork, document: Document, *, reason: str) -> None:
    """Take a document back from somebody who is not there, with a reason that is written down.

    Raises:
        RuleBroken: it is not checked out.
        BadInput: no reason was given.
    """
    require(work, Action.WRITE_DOCUMENT, document)
    if document.checked_out_by_id is None:
        raise RuleBroken("Das Schreiben ist nicht ausgeliehen.")
    if not reason.strip():
        raise BadInput("Bitte geben Sie an, warum Sie die Ausleihe beenden.")
    _returned(work, document, reason=reason.strip()[:300])


def finalise(work: UnitOfWork, document: Document) -> None:
    """Declare a draft final: from now on nobody puts another version on top.

    Raises:
        RuleBroken: it is final already, or checked out.
    """
    require(work, Action.WRITE_DOCUMENT, document)
    refuse_if_filed_away(document)
    _refuse_if_final(document)
    if document.checked_out_by_id is not None:
        raise CheckedOut("Das Schreiben ist ausgeliehen.", reasons=_holder(work, document))
    change(
        work,
        document,
        kind="document",
        act="document.finalised",
        wanted={"writing": Writing.FINAL},
        version=document.current_version,
    )


def make_draft(work: UnitOfWork, document: Document, *, reason: str) -> None:
    """Let a document of our own be written on again; what came from outside never is.

    Raises:
        RuleBroken: it is a draft, or was received.
        BadInput: no reason was given.
    """
    require(work, Action.WRITE_DOCUMENT, document)
    refuse_if_filed_away(document)
    if document.direction is Direction.INCOMING:
        raise RuleBroken("Ein Eingang bleibt, wie er gekommen ist; er wird nie zum Entwurf.")
    if document.writing is Writing.DRAFT:
        raise RuleBroken("Das Schreiben ist schon ein Entwurf.")
    if not reason.strip():
        raise BadInput("Bitte geben Sie an, warum das Schreiben wieder Entwurf wird.")
    change(
        work,
        document,
        kind="document",
        act="document.draft-again",
        wanted={"writing": Writing.DRAFT},
        reason=reason.strip()[:300],
    )


def refuse_another_version(work: UnitOfWork, document: Document) -> None:
    """Raise unless the actor may put a version on top: a draft that nobody else has."""
    require(work, Action.WRITE_DOCUMENT, document)
    _refuse_if_final(document)
    _refuse_if_with_another(work, document)


def _refuse_if_final(document: Document) -> None:
    if document.writing is Writing.FINAL:
        raise RuleBroken(
            "Das Schreiben ist endgültig und wird nicht mehr geändert.",
            next_step="Ein eigenes Schreiben kann mit Begründung wieder zum Entwurf werden.",
        )


def _refuse_if_with_another(work: UnitOfWork, document: Document) -> None:
    if document.checked_out_by_id not in (None, work.actor.id):
        raise CheckedOut("Jemand anderes arbeitet daran.", reasons=_holder(work, document))


def _holder(work: UnitOfWork, document: Document) -> list[str]:
    holder = work.session.get(User, document.checked_out_by_id)
    return [Sentence("Ausgeliehen von %(name)s.", name=holder.name)] if holder else []


def _returned(work: UnitOfWork, document: Document, **told: str) -> None:
    wanted = {"checked_out_by_id": None, "checked_out_at": None}
    change(work, document, kind="document", act="document.given-back", wanted=wanted, **told)
