"""Is a list gone with its bytes when it should be, and nothing else with it?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from eakte.bootstrap import Office
from eakte.clock import SetClock
from eakte.errors import NotFound
from eakte.evidence.fixity import sweep, verify
from eakte.model.audit_entry import AuditEntry
from eakte.model.content import Content
from eakte.model.job import Job
from eakte.model.prepared import PreparedList
from eakte.retrieval.prepared.asking import (
    drop_list,
)
from eakte.retrieval.prepared.ending import destroy_list, end_lists
from eakte.retrieval.prepared.writing import Written, write_list
from storage import Digest, ObjectMissing
from tests.builders import bring, house, opened
from tests.eakte.listing import asked, content, row, stored, work_off


def done(office: Office) -> list[str]:
    """Every act on lists in the log, the first one first."""
    with office.database.transaction(writes=False) as session:
        query = select(AuditEntry.act).where(AuditEntry.subject_kind == "list")
        return list(session.scalars(query.order_by(AuditEntry.sequence)))


def test_after_its_time_row_and_bytes_are_destroyed(tmp_path: Path) -> None:
    with house(tmp_path, list_hours=2) as (office, staff):
        opened(office, staff)
        wanted = asked(office, staff.clerk)
        work_off(office)
        prepared = row(office, wanted)
        assert prepared is not None and prepared.sha256 in stored(office)
        office.clock.move(timedelta(hours=2))
        # From this moment on nobody gets it, whether it was tidied up or not.
        with pytest.raises(NotFound):
            content(office, staff.clerk, wanted)
        with office.as_system() as work:
            assert end_lists(work) == 1
        work_off(office)
        assert row(office, wanted) is None
        assert prepared.sha256 not in stored(office)
        with office.database.transaction(writes=False) as session:
            assert session.get(Content, prepared.sha256) is None
            assert session.scalars(select(Job)).all() == []
        assert done(office)[-2:] == ["list.expired", "list.destroyed"]


def test_who_deletes_a_list_destroys_its_bytes_unless_they_have_another_name(
    tmp_path: Path,
) -> None:
    with house(tmp_path) as (office, staff):
        opened(office, staff)
        first, second = asked(office, staff.clerk), asked(office, staff.clerk)
        work_off(office)
        prepared = row(office, first)
        assert prepared is not None
        receipt = bring(
            office, staff.clerk, tmp_path / "in", content=content(office, staff.clerk, first)
        )
        assert receipt.sha256 == prepared.sha256
        for list_id in (first, second):
            with office.begin(staff.clerk) as work:
                drop_list(work, list_id)
            work_off(office)
            assert row(office, list_id) is None
            assert prepared.sha256 in stored(office)


def test_two_lists_of_the_same_bytes_are_destroyed_with_the_second(tmp_path: Path) -> None:
    with house(tmp_path) as (office, staff):
        opened(office, staff)
        lists = [asked(office, staff.clerk) for _ in range(3)]
        work_off(office)
        prepared = row(office, lists[0])
        assert prepared is not None and prepared.sha256 is not None
        with office.begin(staff.clerk) as work:
            drop_list(work, lists[0])
        work_off(office)
        assert content(office, staff.clerk, lists[1])
        # Both are gone before the first is destroyed.
        with office.begin(staff.clerk) as work:
            drop_list(work, lists[1])
            drop_list(work, lists[2])
        work_off(office)
        assert prepared.sha256 not in stored(office)
        with office.database.transaction(writes=False) as session:
            assert session.scalars(select(PreparedList)).all() == []


def test_destroying_again_after_it_was_cut_off_ends_the_row(tmp_path: Path) -> None:
    with house(tmp_path) as (office, staff):
        opened(office, staff)
        wanted = asked(office, staff.clerk)
        work_off(office)
        prepared = row(office, wanted)
        assert prepared is not None and prepared.sha256 is not None
        with office.begin(staff.clerk) as work:
            drop_list(work, wanted)
        # Cut off between the bytes and the commit.
        office.store.delete(Digest(prepared.sha256))
        assert verify(office.as_system).faults == []
        with office.as_system() as work:
            destroy_list(work, wanted)
        assert row(office, wanted) is None


def test_a_list_that_is_deleted_while_it_waits_is_never_written(tmp_path: Path) -> None:
    with house(tmp_path) as (office, staff):
        opened(office, staff)
        wanted = asked(office, staff.clerk)
        with office.begin(staff.clerk) as work:
            drop_list(work, wanted)
        before = stored(office)
        work_off(office)
        assert (row(office, wanted), stored(office)) == (None, before)


def test_bytes_of_a_list_are_named_as_long_as_it_is_kept(tmp_path: Path) -> None:
    clock = SetClock(datetime.now(UTC))
    with house(tmp_path, clock=clock) as (office, staff):
        opened(office, staff)
        wanted = asked(office, staff.clerk)
        work_off(office)
        prepared = row(office, wanted)
        assert prepared is not None and prepared.sha256 is not None
        clock.move(timedelta(hours=23))
        with office.as_system() as work:
            assert sweep(work, older_than=timedelta(hours=1)) == 0
        findings = verify(office.as_system)
        assert (findings.faults, findings.unnamed_objects) == ([], 0)
        office.store.delete(Digest(prepared.sha256))
        assert verify(office.as_system).faults == [f"Inhalt {prepared.sha256} fehlt im Speicher."]
        with pytest.raises(ObjectMissing):
            content(office, staff.clerk, wanted)


def test_bytes_without_their_row_are_swept(tmp_path: Path) -> None:
    clock = SetClock(datetime.now(UTC))
    with house(tmp_path, clock=clock) as (office, staff):
        opened(office, staff)
        wanted = asked(office, staff.clerk)
        # As if the worker had been killed after the bytes and before the row.
        written = write_list(
            lambda: office.on_behalf_of(staff.clerk.id, writes=False),
            wanted,
            show=lambda step, done, total: None,
        )
        assert isinstance(written, Written)
        assert str(written.stored.digest) in stored(office)
        clock.move(timedelta(days=8))
        with office.as_system() as work:
            assert sweep(work, older_than=timedelta(days=7)) == 1
        assert str(written.stored.digest) not in stored(office)
