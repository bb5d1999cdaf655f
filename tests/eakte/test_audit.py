"""Is every change of the log found by whoever walks it?"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import delete, update

from eakte import audit
from eakte.bootstrap import Office
from eakte.model.audit_entry import AuditEntry
from tests.builders import build_office


@pytest.fixture
def office(tmp_path: Path) -> Any:
    opened = build_office(tmp_path)
    with opened.as_system() as work:
        for number in range(6):
            audit.note(
                work, "tested", kind="thing", subject=uuid4(), number=number, text="Ä ß 漢 \u2028"
            )
    yield opened
    opened.close()


def faults(office: Office) -> tuple[str, ...]:
    with office.as_system() as work:
        return audit.verify(work.session).faults


def change(office: Office, statement: Any) -> None:
    with office.as_system() as work:
        work.session.execute(statement)


def test_an_untouched_log_is_whole(office: Office) -> None:
    assert faults(office) == ()


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("act", "forged"),
        ("actor_name", "somebody else"),
        ("actor_id", uuid4()),
        ("details", {"number": 99}),
        ("subject_kind", "other"),
        ("subject_id", None),
        ("previous", "f" * 64),
    ],
)
def test_a_changed_column_is_found(office: Office, column: str, value: object) -> None:
    change(office, update(AuditEntry).where(AuditEntry.sequence == 3).values({column: value}))
    assert any("Eintrag 3" in fault for fault in faults(office))


def test_an_entry_taken_out_is_found(office: Office) -> None:
    change(office, delete(AuditEntry).where(AuditEntry.sequence == 3))
    assert any("Eintrag 3 fehlt" in fault for fault in faults(office))


def test_an_entry_rewritten_with_a_fitting_digest_is_found_by_the_next(office: Office) -> None:
    with office.as_system() as work:
        entry = work.session.get_one(AuditEntry, 3)
        entry.act = "forged"
        entry.digest = entry.expected_digest()
    assert any("Eintrag 4" in fault for fault in faults(office))


def test_a_cut_end_is_seen_from_an_older_head(office: Office) -> None:
    with office.as_system() as work:
        before = audit.verify(work.session)
    change(office, delete(AuditEntry).where(AuditEntry.sequence > 4))
    with office.as_system() as work:
        after = audit.verify(work.session)
    assert after.entries < before.entries
    assert after.head != before.head


def test_raising_leaves_neither_entry_nor_gap(office: Office) -> None:
    with pytest.raises(RuntimeError, match="stop"), office.as_system() as work:
        audit.note(work, "lost", kind="thing", subject=None)
        raise RuntimeError("stop")
    with office.as_system() as work:
        entry = audit.note(work, "kept", kind="thing", subject=None)
        assert audit.verify(work.session).faults == ()
        assert entry.act == "kept"
