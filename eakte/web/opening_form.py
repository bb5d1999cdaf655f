"""What did the form for a new dossier say, and what is wrong with it?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from flask import request
from flask_babel import gettext as _

from eakte.errors import BadInput, NotAllowed, NotUnique, PersonKnown, RuleBroken
from eakte.filing.clerks import clerks
from eakte.filing.opening import Opening, known_dossiers, open_dossier
from eakte.filing.plan import plan
from eakte.model.dossier import Dossier, Medium
from eakte.model.file_plan import PlanEntry
from eakte.unit_of_work import UnitOfWork
from eakte.web.errors import in_words, said
from eakte.web.forms import day, identifier, text

DAYS = ("birth_date", "death_date", "term_from", "term_until")


@dataclass(frozen=True)
class Choices:
    """What can be chosen; ``known`` are dossiers of the same person that may be seen."""

    plan_entries: list[tuple[UUID, str]]
    clerks: list[tuple[UUID, str]]
    known: list[Dossier]


def choices(work: UnitOfWork) -> Choices:
    """Return what the form offers."""
    entries = [
        (entry.id, f"{entry.number} {entry.title}")
        for entry in plan(work)
        if entry.takes_dossiers and entry.department_id in work.actor.departments
    ]
    people = [(person.id, person.name) for person in clerks(work, work.actor.departments)]
    known: list[Dossier] = []
    if request.method == "POST":
        born = _days({}).get("birth_date")
        known = list(known_dossiers(work, person_name=text("person_name"), birth_date=born))
    return Choices(entries, people, known)


def opened_as_said(work: UnitOfWork, errors: dict[str, str]) -> Dossier | None:
    """Open the dossier that the form describes; None when ``errors`` says why not."""
    entry_id = identifier(request.form.get("plan_entry", ""))
    entry = work.session.get(PlanEntry, entry_id) if entry_id else None
    if entry is None:
        errors["plan_entry"] = _("Bitte wählen Sie, wohin die Akte im Aktenplan gehört.")
    if not text("subject", most=300):
        errors["subject"] = _("Bitte geben Sie einen Betreff an.")
    days = _days(errors)
    if entry is None or errors:
        return None
    try:
        with work.session.begin_nested():
            return open_dossier(
                work,
                entry,
                subject=text("subject", most=300),
                person_name=text("person_name", most=200),
                birth_date=days["birth_date"],
                given=_given(days),
                although_known=bool(request.form.get("although_known")),
            )
    except PersonKnown as fault:
        errors["although_known"] = said(fault)
    except NotUnique as fault:
        errors["alias"] = said(fault)
    except NotAllowed as fault:
        errors["plan_entry"] = said(fault)
    except RuleBroken as fault:
        errors[""] = " ".join(in_words(reason) for reason in fault.reasons)
    except BadInput as fault:
        errors[_place_of(fault)] = said(fault)
    return None


def _given(days: dict[str, date | None]) -> Opening:
    medium = request.form.get("medium", "")
    alias = text("alias", most=100)
    return Opening(
        clerk_id=identifier(request.form.get("clerk", "")),
        death_date=days["death_date"],
        address=text("address", most=300),
        medium=Medium(medium) if medium in set(Medium) else Medium.ELECTRONIC,
        paper_location=text("paper_location", most=200),
        term_from=days["term_from"],
        term_until=days["term_until"],
        keywords=[word.strip() for word in text("keywords").split(",") if word.strip()],
        aliases=[(text("alias_system", most=60), alias)] if alias else [],
        locked=bool(request.form.get("locked")),
        lock_reason=text("lock_reason"),
        staff=bool(request.form.get("staff")),
    )


def _days(errors: dict[str, str]) -> dict[str, date | None]:
    found: dict[str, date | None] = dict.fromkeys(DAYS)
    for name in DAYS:
        try:
            found[name] = day(request.form, name)
        except BadInput as fault:
            errors[name] = said(fault)
    return found


def _place_of(fault: BadInput) -> str:
    """The field to which a sentence belongs, by the word in it."""
    places = {
        "Geburtsdatum": "birth_date",
        "Sterbedatum": "death_date",
        "Laufzeit": "term_until",
        "Papier": "paper_location",
        "Schlagwort": "keywords",
        "gesperrt": "lock_reason",
        "Namen der Person": "person_name",
        "gewählte Person": "clerk",
    }
    sentence = fault.message
    return next((place for word, place in places.items() if word in sentence), "plan_entry")
