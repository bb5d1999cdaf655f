"""Does a period run from the closing by its rule, and is it never shortened by the way?"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select, update

from eakte.casework.deadlines import add_own_deadline
from eakte.errors import (
    BadInput,
    DossierClosed,
    NotAllowed,
    NotFound,
    RuleBroken,
)
from eakte.filing.attaching import detach
from eakte.filing.closing import close_dossier, closing_of, period_of_dossier, reopen_dossier
from eakte.filing.moving_periods import preview_rule
from eakte.filing.opening import open_case
from eakte.filing.placing import (
    Description,
    describe_document,
    place_document,
    withdraw_document,
)
from eakte.filing.plan import add_plan_entry
from eakte.filing.retention_rules import RuleFields, set_retention_rule
from eakte.filing.writing import check_out, make_draft
from eakte.model.audit_entry import AuditEntry
from eakte.model.case import Case, CaseState
from eakte.model.document import Document, Writing
from eakte.model.dossier import Dossier, DossierState
from eakte.model.job import Job
from eakte.model.periods import Disposal, Start, Trigger
from eakte.model.retention_rule import Keeping
from eakte.retention.checking import check_periods
from eakte.retention.deciding import awaited_events, rule_alone, say_what_starts
from tests.builders import bring, give_rules, let_read
from tests.retention.conftest import TEN_YEARS, Registry

CLOSED = date(2015, 4, 1)


def faults(registry: Registry) -> list[str]:
    with registry.office.as_system() as work:
        return check_periods(work).faults


def test_a_dossier_is_closed_with_its_cases_and_its_period_explained(registry: Registry) -> None:
    office, staff = registry.office, registry.staff
    dossier = registry.dossier()
    registry.at(CLOSED)
    with office.begin(staff.clerk) as work:
        kept = period_of_dossier(work, work.session.get_one(Dossier, dossier.id))
        assert "Nicht geschlossen" in kept.period.sentence
        kept = close_dossier(work, work.session.get_one(Dossier, dossier.id))
        assert kept.period.sentence == (
            "Aufzubewahren bis 31.12.2025: geschlossen am 1.4.2015, dann 10 Jahre "
            "ab Ende des Kalenderjahres (Aktenplan 2026)."
        )
    row = registry.row(dossier)
    assert (row.keeping, row.kept_until) == (Keeping.RUNNING, date(2025, 12, 31))
    assert registry.case(dossier).state is CaseState.CLOSED
    with office.begin(staff.clerk) as work:
        with pytest.raises(DossierClosed):
            close_dossier(work, work.session.get_one(Dossier, dossier.id))
        with pytest.raises(BadInput):
            reopen_dossier(work, work.session.get_one(Dossier, dossier.id), reason=" ")
    with office.begin(staff.clerk) as work:
        reopen_dossier(work, work.session.get_one(Dossier, dossier.id), reason="Änderungsantrag")
    row = registry.row(dossier)
    assert (row.state, row.keeping, row.kept_until) == (DossierState.OPEN, Keeping.OPEN, None)
    registry.at(date(2016, 2, 29))
    with office.begin(staff.records) as work:
        close_dossier(work, work.session.get_one(Dossier, dossier.id))
    assert registry.row(dossier).kept_until == date(2026, 12, 31)
    acts = {"dossier.closed", "dossier.reopened", "case.closed"}
    with office.as_system() as work:
        assert acts <= set(work.session.scalars(select(AuditEntry.act)))
    for stranger in (staff.other_clerk, staff.administrator, staff.scanning):
        with office.begin(stranger) as work, pytest.raises((NotFound, NotAllowed)):
            reopen_dossier(work, work.session.get_one(Dossier, dossier.id), reason="Neugier")
    assert faults(registry) == []


def test_every_reason_against_closing_is_told_at_once(registry: Registry, tmp_path: Path) -> None:
    office, staff = registry.office, registry.staff
    dossier = registry.dossier()
    reference = registry.row(dossier).reference
    drafted, lent, waiting = (
        bring(office, staff.clerk, tmp_path / "in", content=b"%%PDF %d" % number)
        for number in range(3)
    )
    with office.begin(staff.clerk) as work:
        case = work.session.get_one(Case, registry.case(dossier).id)
        for receipt, title in ((drafted, "Bescheid"), (lent, "Gutachten")):
            document = work.session.get_one(Document, receipt.document_id)
            place_document(work, document, case=case, description=Description(title=title))
        work.session.get_one(Document, drafted.document_id).writing = Writing.DRAFT
        work.session.get_one(Document, lent.document_id).checked_out_by_id = staff.clerk.id
        add_own_deadline(
            work, case, title="Widerspruch", basis="§ 84 SGG", ends_on=date(2015, 5, 1)
        )
    with office.as_system() as work:
        give_rules(work, staff.unit)
        let_read(work, waiting.document_id, f"Unser Zeichen: {reference}")
    with office.begin(staff.clerk) as work:
        row = work.session.get_one(Dossier, dossier.id)
        told = closing_of(work, row)
        assert [str(one) for one in told.reasons] == [
            "Die Frist „Widerspruch“ läuft noch bis 01.05.2015.",
            "„Bescheid“ ist noch ein Entwurf.",
            "„Gutachten“ ist ausgeliehen.",
            "Im Posteingang wartet das Schreiben Nr. 000003, das dieses Aktenzeichen nennt.",
        ]
        assert (told.open_cases, told.possible) == (1, False)
        with pytest.raises(RuleBroken) as refused:
            close_dossier(work, row)
        assert list(refused.value.reasons) == list(told.reasons)
    assert registry.row(dossier).state is DossierState.OPEN
    with office.begin(staff.other_clerk) as work, pytest.raises(NotFound):
        closing_of(work, work.session.get_one(Dossier, dossier.id))


def test_what_is_undecided_stays_until_somebody_decides(registry: Registry) -> None:
    office, staff = registry.office, registry.staff
    with office.begin(staff.records) as work:
        entry = add_plan_entry(
            work, "5.3", title="Allgemeines", department=staff.unit, reference_prefix="ALL",
            takes_dossiers=True,
        )  # fmt: skip
        registry.entry = entry.id
    dossier = registry.closed(CLOSED)
    assert registry.row(dossier).keeping is Keeping.UNDECIDED
    registry.at(date(2020, 1, 1))
    with office.begin(staff.records) as work:
        kept = rule_alone(
            work, work.session.get_one(Dossier, dossier.id), key="sbr", reason="Wie ein Einzelfall"
        )
        assert kept.period.last_day == date(2025, 12, 31)
    assert registry.row(dossier).own_rule_reason == "Wie ein Einzelfall"
    for one in (staff.clerk, registry.lead):
        with office.begin(one) as work, pytest.raises(NotAllowed):
            rule_alone(
                work, work.session.get_one(Dossier, dossier.id), key="", reason="Kürzer wäre gut"
            )
    assert faults(registry) == []


def test_a_changed_rule_never_shortens_a_running_period_by_the_way(registry: Registry) -> None:
    office, staff = registry.office, registry.staff
    early, late = registry.closed(CLOSED), registry.closed(date(2016, 5, 5))
    still_open = registry.dossier()
    registry.at(date(2017, 1, 10))
    six = replace(TEN_YEARS, years=6)
    with office.begin(staff.records) as work:
        change = preview_rule(work, six)
        assert [(one.before, one.after, one.dossiers, one.shortens) for one in change.moves] == [
            (date(2025, 12, 31), date(2021, 12, 31), 1, True),
            (date(2026, 12, 31), date(2022, 12, 31), 1, True),
        ]
        assert (change.moved, change.shortened, change.open) == (0, 2, 1)
        assert change.examples == [registry.row(early).reference, registry.row(late).reference]
    registry.decide(six)
    assert registry.row(early).kept_until == date(2025, 12, 31)
    with office.begin(staff.clerk) as work:
        close_dossier(work, work.session.get_one(Dossier, still_open.id))
    assert registry.row(still_open).kept_until == date(2023, 12, 31)
    registry.at(date(2018, 1, 10))
    fifteen = replace(TEN_YEARS, years=15)
    with office.begin(staff.records) as work:
        assert preview_rule(work, fifteen).moved == 3
    registry.decide(fifteen)
    ends = [registry.row(one).kept_until for one in (early, late, still_open)]
    assert ends == [date(2030, 12, 31), date(2031, 12, 31), date(2032, 12, 31)]
    registry.at(date(2019, 1, 10))
    registry.decide(six, shorten=True)
    ends = [registry.row(one).kept_until for one in (early, late, still_open)]
    assert ends == [date(2021, 12, 31), date(2022, 12, 31), date(2023, 12, 31)]
    assert faults(registry) == []
    with office.as_system() as work:
        work.session.execute(
            update(Dossier).where(Dossier.id == early.id).values(kept_until=date(2020, 1, 1))
        )
    assert faults(registry) == [
        f"Akte {registry.row(early).reference}: Die Frist endet am 31.12.2021, vermerkt ist "
        "1.1.2020."
    ]


def test_a_rule_of_another_unit_is_not_counted_and_is_still_followed(registry: Registry) -> None:
    """What the manager does not see changes nothing in what they are told."""
    seen, locked = registry.closed(CLOSED), registry.closed(CLOSED)
    with registry.office.as_system() as work:
        work.session.get_one(Dossier, locked.id).locked = True
    fifteen = replace(TEN_YEARS, years=15)
    with registry.office.begin(registry.staff.records) as work:
        assert preview_rule(work, fifteen).moved == 1
    registry.decide(fifteen)
    assert registry.row(locked).kept_until == registry.row(seen).kept_until == date(2030, 12, 31)


def test_a_period_waits_for_what_starts_it_and_follows_what_is_entered(registry: Registry) -> None:
    office, staff = registry.office, registry.staff
    registry.decide(replace(TEN_YEARS, trigger=Trigger.EVENT, event="Rückgabe", start=Start.DAY))
    dossier = registry.closed(CLOSED)
    row = registry.row(dossier)
    assert (row.keeping, row.kept_until) == (Keeping.WAITING, None)
    with office.begin(staff.clerk) as work:
        row = work.session.get_one(Dossier, dossier.id)
        assert awaited_events(work, row) == ["Rückgabe"]
        with pytest.raises(BadInput, match="Zukunft"):
            say_what_starts(
                work, row, died_on=None, decided_on=None, events={"Rückgabe": date(2015, 4, 2)}
            )
        kept = say_what_starts(
            work, row, died_on=None, decided_on=None, events={"Rückgabe": date(2014, 7, 1)}
        )
        assert "Rückgabe am 1.7.2014" in kept.period.sentence
    assert registry.row(dossier).kept_until == date(2024, 6, 30)
    with office.begin(staff.records) as work:
        set_retention_rule(work, RuleFields("tod", "Bis zum Tod", years=1, trigger=Trigger.DEATH))
        row = work.session.get_one(Dossier, dossier.id)
        assert rule_alone(work, row, key="tod", reason="Auflage").keeping is Keeping.WAITING
        kept = say_what_starts(work, row, died_on=date(2015, 2, 3), decided_on=None, events={})
        assert kept.period.last_day == date(2016, 12, 31)
        with pytest.raises(RuleBroken, match="verkürzt"), work.session.begin_nested():
            rule_alone(work, row, key="sbr", reason="zurück", shorten=False)
            set_retention_rule(work, RuleFields("kurz", "Kurz", years=1, start=Start.DAY))
            rule_alone(work, row, key="kurz", reason="schneller weg")
    assert registry.row(dossier).kept_until == date(2016, 12, 31)
    assert faults(registry) == []


def test_a_case_with_a_rule_of_its_own_only_lengthens_the_period(registry: Registry) -> None:
    office, staff = registry.office, registry.staff
    dossier = registry.closed(CLOSED)
    with office.begin(staff.records) as work:
        case = work.session.get_one(Case, registry.case(dossier).id)
        for key, years, ends in (("lang", 30, date(2045, 12, 31)), ("kurz", 2, date(2025, 12, 31))):
            set_retention_rule(work, RuleFields(key, key, years=years, disposal=Disposal.DESTROY))
            kept = rule_alone(work, case, key=key, reason="Klage", shorten=True)
            assert kept.period.last_day == ends
        assert rule_alone(work, case, key="", reason="zurück").period.last_day == ends
        set_retention_rule(work, RuleFields("offen", "offen"))
        assert rule_alone(work, case, key="offen", reason="?").keeping is Keeping.UNDECIDED
    assert registry.row(dossier).kept_until is None
    assert faults(registry) == []


def test_a_late_decision_reaches_what_was_closed_before(registry: Registry) -> None:
    """The plan inherits downwards, and a follower decides for what was undecided before it."""
    office, staff = registry.office, registry.staff
    with office.begin(staff.records) as work:
        set_retention_rule(work, RuleFields("spaet", "Spät"))
        above = add_plan_entry(work, "6", title="Oben")
        above.retention_rule_id = set_retention_rule(work, RuleFields("spaet", "Spät")).id
        registry.entry = add_plan_entry(
            work, "6.1", title="Unten", department=staff.unit, reference_prefix="UN",
            takes_dossiers=True,
        ).id  # fmt: skip
    dossier = registry.closed(CLOSED)
    assert registry.row(dossier).keeping is Keeping.UNDECIDED
    registry.at(date(2020, 6, 1))
    registry.decide(RuleFields("spaet", "Spät", years=3))
    assert registry.row(dossier).kept_until == date(2018, 12, 31)
    with office.as_system() as work:
        waiting = work.session.scalars(select(Job.kind)).all()
        assert "retention-rule" in waiting
    assert faults(registry) == []


def test_nothing_in_a_closed_dossier_is_changed_until_it_is_opened_again(
    registry: Registry, tmp_path: Path
) -> None:
    office, staff = registry.office, registry.staff
    dossier = registry.dossier()
    receipt = bring(office, staff.clerk, tmp_path / "in")
    with office.begin(staff.clerk) as work:
        case = work.session.get_one(Case, registry.case(dossier).id)
        document = work.session.get_one(Document, receipt.document_id)
        place_document(work, document, case=case, description=Description(title="Antrag"))
        close_dossier(work, work.session.get_one(Dossier, dossier.id))
    for act in (
        lambda work, document: describe_document(
            work, document, description=Description(title="Anders")
        ),
        lambda work, document: check_out(work, document),
        lambda work, document: make_draft(work, document, reason="noch einmal"),
        lambda work, document: detach(work, document),
        lambda work, document: open_case(work, document.case.dossier, procedure="Klage"),
    ):
        with office.begin(staff.clerk) as work, pytest.raises(DossierClosed):
            act(work, work.session.get_one(Document, receipt.document_id))
    with office.begin(staff.clerk) as work, pytest.raises(RuleBroken):
        withdraw_document(
            work, work.session.get_one(Document, receipt.document_id), reason="Irrläufer"
        )
    with office.begin(staff.clerk) as work:
        reopen_dossier(work, work.session.get_one(Dossier, dossier.id), reason="Nachtrag")
        document = work.session.get_one(Document, receipt.document_id)
        describe_document(work, document, description=Description(title="Anders"))
