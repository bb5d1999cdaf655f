"""Does a hold on a dossier stand against the paper of its letters, at every step?"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from eakte.bootstrap import Office
from eakte.errors import RuleBroken
from eakte.filing.describing import Description
from eakte.filing.placing import place_document
from eakte.model.batch import Batch, BatchPage
from eakte.model.case import Case
from eakte.model.document import Document
from eakte.model.dossier import Dossier
from eakte.model.hold import HoldKind, RetentionHold
from eakte.model.user import Actor, Role
from eakte.retention.holds import HoldSaid, end_hold, hold_dossier, hold_person
from tests.builders import Staff, appoint, opened
from tests.checking import whole_way
from tests.eakte.scans.test_paper import against, boxed, decided, later, may_go, proposed

Home = tuple[Office, Staff]


def filed(office: Office, staff: Staff, stack: UUID, person: str = "Muster, Änne") -> UUID:
    """File the letter of a stack into a new dossier; returns the dossier."""
    _, case = opened(office, staff, person=person)
    with office.begin(staff.clerk) as work:
        letter = work.session.scalars(select(Document).where(Document.batch_id == stack)).one()
        home = work.session.get_one(Case, case.id)
        place_document(work, letter, case=home, description=Description(title="Antrag"))
        return home.dossier_id


def set_hold(office: Office, by: Actor, dossier: UUID, *, person: bool = False) -> UUID:
    with office.begin(by) as work:
        said = HoldSaid(HoldKind.COURT, "S 12 SB 34/26", office.clock.today() + timedelta(days=90))
        on = work.session.get_one(Dossier, dossier)
        return (hold_person if person else hold_dossier)(work, on, said).id


def ended(office: Office, by: Actor, hold: UUID) -> None:
    with office.begin(by) as work:
        end_hold(work, work.session.get_one(RetentionHold, hold), reason="rechtskräftig")


def test_a_hold_on_a_dossier_keeps_the_paper_of_its_letters_at_every_step(
    home: Home, tmp_path: Path
) -> None:
    office, staff = home
    lead = replace(appoint(office, "leitung", Role.LEAD, units=[staff.unit]), confirmed=True)
    stack, free = (whole_way(office, staff, tmp_path, key=f"stack-{n}") for n in range(2))
    for one in (stack, free):
        boxed(office, staff.records, one)
    later(office)
    dossier = filed(office, staff, stack)
    assert set(may_go(office, staff.records)) == {stack, free}

    hold = set_hold(office, staff.clerk, dossier)
    with office.begin(staff.records) as work:
        reference = work.session.get_one(Dossier, dossier).reference
    assert may_go(office, staff.records) == [free]
    named = f"Die Akte {reference} mit Schreiben aus dem Stapel ist für die Aussonderung gesperrt."
    assert against(office, staff.records, stack) == [named]
    # Whoever scans sees no dossier: the hold counts, and its reference stays unsaid.
    assert against(office, staff.scanning, stack) == [
        "Eine Akte mit Schreiben aus dem Stapel ist für die Aussonderung gesperrt."
    ]
    with pytest.raises(RuleBroken) as refused:
        proposed(office, staff.records, stack, free)
    assert list(refused.value.reasons) == [f"Stapel 000001: {named}"]

    ended(office, lead, hold)
    destruction = proposed(office, staff.records, stack, free)
    between = set_hold(office, staff.clerk, dossier, person=True)
    with pytest.raises(RuleBroken) as refused:
        decided(office, lead, destruction)
    assert list(refused.value.reasons) == [f"Stapel 000001: {named}"]
    ended(office, lead, between)
    decided(office, lead, destruction)
    assert against(office, staff.records, stack) == ["Das Papier ist vernichtet."]


def test_a_page_that_was_put_into_a_letter_of_another_stack_is_held_with_its_dossier(
    home: Home, tmp_path: Path
) -> None:
    office, staff = home
    stack, other = (whole_way(office, staff, tmp_path, key=f"stack-{n}") for n in range(2))
    for one in (stack, other):
        boxed(office, staff.records, one)
    later(office)
    dossier = filed(office, staff, other)
    with office.as_system() as work:
        letter = work.session.scalars(select(Document).where(Document.batch_id == other)).one()
        page = work.session.get_one(BatchPage, (stack, 1))
        page.document_id = letter.id
    set_hold(office, staff.clerk, dossier)
    assert may_go(office, staff.records) == []
    for one in (stack, other):
        assert "gesperrt" in " ".join(against(office, staff.records, one))
        with office.as_system() as work:
            assert work.session.get_one(Batch, one).number
