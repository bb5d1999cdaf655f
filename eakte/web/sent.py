"""What did the form say that puts a dossier together for a court, and what is shown of it?"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from flask import request
from flask_babel import gettext as _

from eakte.access.actions import Action
from eakte.access.check import may
from eakte.casework.sending.asking import LEGAL_GROUND, OCCASIONS, Choice, Placed, Wanted
from eakte.casework.sending.handing_over import TWO, needs_release
from eakte.casework.sending.selecting import Candidate
from eakte.interchange.package import Occasion
from eakte.model.dossier import Dossier
from eakte.model.sending import Decision, Sending, SendingKind, SendingState
from eakte.unit_of_work import UnitOfWork
from eakte.web.forms import text

DECISION, REASON = "wahl-", "grund-"
REDACTED = "redacted"


def wanted_of_form(places: Sequence[Candidate]) -> Wanted:
    """Return what was typed and chosen; what was not offered yet is not decided about.

    Raises:
        BadInput: something is too long.
    """
    occasion = request.form.get("occasion", "")
    known = occasion in {one.value for one in OCCASIONS}
    # The field of the browser offers "D6260 Sozialgericht München": the first word is the code.
    court = text("court", most=300).split(" ", 1)[0]
    return Wanted(
        court=court,
        court_reference=text("court_reference", most=100),
        opens_proceedings=request.form.get("opens_proceedings") == "1",
        occasion=Occasion(occasion) if known else Occasion.SENDING,
        legal_ground=text("legal_ground", most=200),
        short_title=text("short_title", most=200),
        about=text("about", most=300),
        access_reason=text("access_reason", most=500),
        carrier=request.form.get("carrier") == "1",
        choices=dict(choices_of_form(places)),
    )


def choices_of_form(places: Sequence[Candidate]) -> list[tuple[UUID, Choice]]:
    """Return what was decided about each document that was offered."""
    found = []
    for one in places:
        said = request.form.get(f"{DECISION}{one.key}", "")
        if said in {*Decision, REDACTED}:
            reason = text(f"{REASON}{one.key}", most=500)
            decision = Decision.SEND if said == REDACTED else Decision(said)
            found.append((one.key, Choice(decision, reason, redacted=said == REDACTED)))
    return found


def first_form(dossier: Dossier, office: str) -> dict[str, str]:
    """Return what stands in the form before anybody has typed."""
    family = dossier.person_name.partition(",")[0].strip()
    return {
        "occasion": Occasion.SENDING.value,
        "legal_ground": LEGAL_GROUND,
        "short_title": f"{family} ./. {office}" if family else "",
        "about": dossier.subject,
    }


def occasions() -> list[tuple[str, str]]:
    """Return on what occasions a dossier goes, with their words."""
    words = {
        Occasion.SENDING: _("Aktenübersendung"),
        Occasion.SIDE_FILE: _("Versand als Beiakte"),
        Occasion.INSPECTION: _("Übersendung zur Akteneinsicht"),
    }
    return [(one.value, words[one]) for one in OCCASIONS]


def decisions(*, mediated: bool = True) -> list[tuple[str, str]]:
    """Return what can become of a document, with the words."""
    said = [
        (Decision.SEND.value, _("geht mit")),
        (Decision.WITHHOLD.value, _("Fehlblatt")),
        (Decision.LEAVE_OUT.value, _("bleibt weg")),
    ]
    return [*said, (Decision.MEDIATE.value, _("vermittelt ein Arzt"))] if mediated else said


def seen_of(places: Sequence[Placed], wanted: Wanted) -> str:
    """Return a digest of all that would leave: what was shown is what is then put together."""
    shown = [
        (str(one.candidate.key), one.sha256, one.choice, one.first_folio, one.last_folio)
        for one in places
    ]
    frame = replace(wanted, choices={})
    return hashlib.sha256(repr((frame, shown)).encode()).hexdigest()


def leaves(places: Sequence[Placed]) -> tuple[int, int]:
    """Return how many documents and how many pages leave."""
    return (
        sum(1 for one in places if one.first_folio),
        max((one.last_folio for one in places), default=0),
    )


@dataclass(frozen=True)
class Way:
    """What can be done next with a written package, by whoever looks at it.

    ``two``: the office lets a package go by two persons; ``giving``: the worker lays it into the
    outbox; ``outbox``: there is one.
    """

    two: bool
    needs_release: bool
    may_release: bool
    may_give: bool
    giving: bool
    outbox: bool


def way_of(work: UnitOfWork, sending: Sending) -> Way:
    """Return what can be done next with a package; who has to prove who they are is asked then."""
    confirmed = replace(work.actor, confirmed=True)
    ready = sending.state is SendingState.READY and sending.handed_over_on is None
    needed = ready and needs_release(work, sending)
    outbox = work.settings.court_outbox is not None and not sending.carrier
    outbox = outbox and sending.kind is SendingKind.COURT
    return Way(
        two=work.settings.court_release == TWO,
        needs_release=needed,
        may_release=needed and may(confirmed, Action.RELEASE_SENDING, sending),
        may_give=ready and outbox and may(confirmed, Action.HAND_OVER_SENDING, sending),
        giving=ready and sending.outbox_asked_at is not None and not sending.outbox_fault,
        outbox=outbox,
    )
