"""What becomes due and what is held, as tables for a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import gettext as _

from eakte.filing.tables import german_day, write_table
from eakte.model.hold import RetentionHold
from eakte.retention.due import DueFilter, DueRow, each_due
from eakte.retention.holds import each_hold
from eakte.retrieval.prepared.writing import harmless
from eakte.unit_of_work import UnitOfWork
from eakte.web.kept import hold_words, rule_words, scope_words


def table_of_due(work: UnitOfWork, asked: DueFilter) -> bytes:
    """Write the list of closed dossiers with their ends."""
    headings = (
        *(_("Aktenzeichen"), _("Person oder Betreff"), _("Aktenplan"), _("Sachgebiet")),
        *(_("Geschlossen"), _("Aufzubewahren bis"), _("Aussonderungsart"), _("Regel")),
        _("Sperre"),
    )
    return write_table(headings, (_cells(row) for row in each_due(work, asked)))


def _cells(row: DueRow) -> list[str]:
    dossier, rule = row.dossier, row.rule
    return [
        harmless(dossier.reference),
        harmless(dossier.person_name or dossier.subject),
        harmless(dossier.plan_entry.number),
        harmless(dossier.department.name),
        german_day(dossier.closed_on),
        german_day(dossier.kept_until),
        rule.disposal.value if rule and rule.disposal else "",
        harmless(rule_words(rule)) if rule else "",
        str(_("ja")) if row.held else str(_("nein")),
    ]


def table_of_holds(work: UnitOfWork) -> bytes:
    """Write the holds, those that ended last."""
    headings = (
        *(_("Anlass"), _("Auf"), _("Was"), _("Grund"), _("Gesetzt am"), _("Gesetzt von")),
        *(_("Überprüfen am"), _("Beendet am"), _("Beendet von"), _("Grund des Endes")),
    )
    return write_table(headings, _held_lines(each_hold(work)))


def _held_lines(found: Iterable[RetentionHold]) -> Iterable[list[str]]:
    kinds, scopes = hold_words(), scope_words()
    for one in found:
        yield [
            kinds[one.kind],
            scopes[one.scope],
            harmless(one.about),
            harmless(one.reason),
            german_day(one.set_at.date()),
            harmless(one.set_by),
            german_day(one.review_on),
            german_day(one.ended_at.date() if one.ended_at else None),
            harmless(one.ended_by),
            harmless(one.end_reason),
        ]
