"""By which words and as which table are destructions and their proofs told of?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from flask_babel import gettext as _

from eakte.access.actions import Action
from eakte.access.check import may
from eakte.clock import OFFICE_ZONE
from eakte.filing.tables import german_day, write_table
from eakte.model.erasure import ErasedState, ErasureState
from eakte.retention.erasures import each_erased
from eakte.retrieval.prepared.writing import harmless
from eakte.unit_of_work import UnitOfWork


def erasure_words() -> dict[ErasureState, str]:
    """Return how far a destruction is, in words."""
    return {
        ErasureState.PROPOSED: _("Vorgeschlagen"),
        ErasureState.REFUSED: _("Abgelehnt"),
        ErasureState.APPROVED: _("Freigegeben"),
        ErasureState.FINISHED: _("Beendet"),
    }


def erased_words() -> dict[ErasedState, str]:
    """Return how it stands with one dossier of a destruction, in words."""
    return {
        ErasedState.WAITING: _("Wartet"),
        ErasedState.SPARED: _("Ausgenommen"),
        ErasedState.ERASING: _("Wird vernichtet"),
        ErasedState.ERASED: _("Vernichtet"),
    }


def may_confirm_clock(work: UnitOfWork) -> bool:
    """Say whether somebody may confirm the clock once they have proved again who they are."""
    return may(replace(work.actor, confirmed=True), Action.CONFIRM_CLOCK)


def table_of_erased(work: UnitOfWork, *, gone: bool) -> bytes:
    """Write the dossiers of every destruction, or those alone that are gone."""
    headings = (
        *(_("Vernichtung"), _("Aktenzeichen"), _("Aktenplan"), _("Regel"), _("Rechtsgrundlage")),
        *(_("Aufzubewahren bis"), _("Archiv"), _("Vorgeschlagen von"), _("Vorgeschlagen am")),
        *(_("Freigegeben von"), _("Freigegeben am"), _("Frühestens"), _("Stand"), _("Grund")),
        *(_("Vernichtet am"), _("Eintrag im Protokoll"), _("Prüfsumme des Nachweises")),
    )
    return write_table(headings, _lines(work, gone))


def _lines(work: UnitOfWork, gone: bool) -> Iterator[list[str]]:
    words = erased_words()
    for one in each_erased(work, gone=gone):
        erasure = one.erasure
        refused = erasure.state is ErasureState.REFUSED
        yield [
            str(erasure.number),
            harmless(one.reference),
            harmless(one.plan_number),
            harmless(one.rule_title),
            harmless(one.basis),
            german_day(one.kept_until),
            harmless(one.archive),
            harmless(erasure.proposed_by),
            _day_of(erasure.proposed_at),
            "" if refused else harmless(erasure.decided_by),
            "" if refused else _day_of(erasure.decided_at),
            _day_of(erasure.not_before),
            words[one.state],
            harmless(one.spared_reason),
            _day_of(one.erased_at),
            str(one.log_sequence or ""),
            one.proof_sha256 or "",
        ]


def _day_of(at: datetime | None) -> str:
    return "" if at is None else german_day(at.astimezone(OFFICE_ZONE).date())
