"""In which words and as which table is the paper of stacks told of?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from flask import Response
from flask_babel import gettext as _

from eakte.access.actions import Action
from eakte.access.check import may
from eakte.clock import OFFICE_ZONE
from eakte.evidence.paper.boxes import PaperSeen, seen_papers
from eakte.evidence.paper.destroying import stacks_of
from eakte.evidence.paper.record_pdf import record_pdf
from eakte.filing.tables import german_day, write_table
from eakte.model.batch import Batch
from eakte.model.paper import Destruction
from eakte.retrieval.prepared.writing import harmless
from eakte.retrieval.proofs import written_destruction_record
from eakte.unit_of_work import UnitOfWork
from eakte.web.errors import in_words
from eakte.web.streaming import disposition


def may_confirm(work: UnitOfWork, batch: Batch) -> bool:
    """Say whether somebody may confirm a destruction once they have proved again who they are."""
    return may(replace(work.actor, confirmed=True), Action.CONFIRM_DESTRUCTION, batch)


def table_of_destruction(work: UnitOfWork, destruction: Destruction) -> bytes:
    """Return the stacks of a destruction as a table for spreadsheets."""
    rows = [
        (
            str(destruction.number),
            f"{seen.batch.number:06d}",
            seen.paper.box if seen.paper else "",
            str(seen.batch.pages or ""),
            german_day(seen.batch.received_at.astimezone(OFFICE_ZONE).date()),
            german_day(seen.may_go_on),
            seen.batch.sha256,
            (seen.check.note_sha256 or "") if seen.check else "",
        )
        for seen in seen_papers(work, stacks_of(work, destruction))
    ]
    headings = (
        _("Vernichtung"),
        _("Stapel"),
        _("Karton"),
        _("Seiten"),
        _("Eingegangen"),
        _("Frühestens"),
        _("Prüfsumme des Stapels"),
        _("Prüfsumme des Transfervermerks"),
    )
    return write_table(headings, rows)


def table_of_papers(papers: Iterable[PaperSeen]) -> bytes:
    """Return what paper becomes due as a table for spreadsheets."""
    headings = (
        *(_("Stapel"), _("Sachgebiet"), _("Karton"), _("Seiten")),
        *(_("Frühestens"), _("Grund der Frist"), _("Was entgegensteht")),
    )
    return write_table(
        headings,
        (
            [
                f"{one.batch.number:06d}",
                harmless(one.batch.department.name),
                harmless(one.paper.box) if one.paper else "",
                str(one.batch.pages or ""),
                german_day(one.may_go_on),
                harmless(in_words(one.explained or "")),
                harmless(" ".join(in_words(why) for why in one.against)),
            ]
            for one in papers
        ),
    )


def sheets_of_record(work: UnitOfWork, destruction: Destruction) -> Response:
    """Hand out the record of a destruction as a PDF for people.

    Raises:
        NotFound: it is not written.
    """
    written = written_destruction_record(work, destruction)
    answer = Response(record_pdf(written), mimetype="application/pdf")
    name = f"Vernichtung {destruction.number:05d}.pdf"
    answer.headers["Content-Disposition"] = disposition(name, inline=True)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
