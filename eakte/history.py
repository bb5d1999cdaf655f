"""How is a field changed so that its old value stays known, with who changed it and when?"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from eakte import audit
from eakte.model.audit_entry import AuditEntry
from eakte.model.change import Change
from eakte.unit_of_work import UnitOfWork


def change(
    work: UnitOfWork, thing: Any, *, kind: str, act: str, wanted: Mapping[str, object], **told: Any
) -> AuditEntry | None:
    """Set the fields of a row that differ, keep what stood there, and write it down.

    The log names the fields and a digest of the changes and never their values: it outlives what
    people are entitled to have forgotten. ``told`` are further details of the entry.

    Returns:
        The entry of the log; None when nothing differs, and then nothing is written.
    """
    differing = {
        field: (getattr(thing, field), new)
        for field, new in wanted.items()
        if getattr(thing, field) != new
    }
    if not differing:
        return None
    for field, (_, new) in differing.items():
        setattr(thing, field, new)
    # A row that somebody else has changed meanwhile says so here, before anything is written.
    work.session.flush()
    return _written_down(work, thing.id, differing, kind=kind, act=act, **told)


def tell_change(
    work: UnitOfWork,
    subject: UUID,
    *,
    kind: str,
    act: str,
    field: str,
    old: str | None,
    new: str | None,
    **told: Any,
) -> AuditEntry:
    """Write down, as a field of a thing, what changed in a row that belongs to it."""
    return _written_down(work, subject, {field: (old, new)}, kind=kind, act=act, **told)


def _written_down(
    work: UnitOfWork,
    subject: UUID,
    differing: Mapping[str, tuple[object, object]],
    *,
    kind: str,
    act: str,
    **told: Any,
) -> AuditEntry:
    kept = [
        Change(
            id=uuid4(),
            subject_kind=kind,
            subject_id=subject,
            field=field,
            old=_written(old),
            new=_written(new),
            at=work.clock.now(),
            actor_id=work.actor.id,
            actor_name=work.actor.name,
            act=act,
        )
        for field, (old, new) in sorted(differing.items())
    ]
    entry = audit.note(
        work,
        act,
        kind=kind,
        subject=subject,
        fields=[one.field for one in kept],
        changes=digest_of(kept),
        **told,
    )
    for one in kept:
        one.sequence = entry.sequence
    work.session.add_all(kept)
    work.session.flush()
    return entry


def digest_of(changes: list[Change]) -> str:
    """Return the SHA-256 by which an entry of the log answers for the changes beside it.

    The random ids of the changes go into it, which are gone when these are: of a day of birth
    nobody can find out by trying which one it was.
    """
    return _digest([[one.field, one.old, one.new, str(one.id)] for one in _in_order(changes)])


def _digest_without_ids(changes: list[Change]) -> str:
    """The same as entries have it that were written before there were ids in it."""
    return _digest([[one.field, one.old, one.new] for one in _in_order(changes)])


def _in_order(changes: list[Change]) -> list[Change]:
    return sorted(changes, key=lambda one: one.field)


def _digest(told: list[list[str | None]]) -> str:
    written = json.dumps(told, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(written.encode("ascii")).hexdigest()


def altered(session: Session, subject: UUID) -> list[int]:
    """Name the entries of the log whose changes are no longer those that were written."""
    by_entry: dict[int, list[Change]] = {}
    for one in session.scalars(select(Change).where(Change.subject_id == subject)):
        by_entry.setdefault(one.sequence, []).append(one)
    entries = session.scalars(select(AuditEntry).where(AuditEntry.subject_id == subject))
    return [
        entry.sequence
        for entry in entries
        if "changes" in entry.details
        and not _answers_for(entry.details["changes"], by_entry.get(entry.sequence, []))
    ]


def _answers_for(digest: object, changes: list[Change]) -> bool:
    return digest in (digest_of(changes), _digest_without_ids(changes))


def _written(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, bool | int | list | dict):
        return json.dumps(value, ensure_ascii=False)
    return str(value)
