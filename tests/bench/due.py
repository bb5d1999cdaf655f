"""A house in which many dossiers are due, with documents whose bytes lie in the store.

For what is measured of the end of dossiers: offered, packed, destroyed. Everything in it comes
through the doors of the house, so that its log is true and its proofs hold.
"""

from __future__ import annotations

import argparse
import io
import resource
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random
from uuid import UUID

from fpdf import FPDF
from sqlalchemy import select

from eakte.bootstrap import Office
from eakte.clock import SetClock
from eakte.config import load_settings
from eakte.filing.closing import close_dossier
from eakte.filing.opening import open_case, open_dossier
from eakte.filing.placing import Description, place_document
from eakte.filing.plan_changing import change_plan_entry, fields_of
from eakte.filing.retention_rules import RuleFields, set_retention_rule
from eakte.model.case import Case
from eakte.model.content import keep_content
from eakte.model.document import Document, ProcessingState, Rendition, RenditionKind, Version
from eakte.model.dossier import Dossier
from eakte.model.file_plan import PlanEntry
from eakte.model.findings import PageText, TextSource
from eakte.model.page_text import MEDIA_TYPE, written
from eakte.model.periods import Disposal
from eakte.retention.due import DueFilter, due_dossiers
from eakte.retrieval.indexing import write_entries
from eakte.unit_of_work import UnitOfWork
from tests.bench.records import DATABASES, server
from tests.builders import Staff, bring, build_office, hire

FILED = datetime(2014, 3, 3, 9, tzinfo=UTC)
TODAY = datetime(2026, 11, 22, 9, tzinfo=UTC)
RULE = RuleFields("frist", "Zehn Jahre", years=10, disposal=Disposal.DESTROY, basis="Messung")
# About what a scanned page of black text takes.
SCANNED_BYTES = 50_000


@dataclass(frozen=True)
class DueHouse:
    """The house, its people, and the dossiers that are due in it."""

    office: Office
    staff: Staff
    dossiers: list[UUID]


@contextmanager
def due_house(
    database: str,
    folder: Path,
    *,
    dossiers: int,
    documents: int,
    disposal: Disposal = Disposal.DESTROY,
) -> Iterator[DueHouse]:
    """Make a house with so many dossiers that are due, with so many documents each.

    Each document has its original, a reading copy, a text and an entry in the index; its clock
    stands, so that a waiting time can be let pass.
    """
    here = folder / f"due-{database}"
    shutil.rmtree(here, ignore_errors=True)
    here.mkdir(parents=True)
    clock = SetClock(FILED)
    with ExitStack() as parts:
        url = "" if database == "sqlite" else parts.enter_context(server(here))
        office = build_office(here / "house", database_url=url, clock=clock)
        parts.callback(office.close)
        staff = hire(office)
        entry = _ruled(office, staff, replace(RULE, disposal=disposal))
        made = [
            _closed(office, staff, here / "in", entry, number, documents)
            for number in range(dossiers)
        ]
        clock.instant = TODAY
        with office.begin(staff.records) as work:
            total = due_dossiers(work, DueFilter()).total
        if total != dossiers:
            raise ValueError(f"{total} dossiers are due, not {dossiers}")
        yield DueHouse(office, staff, made)


def stated(what: str, count: int, run: Callable[[], object]) -> float:
    """Run something over so many dossiers and print throughput and memory; returns seconds."""
    begun = time.perf_counter()
    run()
    seconds = time.perf_counter() - begun
    # The most this process and its children have ever held, in KB as Linux counts it.
    most = sum(
        resource.getrusage(who).ru_maxrss / 1024
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    rate = count / seconds if seconds else float("inf")
    print(f"  {what}: {count} Akten in {seconds:.1f} s, {rate:.1f} je Sekunde, {most:.0f} MB")
    return seconds


def _ruled(office: Office, staff: Staff, rule: RuleFields) -> UUID:
    with office.begin(staff.records) as work:
        set_retention_rule(work, rule)
        entry = work.session.get_one(PlanEntry, staff.entry.id)
        wanted = replace(fields_of(work, entry), rule=rule.key)
        return change_plan_entry(work, entry, wanted=wanted).id


def _closed(
    office: Office, staff: Staff, folder: Path, entry: UUID, number: int, documents: int
) -> UUID:
    brought = [
        bring(
            office,
            staff.clerk,
            folder,
            content=_letter(number, one),
            name=f"brief-{number}-{one}.pdf",
        ).document_id
        for one in range(documents)
    ]
    with office.begin(staff.clerk) as work:
        dossier = open_dossier(
            work,
            work.session.get_one(PlanEntry, entry),
            subject="Feststellung",
            person_name=f"Muster, {number:05d}",
            birth_date=date(1950, 1, 1),
            although_known=True,
        )
        case = open_case(work, dossier, procedure="Erstantrag")
        dossier_id, case_id = dossier.id, case.id
    with office.begin(staff.clerk) as work:
        home = work.session.get_one(Case, case_id)
        for one in brought:
            letter = work.session.get_one(Document, one)
            place_document(work, letter, case=home, description=Description(title="Antrag"))
    with office.as_system() as work:
        for one in brought:
            _processed(work, one, number)
        write_entries(work, brought)
    with office.begin(staff.clerk) as work:
        close_dossier(work, work.session.get_one(Dossier, dossier_id))
    return dossier_id


def _processed(work: UnitOfWork, document_id: UUID, number: int) -> None:
    """Give a document what processing makes of it."""
    document = work.session.get_one(Document, document_id)
    document.processing, document.page_count = ProcessingState.READY, 1
    version = work.session.scalars(select(Version).where(Version.document_id == document_id)).one()
    words = f"Antrag von Muster {number:05d} {document_id}"
    read = PageText(1, words, TextSource.OCR, 95.0, 595.0, 842.0)
    for kind, content, media_type in (
        (RenditionKind.READING_COPY, b"%PDF-1.7 " + words.encode(), "application/pdf"),
        (RenditionKind.TEXT, written([read]), MEDIA_TYPE),
    ):
        stored = work.store.put(io.BytesIO(content))
        keep_content(work.session, str(stored.digest), size=stored.size, at=work.clock.now())
        work.session.add(
            Rendition(
                version_id=version.id,
                kind=kind,
                sha256=str(stored.digest),
                media_type=media_type,
                created_at=work.clock.now(),
            )
        )
    work.session.flush()


def _letter(dossier: int, number: int) -> bytes:
    """A page that is a PDF, about as large as a scanned one, and like no other."""
    pdf = FPDF()
    pdf.add_page()
    pdf.set_font("helvetica", size=12)
    pdf.cell(text=f"Akte {dossier}, Schreiben {number}")
    dice = Random(dossier * 1_000 + number)  # noqa: S311  # filling, no secret
    return bytes(pdf.output()) + b"\n%" + dice.randbytes(SCANNED_BYTES).hex().encode()[::2]


def main() -> int:
    """Make the house and say how long that took; what is measured in it is another module's."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.due", description=__doc__)
    parser.add_argument("--database", choices=DATABASES, default="sqlite")
    parser.add_argument("--folder", type=Path, help="statt bench-due im Datenordner")
    parser.add_argument("--dossiers", type=int, default=1_000)
    parser.add_argument("--documents", type=int, default=5, help="Schreiben je Akte")
    given = parser.parse_args()
    folder = given.folder or load_settings().folder / "bench-due"

    def make() -> None:
        with due_house(
            given.database,
            folder.absolute(),
            dossiers=given.dossiers,
            documents=given.documents,
        ):
            pass

    stated(f"{given.database}, hergestellt", given.dossiers, make)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
