"""Is nothing opened that a virus scanner has not passed, and does everything else go on?"""

from __future__ import annotations

import io
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import delete, select

from eakte import jobs, stacks
from eakte.bootstrap import Office
from eakte.errors import BadInput, Held, NotAllowed, NotFound, RuleBroken
from eakte.filing.placing import process_again
from eakte.guard import SCANS, scan_one
from eakte.intake.batches import separate_again
from eakte.intake.clamd import Clamd, NotScanned, ScannerAway, TooLargeToScan
from eakte.intake.guarding import release_held, release_held_stack
from eakte.intake.receiving import Arrival
from eakte.model.audit_entry import AuditEntry
from eakte.model.batch import Batch, BatchState
from eakte.model.clearance import Clearance
from eakte.model.document import Document, ProcessingState, Version
from eakte.model.findings import Kind, Look, Separation
from eakte.model.job import Job, JobState
from eakte.model.log_words import with_words
from eakte.model.user import Role
from eakte.processing import pipeline
from eakte.retrieval.reading import read_original, read_version
from eakte.worker import Worker
from tests.builders import Staff, appoint, bring, bring_stack, build_office, house
from tests.scanner import EICAR, StandIn, scanner

REASON = "Fehlalarm, vom Hersteller bestätigt"


@pytest.fixture
def guard() -> Iterator[StandIn]:
    with scanner() as one:
        yield one


@pytest.fixture
def guarded(tmp_path: Path, guard: StandIn) -> Iterator[tuple[Office, Staff]]:
    given = {"virus_scanner": guard.address, "virus_scanner_seconds": 1}
    with house(tmp_path, **given) as opened:
        yield opened


def scan(office: Office) -> None:
    """Take one turn of the lane that asks the scanner."""
    with office.database.transaction() as session:
        (job,) = jobs.claim(session, office.clock, SCANS, holder="a:1:b")
    scan_one(office, job, beat=lambda *shown: True, stopping=threading.Event())


def waiting(office: Office) -> set[str]:
    with office.database.transaction(writes=False) as session:
        return set(session.scalars(select(Job.kind).where(Job.state != JobState.DEAD)))


def version_of(office: Office, document_id: UUID) -> Version:
    with office.database.transaction(writes=False) as session:
        return session.scalars(select(Version).where(Version.document_id == document_id)).one()


def seen(office: Office, document_id: UUID) -> Document:
    with office.database.transaction(writes=False) as session:
        return session.get_one(Document, document_id)


# --- what the scanner says --------------------------------------------------------------------


def test_the_client_tells_clean_from_found_and_sends_every_byte(guard: StandIn) -> None:
    clamd = Clamd(guard.address, seconds=2)
    letter = b"a letter" * 100_000
    assert clamd.version().startswith("ClamAV 1.0.7/27500")
    assert clamd.scan(io.BytesIO(letter)) is None
    assert clamd.scan(io.BytesIO(b"before" + EICAR)) == "Win.Test.EICAR_HDB-1"
    assert guard.seen[0] == letter


@pytest.mark.parametrize("mood", ["silent", "cut", "odd"])
def test_whoever_does_not_say_ok_has_not_passed_it(mood: str) -> None:
    with scanner(mood) as one, pytest.raises(NotScanned):
        Clamd(one.address, seconds=0.3).scan(io.BytesIO(b"x" * 300_000))


def test_a_refused_size_is_told_although_the_scanner_hangs_up_in_the_middle() -> None:
    with scanner(limit=100_000) as one, pytest.raises(TooLargeToScan):
        Clamd(one.address, seconds=2).scan(io.BytesIO(b"x" * 30_000_000))


def test_nobody_at_the_address_is_away_and_so_is_who_hangs_up_at_once(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as quiet:
        port = quiet.getsockname()[1]
        with pytest.raises(ScannerAway):
            Clamd(f"127.0.0.1:{port}", seconds=0.2).version()
    for address in (f"127.0.0.1:{port}", f"unix:{tmp_path / 'none'}"):
        with pytest.raises(ScannerAway):
            Clamd(address, seconds=0.2).scan(io.BytesIO(b"x"))


def test_an_address_that_cannot_be_called_is_refused_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="EAKTE_VIRUS_SCANNER"):
        build_office(tmp_path, virus_scanner="clamd")


# --- what becomes of a document ------------------------------------------------------------------


def test_without_a_scanner_everything_is_processed_at_once(tmp_path: Path) -> None:
    with house(tmp_path) as (office, staff):
        receipt = bring(office, staff.clerk, tmp_path)
        assert version_of(office, receipt.document_id).clearance is Clearance.NOT_ASKED
        assert waiting(office) == {"process"}


def test_what_arrived_is_receipted_and_held_for_everybody_until_it_was_looked_at(
    guarded: tuple[Office, Staff], guard: StandIn, tmp_path: Path
) -> None:
    office, staff = guarded
    receipt = bring(office, staff.clerk, tmp_path, content=b"%PDF-1.7 held")
    assert waiting(office) == {"scan"}
    with office.begin(staff.clerk) as work:
        document = work.session.get_one(Document, receipt.document_id)
        with pytest.raises(Held, match="noch nicht auf Viren geprüft"):
            read_original(work, document)
    with office.as_system() as work:
        document = work.session.get_one(Document, receipt.document_id)
        with pytest.raises(Held):
            read_version(work, document, number=1)
        assert pipeline.begin(work, receipt.document_id) is None
    scan(office)
    assert guard.seen == [b"%PDF-1.7 held"]
    assert version_of(office, receipt.document_id).clearance is Clearance.CLEAN
    assert waiting(office) == {"process"}
    with office.begin(staff.clerk) as work:
        document = work.session.get_one(Document, receipt.document_id)
        assert read_original(work, document).sha256 == receipt.sha256
        entry = work.session.scalars(
            select(AuditEntry).where(AuditEntry.act == "document.scanned")
        ).one()
        assert entry.details["scanner"].startswith("ClamAV 1.0.7")


def test_a_find_shuts_the_document_with_its_name_and_an_entry(
    guarded: tuple[Office, Staff], tmp_path: Path
) -> None:
    office, staff = guarded
    receipt = bring(office, staff.clerk, tmp_path, content=b"%PDF-1.7 " + EICAR)
    scan(office)
    document = seen(office, receipt.document_id)
    assert (document.processing, document.problem_code) == (ProcessingState.FAILED, "virus")
    assert "„Win.Test.EICAR_HDB-1“" in (document.problem or "")
    assert waiting(office) == {"index"}
    with office.as_system() as work:
        with pytest.raises(Held, match="Win.Test.EICAR_HDB-1"):
            read_original(work, work.session.get_one(Document, receipt.document_id))
        assert pipeline.begin(work, receipt.document_id) is None
        entry = work.session.scalars(
            select(AuditEntry).where(AuditEntry.act == "document.virus-found")
        ).one()
        assert entry.details["find"] == "Win.Test.EICAR_HDB-1"


def test_only_who_leads_the_unit_releases_a_find_and_says_why(
    guarded: tuple[Office, Staff], tmp_path: Path
) -> None:
    office, staff = guarded
    receipt = bring(office, staff.clerk, tmp_path, content=b"%PDF-1.7 " + EICAR)
    lead = appoint(office, "lead", Role.LEAD, units=[staff.unit])
    scan(office)
    with office.begin(staff.clerk) as work, pytest.raises(NotAllowed):
        release_held(work, work.session.get_one(Document, receipt.document_id), reason=REASON)
    with office.begin(lead) as work, pytest.raises(RuleBroken):
        release_held(work, work.session.get_one(Document, receipt.document_id), reason="so")
    with office.begin(lead) as work:
        release_held(work, work.session.get_one(Document, receipt.document_id), reason=REASON)
    with office.begin(staff.clerk) as work:
        document = work.session.get_one(Document, receipt.document_id)
        assert document.problem is None
        assert read_original(work, document).sha256 == receipt.sha256
    with office.as_system() as work:
        assert pipeline.begin(work, receipt.document_id) is not None
    assert "process" in waiting(office)


def test_trying_again_asks_the_scanner_again_and_not_the_processing(
    guarded: tuple[Office, Staff], tmp_path: Path
) -> None:
    office, staff = guarded
    receipt = bring(office, staff.clerk, tmp_path, content=b"%PDF-1.7 " + EICAR)
    scan(office)
    with office.begin(staff.clerk) as work:
        process_again(work, work.session.get_one(Document, receipt.document_id))
    assert waiting(office) == {"index", "scan"}
    assert version_of(office, receipt.document_id).clearance is Clearance.HELD


def test_a_scanner_that_is_away_costs_no_try_and_what_is_held_waits(
    guarded: tuple[Office, Staff], guard: StandIn, tmp_path: Path
) -> None:
    office, staff = guarded
    receipt = bring(office, staff.clerk, tmp_path)
    guard.stop()
    for _ in range(5):
        with pytest.raises(ScannerAway):
            scan(office)
        office.clock.move(jobs.AWAY_PAUSE)
    assert waiting(office) == {"scan"}
    assert seen(office, receipt.document_id).processing is ProcessingState.WAITING
    guard.start()
    scan(office)
    assert waiting(office) == {"process"}


def test_a_scanner_that_goes_away_in_the_middle_says_nothing_about_the_document(
    tmp_path: Path,
) -> None:
    with scanner("gone-after") as one:
        given = {"virus_scanner": one.address, "virus_scanner_seconds": 1}
        with house(tmp_path, **given) as (office, staff):
            bring(office, staff.clerk, tmp_path)
            with pytest.raises(ScannerAway):
                scan(office)
            with office.database.transaction(writes=False) as session:
                job = session.scalars(select(Job)).one()
            assert (job.kind, job.state, job.failures) == ("scan", JobState.WAITING, 0)


@pytest.mark.parametrize(
    ("mood", "limit", "code", "tries"),
    [("silent", 1 << 30, "not-scanned", 3), ("honest", 4, "too-large-to-scan", 1)],
)
def test_what_the_scanner_cannot_cope_with_stays_shut_and_says_so(
    tmp_path: Path, mood: str, limit: int, code: str, tries: int
) -> None:
    with scanner(mood, limit=limit) as one:
        given = {"virus_scanner": one.address, "virus_scanner_seconds": 1}
        with house(tmp_path, **given) as (office, staff):
            receipt = bring(office, staff.clerk, tmp_path)
            for _ in range(tries):
                scan(office)
                office.clock.move(jobs.LONGEST_PAUSE)
            document = seen(office, receipt.document_id)
            assert document.problem_code == code
            assert "bleibt verschlossen" in (document.problem or "")
            assert version_of(office, receipt.document_id).closed


def test_a_stack_is_taken_apart_only_when_the_scanner_has_passed_it(
    guarded: tuple[Office, Staff], tmp_path: Path
) -> None:
    office, staff = guarded
    clean = bring_stack(office, staff.scanning, tmp_path, content=b"%PDF clean", key="a")
    bad = bring_stack(office, staff.scanning, tmp_path, content=b"%PDF" + EICAR, key="b")
    with office.as_system() as work:
        assert stacks.begin(work, clean) is None
    scan(office)
    scan(office)
    with office.as_system() as work:
        assert stacks.begin(work, clean) is not None
        assert stacks.begin(work, bad) is None
        stack = work.session.get_one(Batch, bad)
        assert (stack.state, stack.clearance) == (BatchState.FAILED, Clearance.FOUND)
        assert "EICAR" in (stack.problem or "")
    with office.begin(staff.scanning) as work:
        separate_again(work, work.session.get_one(Batch, bad))
    assert waiting(office) == {"separate", "scan-stack"}


def test_a_lead_has_a_shut_stack_taken_apart_and_its_documents_are_scanned_each_alone(
    guarded: tuple[Office, Staff], tmp_path: Path
) -> None:
    office, staff = guarded
    stack = bring_stack(office, staff.scanning, tmp_path, content=b"%PDF" + EICAR, key="a")
    lead = appoint(office, "lead", Role.LEAD, units=[staff.unit])
    stranger = appoint(office, "stranger", Role.LEAD, units=[staff.other_unit])
    scan(office)
    for actor, refusal in ((staff.scanning, NotAllowed), (stranger, NotFound)):
        with office.begin(actor) as work, pytest.raises(refusal):
            release_held_stack(work, work.session.get_one(Batch, stack), reason=REASON)
    with office.begin(lead) as work:
        batch = work.session.get_one(Batch, stack)
        with pytest.raises(RuleBroken, match="bleibt verschlossen"):
            release_held_stack(work, batch, reason="so")
        release_held_stack(work, batch, reason=REASON)
        with pytest.raises(RuleBroken, match="nicht verschlossen"):
            release_held_stack(work, batch, reason=REASON)
    assert waiting(office) == {"separate"}
    with office.as_system() as work:
        entry = work.session.scalars(
            select(AuditEntry).where(AuditEntry.act == "batch.virus-released")
        ).one()
        said = with_words(work.session, {entry.sequence: entry.details})[entry.sequence]
        assert (said["find"], said["reason"]) == ("Win.Test.EICAR_HDB-1", REASON)
        task = stacks.begin(work, stack)
    assert task is not None
    with office.as_system() as work:
        one = Arrival(task.sha256, task.size, task.name)
        stacks.finish(work, task, stacks.Made(Separation(Look("a/b", Kind.PDF, 1)), (one,)))
        work.session.execute(delete(Job).where(Job.kind == "separate"))
    assert waiting(office) == {"scan"}
    scan(office)
    with office.as_system() as work:
        document = work.session.scalars(select(Document)).one()
        assert (document.problem_code, document.batch_id) == ("virus", stack)


def test_the_worker_takes_up_what_was_held_as_soon_as_the_scanner_is_back(
    tmp_path: Path, guard: StandIn
) -> None:
    guard.stop()
    given = {"virus_scanner": guard.address, "virus_scanner_seconds": 1, "ocr_jobs": 1}
    with house(tmp_path, **given) as (office, staff):
        receipt = bring(office, staff.clerk, tmp_path, content=b"only words", name="words.txt")
        worker = Worker(office)
        running = threading.Thread(target=lambda: worker.run(until_idle=True))
        running.start()
        until = time.monotonic() + 60
        while not refused(office) and time.monotonic() < until:
            time.sleep(0.05)
        assert seen(office, receipt.document_id).processing is ProcessingState.WAITING
        guard.start()
        office.clock.move(jobs.AWAY_PAUSE)
        running.join(60)
        assert not running.is_alive()
        assert seen(office, receipt.document_id).processing is ProcessingState.READY


def refused(office: Office) -> bool:
    with office.database.transaction(writes=False) as session:
        held = session.scalars(select(Job).where(Job.kind == "scan")).one()
        return "ScannerAway" in (held.last_error or "")
