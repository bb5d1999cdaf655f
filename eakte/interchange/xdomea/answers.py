"""Does the archive's answer speak of exactly what it was asked about?"""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from eakte.interchange.faults import Fault, fault
from eakte.interchange.xdomea.offered import Tree
from eakte.interchange.xdomea.records import Imported, Message, Verdict
from eakte.interchange.xdomea.versions import is_fourth

MOST_NAMED = 20


def appraisal_faults(
    tree: Tree, before: Mapping[UUID, Verdict], message: Message, *, last: bool
) -> list[Fault]:
    """Return what is wrong with an appraisal (0502) of the records in a tree.

    Args:
        tree: what was offered.
        before: what earlier parts of the appraisal have decided.
        message: the appraisal.
        last: no further part comes, so that whatever is not decided now is missing.
    """
    faults: list[Fault] = []
    decided = dict(before)
    for one in message.decisions:
        stub = tree.get(one.record)
        if stub is None:
            faults.append(
                fault(
                    "surplus-record",
                    "Das Archiv hat %(record)s bewertet; das wurde ihm nicht angeboten.",
                    record=one.record,
                    about=one.record,
                )
            )
            continue
        if one.record in before:
            faults.append(
                fault(
                    "doubled-answer",
                    "„%(name)s“ wurde schon bewertet.",
                    name=stub.name,
                    about=one.record,
                )
            )
        if one.verdict not in (Verdict.ARCHIVE, Verdict.DESTROY):
            faults.append(
                fault(
                    "undecided",
                    "Das Archiv hat über „%(name)s“ nicht entschieden („%(said)s“ statt A oder V).",
                    name=stub.name,
                    said=one.verdict.value if one.verdict else one.own_verdict[:40],
                    about=one.record,
                )
            )
        elif stub.context:
            faults.append(
                fault(
                    "context-appraised",
                    "„%(name)s“ war nur zur Einordnung genannt und nicht angeboten.",
                    name=stub.name,
                    about=one.record,
                )
            )
        else:
            decided[one.record] = one.verdict
    if last and not faults:
        faults += _missing(tree, decided)
    if not faults and not is_fourth(message.version):
        faults += _worthy_in_unworthy(tree, decided)
    return faults[:MOST_NAMED]


def _missing(tree: Tree, decided: Mapping[UUID, Verdict]) -> list[Fault]:
    return [
        fault(
            "missing-record",
            "Die Bewertung nennt „%(name)s“ nicht.",
            name=stub.name,
            about=stub.id,
        )
        for stub in tree.stubs
        if stub.answerable and tree.inherited(stub.id, decided) is None
    ][:MOST_NAMED]


def _worthy_in_unworthy(tree: Tree, decided: Mapping[UUID, Verdict]) -> list[Fault]:
    """Name what cannot be handed over: up to 3.1 there is no way to send a bare context."""
    return [
        fault(
            "worthy-in-unworthy",
            "„%(name)s“ ist archivwürdig, „%(above)s“, worin es liegt, aber nicht; das lässt sich "
            "bis xdomea 3.1 nicht ausdrücken.",
            name=stub.name,
            above=tree.name(stub.above),
            about=stub.id,
        )
        for stub in tree.stubs
        if stub.above is not None
        and decided.get(stub.id) is Verdict.ARCHIVE
        and tree.inherited(stub.above, decided) is Verdict.DESTROY
    ]


def import_faults(tree: Tree, part: frozenset[UUID], message: Message) -> list[Fault]:
    """Return what is wrong with a confirmation of import (0506) of what was handed over.

    Args:
        tree: what the proceeding speaks of.
        part: the records of the transfer that is confirmed.
        message: the confirmation.
    """
    faults = [
        fault(
            "surplus-record",
            "Das Archiv bestätigt %(record)s; das wurde ihm damit nicht übergeben.",
            record=one.record,
            about=one.record,
        )
        for one in message.results
        if one.record not in part or (stub := tree.get(one.record)) is None or stub.context
    ]
    failed = [one for one in message.results if not one.done]
    if message.imported is True and failed:
        faults.append(
            fault(
                "contradiction",
                "Das Archiv bestätigt die ganze Übernahme und meldet zugleich "
                "%(count)s gescheiterte Objekte.",
                count=len(failed),
            )
        )
    if message.imported is False and message.results and not failed:
        faults.append(
            fault(
                "contradiction-failed",
                "Das Archiv meldet die Übernahme als gescheitert und zugleich jedes Objekt als "
                "übernommen.",
            )
        )
    if message.imported is None and not message.results:
        faults.append(fault("nothing-inside", "Die Importbestätigung nennt kein Objekt."))
    return faults[:MOST_NAMED]


def import_notes(
    tree: Tree, expected: frozenset[UUID], results: Mapping[UUID, Imported], message: Message
) -> list[Fault]:
    """Return what the archive could not take, and what it said nothing about.

    Args:
        tree: what the proceeding speaks of.
        expected: the records that should be confirmed.
        results: what the archive has said, with this message.
        message: the confirmation.
    """
    notes = [
        fault(
            "import-failed",
            "Das Archiv konnte „%(name)s“ nicht übernehmen: %(why)s",
            name=tree.name(one.record),
            why="; ".join(one.errors or message.errors)[:300] or "ohne Angabe von Gründen",
            about=one.record,
        )
        for one in message.results
        if not one.done
    ]
    if message.imported is False and not notes:
        notes.append(
            fault(
                "import-failed",
                "Das Archiv konnte „%(name)s“ nicht übernehmen: %(why)s",
                name="die ganze Abgabe",
                why="; ".join(message.errors)[:300] or "ohne Angabe von Gründen",
            )
        )
    notes += [
        fault(
            "import-unconfirmed",
            "Das Archiv sagt nicht, ob „%(name)s“ übernommen ist; es bleibt deshalb hier.",
            name=stub.name,
            about=stub.id,
        )
        for stub in tree.stubs
        if stub.id in expected and stub.answerable and tree.inherited(stub.id, results) is None
    ]
    return notes
