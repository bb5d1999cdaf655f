"""Can these days belong to one person, and to one dossier?"""

from __future__ import annotations

from datetime import date

from eakte.errors import Sentence

OLDEST = 125  # years; nobody is known to have grown older


def faults_of_person(*, today: date, birth: date | None, death: date | None) -> list[str]:
    """Name everything that cannot be about the days of a person, as German sentences."""
    faults: list[str] = []
    if birth is not None and birth > today:
        faults.append(Sentence("Das Geburtsdatum liegt in der Zukunft."))
    if death is not None and death > today:
        faults.append(Sentence("Das Sterbedatum liegt in der Zukunft."))
    if birth is not None and death is not None and death < birth:
        faults.append(Sentence("Das Sterbedatum liegt vor dem Geburtsdatum."))
    if birth is not None and (death or today).year - birth.year > OLDEST:
        faults.append(Sentence("Das Geburtsdatum liegt zu weit zurück."))
    return faults


def faults_of_term(begins: date | None, ends: date | None) -> list[str]:
    """Say whether a term ends before it begins."""
    if begins and ends and ends < begins:
        return [Sentence("Die Laufzeit endet, bevor sie beginnt.")]
    return []
