"""Is every fault of an answer named in German, and is nothing changed by it?"""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest

from eakte.interchange.xdomea.fates import fate
from eakte.interchange.xdomea.proceedings import Proceeding, proceeding_of, received, sent
from eakte.interchange.xdomea.records import Decision, Imported, Message, Terms, Verdict
from eakte.interchange.xdomea.versions import alike
from tests.interchange.answering import (
    PROCESS,
    RECORDS,
    T,
    all_decided,
    answer,
    kinds_of,
    offered,
)
from tests.interchange.offering import ARCHIVE, dossier, head, named


def test_an_answer_to_an_unknown_process_is_refused() -> None:
    strange = answer(T.APPRAISAL, process_id=uuid4(), decisions=all_decided())
    assert kinds_of(lambda: proceeding_of({PROCESS: offered()}, strange)) == {"unknown-process"}
    assert "unknown-process" in kinds_of(lambda: received(offered(), strange))


@pytest.mark.parametrize(
    ("decisions", "kind"),
    [
        (all_decided()[1:], "missing-record"),
        ((*all_decided(), Decision(named("fremd"), Verdict.DESTROY)), "surplus-record"),
        ((*all_decided(), all_decided()[0]), "doubled-answer"),
        (all_decided(Verdict.APPRAISE), "undecided"),
        ((), "nothing-inside"),
    ],
)
@pytest.mark.parametrize("version", ["3.0.0", "4.0.0"])
def test_an_appraisal_of_other_records_than_the_offered_is_refused(
    version: str, decisions: tuple[Decision, ...], kind: str
) -> None:
    before = offered(version)
    wrong = answer(T.APPRAISAL, version, decisions=decisions)
    assert kind in kinds_of(lambda: received(before, wrong))
    assert before == offered(version)
    assert not fate(before, RECORDS[0].id).released


@pytest.mark.parametrize("version", ["2.4.0", "4.0.0"])
def test_an_answer_in_another_version_is_refused(version: str) -> None:
    wrong = answer(T.APPRAISAL, version, decisions=all_decided())
    assert "other-version" in kinds_of(lambda: received(offered(), wrong))


def test_3_0_and_3_1_say_the_same_about_a_disposal() -> None:
    assert alike("3.1.0", "3.0.0") and not alike("3.1.0", "4.0.0")
    step = received(offered(), answer(T.APPRAISAL, "3.1.0", decisions=all_decided()))
    assert step.proceeding.verdict(RECORDS[0].id) is Verdict.ARCHIVE


def test_an_answer_out_of_turn_twice_or_from_somebody_else_is_refused() -> None:
    proceeding = offered()
    early = answer(T.TRANSFER_IMPORTED, results=(Imported(RECORDS[0].id, True),))
    assert kinds_of(lambda: received(proceeding, early)) == {"not-now"}
    stranger = answer(T.APPRAISAL, decisions=all_decided(), sender=replace(ARCHIVE, key="0815"))
    assert kinds_of(lambda: received(proceeding, stranger)) == {"wrong-sender"}
    good = answer(T.APPRAISAL, decisions=all_decided())
    proceeding = received(proceeding, good).proceeding
    assert "already-there" in kinds_of(lambda: received(proceeding, good))


def test_an_answer_of_4_0_to_another_message_is_refused() -> None:
    lost = answer(T.APPRAISAL, "4.0.0", decisions=all_decided())
    lost = replace(lost, head=replace(lost.head, answers=uuid4()))
    assert "answers-unknown" in kinds_of(lambda: received(offered("4.0.0"), lost))


def handed_over(version: str = "3.0.0") -> Proceeding:
    proceeding = received(
        offered(version), answer(T.APPRAISAL, version, decisions=all_decided())
    ).proceeding
    worthy = Terms(Verdict.ARCHIVE)
    records = tuple(
        replace(one, terms=worthy, parts=tuple(replace(part, terms=worthy) for part in one.parts))
        for one in RECORDS
    )
    transfer = Message(version, head(T.TRANSFER, PROCESS, message=named("0503")), records=records)
    return sent(proceeding, transfer)


def confirmation(version: str, *results: Imported, imported: bool | None = None) -> Message:
    made = answer(T.TRANSFER_IMPORTED, version, results=results, imported=imported)
    return replace(made, head=replace(made.head, answers=named("0503")))


def test_a_transfer_that_is_not_exactly_the_appraisal_does_not_leave() -> None:
    decisions = (*all_decided()[:2], *all_decided(Verdict.DESTROY)[2:])
    proceeding = received(offered(), answer(T.APPRAISAL, decisions=decisions)).proceeding
    worthy = Terms(Verdict.ARCHIVE)
    records = [
        replace(one, terms=worthy, parts=tuple(replace(part, terms=worthy) for part in one.parts))
        for one in RECORDS
    ]
    for chosen, kind in (
        (records[:1], "missing-record"),
        (records[:3], "surplus-record"),
        ([*records[:2], dossier("neu", terms=worthy, parts=())], "surplus-record"),
    ):
        transfer = Message("3.0.0", head(T.TRANSFER, PROCESS), records=tuple(chosen))
        assert kind in kinds_of(lambda one=transfer: sent(proceeding, one))
    assert sent(proceeding, Message("3.0.0", head(T.TRANSFER, PROCESS), records=tuple(records[:2])))


@pytest.mark.parametrize("version", ["3.0.0", "4.0.0"])
def test_half_a_failed_import_releases_only_the_other_half(version: str) -> None:
    results = [
        Imported(record.id, place % 2 == 0, () if place % 2 == 0 else ("Datei beschädigt",))
        for place, record in enumerate(RECORDS)
    ]
    whole = False if version == "4.0.0" else None
    step = received(handed_over(version), confirmation(version, *results, imported=whole))
    assert [one.kind for one in step.notes] == ["import-failed"] * 2
    assert "Datei beschädigt" in str(step.notes[0])
    freed = [fate(step.proceeding, record.id).released for record in RECORDS]
    assert freed == [True, False, True, False]


def test_what_an_import_says_nothing_about_stays() -> None:
    said = [Imported(record.id, True) for record in RECORDS[1:]]
    step = received(handed_over(), confirmation("3.0.0", *said))
    assert {one.kind for one in step.notes} == {"import-unconfirmed"}
    assert [fate(step.proceeding, one.id).released for one in RECORDS] == [False, True, True, True]


def test_an_import_of_strange_records_or_one_that_contradicts_itself_is_refused() -> None:
    strange = confirmation("3.0.0", Imported(named("fremd"), True))
    assert kinds_of(lambda: received(handed_over(), strange)) == {"surplus-record"}
    both = confirmation("4.0.0", Imported(RECORDS[0].id, False), imported=True)
    assert kinds_of(lambda: received(handed_over("4.0.0"), both)) == {"contradiction"}
    failed = confirmation("4.0.0", Imported(RECORDS[0].id, True), imported=False)
    assert kinds_of(lambda: received(handed_over("4.0.0"), failed)) == {"contradiction-failed"}


def test_a_case_that_failed_keeps_its_whole_dossier() -> None:
    said = [Imported(record.id, True) for record in RECORDS]
    said.append(Imported(RECORDS[0].parts[0].id, False, ("zu groß",)))
    step = received(handed_over(), confirmation("3.0.0", *said))
    assert not fate(step.proceeding, RECORDS[0].id).released
    assert fate(step.proceeding, RECORDS[1].id).released


def test_the_word_on_the_whole_of_4_0_holds_for_each_record() -> None:
    step = received(handed_over("4.0.0"), confirmation("4.0.0", imported=True))
    assert step.notes == () and all(fate(step.proceeding, one.id).released for one in RECORDS)
    step = received(handed_over("4.0.0"), confirmation("4.0.0", imported=False))
    assert not any(fate(step.proceeding, one.id).released for one in RECORDS)
