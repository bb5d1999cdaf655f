"""May a record be destroyed now, as far as the archive is concerned, and why?"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from eakte.errors import Sentence
from eakte.interchange.xdomea.offered import Stub
from eakte.interchange.xdomea.proceedings import Proceeding, State
from eakte.interchange.xdomea.records import MessageType, Verdict

STATES = {
    State.BEGUN: Sentence("Die Anbietung ist vorbereitet und noch nicht abgesandt."),
    State.OFFERED: Sentence("Angeboten; die Bewertung des Archivs steht aus."),
    State.APPRAISED: Sentence("Das Archiv hat bewertet; die Abgabe steht aus."),
    State.HANDED_OVER: Sentence("Abgegeben; die Bestätigung der Übernahme steht aus."),
    State.PARTLY_FAILED: Sentence(
        "Das Archiv hat nicht alles übernommen; was fehlt, bleibt erhalten."
    ),
    State.DONE: Sentence("Abgeschlossen; was übernommen oder nicht archivwürdig ist, darf weg."),
}


@dataclass(frozen=True)
class Fate:
    """Whether the archive has released a record, in one sentence."""

    released: bool
    sentence: Sentence


def fate(proceeding: Proceeding, record: UUID) -> Fate:
    """Say whether the archive has released a record with all that lies in it.

    It has, if it decided against it (V), or confirmed the import of everything it wanted of it; a
    transfer alone is not enough (ThürArchivG § 11; ``Importbestaetigung`` is fixed to yes).
    Holds, periods and the second person are not for the archive to judge.
    """
    inside = {record}
    stubs = []
    # Whatever lies in a record stands behind it in the tree.
    for stub in proceeding.tree.stubs:
        if stub.id in inside or stub.above in inside:
            inside.add(stub.id)
            stubs.append(stub)
    return _judged(proceeding, stubs, proceeding.unconfirmed())


def fates(proceeding: Proceeding) -> dict[UUID, Fate]:
    """Return the fate of every outermost record, in one walk through all of them."""
    tops: dict[UUID, UUID] = {}
    groups: dict[UUID, list[Stub]] = {}
    for stub in proceeding.tree.stubs:
        top = tops[stub.id] = tops[stub.above] if stub.above else stub.id
        groups.setdefault(top, []).append(stub)
    unconfirmed = proceeding.unconfirmed()
    return {top: _judged(proceeding, stubs, unconfirmed) for top, stubs in groups.items()}


def _judged(proceeding: Proceeding, stubs: list[Stub], unconfirmed: frozenset[UUID]) -> Fate:
    if not stubs:
        return Fate(False, Sentence("Das ist nicht Teil dieser Aussonderung."))
    if proceeding.four_steps and not proceeding.complete(MessageType.APPRAISAL):
        return Fate(False, Sentence("Das Archiv hat noch nicht vollständig bewertet."))
    verdicts = {proceeding.verdict(stub.id) for stub in stubs if not stub.context}
    if None in verdicts or not verdicts:
        return Fate(False, Sentence("Über einen Teil hat das Archiv nicht entschieden."))
    if verdicts == {Verdict.DESTROY}:
        return Fate(True, Sentence("Das Archiv hat darauf verzichtet (Bewertung V)."))
    missing = [stub.id for stub in stubs if stub.id in unconfirmed]
    for one in missing:
        said = proceeding.tree.inherited(one, proceeding.results)
        if said is not None:
            why = "; ".join(said.errors)[:200] or Sentence("ohne Angabe von Gründen")
            return Fate(False, Sentence("Das Archiv konnte es nicht übernehmen: %(why)s", why=why))
    if missing:
        return Fate(False, Sentence("Das Archiv hat die Übernahme noch nicht bestätigt."))
    return Fate(True, Sentence("Das Archiv hat die Übernahme bestätigt."))
