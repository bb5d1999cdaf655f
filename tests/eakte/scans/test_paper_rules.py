"""Does paper stay as the catalogue's rule says, never shorter than the unit's months?"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from uuid import UUID

import pytest

from eakte.bootstrap import Office
from eakte.evidence.paper.boxes import paper_of
from eakte.evidence.paper.due import PaperDue, counted_papers, due_papers
from eakte.filing.moving_periods import move_periods
from eakte.filing.retention_rules import RuleFields, set_retention_rule
from eakte.filing.scan_rules_csv import read_scan_rules
from eakte.model.batch import Batch
from eakte.model.legibility import CheckRules
from eakte.model.paper_period import paper_end
from eakte.model.periods import Start
from eakte.model.retention_rule import RuleEdition
from tests.builders import Staff
from tests.checking import let_rule, whole_way
from tests.eakte.scans.test_paper import against, boxed, later, may_go

Home = tuple[Office, Staff]
RELEASED = date(2026, 11, 2)


def edition(**said: object) -> RuleEdition:
    told = {"months": 0, "permanent": False, "event": "", "basis": "", "keeps_metadata": False}
    return RuleEdition(**{**told, "trigger": "closing", "rounding": "none", **said})


@pytest.mark.parametrize(
    ("months", "said", "first"),
    [
        # The unit's months are the least: 6 months from 2.11.2026 are longer than this year's end.
        (6, {"years": 0, "start": Start.YEAR_END}, date(2027, 5, 2)),
        # Five years from the end of 2026 are over on 31.12.2031.
        (6, {"years": 5, "start": Start.YEAR_END}, date(2032, 1, 1)),
        # Ten years from the day after the release end on 2.11.2036; death would start it else.
        (6, {"years": 10, "start": Start.NEXT_DAY, "trigger": "death"}, date(2036, 11, 3)),
        (120, {"years": 5, "start": Start.YEAR_END}, date(2036, 11, 2)),
        (6, {"years": None, "permanent": True, "start": Start.YEAR_END}, None),
        (6, {"years": None, "start": Start.YEAR_END}, None),
    ],
)
def test_a_rule_makes_it_longer_and_never_shorter(
    months: int, said: dict[str, object], first: date | None
) -> None:
    rules = CheckRules(keep_months=months, paper_rule="papier")
    end = paper_end(rules, edition(**said, basis="AO NRW"), released_on=RELEASED)
    assert end.first == first
    least = paper_end(CheckRules(keep_months=months), None, released_on=RELEASED)
    assert least.first is not None and (end.first is None or end.first >= least.first)
    if first not in (None, least.first):
        assert "Freigabe am 2.11.2026" in end.sentence and "(AO NRW)" in end.sentence


def decided(office: Office, staff: Staff, **said: object) -> None:
    with office.begin(staff.records) as work:
        wanted = RuleFields("papier", "Papier nach dem Scannen", **said)  # type: ignore[arg-type]  # fields by name
        rule = set_retention_rule(work, wanted).id
    with office.as_system() as work:
        move_periods(work, rule)


def listed(office: Office, staff: Staff) -> dict[str, list[UUID]]:
    with office.begin(staff.records) as work:
        found = {
            which.value: [one.batch.id for one in due_papers(work, which).rows]
            for which in PaperDue
        }
        assert {name: len(one) for name, one in found.items()} == counted_papers(work)
    return found


def test_paper_whose_rule_is_decided_late_follows_it_and_later_editions_do_not_shorten_it(
    home: Home, tmp_path: Path
) -> None:
    office, staff = home
    said, table = read_scan_rules(b"Regel;Wert\nAufbewahrungsregel des Papiers;papier\n")
    assert table.faults == [] and said.paper_rule == "papier"
    let_rule(office, staff, **said.kept())
    stack = whole_way(office, staff, tmp_path)
    boxed(office, staff.records, stack)
    later(office)
    assert against(office, staff.records, stack) == [
        "Die Aufbewahrungsregel „papier“ des Papiers ist noch nicht festgelegt; bis dahin bleibt "
        "es."
    ]
    assert may_go(office, staff.records) == []
    assert listed(office, staff) == {"due": [], "running": [], "stays": [stack]}

    decided(office, staff, years=3, basis="Anlage 5")
    with office.begin(staff.records) as work:
        seen = paper_of(work, work.session.get_one(Batch, stack))
    assert seen.may_go_on == date(2030, 1, 1)
    assert seen.explained == (
        "Aufzubewahren bis 31.12.2029: Freigabe am 2.11.2026, dann 3 Jahre ab Ende des "
        "Kalenderjahres (Anlage 5)."
    )
    decided(office, staff, years=1)
    assert listed(office, staff) == {"due": [], "running": [stack], "stays": []}
    later(office, date(2030, 1, 1) - office.clock.today())
    assert listed(office, staff) == {"due": [stack], "running": [], "stays": []}
    assert may_go(office, staff.records) == [stack]
    boxed(office, staff.records, stack, keep=True, keep_reason="Urkunde")
    assert listed(office, staff) == {"due": [], "running": [], "stays": [stack]}
