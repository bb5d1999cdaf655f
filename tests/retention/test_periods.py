"""Do periods end when the law and the standards say, and never too early?"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eakte.model.periods import (
    Disposal,
    Facts,
    Hold,
    Period,
    Rounding,
    Rule,
    Start,
    Trigger,
    due_on,
    in_force,
    inherited,
    later,
    period_of,
    shift,
    together,
)

YEAR_END, NEW_YEAR, DAY, NEXT_DAY = Start.YEAR_END, Start.NEXT_NEW_YEAR, Start.DAY, Start.NEXT_DAY
UP = Rounding.YEAR_END
REGR = "RegR Anlage 5: ab Ende des Jahres der letzten Bearbeitung, endet mit einem Jahr"
KGST = "KGSt 4/2006: Fristen 1 bis 6, 10, 15, 30 Jahre"
BRB = "Sozialgerichte Brandenburg: beginnt mit dem Jahr nach dem Weglegen"
XDOMEA = "xdomea AufbewahrungsdauerType: Jahre nach der zdA-Verfügung"
BGB1 = "BGB § 187 Abs. 1, § 188 Abs. 2 Hs. 1: der Tag des Ereignisses zählt nicht"
BGB2 = "BGB § 187 Abs. 2, § 188 Abs. 2 Hs. 2: der Tag zählt"
BGB3 = "BGB § 188 Abs. 3: fehlt der Tag, endet die Frist mit dem Monat"
SWISS = "Schweiz: 1. Januar von Endjahr + Frist + 1"
NOARK = "Noark 5 M451, M452: Abschluss + Jahre"
BDSG = "BDSG § 76 Abs. 4: am Ende des folgenden Jahres"
BARCHG = "BArchG § 11 Abs. 2: zehn Jahre nach dem Tod"
BARCHG5 = "BArchG § 5 Abs. 1: spätestens 30 Jahre nach Entstehung anzubieten"
PAPER = "Scanbelege: sechs Monate (EGovG § 7 Abs. 2, Praxis)"

# Worked by hand: the day of the trigger, start, years, months, rounding, the last day, the source.
CLOSINGS = [
    ("2015-04-01", YEAR_END, 10, 0, None, "2025-12-31", REGR),
    ("2015-01-01", YEAR_END, 10, 0, None, "2025-12-31", REGR),
    ("2015-12-31", YEAR_END, 10, 0, None, "2025-12-31", REGR),
    ("2016-01-01", YEAR_END, 10, 0, None, "2026-12-31", REGR),
    ("2016-02-29", YEAR_END, 1, 0, None, "2017-12-31", REGR),
    ("2019-06-30", YEAR_END, 0, 0, None, "2019-12-31", REGR),
    ("1999-12-31", YEAR_END, 30, 0, None, "2029-12-31", REGR),
    ("2000-02-29", YEAR_END, 100, 0, None, "2100-12-31", REGR),
    ("2020-05-05", YEAR_END, 1, 0, None, "2021-12-31", KGST),
    ("2020-05-05", YEAR_END, 2, 0, None, "2022-12-31", KGST),
    ("2020-05-05", YEAR_END, 3, 0, None, "2023-12-31", KGST),
    ("2020-05-05", YEAR_END, 4, 0, None, "2024-12-31", KGST),
    ("2020-05-05", YEAR_END, 5, 0, None, "2025-12-31", KGST),
    ("2020-05-05", YEAR_END, 6, 0, None, "2026-12-31", KGST),
    ("2020-05-05", YEAR_END, 10, 0, None, "2030-12-31", KGST),
    ("2020-05-05", YEAR_END, 15, 0, None, "2035-12-31", KGST),
    ("2020-05-05", YEAR_END, 30, 0, None, "2050-12-31", KGST),
    ("2018-03-15", NEW_YEAR, 10, 0, None, "2028-12-31", BRB),
    ("2018-12-31", NEW_YEAR, 10, 0, None, "2028-12-31", BRB),
    ("2019-01-01", NEW_YEAR, 10, 0, None, "2029-12-31", BRB),
    ("2016-02-29", NEW_YEAR, 3, 0, None, "2019-12-31", BRB),
    ("2015-04-01", NEXT_DAY, 10, 0, None, "2025-04-01", XDOMEA),
    ("2015-04-01", NEXT_DAY, 10, 0, UP, "2025-12-31", XDOMEA),
    ("2015-12-31", NEXT_DAY, 10, 0, UP, "2025-12-31", XDOMEA),
    ("2015-01-01", NEXT_DAY, 10, 0, UP, "2025-12-31", XDOMEA),
    ("2015-04-01", NEXT_DAY, 1, 0, None, "2016-04-01", BGB1),
    ("2015-02-28", NEXT_DAY, 1, 0, None, "2016-02-28", BGB1),
    ("2016-02-28", NEXT_DAY, 1, 0, None, "2017-02-28", BGB1),
    ("2016-02-29", NEXT_DAY, 4, 0, None, "2020-02-29", BGB1),
    ("2015-12-31", NEXT_DAY, 1, 0, None, "2016-12-31", BGB1),
    ("2015-04-01", DAY, 1, 0, None, "2016-03-31", BGB2),
    ("2015-01-01", DAY, 1, 0, None, "2015-12-31", BGB2),
    ("2015-01-01", DAY, 10, 0, None, "2024-12-31", BGB2),
    ("2015-03-01", DAY, 1, 0, None, "2016-02-29", BGB2),
    ("2016-03-01", DAY, 1, 0, None, "2017-02-28", BGB2),
    ("2015-01-01", DAY, 10, 0, UP, "2024-12-31", BGB2),
    ("2016-02-29", NEXT_DAY, 1, 0, None, "2017-02-28", BGB3),
    ("2016-02-29", DAY, 1, 0, None, "2017-02-28", BGB3),
    ("1896-02-29", NEXT_DAY, 4, 0, None, "1900-02-28", BGB3),
    ("2023-08-31", NEXT_DAY, 0, 6, None, "2024-02-29", BGB3),
    ("2022-08-31", NEXT_DAY, 0, 6, None, "2023-02-28", BGB3),
    ("2023-01-31", NEXT_DAY, 0, 1, None, "2023-02-28", BGB3),
    ("2012-06-30", YEAR_END, 10, 0, None, "2022-12-31", SWISS),
    ("2012-01-01", NEW_YEAR, 10, 0, None, "2022-12-31", SWISS),
    ("2012-12-31", NEW_YEAR, 30, 0, None, "2042-12-31", SWISS),
    ("2012-12-31", NEW_YEAR, 0, 0, None, "2012-12-31", SWISS),
    ("2015-04-01", DAY, 10, 0, None, "2025-03-31", NOARK),
    ("2016-02-29", DAY, 5, 0, None, "2021-02-28", NOARK),
    ("2016-02-29", DAY, 4, 0, None, "2020-02-28", NOARK),
    ("2025-07-14", YEAR_END, 1, 0, None, "2026-12-31", BDSG),
    ("1990-10-03", NEXT_DAY, 30, 0, None, "2020-10-03", BARCHG5),
    ("2026-03-10", NEXT_DAY, 0, 6, None, "2026-09-10", PAPER),
    ("2026-11-30", NEXT_DAY, 0, 6, None, "2027-05-30", PAPER),
    ("2024-08-29", NEXT_DAY, 0, 6, None, "2025-02-28", PAPER),
]  # fmt: skip


@pytest.mark.parametrize(
    ("day", "start", "years", "months", "rounding", "last", "source"), CLOSINGS
)
def test_a_period_ends_as_worked_by_hand(
    day: str,
    start: Start,
    years: int,
    months: int,
    rounding: Rounding | None,
    last: str,
    source: str,
) -> None:
    rule = Rule(years, months, start=start, rounding=rounding or Rounding.NONE, basis=source)
    period = period_of(rule, Facts(closed_on=date.fromisoformat(day)))
    assert period.last_day == date.fromisoformat(last)
    assert period.free_from == date.fromisoformat(last) + timedelta(days=1)
    assert source in period.sentence


CLOSED = date(2015, 4, 1)
EVERYTHING = Facts(
    closed_on=CLOSED,
    died_on=date(2014, 7, 9),
    decided_on=(date(2011, 3, 3), date(2013, 5, 5), date(2012, 1, 1)),
    events={"Bestandskraft": date(2014, 2, 2)},
)
# More worked examples: the rule, what is known, the last day (None: none yet), the source.
OTHERS = [
    (Rule(10, trigger=Trigger.DEATH), EVERYTHING, "2024-12-31", BARCHG),
    (Rule(10, trigger=Trigger.DEATH, start=NEXT_DAY), EVERYTHING, "2024-07-09", BARCHG),
    (Rule(10, trigger=Trigger.LAST_DECISION), EVERYTHING, "2023-12-31", "Praxis SchwbR"),
    (Rule(5, trigger=Trigger.EVENT, event="Bestandskraft"), EVERYTHING, "2019-12-31", "von Hand"),
    (Rule(10, trigger=Trigger.DEATH), Facts(closed_on=CLOSED), None, BARCHG),
    (Rule(10, trigger=Trigger.EVENT, event="Rückgabe"), EVERYTHING, None, "von Hand"),
    (Rule(10), Facts(died_on=CLOSED), None, "offen: keine Frist (RegR)"),
    (Rule(permanent=True), EVERYTHING, None, "KGSt 4/2006: dauernd"),
    (Rule(), EVERYTHING, None, "§ 6.4: nicht festgelegt"),
    (Rule(10), replace(EVERYTHING, newest_document=date(2016, 2, 2)), "2026-12-31", REGR),
]


@pytest.mark.parametrize(("rule", "facts", "last", "source"), OTHERS)
def test_a_period_begins_with_what_its_rule_waits_for(
    rule: Rule, facts: Facts, last: str | None, source: str
) -> None:
    period = period_of(replace(rule, basis=source), facts)
    assert period.last_day == (date.fromisoformat(last) if last else None)
    assert str(period.sentence).endswith(".")


def test_there_are_sixty_worked_examples() -> None:
    assert len(CLOSINGS) + len(OTHERS) >= 60


def test_a_period_is_explained_in_one_sentence_with_its_basis() -> None:
    rule = Rule(10, basis="RegR Anlage 5")
    assert period_of(rule, Facts(closed_on=CLOSED)).sentence == (
        "Aufzubewahren bis 31.12.2025: geschlossen am 1.4.2015, dann 10 Jahre ab Ende des "
        "Kalenderjahres (RegR Anlage 5)."
    )
    late = Facts(closed_on=CLOSED, newest_document=date(2016, 5, 2))
    assert "neuestes Dokument vom 2.5.2016" in period_of(rule, late).sentence
    death = replace(rule, trigger=Trigger.DEATH)
    assert period_of(death, Facts(closed_on=CLOSED)).sentence == (
        "Die Frist läuft noch nicht: der Sterbetag ist nicht eingetragen."
    )
    assert "noch nicht festgelegt" in period_of(None, EVERYTHING).sentence
    assert period_of(Rule(permanent=True, basis="KGSt"), EVERYTHING).sentence == (
        "Dauernd aufzubewahren (KGSt)."
    )
    assert "1 Monat " in period_of(Rule(0, 1), EVERYTHING).sentence
    assert "2 Jahre und 6 Monate" in period_of(Rule(2, 6), EVERYTHING).sentence


def test_the_swiss_way_is_the_first_of_january_of_end_plus_period_plus_one() -> None:
    for year in (1999, 2000, 2012):
        for years in (0, 5, 10, 30):
            rule = Rule(years, start=NEW_YEAR)
            for day in (date(year, 1, 1), date(year, 2, 28), date(year, 12, 31)):
                free = period_of(rule, Facts(closed_on=day)).free_from
                assert free == date(year + years + 1, 1, 1)


def test_the_norwegian_way_ends_years_after_closing_and_leaves_the_description() -> None:
    rule = Rule(10, start=DAY, disposal=Disposal.DESTROY, keeps_metadata=True)
    assert period_of(rule, Facts(closed_on=CLOSED)).free_from == date(2025, 4, 1)
    assert rule.keeps_metadata and not Rule(10).keeps_metadata


def test_the_transfer_period_is_counted_as_the_other_one_is() -> None:
    rule = Rule(10, transfer_years=1)
    assert period_of(rule, Facts(closed_on=CLOSED)).transfer_ends == date(2016, 12, 31)
    assert period_of(rule, Facts()).transfer_ends is None


def test_the_innermost_rule_that_was_set_holds_even_an_undecided_one() -> None:
    plan, dossier = Rule(10, basis="Plan"), Rule(30, basis="Akte")
    assert inherited(plan, None, None) is plan
    assert inherited(plan, dossier, None) is dossier
    undecided = Rule()
    assert inherited(plan, dossier, undecided) is undecided
    assert inherited(None, None) is None


def test_of_the_rules_of_an_entry_the_newest_that_is_valid_holds() -> None:
    old = Rule(10, valid_until=date(2019, 12, 31))
    new = Rule(5, valid_from=date(2020, 1, 1))
    assert in_force([new, old], date(2019, 12, 31)) is old
    assert in_force([old, new], date(2020, 1, 1)) is new
    assert in_force([new], date(2019, 1, 1)) is None


def test_a_dossier_is_kept_as_long_as_the_longest_of_its_cases() -> None:
    short, long = (period_of(Rule(years), Facts(closed_on=CLOSED)) for years in (5, 10))
    endless = period_of(Rule(), Facts(closed_on=CLOSED))
    assert together(short, [long]) is long
    assert together(long, [short]) is long
    assert together(short, [long, endless]) is endless


def test_a_changed_rule_shows_whether_it_shortens() -> None:
    facts = Facts(closed_on=CLOSED)
    assert shift(Rule(10), Rule(5), facts).shortens
    assert not shift(Rule(5), Rule(10), facts).shortens
    assert not shift(Rule(5), Rule(permanent=True), facts).shortens
    assert shift(Rule(), Rule(5), facts).shortens
    assert not shift(Rule(10), Rule(10, start=NEW_YEAR), facts).shortens


@pytest.mark.parametrize("wrong", [{"years": -1}, {"years": 501}, {"months": -1}])
def test_what_no_catalogue_means_is_no_rule(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="no period"):
        Rule(**wrong)  # type: ignore[arg-type]  # fields of a rule
    with pytest.raises(ValueError, match="permanent"):
        Rule(1, permanent=True)


def test_disposal_begins_after_the_last_day_and_never_without_a_kind() -> None:
    rule = Rule(10, disposal=Disposal.APPRAISE)
    period = period_of(rule, Facts(closed_on=CLOSED))
    assert not due_on(rule, period, [], date(2025, 12, 31)).due
    assert due_on(rule, period, [], date(2026, 1, 1)).due
    no_kind = due_on(replace(rule, disposal=None), period, [], date(2026, 1, 1))
    assert no_kind.reasons == ("Die Aussonderungsart (A, B oder V) ist nicht festgelegt.",)
    assert not due_on(None, period_of(None, EVERYTHING), [], date(9999, 1, 1)).due


def test_every_reason_is_named_and_every_hold() -> None:
    rule = Rule(10, disposal=Disposal.DESTROY)
    period = period_of(rule, Facts(closed_on=CLOSED))
    holds = [Hold("Klage S 12 SB 4/25", date(2025, 3, 1)), Hold("Prüfung", date(2025, 4, 1))]
    said = due_on(rule, period, holds, date(2020, 1, 1))
    assert len(said.reasons) == 3 and "Klage S 12 SB 4/25" in said.reasons[0]
    lifted = [replace(one, lifted_on=date(2026, 5, 1)) for one in holds]
    assert not due_on(rule, period, lifted, date(2026, 5, 1)).due
    assert due_on(rule, period, lifted, date(2026, 5, 2)).due


days = st.dates(date(1900, 1, 1), date(2100, 12, 31))
rules = st.builds(
    Rule,
    years=st.none() | st.integers(0, 120),
    months=st.integers(0, 30),
    trigger=st.sampled_from(Trigger),
    event=st.sampled_from(["", "Bestandskraft"]),
    start=st.sampled_from(Start),
    rounding=st.sampled_from(Rounding),
    transfer_years=st.none() | st.integers(0, 10),
    disposal=st.none() | st.sampled_from(Disposal),
)
facts = st.builds(
    Facts,
    closed_on=st.none() | days,
    died_on=st.none() | days,
    decided_on=st.lists(days, max_size=3).map(tuple),
    events=st.dictionaries(st.sampled_from(["", "Bestandskraft"]), days, max_size=2),
    newest_document=st.none() | days,
)
holds = st.lists(st.builds(Hold, st.just("x"), days, lifted_on=st.none() | days), max_size=3)


def trigger_of(rule: Rule, known: Facts) -> date | None:
    return {
        Trigger.CLOSING: known.closed_on,
        Trigger.DEATH: known.died_on,
        Trigger.LAST_DECISION: max(known.decided_on, default=None),
        Trigger.EVENT: known.events.get(rule.event),
    }[rule.trigger]


def ending(period: Period) -> date:
    return period.last_day or date.max


@given(rules, facts)
def test_the_end_never_lies_before_the_minimum(rule: Rule, known: Facts) -> None:
    period = period_of(rule, known)
    begun = trigger_of(rule, known)
    if rule.years is None or known.closed_on is None or begun is None:
        assert period.last_day is None
        return
    assert period.last_day is not None and period.begins is not None
    assert period.begins >= begun
    assert period.last_day >= later(begun, rule.years, rule.months) - timedelta(days=1)
    # And nobody is made to keep something more than two ends of a year too long.
    newest = max(begun, known.newest_document or begun)
    assert period.last_day < later(newest, rule.years + 2, rule.months)
    assert "%(" not in period.sentence


@given(rules, facts, holds, days, days)
def test_holds_always_win(
    rule: Rule, known: Facts, others: list[Hold], since: date, today: date
) -> None:
    standing = Hold("Klage", since)
    said = due_on(rule, period_of(rule, known), [*others, standing], today)
    assert not said.due and any("Klage" in reason for reason in said.reasons)


@given(rules, facts, days)
def test_adding_a_document_never_shortens(rule: Rule, known: Facts, day: date) -> None:
    before = period_of(rule, known)
    newest = max(filter(None, (known.newest_document, day)))
    more = replace(known, newest_document=newest)
    assert ending(period_of(rule, more)) >= ending(before)
    decided = replace(more, decided_on=(*known.decided_on, day))
    if before.last_day is not None:
        assert ending(period_of(rule, decided)) >= ending(before)


@given(rules, facts, holds, days)
def test_what_is_due_stays_due_and_nothing_undecided_ever_is(
    rule: Rule, known: Facts, some: list[Hold], today: date
) -> None:
    period = period_of(rule, known)
    said = due_on(rule, period, some, today)
    if said.due:
        assert rule.decided and period.last_day is not None and period.last_day < today
        assert not any(hold.stands(today) for hold in some)
        assert due_on(rule, period, some, today + timedelta(days=400)).due
    else:
        assert said.reasons
