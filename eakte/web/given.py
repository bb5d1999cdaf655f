"""What did the form say that gives somebody a dossier who is no court?"""

from __future__ import annotations

from collections.abc import Sequence

from flask import request
from flask_babel import gettext as _

from eakte.casework.sending.asking import Choice, Wanted
from eakte.casework.sending.recipients import (
    GROUND_OF_PASSING_ON,
    GROUNDS_OF_INSPECTION,
    INSPECTING,
    SGB_X,
    To,
)
from eakte.casework.sending.selecting import Candidate
from eakte.interchange.package import Occasion
from eakte.model.dossier import Dossier
from eakte.model.representative import Representative
from eakte.model.sending import Decision, RecipientRole, SendingKind
from eakte.web.forms import text
from eakte.web.sent import choices_of_form


def given_of_form(kind: SendingKind, places: Sequence[Candidate]) -> Wanted:
    """Return what was typed and chosen; what was not offered yet is not decided about.

    Raises:
        BadInput: something is too long.
    """
    role = request.form.get("role", "")
    return Wanted(
        kind=kind,
        to=To(
            name=text("name", most=200),
            address="\n".join(text("address", most=400).splitlines()),
            role=RecipientRole(role) if role in set(RecipientRole) else None,
            mandate=text("mandate", most=200),
        ),
        occasion=Occasion.INSPECTION if kind is SendingKind.INSPECTION else Occasion.SENDING,
        legal_ground=text("legal_ground", most=200),
        about=text("about", most=300),
        access_reason=text("access_reason", most=500),
        with_versions=request.form.get("with_versions") == "1",
        choices=dict(choices_of_form(places)),
    )


def first_given(
    kind: SendingKind, dossier: Dossier, acting: Sequence[Representative]
) -> dict[str, str]:
    """Return what stands in the form before anybody has typed.

    Letters go to whoever acts for the person (§ 13 Abs. 3 SGB X); ``acting`` names them first who
    comes first.
    """
    if kind is SendingKind.AUTHORITY:
        return {"legal_ground": GROUND_OF_PASSING_ON, "with_versions": "1"}
    if acting:
        first = acting[0]
        return {
            "name": first.called,
            "address": first.address,
            "role": INSPECTING[first.role].value,
            "mandate": first.mandate,
            "legal_ground": SGB_X,
        }
    family, _comma, given = dossier.person_name.partition(",")
    return {
        "name": f"{given.strip()} {family.strip()}".strip(),
        "address": dossier.address or "",
        "legal_ground": SGB_X,
    }


def first_choices(kind: SendingKind, places: Sequence[Candidate]) -> Wanted:
    """Return what is proposed: everything goes but what is marked as not to be inspected."""
    shut = {
        one.key: Choice(Decision.WITHHOLD)
        for one in places
        if kind is SendingKind.INSPECTION and one.document and not one.document.inspection_allowed
    }
    return Wanted(kind=kind, choices=shut, otherwise=Choice(Decision.SEND))


def roles() -> list[tuple[str, str]]:
    """Return as what somebody inspects, with the words."""
    return [
        (RecipientRole.PARTY.value, _("beteiligte Person")),
        (RecipientRole.LAWYER.value, _("Rechtsanwältin oder Rechtsanwalt")),
        (RecipientRole.REPRESENTATIVE.value, _("bevollmächtigte Person")),
        (RecipientRole.GUARDIAN.value, _("rechtliche Betreuung oder gesetzliche Vertretung")),
    ]


def grounds() -> list[tuple[str, str]]:
    """Return on what ground somebody inspects, with the words."""
    words = (
        _("Beteiligte im Verwaltungsverfahren (§ 25 SGB X)"),
        _("Auskunft an die betroffene Person (Art. 15 DSGVO, § 83 SGB X)"),
        _("Beteiligte im Gerichtsverfahren (§ 120 SGG)"),
    )
    return list(zip(GROUNDS_OF_INSPECTION, words, strict=True))
