"""Does the yearly report say what a person counts by hand, and nothing of what they do not see?"""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pikepdf
import pypdfium2
import pytest

from eakte import audit
from eakte.errors import BadInput, NotAllowed
from eakte.filing.closing import reopen_dossier
from eakte.model.dossier import Dossier
from eakte.model.erasure import ErasedDossier, ErasedState, Erasure, ErasureState
from eakte.model.hold import HoldKind, RetentionHold
from eakte.model.offer import ArchiveSays, Offer, OfferedDossier
from eakte.model.user import Role
from eakte.retention.counting import Figure
from eakte.retention.holds import HoldSaid, end_hold, hold_dossier, hold_person
from eakte.retention.report_pdf import report_pdf
from eakte.retention.reporting import (
    ReportPart,
    YearReport,
    export_report,
    lines_of,
    year_report,
)
from tests.builders import appoint
from tests.retention.conftest import Registry


def at(year: int, month: int = 6, day: int = 1, hour: int = 9) -> datetime:
    return datetime(year, month, day, hour, tzinfo=UTC)


def offered(
    registry: Registry, dossiers: dict[UUID, tuple[ArchiveSays, str]], on: datetime
) -> None:
    with registry.office.as_system() as work:
        offer = Offer(
            number=1,
            department_id=registry.staff.unit.id,
            archive="kreis",
            archive_name="Kreisarchiv",
            version="3.1.0",
            steps=4,
            state="done",
            made_at=on,
            made_by_id=work.actor.id,
            made_by="Rita",
            ended_at=at(2026, 9),
        )
        work.session.add(offer)
        work.session.flush()
        for place, (dossier, (says, verdict)) in enumerate(dossiers.items(), start=1):
            work.session.add(
                OfferedDossier(
                    offer_id=offer.id,
                    dossier_id=dossier,
                    place=place,
                    reference=f"{place}",
                    says=says,
                    verdict=verdict,
                )
            )


def proposed(
    registry: Registry, number: int, dossiers: dict[UUID, ErasedState], **said: Any
) -> None:
    with registry.office.as_system() as work:
        erasure = Erasure(
            number=number,
            department_id=registry.staff.unit.id,
            proposed_by_id=work.actor.id,
            proposed_by="Rita",
            **said,
        )
        work.session.add(erasure)
        work.session.flush()
        for dossier, state in dossiers.items():
            gone = state is ErasedState.ERASED
            work.session.add(
                ErasedDossier(
                    erasure_id=erasure.id,
                    dossier_id=dossier,
                    state=state,
                    reference="x",
                    kept_until=work.session.get_one(Dossier, dossier).kept_until,
                    erased_at=at(2026, 11) if gone else None,
                )
            )


def counted(report: YearReport) -> dict[str, dict[str, int]]:
    return {
        unit.name: {one.value: count for one, count in unit.total.items() if count}
        for unit in report.units
    }


def report_of(registry: Registry, year: int) -> YearReport:
    with registry.office.begin(registry.staff.records) as work:
        return year_report(work, year)


def test_the_report_of_a_year_says_what_is_counted_by_hand(registry: Registry) -> None:
    office, staff = registry.office, registry.staff
    unit = staff.unit.name
    # Closed in 2015, ten years from the end of the year: kept to 31.12.2025, due on 1.1.2026.
    old = [registry.closed(date(2015, 4, day), f"Alt, {day}").id for day in range(1, 7)]
    # Closed in 2016: kept to 31.12.2026, due on 1.1.2027.
    registry.closed(date(2016, 4, 1), "Später, 1")
    registry.closed(date(2026, 1, 1), "Neu, 1")
    registry.closed(date(2026, 12, 31), "Neu, 2")
    back = registry.closed(date(2026, 3, 1), "Zurück, 1")
    registry.at(date(2026, 5, 4))
    with office.begin(staff.clerk) as work:
        reopen_dossier(work, work.session.get_one(Dossier, back.id), reason="Widerspruch")
    said = HoldSaid(HoldKind.COURT, "S 1 SB 1/26", date(2026, 8, 1))
    with office.begin(staff.clerk) as work:
        short = hold_dossier(work, work.session.get_one(Dossier, old[0]), said).id
        hold_person(work, work.session.get_one(Dossier, old[1]), said)
        hold_dossier(work, work.session.get_one(Dossier, old[1]), said)
    # Opened while the hold on the person stands: held too, and counted once.
    registry.dossier("Alt, 2")
    registry.at(date(2026, 7, 1))
    with office.begin(registry.lead) as work:
        end_hold(work, work.session.get_one(RetentionHold, short), reason="rechtskräftig")
    # It is opened after this hold has ended, which therefore never stood on it.
    registry.dossier("Alt, 1")
    offered(
        registry,
        {
            old[2]: (ArchiveSays.RELEASED, "A"),
            old[3]: (ArchiveSays.RELEASED, "V"),
            old[4]: (ArchiveSays.RELEASED, "V"),
            old[5]: (ArchiveSays.PENDING, "A"),
            old[0]: (ArchiveSays.CALLED_OFF, ""),
        },
        at(2026, 2),
    )
    proposed(
        registry,
        1,
        {old[3]: ErasedState.ERASED, old[4]: ErasedState.SPARED},
        state=ErasureState.FINISHED,
        proposed_at=at(2026, 10),
        decided_at=at(2026, 10, 5),
    )
    # Refused, and proposed in the next year by the office's clock: 23:30 UTC is 2027 there.
    refused = {old[4]: ErasedState.SPARED}
    proposed(registry, 2, refused, state=ErasureState.REFUSED, proposed_at=at(2026, 12, 31, 22))
    late = {old[5]: ErasedState.WAITING}
    proposed(registry, 3, late, state=ErasureState.PROPOSED, proposed_at=at(2026, 12, 31, 23))
    with office.as_system() as work:
        audit.note(
            work,
            "clock.confirmed",
            kind="clock",
            subject=staff.unit.id,
            reason="Mit der Funkuhr verglichen",
        )
    registry.at(date(2027, 2, 1))

    report = report_of(registry, 2026)
    assert (report.until, counted(report)) == (
        date(2026, 12, 31),
        {
            unit: {
                "closed": 2,
                "reopened": 1,
                "due": 6,
                "held": 3,
                "still-held": 2,
                "offered": 4,
                "transferred": 1,
                "waived": 2,
                "proposed": 2,
                "approved": 2,
                "spared": 1,
                "destroyed": 1,
            }
        },
    )
    assert [(one.at.date(), one.reason) for one in report.confirmations] == [
        (date(2026, 7, 1), "Mit der Funkuhr verglichen")
    ]
    assert counted(report_of(registry, 2015)) == {unit: {"closed": 6}}
    # The year that runs is counted up to today.
    running = report_of(registry, 2027)
    assert (running.until, counted(running)[unit]) == (
        date(2027, 2, 1),
        {"due": 1, "held": 2, "still-held": 2, "proposed": 1},
    )
    registry.at(date(2026, 12, 31))
    assert report_of(registry, 2026).total[Figure.DUE] == 6
    for year in (2028, 1800):
        with pytest.raises(BadInput):
            report_of(registry, year)
    _printed(registry, report)
    _told_to_nobody_else(registry, old)


def _printed(registry: Registry, report: YearReport) -> None:
    """The table and the sheets say the same figures; the sheets can be searched."""
    lines = {(one.part, str(one.what)): one.count for one in lines_of(report)}
    assert lines[ReportPart.DOSSIERS, "fällig geworden"] == 6
    assert lines[ReportPart.CLOCK, "Bestätigungen der Uhr"] == 1
    written = report_pdf(report)
    assert written == report_pdf(report), "the same report, the same bytes"
    with pikepdf.open(io.BytesIO(written)) as pdf:
        with pdf.open_metadata() as metadata:
            assert metadata.pdfa_status == "2B"
        assert str(pdf.Root["/Lang"]) == "de"
    shown = pypdfium2.PdfDocument(written)
    text = re.sub(r"\s+", " ", " ".join(one.get_textpage().get_text_range() for one in shown))
    assert "Jahresbericht der Schriftgutverwaltung 2026" in text
    assert f"{registry.staff.unit.name} 2 1 6 3 2 4 1 2 2 2 1 1" in text
    assert "Mit der Funkuhr verglichen" in text


def _told_to_nobody_else(registry: Registry, old: list[UUID]) -> None:
    """A clerk gets no report, another unit's manager an empty one, and a lock takes one away."""
    office, staff = registry.office, registry.staff
    with pytest.raises(NotAllowed), office.begin(staff.clerk) as work:
        export_report(work, 2026, form="pdf")
    stranger = appoint(office, "fern", Role.RECORDS_MANAGER, units=[staff.other_unit])
    with office.begin(stranger) as work:
        assert export_report(work, 2026, form="csv").units == ()
    with office.as_system() as work:
        work.session.get_one(Dossier, old[2]).locked = True
    with office.begin(replace(staff.records)) as work:
        report = export_report(work, 2026, form="csv")
    assert report.total[Figure.TRANSFERRED] == 0 and report.total[Figure.DUE] == 5
