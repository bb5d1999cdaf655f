"""How much speaks for a dossier, and is there another one for which about as much does?

A reference alone may be misread into that of somebody else, a name alone belongs to many: sure is
only what two clues say that do not depend on each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from uuid import UUID

from eakte.db import folded
from eakte.filing.proposing.clues import Birth, Clues, Name, Reference, Told
from eakte.filing.proposing.names import alike

# What a clue weighs.
REFERENCE, LABELLED, BORN, SURNAME, WHOLE_NAME = 50, 10, 35, 25, 10
# What a program says in a field for the office's own reference was not misread by anybody.
STATED = 25
# From here on a dossier whose reference was read is sure.
SURE = 75
# Two dossiers that are closer than this are told apart by nobody but a person.
CLOSE = 15


class Confidence(StrEnum):
    """How far a proposal can be relied upon."""

    SURE = "sure"
    PROBABLE = "probable"
    POSSIBLE = "possible"


@dataclass(frozen=True)
class Candidate:
    """A dossier that clues lead to; ``named`` are its references, folded."""

    id: UUID
    person: str
    born: date | None
    named: frozenset[str]


@dataclass(frozen=True)
class Weighed:
    """What speaks for a dossier. ``ambiguous`` where about as much speaks for another one."""

    id: UUID
    weight: int
    confidence: Confidence
    ambiguous: bool
    reference: Reference | None
    birth: Birth | None
    name: Name | None


def weighed(clues: Clues, candidates: Iterable[Candidate]) -> list[Weighed]:
    """Rank the dossiers for which enough speaks to propose them, the strongest first."""
    ranked = sorted(
        (one for one in (_weigh(clues, candidate) for candidate in candidates) if one is not None),
        key=lambda one: (-one.weight, str(one.id)),
    )
    if len(ranked) < 2 or ranked[0].weight - ranked[1].weight >= CLOSE:
        return [ranked[0], *map(_doubted, ranked[1:])] if ranked else []
    least = ranked[0].weight - CLOSE
    return [
        replace(_doubted(one), ambiguous=True) if one.weight > least else _doubted(one)
        for one in ranked
    ]


def _doubted(one: Weighed) -> Weighed:
    """What stands behind or beside another one is possible at most."""
    return replace(one, confidence=Confidence.POSSIBLE)


def _weigh(clues: Clues, candidate: Candidate) -> Weighed | None:
    reference = _reference(clues.references, candidate)
    birth = next((one for one in clues.births if one.day == candidate.born), None)
    name, whole = _name(clues.names, candidate.person)
    known = reference is not None
    if not known and not (birth and name) and not whole:
        return None
    if not known and not (birth and name):
        birth = None
    weight = (
        (REFERENCE if known else 0)
        + (LABELLED if reference is not None and reference.labelled else 0)
        + (STATED if _own_and_stated(reference) else 0)
        + (BORN if birth else 0)
        + (SURNAME if name else 0)
        + (WHOLE_NAME if whole else 0)
    )
    nobody = not candidate.person and reference is not None and reference.labelled
    if known and (weight >= SURE or nobody):
        confidence = Confidence.SURE
    elif known or birth:
        confidence = Confidence.PROBABLE
    else:
        confidence = Confidence.POSSIBLE
    return Weighed(candidate.id, weight, confidence, False, reference, birth, name)


def _own_and_stated(reference: Reference | None) -> bool:
    return reference is not None and reference.stated and reference.kind is Told.OWN


def _reference(found: Sequence[Reference], candidate: Candidate) -> Reference | None:
    of_it = [one for one in found if folded(one.value) in candidate.named]
    # The office's own reference tells more than another's, and one with its label more than one
    # in passing.
    order = (Told.OWN, Told.FOREIGN, Told.COURT)
    of_it.sort(key=lambda one: (not one.labelled, order.index(one.kind)))
    return of_it[0] if of_it else None


def _name(names: Sequence[Name], person: str) -> tuple[Name | None, bool]:
    """The name that fits the person of a dossier, and whether all of it does."""
    surname, _, given = person.partition(",")
    wanted, first = surname.split(), given.split()
    if not wanted:
        return None, False
    words = [(word, name) for name in names for word in name.words]

    def all_of(parts: Sequence[str]) -> Name | None:
        found = [next((name for word, name in words if alike(word, part)), None) for part in parts]
        return found[0] if found and all(found) else None

    exact = next((name for name in names if person in name.filed), None)
    seen = exact or all_of(wanted)
    if seen is None:
        return None, False
    together = exact is not None or bool(first and all_of(first[:1]))
    return seen, together
