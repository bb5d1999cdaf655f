"""Does a whole disposal run against an archive, the long way and the short one, in each version?"""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from eakte.interchange.faults import BadPackage
from eakte.interchange.xdomea.fates import STATES, fate, fates
from eakte.interchange.xdomea.keeping import as_plain, from_plain
from eakte.interchange.xdomea.offered import bare, selected
from eakte.interchange.xdomea.packages import read_package
from eakte.interchange.xdomea.proceedings import (
    Proceeding,
    State,
    may_come,
    may_go,
    proceeding_of,
    received,
    sent,
)
from eakte.interchange.xdomea.records import Message, MessageType, Record, Terms, Verdict
from eakte.interchange.xdomea.schemas import Schemas
from tests.interchange.archive import Archive, Refused
from tests.interchange.offering import ARCHIVE, OFFICE, dossier, head, named, packed

T = MessageType
MANY = 200
VERSIONS = ["3.0.0", "3.1.0", "4.0.0"]


@pytest.fixture(scope="session")
def folder(shared: Path) -> Path:
    return shared / "schemas" / "xdomea"


@pytest.fixture(scope="session")
def schemas(folder: Path) -> Schemas:
    return Schemas(folder)


def every_third(record: UUID, title: str) -> str:
    """A for every third dossier; a case says nothing of its own and follows its dossier."""
    if not title.startswith("Feststellung"):
        return ""
    return "A" if int(title.split()[-1]) % 3 == 0 else "V"


def answered(
    archive: Archive, proceeding: Proceeding, package: tuple[str, bytes], schemas: Schemas
):  # type: ignore[no-untyped-def]  # proceeding and notes
    notes = []
    for name, answer in archive.take(*package):
        arrived = read_package(io.BytesIO(answer), name=name, schemas=schemas)
        assert arrived.checked
        step = received(
            proceeding_of({proceeding.id: proceeding}, arrived.message), arrived.message
        )
        # Between two messages a proceeding is only what was written down of it.
        proceeding = from_plain(json.loads(json.dumps(as_plain(step.proceeding))))
        notes += step.notes
        assert proceeding == step.proceeding
    return proceeding, notes


def in_parts(records: list[Record], parts: int) -> list[tuple[Record, ...]]:
    return [tuple(records[place::parts]) for place in range(parts)]


@pytest.mark.parametrize(("version", "parts"), [*((one, 1) for one in VERSIONS), ("4.0.0", 3)])
def test_the_long_way_of_200_dossiers(
    folder: Path, schemas: Schemas, version: str, parts: int
) -> None:
    archive = Archive(folder, version, OFFICE, ARCHIVE, appraise=every_third)
    records = [dossier(str(place)) for place in range(MANY)]
    proceeding = Proceeding(named(version, parts), version, OFFICE, ARCHIVE)
    packages = []
    assert may_go(proceeding) == {T.OFFER}
    for place, part in enumerate(in_parts(records, parts), 1):
        numbered = {"number": place, "total": parts}
        described = tuple(bare(one) for one in part)
        offer = Message(version, head(T.OFFER, proceeding.id, **numbered), records=described)
        package = packed(offer, schemas)
        proceeding = sent(proceeding, offer)
        if place < parts:
            assert proceeding.state is State.OFFERED
        packages.append(package)
    for package in packages:
        assert not fate(proceeding, records[0].id).released
        proceeding, notes = answered(archive, proceeding, package, schemas)
        assert notes == []
    assert proceeding.state is State.APPRAISED
    assert may_go(proceeding) == {T.APPRAISAL_RECEIVED, T.TRANSFER}
    for one in proceeding.of_type(T.APPRAISAL):
        receipt = Message(
            version,
            head(
                T.APPRAISAL_RECEIVED,
                proceeding.id,
                answers=one.message,
                number=one.number,
                total=one.total,
            ),
        )
        proceeding = sent(proceeding, receipt)
        assert archive.take(*packed(receipt, schemas)) == []
    chosen = selected(records, proceeding.tree, proceeding.decisions)
    assert len(chosen) == len(range(0, MANY, 3))
    for place, part in enumerate(in_parts(list(chosen), parts), 1):
        numbered = {"number": place, "total": parts}
        transfer = Message(version, head(T.TRANSFER, proceeding.id, **numbered), records=part)
        proceeding = sent(proceeding, transfer)
        assert not fate(proceeding, part[0].id).released
        proceeding, notes = answered(archive, proceeding, packed(transfer, schemas), schemas)
        assert notes == []
    assert proceeding.state is State.DONE, STATES[proceeding.state]
    assert {fate(proceeding, record.id).released for record in records} == {True}
    every = fates(proceeding)
    assert every == {record.id: fate(proceeding, record.id) for record in records}
    assert len(archive.shelf) == len(chosen)
    assert may_go(proceeding) == may_come(proceeding) == frozenset()


@pytest.mark.parametrize("version", VERSIONS)
def test_the_short_way_of_200_dossiers(folder: Path, schemas: Schemas, version: str) -> None:
    archive = Archive(folder, version, OFFICE, ARCHIVE)
    worthy = Terms(Verdict.ARCHIVE, permanent=True)
    records = tuple(
        replace(
            one,
            terms=worthy,
            parts=tuple(replace(part, terms=worthy) for part in one.parts),
        )
        for one in (dossier(f"kurz {place}") for place in range(MANY))
    )
    proceeding = Proceeding(named("kurz", version), version, OFFICE, ARCHIVE, four_steps=False)
    transfer = Message(version, head(T.TRANSFER, proceeding.id), records=records)
    proceeding = sent(proceeding, transfer)
    assert not fate(proceeding, records[0].id).released
    proceeding, notes = answered(archive, proceeding, packed(transfer, schemas), schemas)
    assert (proceeding.state, notes) == (State.DONE, [])
    assert all(fate(proceeding, record.id).released for record in records)


@pytest.mark.parametrize("version", VERSIONS)
def test_what_the_archive_could_not_take_stays(
    folder: Path, schemas: Schemas, version: str
) -> None:
    records = [dossier(str(place)) for place in range(10)]
    bad = {record.id for record in records[:5]}
    archive = Archive(folder, version, OFFICE, ARCHIVE, fails=bad.__contains__)
    proceeding = Proceeding(named("halb", version), version, OFFICE, ARCHIVE)
    offer = Message(version, head(T.OFFER, proceeding.id), records=tuple(records))
    proceeding, _ = answered(archive, sent(proceeding, offer), packed(offer, schemas), schemas)
    chosen = selected(records, proceeding.tree, proceeding.decisions)
    transfer = Message(version, head(T.TRANSFER, proceeding.id), records=chosen)
    proceeding, notes = answered(
        archive, sent(proceeding, transfer), packed(transfer, schemas), schemas
    )
    assert {one.kind for one in notes} == {"import-failed"}
    assert "Format nicht lesbar" in str(notes[0])
    assert proceeding.state is State.PARTLY_FAILED
    assert [fate(proceeding, one.id).released for one in records] == [False] * 5 + [True] * 5


def test_up_to_now_a_case_can_only_go_with_its_dossier_and_from_4_0_without_it(
    folder: Path, schemas: Schemas
) -> None:
    one = dossier("1", cases=2)
    keep = one.parts[0].id

    def only_the_case(record: UUID, title: str) -> str:
        return "A" if record == keep else "V"

    for version, possible in (("3.0.0", False), ("4.0.0", True)):
        archive = Archive(folder, version, OFFICE, ARCHIVE, appraise=only_the_case)
        proceeding = Proceeding(named("teil", version), version, OFFICE, ARCHIVE)
        offer = Message(version, head(T.OFFER, proceeding.id), records=(one,))
        package, proceeding = packed(offer, schemas), sent(proceeding, offer)
        if not possible:
            with pytest.raises(BadPackage) as refused:
                answered(archive, proceeding, package, schemas)
            assert refused.value.kinds == {"worthy-in-unworthy"}
            continue
        proceeding, _ = answered(archive, proceeding, package, schemas)
        (context,) = selected([one], proceeding.tree, proceeding.decisions)
        assert context.context and [part.id for part in context.parts] == [keep]
        transfer = Message(version, head(T.TRANSFER, proceeding.id), records=(context,))
        proceeding = sent(proceeding, transfer)
        proceeding, notes = answered(archive, proceeding, packed(transfer, schemas), schemas)
        assert (notes, proceeding.state) == ([], State.DONE)
        assert fate(proceeding, one.id).released


def test_the_archive_of_the_tests_does_look(folder: Path, schemas: Schemas) -> None:
    archive = Archive(folder, "3.0.0", OFFICE, ARCHIVE, appraise=lambda record, title: "V")
    offer = Message("3.0.0", head(T.OFFER, named("x")), records=(dossier("1"),))
    name, package = packed(offer, schemas)
    with pytest.raises(Refused):
        archive.take("other.zip", package)
    archive.take(name, package)
    transfer = Message(
        "3.0.0",
        head(T.TRANSFER, named("x")),
        records=(
            replace(
                dossier("1"),
                terms=Terms(Verdict.ARCHIVE),
                parts=tuple(
                    replace(part, terms=Terms(Verdict.ARCHIVE)) for part in dossier("1").parts
                ),
            ),
        ),
    )
    with pytest.raises(Refused, match="nobody asked for"):
        archive.take(*packed(transfer, schemas))
    with pytest.raises(Refused, match="a second time"):
        archive.take(name, package)
